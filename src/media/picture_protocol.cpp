// SPDX-License-Identifier: Apache-2.0
#include "media/picture_protocol.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "media/answer_wire.hpp"
#include "media/variant_names.hpp"
#include "rempart/media/file_type.hpp"

namespace rempart::media {
namespace {

constexpr std::uint8_t kExamine = 1; // requests

// A PDQ hash is 256 bits and has 8 orientations (recognise/pdq.hpp).
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kHashOrientations = 8;
constexpr std::array kPictureFailures{Errc::malformed, Errc::unsupported, Errc::limit_exceeded,
                                      Errc::truncated, Errc::damaged,     Errc::io,
                                      Errc::memory};

void write_fingerprint(WireWriter& out, const RawFingerprint& fingerprint) {
    out.text(fingerprint.algorithm);
    out.text(fingerprint.variant);
    out.u8(static_cast<std::uint8_t>(fingerprint.quality));
    out.u8(static_cast<std::uint8_t>(fingerprint.orientations.size()));
    for (const Bytes& hash : fingerprint.orientations) {
        out.bytes(hash);
    }
}

void write_facts(WireWriter& out, const PictureFacts& facts) {
    out.text(facts.format);
    out.u32(facts.width);
    out.u32(facts.height);
    out.u32(facts.frames);
    out.u8(static_cast<std::uint8_t>(facts.exif_orientation));
    out.u8(static_cast<std::uint8_t>(facts.fingerprints.size()));
    for (const RawFingerprint& fingerprint : facts.fingerprints) {
        write_fingerprint(out, fingerprint);
    }
    write_metadata(out, facts.metadata);
    out.bytes(facts.thumbnail);
    write_partial(out, facts.partial, facts.partial_reason);
}

RawFingerprint read_fingerprint(WireReader& in) {
    RawFingerprint fingerprint;
    fingerprint.algorithm = in.text(16);
    fingerprint.variant = in.text(32);
    fingerprint.quality = in.u8();
    if (fingerprint.algorithm != "pdq" || fingerprint.quality > 100 ||
        !is_variant_name(fingerprint.variant) || in.u8() != kHashOrientations) {
        in.reject();
    }
    for (std::size_t i = 0; in.ok() && i < kHashOrientations; ++i) {
        const ByteView hash = in.bytes(kHashBytes);
        if (hash.size() != kHashBytes) {
            in.reject();
        }
        fingerprint.orientations.emplace_back(hash.begin(), hash.end());
    }
    return fingerprint;
}

void read_fingerprints(WireReader& in, PictureFacts& facts) {
    const std::uint8_t count = in.u8();
    if (count > kMaxFingerprints) {
        in.reject();
    }
    std::set<std::string> seen;
    for (std::size_t i = 0; in.ok() && i < count; ++i) {
        facts.fingerprints.push_back(read_fingerprint(in));
        const std::string& variant = facts.fingerprints.back().variant;
        const bool turned = variant.ends_with(kUnorientedSuffix);
        if (!seen.insert(variant).second || (turned && facts.exif_orientation == 1)) {
            in.reject();
        }
    }
    // The first one stands for the picture.
    if (in.ok() && count > 0 && facts.fingerprints.front().variant != "full") {
        in.reject();
    }
}

void read_size(WireReader& in, PictureFacts& facts, const PictureLimits& limits) {
    facts.width = in.u32();
    facts.height = in.u32();
    facts.frames = in.u32();
    facts.exif_orientation = in.u8();
    if (facts.width == 0 || facts.height == 0 || facts.width > limits.max_side ||
        facts.height > limits.max_side ||
        std::uint64_t{facts.width} * facts.height > limits.max_pixels || facts.frames == 0 ||
        facts.frames > kMaxFrames || facts.exif_orientation < 1 || facts.exif_orientation > 8) {
        in.reject();
    }
}

PictureFacts read_facts(WireReader& in, const PictureLimits& limits) {
    PictureFacts facts;
    facts.format = in.text(16);
    const auto types = file_types();
    if (std::ranges::none_of(types, [&](const FileType& type) {
            return type.family == FileFamily::picture && type.id == facts.format;
        })) {
        in.reject();
    }
    read_size(in, facts, limits);
    read_fingerprints(in, facts);
    facts.metadata = read_metadata(in, limits.max_metadata_fields, limits.max_metadata_bytes);
    facts.thumbnail = read_jpeg(in, kMaxThumbnailBytes);
    read_partial(in, facts.partial, facts.partial_reason);
    return facts;
}

} // namespace

Bytes encode(const PictureRequest& request) {
    WireWriter out;
    out.u8(kExamine);
    out.u64(request.limits.max_file_bytes);
    out.u64(request.limits.max_pixels);
    out.u32(request.limits.max_side);
    out.u32(request.limits.max_metadata_fields);
    out.u32(request.limits.max_metadata_bytes);
    out.u64(request.work_bytes);
    return out.take();
}

Result<PictureRequest> decode_request(ByteView message) {
    WireReader in(message);
    PictureRequest request;
    const std::uint8_t kind = in.u8();
    request.limits.max_file_bytes = in.u64();
    request.limits.max_pixels = in.u64();
    request.limits.max_side = in.u32();
    request.limits.max_metadata_fields = in.u32();
    request.limits.max_metadata_bytes = in.u32();
    request.work_bytes = in.u64();
    if (kind != kExamine || !in.finish()) {
        return fail(Errc::malformed, "not a request of the media pool");
    }
    return request;
}

Bytes encode(const PictureAnswer& answer) {
    return encode_outcome(answer, write_facts);
}

Result<PictureAnswer> decode_answer(ByteView message, const PictureLimits& limits) {
    return decode_outcome<PictureFacts>(message, kPictureFailures,
                                        [&](WireReader& in) { return read_facts(in, limits); });
}

} // namespace rempart::media
