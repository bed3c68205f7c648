// SPDX-License-Identifier: Apache-2.0
#include "pipeline/grouping.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pipeline/grouping_fixture.hpp"

namespace rempart::pipeline {
namespace {

using recognise::PdqFingerprint;

/// Contents of several exhibits, many near another one, some in several exhibits.
class RandomContents {
  public:
    explicit RandomContents(std::uint64_t seed) : random_(seed) {
        for (int i = 0; i < 12; ++i) {
            bases_.push_back(random_hash(random_));
        }
        for (std::uint64_t number = 0; number < 120; ++number) {
            contents_.push_back(any_content(number));
        }
    }
    std::vector<ContentRecord> some() {
        std::vector<ContentRecord> taken;
        for (const ContentRecord& content : contents_) {
            if (random_() % 3 == 0) {
                taken.push_back(content);
            }
        }
        return taken;
    }

  private:
    ContentRecord any_content(std::uint64_t number) {
        if (number % 9 == 0) {
            const std::size_t first = random_() % (bases_.size() - 6);
            std::vector<Bytes> looks;
            for (std::size_t i = 0; i < 3 + random_() % 4; ++i) {
                looks.push_back(
                    flipped(bases_[first + i], static_cast<int>(random_() % 20), random_));
            }
            return video_with(number, looks, random_);
        }
        const auto near = [&] {
            return turned(flipped(bases_[random_() % bases_.size()],
                                  static_cast<int>(random_() % 32), random_),
                          random_() % 3, random_);
        };
        std::vector<FingerprintRecord> prints{
            print_of("full", 30 + 10 * static_cast<int>(random_() % 7), near())};
        if (number % 5 == 0) {
            prints.push_back(print_of("trimmed", 100, near()));
        }
        if (number % 7 == 0) {
            prints.push_back(print_of("nearest512", 100, near()));
            prints.push_back(print_of("full-frame2", 100, near()));
        }
        return picture_with(number, number % 11 == 0 ? std::vector<FingerprintRecord>() : prints);
    }

    std::mt19937_64 random_;
    std::vector<Bytes> bases_;
    std::vector<ContentRecord> contents_;
};

TEST_F(Groups, AreThoseOfOneRunWhateverTheOrderInWhichExhibitsWereFinished) {
    std::string last;
    std::vector<int> order{0, 1, 2, 3};
    std::uint64_t moved = 0;
    for (int round = 0; round < 6; ++round) {
        const TempFolder temp;
        file_ = new_case(temp.path() / "case");
        RandomContents source(3);
        std::vector<RowId> exhibits;
        for (const char* label : {"A", "B", "C", "D"}) {
            exhibits.push_back(read_exhibit(label, source.some()));
        }
        for (const int next : order) {
            moved += finish(exhibits[static_cast<std::size_t>(next)]).moved;
            expect_ok(file_.check());
            const std::string kept = told();
            EXPECT_EQ(kept, told_anew()) << "round " << round;
            expect_ok(file_.check());
        }
        const std::string now = told();
        EXPECT_TRUE(last.empty() || last == now) << "round " << round;
        last = now;
        std::ranges::shuffle(order, random_);
    }
    EXPECT_GT(moved, 0U) << "the orders tell nothing";
    EXPECT_GT(std::ranges::count(last, '\n'), 30);
}

// The slow definition, of pictures: each joins the nearest leader before it.
TEST_F(Groups, OfPicturesAreThoseOfTheSlowDefinition) {
    std::vector<Bytes> bases;
    for (int i = 0; i < 8; ++i) {
        bases.push_back(random_hash(random_));
    }
    std::map<RowId, std::map<std::array<std::byte, 32>, PdqFingerprint>> by_exhibit;
    std::set<std::array<std::byte, 32>> seen;
    std::vector<RowId> exhibits;
    for (std::uint64_t e = 0; e < 3; ++e) {
        std::vector<ContentRecord> contents;
        for (std::uint64_t i = 0; i < 40; ++i) {
            const std::uint64_t number = e * 30 + i; // ten are in the next exhibit too
            std::mt19937_64 own(number);
            contents.push_back(
                picture_with(number, {print_of("full", 100,
                                               turned(flipped(bases[number % bases.size()],
                                                              static_cast<int>(own() % 28), own),
                                                      own() % 2, own))}));
        }
        exhibits.push_back(read_exhibit(fmt::format("{}", e), contents));
        for (const ContentRecord& content : contents) {
            PdqFingerprint print{.hashes = {}, .quality = 100};
            for (std::size_t k = 0; k < recognise::kOrientations; ++k) {
                print.hashes[k] = PdqHash::from_bytes(
                    std::span(content.fingerprints[0].orientations).subspan(k * 32).first<32>());
            }
            if (seen.insert(content.sha256).second) {
                by_exhibit[exhibits.back()].emplace(content.sha256, print);
            }
        }
    }
    for (const std::size_t next : {2U, 0U, 1U}) {
        finish(exhibits[next]);
    }
    std::map<std::string, std::set<std::string>> wanted;
    std::vector<std::pair<std::string, PdqHash>> leaders;
    for (const auto& [exhibit, contents] : by_exhibit) {
        for (const auto& [sha256, print] : contents) {
            const std::string id = encode_hex(sha256);
            int best = PdqHash::kMatchDistance + 1;
            std::string leader;
            for (const auto& [other, hash] : leaders) {
                for (const PdqHash& mine : print.hashes) {
                    if (const int bits = hamming_distance(mine, hash); bits < best) {
                        best = bits;
                        leader = other;
                    }
                }
            }
            if (leader.empty()) {
                leader = id;
                leaders.emplace_back(id, print.hash());
            }
            wanted[leader].insert(id);
        }
    }
    std::map<std::string, std::set<std::string>> found;
    std::map<RowId, std::string> names;
    for (const MediaView& view : value_of(all_media(file_))) {
        names.emplace(view.content, view.sha256);
    }
    for (const GroupRecord& group : value_of(groups(file_))) {
        for (const GroupMember& member : group.members) {
            found[group.id].insert(names[member.content]);
        }
    }
    EXPECT_EQ(found, wanted);
    EXPECT_GT(leaders.size(), 8U) << "nothing turned away";
}

TEST_F(Groups, CountWhatIsInACompleteExhibitAndNothingElse) {
    const Bytes one = random_hash(random_);
    const RowId first =
        read_exhibit("A", {picture_with(1, {print_of("full", 100, turned(one, 0, random_))})});
    const RowId second =
        read_exhibit("B", {picture_with(2, {print_of("full", 100, turned(one, 0, random_))}),
                           picture_with(1, {})});
    EXPECT_TRUE(value_of(groups(file_)).empty());
    GroupChanged changed = finish(second);
    EXPECT_EQ(changed.added, 2U);
    EXPECT_EQ(value_of(totals(file_, first)).groups, 0U) << "it is not complete";
    EXPECT_EQ(value_of(totals(file_, second)).groups, 1U);
    expect_ok(file_.check());
    changed = finish(first);
    EXPECT_EQ(changed.added, 0U) << "seen before, but now it comes first";
    EXPECT_EQ(value_of(groups(file_)).at(0).id, encode_hex(digest_of(1)));
    EXPECT_EQ(changed.moved, digest_of(1) < digest_of(2) ? 0U : 2U);
    EXPECT_EQ(value_of(totals(file_, first)).groups, 1U);
    expect_ok(file_.check());
}

TEST_F(Groups, TakeInWhatWasLeftAsideOnceItIsLookedAt) {
    ContentRecord aside = content_number(1, "picture");
    aside.media_error = Error{Errc::skipped, "left for later"};
    const Bytes one = random_hash(random_);
    const RowId first = read_exhibit(
        "A", {aside, picture_with(2, {print_of("full", 100, turned(one, 0, random_))})});
    finish(first);
    EXPECT_EQ(value_of(groups(file_)).size(), 1U);
    const RowId second =
        read_exhibit("B", {picture_with(1, {print_of("full", 100, turned(one, 0, random_))})});
    const GroupChanged changed = finish(second);
    EXPECT_EQ(changed.added, 1U);
    const std::string kept = told();
    EXPECT_EQ(kept, told_anew());
    ASSERT_EQ(value_of(groups(file_)).size(), 1U);
}

TEST_F(Groups, ArePicturesByWhatALookAtThemShows) {
    const Bytes one = random_hash(random_), other = random_hash(random_);
    const auto print = [&](const char* variant, const Bytes& hash, int quality = 100) {
        return print_of(variant, quality, turned(hash, 0, random_));
    };
    finish(read_exhibit(
        "A", {picture_with(1, {print("full", random_hash(random_)), print("trimmed", one)}),
              picture_with(2, {print("full", one)}),
              picture_with(3, {print("full", random_hash(random_)), print("uncaptioned", one)}),
              picture_with(4, {print("full", random_hash(random_)), print("full-on-black", one)}),
              picture_with(5, {print("full", random_hash(random_)), print("full-frame2", one)}),
              picture_with(6, {print("full", one, 49)}), picture_with(7, {print("full", other)})}));
    std::set<std::set<std::uint64_t>> found;
    for (const auto& [leader, members] : by_leader(7)) {
        found.insert(members);
    }
    EXPECT_EQ(found, (std::set<std::set<std::uint64_t>>{{1, 2, 3, 4}, {5}, {6}, {7}}));
}

TEST_F(Groups, OfVideosHoldTheirStillsTheirCopiesAndTheirParts) {
    std::vector<Bytes> film;
    for (int i = 0; i < 12; ++i) {
        film.push_back(random_hash(random_));
    }
    const std::vector<Bytes> part(film.begin() + 3, film.begin() + 9);
    std::vector<Bytes> other{film[0]}; // the title alone
    for (int i = 0; i < 11; ++i) {
        other.push_back(random_hash(random_));
    }
    finish(read_exhibit(
        "A", {video_with(1, film, random_), video_with(2, film, random_),
              video_with(3, part, random_), video_with(4, other, random_),
              picture_with(5, {print_of("full", 100, turned(film[5], 2, random_))}),
              picture_with(6, {print_of("full", 100, turned(random_hash(random_), 0, random_))})}));
    const std::uint64_t leader = digest_of(1) < digest_of(2) ? 1 : 2;
    EXPECT_EQ(by_leader(6), (std::map<std::uint64_t, std::set<std::uint64_t>>{
                                {leader, {1, 2, 3, 5}}, {4, {4}}, {6, {6}}}));
    EXPECT_EQ(told(), told_anew());
    std::vector<QueuedGroup> queue;
    expect_ok(each_queued(file_, [&](const QueuedGroup& group) -> Result<void> {
        queue.push_back(group);
        return {};
    }));
    ASSERT_EQ(queue.size(), 3U);
    EXPECT_EQ(queue[0].kind, "video");
    EXPECT_EQ(queue[0].duration_ms, 60'000);
}

// A film that is new must not hide behind a clip that was looked at.
TEST_F(Groups, AreNotLedByAPartOfAFilmNorByOneOfItsStills) {
    std::vector<Bytes> film;
    for (int i = 0; i < 12; ++i) {
        film.push_back(random_hash(random_));
    }
    const std::vector<Bytes> part(film.begin(), film.begin() + 6);
    finish(
        read_exhibit("A", {video_with(1, part, random_),
                           picture_with(2, {print_of("full", 100, turned(film[8], 0, random_))})}));
    finish(read_exhibit("B", {video_with(3, film, random_)}));
    EXPECT_EQ(by_leader(3),
              (std::map<std::uint64_t, std::set<std::uint64_t>>{{1, {1}}, {2, {2}}, {3, {3}}}));
}

TEST_F(Groups, AVideoThatNobodyCouldReadIsInTheQueueAlone) {
    ContentRecord broken = content_number(1, "video");
    broken.media_error = Error{Errc::unsupported, "a codec outside the list"};
    ContentRecord dark = video_with(2, {random_hash(random_)}, random_, 10);
    ContentRecord aside = content_number(3, "video");
    aside.media_error = Error{Errc::skipped, "left for later"};
    finish(read_exhibit("A", {broken, dark, aside}));
    EXPECT_EQ(by_leader(3), (std::map<std::uint64_t, std::set<std::uint64_t>>{{1, {1}}, {2, {2}}}));
    EXPECT_EQ(value_of(totals(file_, std::nullopt)).groups, 2U);
}

TEST_F(Groups, AChangeFromAnOlderStateIsRefusedAndChangesNothing) {
    finish(read_exhibit("A", {picture_with(1, {})}));
    const std::string before = told();
    const GroupChange late{.generation = 0,
                           .rule = kGroupingRule,
                           .anew = true,
                           .placed = {},
                           .finished = {},
                           .all = false};
    EXPECT_FALSE(value_of(change_groups(file_, late, judge_group)).has_value());
    EXPECT_EQ(told(), before);
}

TEST_F(Groups, AreJudgedAgainWhereAListHits) {
    finish(read_exhibit("A", {picture_with(1, {}), picture_with(2, {})}));
    ListRecord record;
    record.name = "known";
    record.polarity = "alert";
    ListWriter writer = value_of(ListWriter::begin(file_, record));
    const auto value = digest_of(1);
    expect_ok(writer.add({.id = 0,
                          .algorithm = "sha256",
                          .value = Bytes(value.begin(), value.end()),
                          .entry = 1,
                          .label = "",
                          .category = ""}));
    HitRecord hit;
    hit.list = value_of(writer.finish(record));
    hit.entry = 1;
    hit.match = "exact";
    hit.algorithm = "sha256";
    for (const MediaView& view : value_of(all_media(file_))) {
        hit.content = view.sha256 == encode_hex(value) ? view.content : hit.content;
    }
    expect_ok(add_hits(file_, std::span(&hit, 1)));
    EXPECT_EQ(value_of(totals(file_, std::nullopt)).groups, 2U);
    EXPECT_EQ(value_of(update_queue(file_, 1)).touched, 1U);
    EXPECT_EQ(value_of(totals(file_, std::nullopt)).groups, 1U);
    expect_ok(file_.check());
    const std::string kept = told();
    EXPECT_EQ(value_of(update_queue(file_, 1, Judging::all)).touched, 2U);
    EXPECT_EQ(told(), kept);
}

} // namespace
} // namespace rempart::pipeline
