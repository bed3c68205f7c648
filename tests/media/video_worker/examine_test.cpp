// SPDX-License-Identifier: Apache-2.0
// Whole videos through the confined worker: containers, codecs, which frames are looked at.
#include <gtest/gtest.h>

#include "media/video_worker/videos.hpp"
#include "rempart/recognise/pdq_hash.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

using recognise::PdqHash;

class Videos : public testing::Test {
  protected:
    static void SetUpTestSuite() { temp_ = new TempDir; }
    static void TearDownTestSuite() {
        delete temp_;
        temp_ = nullptr;
    }
    static std::filesystem::path path(const std::string& name) { return temp_->path() / name; }
    static std::filesystem::path original() {
        const auto made = path("original.mp4");
        if (!std::filesystem::exists(made)) {
            make_scenes(made, 0, 4, 3, "-c:v libx264 -preset veryfast -crf 20 -g 50");
        }
        return made;
    }
    static Result<VideoFacts> examine(const std::filesystem::path& file,
                                      Sampling sampling = Sampling::key_frames) {
        auto pool = VideoPool::create(video_pool_config());
        EXPECT_TRUE(pool);
        const auto opened = open_read_only(file);
        EXPECT_TRUE(opened) << file;
        return pool->examine(opened->get(), sampling);
    }

  private:
    static TempDir* temp_;
};
TempDir* Videos::temp_ = nullptr;

TEST_F(Videos, KeyFramesAreFoundWithTheirTimesAndSizes) {
    const auto facts = examine(original());
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_FALSE(facts->partial) << facts->partial_reason;
    EXPECT_EQ(facts->format, "mp4");
    EXPECT_EQ(facts->codec, "h264");
    EXPECT_EQ(facts->width, 320U);
    EXPECT_EQ(facts->height, 240U);
    EXPECT_EQ(facts->rotation, 0);
    EXPECT_NEAR(static_cast<double>(facts->duration_ms), 12'000, 50);
    ASSERT_GE(facts->frames.size(), 4U);
    EXPECT_LT(facts->decoded_frames, 20U) << "not each of 300 frames";
    EXPECT_EQ(facts->frames.front().from_ms, 0);
    EXPECT_FALSE(facts->contact_sheet.empty());
    for (std::size_t i = 1; i < facts->frames.size(); ++i) {
        EXPECT_GE(facts->frames[i].from_ms, facts->frames[i - 1].to_ms);
    }
}

TEST_F(Videos, TheSameFileGivesTheSameAnswer) {
    const auto first = examine(original());
    const auto second = examine(original());
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->frames, second->frames);
    EXPECT_EQ(first->contact_sheet, second->contact_sheet);
}

TEST_F(Videos, EveryFrameIsHashedWhenAskedFor) {
    const auto facts = examine(original(), Sampling::every_frame);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->frames.size(), 300U);
    EXPECT_EQ(facts->frames[25].from_ms, 1'000);
}

// A single key frame tells nothing of what follows: one frame a second is looked at.
TEST_F(Videos, FarBetweenKeyFramesOneASecondIsLookedAt) {
    const auto file = path("one_key.mp4");
    make_scenes(file, 0, 4, 3, "-c:v libx264 -preset veryfast -g 9999 -sc_threshold 0");
    const auto facts = examine(file);
    ASSERT_TRUE(facts);
    EXPECT_GE(facts->decoded_frames, 11U);
    EXPECT_LE(facts->decoded_frames, 14U);
    for (std::size_t i = 1; i < facts->frames.size(); ++i) {
        EXPECT_LE(facts->frames[i].from_ms - facts->frames[i - 1].to_ms, 1'200) << i;
    }
}

TEST_F(Videos, OfKeyFramesOneASecondIsEnough) {
    const auto file = path("all_keys.mp4");
    make_scenes(file, 0, 4, 3, "-c:v libx264 -preset veryfast -g 1");
    const auto facts = examine(file);
    ASSERT_TRUE(facts);
    EXPECT_LE(facts->decoded_frames, 13U);
    EXPECT_GE(facts->decoded_frames, 11U);
}

TEST_F(Videos, AStandingPictureIsKeptOnceWithItsTime) {
    const auto file = path("standing.mp4");
    run_ffmpeg(fmt::format("-f lavfi -i 'mandelbrot=s=320x240:r=25:end_pts=1e9,trim=end_frame=1,"
                           "loop=499:1:0' -c:v libx264 -g 25 {}",
                           file.string()));
    const auto facts = examine(file);
    ASSERT_TRUE(facts) << facts.error().message;
    ASSERT_EQ(facts->frames.size(), 1U);
    EXPECT_EQ(facts->frames[0].from_ms, 0);
    EXPECT_GE(facts->frames[0].to_ms, 18'000);
}

// The picture is the same whatever carries it: each coding is near the original, frame by frame.
TEST_F(Videos, EachContainerAndCodecOfTheListIsRead) {
    struct Case {
        const char *name, *coding, *format, *codec;
    };
    constexpr Case kCases[] = {
        {"a.mov", "-c:v libx264 -g 50", "mov", "h264"},
        {"a.3gp", "-s 352x288 -c:v h263", "3gp", "h263"},
        {"a.mkv", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=50", "mkv",
         "hevc"},
        {"a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 50", "webm", "vp9"},
        {"b.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -g 50", "webm", "vp8"},
        {"c.mkv", "-c:v libaom-av1 -cpu-used 8 -usage realtime -g 50", "mkv", "libdav1d"},
        {"a.avi", "-c:v mpeg4 -g 50", "avi", "mpeg4"},
        {"b.avi", "-c:v msmpeg4 -g 50", "avi", "msmpeg4"},
        {"c.avi", "-c:v mjpeg", "avi", "mjpeg"},
        {"d.avi", "-c:v huffyuv", "avi", "huffyuv"},
        {"e.avi", "-c:v rawvideo -pix_fmt bgr24", "avi", "rawvideo"},
        {"a.ts", "-c:v libx264 -g 50 -f mpegts", "mpegts", "h264"},
        {"b.ts", "-c:v mpeg2video -g 50 -f mpegts", "mpegts", "mpeg2video"},
        {"a.mpg", "-c:v mpeg2video -g 50 -f vob", "mpeg", "mpeg2video"},
        {"b.mpg", "-c:v mpeg1video -g 50", "mpeg", "mpeg1video"},
        {"a.flv", "-c:v flv -g 50", "flv", "flv"},
        {"a.wmv", "-c:v wmv2 -g 50", "asf", "wmv2"},
        {"a.ogv", "-c:v libtheora -g 50", "ogv", "theora"},
        {"d.mkv", "-c:v libx264 -pix_fmt yuv420p10le -g 50", "mkv", "h264"},
        {"e.mkv", "-c:v libx264 -pix_fmt yuv444p -color_range pc -g 50", "mkv", "h264"},
        {"f.mkv", "-c:v ffv1 -pix_fmt gray", "mkv", "ffv1"},
    };
    const auto start = path("start.mp4"); // long enough for each second of two scenes
    run_ffmpeg(fmt::format("-i {} -t 4.2 -c copy {}", original().string(), start.string()));
    const auto reference = examine(start, Sampling::every_frame);
    ASSERT_TRUE(reference);
    for (const Case& one : kCases) {
        const auto file = path(one.name);
        run_ffmpeg(fmt::format("-loglevel quiet -i {} -an {} {}", start.string(), one.coding,
                               file.string()));
        const auto facts = examine(file, Sampling::every_second);
        ASSERT_TRUE(facts) << one.name << ": " << facts.error().message;
        EXPECT_EQ(facts->format, one.format);
        EXPECT_EQ(facts->codec, one.codec) << one.name;
        EXPECT_FALSE(facts->partial) << one.name << ": " << facts->partial_reason;
        ASSERT_GE(facts->frames.size(), 2U) << one.name;
        for (const VideoFrame& frame : facts->frames) {
            int nearest = 256;
            for (const VideoFrame& other : reference->frames) {
                if (std::abs(other.from_ms - frame.from_ms) <= 120) {
                    nearest =
                        std::min(nearest, hamming_distance(PdqHash::from_bytes(frame.hashes[0]),
                                                           PdqHash::from_bytes(other.hashes[0])));
                }
            }
            EXPECT_LE(nearest, 16) << one.name << " at " << frame.from_ms;
        }
    }
}

TEST_F(Videos, WhatPlayersTurnIsToldAndTheSheetIsTurned) {
    const auto file = path("turned.mp4");
    run_ffmpeg(fmt::format("-i {} -c copy -metadata:s:v rotate=90 {}", original().string(),
                           file.string()));
    const auto facts = examine(file);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->rotation, 270) << "FFmpeg 5.1 turns counter-clockwise by this option";
    EXPECT_EQ(facts->width, 320U);
}

// The least distance of any two frames of the two.
int nearest(const std::vector<VideoFrame>& a, const std::vector<VideoFrame>& b) {
    int least = PdqHash::kBits;
    for (const VideoFrame& one : a) {
        for (const VideoFrame& other : b) {
            least = std::min(least, hamming_distance(PdqHash::from_bytes(one.hashes[0]),
                                                     PdqHash::from_bytes(other.hashes[0])));
        }
    }
    return least;
}

TEST_F(Videos, BlackBarsAreTakenOffBesideTheWholeFrames) {
    const auto plain = examine(original());
    ASSERT_TRUE(plain);
    EXPECT_TRUE(plain->trimmed.empty());
    for (const std::string pad : {"320:360:0:60", "480:240:80:0", "480:400:80:80"}) {
        const auto file = path("bars.mp4");
        run_ffmpeg(fmt::format("-i {} -vf pad={} -c:v libx264 -crf 23 -g 50 {}",
                               original().string(), pad, file.string()));
        const auto facts = examine(file);
        ASSERT_TRUE(facts) << facts.error().message;
        EXPECT_FALSE(facts->partial) << facts->partial_reason;
        ASSERT_GE(facts->trimmed.size(), plain->frames.size()) << pad;
        EXPECT_GT(nearest(facts->frames, plain->frames), PdqHash::kMatchDistance) << pad;
        for (const VideoFrame& frame : facts->trimmed) {
            EXPECT_LE(nearest({frame}, plain->frames), 20) << pad << " at " << frame.from_ms;
        }
        const auto dense = examine(file, Sampling::every_frame);
        ASSERT_TRUE(dense);
        EXPECT_TRUE(dense->trimmed.empty()) << "for exchange frames are as they are";
    }
}

TEST_F(Videos, ADarkVideoIsNotTrimmed) {
    const auto file = path("dark.mp4");
    // A light in the middle of the dark: in the one scene small, in the other all over the frame.
    run_ffmpeg(fmt::format(
        "-f lavfi -i 'mandelbrot=s=160x120:r=25:end_pts=400,trim=duration=4,pad=320:240:80:60' "
        "-f lavfi -i 'mandelbrot=s=320x240:r=25:end_pts=400:start_x=-0.75:start_y=0.1,"
        "trim=duration=4' -filter_complex '[0][1]concat=n=2:v=1:a=0' -c:v libx264 -g 25 {}",
        file.string()));
    const auto mixed = examine(file);
    ASSERT_TRUE(mixed) << mixed.error().message;
    EXPECT_GE(mixed->frames.size(), 2U);
    EXPECT_TRUE(mixed->trimmed.empty());
    run_ffmpeg(fmt::format("-i {} -vf 'lutyuv=y=16+(val-16)/16' -c:v libx264 -qp 0 -g 25 {}",
                           original().string(), path("dim.mp4").string()));
    const auto dim = examine(path("dim.mp4"));
    ASSERT_TRUE(dim) << dim.error().message;
    EXPECT_FALSE(dim->frames.empty());
    EXPECT_TRUE(dim->trimmed.empty());
}

TEST_F(Videos, ASoundWithoutAVideoIsNone) {
    const auto file = path("sound.mp4");
    run_ffmpeg(fmt::format("-f lavfi -i sine=duration=1 -c:a aac {}", file.string()));
    EXPECT_EQ(error_of(examine(file)).code, Errc::malformed);
}

TEST_F(Videos, ACodecOutsideTheListIsUnsupported) {
    const auto file = path("outside.mkv");
    run_ffmpeg(fmt::format("-i {} -t 1 -c:v png {}", original().string(), file.string()));
    const Error error = error_of(examine(file));
    EXPECT_EQ(error.code, Errc::unsupported);
    EXPECT_NE(error.message.find("png"), std::string::npos);
}

TEST_F(Videos, AVideoTooSmallToBeHashedHasNoFrames) {
    const auto file = path("small.mp4");
    run_ffmpeg(
        fmt::format("-i {} -t 2 -s 48x36 -c:v libx264 {}", original().string(), file.string()));
    const auto facts = examine(file);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_TRUE(facts->frames.empty());
}

TEST_F(Videos, ConfinementHoldsTheWorker) {
    auto pool = VideoPool::create(video_pool_config());
    ASSERT_TRUE(pool);
    const auto opened = open_read_only(original());
    ASSERT_TRUE(opened);
    ASSERT_TRUE(pool->examine(opened->get()));
    EXPECT_TRUE(pool->confinement().seccomp);
    EXPECT_TRUE(pool->confinement().no_new_privileges);
}

} // namespace
} // namespace rempart::media
