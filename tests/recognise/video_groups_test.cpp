// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/video_groups.hpp"

#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "recognise/leader_index.hpp"
namespace rempart::recognise {
namespace {

template <typename T>
T value_of(Result<T> result) {
    EXPECT_TRUE(result) << result.error().message;
    return std::move(*result);
}
void expect_ok(const Result<void>& result) {
    EXPECT_TRUE(result) << result.error().message;
}

constexpr std::int64_t kStepMs = 5'000;

PdqHash random_hash(std::mt19937_64& random) {
    std::array<std::byte, 32> bytes{};
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random() & 0xFFU);
    }
    return PdqHash::from_bytes(bytes);
}

/// One look every five seconds; all orientations but the first are unlike anything.
class Film {
  public:
    explicit Film(std::mt19937_64& random) : random_(random) {}
    Film& fresh(std::size_t looks, int quality = 100) {
        for (std::size_t i = 0; i < looks; ++i) {
            add(random_hash(random_), quality);
        }
        return *this;
    }
    Film& like(std::span<const VideoLook> looks, std::size_t orientation = 0) {
        for (const VideoLook& look : looks) {
            add(random_hash(random_), look.fingerprint.quality);
            looks_.back().fingerprint.hashes[orientation] = look.fingerprint.hash();
        }
        return *this;
    }
    [[nodiscard]] std::span<const VideoLook> looks() const { return looks_; }

  private:
    void add(const PdqHash& hash, int quality) {
        const auto at_ms = static_cast<std::int64_t>(looks_.size()) * kStepMs;
        VideoLook& look = looks_.emplace_back();
        look.span = {at_ms, at_ms};
        look.fingerprint.quality = quality;
        for (PdqHash& turned : look.fingerprint.hashes) {
            turned = random_hash(random_);
        }
        look.fingerprint.hashes[0] = hash;
    }
    std::mt19937_64& random_;
    std::vector<VideoLook> looks_;
};

class VideoGroups : public ::testing::Test {
  protected:
    std::optional<VideoPlace> found(const Film& film) {
        return value_of(grouper_.find(film.looks()));
    }
    std::mt19937_64 random_{5};
    VideoGrouper grouper_;
    Film leader_ = Film(random_).fresh(20);
};

TEST_F(VideoGroups, AVideoFollowsTheOneThatHoldsFourFifthsOfIt) {
    expect_ok(grouper_.add_leader(leader_.looks()));
    EXPECT_TRUE(found(Film(random_).like(leader_.looks())));
    EXPECT_TRUE(found(Film(random_).like(leader_.looks().subspan(4, 8)))) << "a part";
    EXPECT_TRUE(found(Film(random_).like(leader_.looks().first(17)).fresh(3)));
    EXPECT_FALSE(found(Film(random_).like(leader_.looks().first(14)).fresh(6)));
    EXPECT_FALSE(found(Film(random_).like(leader_.looks()).fresh(10))) << "it is the longer one";
    EXPECT_FALSE(found(Film(random_).fresh(20)));
}

TEST_F(VideoGroups, ASharedTitleJoinsNothing) {
    expect_ok(grouper_.add_leader(leader_.looks()));
    EXPECT_FALSE(found(Film(random_).like(leader_.looks().first(2)).fresh(18)));
    EXPECT_FALSE(found(Film(random_).like(leader_.looks().first(2)).fresh(18, 10)))
        << "what is too dark to be compared is time all the same";
    EXPECT_FALSE(found(Film(random_).fresh(20, 10)));
    EXPECT_FALSE(found(Film(random_)));
}

TEST_F(VideoGroups, TheTurnOfACopyIsTold) {
    expect_ok(grouper_.add_leader(leader_.looks()));
    const auto place = found(Film(random_).like(leader_.looks(), 3));
    ASSERT_TRUE(place);
    EXPECT_EQ(*place, (VideoPlace{.leader = 0, .distance = 0, .orientation = Orientation{3}}));
}

TEST_F(VideoGroups, OfSeveralItIsTheOneThatHoldsMostAndOfEqualsTheEarliest) {
    const Film most = Film(random_).like(leader_.looks().first(18)).fresh(2);
    expect_ok(grouper_.add_leader(most.looks()));
    expect_ok(grouper_.add_leader(leader_.looks()));
    expect_ok(grouper_.add_leader(leader_.looks()));
    EXPECT_EQ(found(Film(random_).like(leader_.looks())).value().leader, 1U);
}

// Leaders move from the latest ones into indexes: they are found in both, and across.
TEST_F(VideoGroups, LeadersAreFoundHoweverManyComeAfterThem) {
    std::vector<Film> leaders;
    for (std::size_t i = 0; i < 2 * LeaderIndex::kLatest / 20 + 30; ++i) {
        leaders.push_back(Film(random_).fresh(20));
        expect_ok(grouper_.add_leader(leaders.back().looks()));
    }
    for (std::size_t i = 0; i < leaders.size(); i += 7) {
        const auto place = found(Film(random_).like(leaders[i].looks()));
        ASSERT_TRUE(place) << i;
        EXPECT_EQ(place->leader, i);
    }
}

} // namespace
} // namespace rempart::recognise
