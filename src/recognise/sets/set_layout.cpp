// SPDX-License-Identifier: Apache-2.0
// The header:
//
//     at    bytes
//     0     8     89 "RMPSET" 0A: no text, and other line ends would change it
//     8     4     0x01020304: the byte order
//     12    4     version: 1
//     16    4     kind of digest: 1 MD5, 2 SHA-1, 3 SHA-256, 4 ed2k
//     20    4     polarity: 1 alert, 2 allow, 3 note
//     24    4     1 if there are rows, else 0
//     28    4     radix_bits
//     32    4     shard_bits
//     36    4     log2 of the bytes that share a check value: 14
//     40    8     number of keys
//     48    8     number of rows
//     56    8     words of more_rows
//     64    8     bytes of filter
//     72    8     bytes of the file
//     80    32    SHA-256 of table
//     112   32    SHA-256 of the imported list, or zeroes
//     144   4+4   bytes of the list's name, of its version
//     152   ...   name, version, zeroes
//     4064  32    SHA-256 of all that precedes
#include "recognise/sets/set_layout.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

static_assert(std::endian::native == std::endian::little,
              "sets are read where they lie, as little-endian numbers");

constexpr std::string_view kMagic = "\x89RMPSET\n";
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kChunkLog2 = 14;
static_assert(std::size_t{1} << kChunkLog2 == kSetChunkBytes);
constexpr std::size_t kTextAt = 152;
constexpr std::size_t kIdAt = kSetHeaderBytes - 32;
constexpr std::uint64_t kAlignment = 64;
static_assert(kTextAt + 2 * kMaxSetTextBytes <= kIdAt);

// Codes of the file, not of this program: they never change.
struct KindCode {
    HashKind kind;
    std::uint32_t code;
};
constexpr std::array kKindCodes{KindCode{HashKind::md5, 1}, KindCode{HashKind::sha1, 2},
                                KindCode{HashKind::sha256, 3}, KindCode{HashKind::ed2k, 4}};

std::array<std::byte, 32> sha256_of(ByteView bytes) {
    Digester digester(DigestSet::sha256_only);
    digester.update(bytes);
    return digester.finish().sha256;
}

class Writer {
  public:
    explicit Writer(std::span<std::byte> out) : out_(out) {}
    template <typename Number>
    void put(Number number) {
        std::memcpy(out_.data() + at_, &number, sizeof number);
        at_ += sizeof number;
    }
    void put_bytes(ByteView bytes) {
        std::ranges::copy(bytes, out_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += bytes.size();
    }

  private:
    std::span<std::byte> out_;
    std::size_t at_ = 0;
};

class Reader {
  public:
    explicit Reader(ByteView bytes) : bytes_(bytes) {}
    template <typename Number>
    Number take() {
        const auto number = load_native<Number>(bytes_.data() + at_);
        at_ += sizeof number;
        return number;
    }
    template <std::size_t Size>
    std::array<std::byte, Size> take_array() {
        std::array<std::byte, Size> out;
        std::ranges::copy(bytes_.subspan(at_, Size), out.begin());
        at_ += Size;
        return out;
    }

  private:
    ByteView bytes_;
    std::size_t at_ = 0;
};

// What can be told before the rest of the header is believed.
Result<void> check_beginning(ByteView bytes) {
    const ByteView magic = bytes.first(std::min(bytes.size(), kMagic.size()));
    if (!kMagic.starts_with(chars_of(magic)) || magic.empty()) {
        return fail(Errc::malformed, "no hash set");
    }
    if (bytes.size() < kSetHeaderBytes) {
        return fail(Errc::truncated, fmt::format("a hash set of {} bytes", bytes.size()));
    }
    const auto order = load_native<std::uint32_t>(bytes.data() + 8);
    if (order == __builtin_bswap32(kByteOrder)) {
        return fail(Errc::unsupported, "a hash set of a machine with another byte order");
    }
    if (order != kByteOrder) {
        return fail(Errc::malformed, "no hash set: its byte order is none");
    }
    if (const auto version = load_native<std::uint32_t>(bytes.data() + 12); version != kVersion) {
        return fail(Errc::unsupported, fmt::format("a hash set of version {}; this program reads "
                                                   "version {}: import the list again",
                                                   version, kVersion));
    }
    if (!std::ranges::equal(sha256_of(bytes.first(kIdAt)), bytes.subspan(kIdAt, 32))) {
        return fail(Errc::integrity, "the header of the hash set is damaged");
    }
    return {};
}

// Whether all counts are within what the arithmetic of plan_of holds, and agree.
bool counts_can_be(const SetHeader& header) {
    constexpr std::uint64_t kMaxWords = std::uint64_t{1} << 40U;
    const HashSetInfo& info = header.info;
    return info.keys <= 0xFFFF'FFFFU && info.rows >= info.keys && info.rows < kSetManyRows &&
           header.more_rows <= kMaxWords && (info.has_rows || header.more_rows == 0) &&
           header.radix_bits <= kMaxSetRadixBits && header.shard_bits <= kMaxSetShardBits &&
           header.filter_bytes <= kMaxWords;
}

Result<HashKind> kind_of(std::uint32_t code) {
    const auto* const row = std::ranges::find(kKindCodes, code, &KindCode::code);
    if (row == kKindCodes.end()) {
        return fail(Errc::unsupported, fmt::format("a hash set of the unknown kind {}", code));
    }
    return row->kind;
}

Result<SetHeader> parse(ByteView bytes) {
    SetHeader header;
    HashSetInfo& info = header.info;
    Reader reader(bytes.subspan(16));
    const auto kind = kind_of(reader.take<std::uint32_t>());
    if (!kind) {
        return fail(kind.error());
    }
    info.kind = *kind;
    const auto polarity = reader.take<std::uint32_t>();
    const auto has_rows = reader.take<std::uint32_t>();
    header.radix_bits = reader.take<std::uint32_t>();
    header.shard_bits = reader.take<std::uint32_t>();
    const auto chunk_log2 = reader.take<std::uint32_t>();
    info.keys = reader.take<std::uint64_t>();
    info.rows = reader.take<std::uint64_t>();
    header.more_rows = reader.take<std::uint64_t>();
    header.filter_bytes = reader.take<std::uint64_t>();
    info.file_bytes = reader.take<std::uint64_t>();
    header.table_sha256 = reader.take_array<32>();
    info.label.source_sha256 = reader.take_array<32>();
    const auto name_bytes = reader.take<std::uint32_t>();
    const auto version_bytes = reader.take<std::uint32_t>();
    if (polarity < 1 || polarity > 3 || has_rows > 1 || chunk_log2 != kChunkLog2 ||
        name_bytes > kMaxSetTextBytes || version_bytes > kMaxSetTextBytes) {
        return fail(Errc::malformed, "the header of the hash set contradicts itself");
    }
    info.label.polarity = static_cast<SetPolarity>(polarity - 1);
    info.has_rows = has_rows == 1;
    info.label.name = chars_of(bytes.subspan(kTextAt, name_bytes));
    info.label.version = chars_of(bytes.subspan(kTextAt + name_bytes, version_bytes));
    std::ranges::copy(bytes.subspan(kIdAt, 32), info.id.begin());
    return header;
}

std::uint64_t aligned(std::uint64_t offset) {
    return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

} // namespace

SetPlan plan_of(const SetHeader& header) {
    const HashSetInfo& info = header.info;
    SetPlan plan;
    std::uint64_t end = kSetHeaderBytes;
    const auto place = [&](SetSection& section, std::uint64_t bytes) {
        section = {.offset = aligned(end), .bytes = bytes};
        end = section.offset + bytes;
    };
    place(plan.keys, info.keys * size_bytes(info.kind));
    place(plan.rows, info.has_rows ? info.keys * 8 : 0);
    place(plan.more_rows, header.more_rows * 8);
    place(plan.filter, header.filter_bytes);
    place(plan.radix, ((std::uint64_t{1} << header.radix_bits) + 1) * 4);
    place(plan.shards, kSetShardBytes << header.shard_bits);
    plan.data_bytes = end - kSetHeaderBytes;
    const std::uint64_t chunks = (plan.data_bytes + kSetChunkBytes - 1) / kSetChunkBytes;
    plan.table = {.offset = end, .bytes = chunks * kSetCheckBytes};
    plan.file_bytes = end + plan.table.bytes;
    return plan;
}

std::array<std::byte, kSetHeaderBytes> encode_set_header(SetHeader& header) {
    HashSetInfo& info = header.info;
    info.file_bytes = plan_of(header).file_bytes;
    std::array<std::byte, kSetHeaderBytes> bytes{};
    Writer writer(bytes);
    writer.put_bytes(bytes_of(kMagic));
    writer.put(kByteOrder);
    writer.put(kVersion);
    writer.put(std::ranges::find(kKindCodes, info.kind, &KindCode::kind)->code);
    writer.put(static_cast<std::uint32_t>(info.label.polarity) + 1);
    writer.put(std::uint32_t{info.has_rows});
    writer.put(header.radix_bits);
    writer.put(header.shard_bits);
    writer.put(kChunkLog2);
    writer.put(info.keys);
    writer.put(info.rows);
    writer.put(header.more_rows);
    writer.put(header.filter_bytes);
    writer.put(info.file_bytes);
    writer.put_bytes(header.table_sha256);
    writer.put_bytes(info.label.source_sha256);
    writer.put(static_cast<std::uint32_t>(info.label.name.size()));
    writer.put(static_cast<std::uint32_t>(info.label.version.size()));
    writer.put_bytes(bytes_of(info.label.name));
    writer.put_bytes(bytes_of(info.label.version));
    info.id = sha256_of(std::span(bytes).first(kIdAt));
    std::ranges::copy(info.id, bytes.begin() + kIdAt);
    return bytes;
}

Result<SetHeader> decode_set_header(ByteView bytes, std::uint64_t file_bytes) {
    if (auto begins = check_beginning(bytes); !begins) {
        return fail(begins.error());
    }
    auto header = parse(bytes);
    if (!header) {
        return header;
    }
    const std::uint64_t stated = header->info.file_bytes;
    if (!counts_can_be(*header) || plan_of(*header).file_bytes != stated) {
        return fail(Errc::malformed, "the header of the hash set contradicts itself");
    }
    if (file_bytes < stated) {
        return fail(Errc::truncated,
                    fmt::format("the hash set has {} bytes, {} expected", file_bytes, stated));
    }
    if (file_bytes > stated) {
        return fail(Errc::malformed, fmt::format("the hash set ends at byte {}, but {} follow",
                                                 stated, file_bytes - stated));
    }
    SetHeader again = *header; // so that bytes that mean nothing are zero, and one file is one set
    if (!std::ranges::equal(encode_set_header(again), bytes.first(kSetHeaderBytes))) {
        return fail(Errc::malformed, "the header of the hash set has bytes that mean nothing");
    }
    return header;
}

std::array<std::byte, kSetShardBytes> encode_set_shard(const SetShard& shard) {
    std::array<std::byte, kSetShardBytes> bytes{};
    Writer writer(bytes);
    writer.put(shard.shape.seed);
    writer.put(shard.begin);
    writer.put(shard.shape.segments);
    writer.put(shard.shape.segment_bits);
    writer.put(static_cast<std::uint8_t>(shard.state));
    return bytes;
}

Result<SetShard> decode_set_shard(ByteView bytes, std::uint64_t filter_bytes) {
    Reader reader(bytes.first(kSetShardBytes));
    SetShard shard;
    shard.shape.seed = reader.take<std::uint64_t>();
    shard.begin = reader.take<std::uint64_t>();
    shard.shape.segments = reader.take<std::uint32_t>();
    shard.shape.segment_bits = reader.take<std::uint8_t>();
    const auto state = reader.take<std::uint8_t>();
    shard.state = static_cast<SetShard::State>(state);
    if (state > 2 || shard.shape.segment_bits > FuseShape::kMaxBits) {
        return fail(Errc::malformed, "a shard of the hash set is of no kind");
    }
    const bool fits = shard.begin <= filter_bytes && shard.shape.segments >= 1 &&
                      shard.shape.size_bytes() <= filter_bytes - shard.begin &&
                      shard.shape.size_bytes() < (std::uint64_t{1} << 31U);
    if (shard.state == SetShard::State::filtered && !fits) {
        return fail(Errc::malformed, "a filter of the hash set lies outside of it");
    }
    return shard;
}

std::uint32_t set_radix_bits(std::uint64_t keys) {
    constexpr std::uint64_t kKeysPerValue = 5;
    const auto bits = static_cast<std::uint32_t>(std::bit_width(keys / kKeysPerValue));
    return bits == 0 ? 0 : std::min<std::uint32_t>(bits - 1, kMaxSetRadixBits);
}

} // namespace rempart::recognise
