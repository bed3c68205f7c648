// SPDX-License-Identifier: Apache-2.0
// The item stream under a reader that crashes, hangs, eats memory, lies or stops at chosen places.
//
// The reader is this program itself: under the name "faulty_reader" it plays the role, by a script
// that is the body of the request.
#include <deque>
#include <filesystem>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "examine/item_stream_writer.hpp"
#include "examine/resilient_source.hpp"
#include "examine/scripted_reader.hpp"
#include "support/temp_dir.hpp"
#include "support/walked_items.hpp"

namespace rempart::examine {
namespace {

class StreamFaults : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_symlink(std::filesystem::read_symlink("/proc/self/exe"),
                                        folder_.path() / "faulty_reader");
    }
    [[nodiscard]] ReaderConfig config() const {
        ReaderConfig config{.libexec_dir = folder_.path(), .limits = {}};
        config.limits.memory_bytes = std::uint64_t{512} << 20;
        config.limits.deadline = std::chrono::milliseconds(deadline_ms_);
        return config;
    }
    [[nodiscard]] Walked walk(const std::string& script, WalkStart start = {}) const {
        ReaderRequest request;
        request.role = "faulty_reader";
        const ByteView body = bytes_of(script);
        request.body.assign(body.begin(), body.end());
        request.slots = 4;
        Result<std::unique_ptr<Source>> source =
            ResilientSource::open(std::move(request), config(), start);
        if (!source) {
            ADD_FAILURE() << source.error().message;
            return {};
        }
        return walk_all(**source);
    }
    /// Every item with its right content but for those in `broken`, which end with that code.
    static void expect_all_but(const Walked& walked, const std::map<std::uint64_t, Errc>& broken) {
        ASSERT_TRUE(walked.end.has_value()) << listing(walked);
        EXPECT_EQ(walked.end->volumes.size(), kDirectories);
        ASSERT_EQ(walked.items.size(), kItems) << listing(walked);
        for (std::uint64_t i = 0; i < kItems; ++i) {
            const WalkedItem& item = walked.items[i];
            EXPECT_EQ(item.ordinal, i);
            EXPECT_EQ(item.head.path,
                      "dir" + std::to_string(i / kFilesEach) + "/file" + std::to_string(i));
            if (const auto found = broken.find(i); found != broken.end()) {
                ASSERT_TRUE(item.end.error.has_value()) << i;
                EXPECT_EQ(item.end.error->code, found->second) << item.end.error->message;
                continue;
            }
            EXPECT_FALSE(item.end.error.has_value()) << i << item.end.error->message;
            Bytes content(size_of_item(i));
            for (std::size_t at = 0; at < content.size(); ++at) {
                content[at] = byte_of_item(i, at);
            }
            TestDigest digest(EVP_sha256());
            digest.add(content);
            EXPECT_EQ(item.sha256, digest.hex()) << i;
        }
    }
    TempDir folder_;
    int deadline_ms_ = 30'000;
};

TEST_F(StreamFaults, AGoodReaderTellsEverything) {
    expect_all_but(walk(""), {});
}

TEST_F(StreamFaults, ACrashCostsOneItem) {
    expect_all_but(walk("crash item 42"), {{42, Errc::crashed}});
}

TEST_F(StreamFaults, CrashesInFirstLargeEmptyAndLastItemsCostThoseOnly) {
    expect_all_but(walk("crash item 0;crash item 7;crash item 13;crash item 32;crash item 33;"
                        "crash item 99"),
                   {{0, Errc::crashed},
                    {7, Errc::crashed},
                    {13, Errc::crashed},
                    {32, Errc::crashed},
                    {33, Errc::crashed},
                    {99, Errc::crashed}});
}

TEST_F(StreamFaults, AHangCostsOneItem) {
    deadline_ms_ = 2000;
    expect_all_but(walk("hang item 57"), {{57, Errc::deadline}});
}

TEST_F(StreamFaults, AMemoryBlowUpCostsOneItem) {
    expect_all_but(walk("memory item 21"), {{21, Errc::memory}});
}

TEST_F(StreamFaults, AForbiddenCallCostsOneItem) {
    expect_all_but(walk("refused item 21"), {{21, Errc::refused}});
}

TEST_F(StreamFaults, AnExitInTheMiddleIsADeath) {
    expect_all_but(walk("exit item 64"), {{64, Errc::crashed}});
}

TEST_F(StreamFaults, ALieCostsTheItemWhoseTurnItWas) {
    expect_all_but(walk("lie item 50"), {{50, Errc::bad_answer}});
}

TEST_F(StreamFaults, ADeadlyStepIsAProblemInItsPlaceAndTheWalkGoesOn) {
    const Walked walked = walk("crash step 3");
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    ASSERT_EQ(walked.items.size(), kItems - kFilesEach + 1) << listing(walked);
    const WalkedItem& problem = walked.items[3 * kFilesEach];
    EXPECT_EQ(problem.head.kind, ItemKind::problem);
    EXPECT_EQ(problem.head.path, "dir3");
    EXPECT_EQ(problem.head.error->code, Errc::crashed);
    EXPECT_EQ(walked.items[3 * kFilesEach + 1].head.path, "dir4/file40");
}

TEST_F(StreamFaults, ADeathBetweenTwoItemsOfAStepCostsTheRestOfTheStepAndIsTold) {
    // Item 7 is large: its first half was told when the reader dies, its end was not.
    for (const std::uint64_t last :
         {std::uint64_t{8}, std::uint64_t{7}, std::uint64_t{0}, std::uint64_t{44}}) {
        const Walked walked = walk("crash after " + std::to_string(last));
        ASSERT_TRUE(walked.end.has_value()) << listing(walked);
        const std::uint64_t rest = kFilesEach - 1 - last % kFilesEach;
        ASSERT_EQ(walked.items.size(), kItems - rest + 1) << listing(walked);
        for (std::uint64_t i = 0; i < walked.items.size(); ++i) {
            const WalkedItem& item = walked.items[i];
            EXPECT_EQ(item.ordinal, i);
            EXPECT_EQ(item.head.kind == ItemKind::problem, i == last + 1) << listing(walked);
            EXPECT_FALSE(item.end.error.has_value()) << listing(walked);
            EXPECT_EQ(item.bytes, item.head.size_bytes);
        }
        EXPECT_EQ(walked.items[last + 1].head.error->code, Errc::crashed);
    }
}

TEST_F(StreamFaults, TooManyDeathsEndTheWalkWithAProblemAndNeverInSilence) {
    std::string script;
    for (int i = 0; i < 30; ++i) {
        script += "crash item " + std::to_string(i * 2) + ";";
    }
    const Walked walked = walk(script);
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    const WalkedItem& last = walked.items.back();
    EXPECT_EQ(last.head.kind, ItemKind::problem);
    EXPECT_EQ(last.head.error->code, Errc::crashed);
    EXPECT_NE(last.head.error->message.find("ended early after item"), std::string::npos);
    EXPECT_EQ(last.ordinal, walked.items.size() - 1);
    // 20 deaths are survived, the 21st (item 40) is not: the same end every time.
    EXPECT_EQ(walked.items.size(), 41U) << listing(walked);
    EXPECT_EQ(listing(walked), listing(walk(script)));
}

TEST_F(StreamFaults, APlaceThatKillsEvenWhenItIsLeftOutEndsTheWalkBehindTheSameItem) {
    const Walked walked = walk("stubborn step 3");
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    ASSERT_EQ(walked.items.size(), 3 * kFilesEach + 1) << listing(walked);
    EXPECT_EQ(walked.items.back().head.kind, ItemKind::problem);
    EXPECT_TRUE(walked.items.back().head.error->message.starts_with(
        "the walk ended early after item 29: "));
    EXPECT_EQ(walked.end->volumes.size(), 3U);
    EXPECT_EQ(listing(walked), listing(walk("stubborn step 3")));
}

TEST_F(StreamFaults, AFailureInGoodOrderIsNoDeath) {
    const Walked walked = walk("fail item 15");
    ASSERT_TRUE(walked.error.has_value());
    EXPECT_EQ(walked.error->code, Errc::malformed);
}

TEST_F(StreamFaults, AWalkThatBeginsLaterTellsTheRestWithTheSameOrdinals) {
    const Walked all = walk("");
    for (const std::uint64_t first :
         {std::uint64_t{1}, std::uint64_t{77}, kItems - 1, kItems, kItems + 5}) {
        const Walked rest = walk("", {.first_ordinal = first});
        ASSERT_TRUE(rest.end.has_value());
        ASSERT_EQ(rest.items.size(), kItems - std::min(first, kItems));
        for (const WalkedItem& item : rest.items) {
            EXPECT_EQ(item.head, all.items[item.ordinal].head);
            EXPECT_EQ(item.sha256, all.items[item.ordinal].sha256);
        }
    }
}

TEST_F(StreamFaults, ACrashDuringAResumedWalkCostsOneItem) {
    const Walked rest = walk("crash item 5;crash item 90", {.first_ordinal = 50});
    ASSERT_TRUE(rest.end.has_value());
    ASSERT_EQ(rest.items.size(), kItems - 50) << listing(rest);
    EXPECT_EQ(rest.items[40].end.error->code, Errc::crashed);
}

TEST_F(StreamFaults, ChunksThatAreHeldStopTheReaderAndOutliveTheSource) {
    ReaderRequest request;
    request.role = "faulty_reader";
    request.slots = 2;
    Result<std::unique_ptr<Source>> source =
        ResilientSource::open(std::move(request), config(), {});
    ASSERT_TRUE(source.has_value());
    // Another thread lets the chunks go, some while behind.
    std::deque<Chunk> held;
    std::vector<Chunk> kept;
    std::size_t total = 0;
    for (bool more = true; more;) {
        Result<Event> event = (*source)->next();
        ASSERT_TRUE(event.has_value()) << event.error().message;
        if (auto* content = std::get_if<ItemChunk>(&*event)) {
            total += content->chunk.bytes().size();
            held.push_back(std::move(content->chunk));
            if (held.size() > 1) {
                std::thread([gone = std::move(held.front())]() mutable { gone = Chunk(); }).join();
                held.pop_front();
            }
        }
        more = !std::holds_alternative<SourceEnd>(*event);
    }
    std::size_t expected = 0;
    for (std::uint64_t i = 0; i < kItems; ++i) {
        expected += size_of_item(i);
    }
    EXPECT_EQ(total, expected);
    source->reset();
    ASSERT_FALSE(held.empty());
    const std::size_t size = size_of_item(kItems - 1);
    EXPECT_EQ(held.back().bytes().size(), size);
    EXPECT_EQ(held.back().bytes().back(), byte_of_item(kItems - 1, size - 1));
}

TEST_F(StreamFaults, ManyDescriptorsArriveInSeveralMessages) {
    ReaderRequest request;
    request.role = "faulty_reader";
    for (int i = 0; i < 450; ++i) {
        request.descriptors.emplace_back(::dup(STDIN_FILENO));
    }
    Result<std::unique_ptr<Source>> source =
        ResilientSource::open(std::move(request), config(), {});
    ASSERT_TRUE(source.has_value());
    const Walked walked = walk_all(**source);
    ASSERT_EQ(walked.items.size(), 1U) << listing(walked);
    EXPECT_EQ(walked.items[0].head.path, "450");
}

TEST_F(StreamFaults, MoreDescriptorsThanAProcessMayHoldAreRefused) {
    ReaderRequest request;
    request.role = "faulty_reader";
    for (int i = 0; i < 1000; ++i) {
        request.descriptors.emplace_back(::dup(STDIN_FILENO));
    }
    const auto source = StreamSource::start(request, config(), {});
    ASSERT_FALSE(source.has_value());
    EXPECT_EQ(source.error().code, Errc::limit_exceeded);
}

} // namespace

int play_faulty_reader() {
    return serve_stream(walk_script);
}

} // namespace rempart::examine

int main(int argc, char** argv) {
    if (argc > 0 && std::filesystem::path(argv[0]).filename() == "faulty_reader") {
        return rempart::examine::play_faulty_reader();
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
