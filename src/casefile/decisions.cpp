// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/decisions.hpp"

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/server_time.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kColumns =
    "SELECT id, kind, subject, reason, asked_by, asked_us, decided_by, decided_us, verdict, note "
    "FROM decisions ";

bool says_something(const std::string& text) {
    return is_utf8(text) && text.find_first_not_of(" \t\r\n") != std::string::npos;
}

TimeValue from_micros(std::int64_t micros) {
    return {TimeKind::utc, micros};
}

Result<Decision> take_decision(Row& row) {
    Decision decision;
    std::string kind;
    std::int64_t asked = 0;
    std::optional<std::int64_t> decided;
    std::optional<std::string> decided_by, verdict, note;
    const bool whole = row.take(decision.id, kind, decision.subject, decision.reason,
                                decision.asked_by, asked, decided_by, decided, verdict, note);
    const auto known = decision_kind_named(kind);
    if (!whole || !known) {
        return Row::damaged();
    }
    decision.kind = *known;
    decision.asked = from_micros(asked);
    if (verdict) {
        decision.verdict =
            *verdict == name(Verdict::approved) ? Verdict::approved : Verdict::refused;
        decision.decided_by = decided_by.value_or("");
        decision.note = note.value_or("");
        decision.decided = from_micros(decided.value_or(0));
    }
    return decision;
}

template <typename... Args>
Result<std::vector<Decision>> select(Case& file, std::string_view which, const Args&... args) {
    std::vector<Decision> all;
    auto read = file.database().each(
        std::string(kColumns).append(which),
        [&](Row& row) -> Result<void> {
            auto decision = take_decision(row);
            if (!decision) {
                return fail(std::move(decision).error());
            }
            all.push_back(std::move(*decision));
            return {};
        },
        args...);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

// A plain answer before the database gives its own.
Result<Decision> open_request(Case& file, RowId id, const std::string& person) {
    auto found = select(file, "WHERE id = $1", id);
    if (!found) {
        return fail(std::move(found).error());
    }
    if (found->empty()) {
        return fail(Errc::not_found, fmt::format("nothing was asked under the number {}", id));
    }
    Decision& request = found->front();
    if (request.verdict) {
        return fail(Errc::refused,
                    fmt::format("number {} is {} already", id, name(*request.verdict)));
    }
    if (request.asked_by == person) {
        return fail(Errc::refused, "it takes a second person: nobody decides on what they asked "
                                   "for themselves");
    }
    return std::move(request);
}

} // namespace

std::optional<DecisionKind> decision_kind_named(std::string_view name) noexcept {
    for (std::size_t i = 0; i < kDecisionKinds.size(); ++i) {
        if (kDecisionKinds[i] == name) {
            return static_cast<DecisionKind>(i);
        }
    }
    return std::nullopt;
}

Result<RowId> ask_decision(Case& file, DecisionKind kind, const std::string& subject,
                           const std::string& reason) {
    if (!says_something(subject) || !says_something(reason)) {
        return fail(Errc::invalid_argument, "a request says what exactly it is about, and why");
    }
    Database& database = file.database();
    auto act = AuditedChange::begin(database, AuditAct::decision_asked);
    if (!act) {
        return fail(std::move(act).error());
    }
    const auto person = person_of(database);
    if (!person) {
        return fail(person.error());
    }
    const auto id = database.scalar(
        fmt::format("INSERT INTO decisions (kind, subject, reason, asked_by, asked_us) "
                    "VALUES ($1, $2, $3, $4, {}) RETURNING id",
                    server_now_us(database.dialect())),
        name(kind), subject, reason, *person);
    if (!id) {
        return fail(id.error());
    }
    if (auto sealed = act->seal(SealedTable::decisions, **id); !sealed) {
        return fail(std::move(sealed).error());
    }
    act->entry().purpose = file.info().purpose;
    act->entry().subject = {{"decision", std::to_string(**id)},
                            {"kind", std::string(name(kind))},
                            {"subject", subject}};
    if (auto done = act->commit(); !done) {
        return fail(std::move(done).error());
    }
    return **id;
}

Result<void> decide(Case& file, RowId id, Verdict verdict, const std::string& note) {
    if (!is_utf8(note)) {
        return fail(Errc::invalid_argument, "a note is valid UTF-8");
    }
    Database& database = file.database();
    auto act = AuditedChange::begin(database, AuditAct::decided);
    if (!act) {
        return fail(std::move(act).error());
    }
    const auto person = person_of(database);
    if (!person) {
        return fail(person.error());
    }
    const auto request = open_request(file, id, *person);
    if (!request) {
        return fail(request.error());
    }
    if (auto touched = act->touch(SealedTable::decisions, id); !touched) {
        return touched;
    }
    auto stored = database.run(
        fmt::format("UPDATE decisions SET decided_by = $1, decided_us = {}, verdict = $2, "
                    "note = $3 WHERE id = $4 AND decided_by IS NULL",
                    server_now_us(database.dialect())),
        *person, name(verdict), note, id);
    if (!stored) {
        return stored;
    }
    act->entry().purpose = file.info().purpose;
    act->entry().subject = {{"decision", std::to_string(id)},
                            {"kind", std::string(name(request->kind))},
                            {"subject", request->subject},
                            {"verdict", std::string(name(verdict))}};
    return act->commit();
}

Result<std::vector<Decision>> decisions(Case& file) {
    return select(file, "ORDER BY id");
}

Result<std::optional<Decision>> approved_decision(Case& file, DecisionKind kind,
                                                  const std::string& subject) {
    auto last = select(file,
                       "WHERE kind = $1 AND subject = $2 AND verdict IS NOT NULL "
                       "ORDER BY decided_us DESC, id DESC LIMIT 1",
                       name(kind), subject);
    if (!last) {
        return fail(std::move(last).error());
    }
    if (last->empty() || last->front().verdict != Verdict::approved) {
        return std::nullopt;
    }
    return std::move(last->front());
}

} // namespace rempart::casefile
