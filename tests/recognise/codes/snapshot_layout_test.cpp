// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/snapshot_layout.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace rempart::recognise {
namespace {

SnapshotShape shape_of(std::uint32_t bands) {
    return {.label = 5,
            .codes = 100,
            .rows = 150,
            .bands = bands,
            .id_bytes = 3,
            .row_bytes = 2,
            .list_bytes = 1,
            .chunk_bytes = 4096};
}

void sign(Bytes& head) {
    std::ranges::copy(sha256_of(ByteView(head).first(kHeaderBytes - 32)),
                      head.begin() + (kHeaderBytes - 32));
}

Errc code_of(Bytes head, std::uint64_t file_bytes) {
    const auto decoded = decode_header(head, file_bytes);
    EXPECT_FALSE(decoded);
    return decoded ? Errc{} : decoded.error().code;
}

TEST(SnapshotLayout, SectionsFollowEachOtherInWholeChunks) {
    for (const std::uint32_t bands : {0U, 10U, 32U}) {
        const SnapshotLayout layout(shape_of(bands));
        std::uint64_t end = 0;
        for (const Section& section : layout.sections) {
            EXPECT_EQ(section.offset, end);
            end = section.offset + (section.bytes + 4095) / 4096 * 4096;
        }
        EXPECT_EQ(layout.data_bytes, end);
        EXPECT_EQ(layout.sections.size(), bands == 0 ? 4U : 3 + 2 * bands);
        EXPECT_EQ(layout.file_bytes(), 4096 + end + end / 4096 * 32);
    }
}

TEST(SnapshotLayout, TheHeaderComesBackAsItWas) {
    const SnapshotLayout layout(shape_of(12));
    const Sha256 sums = sha256_of(bytes_of("sums"));
    const auto decoded = decode_header(encode_header(layout, sums), layout.file_bytes());
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->layout.shape, layout.shape);
    EXPECT_EQ(decoded->layout.sections, layout.sections);
    EXPECT_EQ(decoded->sums_digest, sums);
}

TEST(SnapshotLayout, EachWayToBeWrongHasItsError) {
    const SnapshotLayout layout(shape_of(12));
    const std::uint64_t bytes = layout.file_bytes();
    const Bytes good = encode_header(layout, {});

    EXPECT_EQ(code_of(Bytes(good.begin(), good.begin() + 7), 7), Errc::truncated);
    EXPECT_EQ(code_of(Bytes(good.begin(), good.end() - 1), kHeaderBytes - 1), Errc::truncated);
    EXPECT_EQ(code_of(Bytes(10), 10), Errc::malformed); // short, and no snapshot
    EXPECT_EQ(code_of(good, bytes - 1), Errc::truncated);
    EXPECT_EQ(code_of(good, bytes + 1), Errc::malformed);

    Bytes other = good;
    other[0] = std::byte{'X'};
    EXPECT_EQ(code_of(other, bytes), Errc::malformed);
    other = good;
    std::reverse(other.begin() + 8, other.begin() + 12);
    EXPECT_EQ(code_of(other, bytes), Errc::unsupported);
    other[8] = std::byte{9};
    EXPECT_EQ(code_of(other, bytes), Errc::malformed);
    for (const int version : {0, 2}) {
        other = good;
        other[12] = static_cast<std::byte>(version);
        sign(other);
        EXPECT_EQ(code_of(other, bytes), Errc::unsupported) << version;
    }
    other = good;
    other[3000] = std::byte{1};
    EXPECT_EQ(code_of(other, bytes), Errc::integrity);
}

// Whoever makes a file can make its checksum, too.
TEST(SnapshotLayout, NumbersThatContradictEachOtherAreRefused) {
    const SnapshotLayout layout(shape_of(12));
    for (std::size_t at = 32; at < 72 + 24 * layout.sections.size(); ++at) {
        if (at >= 24 && at < 32) {
            continue;
        }
        for (const int change : {1, 0x80}) {
            Bytes other = encode_header(layout, {});
            other[at] ^= static_cast<std::byte>(change);
            sign(other);
            EXPECT_EQ(code_of(other, layout.file_bytes()), Errc::malformed) << at;
        }
    }
}

} // namespace
} // namespace rempart::recognise
