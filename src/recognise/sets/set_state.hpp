// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What an open set is made of, for the sources of HashSet.

#include <cstdint>
#include <vector>

#include "recognise/sets/chunk_guard.hpp"
#include "recognise/sets/set_layout.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/recognise/hash_set.hpp"

namespace rempart::recognise {

/// A file in memory for reading, from its first byte. Owns the mapping.
class FileMapping {
  public:
    FileMapping() = default;
    FileMapping(const FileMapping&) = delete;
    FileMapping& operator=(const FileMapping&) = delete;
    ~FileMapping();
    /// \return `io`. \pre called once
    [[nodiscard]] Result<void> map(int fd, std::uint64_t bytes);
    [[nodiscard]] const std::byte* data() const { return data_; }

  private:
    const std::byte* data_ = nullptr;
    std::size_t bytes_ = 0;
};

struct HashSet::State {
    UniqueFd file;
    FileMapping mapping;
    SetHeader header;
    SetPlan plan;
    std::size_t key_bytes = 0;
    ChunkGuard guard;
    std::vector<SetShard> shards;

    const std::byte* keys_and_rows = nullptr; ///< Where these lie, less their offset.

    /// What lies at `offset` of the file, of keys and rows.
    [[nodiscard]] const std::byte* at(std::uint64_t offset) const { return keys_and_rows + offset; }
    [[nodiscard]] std::uint64_t key_at(std::uint64_t key) const {
        return plan.keys.offset + key * key_bytes;
    }
    /// Makes sure that what lies there was compared with its check values. \return as check
    [[nodiscard]] Result<void> touch(std::uint64_t offset, std::uint64_t bytes) const {
        return guard.knows(offset, bytes) ? Result<void>{} : guard.check(offset, bytes);
    }

    [[nodiscard]] Result<void> verify_keys() const;
    [[nodiscard]] Result<void> verify_radix() const;
    [[nodiscard]] Result<void> verify_rows() const;
    [[nodiscard]] bool rows_ascend(std::uint64_t& many) const;
};

} // namespace rempart::recognise
