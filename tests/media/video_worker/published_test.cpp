// SPDX-License-Identifier: Apache-2.0
// Frames' hashes against those that the reference's vpdq-hash-video printed of its sample videos.
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "media/video_worker/videos.hpp"
#include "rempart/recognise/pdq_hash.hpp"
#include "support/shared_data.hpp"

namespace rempart::media {
namespace {

using recognise::PdqHash;

struct Row {
    int quality = 0;
    PdqHash hash;
    double seconds = 0;
};

std::vector<Row> rows_of(const std::filesystem::path& path) {
    std::vector<Row> rows;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string number, quality, hash, seconds;
        std::getline(fields, number, ',');
        std::getline(fields, quality, ',');
        std::getline(fields, hash, ',');
        std::getline(fields, seconds, ',');
        const auto parsed = PdqHash::from_hex(hash);
        EXPECT_TRUE(parsed);
        rows.push_back({std::stoi(quality), *parsed, std::stod(seconds)});
    }
    return rows;
}

class PublishedVideos : public testing::TestWithParam<const char*> {};

TEST_P(PublishedVideos, EveryFrameIsWithinAFewBitsOfTheReferences) {
    const auto folder = shared_path("samples/pdq");
    if (folder.empty()) {
        GTEST_SKIP() << "no shared samples";
    }
    const auto expected = rows_of(folder / "vpdq" / (std::string(GetParam()) + ".txt"));
    auto pool = VideoPool::create(video_pool_config());
    ASSERT_TRUE(pool);
    const auto file = open_read_only(folder / "videos" / (std::string(GetParam()) + ".mp4"));
    ASSERT_TRUE(file);
    const auto facts = pool->examine(file->get(), Sampling::every_frame);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_FALSE(facts->partial) << facts->partial_reason;
    ASSERT_EQ(facts->frames.size(), expected.size());
    int sum = 0, compared = 0, worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const VideoFrame& frame = facts->frames[i];
        EXPECT_NEAR(static_cast<double>(frame.from_ms) / 1000, expected[i].seconds, 0.002) << i;
        if (expected[i].quality < 50) {
            continue;
        }
        const int bits = hamming_distance(PdqHash::from_bytes(frame.hashes[0]), expected[i].hash);
        sum += bits;
        worst = std::max(worst, bits);
        ++compared;
    }
    ASSERT_GT(compared, 0);
    std::cout << GetParam() << ": mean " << static_cast<double>(sum) / compared << ", most "
              << worst << " bits over " << compared << " frames\n";
    EXPECT_LE(sum, 2 * compared);
    EXPECT_LE(worst, 6);
}

INSTANTIATE_TEST_SUITE_P(Samples, PublishedVideos,
                         testing::Values("chair-20-sd-bar", "chair-22-sd-grey-bar"));

} // namespace
} // namespace rempart::media
