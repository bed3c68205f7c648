// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "media/media_worker/picture_sink.hpp"
#include "media/media_worker/pictures.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::media {
namespace {

using recognise::PdqHash;

// Where pixel (x, y) of an upright picture of width x height lies in a file with `orientation`.
// Written from TIFF 6.0's table by hand, apart from the code: the two must agree.
struct Place {
    std::uint32_t column, row;
};
Place stored_place(int orientation, Place upright, std::uint32_t width, std::uint32_t height) {
    const std::uint32_t from_right = width - 1 - upright.column;
    const std::uint32_t from_bottom = height - 1 - upright.row;
    switch (orientation) {
    case 2: return {from_right, upright.row};
    case 3: return {from_right, from_bottom};
    case 4: return {upright.column, from_bottom};
    case 5: return {upright.row, upright.column};
    case 6: return {upright.row, from_right};
    case 7: return {from_bottom, from_right};
    case 8: return {from_bottom, upright.column};
    default: return upright;
    }
}

// How a camera held the other way would have stored `upright`.
Drawing stored(const Drawing& upright, int orientation) {
    Drawing out = upright;
    if (orientation >= 5) {
        std::swap(out.width, out.height);
    }
    for (std::uint32_t y = 0; y < upright.height; ++y) {
        for (std::uint32_t x = 0; x < upright.width; ++x) {
            const Place at = stored_place(orientation, {x, y}, upright.width, upright.height);
            for (std::size_t c = 0; c < 3; ++c) {
                out.rgb[3 * (std::size_t{at.row} * out.width + at.column) + c] =
                    upright.rgb[3 * (std::size_t{y} * upright.width + x) + c];
            }
        }
    }
    return out;
}

PdqHash hash_of(const PictureFacts& facts, std::string_view variant) {
    const auto found = std::ranges::find(facts.fingerprints, variant, &RawFingerprint::variant);
    if (found == facts.fingerprints.end()) {
        ADD_FAILURE() << "no " << variant;
        return {};
    }
    return PdqHash::from_bytes(std::span<const std::byte, 32>(found->orientations[0]));
}

class EachOrientation : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(OfExif, EachOrientation, testing::Range(1, 9));

TEST_P(EachOrientation, ReadsTheUprightRowsPixelForPixel) {
    const Drawing upright = draw(150, 70);
    const Drawing turned = stored(upright, GetParam());
    std::vector<std::uint8_t> plane;
    for (std::size_t i = 0; i < turned.rgb.size(); i += 3) {
        plane.push_back(turned.rgb[i]);
    }
    std::vector<std::uint8_t> rows(std::size_t{150} * 33);
    read_upright({plane, turned.width, turned.height}, GetParam(), 20, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        ASSERT_EQ(rows[i], upright.rgb[3 * (std::size_t{150} * 20 + i)]) << i;
    }
}

TEST_P(EachOrientation, TheUprightHashIsThatOfThePlainPictureAndTheStoredOneIsKept) {
    const Drawing upright = draw(400, 300);
    const auto plain = examine_picture(bytes_of(to_jpeg(upright, {.quality = 97})), kAnyPicture);
    const std::string file = to_jpeg(stored(upright, GetParam()),
                                     {.quality = 97, .exif = exif_with_orientation(GetParam())});
    const auto facts = examine_picture(bytes_of(file), kAnyPicture);
    ASSERT_TRUE(plain);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->exif_orientation, GetParam());
    for (const std::string variant : {"full", "nearest512"}) {
        const PdqHash expected = hash_of(*plain, variant);
        EXPECT_LE(hamming_distance(hash_of(*facts, variant), expected), 4) << variant;
        if (GetParam() != 1) {
            EXPECT_GT(hamming_distance(hash_of(*facts, variant + "-unoriented"), expected), 40);
        }
    }
    EXPECT_EQ(facts->fingerprints.size(), GetParam() == 1 ? 2U : 4U);
    EXPECT_EQ(facts->width, GetParam() >= 5 ? 300U : 400U);
}

TEST_P(EachOrientation, TheThumbnailIsUpright) {
    const Drawing upright = draw(400, 300);
    const auto facts = examine_picture(
        bytes_of(to_jpeg(stored(upright, GetParam()), {.exif = exif_with_orientation(GetParam())})),
        kAnyPicture);
    ASSERT_TRUE(facts);
    const auto thumbnail = examine_picture(facts->thumbnail, kAnyPicture);
    const auto plain = examine_picture(bytes_of(to_jpeg(upright)), kAnyPicture);
    ASSERT_TRUE(thumbnail);
    ASSERT_TRUE(plain);
    EXPECT_EQ(thumbnail->width, 160U);
    EXPECT_EQ(thumbnail->height, 120U);
    EXPECT_LE(hamming_distance(hash_of(*thumbnail, "full"), hash_of(*plain, "full")), 31);
}

TEST(Orientation, AnInvalidOneCountsAsNone) {
    for (const int invalid : {0, 9, 77}) {
        const auto facts = examine_picture(
            bytes_of(to_jpeg(draw(100, 80), {.exif = exif_with_orientation(invalid)})),
            kAnyPicture);
        ASSERT_TRUE(facts);
        EXPECT_EQ(facts->exif_orientation, 1);
        EXPECT_EQ(facts->fingerprints.size(), 2U);
    }
}

} // namespace
} // namespace rempart::media
