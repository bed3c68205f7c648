// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/bmp_picture.hpp"

#include <string>

#include <gtest/gtest.h>

#include "media/media_worker/pictures.hpp"
#include "rempart/recognise/pdq_hash.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

void put(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) {
        out += static_cast<char>(value >> (8 * i));
    }
}

struct BmpOptions {
    unsigned bits = 24;
    bool top_down = false;
    std::uint32_t header_bytes = 40;
    bool masks = false; ///< 565, or 8 bits each in the order R, G, B from the top, of 32.
};

/// `drawing` as a BMP; 1, 4 and 8 bits hold the green channel as so many greys.
std::string to_bmp(const Drawing& drawing, const BmpOptions& options) {
    const unsigned bits = options.bits;
    std::string palette;
    for (unsigned i = 0; bits <= 8 && i < (1U << bits); ++i) {
        put(palette, 0x010101U * (i * 255 / ((1U << bits) - 1)), 4);
    }
    std::string masks;
    if (options.masks) {
        put(masks, bits == 16 ? 0xF800U : 0xFF000000U, 4);
        put(masks, bits == 16 ? 0x07E0U : 0x00FF0000U, 4);
        put(masks, bits == 16 ? 0x001FU : 0x0000FF00U, 4);
    }
    std::string pixels;
    for (std::uint32_t i = 0; i < drawing.height; ++i) {
        const std::uint32_t y = options.top_down ? i : drawing.height - 1 - i;
        std::string row;
        unsigned filled = 0;
        std::uint32_t open = 0;
        for (std::uint32_t x = 0; x < drawing.width; ++x) {
            const std::uint8_t* rgb = drawing.rgb.data() + 3 * (std::size_t{y} * drawing.width + x);
            if (bits <= 8) {
                open = open << bits | static_cast<std::uint32_t>(rgb[1] >> (8 - bits));
                filled += bits;
                if (filled == 8) {
                    put(row, open, 1);
                    open = filled = 0;
                }
            } else if (bits == 16) {
                const int green_bits = options.masks ? 6 : 5;
                put(row,
                    static_cast<std::uint32_t>(rgb[0] >> 3 << (5 + green_bits) |
                                               rgb[1] >> (8 - green_bits) << 5 | rgb[2] >> 3),
                    2);
            } else {
                const auto value = static_cast<std::uint32_t>(rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
                put(row, options.masks ? value << 8 : value, static_cast<int>(bits / 8));
            }
        }
        if (filled > 0) {
            put(row, open << (8 - filled), 1);
        }
        row.resize((row.size() + 3) / 4 * 4);
        pixels += row;
    }
    std::string info;
    put(info, options.header_bytes, 4);
    put(info, drawing.width, 4);
    put(info, options.top_down ? 0U - drawing.height : drawing.height, 4);
    put(info, 1 | bits << 16, 4);
    put(info, options.masks ? 3 : 0, 4);
    put(info, static_cast<std::uint32_t>(pixels.size()), 4);
    put(info, 2835, 4);
    put(info, 2835, 4);
    put(info, 0, 4);
    put(info, 0, 4);
    info += options.header_bytes == 40 || options.masks ? masks : std::string();
    info.resize(std::max<std::size_t>(info.size(), options.header_bytes));
    info += palette;
    std::string file = "BM";
    put(file, static_cast<std::uint32_t>(14 + info.size() + pixels.size()), 4);
    put(file, 0, 4);
    put(file, static_cast<std::uint32_t>(14 + info.size()), 4);
    return file + info + pixels;
}

struct Kind {
    const char* name;
    BmpOptions options;
};
void PrintTo(const Kind& kind, std::ostream* out) {
    *out << kind.name;
}

class EachBmp : public testing::TestWithParam<Kind> {};
INSTANTIATE_TEST_SUITE_P(
    Kinds, EachBmp,
    testing::Values(Kind{"24", {}}, Kind{"24 top down", {.top_down = true}},
                    Kind{"24 V4", {.header_bytes = 108}}, Kind{"32", {.bits = 32}},
                    Kind{"32 masks", {.bits = 32, .masks = true}},
                    Kind{"32 masks V5", {.bits = 32, .header_bytes = 124, .masks = true}},
                    Kind{"16", {.bits = 16}}, Kind{"16 masks", {.bits = 16, .masks = true}},
                    Kind{"8", {.bits = 8}}, Kind{"4", {.bits = 4}}, Kind{"1", {.bits = 1}}));

recognise::PdqHash hash_of(const PictureFacts& facts) {
    return recognise::PdqHash::from_bytes(
        std::span<const std::byte, 32>(facts.fingerprints.at(0).orientations.at(0)));
}

// What is left of `drawing` in a file of so many bits: up to 8 the green channel alone.
Drawing at_depth(Drawing drawing, const BmpOptions& options) {
    const auto level = [](unsigned value, unsigned bits) {
        const unsigned most = (1U << bits) - 1;
        return static_cast<std::uint8_t>(((value >> (8 - bits)) * 255 + most / 2) / most);
    };
    for (std::size_t i = 0; i < drawing.rgb.size(); i += 3) {
        std::uint8_t* rgb = drawing.rgb.data() + i;
        if (options.bits <= 8) {
            // the palette of to_bmp rounds down
            const unsigned most = (1U << options.bits) - 1;
            rgb[0] = rgb[1] = rgb[2] =
                static_cast<std::uint8_t>((unsigned{rgb[1]} >> (8 - options.bits)) * 255 / most);
        } else if (options.bits == 16) {
            rgb[0] = level(rgb[0], 5);
            rgb[1] = level(rgb[1], options.masks ? 6 : 5);
            rgb[2] = level(rgb[2], 5);
        }
    }
    return drawing;
}

TEST_P(EachBmp, HashesAsThePngOfTheSamePixels) {
    const Drawing drawing = draw(101, 77); // rows with padding
    const auto facts = examine_picture(bytes_of(to_bmp(drawing, GetParam().options)), kAnyPicture);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_FALSE(facts->partial) << facts->partial_reason;
    const auto png =
        examine_picture(bytes_of(save(at_depth(drawing, GetParam().options), ".png")), kAnyPicture);
    ASSERT_TRUE(png);
    EXPECT_EQ(hash_of(*facts), hash_of(*png));
    EXPECT_EQ(facts->thumbnail, png->thumbnail);
}

TEST(Bmp, EveryTruncationIsRefusedOrPartial) {
    for (const BmpOptions& options : {BmpOptions{}, {.bits = 4}, {.bits = 32, .masks = true}}) {
        const std::string whole = to_bmp(draw(9, 7), options);
        for (std::size_t n = 2; n < whole.size(); ++n) {
            PictureSink sink(kAnyPicture, 0, 1);
            const Decoded decoded = decode_bmp(bytes_of(whole.substr(0, n)), sink);
            if (decoded) {
                ASSERT_TRUE(decoded->has_value()) << n;
                EXPECT_EQ((*decoded)->code, Errc::truncated);
            } else {
                EXPECT_EQ(decoded.error().code, Errc::truncated) << decoded.error().message;
            }
        }
    }
}

TEST(Bmp, ACutOneHasItsLowerRowsAndGreyAbove) {
    const Drawing drawing = draw(100, 100);
    const std::string whole = to_bmp(drawing, {});
    const auto facts =
        examine_picture(bytes_of(whole.substr(0, whole.size() - 300 * 50)), kAnyPicture);
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->partial_reason, "truncated: bmp: 50 of 100 rows are there");
}

TEST(Bmp, HeadersThatLieAreRefusedWithTheirPlace) {
    const std::string whole = to_bmp(draw(9, 7), {});
    const auto refusal = [&](std::size_t at, std::string_view bytes) {
        std::string changed = whole;
        changed.replace(at, bytes.size(), bytes);
        PictureSink sink(kAnyPicture, 0, 1);
        const Decoded decoded = decode_bmp(bytes_of(changed), sink);
        return decoded ? Error{Errc::skipped, "accepted"} : decoded.error();
    };
    using namespace std::string_view_literals;
    EXPECT_EQ(refusal(18, "\0\0\0\0"sv).code, Errc::malformed);
    EXPECT_EQ(refusal(18, "\xFF\xFF\xFF\xFF"sv).code, Errc::malformed);
    EXPECT_EQ(refusal(22, "\0\0\0\0"sv).code, Errc::malformed);
    EXPECT_EQ(refusal(22, "\0\0\0\x80"sv).code, Errc::limit_exceeded);
    EXPECT_EQ(refusal(18, "\0\0\1\0"sv).code, Errc::limit_exceeded);
    EXPECT_EQ(refusal(28, "\7\0"sv).code, Errc::unsupported);
    EXPECT_EQ(refusal(30, "\1\0\0\0"sv).code, Errc::unsupported);
    EXPECT_EQ(refusal(30, "\3\0\0\0"sv).code, Errc::malformed);
    EXPECT_EQ(refusal(14, "\x0C\0\0\0"sv).code, Errc::unsupported);
    EXPECT_EQ(refusal(10, "\x10\0\0\0"sv).code, Errc::malformed);
    EXPECT_EQ(refusal(10, "\xFF\xFF\xFF\x7F"sv).code, Errc::truncated);
    EXPECT_NE(refusal(14, "\x0C\0\0\0"sv).message.find("byte 14"), std::string::npos);
}

} // namespace
} // namespace rempart::media
