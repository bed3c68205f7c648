// SPDX-License-Identifier: Apache-2.0
// Full text by PostgreSQL: the words that FTS5's unicode61 would see (letters and digits, without
// accents or case), not stemmed, so that both stores find the same. The indexes are made by the
// first search, because the ingest would pay for them; without the right to make one the answer is
// the same, only slower.
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/search.hpp"
#include "casefile/search_excerpt.hpp"
#include "casefile/search_query.hpp"

namespace rempart::casefile {
namespace {

struct Source {
    std::string_view where, table, text, from;
};
constexpr std::array kSources{
    Source{"message", "messages", "t.body",
           "SELECT x.label, e.path, c.native_id, t.native_id, '', t.body FROM messages t "
           "JOIN conversations c ON c.id = t.conversation_id "
           "JOIN exhibits x ON x.id = c.exhibit_id "
           "JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq {} "
           "ORDER BY c.exhibit_id, c.item_seq, t.id"},
    Source{"item", "items", "t.path || ' ' || t.stream",
           "SELECT x.label, t.path, '', '', '', t.path || CASE t.stream WHEN '' THEN '' ELSE ':' "
           "|| t.stream END "
           "FROM items t "
           "JOIN exhibits x ON x.id = t.exhibit_id {} ORDER BY t.exhibit_id, t.seq"},
    Source{"metadata", "metadata", "t.value",
           "SELECT x.label, i.path, '', '', t.name, t.value FROM metadata t "
           "JOIN items i ON i.content_id = t.content_id JOIN exhibits x ON x.id = i.exhibit_id {} "
           "ORDER BY i.exhibit_id, i.seq, t.id"}};

// "'train' <-> 'lea':*": what is plain letters and digits needs no more quoting.
Result<std::string> phrase_of(Database& database, const QueryTerm& term) {
    std::string phrase;
    auto read = database.each(
        "SELECT w FROM regexp_split_to_table(rempart_plain($1), ' ') AS w WHERE w <> ''",
        [&](Row& row) -> Result<void> {
            std::string word;
            row.take(word);
            phrase += fmt::format("{}'{}'", phrase.empty() ? "" : " <-> ", word);
            return {};
        },
        term.text);
    if (!read) {
        return fail(std::move(read).error());
    }
    return term.is_prefix && !phrase.empty() ? phrase + ":*" : phrase;
}

Result<std::string> ts_query(Database& database, std::string_view words) {
    std::string query;
    for (const QueryTerm& term : terms_of(words)) {
        auto phrase = phrase_of(database, term);
        if (!phrase) {
            return fail(std::move(phrase).error());
        }
        if (!phrase->empty()) {
            query += fmt::format("{}({})", query.empty() ? "" : " & ", *phrase);
        }
    }
    if (query.empty()) {
        return fail(no_word_in_query());
    }
    return query;
}

void make_indexes(Database& database) {
    if (database.in_transaction()) {
        return;
    }
    const Database::WriteWindow window(database);
    for (const Source& source : kSources) {
        std::string text(source.text);
        for (std::size_t at = 0; (at = text.find("t.", at)) != std::string::npos;) {
            text.erase(at, 2);
        }
        // Not having the right to is no failure: the search then reads every row.
        static_cast<void>(database.exec(fmt::format(
            "CREATE INDEX IF NOT EXISTS {0}_words ON {0} USING gin (rempart_words({1}))",
            source.table, text)));
    }
}

} // namespace

Result<void> find_in_postgres(Case& file, const std::string& words, const TakeFound& take) {
    Database& database = file.database();
    const auto query = ts_query(database, words);
    if (!query) {
        return fail(query.error());
    }
    make_indexes(database);
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    for (const Source& source : kSources) {
        const auto take_row = [&](Row& row) -> Result<void> {
            FoundView view;
            view.where = source.where;
            std::string field, text;
            if (!row.take(view.exhibit_label, view.path, view.conversation, view.message_id, field,
                          text)) {
                return Row::damaged();
            }
            view.excerpt = field.empty() ? "" : field + ": ";
            view.excerpt += excerpt_of(text, words);
            return take(view);
        };
        const std::string condition =
            fmt::format("WHERE rempart_words({}) @@ CAST($1 AS tsquery)", source.text);
        if (auto done =
                database.each(fmt::format(fmt::runtime(source.from), condition), take_row, *query);
            !done) {
            return done;
        }
    }
    return {};
}

} // namespace rempart::casefile
