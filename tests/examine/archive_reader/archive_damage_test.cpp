// SPDX-License-Identifier: Apache-2.0
//
// Cut and bent archives: what was whole stays whole, and nothing that is missing goes unsaid.
#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sandbox/sanitized.hpp"
#include "support/archive_fixtures.hpp"
#include "walking.hpp"

namespace rempart::examine {
namespace {

// Every byte up to 4 KiB; of larger ones 400 places, the same each time. With sanitizers, which
// cost a factor of ten, every seventh of these.
std::vector<std::size_t> cuts_of(std::size_t size) {
    std::vector<std::size_t> cuts;
    const std::size_t step = (size <= 4096 ? 1 : size / 400) * (sandbox::kSanitized ? 7 : 1);
    for (std::size_t at = 0; at < size; at += step) {
        cuts.push_back(at);
    }
    return cuts;
}

bool same_content(const Recorded& item, const ExpectedMember& member) {
    return fnv1a64(item.content) == member.fnv1a64;
}

// What a sound item of a cut archive may be: one of the members that were put in, whole.
bool is_whole_member(const Recorded& item, const std::vector<ExpectedMember>& members) {
    return std::any_of(members.begin(), members.end(), [&item](const ExpectedMember& member) {
        return member.kind == name(item.head.kind) &&
               (item.head.kind != ItemKind::file || same_content(item, member));
    });
}

struct Tally {
    std::size_t sound = 0, faulty = 0;
};

Tally tally(const std::vector<Recorded>& items) {
    Tally count;
    for (const Recorded& item : items) {
        ++(item.error() == nullptr ? count.sound : count.faulty);
    }
    return count;
}

std::size_t sound_members(const std::vector<ExpectedMember>& members) {
    return static_cast<std::size_t>(
        std::count_if(members.begin(), members.end(),
                      [](const ExpectedMember& member) { return member.error == "-"; }));
}

// Cuts that nobody can see, because what is left is a whole archive of its kind; and names.
bool is_whole_by_itself(const std::string& fixture, std::size_t cut) {
    static const std::set<std::pair<std::string, std::size_t>> kWhole{
        {"joined.tar", 1536},
        {"joined.tar", 2048}, // behind an end mark, and half of one
        {"joined.gz", 52},    // behind the first part
        {"bsd.ar", 100},
        {"bsd.ar", 860}}; // between members: ar has no end mark
    return kWhole.contains({fixture, cut});
}

TEST(ArchiveDamage, ACutNeverPassesForAWholeArchive) {
    for (const auto& [fixture, members] : expected_members()) {
        const std::string bytes = fixture_bytes(fixture);
        for (const std::size_t cut : cuts_of(bytes.size())) {
            const auto items = walk_bytes(std::string_view(bytes).substr(0, cut));
            const Tally count = tally(items);
            // All that was there may still have come: the cut took only an end mark or padding.
            EXPECT_TRUE(count.faulty > 0 || count.sound == sound_members(members) ||
                        is_whole_by_itself(fixture, cut))
                << fixture << " cut at " << cut << " of " << bytes.size();
            for (const Recorded& item : items) {
                // Without its central directory a zip does not say what is a link; the first
                // part of two is sound, and what is left of the second is told.
                EXPECT_TRUE(item.error() != nullptr || is_whole_member(item, members) ||
                            fixture == "link.zip" || fixture == "joined.gz" ||
                            is_whole_by_itself(fixture, cut))
                    << fixture << " cut at " << cut << ": a sound item that nobody put in";
            }
        }
    }
}

TEST(ArchiveDamage, FlippedBitsNeverStopTheWalkInTheMiddle) {
    std::mt19937 random(20240501); // fixed: the same damage in each run
    for (const auto& [fixture, members] : expected_members()) {
        const std::string bytes = fixture_bytes(fixture);
        for (int i = 0; i < (sandbox::kSanitized ? 60 : 300); ++i) {
            std::string bent = bytes;
            for (int flips = 0; flips < 1 + i % 3; ++flips) {
                bent[random() % bent.size()] ^= static_cast<char>(1U << random() % 8);
            }
            const ArchiveLimits limits{.max_entries = 1000, .max_total_bytes = 1U << 22U};
            const auto items = walk_bytes(bent, limits); // ends well, each item ended
            EXPECT_FALSE(items.empty()) << fixture;
        }
    }
}

} // namespace
} // namespace rempart::examine
