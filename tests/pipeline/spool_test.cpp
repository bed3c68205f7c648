// SPDX-License-Identifier: Apache-2.0
#include "pipeline/spool.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "rempart/core/hex.hpp"

namespace rempart::pipeline {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

Bytes pattern(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) {
        bytes[i] = static_cast<std::byte>(i * 31 >> 3);
    }
    return bytes;
}

// Appends `size` bytes in pieces and reads them back by digest.
void expect_round_trip(SpoolSpace& space, std::size_t size) {
    const Bytes bytes = pattern(size);
    Spool spool(space);
    for (std::size_t at = 0; at < size;) {
        const std::size_t piece = std::min<std::size_t>(300'001, size - at);
        ASSERT_TRUE(spool.append(std::span(bytes).subspan(at, piece)));
        at += piece;
    }
    const auto descriptor = spool.descriptor();
    ASSERT_TRUE(descriptor);
    EXPECT_EQ(spool.size_bytes(), size);
    EXPECT_EQ(size_of(*descriptor).value_or(1), size);
    recognise::Digester digester;
    digester.update(bytes);
    EXPECT_EQ(digests_of(*descriptor, size, recognise::DigestSet::all).value(), digester.finish());
}

TEST(Spool, GivesBackWhatWasAppendedInMemoryAndOnDisk) {
    const auto folder = std::filesystem::temp_directory_path();
    SpoolSpace roomy(folder, 64 * kMiB);
    SpoolSpace none(folder, 0);
    SpoolSpace tight(folder, kMiB);
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{5 * kMiB},
                                   std::size_t{SpoolSpace::kMaxSpoolMemoryBytes + 1}}) {
        expect_round_trip(roomy, size);
        expect_round_trip(none, size);
        expect_round_trip(tight, size);
    }
}

TEST(Spool, LeavesNoNameOnDisk) {
    const auto folder = std::filesystem::temp_directory_path() / "rempart-spool-test";
    std::filesystem::create_directory(folder);
    {
        SpoolSpace space(folder, 0);
        Spool spool(space);
        ASSERT_TRUE(spool.append(pattern(100)));
        EXPECT_TRUE(std::filesystem::is_empty(folder));
    }
    std::filesystem::remove(folder);
}

TEST(Spool, AFolderThatIsGoneIsAnErrorAndNotALoss) {
    SpoolSpace space("/nonexistent/folder", 0);
    Spool spool(space);
    EXPECT_FALSE(spool.append(pattern(10)));
}

TEST(Digests, AFileThatIsShorterThanStatedIsDamaged) {
    SpoolSpace space(std::filesystem::temp_directory_path(), kMiB);
    Spool spool(space);
    ASSERT_TRUE(spool.append(pattern(10)));
    const auto digests = digests_of(spool.descriptor().value(), 11, recognise::DigestSet::all);
    ASSERT_FALSE(digests);
    EXPECT_EQ(digests.error().code, Errc::damaged);
}

} // namespace
} // namespace rempart::pipeline
