// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/near_groups.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"
#include "recognise/leader_index.hpp"

namespace rempart::recognise {
namespace {

using Content = std::vector<PdqFingerprint>;

// The definition: each fingerprint in each orientation with each of each leader.
GroupPlace slow_place(const Content& content, const std::vector<const Content*>& leaders,
                      int radius) {
    std::optional<std::tuple<int, std::size_t, std::size_t>> best; // distance, group, turned
    for (std::size_t group = 0; group < leaders.size(); ++group) {
        for (const PdqFingerprint& asked : content) {
            for (const PdqFingerprint& led : *leaders[group]) {
                for (std::size_t k = 0; k < kOrientations; ++k) {
                    const int distance = hamming_distance(asked.hashes[k], led.hash());
                    if (asked.quality >= 50 && led.quality >= 50 && distance <= radius) {
                        const auto found = std::tuple(distance, group, k);
                        best = best ? std::min(*best, found) : found;
                    }
                }
            }
        }
    }
    if (!best) {
        return {.group = leaders.size(), .is_leader = true};
    }
    const auto [distance, group, turned] = *best;
    return {.group = group,
            .is_leader = false,
            .distance = distance,
            .orientation = static_cast<Orientation>(turned)};
}

// Each content with the leaders before it.
std::vector<GroupPlace> slow_places(const std::vector<Content>& contents, int radius) {
    std::vector<const Content*> leaders;
    std::vector<GroupPlace> places;
    for (const Content& content : contents) {
        places.push_back(slow_place(content, leaders, radius));
        if (places.back().is_leader) {
            leaders.push_back(&content);
        }
    }
    return places;
}

PdqFingerprint fingerprint_of(PdqHash hash, std::mt19937_64& rng, int quality = 50) {
    PdqFingerprint fingerprint{.hashes = {}, .quality = quality};
    std::ranges::generate(fingerprint.hashes, [&] { return random_hash(rng); });
    fingerprint.hashes[0] = hash;
    return fingerprint;
}

// Contents of one or two fingerprints, some near others as they are or turned, some equal, one of
// ten of poor quality.
std::vector<Content> make_contents(std::size_t count, std::size_t centres, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    const auto hashes = clustered(2 * count, centres, seed);
    std::vector<Content> contents;
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 17 == 16) { // the same again
            contents.push_back(contents[rng() % i]);
            continue;
        }
        Content content{fingerprint_of(hashes[2 * i], rng, i % 10 == 9 ? 49 : 50)};
        if (i % 3 == 0) { // turned: near another one from this side only
            content[0].hashes[1 + rng() % 7] = changed(hashes[rng() % count], 25, rng);
        }
        if (i % 4 == 0) {
            content.push_back(fingerprint_of(hashes[2 * i + 1], rng, i % 8 == 0 ? 49 : 90));
        }
        contents.push_back(content);
    }
    return contents;
}

std::vector<NearContent> views_of(const std::vector<Content>& contents) {
    return {contents.begin(), contents.end()};
}

TEST(NearGroups, AreThoseOfTheDefinition) {
    for (const auto& [count, centres] :
         {std::pair{1U, 1U}, std::pair{90U, 5U}, std::pair{400U, 250U}, std::pair{250U, 3U}}) {
        const auto contents = make_contents(count, centres, count);
        const auto views = views_of(contents);
        for (const int radius : {0, 9, 20, 31}) {
            const auto expected = slow_places(contents, radius);
            NearGrouper grouper({.radius = radius, .threads = 2});
            EXPECT_EQ(grouper.add(views).value(), expected) << count << ' ' << radius;
            EXPECT_EQ(grouper.group_count(), static_cast<std::size_t>(std::ranges::count(
                                                 expected, true, &GroupPlace::is_leader)));
        }
    }
    EXPECT_TRUE(near_groups({}).empty());
}

// Enough for several levels of indexes.
TEST(NearGroups, OfManyContentsAreThoseOfTheDefinitionOnAnyNumberOfThreads) {
    const auto contents = make_contents(9'000, 7'000, 5);
    const auto views = views_of(contents);
    NearGrouper one;
    const auto places = one.add(views).value();
    NearGrouper three({.threads = 3});
    EXPECT_EQ(three.add(views).value(), places);
    EXPECT_GT(one.group_count(), 2 * LeaderIndex::kLatest);

    std::vector<const Content*> leaders;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        if (i % 100 == 0 || i > 8'970) {
            ASSERT_EQ(slow_place(contents[i], leaders, 31), places[i]) << i;
        }
        if (places[i].is_leader) {
            ASSERT_EQ(places[i].group, leaders.size());
            leaders.push_back(&contents[i]);
        }
    }
}

TEST(NearGroups, AreTheSameHoweverTheyAreCutIntoCallsAndTakenUpAgain) {
    const auto contents = make_contents(6'000, 4'000, 6);
    const auto views = views_of(contents);
    NearGrouper all_at_once;
    const auto expected = all_at_once.add(views).value();
    std::mt19937_64 rng(7);
    NearGrouper grouper;
    std::vector<NearContent> leaders;
    std::vector<GroupPlace> places;
    while (places.size() < views.size()) {
        if (rng() % 4 == 0) { // another process goes on: it knows the leaders only
            grouper = NearGrouper({.threads = 2});
            ASSERT_TRUE(grouper.add_leaders(leaders));
        }
        const std::size_t count =
            std::min<std::size_t>(1 + rng() % 900, views.size() - places.size());
        const auto part = std::span(views).subspan(places.size(), count);
        const auto added = grouper.add(part).value();
        for (std::size_t i = 0; i < count; ++i) {
            if (added[i].is_leader) {
                leaders.push_back(part[i]);
            }
        }
        places.insert(places.end(), added.begin(), added.end());
    }
    EXPECT_EQ(places, expected);
}

// Each 20 bits from the one before it, in bits of their own: as connected components they would
// all be one group.
TEST(NearGroups, AChainOfSmallChangesEndsAtTheRadiusOfItsLeader) {
    std::mt19937_64 rng(8);
    std::vector<Content> contents;
    auto words = random_hash(rng).words();
    for (std::size_t i = 0; i < 12; ++i) {
        contents.push_back({fingerprint_of(PdqHash(words), rng)});
        for (std::size_t bit = 20 * i; bit < 20 * (i + 1); ++bit) {
            words[bit / 64] ^= std::uint64_t{1} << (bit % 64);
        }
    }
    std::vector<PdqFingerprint> fingerprints;
    for (const Content& content : contents) {
        fingerprints.push_back(content[0]);
    }
    EXPECT_EQ(near_groups(fingerprints),
              (std::vector<std::size_t>{0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10}));
}

TEST(NearGroups, APictureOfPoorQualityStaysAlone) {
    std::mt19937_64 rng(9);
    const PdqFingerprint picture = fingerprint_of(random_hash(rng), rng);
    PdqFingerprint poor = picture;
    poor.quality = 49;
    const std::vector<PdqFingerprint> pictures{poor, picture, poor, picture, poor};
    EXPECT_EQ(near_groups(pictures), (std::vector<std::size_t>{0, 1, 2, 1, 4}));
}

// All equal, and all alike: 200 million pairs, which must not be looked at one by one.
TEST(NearGroups, OfManyAlikePicturesAreOneGroup) {
    std::mt19937_64 rng(10);
    const PdqFingerprint picture = fingerprint_of(random_hash(rng), rng);
    std::vector<PdqFingerprint> pictures(20'000, picture);
    EXPECT_EQ(near_groups(pictures), std::vector<std::size_t>(pictures.size(), 0));
    for (std::size_t i = 1; i < pictures.size(); ++i) {
        pictures[i].hashes[0] = changed(picture.hash(), 1 + static_cast<int>(rng() % 31), rng);
    }
    EXPECT_EQ(near_groups(pictures), std::vector<std::size_t>(pictures.size(), 0));
}

} // namespace
} // namespace rempart::recognise
