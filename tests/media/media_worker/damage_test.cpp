// SPDX-License-Identifier: Apache-2.0
// Cut, flipped and hostile pictures through the pool: each is an answer, and the pool goes on.
#include <array>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "media/media_worker/pictures.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/media/picture.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

using namespace std::string_literals;

class DamagedPictures : public testing::Test {
  protected:
    DamagedPictures() {
        auto pool = Pool::create(
            {.worker_program = std::filesystem::path(REMPART_LIBEXEC_DIR) / "media_worker",
             .workers = 1,
             .picture = {},
             .sandbox = {.deadline = std::chrono::seconds(120)}}); // sanitizers, a busy machine
        EXPECT_TRUE(pool);
        pool_.emplace(std::move(*pool));
    }
    Result<PictureFacts> examine(std::string_view bytes) {
        auto file = make_memory_file("picture");
        EXPECT_TRUE(file);
        EXPECT_TRUE(write_all(file->get(), bytes_of(bytes)));
        return pool_->examine_picture(file->get());
    }

  private:
    std::optional<Pool> pool_;
};

std::vector<std::pair<const char*, std::string>> one_of_each() {
    const Drawing drawing = draw(64, 64);
    std::vector<std::pair<const char*, std::string>> files{
        {"jpeg", to_jpeg(drawing)}, {"progressive", to_jpeg(drawing, {.progressive = true})}};
    for (const char* suffix :
         {".png", ".png[interlace]", ".gif", ".webp", ".tif[compression=lzw]", ".heic", ".avif"}) {
        files.emplace_back(suffix, save(drawing, suffix));
    }
    return files;
}

TEST_F(DamagedPictures, AreAnsweredAtEverySixteenthOfTheirLength) {
    for (const auto& [name, whole] : one_of_each()) {
        for (std::size_t i = 0; i < 16; ++i) {
            const auto facts = examine(whole.substr(0, whole.size() * i / 16));
            if (facts) {
                EXPECT_TRUE(facts->partial) << name << " cut at " << i << "/16";
                EXPECT_FALSE(facts->partial_reason.empty());
            } else {
                EXPECT_TRUE(facts.error().code == Errc::truncated ||
                            facts.error().code == Errc::malformed)
                    << name << " cut at " << i << "/16: " << facts.error().message;
            }
        }
        EXPECT_TRUE(examine(whole)) << name;
    }
}

TEST_F(DamagedPictures, ThatAreCutKeepTheRowsThatAreThere) {
    const std::string jpeg = to_jpeg(draw(400, 300));
    const auto facts = examine(std::string_view(jpeg).substr(0, jpeg.size() / 2));
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_TRUE(facts->partial);
    EXPECT_TRUE(facts->partial_reason.starts_with("truncated: jpeg: ")) << facts->partial_reason;
    ASSERT_GE(facts->fingerprints.size(), 2U);
    EXPECT_EQ(facts->fingerprints[0].variant, "full");

    const std::string png = save(draw(400, 300), ".png");
    const auto half = examine(std::string_view(png).substr(0, png.size() / 2));
    ASSERT_TRUE(half) << half.error().message;
    EXPECT_TRUE(half->partial_reason.starts_with("truncated: ")) << half->partial_reason;
}

TEST_F(DamagedPictures, AreAnsweredWithABitFlippedAnywhere) {
    const std::set<Errc> allowed{Errc::malformed, Errc::unsupported, Errc::truncated,
                                 Errc::damaged,   Errc::memory,      Errc::limit_exceeded,
                                 Errc::crashed};
    std::mt19937 random(11);
    int answered = 0;
    for (const auto& [name, whole] : one_of_each()) {
        int crashed = 0;
        for (std::size_t i = 0; i < 200; ++i) {
            std::string flipped = whole;
            // Half of the flips in the first 200 bytes, where the structure is.
            const std::size_t at = i < 100 ? 2 * i % whole.size() : random() % whole.size();
            flipped[at] = static_cast<char>(flipped[at] ^ (1 << (random() % 8)));
            const auto facts = examine(flipped);
            EXPECT_TRUE(facts || allowed.contains(facts.error().code))
                << name << " at " << at << ": " << rempart::name(facts.error().code) << ", "
                << facts.error().message;
            crashed += !facts && facts.error().code == Errc::crashed ? 1 : 0;
            ++answered;
        }
        EXPECT_LE(crashed, 2) << name; // a bug of a library, which the sandbox holds
        EXPECT_TRUE(examine(whole)) << name;
    }
    EXPECT_EQ(answered, 9 * 200);
}

std::string png_chunk(const std::string& name, const std::string& data) {
    const auto be32 = [](std::uint32_t value) {
        std::string out;
        for (int shift = 24; shift >= 0; shift -= 8) {
            out += static_cast<char>(value >> shift);
        }
        return out;
    };
    std::uint32_t crc = 0xFFFF'FFFF; // ISO/IEC 15948, annex D
    for (const char c : name + data) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1) ^ (0xEDB8'8320U & (0U - (crc & 1U)));
        }
    }
    return be32(static_cast<std::uint32_t>(data.size())) + name + data + be32(~crc);
}

TEST_F(DamagedPictures, OfGiantSizeAreRefusedFromTheirHeader) {
    const std::string png = "\x89PNG\r\n\x1A\n"s +
                            png_chunk("IHDR", "\0\0\xEA\x60\0\0\xEA\x60\x08\2\0\0\0"s) +
                            png_chunk("IDAT", "\x78\x9C\x63\0\0"s) + png_chunk("IEND", "");
    EXPECT_EQ(error_of(examine(png)).code, Errc::limit_exceeded);
    EXPECT_NE(error_of(examine(png)).message.find("60000 x 60000"), std::string::npos);

    std::string gif = save(draw(96, 80), ".gif");
    const std::size_t image = gif.find("\x2C\0\0\0\0\x60\0\x50\0"s); // its one frame, 96 x 80
    ASSERT_NE(image, std::string::npos);
    gif.replace(6, 4, "\xFF\xFF\xFF\xFF");
    gif.replace(image + 5, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_EQ(error_of(examine(gif)).code, Errc::limit_exceeded);

    std::string jpeg = to_jpeg(draw(96, 80));
    const std::size_t frame = jpeg.find("\xFF\xC0"s);
    ASSERT_NE(frame, std::string::npos);
    jpeg.replace(frame + 5, 4, "\xFF\xD0\xFF\xD0");
    EXPECT_EQ(error_of(examine(jpeg)).code, Errc::limit_exceeded);
    // A progressive one of 380 megapixels passes the pixel cap; its coefficients do not.
    std::string progressive = to_jpeg(draw(96, 80), {.progressive = true});
    const std::size_t sof2 = progressive.find("\xFF\xC2"s);
    ASSERT_NE(sof2, std::string::npos);
    progressive.replace(sof2 + 5, 4, "\x4E\x20\x4A\x38");
    const Error error = error_of(examine(progressive));
    EXPECT_EQ(error.code, Errc::limit_exceeded);
    EXPECT_NE(error.message.find("memory"), std::string::npos) << error.message;
}

TEST_F(DamagedPictures, WithHugeTilesAreRefused) {
    std::string tiff = save(draw(96, 80), ".tif[tile]");
    // The tags TileWidth (322) and TileLength (323) of this little-endian file, type SHORT or LONG.
    int changed = 0;
    for (const char tag : {'\x42', '\x43'}) {
        for (const char type : {'\3', '\4'}) {
            const std::size_t at = tiff.find(std::string{tag, '\1', type, '\0', '\1', '\0'});
            if (at != std::string::npos) {
                tiff.replace(at + 2, 10, "\4\0\1\0\0\0\xF0\xFF\x0F\0"s);
                ++changed;
                break;
            }
        }
    }
    ASSERT_EQ(changed, 2);
    EXPECT_FALSE(examine(tiff));
}

TEST_F(DamagedPictures, OfNothingButZerosWithinThePixelCapCostLittleMemory) {
    static const bool kStarted = start_decoders().has_value();
    ASSERT_TRUE(kStarted);
    VipsImage* black = nullptr;
    ASSERT_EQ(vips_black(&black, 6000, 6000, nullptr), 0);
    const std::string png = save(black, ".png[compression=9,filter=none]");
    g_object_unref(black);
    EXPECT_LT(png.size(), 100'000U); // 36 MB of pixels
    const auto facts = examine(png);
    ASSERT_TRUE(facts) << facts.error().message;
    EXPECT_EQ(facts->fingerprints[0].quality, 0);
}

TEST_F(DamagedPictures, WithThousandsOfScansAreRefused) {
    const std::string whole = to_jpeg(draw(96, 80), {.progressive = true});
    // The last scan again and again: from its SOS marker to the end mark.
    const std::size_t scan = whole.rfind("\xFF\xDA"s);
    std::string bomb = whole.substr(0, whole.size() - 2);
    for (int i = 0; i < 3000; ++i) {
        bomb.append(whole, scan, whole.size() - 2 - scan);
    }
    bomb += "\xFF\xD9";
    const Error error = error_of(examine(bomb));
    EXPECT_EQ(error.code, Errc::limit_exceeded);
    EXPECT_EQ(error.message, "jpeg: more than 500 scans");
}

TEST_F(DamagedPictures, ErrorsTellThePlaceAndNothingOfTheContent) {
    std::string jpeg = to_jpeg(draw(96, 80));
    jpeg.replace(2, 2, "\xFF\x01");
    jpeg.replace(20, 12, "SECRETSECRET");
    const auto facts = examine(jpeg);
    if (!facts) {
        EXPECT_EQ(facts.error().message.find("SECRET"), std::string::npos);
    }
    const Error error = error_of(examine("\xFF\xD8\xFF\xD8 and no picture at all"));
    EXPECT_EQ(error.code, Errc::malformed);
    EXPECT_NE(error.message.find("near byte "), std::string::npos) << error.message;
}

} // namespace
} // namespace rempart::media
