// SPDX-License-Identifier: Apache-2.0
// What the list_reader says, and what it may not say.
#include "rempart/recognise/list_wire.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::recognise {
namespace {

using Hashes = std::vector<ListedHash>;

constexpr std::uint64_t kLargeFile = std::uint64_t{1} << 30;

ListedHash hash_of(HashKind kind, std::uint64_t entry, std::string label = "",
                   std::string category = "", bool marked = false) {
    ListedHash hash{kind, {}, entry, std::move(label), std::move(category), marked};
    for (std::size_t i = 0; i < size_bytes(kind); ++i) {
        hash.bytes[i] = static_cast<std::byte>(i % 2 == 0 ? 0xF0 + entry % 16 : 0x0F);
    }
    return hash;
}

Bytes batch_of(const Hashes& hashes) {
    HashBatch batch;
    for (const ListedHash& hash : hashes) {
        batch.add(hash);
    }
    return batch.message();
}

HashListSummary summary_of(std::uint64_t hashes) {
    HashListSummary summary;
    summary.format = "plain";
    summary.records = hashes;
    summary.hashes = hashes;
    return summary;
}

/// Answers, and what came of them.
struct Talk {
    ListAnswers answers;
    Hashes taken;

    explicit Talk(std::uint64_t file_bytes = kLargeFile, std::string format = "",
                  const HashListOptions& options = {})
        : answers(file_bytes, std::move(format), options) {}

    Result<std::optional<HashListSummary>> say(const Bytes& message) {
        return answers.accept(message, [this](ListedHash&& hash) -> Result<void> {
            taken.push_back(std::move(hash));
            return {};
        });
    }
    bool refuses(const Bytes& message) {
        const auto answer = say(message);
        return !answer && answer.error().code == Errc::bad_answer;
    }
};

TEST(ListWire, ARequestComesBackAsItWasSent) {
    ListReadRequest request;
    request.format = "nsrl";
    request.options.kind = HashKind::pdq;
    request.options.expected_hashes = 12;
    request.options.limits = {.max_line_bytes = 1, .max_hashes = 2, .max_record_bytes = 3};
    const auto again = decode_list_request(encode_list_request(request));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->format, "nsrl");
    EXPECT_EQ(again->options.kind, HashKind::pdq);
    EXPECT_EQ(again->options.expected_hashes, 12U);
    EXPECT_EQ(again->options.limits.max_line_bytes, 1U);
    EXPECT_EQ(again->options.limits.max_hashes, 2U);
    EXPECT_EQ(again->options.limits.max_record_bytes, 3U);
    EXPECT_FALSE(decode_list_request(encode_list_request({}))->options.kind);
}

TEST(ListWire, HashesComeBackAsTheyWereSentOverSeveralAnswers) {
    std::mt19937_64 rng(1);
    const std::vector<std::string> words{"", "a", "b\\c", "é", std::string(5'000, 'x')};
    Hashes sent;
    std::uint64_t entry = 1;
    for (int i = 0; i < 3'000; ++i) {
        const auto kind = static_cast<HashKind>(rng() % 4);
        sent.push_back(hash_of(kind, entry, words[rng() % 5], words[rng() % 5], rng() % 2 == 0));
        entry += rng() % 3 == 0 ? rng() % 1'000'000 : rng() % 2;
    }
    Talk talk;
    HashBatch batch;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        batch.add(sent[i]);
        if (i % 100 == 99) {
            ASSERT_TRUE(talk.say(batch.message()));
            batch.clear();
        }
    }
    EXPECT_EQ(talk.taken, sent);
    const auto summary = talk.say(encode_summary(summary_of(sent.size())));
    ASSERT_TRUE(summary && *summary);
}

TEST(ListWire, ASummaryComesBackAsItWasSent) {
    HashListSummary sent = summary_of(0);
    sent.comments = 1;
    sent.empty_file_hashes = 2;
    sent.degenerate_hashes = 3;
    sent.unterminated_last_line = 1;
    sent.deleted = 4;
    sent.skipped = {{"HASH_TMK", 5}, {"url", 6}};
    sent.marks = {{"SpecialCode M", 7}};
    sent.stated_name = "name";
    sent.stated_version = "1";
    sent.stated_scheme = "US";
    sent.stated_polarity = StatedPolarity::allow;
    sent.describes_only = true;
    const auto came = Talk().say(encode_summary(sent));
    ASSERT_TRUE(came && *came);
    EXPECT_EQ(**came, sent);
}

TEST(ListWire, TheChildsOwnErrorIsTheErrorOfTheReading) {
    Talk talk;
    EXPECT_EQ(error_of(talk.say(encode_failure({Errc::malformed, "line 3: no"}))),
              (Error{Errc::malformed, "line 3: no"}));
    EXPECT_TRUE(talk.refuses(encode_alive())) << "nothing comes after the end";
}

TEST(ListWire, EveryCutAndEveryFlippedBitIsRefusedOrGivesValidHashes) {
    const Bytes message = batch_of({hash_of(HashKind::md5, 1, "one", "c"),
                                    hash_of(HashKind::pdq, 1, "one", "d", true),
                                    hash_of(HashKind::sha256, 900, "é", "")});
    for (std::size_t size = 0; size < message.size(); ++size) {
        Talk talk;
        const auto answer =
            talk.say(Bytes(message.begin(), message.begin() + static_cast<int>(size)));
        EXPECT_TRUE(!answer || talk.taken.size() < 3) << size;
    }
    for (std::size_t at = 0; at < message.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            Bytes damaged = message;
            damaged[at] ^= std::byte{1} << bit;
            Talk talk;
            (void)talk.say(damaged);
            std::uint64_t last = 1;
            for (const ListedHash& hash : talk.taken) {
                EXPECT_GE(hash.entry, last);
                last = hash.entry;
                EXPECT_EQ(use_of(hash.kind, hash.bytes), HashUse::listed);
            }
        }
    }
}

TEST(ListWire, NoHashMayStandForAnEmptyFileOrNoPictureOrBeOfAnUnknownKind) {
    for (const HashKind kind : {HashKind::md5, HashKind::pdq}) {
        ListedHash hash = hash_of(kind, 1);
        hash.bytes = {};
        const bool is_degenerate = use_of(kind, hash.bytes) != HashUse::listed;
        EXPECT_EQ(Talk().refuses(batch_of({hash})), is_degenerate);
        EXPECT_EQ(is_degenerate, kind == HashKind::pdq);
    }
    Bytes unknown = batch_of({hash_of(HashKind::md5, 1)});
    unknown[1] |= std::byte{7};
    EXPECT_TRUE(Talk().refuses(unknown));
}

TEST(ListWire, EntriesBeginAtOneAndNeverFall) {
    EXPECT_TRUE(Talk().refuses(batch_of({hash_of(HashKind::md5, 0)})));
    Talk talk;
    ASSERT_TRUE(talk.say(batch_of({hash_of(HashKind::md5, 5)})));
    EXPECT_TRUE(talk.refuses(batch_of({hash_of(HashKind::md5, std::uint64_t{1} << 62)})));
}

TEST(ListWire, TextsAreUtf8AndNotLong) {
    EXPECT_TRUE(Talk().refuses(batch_of({hash_of(HashKind::md5, 1, "\xff")})));
    EXPECT_TRUE(Talk().refuses(
        batch_of({hash_of(HashKind::md5, 1, std::string(kMaxListTextBytes + 1, 'x'))})));
    EXPECT_TRUE(
        Talk().say(batch_of({hash_of(HashKind::md5, 1, std::string(kMaxListTextBytes, 'x'))})));
}

TEST(ListWire, AFileGivesNoMoreHashesThanItCanHold) {
    Hashes hashes;
    for (std::uint64_t i = 1; i <= 5; ++i) {
        hashes.push_back(hash_of(HashKind::md5, i));
    }
    EXPECT_TRUE(Talk(80).say(batch_of(hashes)));
    EXPECT_TRUE(Talk(79).refuses(batch_of(hashes)));
    HashListOptions options;
    options.limits.max_hashes = 4;
    EXPECT_TRUE(Talk(80, "", options).refuses(batch_of(hashes)));
}

TEST(ListWire, AChildThatIsAliveForeverIsRefused) {
    Talk talk(0);
    int alive = 0;
    while (alive < 100 && talk.say(encode_alive())) {
        ++alive;
    }
    EXPECT_EQ(alive, 16);
}

TEST(ListWire, ASummaryThatDoesNotFitWhatCameIsRefused) {
    const auto after_one = [](const HashListSummary& summary, const std::string& format = "",
                              const HashListOptions& options = {}) {
        Talk talk(kLargeFile, format, options);
        EXPECT_TRUE(talk.say(batch_of({hash_of(HashKind::md5, 1)})));
        return !talk.refuses(encode_summary(summary));
    };
    EXPECT_TRUE(after_one(summary_of(1)));
    EXPECT_TRUE(after_one(summary_of(1), "plain"));
    EXPECT_FALSE(after_one(summary_of(1), "nsrl")) << "another format than asked for";
    EXPECT_FALSE(after_one(summary_of(2)));
    EXPECT_FALSE(after_one(summary_of(0)));
    HashListSummary summary = summary_of(1);
    summary.format = "none of ours";
    EXPECT_FALSE(after_one(summary));
    summary = summary_of(1);
    summary.comments = kLargeFile + 1;
    EXPECT_FALSE(after_one(summary));
    summary = summary_of(1);
    summary.skipped = {{"b", 1}, {"a", 1}};
    EXPECT_FALSE(after_one(summary)) << "not in order";
    HashListOptions options;
    options.expected_hashes = 2;
    EXPECT_FALSE(after_one(summary_of(1), "", options));
    summary = summary_of(1);
    summary.empty_file_hashes = 1;
    EXPECT_TRUE(after_one(summary, "", options));
}

TEST(ListWire, WhatTheCallerReturnsEndsTheReading) {
    ListAnswers answers(kLargeFile, "", {});
    const auto refused =
        answers.accept(batch_of({hash_of(HashKind::md5, 1)}),
                       [](ListedHash&&) -> Result<void> { return fail(Errc::io, "disk full"); });
    EXPECT_EQ(error_of(refused).code, Errc::io);
}

TEST(ListCounts, AreSortedAndFewAndLoseNothing) {
    std::vector<ListCount> counts;
    for (int i = 0; i < 200; ++i) {
        count_as(counts, "kind " + std::to_string(i % 100));
    }
    EXPECT_EQ(counts.size(), kMaxListCounts);
    std::uint64_t sum = 0;
    for (const ListCount& each : counts) {
        sum += each.count;
    }
    EXPECT_EQ(sum, 200U);
    EXPECT_TRUE(std::ranges::is_sorted(counts, {}, &ListCount::what));
}

} // namespace
} // namespace rempart::recognise
