// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "media/media_worker/examine.hpp"
#include "media/media_worker/pictures.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/media/picture.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

UniqueFd memory_file(std::string_view bytes) {
    auto file = make_memory_file("picture");
    EXPECT_TRUE(file);
    EXPECT_TRUE(write_all(file->get(), bytes_of(bytes)));
    return std::move(*file);
}

PoolConfig config(unsigned workers = 1) {
    return {.worker_program = std::filesystem::path(REMPART_LIBEXEC_DIR) / "media_worker",
            .workers = workers,
            .picture = {},
            .sandbox = {.deadline = std::chrono::seconds(120)}}; // a busy machine, sanitizers
}

TEST(Pool, GivesWhatTheDecodersGiveInThisProcess) {
    auto pool = Pool::create(config());
    ASSERT_TRUE(pool);
    const std::string jpeg = to_jpeg(draw(320, 200), {.exif = exif_with_orientation(6)});
    const auto there = pool->examine_picture(memory_file(jpeg).get());
    const auto here = examine_picture(bytes_of(jpeg), kAnyPicture);
    ASSERT_TRUE(there) << there.error().message;
    ASSERT_TRUE(here);
    EXPECT_EQ(there->format, "jpeg");
    EXPECT_EQ(there->exif_orientation, 6);
    EXPECT_EQ(there->width, 320U);
    EXPECT_EQ(there->height, 200U);
    ASSERT_EQ(there->fingerprints.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(there->fingerprints[i].variant, here->fingerprints[i].variant);
        EXPECT_EQ(there->fingerprints[i].orientations, here->fingerprints[i].orientations);
    }
    EXPECT_EQ(there->metadata, here->metadata);
    EXPECT_EQ(there->thumbnail, here->thumbnail);
}

TEST(Pool, EachFormatIsDecodedBehindTheSandbox) {
    auto pool = Pool::create(config());
    ASSERT_TRUE(pool);
    const Drawing drawing = draw(256, 192);
    for (const auto& [suffix, format] : {std::pair{".png", "png"},
                                         {".png[interlace]", "png"},
                                         {".gif", "gif"},
                                         {".webp", "webp"},
                                         {".tif[compression=lzw]", "tiff"},
                                         {".tif[tile,compression=jpeg]", "tiff"},
                                         {".heic", "heic"},
                                         {".avif", "avif"}}) {
        const auto facts = pool->examine_picture(memory_file(save(drawing, suffix)).get());
        ASSERT_TRUE(facts) << suffix << ": " << facts.error().message;
        EXPECT_EQ(facts->format, format);
        EXPECT_EQ(facts->fingerprints.size(), 2U) << suffix;
        EXPECT_FALSE(facts->partial) << suffix << ": " << facts->partial_reason;
    }
    EXPECT_TRUE(pool->confinement().seccomp);
}

TEST(Pool, AMissingWorkerProgramIsNotFoundAtOnce) {
    PoolConfig missing = config();
    missing.worker_program = "/nowhere/media_worker";
    EXPECT_EQ(error_of(Pool::create(missing)).code, Errc::not_found);
}

TEST(Pool, WhatIsNoPictureIsARowAndTheNextPictureIsSound) {
    auto pool = Pool::create(config());
    ASSERT_TRUE(pool);
    EXPECT_EQ(error_of(pool->examine_picture(memory_file("just text").get())).code,
              Errc::malformed);
    EXPECT_EQ(error_of(pool->examine_picture(memory_file("").get())).code, Errc::truncated);
    EXPECT_EQ(error_of(pool->examine_picture(memory_file("\xFF\x0A jxl").get())).code,
              Errc::unsupported);
    EXPECT_TRUE(pool->examine_picture(memory_file(to_jpeg(draw(100, 80))).get()));
}

TEST(Pool, FourThreadsOnTwoWorkersGetTheirOwnAnswers) {
    auto pool = Pool::create(config(2));
    ASSERT_TRUE(pool);
    std::vector<std::string> files;
    for (unsigned seed = 0; seed < 4; ++seed) {
        files.push_back(to_jpeg(draw(96 + 8 * seed, 80, seed)));
    }
    std::vector<std::vector<std::uint32_t>> widths(files.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < files.size(); ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < 5; ++round) {
                    const auto facts = pool->examine_picture(memory_file(files[i]).get());
                    widths[i].push_back(facts ? facts->width : 0);
                }
            });
        }
    }
    for (unsigned i = 0; i < 4; ++i) {
        EXPECT_EQ(widths[i], std::vector<std::uint32_t>(5, 96 + 8 * i));
    }
}

TEST(Pool, TheFileLimitIsHeldAgainstTheWholeFile) {
    PoolConfig tight = config();
    tight.picture.max_file_bytes = 1000;
    auto pool = Pool::create(tight);
    ASSERT_TRUE(pool);
    const std::string jpeg = to_jpeg(draw(200, 200));
    ASSERT_GT(jpeg.size(), 1000U);
    EXPECT_EQ(error_of(pool->examine_picture(memory_file(jpeg).get())).code, Errc::limit_exceeded);
}

TEST(Pool, AFileAboveTheReadingSizeIsMappedAndDecodedTheSame) {
    auto pool = Pool::create(config());
    ASSERT_TRUE(pool);
    std::string jpeg = to_jpeg(draw(128, 128));
    const auto alone = pool->examine_picture(memory_file(jpeg).get());
    jpeg.resize((std::size_t{65} << 20), '\0'); // what follows the end mark is ignored
    const auto padded = pool->examine_picture(memory_file(jpeg).get());
    ASSERT_TRUE(alone);
    ASSERT_TRUE(padded) << padded.error().message;
    EXPECT_EQ(alone->fingerprints[0].orientations, padded->fingerprints[0].orientations);
}

} // namespace
} // namespace rempart::media
