// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the acts on a memory share: their records in two logs, and what a case has to tell.

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "casefile/database.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/memory.hpp"

namespace rempart::casefile {

/// One act, told to both logs: "step" is "begun" or "done".
class MemoryAct {
  public:
    MemoryAct(Case& file, Memory& memory, AuditAct act, std::string purpose)
        : case_(&file), memory_(&memory), act_(act), purpose_(std::move(purpose)) {}

    /// The intent, in the case and then in the memory: nothing is written or shown before.
    [[nodiscard]] Result<void> begin();
    /// The outcome, in the memory and then in the case.
    [[nodiscard]] Result<void> end(const std::vector<AuditDetail>& counts);
    /// A record of the memory's log, for what one transaction of the act does there.
    [[nodiscard]] AuditEntry entry_of_memory(std::string step) const;

  private:
    [[nodiscard]] AuditEntry entry_of_case(std::string step) const;

    Case* case_;
    Memory* memory_;
    AuditAct act_;
    std::string purpose_;
};

struct ExhibitSeen {
    std::string label;
    TimeValue first_read; ///< When its first run began; none if it has none.
};
[[nodiscard]] Result<std::map<RowId, ExhibitSeen>> exhibits_seen(Case& file);

struct ContentSeen {
    std::array<std::byte, 32> sha256{};
    std::uint64_t size_bytes = 0;
    std::string mime;
    RowId exhibit = 0; ///< Of those that hold it the one that was added first.
    bool on_alert_list = false;
};
/// By rising SHA-256, without empty contents and those that an allow list knows.
[[nodiscard]] Result<void>
each_content_seen(Case& file, const std::function<Result<void>(const ContentSeen&)>& take);
/// The same in `waiting`, which `flush` is to empty each time it holds `batch` of them, and at the
/// end with those that are left.
[[nodiscard]] Result<void> each_batch_seen(Case& file, std::size_t batch,
                                           std::vector<ContentSeen>& waiting,
                                           const std::function<Result<void>()>& flush);

} // namespace rempart::casefile
