// SPDX-License-Identifier: Apache-2.0
// What one picture is hashed as besides the picture that one sees at once: its further frames and
// pages, its transparent parts on black, what lies within its borders.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/media_worker/pictures.hpp"
#include "media/variant_names.hpp"
#include "rempart/recognise/pdq.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

using recognise::PdqHash;

PictureFacts examined(std::string_view file) {
    auto facts = examine_picture(bytes_of(file), kAnyPicture);
    EXPECT_TRUE(facts) << (facts ? "" : facts.error().message);
    return facts ? *std::move(facts) : PictureFacts{};
}

std::optional<PdqHash> hash_of(const PictureFacts& facts, std::string_view variant) {
    const auto found = std::ranges::find(facts.fingerprints, variant, &RawFingerprint::variant);
    if (found == facts.fingerprints.end()) {
        return std::nullopt;
    }
    return PdqHash::from_bytes(std::span<const std::byte, 32>(found->orientations[0]));
}

/// The distance of that variant to the plain hash of `drawing`; 256 if there is no such variant.
int distance_to(const PictureFacts& facts, std::string_view variant, const Drawing& drawing) {
    const auto hash = hash_of(facts, variant);
    const auto plain = hash_of(examined(save(drawing, ".png")), "full");
    return hash && plain ? hamming_distance(*hash, *plain) : PdqHash::kBits;
}

std::size_t count_frames(const PictureFacts& facts) {
    return static_cast<std::size_t>(
        std::ranges::count_if(facts.fingerprints, [](const RawFingerprint& print) {
            return print.variant.starts_with("full-frame");
        }));
}

/// Frames of one size, one under the other as libvips has them.
std::string animation(const std::vector<Drawing>& frames, const char* suffix) {
    Drawing all{frames[0].width, 0, {}};
    for (const Drawing& frame : frames) {
        all.height += frame.height;
        all.rgb.insert(all.rgb.end(), frame.rgb.begin(), frame.rgb.end());
    }
    VipsImage* image = to_vips(all);
    VipsImage* paged = nullptr;
    EXPECT_EQ(vips_copy(image, &paged, nullptr), 0);
    vips_image_set_int(paged, VIPS_META_PAGE_HEIGHT, static_cast<int>(frames[0].height));
    std::string file = save(paged, suffix);
    g_object_unref(paged);
    g_object_unref(image);
    return file;
}

TEST(Frames, ThatAreDistinctAreEachHashedUnderTheirNumber) {
    const std::vector<Drawing> frames{draw(128, 96, 1), draw(128, 96, 2), draw(128, 96, 1),
                                      draw(128, 96, 3), draw(128, 96, 2)};
    for (const char* suffix : {".gif", ".webp[lossless]", ".tif"}) {
        const PictureFacts facts = examined(animation(frames, suffix));
        EXPECT_FALSE(facts.partial) << facts.partial_reason;
        EXPECT_EQ(facts.frames, 5U) << suffix;
        EXPECT_EQ(facts.height, 96U) << suffix;
        EXPECT_EQ(count_frames(facts), 2U) << suffix;
        // A GIF has 256 colours for all frames.
        EXPECT_LE(distance_to(facts, "full", frames[0]), 31) << suffix;
        EXPECT_LE(distance_to(facts, "full-frame2", frames[1]), 31) << suffix;
        EXPECT_LE(distance_to(facts, "full-frame4", frames[3]), 31) << suffix;
        EXPECT_TRUE(hash_of(facts, "nearest512-frame2")) << suffix;
    }
}

TEST(Frames, AreKeptUpToSixteenAndTheOthersCounted) {
    std::vector<Drawing> frames;
    std::vector<PdqHash> distinct;
    for (unsigned seed = 0; seed < 24; ++seed) {
        frames.push_back(draw(96, 80, seed));
        const auto hash = hash_of(examined(save(frames.back(), ".png")), "full").value();
        if (std::ranges::none_of(distinct, [&](PdqHash other) {
                return hamming_distance(hash, other) <= PdqHash::kMatchDistance / 2;
            })) {
            distinct.push_back(hash);
        }
    }
    ASSERT_GT(distinct.size(), kMaxFramesHashed);
    const PictureFacts facts = examined(animation(frames, ".webp[lossless]"));
    EXPECT_EQ(facts.frames, 24U);
    EXPECT_EQ(count_frames(facts), kMaxFramesHashed - 1);
    EXPECT_LE(facts.fingerprints.size(), kMaxFingerprints);
    const auto note =
        std::ranges::find(facts.metadata, "Rempart.FramesLeftOut", &MetadataField::name);
    ASSERT_NE(note, facts.metadata.end());
    EXPECT_EQ(note->value, std::to_string(distinct.size() - kMaxFramesHashed));
}

TEST(Frames, OfSmallPicturesAreCountedOnly) {
    const PictureFacts facts =
        examined(animation({draw(32, 32, 1), draw(32, 32, 2)}, ".webp[lossless]"));
    EXPECT_EQ(facts.frames, 2U);
    EXPECT_TRUE(facts.fingerprints.empty());
}

TEST(Frames, OfADamagedAnimationAreReadAsFarAsTheyGo) {
    const std::vector<Drawing> frames{draw(300, 200, 1), draw(300, 200, 2), draw(300, 200, 3)};
    const std::string whole = animation(frames, ".gif");
    const PictureFacts facts = examined(std::string_view(whole).substr(0, whole.size() * 3 / 4));
    EXPECT_TRUE(facts.partial);
    EXPECT_TRUE(facts.partial_reason.starts_with("truncated: ")) << facts.partial_reason;
    EXPECT_LE(distance_to(facts, "full", frames[0]), 31);
}

// libvips writes pages of one size only, so two files of one page are chained by hand.
TEST(Pages, MayHaveOtherSizesThanTheFirst) {
    const Drawing small = draw(200, 100, 1);
    const Drawing large = draw(700, 500, 2);
    std::string file = save(small, ".tif");
    const std::string second = save(large, ".tif");
    const auto u32 = [](const std::string& bytes, std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            value |= std::uint32_t{static_cast<std::uint8_t>(bytes[at + i])} << (8 * i);
        }
        return value;
    };
    const auto put_u32 = [](std::string& bytes, std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i) {
            bytes[at + i] = static_cast<char>(value >> (8 * i));
        }
    };
    const auto entries = [](const std::string& bytes, std::uint32_t directory) {
        return std::uint32_t{static_cast<std::uint8_t>(bytes[directory])} +
               (std::uint32_t{static_cast<std::uint8_t>(bytes[directory + 1])} << 8U);
    };
    ASSERT_TRUE(file.starts_with("II")); // little-endian, as written here
    file.resize((file.size() + 1) / 2 * 2);
    const auto shift = static_cast<std::uint32_t>(file.size());
    const std::uint32_t first_directory = u32(file, 4);
    const std::uint32_t directory = u32(second, 4);
    std::string moved = second;
    constexpr std::string_view kSizes("\0\1\1\2\4\x08\1\1\2\4\x08\4\x08", 13); // bytes of each type
    for (std::uint32_t i = 0; i < entries(second, directory); ++i) {
        const std::size_t at = directory + 2 + std::size_t{12} * i;
        const auto tag = static_cast<unsigned>(static_cast<std::uint8_t>(second[at])) +
                         (static_cast<unsigned>(static_cast<std::uint8_t>(second[at + 1])) << 8U);
        const auto type = static_cast<std::size_t>(static_cast<std::uint8_t>(second[at + 2]));
        const std::uint32_t count = u32(second, at + 4);
        const std::size_t bytes = count * static_cast<std::size_t>(kSizes.at(type));
        if (bytes > 4) {
            const std::uint32_t values = u32(second, at + 8);
            put_u32(moved, at + 8, values + shift);
            if (tag == 273) { // strips
                for (std::uint32_t k = 0; k < count; ++k) {
                    put_u32(moved, values + std::size_t{4} * k,
                            u32(second, values + 4 * k) + shift);
                }
            }
        } else if (tag == 273) {
            put_u32(moved, at + 8, u32(second, at + 8) + shift);
        }
    }
    put_u32(file, first_directory + 2 + 12 * entries(file, first_directory), directory + shift);
    file += moved;
    const PictureFacts facts = examined(file);
    EXPECT_FALSE(facts.partial) << facts.partial_reason;
    EXPECT_EQ(facts.frames, 2U);
    EXPECT_EQ(facts.width, 200U);
    EXPECT_LE(distance_to(facts, "full-frame2", large), 2);
    EXPECT_TRUE(hash_of(facts, "smooth512-frame2"));
}

/// `drawing` with an alpha of 0 outside a disc.
std::string cut_to_a_disc(const Drawing& drawing, const char* suffix) {
    VipsImage* image = to_vips(drawing);
    std::vector<std::uint8_t> alpha;
    for (std::uint32_t y = 0; y < drawing.height; ++y) {
        for (std::uint32_t x = 0; x < drawing.width; ++x) {
            const double u = 2.0 * x / drawing.width - 1;
            const double v = 2.0 * y / drawing.height - 1;
            alpha.push_back(u * u + v * v < 0.8 ? 255 : 0);
        }
    }
    VipsImage* mask =
        vips_image_new_from_memory(alpha.data(), alpha.size(), static_cast<int>(drawing.width),
                                   static_cast<int>(drawing.height), 1, VIPS_FORMAT_UCHAR);
    VipsImage* cut = nullptr;
    EXPECT_EQ(vips_bandjoin2(image, mask, &cut, nullptr), 0);
    std::string file = save(cut, suffix);
    for (VipsImage* each : {cut, mask, image}) {
        g_object_unref(each);
    }
    return file;
}

Drawing on_background(const Drawing& drawing, std::uint8_t background) {
    Drawing out = drawing;
    for (std::uint32_t y = 0; y < drawing.height; ++y) {
        for (std::uint32_t x = 0; x < drawing.width; ++x) {
            const double u = 2.0 * x / drawing.width - 1;
            const double v = 2.0 * y / drawing.height - 1;
            if (u * u + v * v >= 0.8) {
                std::fill_n(out.rgb.begin() + 3 * (std::ptrdiff_t{y} * drawing.width + x), 3,
                            background);
            }
        }
    }
    return out;
}

TEST(Transparent, PicturesAreHashedOnWhiteAndOnBlack) {
    const Drawing drawing = draw(300, 200);
    for (const char* suffix : {".png", ".webp[lossless]"}) {
        const PictureFacts facts = examined(cut_to_a_disc(drawing, suffix));
        EXPECT_EQ(distance_to(facts, "full", on_background(drawing, 255)), 0) << suffix;
        EXPECT_EQ(distance_to(facts, "full-on-black", on_background(drawing, 0)), 0) << suffix;
        EXPECT_TRUE(hash_of(facts, "nearest512-on-black")) << suffix;
    }
}

TEST(Transparent, PicturesWithNothingTransparentInThemAreHashedOnce) {
    VipsImage* image = to_vips(draw(300, 200));
    VipsImage* opaque = nullptr;
    ASSERT_EQ(vips_bandjoin_const1(image, &opaque, 255.0, nullptr), 0);
    EXPECT_FALSE(hash_of(examined(save(opaque, ".png")), "full-on-black"));
    g_object_unref(opaque);
    g_object_unref(image);
}

/// `drawing` between two black bars of `height` rows.
Drawing letterboxed(const Drawing& drawing, std::uint32_t height) {
    const std::vector<std::uint8_t> bar(std::size_t{height} * drawing.width * 3, 4);
    Drawing out{drawing.width, drawing.height + 2 * height, bar};
    out.rgb.insert(out.rgb.end(), drawing.rgb.begin(), drawing.rgb.end());
    out.rgb.insert(out.rgb.end(), bar.begin(), bar.end());
    return out;
}

TEST(Borders, AreTakenOffInAFurtherHash) {
    for (const Drawing& drawing : {draw(400, 240), draw(1600, 900)}) {
        const std::uint32_t bar = drawing.height / 4;
        const PictureFacts facts = examined(to_jpeg(letterboxed(drawing, bar)));
        EXPECT_GT(distance_to(facts, "full", drawing), PdqHash::kMatchDistance);
        EXPECT_LE(distance_to(facts, "trimmed", drawing), 20);
        EXPECT_FALSE(hash_of(facts, "uncaptioned")); // the same box
    }
    EXPECT_FALSE(hash_of(examined(to_jpeg(draw(400, 240))), "trimmed"));
}

TEST(Variants, OfALargePictureThatExifTurnsAreAllThere) {
    const PictureFacts facts =
        examined(to_jpeg(letterboxed(draw(800, 500), 100), {.exif = exif_with_orientation(6)}));
    std::vector<std::string> names;
    for (const RawFingerprint& print : facts.fingerprints) {
        names.push_back(print.variant);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"full", "nearest512", "smooth512", "trimmed",
                                               "full-unoriented", "nearest512-unoriented",
                                               "smooth512-unoriented"}));
}

} // namespace
} // namespace rempart::media
