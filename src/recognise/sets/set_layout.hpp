// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bytes of a hash-set file, version 1. All numbers are little-endian.
///
///     file    := header data table
///     header  := 4096 bytes, see set_layout.cpp; the last 32 are the SHA-256 of those before: the
///                set's id. It holds the SHA-256 of `table`, so the id stands for every byte.
///     data    := keys rows more_rows filter radix shards     each begins at a multiple of 64;
///                                                            zero bytes between
///     table   := 16 bytes for each 16 KiB of data, the last of which may be shorter: the first
///     half
///                of its SHA-256
///     keys      := distinct digests, ascending, 16, 20 or 32 bytes each
///     rows      := a word of 64 bits a key, or absent: the row that holds it; if the first bit is
///                  set, where in more_rows its rows begin
///     more_rows := words of 64 bits: rows, ascending; the first bit is set in the last of a key
///     filter    := fuse filters, one behind the other: one for each shard
///     radix     := 2^radix_bits + 1 numbers of 32 bits: how many keys begin with less than i
///     shards    := 2^shard_bits entries of 24 bytes: the filter of the keys that begin with i
///
/// Where each part begins follows from the counts in the header: no offset can lie.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "recognise/sets/fuse_filter.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/hash_set.hpp"

namespace rempart::recognise {

inline constexpr std::size_t kSetHeaderBytes = 4096;
/// Our choice: what a first touch has to read and hash, about 10 microseconds; the table is a
/// thousandth of the data, so that a set of a billion rows opens with 20 MB read.
inline constexpr std::size_t kSetChunkBytes = std::size_t{16} << 10U;
inline constexpr std::size_t kSetCheckBytes = 16; ///< Of one chunk, in the table.
inline constexpr std::size_t kSetShardBytes = 24; ///< Of one shard's entry.
inline constexpr std::uint64_t kSetManyRows = std::uint64_t{1} << 63U; ///< The first bit of a word.
inline constexpr int kMaxSetRadixBits = 30;
inline constexpr int kMaxSetShardBits = 16;

struct SetHeader {
    HashSetInfo info; ///< `file_bytes` and `id` are filled by decode and encode.
    std::uint32_t radix_bits = 0;
    std::uint32_t shard_bits = 0;
    std::uint64_t more_rows = 0; ///< Words.
    std::uint64_t filter_bytes = 0;
    std::array<std::byte, 32> table_sha256{};
};

/// Bytes from..to of a part of the file.
struct SetSection {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

struct SetPlan {
    SetSection keys, rows, more_rows, filter, radix, shards, table;
    std::uint64_t data_bytes = 0; ///< From the end of the header to the table.
    std::uint64_t file_bytes = 0;
};

/// \pre the counts are within what decode lets through
[[nodiscard]] SetPlan plan_of(const SetHeader& header);

/// Fills `file_bytes` and `id`. \pre the strings fit (see HashSetLabel)
[[nodiscard]] std::array<std::byte, kSetHeaderBytes> encode_set_header(SetHeader& header);

/// \param bytes  the first kSetHeaderBytes of the file, or all of a shorter one
/// \param file_bytes  its size
/// \return `malformed` if it is no set, or has counts that cannot be; `unsupported` for another
///         version, byte order or kind; `truncated`; `integrity` if the header is not what was
///         written
[[nodiscard]] Result<SetHeader> decode_set_header(ByteView bytes, std::uint64_t file_bytes);

/// A shard as it stands in the file. An empty one lets nothing pass; one without a filter lets all.
struct SetShard {
    enum class State : std::uint8_t { unfiltered, filtered, empty };
    State state = State::empty;
    FuseShape shape;
    std::uint64_t begin = 0; ///< Of its filter, in bytes from the beginning of the section.
};

[[nodiscard]] std::array<std::byte, kSetShardBytes> encode_set_shard(const SetShard& shard);
/// \return `malformed` if the filter does not lie within `filter_bytes`
[[nodiscard]] Result<SetShard> decode_set_shard(ByteView bytes, std::uint64_t filter_bytes);

/// How many leading bits the radix index of `keys` keys has: 5 to 10 keys share a value, so that it
/// costs at most 0.8 bytes a key. Our choice, measured: fewer keys a value are no faster.
[[nodiscard]] std::uint32_t set_radix_bits(std::uint64_t keys);

// --- numbers in bytes
// -----------------------------------------------------------------------------

template <typename Number>
[[nodiscard]] inline Number load_native(const std::byte* from) {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return number;
}

/// The first 8 bytes of a digest as a number that is ordered as the bytes are.
[[nodiscard]] inline std::uint64_t leading_bits(const std::byte* digest) {
    return __builtin_bswap64(load_native<std::uint64_t>(digest));
}

/// The first `bits` bits. \param leading  as above
[[nodiscard]] inline std::uint64_t first_bits(std::uint64_t leading, std::uint32_t bits) {
    return bits == 0 ? 0 : leading >> (64 - bits);
}

/// What of a digest its filter is asked for: not the bytes that choose the shard.
[[nodiscard]] inline std::uint64_t filter_value(const std::byte* digest) {
    return load_native<std::uint64_t>(digest + 8);
}

} // namespace rempart::recognise
