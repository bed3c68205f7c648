// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The memory of a lab: which contents were seen in which of its cases, and where first, by the
/// SHA-256 of the bytes. docs/memory.md says what it is for, docs/adr/0007-memory-of-a-lab.md why
/// it holds what it holds.
///
/// A memory is a PostgreSQL database of its own with its own legal basis, purpose and audit log: to
/// combine cases is an act of its own (Directive (EU) 2016/680, Articles 4, 9 and 25). Nothing gets
/// into it or out of it but by share(), ask() and withdraw(), each with a purpose that the caller
/// states, each in the log of the case and in that of the memory before the first row is written or
/// shown.
///
/// Case and memory are two databases, so an act is more than one transaction: its intent is logged
/// in the case, then in the memory; then it is done; then both logs get its outcome. After a crash
/// in between the intent stands without an outcome, and the same call completes the act.
///
/// A Memory is one database connection: not for two threads at once.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// What a memory is: the same facts as of a case, but its own.
using MemoryInfo = CaseInfo;

class Memory {
  public:
    /// Makes an empty memory in a database that holds nothing, which is made too if the server has
    /// none of that name and lets us; with its group roles if the server lets us make some.
    /// \return as Case::create; `invalid_argument` for a folder: a memory needs a server.
    [[nodiscard]] static Result<Memory> create(const std::string& url, const MemoryInfo& info);
    /// \return as Case::open; `malformed` for a case.
    [[nodiscard]] static Result<Memory> open(const std::string& url, Access access);

    Memory(Memory&&) noexcept;
    Memory& operator=(Memory&&) noexcept;
    ~Memory();

    [[nodiscard]] const MemoryInfo& info() const { return info_; }
    /// What it was opened by: opens it again.
    [[nodiscard]] const std::string& place() const { return place_; }

    /// For this module only.
    [[nodiscard]] Database& database() { return *database_; }

  private:
    Memory(std::unique_ptr<Database> database, MemoryInfo info, std::string place);
    std::unique_ptr<Database> database_;
    MemoryInfo info_;
    std::string place_;
};

/// Contents that one transaction of share() takes. Our choice: some megabytes in memory, the lock
/// of the writers held for about a second, and few records of the log (10 million contents make
/// 200).
inline constexpr std::size_t kShareBatch = 50'000;

struct ShareCounts {
    std::uint64_t contents = 0; ///< Of the case, as far as they are shared at all.
    std::uint64_t added = 0;    ///< New in the memory.
    std::uint64_t updated = 0;  ///< Known to it, but on an alert list since, or no longer.
};

/// Writes what the case holds into the memory: per content its SHA-256, the exhibit where it was
/// seen first (of those that hold it the one that was added first), and whether an alert list of
/// the case has exactly these bytes. Empty contents and those that an allow list knows stay out.
/// What is there already stays as it is, but for the mark of the list.
/// \param memory opened for writing.
/// \return `invalid_argument` for an empty purpose: nothing is done then; `refused` without the
///         right to; `unavailable`, `io`, `integrity`.
[[nodiscard]] Result<ShareCounts> share(Case& file, Memory& memory, const std::string& purpose,
                                        std::size_t batch = kShareBatch);

/// Removes all that the case ever shared, its name too. The log keeps its id.
/// \return how many contents were removed; failures as of share().
[[nodiscard]] Result<std::uint64_t> withdraw(Case& file, Memory& memory,
                                             const std::string& purpose);

/// A content of the case that asks, as another case has seen it.
struct SeenElsewhere {
    std::string sha256;           ///< Hex.
    std::uint64_t size_bytes = 0; ///< Of the own case, as the next two.
    std::string mime, exhibit;    ///< The exhibit where it was seen first.
    std::string case_id, case_name, authority, case_exhibit;
    TimeValue first_read;       ///< When that exhibit was first read into that case; may be none.
    bool on_alert_list = false; ///< Of that case, when it was last shared.
};

struct AskCounts {
    std::uint64_t asked = 0;  ///< Contents of the case, without those that share() leaves out.
    std::uint64_t found = 0;  ///< Of these, seen in another case.
    std::uint64_t places = 0; ///< Answers: pairs of a content and another case.
};

/// Tells what of this case was seen in other cases of the memory: by SHA-256, then by the time of
/// the other case (unknown ones last), then by its id. Reads one state of either side.
/// \param memory opened for writing, for its log.
/// \return what `take` returns; failures as of share(). The own case is never told.
[[nodiscard]] Result<AskCounts> ask(Case& file, Memory& memory, const std::string& purpose,
                                    const std::function<Result<void>(const SeenElsewhere&)>& take);

struct MemoryTotals {
    std::uint64_t cases = 0, contents = 0; ///< Contents count once for each case.
    /// Whether the server has the memory's roles and lets nobody else in.
    bool enforced = false;
    std::vector<std::string> roles; ///< Their names: contribute, ask, audit.
};
/// \return `refused` without the right to read it.
[[nodiscard]] Result<MemoryTotals> totals(Memory& memory);

/// As verify_log() of a case: the log against its tree, and all rows of the memory against the log.
[[nodiscard]] Result<AuditVerdict> verify_log(Memory& memory);
/// As record_act() of a case.
[[nodiscard]] Result<std::uint64_t> record_act(Memory& memory, const AuditEntry& entry);
/// Calls `take` for each record in order. \return what `take` returns, `refused`, `io`.
[[nodiscard]] Result<void>
each_log_record(Memory& memory,
                const std::function<Result<void>(std::uint64_t, const std::string&)>& take);

} // namespace rempart::casefile
