// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Sorts more records than fit into memory: sorted runs on the disk, then one merge of all.

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "recognise/spill_file.hpp"

namespace rempart::recognise {

/// Records of one size, ordered as strings of bytes. Not for two threads.
class ExternalSort {
  public:
    /// What a run is read by, at least: below it the disk would only seek.
    static constexpr std::size_t kMinReadBytes = std::size_t{16} << 10U;

    /// \param memory_bytes  for records; half of it, later, for what is read of the runs
    ExternalSort(std::size_t record_bytes, std::size_t memory_bytes, std::filesystem::path folder);

    /// \pre record_bytes bytes
    /// \return `io`; `limit_exceeded` if there are more runs than the memory can merge at once:
    ///         memory_bytes^2 / 32 KiB bytes of records, 17 TB with 768 MiB
    [[nodiscard]] Result<void> add(ByteView record) {
        if (held_ + record_bytes_ > capacity_) {
            if (auto spilled = spill(); !spilled) {
                return spilled;
            }
        }
        std::memcpy(records_.get() + held_, record.data(), record_bytes_);
        held_ += record_bytes_;
        ++count_;
        return {};
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// Sorted runs on the disk; 0 if all records are in memory.
    [[nodiscard]] std::size_t runs() const { return runs_.size(); }

    /// Gives all records in order, equal ones as often as they were added, and forgets them.
    /// \return `io`; what `take` returned
    [[nodiscard]] Result<void> finish(const std::function<Result<void>(const std::byte*)>& take);

  private:
    struct Run {
        std::uint64_t offset, bytes;
    };
    [[nodiscard]] Result<void>
    take_held(const std::function<Result<void>(const std::byte*)>& take) const;
    [[nodiscard]] Result<void> spill();
    [[nodiscard]] Result<void>
    merge(const std::function<Result<void>(const std::byte*)>& take) const;

    std::size_t record_bytes_;
    std::size_t memory_bytes_;
    std::size_t capacity_;
    std::unique_ptr<std::byte[]> records_; ///< The system gives pages only where it is written.
    std::size_t held_ = 0;
    std::uint64_t count_ = 0;
    SpillFile file_;
    std::vector<Run> runs_;
};

} // namespace rempart::recognise
