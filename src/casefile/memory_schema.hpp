// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The tables of a memory and who may do what with them; migrations.cpp says in which spelling, and
/// docs/memory.md what each column means.

#include <array>
#include <span>
#include <string_view>

#include "casefile/log_schema.hpp"
#include "casefile/migrations.hpp"
#include "rempart/casefile/roles.hpp"

namespace rempart::casefile {

// A batch is what one transaction added: the number of the record that seals it. It is the unit
// that seals and changes are told in (row_seal.hpp), so that the log stays short whatever the
// number of contents: withdrawing ten million is a record of two hundred changes.
//
// exhibit_no names a row of memory_exhibits without a foreign key: to check one when an exhibit is
// withdrawn, PostgreSQL would read all contents, for each exhibit again.
inline constexpr auto kMemoryTables = joined(kLogTables, R"sql(
CREATE TABLE memory_info (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL, name TEXT NOT NULL, authority TEXT NOT NULL, legal_basis TEXT NOT NULL,
    purpose TEXT NOT NULL, review_date TEXT NOT NULL,
    created_us INTEGER, created_kind INTEGER NOT NULL
) STRICT;
CREATE TABLE memory_cases (
    id INTEGER PRIMARY KEY,
    case_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, authority TEXT NOT NULL
) STRICT;
CREATE TABLE memory_exhibits (
    id INTEGER PRIMARY KEY, case_no INTEGER NOT NULL REFERENCES memory_cases (id),
    label TEXT NOT NULL, read_us INTEGER, read_kind INTEGER NOT NULL,
    UNIQUE (case_no, label)
) STRICT;
CREATE TABLE memory_contents (
    sha256 BLOB NOT NULL, case_no INTEGER NOT NULL REFERENCES memory_cases (id),
    batch INTEGER NOT NULL, exhibit_no INTEGER NOT NULL,
    on_alert_list INTEGER NOT NULL CHECK (on_alert_list IN (0, 1)),
    PRIMARY KEY (sha256, case_no)
) STRICT;
CREATE INDEX memory_contents_by_batch ON memory_contents (batch, sha256);
)sql");

inline constexpr std::array kMemoryMigrations{
    Migration{"first schema", kMemoryTables.data(), "", kLogGuard}};

struct MemoryRole {
    std::string_view name;
    std::span<const TableRight> rights; ///< Beyond kMemoryCommonRights.
    bool temporary_tables = false;
};

inline constexpr std::array kMemoryCommonRights{
    TableRight{"SELECT", "memory_migrations, memory_info, audit_head"},
    TableRight{"SELECT (idx)", "audit_log"},
    TableRight{"INSERT", "audit_log, audit_nodes, audit_marks"},
    TableRight{"UPDATE (size, frontier)", "audit_head"},
};

namespace rights {
inline constexpr std::string_view kRemembered = "memory_cases, memory_exhibits, memory_contents";
// Who shares also reads: what is there already, and what is sealed.
inline constexpr std::array kContribute{TableRight{"SELECT, INSERT, DELETE", kRemembered},
                                        TableRight{"UPDATE (on_alert_list)", "memory_contents"}};
inline constexpr std::array kAskMemory{TableRight{"SELECT", kRemembered}};
inline constexpr std::array kAuditMemory{
    TableRight{"SELECT", "audit_log, audit_nodes, audit_marks"}};
} // namespace rights

inline constexpr std::array kMemoryRoles{MemoryRole{"contribute", rights::kContribute, true},
                                         MemoryRole{"ask", rights::kAskMemory},
                                         MemoryRole{"audit", rights::kAuditMemory}};

} // namespace rempart::casefile
