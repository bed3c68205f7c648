// SPDX-License-Identifier: Apache-2.0
// The frames of one video, as vpdq-hash-video writes them, one a line:
//
//     list := (line | "") end ...        all lines are frames of entry 1
//     line := number "," quality "," hash "," seconds        quality 0..100, 64 digits, 1.234
//
// Source: facebook/ThreatExchange, vpdq/cpp, the output of vpdq-hash-video; frame numbers and times
// must not fall, which the program guarantees.
#include <charconv>
#include <cmath>
#include <optional>

#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {
namespace {

constexpr std::size_t kHashDigits = 64;

struct Frame {
    std::uint64_t number = 0;
    int quality = 0;
    std::string_view digits;
    std::int64_t at_ms = 0;
};

template <typename Number>
std::optional<Number> number_in(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && !text.empty() && text[0] >= '0' && text[0] <= '9' ? std::optional(value)
                                                                      : std::nullopt;
}

std::optional<Frame> parse(std::string_view line) {
    Frame frame;
    const auto number = number_in<std::uint64_t>(take_until(line, ","));
    const auto quality = number_in<int>(take_until(line, ","));
    frame.digits = take_until(line, ",");
    const auto seconds = number_in<double>(line);
    if (!number || !quality || *quality > 100 || frame.digits.size() != kHashDigits || !seconds ||
        !(*seconds <= static_cast<double>(kMaxFrameMs) / 1000)) {
        return std::nullopt;
    }
    frame.number = *number;
    frame.quality = *quality;
    frame.at_ms = std::llround(*seconds * 1000);
    return frame;
}

} // namespace

bool claims_vpdq_list(std::string_view head) {
    return parse(first_line(head)).has_value();
}

Result<HashListSummary> read_vpdq_list(ListText& text, const HashListOptions& options,
                                       const TakeHash& take) {
    LineWalker lines(text, options.limits.max_line_bytes);
    // All frames are of one video: the entry is that of the file, not of the line.
    ListTaker taker(options, take);
    std::optional<Frame> before;
    ListRecord record;
    while (!lines.done()) {
        const auto line = lines.next(); // a time without an end may have been cut
        if (!line) {
            return fail(line.error());
        }
        if (line->empty()) {
            taker.count_comment();
            continue;
        }
        const auto frame = parse(*line);
        if (!frame) {
            return fail(lines.error_here(
                {Errc::malformed, "not a frame: number, quality, 64 digits, seconds"}));
        }
        if (before && (frame->number <= before->number || frame->at_ms < before->at_ms)) {
            return fail(lines.error_here({Errc::malformed, "a frame that is not later than the "
                                                           "one before"}));
        }
        before = frame;
        record.entry = 1;
        record.hashes.assign(1, {.kind = HashKind::pdq,
                                 .digits = frame->digits,
                                 .frame = FrameSpan{frame->at_ms, frame->at_ms},
                                 .poor_quality = frame->quality < kMinPdqQuality});
        if (const auto taken = taker.take(record); !taken) {
            return fail(lines.error_here(taken.error()));
        }
    }
    return std::move(taker.summary());
}

} // namespace rempart::recognise
