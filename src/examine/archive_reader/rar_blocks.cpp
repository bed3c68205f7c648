// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/rar_blocks.hpp"

#include <array>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/wire.hpp"

namespace rempart::examine {
namespace {

constexpr std::string_view kSignature4("Rar!\x1a\x07\x00", 7);
constexpr std::string_view kSignature5("Rar!\x1a\x07\x01\x00", 8);

/// Enough of a block for every field that is looked at.
constexpr std::size_t kHeadBytes = 160;
/// Our choice: blocks between two members (comments, recovery records) are a handful.
constexpr int kMaxBlocks = 1'000;

struct Block {
    std::uint64_t type = 0, flags = 0;
    std::uint64_t next = 0; ///< Where the block behind it begins.
    Bytes fields;           ///< What follows the common part, as far as it was read.
};

namespace rar4 {
constexpr std::uint64_t kFile = 0x74, kEnd = 0x7B;
constexpr std::uint64_t kHasData = 0x8000, kNextVolume = 0x0001;
} // namespace rar4
namespace rar5 {
constexpr std::uint64_t kFile = 2, kEnd = 5;
constexpr std::uint64_t kHasExtra = 1, kHasData = 2, kSplit = 0x08 | 0x10;
constexpr std::uint64_t kNextVolume = 1, kHasTime = 2, kHasCrc = 4;
} // namespace rar5

std::uint64_t vint(WireReader& in) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        const std::uint8_t byte = in.u8();
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if ((byte & 0x80U) == 0) {
            return value;
        }
    }
    in.reject();
    return 0;
}

Bytes head_at(const RarPlace& place) {
    Bytes head(kHeadBytes);
    const auto got = read_at(place.descriptor, place.at, head);
    head.resize(got ? *got : 0);
    return head;
}

// Nothing for what is no block, or one that reaches beyond the archive.
std::optional<Block> checked(const WireReader& in, Block block, const RarPlace& place,
                             std::uint64_t block_bytes, std::uint64_t data_bytes) {
    if (!in.ok() || place.at >= place.size_bytes) {
        return std::nullopt;
    }
    const std::uint64_t left = place.size_bytes - place.at;
    if (block_bytes > left || data_bytes > left - block_bytes) {
        return std::nullopt;
    }
    block.next = place.at + block_bytes + data_bytes;
    return block;
}

std::optional<Block> rar4_block(const RarPlace& place) {
    const Bytes head = head_at(place);
    WireReader in(head);
    Block block;
    (void)in.u16(); // CRC
    block.type = in.u8();
    block.flags = in.u16();
    const std::uint64_t header_bytes = in.u16();
    const std::uint64_t data_bytes = (block.flags & rar4::kHasData) != 0 ? in.u32() : 0;
    if (header_bytes < 7) {
        return std::nullopt;
    }
    return checked(in, std::move(block), place, header_bytes, data_bytes);
}

std::optional<Block> rar5_block(const RarPlace& place) {
    const Bytes head = head_at(place);
    WireReader in(head);
    Block block;
    (void)in.u32(); // CRC
    const std::uint64_t header_bytes = vint(in);
    const std::uint64_t prefix_bytes = head.size() - in.remaining();
    block.type = vint(in);
    block.flags = vint(in);
    if ((block.flags & rar5::kHasExtra) != 0) {
        (void)vint(in);
    }
    const std::uint64_t data_bytes = (block.flags & rar5::kHasData) != 0 ? vint(in) : 0;
    const std::size_t rest = in.remaining();
    block.fields.assign(head.end() - static_cast<std::ptrdiff_t>(rest), head.end());
    if (header_bytes == 0 || header_bytes > place.size_bytes) {
        return std::nullopt;
    }
    return checked(in, std::move(block), place, prefix_bytes + header_bytes, data_bytes);
}

std::optional<Block> block_at(RarVersion version, const RarPlace& place) {
    return version == RarVersion::rar4 ? rar4_block(place) : rar5_block(place);
}

void pass_signature(RarVersion version, RarPlace& place) {
    const std::string_view signature = version == RarVersion::rar4 ? kSignature4 : kSignature5;
    const Bytes head = head_at(place);
    if (chars_of(head).starts_with(signature)) {
        place.at += signature.size();
    }
}

// The first block from `place` on of one of two types.
std::optional<Block> find_block(RarVersion version, RarPlace place, std::uint64_t one,
                                std::uint64_t other) {
    pass_signature(version, place);
    for (int i = 0; i < kMaxBlocks; ++i) {
        auto block = block_at(version, place);
        if (!block || block->type == one || block->type == other) {
            return block;
        }
        place.at = block->next;
    }
    return std::nullopt;
}

} // namespace

RarEnd find_rar_end(RarVersion version, RarPlace place) {
    const bool old = version == RarVersion::rar4;
    const std::uint64_t end = old ? rar4::kEnd : rar5::kEnd;
    const auto block = find_block(version, place, end, old ? rar4::kFile : rar5::kFile);
    if (!block || block->type != end) {
        return RarEnd::missing;
    }
    if (old) {
        return (block->flags & rar4::kNextVolume) != 0 ? RarEnd::continues : RarEnd::there;
    }
    WireReader in(block->fields);
    return (vint(in) & rar5::kNextVolume) != 0 ? RarEnd::continues : RarEnd::there;
}

std::optional<std::uint32_t> stored_rar5_crc(RarPlace place) {
    const auto block = find_block(RarVersion::rar5, place, rar5::kFile, rar5::kEnd);
    if (!block || block->type != rar5::kFile || (block->flags & rar5::kSplit) != 0) {
        return std::nullopt;
    }
    WireReader in(block->fields);
    const std::uint64_t file_flags = vint(in);
    (void)vint(in); // unpacked size
    (void)vint(in); // attributes
    if ((file_flags & rar5::kHasTime) != 0) {
        (void)in.u32();
    }
    const std::uint32_t crc = (file_flags & rar5::kHasCrc) != 0 ? in.u32() : 0;
    const std::uint64_t method = vint(in) >> 7U & 7U;
    if (!in.ok() || (file_flags & rar5::kHasCrc) == 0 || method != 0) {
        return std::nullopt;
    }
    return crc;
}

} // namespace rempart::examine
