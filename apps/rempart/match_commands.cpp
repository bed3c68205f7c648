// SPDX-License-Identifier: Apache-2.0
// match: pictures, videos and codes without a case.
#include <filesystem>

#include <fmt/format.h>

#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/media_files.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/read_list.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/listed_videos.hpp"
#include "rempart/recognise/pdq_scan.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using recognise::HashKind;
using recognise::ListedHash;
using recognise::PdqHash;

/// Every entry of the lists of a `match`.
struct Lists {
    struct Entry {
        std::size_t list = 0;
        std::uint64_t line = 0;
    };
    std::vector<std::string> names;
    std::vector<Entry> entries;
    std::vector<ListedHash> hashes; ///< Beside `entries`.
};

/// Here a list is held in memory, some 100 bytes a hash; one that is larger belongs into a case.
constexpr std::size_t kMaxHashesInMemory = 100'000'000;

int read_lists(const Match& args, std::optional<HashKind> assumed, Lists& lists) {
    const auto choice = choose_list_format(args.format, args.algorithm);
    if (!choice) {
        return report_error("match", choice.error());
    }
    const auto reader = list_reader_config();
    if (!reader) {
        return report_error("match", reader.error());
    }
    for (const std::string& path : args.lists) {
        const auto file = open_own_file(path);
        if (!file) {
            return report_error(path, file.error());
        }
        const std::size_t number = lists.names.size();
        lists.names.push_back(to_utf8(std::filesystem::path(path).filename().string()));
        const auto take = [&](ListedHash&& hash) -> Result<void> {
            lists.entries.push_back({number, hash.entry});
            lists.hashes.push_back(std::move(hash));
            return {};
        };
        recognise::HashListOptions options;
        options.kind = choice->kind;
        options.limits.max_hashes = kMaxHashesInMemory;
        auto read = pipeline::read_list(file->get(), choice->format, options, *reader, take);
        if (!read && read.error().code == Errc::invalid_argument && !options.kind && assumed) {
            options.kind = assumed; // codes are PDQ, so a list that does not say is taken for PDQ
            read = pipeline::read_list(file->get(), choice->format, options, *reader, take);
        }
        if (!read) {
            return report_error(path, read.error());
        }
        for (const std::string& notice : list_notices(read->summary, "")) {
            talk(fmt::format("{}: {}", path, notice));
        }
    }
    return kOk;
}

std::string span_text(const std::optional<recognise::FrameSpan>& span) {
    return span ? fmt::format("{:.3f} - {:.3f} s", static_cast<double>(span->from_ms) / 1000,
                              static_cast<double>(span->to_ms) / 1000)
                : "the picture";
}

std::string segment_text(const recognise::HitSegment& segment) {
    return fmt::format("{} is {} of the entry", span_text(segment.query), span_text(segment.entry));
}

std::string text_of(const MatchLine& line) {
    std::string text =
        fmt::format("{}  {} {} {} bits  {} entry {}",
                    line.path.empty() ? fmt::format("code {}", line.query) : to_terminal(line.path),
                    line.match, line.algorithm, line.distance, to_terminal(line.list), line.entry);
    for (const recognise::HitSegment& segment : line.segments) {
        text += "\n    " + segment_text(segment);
    }
    return text;
}

int match_codes(const Match& args) {
    Lists lists;
    if (const int status = read_lists(args, HashKind::pdq, lists); status != kOk) {
        return status;
    }
    std::vector<PdqHash> codes;
    std::vector<Lists::Entry> entries;
    for (std::size_t i = 0; i < lists.hashes.size(); ++i) {
        if (lists.hashes[i].kind == HashKind::pdq) {
            codes.push_back(PdqHash::from_bytes(lists.hashes[i].bytes));
            entries.push_back(lists.entries[i]);
        }
    }
    const auto reader = list_reader_config();
    const auto queries = open_own_file(args.codes);
    if (!reader || !queries) {
        return reader ? report_error(args.codes, queries.error())
                      : report_error("match", reader.error());
    }
    const auto print = [&](ListedHash&& query) -> Result<void> {
        for (const auto& match :
             recognise::find_within(PdqHash::from_bytes(query.bytes), codes, args.radius)) {
            MatchLine line;
            line.query = query.entry;
            line.list = lists.names[entries[match.index].list];
            line.entry = entries[match.index].line;
            line.match = match.distance == 0 ? "exact" : "near";
            line.algorithm = "pdq";
            line.distance = match.distance;
            print_line(args.json ? to_json(line) : text_of(line));
        }
        return {};
    };
    const auto read = pipeline::read_list(
        queries->get(), recognise::hash_list_format_named("plain"),
        {.kind = HashKind::pdq, .expected_hashes = {}, .limits = {}}, *reader, print);
    return read ? kOk : report_error(args.codes, read.error());
}

/// The lists of a `match`, ready to be asked.
struct Known {
    recognise::KnownSet set;
    recognise::ListedVideos videos;
};

Known known_of(const Lists& lists, int radius) {
    recognise::KnownSet::Builder builder;
    Known known;
    for (std::size_t i = 0; i < lists.names.size(); ++i) {
        builder.set_radius(static_cast<std::uint32_t>(i), radius);
    }
    for (std::size_t i = 0; i < lists.hashes.size(); ++i) {
        const ListedHash& hash = lists.hashes[i];
        const auto list = static_cast<std::uint32_t>(lists.entries[i].list);
        const auto row = static_cast<std::int64_t>(i);
        const bool goes_on_a_run =
            hash.frame && hash.kind == HashKind::pdq &&
            !known.videos.add(list, hash.entry, row, PdqHash::from_bytes(hash.bytes), *hash.frame);
        if (!goes_on_a_run) {
            builder.add(list, row, hash.kind, std::span(hash.bytes).first(size_bytes(hash.kind)));
        }
    }
    known.set = std::move(builder).build();
    return known;
}

Result<std::vector<recognise::TimedHit>> near_hits(const Known& known, const MediaFacts& facts) {
    if (const auto* video = std::get_if<media::VideoFacts>(&facts)) {
        return known.videos.find(known.set, looks_of(*video));
    }
    const auto near = known.set.find_near(queries_of(std::get<media::PictureFacts>(facts)));
    return near ? Result<std::vector<recognise::TimedHit>>(known.videos.of_picture(*near))
                : fail(near.error());
}

/// A picture or video that does not decode, or only in part: what it would have matched is open.
std::optional<Error> fault_of(const LookedAt& looked) {
    const bool is_media = looked.type.family == media::FileFamily::picture ||
                          looked.type.family == media::FileFamily::video;
    if (!looked.facts) { // of any other file the digests were compared, and that was all there is
        return is_media ? std::optional(looked.facts.error()) : std::nullopt;
    }
    const auto* video = std::get_if<media::VideoFacts>(&*looked.facts);
    if (video == nullptr || !video->partial) {
        return std::nullopt;
    }
    const auto code = errc_named(
        std::string_view(video->partial_reason).substr(0, video->partial_reason.find(':')));
    return Error{code.value_or(Errc::damaged), video->partial_reason};
}

// Which pixels were asked for; the frames of a video are taken whole.
std::string_view variant_of(const MediaFacts& facts, std::uint32_t query) {
    const auto* picture = std::get_if<media::PictureFacts>(&facts);
    return picture == nullptr ? name(recognise::PdqVariant::full)
                              : std::string_view(picture->fingerprints[query].variant);
}

Result<void> print_hits(const Match& args, const Lists& lists, const Known& known,
                        const std::string& path, const LookedAt& looked) {
    const auto print = [&](MatchLine line, std::int64_t row) {
        const Lists::Entry& entry = lists.entries[static_cast<std::size_t>(row)];
        line.path = to_utf8(path);
        line.list = lists.names[entry.list];
        line.entry = entry.line;
        print_line(args.json ? to_json(line) : text_of(line));
    };
    const auto exact = known.set.find_exact(looked.digests);
    if (!exact) {
        return fail(exact.error());
    }
    for (const auto& hit : *exact) {
        MatchLine line;
        line.match = "exact";
        line.algorithm = name(hit.kind);
        print(std::move(line), hit.entry_row);
    }
    if (!looked.facts) {
        return {};
    }
    auto near = near_hits(known, *looked.facts);
    if (!near) {
        return fail(std::move(near).error());
    }
    for (auto& [hit, segments] : *near) {
        MatchLine line;
        line.match = "near";
        line.algorithm = name(HashKind::pdq);
        line.variant = variant_of(*looked.facts, hit.query);
        line.orientation = name(hit.orientation);
        line.distance = hit.distance;
        line.segments = std::move(segments);
        print(std::move(line), hit.entry_row);
    }
    return {};
}

void print_fault(const Match& args, const std::string& path, const Error& fault) {
    if (args.json) {
        print_line(error_json(to_utf8(path), fault));
    } else {
        static_cast<void>(report_error(path, fault));
    }
}

int match_files(const Match& args) {
    Lists lists;
    if (const int status = read_lists(args, std::nullopt, lists); status != kOk) {
        return status;
    }
    const Known known = known_of(lists, args.radius);
    MediaFiles files(media::Sampling::key_frames);
    int status = kOk;
    for (const std::string& path : args.files) {
        const auto looked = files.look_at(path);
        if (!looked) {
            static_cast<void>(report_error(path, looked.error()));
            status = kIncomplete;
            continue;
        }
        if (auto asked = print_hits(args, lists, known, path, *looked); !asked) {
            return report_error(path, asked.error());
        }
        if (const auto fault = fault_of(*looked)) {
            print_fault(args, path, *fault);
            status = kIncomplete;
        }
    }
    return status;
}

} // namespace

int run(const Match& args) {
    if (args.codes.empty() == args.files.empty()) {
        talk("match: give either files or --codes");
        return kWrongUse;
    }
    return args.codes.empty() ? match_files(args) : match_codes(args);
}

} // namespace rempart::cli
