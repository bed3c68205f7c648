// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The one form of a record: a line of JSON with fixed keys in a fixed order, so that the same act
/// has the same bytes. The leaf of the tree is the hash of exactly these bytes.
///
///     {"v":1,"n":7,"act":"viewed","who":"ada@host","at_us":1700000000000000,"purpose":"...",
///      "subject":{"rows":"items"},"seals":[["items",1,100,100,"<sha256>"]],
///      "changes":[["contents",5,"<sha256 before>",null]]}
///
/// (in one line, without the spaces).

#include <string>
#include <string_view>

#include "rempart/casefile/audit.hpp"

namespace rempart::casefile {

/// A record read back. `entry.seals` have no marks.
struct AuditRecord {
    std::uint64_t index = 0;
    AuditEntry entry;
};

/// \pre valid UTF-8 everywhere; entry.at is utc.
[[nodiscard]] std::string audit_record_text(std::uint64_t index, const AuditEntry& entry);

/// Strict: accepts exactly what audit_record_text writes. \return `malformed` naming the byte.
[[nodiscard]] Result<AuditRecord> parse_audit_record(std::string_view text);

} // namespace rempart::casefile
