// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/known_set.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

std::array<std::byte, 32> bytes_of_hash(PdqHash hash) {
    std::array<std::byte, 32> bytes{};
    for (std::size_t i = 0; i < 32; ++i) {
        bytes[i] = static_cast<std::byte>(hash.words()[i / 8] >> (56 - 8 * (i % 8)));
    }
    return bytes;
}

// Digests of which many are equal: one small number decides all of a digest.
template <std::size_t Size>
std::array<std::byte, Size> small_digest(std::uint64_t number) {
    std::array<std::byte, Size> bytes{};
    bytes.fill(std::byte{0x5a});
    bytes[Size - 1] = static_cast<std::byte>(number);
    return bytes;
}

Digests small_digests(std::uint64_t md5, std::uint64_t sha1, std::uint64_t sha256) {
    return {small_digest<16>(md5), small_digest<20>(sha1), small_digest<32>(sha256)};
}

PdqFingerprint fingerprint(PdqHash first, std::mt19937_64& rng, int quality = 100) {
    PdqFingerprint made{.hashes = {}, .quality = quality};
    std::ranges::generate(made.hashes, [&] { return random_hash(rng); });
    made.hashes[0] = first;
    return made;
}

TEST(KnownSet, FindsExactlyWhatWasAddedOneHitAnEntry) {
    std::mt19937_64 rng(1);
    KnownSet::Builder builder;
    std::map<std::tuple<HashKind, std::uint64_t>,
             std::vector<std::pair<std::uint32_t, std::int64_t>>>
        oracle;
    for (int i = 0; i < 2'000; ++i) {
        const auto kind = static_cast<HashKind>(rng() % 3);
        const std::uint64_t number = rng() % 256;
        const auto list = static_cast<std::uint32_t>(rng() % 4);
        const auto row = static_cast<std::int64_t>(rng() % 500); // some rows several times
        const auto md5 = small_digest<16>(number);
        const auto sha1 = small_digest<20>(number);
        const auto sha256 = small_digest<32>(number);
        builder.add(list, row, kind,
                    kind == HashKind::md5    ? ByteView(md5)
                    : kind == HashKind::sha1 ? ByteView(sha1)
                                             : ByteView(sha256));
        oracle[{kind, number}].emplace_back(list, row);
    }
    const KnownSet known = std::move(builder).build();
    for (std::uint64_t a = 0; a < 256; ++a) {
        const std::uint64_t b = rng() % 256;
        const std::uint64_t c = rng() % 256;
        std::map<std::pair<std::uint32_t, std::int64_t>, HashKind> expected;
        for (const auto& key : {std::tuple{HashKind::md5, a}, std::tuple{HashKind::sha1, b},
                                std::tuple{HashKind::sha256, c}}) {
            for (const auto& entry : oracle[key]) {
                expected.emplace(entry, std::get<0>(key)); // the first kind stays
            }
        }
        const auto hits = known.find_exact(small_digests(a, b, c)).value();
        ASSERT_EQ(hits.size(), expected.size()) << a;
        std::size_t i = 0;
        for (const auto& [entry, kind] : expected) {
            EXPECT_EQ(hits[i], (ExactHit{entry.first, entry.second, kind})) << a;
            ++i;
        }
    }
}

TEST(KnownSet, FindsAnEd2kDigestInEitherForm) {
    KnownSet::Builder builder;
    builder.add(2, 7, HashKind::ed2k, small_digest<16>(1));
    builder.add(0, 5, HashKind::ed2k, small_digest<16>(2));
    const KnownSet known = std::move(builder).build();
    EXPECT_TRUE(known.holds(HashKind::ed2k));
    EXPECT_FALSE(known.holds(HashKind::md5));
    Digests digests;
    digests.md5 = small_digest<16>(1); // another kind of the same bytes
    EXPECT_TRUE(known.find_exact(digests).value().empty());
    digests.ed2k = digests.ed2k_blue = small_digest<16>(1);
    EXPECT_EQ(known.find_exact(digests).value(), (std::vector<ExactHit>{{2, 7, HashKind::ed2k}}));
    digests.ed2k = small_digest<16>(2);
    EXPECT_EQ(known.find_exact(digests).value(),
              (std::vector<ExactHit>{{0, 5, HashKind::ed2k}, {2, 7, HashKind::ed2k}}));
}

TEST(KnownSet, ADigestThatWasNotComputedMatchesNothing) {
    KnownSet::Builder builder;
    builder.add(0, 1, HashKind::md5, Digests{}.md5);
    builder.add(0, 2, HashKind::sha256, Digests{}.sha256);
    const KnownSet known = std::move(builder).build();
    EXPECT_TRUE(known.find_exact({}).value().empty());
    EXPECT_FALSE(known.empty());
    EXPECT_TRUE(KnownSet().empty());
    EXPECT_TRUE(KnownSet().find_exact({}).value().empty());
    EXPECT_TRUE(KnownSet().find_near({}).value().empty());
}

// On both sides of the size from which the hashes are indexed.
TEST(KnownSet, FindsTheNearestOfAllVariantsAndOrientationsWithinEachListsRadius) {
    for (const std::size_t size : {std::size_t{300}, std::size_t{3'000}}) {
        std::mt19937_64 rng(size);
        const auto hashes = clustered(size, 20, size);
        const std::array<int, 4> radii{0, 10, 24, PdqHash::kMatchDistance}; // of lists 0..3
        KnownSet::Builder builder;
        for (std::uint32_t list = 0; list < 3; ++list) {
            builder.set_radius(list, radii[list]);
        }
        for (std::size_t i = 0; i < size; ++i) {
            builder.add(static_cast<std::uint32_t>(i % 4), static_cast<std::int64_t>(i),
                        HashKind::pdq, bytes_of_hash(hashes[i]));
        }
        const KnownSet known = std::move(builder).build();
        std::size_t found = 0;
        for (int k = 0; k < 30; ++k) {
            std::vector<PdqFingerprint> queries;
            for (int q = 0; q < 3; ++q) {
                auto& query = queries.emplace_back(fingerprint(hashes[rng() % size], rng));
                for (PdqHash& hash : query.hashes) {
                    hash = changed(hashes[rng() % size], static_cast<int>(rng() % 12), rng);
                }
            }
            queries[2].hashes[3] = queries[0].hashes[5]; // as variants of small pictures are equal
            std::vector<NearHit> expected;
            for (std::size_t i = 0; i < size; ++i) {
                NearHit best{.list = static_cast<std::uint32_t>(i % 4),
                             .entry_row = static_cast<std::int64_t>(i),
                             .distance = 257,
                             .query = 0,
                             .orientation = {}};
                for (std::uint32_t q = 0; q < 3; ++q) {
                    for (std::size_t o = 0; o < kOrientations; ++o) {
                        const int distance = hamming_distance(queries[q].hashes[o], hashes[i]);
                        if (distance < best.distance) {
                            best.distance = distance;
                            best.query = q;
                            best.orientation = static_cast<Orientation>(o);
                        }
                    }
                }
                if (best.distance <= radii[i % 4]) {
                    expected.push_back(best);
                }
            }
            std::ranges::sort(expected);
            EXPECT_EQ(known.find_near(queries).value(), expected);
            found += expected.size();
        }
        EXPECT_GT(found, 100U);
    }
}

TEST(KnownSet, TheQualityGateAndTheRadiusHoldExactly) {
    std::mt19937_64 rng(7);
    const PdqHash listed = random_hash(rng);
    KnownSet::Builder builder;
    builder.set_radius(1, 20);
    builder.add(0, 5, HashKind::pdq, bytes_of_hash(listed));
    builder.add(1, 6, HashKind::pdq, bytes_of_hash(listed));
    const KnownSet known = std::move(builder).build();
    const auto rows = [&](int bits, int quality) {
        const std::array queries{fingerprint(changed(listed, bits, rng), rng, quality)};
        std::string text;
        const auto near = known.find_near(queries).value();
        for (const NearHit& hit : near) {
            text += std::to_string(hit.entry_row) + ':' + std::to_string(hit.distance) + ' ';
        }
        return text;
    };
    EXPECT_EQ(rows(0, kMinPdqQuality), "5:0 6:0 ");
    EXPECT_EQ(rows(0, kMinPdqQuality - 1), "");
    EXPECT_EQ(rows(20, 100), "5:20 6:20 ");
    EXPECT_EQ(rows(21, 100), "5:21 ");
    EXPECT_EQ(rows(31, 100), "5:31 ");
    EXPECT_EQ(rows(32, 100), "");
}

} // namespace
} // namespace rempart::recognise
