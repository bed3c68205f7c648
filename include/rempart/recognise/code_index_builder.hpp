// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Makes a CodeIndex: in memory, or a snapshot file that is larger than memory.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "rempart/core/result.hpp"
#include "rempart/recognise/code_index.hpp"

namespace rempart::recognise {

/// Takes codes in any order. The same rows give the same bytes, whatever their order and the
/// memory limit. Not for sharing between threads.
class CodeIndexBuilder {
  public:
    struct Options {
        /// Working memory for write(); what does not fit is sorted in runs on disk beside the file
        /// (48 bytes a row, without a name, gone with the process). At least 16 MiB are used.
        std::size_t memory_limit_bytes = std::size_t{1} << 30;
        /// Where runs go; the temporary directory of the system if it is not said.
        std::optional<std::filesystem::path> spill_directory = std::nullopt;
        /// The caller's own number, kept in the file: as what it was made from.
        std::uint64_t label = 0;
        /// 0: by the number of codes. 10..32 for tests and measurements.
        unsigned bands = 0;
    };

    CodeIndexBuilder();
    explicit CodeIndexBuilder(Options options);
    CodeIndexBuilder(CodeIndexBuilder&&) noexcept;
    CodeIndexBuilder& operator=(CodeIndexBuilder&&) noexcept;
    ~CodeIndexBuilder();

    /// \return `io` (disk full and the rest); `limit_exceeded` at 2^32 - 1 rows.
    [[nodiscard]] Result<void> add(PdqHash code, CodeRow row);

    /// Writes the file under a temporary name beside `path`, syncs it, and gives it its name, so
    /// that `path` is the old snapshot or the new one and never a part. Nothing is left behind
    /// after an error. \return `io`, `integrity` (a run on disk was not read as it was written).
    [[nodiscard]] Result<void> write(const std::filesystem::path& path) &&;

    /// In memory. The limit counts only for what was spilled already. \return as write().
    [[nodiscard]] Result<CodeIndex> build() &&;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
