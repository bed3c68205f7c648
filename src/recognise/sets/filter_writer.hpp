// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The filters of a set, one for all keys that begin with the same bits: made one at a time, so
/// that memory is that of one.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "recognise/sets/set_layout.hpp"
#include "recognise/spill_file.hpp"

namespace rempart::recognise {

/// Takes the keys in order. Not for two threads.
class FilterWriter {
  public:
    /// \param keys  how many there are at most
    /// \param memory_bytes  for one filter; a shard with more keys than fit, which only chosen
    ///                      digests make, gets none, and lets everything pass
    FilterWriter(std::uint64_t keys, std::size_t memory_bytes, const std::filesystem::path& folder);

    /// \return `io`
    [[nodiscard]] Result<void> add(const std::byte* digest);
    /// Ends the last shard. \return `io`
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] std::uint32_t shard_bits() const { return shard_bits_; }
    /// What stands in the file, after finish.
    [[nodiscard]] SpillFile& filters() { return filters_; }
    [[nodiscard]] Bytes shards() const;

  private:
    [[nodiscard]] Result<void> end_shard();

    std::uint32_t shard_bits_ = 0;
    std::size_t max_values_;
    std::vector<std::uint64_t> values_; ///< Of the shard at hand.
    bool too_many_ = false;
    std::vector<SetShard> shards_; ///< Those that are ended.
    SpillFile filters_;
};

} // namespace rempart::recognise
