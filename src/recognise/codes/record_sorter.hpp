// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Codes with their rows, in the order of the codes, however many there are: sorted runs in a file
/// that are merged at the end.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "recognise/spill_file.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

struct CodeRecord {
    PdqHash code;
    std::uint64_t row = 0;
    std::uint32_t list = 0;
    std::uint32_t unused = 0; ///< No byte of a run is undefined.
    friend auto operator<=>(const CodeRecord&, const CodeRecord&) = default;
};
static_assert(sizeof(CodeRecord) == 48);

class RecordSorter {
  public:
    /// \param memory_bytes roughly what is held before a run is written.
    RecordSorter(std::size_t memory_bytes, std::filesystem::path directory);

    /// \return `io`.
    [[nodiscard]] Result<void> add(const CodeRecord& record);
    /// Ends adding. \return `io`.
    [[nodiscard]] Result<void> finish();
    /// The next records in ascending order; fewer than `out` takes only at the end.
    /// \return `io`; at the end `integrity`, if what came out is not what went in.
    [[nodiscard]] Result<std::size_t> next(std::span<CodeRecord> out);

    [[nodiscard]] std::uint64_t count() const { return count_; }

  private:
    struct Run { // of the file, and what of it is in memory
        std::uint64_t next_offset = 0;
        std::uint64_t end_offset = 0;
        std::vector<CodeRecord> buffer;
        std::size_t at = 0;
        [[nodiscard]] const CodeRecord& head() const { return buffer[at]; }
    };
    struct Key {
        std::uint64_t prefix = 0;
        std::uint32_t place = 0;
    };

    void sort_records();
    [[nodiscard]] Result<void> write_run();
    [[nodiscard]] Result<bool> refill(Run& run) const;
    [[nodiscard]] Result<std::size_t> merge(std::span<CodeRecord> out);
    [[nodiscard]] bool comes_later(std::size_t a, std::size_t b) const;

    std::size_t most_records_;
    std::vector<CodeRecord> records_;
    std::vector<Key> order_; ///< Of records_, once they are sorted.
    std::size_t taken_ = 0;  ///< Of order_.
    SpillFile file_;
    std::vector<Run> runs_;
    std::vector<std::size_t> heap_; ///< Runs with records left, the smallest head first.
    std::uint64_t count_ = 0;
    std::uint64_t left_ = 0;
    std::uint64_t sum_in_ = 0, sum_out_ = 0; ///< Over all records, in any order.
};

} // namespace rempart::recognise
