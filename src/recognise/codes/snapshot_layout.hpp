// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What stands where in a snapshot of a code index: docs/formats/code-index.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

using Sha256 = std::array<std::byte, 32>;
[[nodiscard]] Sha256 sha256_of(ByteView bytes);

inline constexpr std::size_t kHeaderBytes = 4096;
inline constexpr std::uint32_t kSnapshotVersion = 1;

/// From which all else about the layout follows.
struct SnapshotShape {
    std::uint64_t label = 0;
    std::uint64_t codes = 0;
    std::uint64_t rows = 0;
    std::uint32_t bands = 0;       ///< 0, or CodeBands::kFewest..kMost
    std::uint32_t id_bytes = 4;    ///< 3 or 4: of a code's place in a band's table
    std::uint32_t row_bytes = 8;   ///< 1..8
    std::uint32_t list_bytes = 4;  ///< 1..4
    std::uint32_t chunk_bytes = 0; ///< Power of two, 4 KiB..1 MiB: what one checksum covers.
    friend bool operator==(const SnapshotShape&, const SnapshotShape&) = default;
};

enum class SectionKind : std::uint32_t {
    rows = 1,       ///< row_bytes each, by code, row and list
    lists = 2,      ///< list_bytes each, beside the rows
    codes = 3,      ///< 32 bytes each, ascending, each different
    row_starts = 4, ///< 4 bytes: where each code's rows begin, and the end; only if some have many
    starts = 5,     ///< 4 bytes: where each value's codes begin in the band's ids, and the end
    ids = 6,        ///< id_bytes: places of codes by their value in the band; not for the first one
};

/// A part of the data, which begins behind the header.
struct Section {
    SectionKind kind{};
    std::uint32_t band = 0;
    std::uint64_t offset = 0; ///< From the end of the header; a multiple of chunk_bytes.
    std::uint64_t bytes = 0;
    friend bool operator==(const Section&, const Section&) = default;
};

struct SnapshotLayout {
    SnapshotShape shape;
    std::vector<Section> sections;
    std::uint64_t data_bytes = 0; ///< A multiple of chunk_bytes.

    /// \pre the shape's members are within their ranges.
    explicit SnapshotLayout(const SnapshotShape& shape);

    [[nodiscard]] std::uint64_t chunks() const { return data_bytes / shape.chunk_bytes; }
    /// Header, data, one checksum for each chunk.
    [[nodiscard]] std::uint64_t file_bytes() const {
        return kHeaderBytes + data_bytes + chunks() * sizeof(Sha256);
    }
    /// \pre there is one.
    [[nodiscard]] const Section& section(SectionKind kind, std::uint32_t band = 0) const;
};

/// The smallest chunk for small snapshots, so that they stay small.
[[nodiscard]] std::uint32_t chunk_bytes_for(std::uint64_t rows);
/// What the smallest number of bytes is that hold `largest`, 1..8.
[[nodiscard]] std::uint32_t bytes_to_hold(std::uint64_t largest);
/// 3 where that is enough to number `codes` of them, or 4.
[[nodiscard]] std::uint32_t id_bytes_for(std::uint64_t codes);

/// \param sums_digest SHA-256 of all chunks' checksums.
[[nodiscard]] Bytes encode_header(const SnapshotLayout& layout, const Sha256& sums_digest);

struct SnapshotHeader {
    SnapshotLayout layout;
    Sha256 sums_digest{};
    Sha256 digest{}; ///< Of the header itself.
};
/// \param head the first kHeaderBytes of a file, or all of a shorter one.
/// \param file_bytes how long the file is.
/// \return `truncated`, `malformed`, `unsupported`, `integrity`: as CodeIndex::open.
[[nodiscard]] Result<SnapshotHeader> decode_header(ByteView head, std::uint64_t file_bytes);

} // namespace rempart::recognise
