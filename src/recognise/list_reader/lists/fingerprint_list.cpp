// SPDX-License-Identifier: Apache-2.0
// What `rempart fingerprint --json` prints, a JSON object a line:
//
//     list := (entry | failure | "") end ...
//     entry := {"type":"fingerprint","path":label,"sha256":digits, and if the file could be hashed
//               "algorithm":"pdq","hex":digits,"quality":0..100, others are passed over;
//               of a video "algorithm":"vpdq","frames":[{"from":seconds,"to":seconds,
//               "quality":0..100,"hex":digits} ...]}
//     failure := {"type":"fingerprint","path":label,"error":{...}}     counted as a comment
//
// Source: docs/cli.md.
#include <algorithm>
#include <cmath>
#include <optional>

#include "recognise/list_reader/lists/json_text.hpp"
#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {
namespace {

namespace dom = simdjson::dom;

// The text of a member that may be absent.
Result<std::string_view> text_of(const dom::object& object, std::string_view key) {
    dom::element value;
    if (object.at_key(key).get(value) != simdjson::SUCCESS) {
        return std::string_view{};
    }
    return text_or_null(value);
}

Result<std::int64_t> milliseconds_of(const dom::object& object, std::string_view key) {
    double seconds = 0;
    if (object.at_key(key).get(seconds) != simdjson::SUCCESS ||
        !(seconds >= 0 && seconds <= static_cast<double>(kMaxFrameMs) / 1000)) {
        return fail(Errc::malformed, "a frame without a sound time");
    }
    return std::llround(seconds * 1000);
}

Result<ListRecord::Written> parse_frame(const dom::element& element) {
    dom::object frame;
    if (element.get(frame) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "a frame is not an object");
    }
    const auto from = milliseconds_of(frame, "from");
    const auto to = milliseconds_of(frame, "to");
    const auto hex = text_of(frame, "hex");
    std::int64_t quality = 0;
    if (!from || !to || !hex || frame.at_key("quality").get(quality) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "a frame without time, quality or hash");
    }
    if (*to < *from) {
        return fail(Errc::malformed, "a frame that ends before it begins");
    }
    return ListRecord::Written{.kind = HashKind::pdq,
                               .digits = *hex,
                               .frame = FrameSpan{*from, *to},
                               .poor_quality = quality < kMinPdqQuality};
}

Result<void> parse_frames(const dom::object& object, ListRecord& record) {
    dom::array frames;
    if (object.at_key("frames").get(frames) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "no frames");
    }
    std::int64_t last_ms = 0;
    for (const dom::element element : frames) {
        auto frame = parse_frame(element);
        if (!frame) {
            return fail(std::move(frame).error());
        }
        const std::int64_t from_ms = frame->frame ? frame->frame->from_ms : 0;
        if (from_ms < last_ms) {
            return fail(Errc::malformed, "a frame that is not later than the one before");
        }
        last_ms = from_ms;
        record.hashes.push_back(*frame);
    }
    return {};
}

Result<void> parse_hashes(const dom::object& object, ListRecord& record) {
    const auto algorithm = text_of(object, "algorithm");
    const auto hex = text_of(object, "hex");
    const auto sha256 = text_of(object, "sha256");
    if (!algorithm || !hex || !sha256) {
        return fail(Errc::malformed, "a value that must be a text is not");
    }
    record.hashes.clear();
    record.poor_quality = false;
    if (*algorithm == "vpdq") {
        if (auto parsed = parse_frames(object, record); !parsed) {
            return parsed;
        }
    } else if (!hex->empty()) {
        if (*algorithm != "pdq") {
            return fail(Errc::unsupported, "an algorithm other than pdq");
        }
        std::int64_t quality = 0;
        if (object.at_key("quality").get(quality) != simdjson::SUCCESS) {
            return fail(Errc::malformed, "no quality");
        }
        record.poor_quality = quality < kMinPdqQuality;
        record.hashes.push_back({HashKind::pdq, *hex});
    }
    if (!sha256->empty()) {
        record.hashes.push_back({HashKind::sha256, *sha256});
    }
    return {};
}

Result<LineRole> parse_line(JsonText& json, std::string_view line, ListRecord& record) {
    if (line.empty()) {
        return LineRole::comment;
    }
    const auto value = json.parse(line);
    if (!value) {
        return fail(value.error());
    }
    dom::object object;
    if (value->get(object) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "not a JSON object");
    }
    const auto type = text_of(object, "type");
    if (!type || *type != "fingerprint") {
        return fail(Errc::malformed, "the type is not fingerprint");
    }
    dom::element error;
    if (object.at_key("error").get(error) == simdjson::SUCCESS && !error.is_null()) {
        return LineRole::comment;
    }
    const auto path = text_of(object, "path");
    if (!path) {
        return fail(path.error());
    }
    record.label = *path;
    record.shows_its_end = true; // its closing brace
    if (const auto parsed = parse_hashes(object, record); !parsed) {
        return fail(parsed.error());
    }
    return LineRole::entry;
}

} // namespace

bool claims_fingerprint_list(std::string_view head) {
    // Of the first line: each bears its type, and a failure may stand first.
    const std::string_view line = head.substr(0, head.find('\n'));
    return line.starts_with('{') && line.find("\"fingerprint\"") != std::string_view::npos &&
           line.find("\"type\"") != std::string_view::npos;
}

Result<HashListSummary> read_fingerprint_list(ListText& text, const HashListOptions& options,
                                              const TakeHash& take) {
    // A video is a long line: a hundred bytes a frame.
    LineWalker lines(text,
                     std::max(options.limits.max_line_bytes, options.limits.max_record_bytes));
    ListTaker taker(options, take);
    JsonText json;
    return take_lines(lines, taker, [&](std::string_view line, ListRecord& record) {
        return parse_line(json, line, record);
    });
}

} // namespace rempart::recognise
