// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "media/media_worker/pictures.hpp"
#include "rempart/recognise/pdq_hash.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

using recognise::PdqHash;

PdqHash hash_of(const PictureFacts& facts) {
    if (facts.fingerprints.empty()) {
        ADD_FAILURE() << "not hashed";
        return {};
    }
    return PdqHash::from_bytes(
        std::span<const std::byte, 32>(facts.fingerprints[0].orientations[0]));
}

PictureFacts examined(std::string_view file) {
    auto facts = examine_picture(bytes_of(file), kAnyPicture);
    EXPECT_TRUE(facts) << facts.error().message;
    return facts ? *std::move(facts) : PictureFacts{};
}

PdqHash plain_hash() {
    return hash_of(examined(save(draw(300, 200), ".png")));
}

struct Written {
    const char* suffix;
    int bits; ///< From the lossless hash, at most.
};
void PrintTo(const Written& written, std::ostream* out) {
    *out << written.suffix;
}

class EachEncoding : public testing::TestWithParam<Written> {};
INSTANTIATE_TEST_SUITE_P(OfLibvips, EachEncoding,
                         testing::Values(Written{".png[interlace]", 0},
                                         Written{".png[compression=0]", 0},
                                         Written{".webp[lossless]", 0}, Written{".webp[Q=90]", 6},
                                         Written{".tif", 0},
                                         Written{".tif[tile,compression=deflate]", 0},
                                         Written{".tif[bigtiff,compression=lzw]", 0},
                                         Written{".tif[compression=jpeg,Q=95]", 6},
                                         Written{".gif", 12}, Written{".heic[Q=90]", 6},
                                         Written{".avif[Q=90]", 6}, Written{".jpg[Q=95]", 4}));

TEST_P(EachEncoding, OfOneDrawingHasTheSameHash) {
    const PictureFacts facts = examined(save(draw(300, 200), GetParam().suffix));
    EXPECT_EQ(facts.width, 300U);
    EXPECT_EQ(facts.height, 200U);
    EXPECT_EQ(facts.frames, 1U);
    EXPECT_FALSE(facts.partial) << facts.partial_reason;
    EXPECT_LE(hamming_distance(hash_of(facts), plain_hash()), GetParam().bits);
    EXPECT_GE(facts.fingerprints[0].quality, 50);
    EXPECT_FALSE(facts.thumbnail.empty());
}

// Runs one libvips operation on the drawing and saves what comes out.
template <typename Operation>
std::string saved_after(const char* suffix, Operation operation) {
    VipsImage* image = to_vips(draw(300, 200));
    VipsImage* out = nullptr;
    EXPECT_EQ(operation(image, &out), 0) << vips_error_buffer();
    std::string file = save(out, suffix);
    g_object_unref(out);
    g_object_unref(image);
    return file;
}

TEST(Pixels, SixteenBitsHashLikeEight) {
    for (const char* suffix : {".png", ".tif"}) {
        const std::string file = saved_after(suffix, [](VipsImage* in, VipsImage** out) {
            return vips_colourspace(in, out, VIPS_INTERPRETATION_RGB16, nullptr);
        });
        EXPECT_LE(hamming_distance(hash_of(examined(file)), plain_hash()), 2) << suffix;
    }
}

TEST(Pixels, GreyOfEightAndSixteenBitsHashLikeTheirColours) {
    for (const VipsInterpretation grey : {VIPS_INTERPRETATION_B_W, VIPS_INTERPRETATION_GREY16}) {
        const std::string file = saved_after(".png", [grey](VipsImage* in, VipsImage** out) {
            return vips_colourspace(in, out, grey, nullptr);
        });
        // libvips' grey is of linear light: not our luma, but the same picture.
        EXPECT_LE(hamming_distance(hash_of(examined(file)), plain_hash()), 31);
    }
}

TEST(Pixels, TransparentOnesLieOnWhite) {
    const auto with_alpha = [](double alpha) {
        return saved_after(".png", [alpha](VipsImage* in, VipsImage** out) {
            return vips_bandjoin_const1(in, out, alpha, nullptr);
        });
    };
    EXPECT_LE(hamming_distance(hash_of(examined(with_alpha(255))), plain_hash()), 0);
    EXPECT_EQ(examined(with_alpha(0)).fingerprints[0].quality, 0); // all white
    const std::string sixteen_bits = saved_after(".png", [](VipsImage* in, VipsImage** out) {
        VipsImage* wide = nullptr;
        const int failed = vips_colourspace(in, &wide, VIPS_INTERPRETATION_RGB16, nullptr);
        const int failed_too =
            failed != 0 ? failed : vips_bandjoin_const1(wide, out, 65535.0, nullptr);
        g_object_unref(wide);
        return failed_too;
    });
    EXPECT_LE(hamming_distance(hash_of(examined(sixteen_bits)), plain_hash()), 2);
}

TEST(Pixels, OfGreyWithAlphaAndOfOneBitAreDecoded) {
    const std::string grey_alpha = saved_after(".png", [](VipsImage* in, VipsImage** out) {
        VipsImage* grey = nullptr;
        const int failed = vips_colourspace(in, &grey, VIPS_INTERPRETATION_B_W, nullptr);
        const int failed_too =
            failed != 0 ? failed : vips_bandjoin_const1(grey, out, 255.0, nullptr);
        g_object_unref(grey);
        return failed_too;
    });
    EXPECT_EQ(examined(grey_alpha).fingerprints.size(), 2U);
    for (const char* suffix : {".png[bitdepth=1]", ".tif[bitdepth=1]"}) {
        const std::string one_bit = saved_after(suffix, [](VipsImage* in, VipsImage** out) {
            VipsImage* red = nullptr;
            const int failed = vips_extract_band(in, &red, 1, nullptr);
            const int failed_too =
                failed != 0 ? failed : vips_moreeq_const1(red, out, 128, nullptr);
            g_object_unref(red);
            return failed_too;
        });
        const PictureFacts facts = examined(one_bit);
        EXPECT_EQ(facts.fingerprints.size(), 2U) << suffix;
        EXPECT_GT(facts.fingerprints[0].quality, 0) << suffix;
    }
}

TEST(Pixels, OfCmykAreDecodedLikeRgb) {
    const std::string jpeg = to_jpeg(draw(300, 200), {.quality = 97, .cmyk = true});
    EXPECT_LE(hamming_distance(hash_of(examined(jpeg)), plain_hash()), 4);
}

TEST(Pixels, OfAProgressiveJpegAreThoseOfABaselineOne) {
    const Drawing drawing = draw(300, 200);
    const PictureFacts one = examined(to_jpeg(drawing));
    const PictureFacts two = examined(to_jpeg(drawing, {.progressive = true}));
    EXPECT_EQ(hash_of(one), hash_of(two));
    EXPECT_EQ(one.thumbnail, two.thumbnail);
}

TEST(Pixels, OfALargeJpegComeFromItsLumaPlaneWithinFourBits) {
    const Drawing large = draw(2400, 1800);
    const PdqHash grey = hash_of(examined(to_jpeg(large)));
    EXPECT_LE(hamming_distance(grey, hash_of(examined(save(large, ".png[compression=1]")))), 4);
}

TEST(SmallPictures, AreDecodedWithAThumbnailButNotHashed) {
    for (const auto& [width, height] : {std::pair{63U, 200U}, {200U, 63U}, {1U, 1U}}) {
        const PictureFacts facts = examined(to_jpeg(draw(width, height)));
        EXPECT_TRUE(facts.fingerprints.empty());
        EXPECT_FALSE(facts.thumbnail.empty());
    }
    EXPECT_EQ(examined(to_jpeg(draw(64, 64))).fingerprints.size(), 2U);
}

TEST(Thumbnail, IsGreyAtMost160AcrossAndTheSameEachTime) {
    const std::string file = to_jpeg(draw(1000, 20));
    const PictureFacts facts = examined(file);
    EXPECT_EQ(facts.thumbnail, examined(file).thumbnail);
    const PictureFacts thumbnail = examined(chars_of(facts.thumbnail));
    EXPECT_EQ(thumbnail.width, 160U);
    EXPECT_EQ(thumbnail.height, 3U);
}

TEST(Metadata, IsSortedNamedAndWithinItsLimits) {
    const std::string file = to_jpeg(draw(100, 80), {.exif = exif_with_orientation(8)});
    const PictureFacts facts = examined(file);
    EXPECT_TRUE(std::ranges::is_sorted(facts.metadata, {}, &MetadataField::name));
    EXPECT_TRUE(std::ranges::any_of(facts.metadata, [](const MetadataField& field) {
        return field.name == "Exif.Image.Orientation" && field.value == "left, bottom";
    }));
    PictureRequest none = kAnyPicture;
    none.limits.max_metadata_fields = 0;
    const auto bare = examine_picture(bytes_of(file), none);
    ASSERT_TRUE(bare);
    EXPECT_TRUE(bare->metadata.empty());
}

TEST(Metadata, ThatCannotBeReadIsANoteAndThePixelsStay) {
    using namespace std::string_literals;
    // A text chunk that says it holds EXIF and ends there; CRC-32 of ISO/IEC 15948.
    const std::string chunk = "\0\0\0\x15tEXtRaw profile type exif\xFB\x04\x85\x18"s;
    std::string png = save(draw(100, 80), ".png[strip]");
    png.insert(33, chunk); // behind signature and IHDR
    const PictureFacts facts = examined(png);
    EXPECT_EQ(facts.fingerprints.size(), 2U);
    EXPECT_FALSE(facts.partial) << facts.partial_reason;
    EXPECT_EQ(facts.metadata,
              (std::vector<MetadataField>{{"Rempart.MetadataError", "exiv2 error 14"}}));
}

TEST(Metadata, ThatIsMoreThanTheLimitsIsCutByRankAndCounted) {
    VipsImage* image = to_vips(draw(100, 80));
    for (const char* name : {"exif-ifd0-Make", "exif-ifd0-Model", "exif-ifd0-Software",
                             "exif-ifd0-Artist", "exif-ifd0-Copyright"}) {
        vips_image_set_string(image, name, "value (value, ASCII, 6 components, 6 bytes)");
    }
    const std::string file = save(image, ".jpg");
    g_object_unref(image);
    PictureRequest few = kAnyPicture;
    few.limits.max_metadata_fields = 4;
    const auto facts = examine_picture(bytes_of(file), few);
    ASSERT_TRUE(facts);
    ASSERT_EQ(facts->metadata.size(), 3U);
    EXPECT_TRUE(facts->metadata[0].name.starts_with("Exif.Image.")) << facts->metadata[0].name;
    EXPECT_EQ(facts->metadata[2].name, "Rempart.MetadataLeftOut");
    EXPECT_FALSE(facts->metadata[2].value.starts_with("0"));
}

} // namespace
} // namespace rempart::media
