// SPDX-License-Identifier: Apache-2.0
// match FILE…: pictures, videos and other files against lists.
#include "rempart/match_lists.hpp"

#include <utility>

#include "rempart/core/text.hpp"
#include "rempart/each_file.hpp"
#include "rempart/media_files.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/in_order.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/listed_videos.hpp"

namespace rempart::cli {
namespace {

using recognise::HashKind;
using recognise::ListedHash;
using recognise::PdqHash;

/// The lists of a `match`, ready to be asked.
struct Known {
    recognise::KnownSet set;
    recognise::ListedVideos videos;
};

Known known_of(const MatchLists& lists, int radius) {
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

// In memory nothing of it can fail.
std::vector<recognise::TimedHit> near_hits(const Known& known, const MediaFacts& facts) {
    if (const auto* video = std::get_if<media::VideoFacts>(&facts)) {
        return known.videos.find(known.set, looks_of(*video)).value();
    }
    return known.videos.of_picture(
        known.set.find_near(queries_of(std::get<media::PictureFacts>(facts))).value());
}

/// A picture or video that does not decode, or only in part: what it would have matched is open.
std::optional<Error> fault_of(const LookedAt& looked) {
    const bool is_media = looked.type.family == media::FileFamily::picture ||
                          looked.type.family == media::FileFamily::video;
    if (!looked.facts) { // of any other file the digests were compared, and that was all there is
        return is_media ? std::optional(looked.facts.error()) : std::nullopt;
    }
    return partial_fault(*looked.facts);
}

// Which pixels were asked for.
std::string_view variant_of(const MediaFacts& facts, std::uint32_t query) {
    const auto* picture = std::get_if<media::PictureFacts>(&facts);
    return picture == nullptr ? recognise::kVideoVariants[query]
                              : std::string_view(picture->fingerprints[query].variant);
}

// What is asked of each file, and of what.
class FileMatcher {
  public:
    FileMatcher(const Match& args, const MatchLists& lists)
        : args_(args), lists_(lists), known_(known_of(lists, args.radius)),
          files_(media::Sampling::key_frames, pipeline::thread_count(args.jobs),
                 known_.set.holds(HashKind::ed2k) ? recognise::DigestSet::all_and_ed2k
                                                  : recognise::DigestSet::all) {}

    FileOutcome match(const std::string& path) {
        FileOutcome outcome;
        const auto looked = files_.look_at(path);
        if (!looked) {
            outcome.complaint = looked.error();
            outcome.is_complete = false;
            return outcome;
        }
        outcome.bytes = looked->size_bytes;
        add_hits(path, *looked, outcome);
        if (auto fault = fault_of(*looked)) {
            outcome.is_complete = false;
            if (args_.json) {
                outcome.lines.push_back(error_json(to_utf8(path), *fault));
            } else {
                outcome.complaint = std::move(fault);
            }
        }
        return outcome;
    }

  private:
    void add_hits(const std::string& path, const LookedAt& looked, FileOutcome& outcome) const {
        const auto add = [&](MatchLine line, std::int64_t row) {
            const MatchLists::Entry& entry = lists_.entries[static_cast<std::size_t>(row)];
            line.path = to_utf8(path);
            line.list = lists_.names[entry.list];
            line.entry = entry.line;
            outcome.lines.push_back(args_.json ? to_json(line) : text_of(line));
            ++outcome.hits;
        };
        const auto exact = known_.set.find_exact(looked.digests).value(); // as near_hits
        for (const auto& hit : exact) {
            MatchLine line;
            line.match = "exact";
            line.algorithm = name(hit.kind);
            add(std::move(line), hit.entry_row);
        }
        if (!looked.facts) {
            return;
        }
        for (auto& [hit, segments] : near_hits(known_, *looked.facts)) {
            MatchLine line;
            line.match = "near";
            line.algorithm = name(HashKind::pdq);
            line.variant = variant_of(*looked.facts, hit.query);
            line.orientation = name(hit.orientation);
            line.distance = hit.distance;
            line.segments = std::move(segments);
            add(std::move(line), hit.entry_row);
        }
    }

    const Match& args_;
    const MatchLists& lists_;
    Known known_;
    MediaFiles files_;
};

} // namespace

int match_files(const Match& args) {
    MatchLists lists;
    if (const int status = read_lists(args, std::nullopt, lists); status != kOk) {
        return status;
    }
    FileMatcher matcher(args, lists);
    return each_file(args.files, {.label = "match", .jobs = args.jobs},
                     [&](const std::string& path) { return matcher.match(path); });
}

} // namespace rempart::cli
