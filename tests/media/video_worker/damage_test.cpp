// SPDX-License-Identifier: Apache-2.0
// Damaged and lying videos through the confined worker: facts of what decodes, or a reason; never a
// crash, never more than the limits.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "media/video_worker/videos.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

class DamagedVideos : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        const TempDir temp;
        const std::string coding = "-c:v libx264 -preset veryfast -g 25";
        make_scenes(temp.path() / "a.mp4", 0, 2, 2, coding + " -movflags +faststart");
        make_scenes(temp.path() / "a.mkv", 0, 2, 2, coding);
        make_scenes(temp.path() / "a.ts", 0, 2, 2, coding);
        make_scenes(temp.path() / "a.avi", 0, 2, 2, "-c:v mpeg4 -g 25");
        for (const char* name : {"a.mp4", "a.mkv", "a.ts", "a.avi"}) {
            files_.push_back(bytes_of_file(temp.path() / name));
        }
    }
    static void TearDownTestSuite() { files_.clear(); }

    // Any outcome but the death of a worker: those are told by these codes.
    void expect_alive(const std::string& bytes, const std::string& what) {
        const auto facts = pool_->examine(video_in_memory(bytes).get());
        if (!facts) {
            const Errc code = facts.error().code;
            EXPECT_TRUE(code == Errc::malformed || code == Errc::truncated ||
                        code == Errc::damaged || code == Errc::unsupported ||
                        code == Errc::limit_exceeded || code == Errc::memory)
                << what << ": " << name(code) << " " << facts.error().message;
            return;
        }
        EXPECT_GT(facts->decoded_frames, 0U) << what;
    }

    Result<VideoPool> pool_ = VideoPool::create(video_pool_config());
    static inline std::vector<std::string> files_;
};

TEST_F(DamagedVideos, CutAnywhereGivesWhatIsThereOrAReason) {
    for (const std::string& file : files_) {
        for (std::size_t part = 0; part < 24; ++part) {
            expect_alive(file.substr(0, file.size() * part / 24), fmt::format("cut at {}", part));
        }
    }
}

TEST_F(DamagedVideos, ACutVideoWithItsIndexIsUsedAndSaidToBeCut) {
    const std::string& mp4 = files_[0];
    const auto facts = pool_->examine(video_in_memory(mp4.substr(0, mp4.size() * 2 / 3)).get());
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_TRUE(facts->partial);
    EXPECT_FALSE(facts->frames.empty());
}

TEST_F(DamagedVideos, FlippedBytesNeverEndTheWorker) {
    std::mt19937 random(7);
    for (const std::string& file : files_) {
        for (int round = 0; round < 40; ++round) {
            std::string bytes = file;
            for (int flips = 0; flips < 1 + round; ++flips) {
                bytes[random() % (round % 2 == 0 ? bytes.size()
                                                 : std::min<std::size_t>(bytes.size(), 2'000))] =
                    static_cast<char>(random());
            }
            expect_alive(bytes, fmt::format("round {}", round));
        }
    }
}

TEST_F(DamagedVideos, NothingIsTruncated) {
    EXPECT_EQ(error_of(pool_->examine(video_in_memory("").get())).code, Errc::truncated);
}

// Four bytes of a box that is found by its name, as big-endian.
std::string with_number(std::string file, std::string_view box, std::size_t offset,
                        std::uint32_t number) {
    const std::size_t at = file.find(box, file.find("moov")); // brands before it have such names
    EXPECT_NE(at, std::string::npos) << box;
    for (std::size_t i = 0; i < 4; ++i) {
        file[at + offset + i] = static_cast<char>(number >> (24 - 8 * i));
    }
    return file;
}

TEST_F(DamagedVideos, AnIndexThatClaimsABillionFramesCostsNothing) {
    const std::string& mp4 = files_[0];
    // stsz: version and flags, size of each, count. stts: version and flags, entries, count, time.
    std::string bytes = with_number(mp4, "stsz", 12, 1'000'000'000);
    expect_alive(bytes, "a billion sizes");
    bytes = with_number(with_number(mp4, "stsz", 12, 1'000'000'000), "stsz", 8, 100);
    expect_alive(bytes, "a billion frames of one size");
    bytes = with_number(mp4, "stts", 12, 1'000'000'000);
    expect_alive(bytes, "a billion times");
}

TEST_F(DamagedVideos, AbsurdDurationsAreNotBelieved) {
    // mdhd: version and flags, created, modified, time scale, duration
    const auto facts = pool_->examine(video_in_memory(with_number(files_[0], "mdhd", 16, 1)).get());
    if (facts) {
        EXPECT_LE(facts->duration_ms, std::int64_t{10} * 366 * 24 * 3'600'000);
    }
    expect_alive(with_number(files_[0], "mdhd", 20, 0xFFFF'FFF0), "duration");
}

TEST_F(DamagedVideos, AbsurdDimensionsAreALimit) {
    // avc1: reserved, references, ..., width and height in 16 bits each at 28
    const std::string bytes = with_number(files_[0], "avc1", 28, 0xFFFF'FFFF);
    const auto facts = pool_->examine(video_in_memory(bytes).get());
    EXPECT_EQ(error_of(facts).code, Errc::limit_exceeded);
}

TEST_F(DamagedVideos, ReferencesToOtherFilesStayClosed) {
    // dref: an entry "url " with flag 1 (the data is in this file); without it a path follows.
    const std::string bytes = with_number(files_[0], "url ", 4, 0);
    expect_alive(bytes, "reference");
}

TEST_F(DamagedVideos, FewPacketsAreReadIfFewAreAllowed) {
    VideoPoolConfig config = video_pool_config();
    config.video.max_packets = 2;
    auto pool = VideoPool::create(config);
    ASSERT_TRUE(pool);
    const auto facts = pool->examine(video_in_memory(files_[0]).get());
    ASSERT_TRUE(facts);
    EXPECT_TRUE(facts->partial);
    EXPECT_TRUE(facts->partial_reason.starts_with("limit_exceeded"));
    config.video.max_packets = 1'000;
    config.video.max_frames = 1;
    auto one = VideoPool::create(config);
    ASSERT_TRUE(one);
    const auto first = one->examine(video_in_memory(files_[0]).get());
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->frames.size(), 1U);
    EXPECT_TRUE(first->partial);
}

} // namespace
} // namespace rempart::media
