// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/queue.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "rempart/pipeline/hygiene.hpp"
#include "rempart/pipeline/matching.hpp"
#include "rempart/recognise/near_groups.hpp"

namespace rempart::pipeline {
namespace {

using casefile::GroupRecord;
using casefile::PictureView;

enum Rule : std::size_t {
    kUnknown,
    kCamera,
    kLocation,
    kSent,
    kSeries,
    kSpread,
    kDeleted,
    kNearKnown,
    kSmall,
};

// Our choice of weights, to be judged by those who use them: a camera's own picture comes from the
// place where it was taken, so it leads; what is a copy of known material comes last.
constexpr std::array kRules{
    QueueRule{"no list knows it", 10, "every picture here starts with this"},
    QueueRule{"camera data present", 30, "may come straight from the device that took it"},
    QueueRule{"place recorded", 20, "may lead to where it was taken"},
    QueueRule{"attached to messages", 20, "was sent or received, not only stored"},
    QueueRule{"several near-duplicates", 10, "a series or an edited copy: one look serves all"},
    QueueRule{"seen in several exhibits", 15, "links owners or devices"},
    QueueRule{"seen only deleted", 5, "somebody removed it"},
    QueueRule{"near-duplicate of known material", -60, "the same picture as one that is known"},
    QueueRule{"small picture", -8, "an icon or a preview more often than an original"},
};

// Our choice: what messengers and browsers store as previews stays below this.
constexpr std::uint32_t kSmallSidePixels = 200;

// What lists contradict each other about is not known: a human looks at it. By what digest an allow
// is equal does not matter here: beside a near alert the picture is known either way.
bool is_known(const PictureView& picture) {
    const recognise::Standing standing = standing_of({.alert_exact = picture.hit_alert_exact,
                                                      .alert_near = picture.hit_alert,
                                                      .note = picture.hit_note,
                                                      .allow_by_sha = picture.hit_allow_exact});
    return standing == recognise::Standing::alert || standing == recognise::Standing::known_good;
}

/// What the rules look at, summed over the members that no list knows.
struct GroupFacts {
    const PictureView* representative = nullptr;
    std::uint64_t unknown = 0, exhibits = 0, messages = 0;
    bool known_member = false, camera = false, location = false, all_deleted = true,
         all_small = true;
};

// The one to look at: the most pixels, then the smallest hash, so that the choice is the same on
// every machine.
bool shows_more(const PictureView& a, const PictureView& b) {
    const auto pixels = [](const PictureView& p) {
        return std::uint64_t{p.picture.width} * p.picture.height;
    };
    return std::tuple(pixels(b), std::string_view(a.sha256)) <
           std::tuple(pixels(a), std::string_view(b.sha256));
}

GroupFacts facts_of(const std::vector<const PictureView*>& members) {
    GroupFacts facts;
    for (const PictureView* picture : members) {
        if (is_known(*picture)) {
            facts.known_member = facts.known_member || picture->hit_alert;
            continue;
        }
        if (facts.representative == nullptr || shows_more(*picture, *facts.representative)) {
            facts.representative = picture;
        }
        ++facts.unknown;
        facts.exhibits = std::max(facts.exhibits, picture->exhibits);
        facts.messages += picture->messages;
        facts.camera = facts.camera || picture->has_camera;
        facts.location = facts.location || picture->has_location;
        facts.all_deleted = facts.all_deleted && picture->seen_deleted;
        facts.all_small = facts.all_small && std::min(picture->picture.width,
                                                      picture->picture.height) < kSmallSidePixels;
    }
    return facts;
}

void give_points(const GroupFacts& facts, GroupRecord& group) {
    const auto give = [&](bool holds, Rule rule, std::string source) {
        if (holds) {
            group.points += kRules[rule].points;
            group.reasons.push_back(
                {std::string(kRules[rule].fact), kRules[rule].points, std::move(source)});
        }
    };
    give(true, kUnknown, "lists of this case");
    give(facts.camera, kCamera, "EXIF");
    give(facts.location, kLocation, "EXIF");
    give(facts.messages > 0, kSent, fmt::format("{} messages", facts.messages));
    give(facts.unknown > 1, kSeries, fmt::format("{} pictures", facts.unknown));
    give(facts.exhibits > 1, kSpread, fmt::format("{} exhibits", facts.exhibits));
    give(facts.all_deleted, kDeleted, "file systems");
    give(facts.known_member, kNearKnown, "PDQ distance");
    give(facts.all_small, kSmall, "dimensions");
}

} // namespace

std::span<const QueueRule> queue_rules() noexcept {
    return kRules;
}

std::vector<GroupRecord> make_queue(std::span<const PictureView> pictures, unsigned threads) {
    std::vector<recognise::PdqFingerprint> fingerprints;
    std::vector<std::size_t> picture_of;
    std::map<std::string_view, std::vector<const PictureView*>> members; // by the first SHA-256
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const auto print =
            pictures[i].fingerprint ? pdq_fingerprint(*pictures[i].fingerprint) : std::nullopt;
        if (print && print->quality >= recognise::kMinPdqQuality) {
            fingerprints.push_back(*print);
            picture_of.push_back(i);
        } else {
            members[pictures[i].sha256].push_back(&pictures[i]);
        }
    }
    const auto group_of =
        recognise::near_groups(fingerprints, recognise::PdqHash::kMatchDistance, threads);
    for (std::size_t i = 0; i < group_of.size(); ++i) {
        members[pictures[picture_of[group_of[i]]].sha256].push_back(&pictures[picture_of[i]]);
    }
    std::vector<GroupRecord> queue;
    for (const auto& [id, in_group] : members) {
        const GroupFacts facts = facts_of(in_group);
        GroupRecord group;
        group.id = id;
        group.unknown_members = facts.unknown;
        for (const PictureView* picture : in_group) {
            group.members.push_back(picture->content);
        }
        const PictureView& shown = facts.unknown > 0 ? *facts.representative : *in_group.front();
        group.representative = shown.content;
        if (facts.unknown > 0) {
            give_points(facts, group);
        }
        queue.push_back(std::move(group));
    }
    std::ranges::stable_sort(queue, [](const GroupRecord& a, const GroupRecord& b) {
        return std::tuple(b.unknown_members > 0, b.points, std::string_view(a.id)) <
               std::tuple(a.unknown_members > 0, a.points, std::string_view(b.id));
    });
    return queue;
}

Result<void> update_queue(casefile::Case& file, unsigned threads) {
    const auto pictures = casefile::pictures(file);
    if (!pictures) {
        return fail(pictures.error());
    }
    return casefile::replace_groups(file, make_queue(*pictures, threads));
}

} // namespace rempart::pipeline
