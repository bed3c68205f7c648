// SPDX-License-Identifier: Apache-2.0
// What the file exchange of python-threatexchange (Hasher-Matcher-Actioner) reads and writes:
//
//     list   := ["signal_type,signal" end] (entry | "") end ...
//     entry  := type (" " | ",") signal           spaces around are passed over
//     type   := "pdq" | "md5" | "video_md5" | "photo_md5" | "sha1" | "sha256" | others, counted
//
// A last entry without an end is taken if it is a hash. A file of that exchange with no types in it
// is a plain list of a stated kind.
//
// Source: exchanges/impl/file_api.py of facebook/ThreatExchange (a space); the comma and the header
// are those of tables made of it.
#include <algorithm>
#include <array>
#include <optional>

#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

struct SignalType {
    std::string_view name;
    std::optional<HashKind> kind; ///< None: known, but nothing here compares it.
};

constexpr std::array kTypes{
    SignalType{"pdq", HashKind::pdq},       SignalType{"md5", HashKind::md5},
    SignalType{"video_md5", HashKind::md5}, SignalType{"photo_md5", HashKind::md5},
    SignalType{"sha1", HashKind::sha1},     SignalType{"sha256", HashKind::sha256},
    SignalType{"raw_text", std::nullopt},   SignalType{"text_tlsh", std::nullopt},
    SignalType{"tlsh_pdf", std::nullopt},   SignalType{"trend_query", std::nullopt},
    SignalType{"url", std::nullopt},        SignalType{"url_md5", std::nullopt},
    SignalType{"vpdq", std::nullopt},       SignalType{"pdq_ocr", std::nullopt}};

constexpr std::array<std::string_view, 2> kHeaders{"signal_type,signal", "signal_type signal"};

struct Signal {
    std::string_view type;
    std::string_view text;
};

std::string_view trimmed(std::string_view text) {
    const std::size_t start = text.find_first_not_of(" \t");
    const std::size_t end = text.find_last_not_of(" \t");
    return start == std::string_view::npos ? "" : text.substr(start, end - start + 1);
}

std::optional<Signal> signal_in(std::string_view line) {
    line = trimmed(line);
    const std::size_t end = line.find_first_of(" ,");
    if (end == std::string_view::npos || end == 0) {
        return std::nullopt;
    }
    const Signal signal{line.substr(0, end), trimmed(line.substr(end + 1))};
    return signal.text.empty() ? std::nullopt : std::optional(signal);
}

const SignalType* known_type(std::string_view name) {
    const auto* const found = std::ranges::find(kTypes, name, &SignalType::name);
    return found == kTypes.end() ? nullptr : found;
}

bool is_type_name(std::string_view text) {
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
           std::string_view::npos;
}

Result<LineRole> parse_line(std::string_view line, ListTaker& taker, ListRecord& record) {
    if (trimmed(line).empty() || std::ranges::find(kHeaders, line) != kHeaders.end()) {
        return LineRole::comment;
    }
    const auto signal = signal_in(line);
    if (!signal || !is_type_name(signal->type)) {
        return fail(Errc::malformed, "not of the form: type signal");
    }
    const auto* const type = known_type(signal->type);
    if (type == nullptr || !type->kind) {
        taker.count_skipped(signal->type);
        return LineRole::skipped;
    }
    record.hashes = {{*type->kind, signal->text}};
    record.shows_its_end = true;
    return LineRole::entry;
}

} // namespace

bool claims_signals_list(std::string_view head) {
    ListText text(head);
    LineWalker lines(text, head.size());
    while (!lines.done()) {
        const auto line = lines.next_or_last();
        if (!line) {
            return false;
        }
        if (trimmed(*line).empty()) {
            continue;
        }
        if (std::ranges::find(kHeaders, *line) != kHeaders.end()) {
            return true;
        }
        const auto signal = signal_in(*line);
        const auto* const type = signal ? known_type(signal->type) : nullptr;
        constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";
        return type != nullptr && (!type->kind || signal->text.find_first_not_of(kHexDigits) ==
                                                      std::string_view::npos);
    }
    return false;
}

Result<HashListSummary> read_signals_list(ListText& text, const HashListOptions& options,
                                          const TakeHash& take) {
    LineWalker lines(text, options.limits.max_line_bytes);
    ListTaker taker(options, take);
    return take_lines(lines, taker, [&](std::string_view line, ListRecord& record) {
        return parse_line(line, taker, record);
    });
}

} // namespace rempart::recognise
