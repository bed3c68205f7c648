// SPDX-License-Identifier: Apache-2.0
// Full text by SQLite's FTS5. The index is derived from the tables and follows them late: a search
// brings it up to date, up to the mark in `search_progress`, so that the ingest does not pay.
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/search.hpp"
#include "casefile/search_excerpt.hpp"
#include "casefile/sqlite_driver.hpp"
#include "casefile/write_lock.hpp"
#include "rempart/casefile/chats.hpp"

namespace rempart::casefile {
namespace {

constexpr std::int64_t kChunkRows = 20'000; // one transaction: bounds its memory and journal

// What is searched: the columns of a table that are indexed, and how a row found is shown. In
// `show`, "words" stands for the index; the columns are those of FoundView behind `where`.
struct Source {
    std::string_view where, table, columns, show;
};
constexpr std::array kSources{
    Source{"message", "messages", "body",
           "SELECT x.label, e.path, c.native_id, t.native_id, '', "
           "t.body FROM {words} "
           "JOIN messages t ON t.id = {words}.rowid "
           "JOIN conversations c ON c.id = t.conversation_id "
           "JOIN exhibits x ON x.id = c.exhibit_id "
           "JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq "
           "WHERE {words} MATCH $1 ORDER BY c.exhibit_id, c.item_seq, t.id"},
    Source{"item", "items", "path, stream",
           "SELECT x.label, t.path, '', '', '', "
           "t.path || CASE t.stream WHEN '' THEN '' ELSE ':' || t.stream END FROM {words} "
           "JOIN items t ON t.id = {words}.rowid JOIN exhibits x ON x.id = t.exhibit_id "
           "WHERE {words} MATCH $1 ORDER BY t.exhibit_id, t.seq"},
    Source{"metadata", "metadata", "value",
           "SELECT x.label, i.path, '', '', t.name, "
           "t.value FROM {words} "
           "JOIN metadata t ON t.id = {words}.rowid JOIN items i ON i.content_id = t.content_id "
           "JOIN exhibits x ON x.id = i.exhibit_id "
           "WHERE {words} MATCH $1 ORDER BY i.exhibit_id, i.seq, t.id"}};

Result<std::int64_t> indexed_up_to(Database& database, const Source& source) {
    const auto done =
        database.scalar("SELECT done_id FROM search_progress WHERE source = $1", source.table);
    if (!done) {
        return fail(done.error());
    }
    return done->value_or(0);
}

Result<void> index_chunk(Database& database, const Source& source, std::int64_t from,
                         std::int64_t to) {
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    if (auto added = database.run(
            fmt::format("INSERT INTO {0}_words (rowid, {1}) "
                        "SELECT id, {1} FROM {0} WHERE id > $1 AND id <= $2 ORDER BY id",
                        source.table, source.columns),
            from, to);
        !added) {
        return added;
    }
    if (auto noted = database.run("UPDATE search_progress SET done_id = $1 WHERE source = $2", to,
                                  source.table);
        !noted) {
        return noted;
    }
    return transaction->commit();
}

Result<void> bring_up_to_date(Database& database, const Source& source) {
    auto from = indexed_up_to(database, source);
    while (from) {
        const auto to = database.scalar(
            fmt::format("SELECT max(id) FROM (SELECT id FROM {} WHERE id > $1 ORDER BY id "
                        "LIMIT $2) AS chunk",
                        source.table),
            *from, kChunkRows);
        if (!to) {
            return fail(to.error());
        }
        if (!*to) {
            return {};
        }
        if (auto done = index_chunk(database, source, *from, **to); !done) {
            return done;
        }
        from = **to;
    }
    return fail(from.error());
}

enum class Index : std::uint8_t { complete, has_tail };

// Whoever may write brings the index up to date. While another process writes, its rows behind the
// mark are indexed in a temporary table instead: what is found is complete in any case.
Result<Index> bring_up_to_date(Case& file) {
    Database& database = file.database();
    UniqueFd lock;
    if (database.access() == Access::read) {
        auto taken = take_write_lock(file.place());
        if (!taken) {
            return Index::has_tail;
        }
        lock = std::move(*taken);
    }
    const Database::WriteWindow window(database);
    for (const Source& source : kSources) {
        if (auto done = bring_up_to_date(database, source); !done) {
            return fail(std::move(done).error());
        }
    }
    return Index::complete;
}

// The temporary index over the rows behind the mark; dropped when it is destroyed.
class Tail {
  public:
    Tail(Database& database, const Source& source) : database_(database), source_(source) {}
    Tail(const Tail&) = delete;
    Tail& operator=(const Tail&) = delete;
    ~Tail() {
        static_cast<void>(database_.exec(fmt::format("DROP TABLE IF EXISTS temp.{0}_tail_words;"
                                                     "DROP VIEW IF EXISTS temp.{0}_tail",
                                                     source_.table)));
    }

    Result<void> build() {
        const auto from = indexed_up_to(database_, source_);
        if (!from) {
            return fail(from.error());
        }
        return database_.exec(
            fmt::format(
                "CREATE TEMP VIEW {0}_tail AS SELECT id, {1} FROM main.{0} WHERE id > {2};"
                "CREATE VIRTUAL TABLE temp.{0}_tail_words USING fts5 ({1}, content='{0}_tail', "
                "content_rowid='id', tokenize=\"unicode61 remove_diacritics 2 categories 'L* "
                "Nd'\");"
                "INSERT INTO temp.{0}_tail_words (rowid, {1}) SELECT id, {1} FROM temp.{0}_tail",
                source_.table, source_.columns, *from)
                .c_str());
    }

  private:
    Database& database_;
    const Source& source_;
};

Result<void> search(Database& database, const Source& source, const std::string& words,
                    const std::string& query, const TakeFound& take) {
    const auto take_row = [&](Row& row) -> Result<void> {
        FoundView view;
        view.where = source.where;
        std::string field, text;
        if (!row.take(view.exhibit_label, view.path, view.conversation, view.message_id, field,
                      text)) {
            return Row::damaged();
        }
        view.excerpt = field.empty() ? "" : field + ": ";
        view.excerpt += excerpt_of(text, query);
        return take(view);
    };
    return database.each(fmt::format(fmt::runtime(source.show), fmt::arg("words", words)), take_row,
                         query);
}

Result<void> search_everything(Database& database, Index index, const std::string& query,
                               const TakeFound& take) {
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    for (const Source& source : kSources) {
        if (auto done =
                search(database, source, fmt::format("{}_words", source.table), query, take);
            !done) {
            return done;
        }
        if (index == Index::complete) {
            continue;
        }
        const Database::WriteWindow window(database);
        Tail tail(database, source);
        if (auto built = tail.build(); !built) {
            return built;
        }
        if (auto done =
                search(database, source, fmt::format("{}_tail_words", source.table), query, take);
            !done) {
            return done;
        }
    }
    return {};
}

int count_token(void* count, int /*flags*/, const char* /*token*/, int /*size*/, int /*start*/,
                int /*end*/) {
    ++*static_cast<int*>(count);
    return SQLITE_OK;
}

// Whether FTS5's own tokenizer finds any word: a query of signs alone must not look like a search
// that found nothing. How to reach it: sqlite.org/fts5.html, section 7.
Result<bool> holds_a_word(Database& database, const std::string& query) {
    auto statement = database.prepare("SELECT fts5($1)");
    if (!statement) {
        return fail(std::move(statement).error());
    }
    fts5_api* api = nullptr;
    sqlite3_bind_pointer(sqlite_handle(statement->driver()), 1, static_cast<void*>(&api),
                         "fts5_api_ptr", nullptr);
    sqlite3_step(sqlite_handle(statement->driver()));
    void* context = nullptr;
    fts5_tokenizer tokenizer{};
    if (api == nullptr ||
        api->xFindTokenizer(api, "unicode61", &context, &tokenizer) != SQLITE_OK) {
        return fail(Errc::unsupported, "this SQLite has no full-text search");
    }
    Fts5Tokenizer* instance = nullptr;
    std::array options{"remove_diacritics", "2", "categories", "L* Nd"};
    if (const int code = tokenizer.xCreate(context, options.data(), options.size(), &instance);
        code != SQLITE_OK) {
        return fail(database_error(sqlite_handle(database.driver()), code));
    }
    int words = 0;
    const int code = tokenizer.xTokenize(instance, &words, FTS5_TOKENIZE_QUERY, query.data(),
                                         static_cast<int>(query.size()), count_token);
    tokenizer.xDelete(instance);
    if (code != SQLITE_OK) {
        return fail(database_error(sqlite_handle(database.driver()), code));
    }
    return words > 0;
}

} // namespace

Result<void> find_in_sqlite(Case& file, const std::string& words, const TakeFound& take) {
    const auto means_something = holds_a_word(file.database(), words);
    if (!means_something) {
        return fail(means_something.error());
    }
    if (!*means_something) {
        return fail(no_word_in_query());
    }
    const auto index = bring_up_to_date(file);
    if (!index) {
        return fail(index.error());
    }
    return search_everything(file.database(), *index, words, take);
}

} // namespace rempart::casefile
