// SPDX-License-Identifier: Apache-2.0
// explain: why a content is a hit, computed again from the codes that the case holds.
#include <array>
#include <optional>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/hit_codes.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/json_parts.hpp"
#include "rempart/logged.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/explanation.hpp"

namespace rempart::cli {
namespace {

using casefile::Case;
using pipeline::ContentExplained;
using pipeline::Explanation;

constexpr std::size_t kSha256Digits = 64;

bool is_near(const Explanation& why) {
    return why.row.hit.match == "near";
}

Result<std::vector<casefile::RowId>> contents_named(Case& file, const std::string& what) {
    std::array<std::byte, kSha256Digits / 2> sha256{};
    if (what.size() != kSha256Digits || !decode_hex(what, sha256)) {
        return casefile::contents_at(file, what);
    }
    const auto content = casefile::content_of(file, sha256);
    if (!content) {
        return fail(content.error());
    }
    const std::optional<casefile::RowId>& row = *content;
    return row ? std::vector{*row} : std::vector<casefile::RowId>();
}

Json feedback_json(const Explanation& why) {
    Json here = Json::array();
    for (const casefile::FeedbackRecord& said : why.feedback_here) {
        here.push_back({{"verdict", said.confirmed ? "confirmed" : "false"},
                        {"note", or_null(said.note)},
                        {"who", said.who},
                        {"at", format_time(said.at)}});
    }
    return {{"confirmed", why.feedback.confirmed},
            {"false", why.feedback.not_confirmed},
            {"here", here}};
}

Json list_json(const casefile::ListRecord& list) {
    return {{"name", list.name},
            {"polarity", list.polarity},
            {"scheme", or_null(list.scheme)},
            {"format", list.format},
            {"source", list.source_name},
            {"source_sha256", list.source_sha256},
            {"added", format_time(list.added)},
            {"radius", list.radius}};
}

Json span_json(const std::optional<std::pair<std::int64_t, std::int64_t>>& span) {
    return span ? Json{{"from", seconds(span->first)}, {"to", seconds(span->second)}} : Json();
}

void add_near(Json& json, const Explanation& why) {
    const casefile::HitRecord& hit = why.row.hit;
    json["distance"] = hit.distance;
    json["difference"] = encode_hex(why.difference);
    json["bits"] = why.bits;
    json["variant"] = hit.variant;
    json["orientation"] = hit.orientation;
    json["quality"] = why.quality;
    json["frame"] = span_json(why.frame_ms);
    json["entry_frame"] = span_json(why.row.entry.frame_ms);
    Json& segments = json["segments"] = Json::array();
    for (const casefile::SegmentRecord& segment : hit.segments) {
        segments.push_back({{"from", seconds_or_null(segment.from_ms)},
                            {"to", seconds_or_null(segment.to_ms)},
                            {"entry_from", seconds_or_null(segment.entry_from_ms)},
                            {"entry_to", seconds_or_null(segment.entry_to_ms)}});
    }
}

std::string to_json(const ContentExplained& content, const Explanation& why) {
    const casefile::ListEntryRecord& entry = why.row.entry;
    Json json{{"type", "explanation"},
              {"sha256", content.sha256},
              {"standing", name(content.standing)},
              {"list", list_json(why.row.list)},
              {"entry", entry.entry},
              {"label", or_null(entry.label)},
              {"category", or_null(entry.category)},
              {"entry_state", or_null(why.row.entry_state)},
              {"match", why.row.hit.match},
              {"algorithm", why.row.hit.algorithm},
              {"code", encode_hex(why.code)},
              {"entry_code", encode_hex(entry.value)}};
    if (is_near(why)) {
        add_near(json, why);
    }
    json["feedback"] = feedback_json(why);
    return line_of(json);
}

std::string time_text(std::optional<std::int64_t> ms) {
    return ms ? fmt::format("{:.1f} s", seconds(*ms)) : "-";
}

void print_near(const Explanation& why) {
    const casefile::HitRecord& hit = why.row.hit;
    print_line(fmt::format("    differs   {}  in {} of 256 bits, {} allowed",
                           encode_hex(why.difference), hit.distance, why.row.list.radius));
    print_line(fmt::format("    bits      {}", fmt::join(why.bits, " ")));
    print_line(fmt::format("    hashed    variant {}, {}, quality {}", hit.variant, hit.orientation,
                           why.quality));
    if (why.frame_ms) {
        print_line(fmt::format("    frame     {} to {}", time_text(why.frame_ms->first),
                               time_text(why.frame_ms->second)));
    }
    for (const casefile::SegmentRecord& segment : hit.segments) {
        print_line(fmt::format("    segment   {} to {}, in the listed one {} to {}",
                               time_text(segment.from_ms), time_text(segment.to_ms),
                               time_text(segment.entry_from_ms), time_text(segment.entry_to_ms)));
    }
}

void print_text(const Explanation& why) {
    const casefile::ListRecord& list = why.row.list;
    const casefile::ListEntryRecord& entry = why.row.entry;
    print_line(fmt::format("  {} {} by {}: list {}, entry {}{}{}{}", list.polarity,
                           why.row.hit.match, why.row.hit.algorithm, to_terminal(list.name),
                           entry.entry, entry.label.empty() ? "" : " " + to_terminal(entry.label),
                           entry.category.empty() ? "" : " [" + to_terminal(entry.category) + "]",
                           why.row.entry_state.empty()
                               ? ""
                               : fmt::format("  [{}: does not count]", why.row.entry_state)));
    print_line(fmt::format("    source    {}, SHA-256 {}, added {}{}",
                           to_terminal(list.source_name), list.source_sha256,
                           format_time(list.added),
                           list.scheme.empty() ? "" : ", scheme " + to_terminal(list.scheme)));
    print_line(fmt::format("    content   {}", encode_hex(why.code)));
    print_line(fmt::format("    entry     {}", encode_hex(entry.value)));
    if (is_near(why)) {
        print_near(why);
    }
    print_line(fmt::format("    feedback  on the entry: {} confirmed, {} false",
                           why.feedback.confirmed, why.feedback.not_confirmed));
    for (const casefile::FeedbackRecord& said : why.feedback_here) {
        print_line(fmt::format("    here      {} by {} on {}{}",
                               said.confirmed ? "confirmed" : "false", to_terminal(said.who),
                               format_time(said.at),
                               said.note.empty() ? "" : ": " + to_terminal(said.note)));
    }
}

Result<void> explain_one(Case& file, casefile::RowId id, bool json) {
    const auto content = pipeline::explain(file, id);
    if (!content) {
        return fail(content.error());
    }
    if (!json) {
        print_line(fmt::format("{}  {}{}", content->sha256, name(content->standing),
                               content->hits.empty() ? ", no hit" : ""));
    }
    for (const Explanation& why : content->hits) {
        json ? print_line(to_json(*content, why)) : print_text(why);
    }
    return {};
}

} // namespace

int run(const Explain& args) {
    auto file = open_logged(args.folder, {.act = casefile::AuditAct::viewed,
                                          .subject = {{"rows", "explain"}},
                                          .purpose = args.purpose});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto contents = contents_named(*file, args.content);
    if (!contents) {
        return report_error(args.folder, contents.error());
    }
    if (contents->empty()) {
        return report_error("explain", {Errc::not_found, "the case has no content of that SHA-256 "
                                                         "or at that path"});
    }
    for (const casefile::RowId content : *contents) {
        if (const auto explained = explain_one(*file, content, args.json); !explained) {
            return report_error("explain", explained.error());
        }
    }
    return kOk;
}

} // namespace rempart::cli
