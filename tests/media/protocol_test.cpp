// SPDX-License-Identifier: Apache-2.0
#include "media/picture_protocol.hpp"
#include "media/variant_names.hpp"

#include <functional>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "rempart/core/wire.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

RawFingerprint fingerprint(std::string variant) {
    return {.algorithm = "pdq",
            .variant = std::move(variant),
            .quality = 77,
            .orientations = std::vector<Bytes>(8, Bytes(32, std::byte{0x5A}))};
}

PictureFacts sound() {
    PictureFacts facts;
    facts.format = "jpeg";
    facts.width = 4000;
    facts.height = 3000;
    facts.exif_orientation = 6;
    for (const char* variant : {"full", "nearest512", "full-unoriented", "nearest512-unoriented"}) {
        facts.fingerprints.push_back(fingerprint(variant));
    }
    facts.metadata = {{"Exif.Image.Make", "A maker"}, {"Exif.Image.Make", "again"}, {"Z", ""}};
    facts.thumbnail = {std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}, std::byte{0xE0}};
    facts.partial = true;
    facts.partial_reason = "truncated: after row 3";
    return facts;
}

Result<PictureAnswer> through_the_wire(const PictureFacts& facts) {
    return decode_answer(encode(PictureAnswer(facts)), {});
}

TEST(PictureProtocol, CarriesFactsAndFailuresUnchanged) {
    const auto answer = through_the_wire(sound());
    ASSERT_TRUE(answer);
    ASSERT_TRUE(*answer);
    EXPECT_EQ(encode(*answer), encode(PictureAnswer(sound())));
    const auto failed =
        decode_answer(encode(PictureAnswer(fail(Errc::damaged, "png: after row 1"))), {});
    ASSERT_TRUE(failed);
    EXPECT_EQ(error_of(*failed), (Error{Errc::damaged, "png: after row 1"}));
}

TEST(PictureProtocol, CarriesTheLimits) {
    const PictureRequest request{.limits = {.max_file_bytes = 1,
                                            .max_pixels = 2,
                                            .max_side = 3,
                                            .max_metadata_fields = 4,
                                            .max_metadata_bytes = 5},
                                 .work_bytes = 6};
    const auto decoded = decode_request(encode(request));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(encode(*decoded), encode(request));
    Bytes cut = encode(request);
    cut.pop_back();
    EXPECT_EQ(error_of(decode_request(cut)).code, Errc::malformed);
}

TEST(PictureProtocol, EveryCutAnswerIsBad) {
    const Bytes whole = encode(PictureAnswer(sound()));
    for (std::size_t n = 0; n < whole.size(); ++n) {
        EXPECT_EQ(error_of(decode_answer(ByteView(whole).first(n), {})).code, Errc::bad_answer);
    }
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    EXPECT_EQ(error_of(decode_answer(longer, {})).code, Errc::bad_answer);
}

TEST(PictureProtocol, WhatASoundWorkerWouldNotSayIsBad) {
    using Lie = std::function<void(PictureFacts&)>;
    const std::vector<std::pair<const char*, Lie>> lies{
        {"no such format", [](PictureFacts& f) { f.format = "exe"; }},
        {"no picture's format", [](PictureFacts& f) { f.format = "zip"; }},
        {"no width", [](PictureFacts& f) { f.width = 0; }},
        {"too wide", [](PictureFacts& f) { f.width = 65'501; }},
        {"too many pixels", [](PictureFacts& f) { f.width = f.height = 60'000; }},
        {"no frame", [](PictureFacts& f) { f.frames = 0; }},
        {"orientation 0", [](PictureFacts& f) { f.exif_orientation = 0; }},
        {"orientation 9", [](PictureFacts& f) { f.exif_orientation = 9; }},
        {"the picture itself not first",
         [](PictureFacts& f) { std::swap(f.fingerprints[0], f.fingerprints[1]); }},
        {"more hashes than there are variants",
         [](PictureFacts& f) {
             for (std::uint32_t i = 1; f.fingerprints.size() <= kMaxFingerprints; ++i) {
                 f.fingerprints.push_back(fingerprint("full" + frame_suffix(i)));
             }
         }},
        {"unoriented hashes of an upright picture",
         [](PictureFacts& f) { f.exif_orientation = 1; }},
        {"one variant twice", [](PictureFacts& f) { f.fingerprints[1].variant = "full"; }},
        {"unknown variant", [](PictureFacts& f) { f.fingerprints[0].variant = "half"; }},
        {"unknown algorithm", [](PictureFacts& f) { f.fingerprints[0].algorithm = "md5"; }},
        {"quality 101", [](PictureFacts& f) { f.fingerprints[0].quality = 101; }},
        {"7 orientations", [](PictureFacts& f) { f.fingerprints[0].orientations.pop_back(); }},
        {"a short hash", [](PictureFacts& f) { f.fingerprints[3].orientations[7].pop_back(); }},
        {"unsorted metadata", [](PictureFacts& f) { f.metadata[0].name = "Zz"; }},
        {"nameless metadata", [](PictureFacts& f) { f.metadata[0].name = ""; }},
        {"long metadata", [](PictureFacts& f) { f.metadata[0].value.assign(1025, 'x'); }},
        {"no text", [](PictureFacts& f) { f.metadata[0].value = "\xFF"; }},
        {"too many fields", [](PictureFacts& f) { f.metadata.assign(201, {"A", "b"}); }},
        {"too many bytes",
         [](PictureFacts& f) { f.metadata.assign(70, {"A", std::string(1000, 'x')}); }},
        {"no JPEG thumbnail", [](PictureFacts& f) { f.thumbnail[0] = std::byte{0}; }},
        {"huge thumbnail", [](PictureFacts& f) { f.thumbnail.resize(kMaxThumbnailBytes + 1); }},
        {"partial without a reason", [](PictureFacts& f) { f.partial_reason.clear(); }},
        {"a reason without partial", [](PictureFacts& f) { f.partial = false; }},
    };
    for (const auto& [name, lie] : lies) {
        PictureFacts facts = sound();
        lie(facts);
        EXPECT_EQ(error_of(through_the_wire(facts)).code, Errc::bad_answer) << name;
    }
    for (const Errc code : {Errc::invalid_argument, Errc::crashed, Errc::deadline, Errc::refused,
                            Errc::bad_answer, Errc::interrupted}) {
        EXPECT_EQ(error_of(decode_answer(encode(PictureAnswer(fail(code, ""))), {})).code,
                  Errc::bad_answer);
    }
}

TEST(PictureProtocol, AnyFlippedBitIsBadOrAValueOfTheAllowedRange) {
    const Bytes whole = encode(PictureAnswer(sound()));
    for (std::size_t i = 0; i < whole.size() * 8; i += 3) {
        Bytes flipped = whole;
        flipped[i / 8] ^= std::byte{1} << (i % 8);
        const auto answer = decode_answer(flipped, {});
        if (answer && *answer) {
            EXPECT_LE(std::uint64_t{(*answer)->width} * (*answer)->height,
                      PictureLimits{}.max_pixels);
            EXPECT_EQ(encode(*answer), flipped);
        } else if (!answer) {
            EXPECT_EQ(answer.error().code, Errc::bad_answer);
        }
    }
}

} // namespace
} // namespace rempart::media
