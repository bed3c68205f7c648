// SPDX-License-Identifier: Apache-2.0
// Lines of JSON about pictures and videos without a case: fingerprint and match.
#include "rempart/core/hex.hpp"
#include "rempart/json_parts.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

std::string hex_of(const std::vector<Bytes>& orientations, std::size_t index) {
    return index < orientations.size() ? encode_hex(orientations[index]) : std::string();
}

// The first is "full".
void add_first(Json& json, const media::RawFingerprint& fingerprint) {
    Json orientations = Json::array();
    for (const Bytes& hash : fingerprint.orientations) {
        orientations.push_back(encode_hex(hash));
    }
    json["hex"] = hex_of(fingerprint.orientations, 0);
    json["quality"] = fingerprint.quality;
    json["orientations"] = orientations;
}

void add_fingerprint(Json& json, const media::PictureFacts& facts, const std::string& sha256) {
    json["algorithm"] = "pdq";
    if (!facts.fingerprints.empty()) {
        add_first(json, facts.fingerprints.front());
    }
    Json variants = Json::object();
    for (const media::RawFingerprint& fingerprint : facts.fingerprints) {
        variants[fingerprint.variant] = hex_of(fingerprint.orientations, 0);
    }
    json["variants"] = variants;
    json["sha256"] = sha256;
    json["format"] = facts.format;
    json["width"] = facts.width;
    json["height"] = facts.height;
    json["partial"] = or_null(facts.partial_reason);
}

Json frames_json(const std::vector<media::VideoFrame>& frames) {
    Json json = Json::array();
    for (const media::VideoFrame& frame : frames) {
        json.push_back({{"from", seconds(frame.from_ms)},
                        {"to", seconds(frame.to_ms)},
                        {"quality", frame.quality},
                        {"hex", encode_hex(frame.hashes[0])}});
    }
    return json;
}

void add_fingerprint(Json& json, const media::VideoFacts& facts, const std::string& sha256) {
    json["algorithm"] = "vpdq";
    json["sha256"] = sha256;
    json["format"] = facts.format;
    json["codec"] = facts.codec;
    json["width"] = facts.width;
    json["height"] = facts.height;
    json["rotation"] = facts.rotation;
    json["duration"] = seconds(facts.duration_ms);
    json["partial"] = or_null(facts.partial_reason);
    json["frames"] = frames_json(facts.frames);
    if (!facts.trimmed.empty()) {
        json["trimmed"] = frames_json(facts.trimmed);
    }
}

Json bound(const std::optional<recognise::FrameSpan>& span,
           std::int64_t recognise::FrameSpan::* end) {
    return span ? Json(seconds((*span).*end)) : Json();
}

Json segments_json(const std::vector<recognise::HitSegment>& segments) {
    using recognise::FrameSpan;
    Json json = Json::array();
    for (const recognise::HitSegment& segment : segments) {
        json.push_back({{"from", bound(segment.query, &FrameSpan::from_ms)},
                        {"to", bound(segment.query, &FrameSpan::to_ms)},
                        {"entry_from", bound(segment.entry, &FrameSpan::from_ms)},
                        {"entry_to", bound(segment.entry, &FrameSpan::to_ms)}});
    }
    return json;
}

} // namespace

std::string error_json(const std::string& path, const Error& error) {
    return line_of(
        {{"type", "error"}, {"path", path}, {"error", error_json(std::optional(error))}});
}

std::string to_json(const FingerprintLine& line) {
    if (line.facts == nullptr) {
        return line_of({{"type", "fingerprint"},
                        {"path", line.path},
                        {"error", error_json(line.error)},
                        {"sha256", or_null(line.sha256)}});
    }
    Json json{{"type", "fingerprint"}, {"path", line.path}};
    std::visit([&](const auto& facts) { add_fingerprint(json, facts, line.sha256); }, *line.facts);
    return line_of(json);
}

std::string to_json(const MatchLine& line) {
    Json json{{"type", "hit"}};
    if (line.path.empty()) {
        json["query"] = line.query;
    } else {
        json["path"] = line.path;
    }
    json["entry"] = line.entry;
    json["list"] = line.list;
    json["match"] = line.match;
    json["algorithm"] = line.algorithm;
    json["distance"] = line.distance;
    json["orientation"] = or_null(line.orientation);
    json["variant"] = or_null(line.variant);
    if (!line.segments.empty()) {
        json["segments"] = segments_json(line.segments);
    }
    return line_of(json);
}

} // namespace rempart::cli
