// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/queue.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "rempart/pipeline/hygiene.hpp"

namespace rempart::pipeline {
namespace {

using casefile::GroupWorth;
using casefile::MediaView;

enum Rule : std::size_t {
    kUnknown,
    kCamera,
    kLocation,
    kSent,
    kSeries,
    kSpread,
    kDeleted,
    kUndecoded,
    kNearKnown,
    kSmall,
    kShort,
};

// Our choice of weights, to be judged by those who use them: a camera's own picture comes from the
// place where it was taken, so it leads; what is a copy of known material comes last.
constexpr std::array kRules{
    QueueRule{"no list knows it", 10, "every picture and video here starts with this"},
    QueueRule{"camera data present", 30, "may come straight from the device that took it"},
    QueueRule{"place recorded", 20, "may lead to where it was taken"},
    QueueRule{"attached to messages", 20, "was sent or received, not only stored"},
    QueueRule{"several near-duplicates", 10, "a series or an edited copy: one look serves all"},
    QueueRule{"seen in several exhibits", 15, "links owners or devices"},
    QueueRule{"seen only deleted", 5, "somebody removed it"},
    QueueRule{"video that did not decode", 5, "nothing compared it: another player may open it"},
    QueueRule{"near-duplicate of known material", -60, "the same as something that is known"},
    QueueRule{"small picture", -8, "an icon or a preview more often than an original"},
    QueueRule{"short video", -8, "an animation or a preview more often than a recording"},
};

// Our choices: what messengers and browsers store as previews stays below these.
constexpr std::uint32_t kSmallSidePixels = 200;
constexpr std::int64_t kShortMs = 3'000;

// What lists contradict each other about is not known: a human looks at it.
bool is_known(const MediaView& media) {
    const recognise::Standing standing = standing_of(media.known_by);
    return standing == recognise::Standing::alert || standing == recognise::Standing::known_good;
}

bool is_small(const MediaView& media) {
    return media.picture &&
           std::min(media.picture->width, media.picture->height) < kSmallSidePixels;
}

/// What the rules look at, summed over the members that no list knows.
struct GroupFacts {
    const MediaView* representative = nullptr;
    std::uint64_t unknown = 0, videos = 0, exhibits = 0, messages = 0;
    bool known_member = false, camera = false, location = false, undecoded = false;
    bool all_deleted = true, all_small = true, all_short = true;
};

// The one to look at: a video, which shows what its stills show; the longest; then the most pixels,
// then the smallest hash, so that the choice is the same on every machine.
bool shows_more(const MediaView& a, const MediaView& b) {
    const auto shown = [](const MediaView& media) {
        const std::int64_t length_ms = media.video ? media.video->duration_ms : -1;
        const std::uint64_t pixels =
            media.video     ? std::uint64_t{media.video->width} * media.video->height
            : media.picture ? std::uint64_t{media.picture->width} * media.picture->height
                            : 0;
        return std::pair(length_ms, pixels);
    };
    return std::tuple(shown(b), std::string_view(a.sha256)) <
           std::tuple(shown(a), std::string_view(b.sha256));
}

GroupFacts facts_of(std::span<const MediaView> members) {
    GroupFacts facts;
    for (const MediaView& media : members) {
        if (is_known(media)) {
            facts.known_member =
                facts.known_member || media.known_by.alert_exact || media.known_by.alert_near;
            continue;
        }
        if (facts.representative == nullptr || shows_more(media, *facts.representative)) {
            facts.representative = &media;
        }
        ++facts.unknown;
        facts.videos += media.picture ? 0U : 1U;
        facts.exhibits = std::max(facts.exhibits, media.exhibits);
        facts.messages += media.messages;
        facts.camera = facts.camera || media.has_camera;
        facts.location = facts.location || media.has_location;
        facts.undecoded = facts.undecoded || (!media.picture && !media.video);
        facts.all_deleted = facts.all_deleted && media.seen_deleted;
        facts.all_small = facts.all_small && is_small(media);
        facts.all_short = facts.all_short && media.video && media.video->duration_ms < kShortMs;
    }
    return facts;
}

std::string_view word_for(const GroupFacts& facts) {
    return facts.videos == 0               ? "pictures"
           : facts.videos == facts.unknown ? "videos"
                                           : "pictures and videos";
}

void give_points(const GroupFacts& facts, GroupWorth& worth) {
    const auto give = [&](bool holds, Rule rule, std::string source) {
        if (holds) {
            worth.points += kRules[rule].points;
            worth.reasons.push_back(
                {std::string(kRules[rule].fact), kRules[rule].points, std::move(source)});
        }
    };
    const char* metadata = facts.videos == 0 ? "EXIF" : "metadata";
    give(true, kUnknown, "lists of this case");
    give(facts.camera, kCamera, metadata);
    give(facts.location, kLocation, metadata);
    give(facts.messages > 0, kSent, fmt::format("{} messages", facts.messages));
    give(facts.unknown > 1, kSeries, fmt::format("{} {}", facts.unknown, word_for(facts)));
    give(facts.exhibits > 1, kSpread, fmt::format("{} exhibits", facts.exhibits));
    give(facts.all_deleted, kDeleted, "file systems");
    give(facts.undecoded, kUndecoded, "decoder");
    give(facts.known_member, kNearKnown, "PDQ distance");
    give(facts.all_small, kSmall, "dimensions");
    give(facts.all_short, kShort, "duration");
}

} // namespace

std::span<const QueueRule> queue_rules() noexcept {
    return kRules;
}

GroupWorth judge_group(std::span<const MediaView> members) {
    const GroupFacts facts = facts_of(members);
    GroupWorth worth;
    worth.unknown_members = facts.unknown;
    worth.representative =
        (facts.representative != nullptr ? *facts.representative : members.front()).content;
    if (facts.unknown > 0) {
        give_points(facts, worth);
    }
    return worth;
}

} // namespace rempart::pipeline
