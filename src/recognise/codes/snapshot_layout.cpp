// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/snapshot_layout.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "recognise/codes/code_bands.hpp"

namespace rempart::recognise {
namespace {

constexpr std::string_view kMagic = "RMPCODES";
constexpr std::uint32_t kByteOrder = 0x01020304;
constexpr std::size_t kSumsDigestAt = kHeaderBytes - 2 * sizeof(Sha256);
constexpr std::size_t kDigestAt = kHeaderBytes - sizeof(Sha256);

// As it lies in the file, little-endian; sections follow.
struct FixedPart {
    std::array<char, 8> magic;
    std::uint32_t byte_order, version;
    std::uint64_t file_bytes, label, codes, rows;
    std::uint32_t bands, id_bytes, row_bytes, list_bytes, chunk_bytes, sections;
};
struct SectionEntry {
    std::uint32_t kind, band;
    std::uint64_t offset, bytes;
};
static_assert(sizeof(FixedPart) == 72 && sizeof(SectionEntry) == 24);
static_assert(std::is_trivially_copyable_v<FixedPart>);
static_assert(sizeof(FixedPart) + (2 * CodeBands::kMost + 4) * sizeof(SectionEntry) <=
              kSumsDigestAt);

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t to) {
    return (bytes + to - 1) / to * to;
}

bool is_in_range(const SnapshotShape& shape) {
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    const bool bands =
        shape.bands == 0 || (shape.bands >= CodeBands::kFewest && shape.bands <= CodeBands::kMost);
    return shape.codes <= shape.rows && shape.rows < kMost && bands &&
           shape.id_bytes == id_bytes_for(shape.codes) && shape.row_bytes >= 1 &&
           shape.row_bytes <= 8 && shape.list_bytes >= 1 && shape.list_bytes <= 4 &&
           std::has_single_bit(shape.chunk_bytes) && shape.chunk_bytes >= kHeaderBytes &&
           shape.chunk_bytes <= (1U << 20) && (shape.codes > 0 || shape.rows == 0);
}

Result<FixedPart> decode_fixed(ByteView head, std::uint64_t file_bytes) {
    const std::size_t known = std::min(head.size(), kMagic.size());
    if (chars_of(head.first(known)) != kMagic.substr(0, known)) {
        return fail(Errc::malformed, "not a snapshot of a code index");
    }
    if (head.size() < kHeaderBytes) {
        return fail(Errc::truncated, fmt::format("{} bytes, {} of header expected", head.size(),
                                                 std::size_t{kHeaderBytes}));
    }
    FixedPart fixed{};
    std::memcpy(&fixed, head.data(), sizeof(fixed));
    if (fixed.byte_order != kByteOrder) {
        return fixed.byte_order == __builtin_bswap32(kByteOrder)
                   ? fail(Errc::unsupported, "written in the other byte order")
                   : fail(Errc::malformed, "byte 8: no mark of the byte order");
    }
    if (fixed.version != kSnapshotVersion) {
        return fail(Errc::unsupported,
                    fmt::format("version {}, {} expected", fixed.version, kSnapshotVersion));
    }
    if (!std::ranges::equal(sha256_of(head.first(kDigestAt)), head.subspan(kDigestAt, 32))) {
        return fail(Errc::integrity, "the header's checksum does not hold");
    }
    if (fixed.file_bytes != file_bytes) {
        return fail(file_bytes < fixed.file_bytes ? Errc::truncated : Errc::malformed,
                    fmt::format("{} bytes, {} expected", file_bytes, fixed.file_bytes));
    }
    return fixed;
}

bool sections_are(ByteView head, const SnapshotLayout& layout) {
    for (std::size_t i = 0; i < layout.sections.size(); ++i) {
        SectionEntry entry{};
        std::memcpy(&entry, head.data() + sizeof(FixedPart) + i * sizeof(entry), sizeof(entry));
        if (Section{static_cast<SectionKind>(entry.kind), entry.band, entry.offset, entry.bytes} !=
            layout.sections[i]) {
            return false;
        }
    }
    return true;
}

} // namespace

Sha256 sha256_of(ByteView bytes) {
    Sha256 digest{};
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

SnapshotLayout::SnapshotLayout(const SnapshotShape& of) : shape(of) {
    const auto add = [&](SectionKind kind, std::uint32_t band, std::uint64_t bytes) {
        sections.push_back({kind, band, data_bytes, bytes});
        data_bytes += round_up(bytes, shape.chunk_bytes);
    };
    add(SectionKind::rows, 0, shape.rows * shape.row_bytes);
    add(SectionKind::lists, 0, shape.rows * shape.list_bytes);
    add(SectionKind::codes, 0, shape.codes * 32);
    if (shape.rows != shape.codes) {
        add(SectionKind::row_starts, 0, (shape.codes + 1) * 4);
    }
    if (shape.bands == 0) {
        return;
    }
    const CodeBands bands(shape.bands);
    for (std::uint32_t band = 0; band < shape.bands; ++band) {
        add(SectionKind::starts, band, ((std::uint64_t{1} << bands[band].width) + 1) * 4);
        if (band > 0) { // of the first one, codes stand in its order themselves
            // One byte more, so that 3 bytes can be read as 4.
            add(SectionKind::ids, band, shape.codes * shape.id_bytes + 1);
        }
    }
}

const Section& SnapshotLayout::section(SectionKind kind, std::uint32_t band) const {
    const auto found = std::ranges::find_if(sections, [&](const Section& section) {
        return section.kind == kind && section.band == band;
    });
    assert(found != sections.end());
    return *found;
}

std::uint32_t chunk_bytes_for(std::uint64_t rows) {
    return rows < 4096 ? 4096 : 65536;
}

std::uint32_t bytes_to_hold(std::uint64_t largest) {
    return std::max(1U, (static_cast<std::uint32_t>(std::bit_width(largest)) + 7) / 8);
}

std::uint32_t id_bytes_for(std::uint64_t codes) {
    return codes <= (std::uint64_t{1} << 24) ? 3 : 4;
}

Bytes encode_header(const SnapshotLayout& layout, const Sha256& sums_digest) {
    const SnapshotShape& shape = layout.shape;
    FixedPart fixed{.magic = {},
                    .byte_order = kByteOrder,
                    .version = kSnapshotVersion,
                    .file_bytes = layout.file_bytes(),
                    .label = shape.label,
                    .codes = shape.codes,
                    .rows = shape.rows,
                    .bands = shape.bands,
                    .id_bytes = shape.id_bytes,
                    .row_bytes = shape.row_bytes,
                    .list_bytes = shape.list_bytes,
                    .chunk_bytes = shape.chunk_bytes,
                    .sections = static_cast<std::uint32_t>(layout.sections.size())};
    std::ranges::copy(kMagic, fixed.magic.begin());
    Bytes head(kHeaderBytes);
    std::memcpy(head.data(), &fixed, sizeof(fixed));
    std::size_t at = sizeof(fixed);
    for (const Section& section : layout.sections) {
        const SectionEntry entry{static_cast<std::uint32_t>(section.kind), section.band,
                                 section.offset, section.bytes};
        std::memcpy(head.data() + at, &entry, sizeof(entry));
        at += sizeof(entry);
    }
    std::ranges::copy(sums_digest, head.begin() + kSumsDigestAt);
    std::ranges::copy(sha256_of(ByteView(head).first(kDigestAt)), head.begin() + kDigestAt);
    return head;
}

Result<SnapshotHeader> decode_header(ByteView head, std::uint64_t file_bytes) {
    if constexpr (std::endian::native != std::endian::little) {
        return fail(Errc::unsupported, "snapshots are for little-endian machines");
    }
    const auto fixed = decode_fixed(head, file_bytes);
    if (!fixed) {
        return fail(fixed.error());
    }
    const SnapshotShape shape{.label = fixed->label,
                              .codes = fixed->codes,
                              .rows = fixed->rows,
                              .bands = fixed->bands,
                              .id_bytes = fixed->id_bytes,
                              .row_bytes = fixed->row_bytes,
                              .list_bytes = fixed->list_bytes,
                              .chunk_bytes = fixed->chunk_bytes};
    if (!is_in_range(shape)) {
        return fail(Errc::malformed, "the header's numbers are out of range");
    }
    SnapshotHeader header{.layout = SnapshotLayout(shape), .sums_digest = {}, .digest = {}};
    if (fixed->sections != header.layout.sections.size() ||
        header.layout.file_bytes() != file_bytes || !sections_are(head, header.layout)) {
        return fail(Errc::malformed, "the sections are not those of such an index");
    }
    std::ranges::copy(head.subspan(kSumsDigestAt, 32), header.sums_digest.begin());
    std::ranges::copy(head.subspan(kDigestAt, 32), header.digest.begin());
    return header;
}

} // namespace rempart::recognise
