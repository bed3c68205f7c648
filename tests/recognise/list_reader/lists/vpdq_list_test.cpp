// SPDX-License-Identifier: Apache-2.0
// Frames of videos in lists: as vpdq-hash-video writes them, and as fingerprint --json prints them.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"
#include "support/shared_data.hpp"

namespace rempart::recognise {
namespace {

const std::string kA(64, '5'), kB(64, 'a'), kC(64, 'c');

std::string frame(int number, int quality, const std::string& hex, double seconds) {
    return fmt::format("{},{},{},{:.3f}\n", number, quality, hex, seconds);
}

TEST(VpdqList, IsOneVideoWithTheTimesOfItsFrames) {
    const auto list = collect(frame(0, 100, kA, 0) + frame(30, 80, kB, 1.001));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.format, "vpdq");
    ASSERT_EQ(list->hashes.size(), 2U);
    EXPECT_EQ(list->hashes[0].entry, 1U);
    EXPECT_EQ(list->hashes[1].entry, 1U);
    EXPECT_EQ(list->hashes[0].frame, (FrameSpan{0, 0}));
    EXPECT_EQ(list->hashes[1].frame, (FrameSpan{1'001, 1'001}));
}

TEST(VpdqList, FramesBelowTheQualityAreDroppedAndCounted) {
    const auto list =
        collect(frame(0, 49, kA, 0) + frame(1, 50, kB, 1) + frame(2, 100, std::string(64, '0'), 2));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->hashes.size(), 1U);
    EXPECT_EQ(list->summary.degenerate_hashes, 2U);
}

TEST(VpdqList, ABadLineRefusesTheListAndIsNamed) {
    const std::string good = frame(0, 100, kA, 0);
    for (const std::string& bad :
         {frame(0, 100, kB, 1), frame(1, 100, kB, -1), frame(1, 101, kB, 1),
          frame(1, 100, kB.substr(1), 1), frame(1, 100, "g" + kB.substr(1), 1),
          std::string("1,100," + kB + "\n"), std::string("1,100," + kB + ",nan\n"),
          std::string("1,100," + kB + ",1e99\n"), std::string("1,100," + kB + ",1.0,2\n"),
          std::string("x\n"), frame(1, 100, kB, 1).substr(0, 70)}) {
        const auto* const format = hash_list_format_named("vpdq");
        const Error error = error_of(collect(good + bad, format));
        EXPECT_EQ(error.code, Errc::malformed) << bad;
        EXPECT_NE(error.message.find("line 2"), std::string::npos) << error.message;
    }
}

TEST(VpdqList, TimesThatFallAreRefused) {
    EXPECT_FALSE(collect(frame(0, 100, kA, 5) + frame(1, 100, kB, 4.999)));
}

TEST(VpdqList, ThePublishedOnesAreReadWhole) {
    const auto folder = shared_path("samples/pdq");
    if (folder.empty()) {
        GTEST_SKIP() << "no shared data beside the repository";
    }
    // awk -F, '$2>=50' FILE | wc -l, and wc -l
    const auto list = collect(read_project_file(folder / "vpdq/chair-20-sd-bar.txt"));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.records, 614U);
    EXPECT_EQ(list->hashes.size() + list->summary.degenerate_hashes, 614U);
}

std::string video_line(const std::string& frames) {
    return R"({"type":"fingerprint","path":"a.mp4","algorithm":"vpdq","sha256":")" + kC +
           R"(","frames":[)" + frames + "]}\n";
}
std::string json_frame(double from, double to, const std::string& hex, int quality = 90) {
    return fmt::format(R"({{"from":{},"to":{},"quality":{},"hex":"{}"}})", from, to, quality, hex);
}

TEST(FingerprintList, AVideoIsOneEntryWithItsFramesAndItsDigest) {
    const auto list =
        collect(video_line(json_frame(0, 1.5, kA) + "," + json_frame(2.25, 2.25, kB)));
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->hashes.size(), 3U);
    EXPECT_EQ(list->hashes[0].frame, (FrameSpan{0, 1'500}));
    EXPECT_EQ(list->hashes[1].frame, (FrameSpan{2'250, 2'250}));
    EXPECT_EQ(list->hashes[1].label, "a.mp4");
    EXPECT_EQ(list->hashes[2].kind, HashKind::sha256);
    EXPECT_FALSE(list->hashes[2].frame);
}

TEST(FingerprintList, AFrameOfPoorQualityIsDroppedNotItsVideo) {
    const auto list = collect(video_line(json_frame(0, 0, kA, 10) + "," + json_frame(1, 1, kB)));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->hashes.size(), 2U);
    EXPECT_EQ(list->summary.degenerate_hashes, 1U);
}

TEST(FingerprintList, FramesWithoutSoundTimesAreRefused) {
    for (const std::string& frames :
         {json_frame(2, 1, kA), json_frame(-1, 1, kA),
          json_frame(3, 3, kA) + "," + json_frame(2, 2, kB), std::string("1"),
          std::string(R"({"from":0,"to":0,"quality":90})"),
          std::string(R"({"from":"0","to":0,"quality":90,"hex":""})")}) {
        EXPECT_FALSE(collect(video_line(frames))) << frames;
    }
}

} // namespace
} // namespace rempart::recognise
