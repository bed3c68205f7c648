// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/luma_rows.hpp"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::media {
namespace {

FramePointer frame_of(AVPixelFormat format, AVColorRange range, int width = 64, int height = 64) {
    FramePointer frame(av_frame_alloc());
    frame->format = format;
    frame->width = width;
    frame->height = height;
    frame->color_range = range;
    EXPECT_EQ(av_frame_get_buffer(frame.get(), 0), 0);
    for (int plane = 0; plane < 4 && frame->data[plane] != nullptr; ++plane) {
        const int rows = plane == 0 ? height : 1;
        std::memset(frame->data[plane], 0, static_cast<std::size_t>(frame->linesize[plane] * rows));
    }
    return frame;
}

std::uint8_t first_luma(const AVFrame& frame) {
    auto rows = LumaRows::of(frame);
    EXPECT_TRUE(rows);
    return rows->row(0)[0];
}

TEST(LumaRows, LimitedRangeIsStretchedFromBlackToWhite) {
    const auto frame = frame_of(AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG);
    for (int luma = 0; luma < 256; ++luma) {
        frame->data[0][0] = static_cast<std::uint8_t>(luma);
        const double exact = std::clamp((luma - 16) * 255.0 / 219.0, 0.0, 255.0);
        EXPECT_NEAR(first_luma(*frame), exact, 0.51) << luma;
    }
}

TEST(LumaRows, FullRangeStaysAsItIs) {
    for (const auto& frame : {frame_of(AV_PIX_FMT_YUV420P, AVCOL_RANGE_JPEG),
                              frame_of(AV_PIX_FMT_YUVJ420P, AVCOL_RANGE_UNSPECIFIED),
                              frame_of(AV_PIX_FMT_GRAY8, AVCOL_RANGE_UNSPECIFIED)}) {
        for (const int luma : {0, 7, 16, 200, 255}) {
            frame->data[0][0] = static_cast<std::uint8_t>(luma);
            EXPECT_EQ(first_luma(*frame), luma);
        }
    }
}

TEST(LumaRows, MoreBitsAreRoundedToEight) {
    const auto frame = frame_of(AV_PIX_FMT_YUV420P10LE, AVCOL_RANGE_JPEG);
    for (const int luma : {0, 1, 2, 513, 514, 1'023}) {
        frame->data[0][0] = static_cast<std::uint8_t>(luma & 255);
        frame->data[0][1] = static_cast<std::uint8_t>(luma >> 8);
        EXPECT_EQ(first_luma(*frame), std::min((luma + 2) / 4, 255)) << luma;
    }
    const auto big = frame_of(AV_PIX_FMT_GRAY16BE, AVCOL_RANGE_JPEG);
    big->data[0][0] = 0x80;
    big->data[0][1] = 0x7F;
    EXPECT_EQ(first_luma(*big), 0x80);
}

TEST(LumaRows, PackedAndHalfPlanesGiveTheirLuma) {
    const auto packed = frame_of(AV_PIX_FMT_YUYV422, AVCOL_RANGE_JPEG);
    packed->data[0][0] = 10;
    packed->data[0][2] = 20;
    auto rows = LumaRows::of(*packed);
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->row(0)[0], 10);
    EXPECT_EQ(rows->row(0)[1], 20);
    const auto half = frame_of(AV_PIX_FMT_NV12, AVCOL_RANGE_JPEG);
    half->data[0][0] = 77;
    EXPECT_EQ(first_luma(*half), 77);
}

TEST(LumaRows, ColoursBecomeTheLumaOfTheReference) {
    const auto rgb = frame_of(AV_PIX_FMT_RGB24, AVCOL_RANGE_UNSPECIFIED);
    rgb->data[0][0] = 200;
    rgb->data[0][1] = 100;
    rgb->data[0][2] = 50;
    EXPECT_NEAR(first_luma(*rgb), 0.299 * 200 + 0.587 * 100 + 0.114 * 50, 0.51);
    const auto palette = frame_of(AV_PIX_FMT_PAL8, AVCOL_RANGE_UNSPECIFIED);
    const std::uint32_t colour = 0xFF00'0000U | 200U << 16 | 100U << 8 | 50U;
    std::memcpy(palette->data[1] + 4 * 3, &colour, 4);
    palette->data[0][0] = 3;
    EXPECT_NEAR(first_luma(*palette), 0.299 * 200 + 0.587 * 100 + 0.114 * 50, 0.51);
}

TEST(LumaRows, APixelFormatWithoutLumaIsUnsupported) {
    for (const auto format : {AV_PIX_FMT_BAYER_BGGR8, AV_PIX_FMT_GRAYF32LE, AV_PIX_FMT_MONOWHITE}) {
        EXPECT_EQ(error_of(LumaRows::of(*frame_of(format, AVCOL_RANGE_UNSPECIFIED))).code,
                  Errc::unsupported);
    }
}

} // namespace
} // namespace rempart::media
