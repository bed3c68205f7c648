// SPDX-License-Identifier: Apache-2.0
#include "media/type_tests.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace rempart::media {
namespace {

using namespace std::string_view_literals;

std::uint32_t at(ByteView head, std::size_t i) {
    return std::to_integer<std::uint32_t>(head[i]);
}

std::uint32_t be32(ByteView head, std::size_t i) {
    return at(head, i) << 24 | at(head, i + 1) << 16 | at(head, i + 2) << 8 | at(head, i + 3);
}

std::uint32_t le32(ByteView head, std::size_t i) {
    return at(head, i + 3) << 24 | at(head, i + 2) << 16 | at(head, i + 1) << 8 | at(head, i);
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> list) {
    return std::ranges::find(list, text) != list.end();
}

enum class Brand : std::uint8_t { none, heic, avif, cr3, mov, gp3, m4a, mp4, generic_picture };

// Brands: ISO/IEC 23008-12 (HEIF), AV1 Image File Format, 3GPP TS 26.244, mp4ra.org.
Brand brand_of(std::string_view brand) {
    if (one_of(brand, {"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"})) {
        return Brand::heic;
    }
    if (one_of(brand, {"avif", "avis"})) {
        return Brand::avif;
    }
    if (one_of(brand, {"mif1", "msf1", "miaf"})) {
        return Brand::generic_picture;
    }
    if (brand == "crx ") {
        return Brand::cr3;
    }
    if (brand == "qt  ") {
        return Brand::mov;
    }
    if (brand.starts_with("3g")) {
        return Brand::gp3;
    }
    if (one_of(brand, {"M4A ", "M4B ", "M4P "})) {
        return Brand::m4a;
    }
    if (one_of(brand, {"isom", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8",
                       "iso9", "mp41", "mp42", "avc1", "M4V ", "M4VH", "M4VP", "dash",
                       "MSNV", "f4v ", "XAVC", "mp71", "ndsc", "cmfc"})) {
        return Brand::mp4;
    }
    return Brand::none;
}

Brand family_of(ByteView head) {
    if (head.size() < 12) {
        return Brand::none;
    }
    const Brand major = brand_of(chars_of(head.subspan(8, 4)));
    if (major != Brand::generic_picture && major != Brand::none) {
        return major;
    }
    const std::size_t box_bytes = be32(head, 0);
    if (box_bytes < 16 || box_bytes > head.size()) {
        return Brand::none; // the list of compatible brands is not there in full
    }
    for (std::size_t i = 16; i + 4 <= box_bytes; i += 4) {
        const Brand brand = brand_of(chars_of(head.subspan(i, 4)));
        if (brand != Brand::none && brand != Brand::generic_picture) {
            return brand;
        }
    }
    return major == Brand::generic_picture ? Brand::heic : Brand::none;
}

// The DocType of an EBML header, if its element lies in the head in full.
std::string_view doc_type(ByteView head) {
    const std::string_view text = chars_of(head.first(std::min<std::size_t>(head.size(), 128)));
    const std::size_t element = text.find("\x42\x82");
    if (element == text.npos || element + 3 > text.size()) {
        return {};
    }
    const std::size_t size = at(head, element + 2) & 0x7FU;
    return element + 3 + size <= text.size() ? text.substr(element + 3, size) : std::string_view{};
}

// The length of the MPEG audio layer III frame at `i`; ISO/IEC 11172-3, 2.4.1.3, and the lower
// sampling rates of 13818-3 and "MPEG 2.5".
std::optional<std::size_t> mp3_frame_bytes(ByteView head, std::size_t i) {
    if (i + 4 > head.size() || at(head, i) != 0xFF || (at(head, i + 1) & 0xE0U) != 0xE0) {
        return std::nullopt;
    }
    const std::uint32_t version = at(head, i + 1) >> 3 & 3U; // 0: 2.5, 2: 2, 3: 1
    const std::uint32_t layer = at(head, i + 1) >> 1 & 3U;   // 1: layer III
    const std::uint32_t rate = at(head, i + 2) >> 4;
    const std::uint32_t sampling = at(head, i + 2) >> 2 & 3U;
    if (version == 1 || layer != 1 || rate == 0 || rate == 15 || sampling == 3) {
        return std::nullopt;
    }
    constexpr std::array<std::uint32_t, 15> kRates1{0,   32,  40,  48,  56,  64,  80, 96,
                                                    112, 128, 160, 192, 224, 256, 320};
    constexpr std::array<std::uint32_t, 15> kRates2{0,  8,  16, 24,  32,  40,  48, 56,
                                                    64, 80, 96, 112, 128, 144, 160};
    constexpr std::array<std::uint32_t, 3> kSampling{44'100, 48'000, 32'000};
    const std::uint32_t bits = (version == 3 ? kRates1[rate] : kRates2[rate]) * 1000;
    const std::uint32_t hertz = kSampling[sampling] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    return (version == 3 ? 144 : 72) * bits / hertz + (at(head, i + 2) >> 1 & 1U);
}

// The length of the ADTS frame at `i`.
std::optional<std::size_t> adts_frame_bytes(ByteView head, std::size_t i) {
    if (i + 7 > head.size() || at(head, i) != 0xFF || (at(head, i + 1) & 0xF6U) != 0xF0 ||
        (at(head, i + 2) >> 2 & 15U) > 12) {
        return std::nullopt;
    }
    const std::size_t bytes =
        (at(head, i + 3) & 3U) << 11 | at(head, i + 4) << 3 | at(head, i + 5) >> 5;
    return bytes >= 7 ? std::optional(bytes) : std::nullopt;
}

bool syncs(ByteView head, std::size_t from, std::size_t step) {
    if (head.size() <= from + 3 * step) {
        return false;
    }
    return at(head, from) == 0x47 && at(head, from + step) == 0x47 &&
           at(head, from + 2 * step) == 0x47 && at(head, from + 3 * step) == 0x47;
}

} // namespace

bool is_heic(ByteView head) {
    return family_of(head) == Brand::heic;
}
bool is_avif(ByteView head) {
    return family_of(head) == Brand::avif;
}
bool is_cr3(ByteView head) {
    return family_of(head) == Brand::cr3;
}
bool is_3gp(ByteView head) {
    return family_of(head) == Brand::gp3;
}
bool is_m4a(ByteView head) {
    return family_of(head) == Brand::m4a;
}
bool is_mp4(ByteView head) {
    return family_of(head) == Brand::mp4;
}

bool is_mov(ByteView head) {
    if (head.size() < 12) {
        return false;
    }
    const std::string_view box = chars_of(head.subspan(4, 4));
    if (box == "ftyp") {
        return family_of(head) == Brand::mov;
    }
    // QuickTime before 2001 has no ftyp: its first atom is one of these, with a sound size.
    const std::uint32_t bytes = be32(head, 0);
    return (box == "moov" || box == "mdat" || box == "wide") && (bytes == 1 || bytes >= 8);
}

bool is_webm(ByteView head) {
    return doc_type(head) == "webm";
}
bool is_matroska(ByteView head) {
    return doc_type(head) == "matroska";
}

bool is_other_ogg(ByteView head) {
    if (head.size() < 36) {
        return false;
    }
    const std::string_view packet = chars_of(head.subspan(28, 8));
    return packet != "OpusHead" && !packet.starts_with("\x80theora");
}

bool is_mpeg_ts(ByteView head) {
    return syncs(head, 0, 188) || syncs(head, 4, 192);
}

bool is_mp3_frames(ByteView head) {
    const auto first = mp3_frame_bytes(head, 0);
    return first && *first >= 4 && mp3_frame_bytes(head, *first).has_value();
}

bool is_adts(ByteView head) {
    const auto first = adts_frame_bytes(head, 0);
    return first && adts_frame_bytes(head, *first).has_value();
}

bool is_bmp(ByteView head) {
    if (head.size() < 26 || le32(head, 6) != 0) {
        return false;
    }
    // BITMAPCOREHEADER, BITMAPINFOHEADER, V2, V3, OS/2 2.x, V4, V5
    constexpr std::array<std::uint32_t, 7> kHeaderSizes{12, 40, 52, 56, 64, 108, 124};
    return std::ranges::find(kHeaderSizes, le32(head, 14)) != kHeaderSizes.end();
}

bool is_ico(ByteView head) {
    if (head.size() < 22) {
        return false;
    }
    const std::uint32_t kind = at(head, 2) | at(head, 3) << 8;
    const std::uint32_t count = at(head, 4) | at(head, 5) << 8;
    return (kind == 1 || kind == 2) && count >= 1 && count <= 256 && at(head, 9) == 0 &&
           le32(head, 14) >= 40 && le32(head, 18) == 6 + 16 * count;
}

bool is_bzip2(ByteView head) {
    if (head.size() < 10 || at(head, 3) < '1' || at(head, 3) > '9') {
        return false;
    }
    const std::string_view block = chars_of(head.subspan(4, 6));
    return block == "1AY&SY" || block == "\x17\x72\x45\x38\x50\x90";
}

bool is_lha(ByteView head) {
    return head.size() >= 7 && (at(head, 4) == 'h' || at(head, 4) == 'z') && at(head, 6) == '-' &&
           ((at(head, 5) >= '0' && at(head, 5) <= '9') ||
            one_of(chars_of(head.subspan(5, 1)), {"d", "s"}));
}

bool is_old_cpio(ByteView head) {
    return head.size() >= 76 && std::ranges::all_of(chars_of(head.first(76)),
                                                    [](char c) { return c >= '0' && c <= '7'; });
}

bool is_deb(ByteView head) {
    return head.size() >= 21 && chars_of(head.subspan(8, 13)) == "debian-binary";
}

bool is_plain_ar(ByteView head) {
    return head.size() >= 21 && !is_deb(head);
}

} // namespace rempart::media
