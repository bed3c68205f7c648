// SPDX-License-Identifier: Apache-2.0
// What people found when they looked at a hit.
#include <fmt/format.h>

#include "casefile/content_index.hpp"
#include "casefile/entry_acts.hpp"
#include "casefile/index_lead.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/server_time.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kConfirmed = "confirmed", kFalse = "false";

/// A content that some hit joins with that entry, whatever the entry's state.
Result<RowId> content_hit_by(Database& database, RowId list, const Feedback& feedback) {
    if (auto led = lead_by_indexes(database, LeadFor::transaction); !led) {
        return fail(std::move(led).error());
    }
    const auto content = database.scalar(
        fmt::format("SELECT c.id FROM contents c WHERE {} AND EXISTS (SELECT 1 FROM hits h "
                    "JOIN list_entries n ON n.id = h.entry_id WHERE h.content_id = c.id "
                    "AND +h.list_id = $3 AND n.entry = $4)",
                    is_content("$1", "$2")),
        index_start(feedback.sha256), ByteView(feedback.sha256), list, feedback.entry);
    if (!content) {
        return fail(content.error());
    }
    const std::optional<std::int64_t>& row = *content;
    return row ? Result<RowId>(*row)
               : fail(Errc::not_found, "no content of that digest is a hit of that entry");
}

} // namespace

Result<void> give_feedback(Case& file, const Feedback& feedback) {
    if (!is_utf8(feedback.note)) {
        return fail(Errc::invalid_argument, "a note is valid UTF-8");
    }
    Database& database = file.database();
    auto act = AuditedChange::begin(database, AuditAct::entry_judged);
    if (!act) {
        return fail(std::move(act).error());
    }
    const auto list = list_named(database, feedback.list);
    if (!list) {
        return fail(list.error());
    }
    const auto content = content_hit_by(database, *list, feedback);
    if (!content) {
        return fail(content.error());
    }
    const auto person = person_of(database);
    if (!person) {
        return fail(person.error());
    }
    const std::string_view verdict = feedback.confirmed ? kConfirmed : kFalse;
    const auto id = database.scalar(
        fmt::format("INSERT INTO entry_feedback (list_id, entry, content_id, verdict, note, who, "
                    "at_us) VALUES ($1, $2, $3, $4, $5, $6, {}) RETURNING id",
                    server_now_us(database.dialect())),
        *list, feedback.entry, *content, verdict, feedback.note, *person);
    if (!id) {
        return fail(id.error());
    }
    if (auto sealed = act->seal(SealedTable::entry_feedback, id->value_or(0)); !sealed) {
        return sealed;
    }
    act->entry().subject = {{"list", feedback.list},
                            {"entry", std::to_string(feedback.entry)},
                            {"sha256", encode_hex(feedback.sha256)},
                            {"verdict", std::string(verdict)}};
    return act->commit();
}

Result<FeedbackCounts> feedback_counts(Case& file, RowId list, std::optional<std::uint64_t> entry) {
    FeedbackCounts counts;
    auto read = file.database().each(
        "SELECT f.verdict, count(*) FROM entry_feedback f WHERE f.list_id = $1 "
        "AND ($2 = 0 OR f.entry = $3) AND NOT EXISTS (SELECT 1 FROM entry_feedback l "
        "WHERE l.list_id = f.list_id AND l.entry = f.entry AND l.content_id = f.content_id "
        "AND l.id > f.id) GROUP BY f.verdict",
        [&](Row& row) -> Result<void> {
            std::string verdict;
            std::uint64_t count = 0;
            if (!row.take(verdict, count)) {
                return Row::damaged();
            }
            (verdict == kConfirmed ? counts.confirmed : counts.not_confirmed) = count;
            return {};
        },
        list, entry.value_or(0), entry.value_or(0));
    return read ? Result<FeedbackCounts>(counts) : fail(std::move(read).error());
}

Result<std::vector<FeedbackRecord>> feedback_on(Case& file, RowId list, std::uint64_t entry,
                                                RowId content) {
    std::vector<FeedbackRecord> all;
    auto read = file.database().each(
        "SELECT verdict, note, who, at_us, 1 FROM entry_feedback WHERE list_id = $1 "
        "AND entry = $2 AND content_id = $3 ORDER BY id",
        [&](Row& row) -> Result<void> {
            FeedbackRecord& feedback = all.emplace_back();
            std::string verdict;
            if (!row.take(verdict, feedback.note, feedback.who, feedback.at)) {
                return Row::damaged();
            }
            feedback.confirmed = verdict == kConfirmed;
            return {};
        },
        list, entry, content);
    return read ? Result<std::vector<FeedbackRecord>>(std::move(all))
                : fail(std::move(read).error());
}

} // namespace rempart::casefile
