// SPDX-License-Identifier: Apache-2.0
#include "casefile/audit_log.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

#include <fmt/format.h>

#include "casefile/audit_record.hpp"
#include "casefile/role_rights.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

constexpr bool acts_are_in_order() {
    for (std::size_t i = 0; i < kAuditActs.size(); ++i) {
        if (static_cast<std::size_t>(kAuditActs[i].act) != i) {
            return false;
        }
    }
    return kAuditActs.back().act == AuditAct::entry_judged;
}
static_assert(acts_are_in_order());

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

TimeValue now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

Result<void> check(const AuditEntry& entry) {
    const AuditActFacts& facts = facts_of(entry.act);
    if (facts.needs_purpose && is_blank(entry.purpose)) {
        return fail(Errc::invalid_argument,
                    fmt::format("\"{}\" needs a purpose: why the data is looked at or given away",
                                facts.name));
    }
    bool valid = is_utf8(entry.who) && is_utf8(entry.purpose);
    for (const AuditDetail& detail : entry.subject) {
        const bool plain_name = std::all_of(detail.name.begin(), detail.name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
        valid = valid && plain_name && is_utf8(detail.value);
    }
    if (!valid) {
        return fail(Errc::invalid_argument, "a record of the log takes valid UTF-8 only");
    }
    return {};
}

Result<audit::Frontier> select_head(Database& database, std::string_view sql) {
    const auto statement = database.kept(sql);
    if (!statement) {
        return fail(statement.error());
    }
    std::optional<audit::Frontier> head;
    (*statement)->start();
    auto read = (*statement)->each([&](Row& row) -> Result<void> {
        std::uint64_t size = 0;
        Bytes bytes;
        if (!row.take(size, bytes)) {
            return Row::damaged();
        }
        auto parsed = audit::Frontier::parse(bytes);
        if (!parsed || parsed->size() != size) {
            return fail(Errc::integrity, "the head of the audit log is damaged");
        }
        head = std::move(*parsed);
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    if (!head) {
        return fail(Errc::integrity, "the head of the audit log is missing");
    }
    return std::move(*head);
}

Result<void> store_marks(Database& database, std::uint64_t index, const AuditEntry& entry) {
    for (std::size_t i = 0; i < entry.seals.size(); ++i) {
        if (entry.seals[i].marks.empty()) {
            continue;
        }
        const auto insert =
            database.kept("INSERT INTO audit_marks (log_idx, ordinal, marks) VALUES ($1, $2, $3)");
        if (!insert) {
            return fail(insert.error());
        }
        if (auto stored = (*insert)->run(index, i, entry.seals[i].marks); !stored) {
            return stored;
        }
    }
    return {};
}

// The entry with what the caller left to us.
Result<std::string> text_of(Database& database, std::uint64_t index, const AuditEntry& entry) {
    std::string text;
    const bool on_server = database.dialect() == Dialect::postgres;
    if (on_server || entry.who.empty() || entry.at.kind != TimeKind::utc) {
        AuditEntry whole = entry;
        if (on_server || entry.who.empty()) {
            auto actor = actor_of(database);
            if (!actor) {
                return actor;
            }
            whole.who = std::move(*actor);
        }
        whole.at = entry.at.kind == TimeKind::utc ? entry.at : now();
        text = audit_record_text(index, whole);
    } else {
        text = audit_record_text(index, entry);
    }
    if (text.size() > kMaxRecordBytes) {
        return fail(Errc::limit_exceeded, "a record of the log would be too large");
    }
    return text;
}

Result<void> add_record(Database& database, audit::Frontier& head, const AuditEntry& entry) {
    if (auto checked = check(entry); !checked) {
        return checked;
    }
    const std::uint64_t index = head.size();
    const auto text = text_of(database, index, entry);
    if (!text) {
        return fail(text.error());
    }
    const audit::Hash leaf = audit::leaf_hash(bytes_of(*text));
    const auto insert =
        database.kept("INSERT INTO audit_log (idx, record, leaf) VALUES ($1, $2, $3)");
    if (!insert) {
        return fail(insert.error());
    }
    if (auto stored = (*insert)->run(index, *text, leaf); !stored) {
        return stored;
    }
    Result<void> nodes;
    head.append(leaf, [&](unsigned height, std::uint64_t at, const audit::Hash& hash) {
        if (height % kNodeStride != 0 || !nodes) {
            return;
        }
        const auto insert_node =
            database.kept("INSERT INTO audit_nodes (height, idx, hash) VALUES ($1, $2, $3)");
        nodes = insert_node ? (*insert_node)->run(height, at, hash)
                            : Result<void>(fail(insert_node.error()));
    });
    return nodes ? store_marks(database, index, entry) : nodes;
}

} // namespace

std::optional<AuditAct> audit_act_named(std::string_view name) noexcept {
    for (const AuditActFacts& facts : kAuditActs) {
        if (facts.name == name) {
            return facts.act;
        }
    }
    return std::nullopt;
}

Result<audit::Frontier> lock_head(Database& database) {
    // Within a Transaction there is no other writer: SQLite's BEGIN IMMEDIATE, PostgreSQL's
    // advisory lock (postgres_driver.cpp).
    return select_head(database, "SELECT size, frontier FROM audit_head WHERE only_row = 1");
}

Result<audit::Frontier> read_head(Database& database) {
    return select_head(database, "SELECT size, frontier FROM audit_head WHERE only_row = 1");
}

Result<void> begin_log(Database& database) {
    return database.run("INSERT INTO audit_head (only_row, size, frontier) VALUES (1, 0, $1)",
                        audit::Frontier().serialised());
}

Result<audit::Hash> stored_node(Database& database, unsigned height, std::uint64_t index) {
    const unsigned below = height % kNodeStride;
    const unsigned stored = height - below;
    const std::uint64_t first = index << below;
    const std::uint64_t count = std::uint64_t{1} << below;
    const auto statement = database.kept(
        stored == 0 ? "SELECT leaf FROM audit_log WHERE idx >= $1 AND idx < $2 ORDER BY idx"
                    : "SELECT hash FROM audit_nodes WHERE idx >= $1 AND idx < $2 AND height = $3 "
                      "ORDER BY idx");
    if (!statement) {
        return fail(statement.error());
    }
    audit::Frontier part;
    const auto take = [&](Row& row) -> Result<void> {
        audit::Hash hash{};
        if (!row.take(hash)) {
            return Row::damaged();
        }
        part.append(hash);
        return {};
    };
    if (stored == 0) {
        (*statement)->start(first, first + count);
    } else {
        (*statement)->start(first, first + count, stored);
    }
    if (auto read = (*statement)->each(take); !read) {
        return fail(std::move(read).error());
    }
    if (part.size() != count) {
        return fail(Errc::integrity,
                    fmt::format("the audit log lacks a node (height {}, from {})", stored, first));
    }
    return part.root(); // 2^below nodes make one complete node
}

Result<std::uint64_t> append(Database& database, const AuditEntry& entry) {
    return append(database, std::span(&entry, 1));
}

Result<std::uint64_t> append(Database& database, std::span<const AuditEntry> entries) {
    if (!database.in_transaction()) {
        return fail(Errc::invalid_argument, "an act is logged in its own transaction only");
    }
    auto head = lock_head(database);
    if (!head) {
        return fail(std::move(head).error());
    }
    const std::uint64_t first = head->size();
    for (const AuditEntry& entry : entries) {
        if (auto added = add_record(database, *head, entry); !added) {
            return fail(std::move(added).error());
        }
    }
    const auto update =
        database.kept("UPDATE audit_head SET size = $1, frontier = $2 WHERE only_row = 1");
    if (!update) {
        return fail(update.error());
    }
    if (auto stored = (*update)->run(head->size(), head->serialised()); !stored) {
        return fail(std::move(stored).error());
    }
    return first;
}

Result<audit::TreeHead> audit_head(Database& database) {
    const auto head = read_head(database);
    if (!head) {
        return fail(head.error());
    }
    return audit::TreeHead{head->size(), head->root()};
}

} // namespace rempart::casefile
