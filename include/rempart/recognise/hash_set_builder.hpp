// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Makes the file of a HashSet from digests in any order, in bounded memory, whole or not at all.

#include <cstdint>
#include <filesystem>
#include <memory>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_set.hpp"

namespace rempart::recognise {

struct HashSetBuilding {
    HashKind kind = HashKind::sha256; ///< Not pdq.
    HashSetLabel label;
    /// Whether rows are kept: 8 bytes more for each digest, on disk.
    bool keep_rows = true;
    /// The most memory that it takes, beside some MB and a thousandth of the file. At least
    /// kMinSetMemory. Our choice of 1 GiB: a billion SHA-1 then go through one merge of 42 runs.
    std::size_t memory_bytes = std::size_t{1} << 30U;
    /// Where sorted runs wait, without a name; the set's own folder if empty. Needs the size of
    /// all records: 28 bytes a SHA-1 with its row, beside the set itself.
    // NOLINTNEXTLINE(readability-redundant-member-init): g++ would ask every caller for it
    std::filesystem::path temporary_folder = {};
};
inline constexpr std::size_t kMinSetMemory = std::size_t{1} << 20U;

/// One set in the making. Destroyed before `finish` it leaves nothing on the disk, and so does a
/// process that dies. After a failure only destruction is left. Not for two threads.
///
/// The same rows give the same file, in whatever order they come.
class HashSetBuilder {
  public:
    /// \param target  what the file is called once it is whole; one of that name is replaced then
    /// \return `invalid_argument` for pdq, too little memory or too long a text; `io`
    [[nodiscard]] static Result<HashSetBuilder> begin(std::filesystem::path target,
                                                      const HashSetBuilding& building);
    HashSetBuilder(HashSetBuilder&&) noexcept;
    HashSetBuilder& operator=(HashSetBuilder&&) noexcept;
    ~HashSetBuilder();

    /// One listed digest. A digest may come with several rows, all of which are kept; the same
    /// digest and row count once.
    /// \param row  the caller's own number for what lists it, below 2^63; of no use without rows
    /// \return `invalid_argument` for a digest of another size, one of zeroes only (it stands for
    ///         "not computed") or a row of 2^63 or more; `limit_exceeded`; `io` (disk full)
    [[nodiscard]] Result<void> add(ByteView digest, std::uint64_t row = 0);

    /// Sorts, writes, syncs and names the file. \return what the set now says of itself; `io`;
    ///         `limit_exceeded` from 2^32 - 1 distinct digests on
    [[nodiscard]] Result<HashSetInfo> finish();

  private:
    struct State;
    explicit HashSetBuilder(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
