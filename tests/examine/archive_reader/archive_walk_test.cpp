// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_walk.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rempart/core/time.hpp"
#include "support/archive_fixtures.hpp"
#include "support/result.hpp"
#include "walking.hpp"

namespace rempart::examine {
namespace {

std::string line_of(const Recorded& item) {
    const bool has_content = item.head.kind == ItemKind::file && !item.head.error;
    return fmt::format("{} {} {} {} {}", name(item.head.kind), item.head.path,
                       has_content ? std::to_string(item.content.size()) : "-",
                       has_content ? fnv1a64(item.content) : "-",
                       item.error() != nullptr ? name(item.error()->code) : "-");
}

std::string line_of(const ExpectedMember& member) {
    return fmt::format("{} {} {} {} {}", member.kind, member.path, member.size, member.fnv1a64,
                       member.error);
}

template <typename Items>
std::string lines_of(const Items& items) {
    std::string lines;
    for (const auto& item : items) {
        lines += line_of(item) + "\n";
    }
    return lines;
}

TEST(ArchiveWalk, EveryFixtureGivesWhatItsGeneratorPutIn) {
    const auto all = expected_members();
    ASSERT_GT(all.size(), 40U);
    for (const auto& [fixture, members] : all) {
        const std::string bytes = fixture_bytes(fixture);
        EXPECT_EQ(lines_of(walk_bytes(bytes)), lines_of(members)) << fixture;
        EXPECT_EQ(lines_of(walk_bytes(bytes, {}, 7)), lines_of(members)) << fixture;
    }
}

TEST(ArchiveWalk, MembersAreEmbeddedAndNeverRecovered) {
    for (const Recorded& item : walk_bytes(fixture_bytes("ustar.tar"))) {
        EXPECT_EQ(item.head.state, ItemState::embedded);
        EXPECT_EQ(item.head.recovery, Recovery::none);
        EXPECT_EQ(item.head.stream, "");
    }
}

std::string times_of(const Recorded& item) {
    const ItemTimes& times = item.head.times;
    return fmt::format("{}|{}|{}|{}", format_time(times.created), format_time(times.modified),
                       format_time(times.accessed), format_time(times.changed));
}

TEST(ArchiveWalk, DosTimesHaveNoZoneAndExtendedOnesDo) {
    const auto items = walk_bytes(fixture_bytes("times.zip"));
    ASSERT_EQ(items.size(), 2U);
    EXPECT_EQ(times_of(items[0]), "|2024-05-01T09:30:00||");
    EXPECT_EQ(times_of(items[1]),
              "2024-05-01T09:29:59Z|2024-05-01T09:30:00Z|2024-05-01T09:30:01Z|");
    const std::pair<const char*, TimeKind> kinds[] = {{"stored.rar4.rar", TimeKind::local_unknown},
                                                      {"stored.cab", TimeKind::local_unknown},
                                                      {"stored.lzh", TimeKind::local_unknown},
                                                      {"stored.rar5.rar", TimeKind::utc},
                                                      {"solid.7z", TimeKind::utc},
                                                      {"ustar.tar", TimeKind::utc},
                                                      {"disc.iso.gz", TimeKind::utc},
                                                      {"mac.xar", TimeKind::utc},
                                                      {"named.gz", TimeKind::utc},
                                                      {"plain.gz", TimeKind::none}};
    for (const auto& [fixture, kind] : kinds) {
        const TimeValue modified = walk_bytes(fixture_bytes(fixture)).at(0).head.times.modified;
        EXPECT_EQ(modified.kind, kind) << fixture;
        if (kind != TimeKind::none) {
            EXPECT_EQ(modified.micros, 1'714'555'800'000'000) << fixture;
        }
    }
}

TEST(ArchiveWalk, AnEmptyFileIsAProblem) {
    const auto items = walk_bytes("");
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(line_of(items[0]), "problem  - - truncated");
}

TEST(ArchiveWalk, MessagesSayWhereAndNeverQuoteNames) {
    for (const auto& [fixture, members] : expected_members()) {
        for (const Recorded& item : walk_bytes(fixture_bytes(fixture))) {
            if (item.error() == nullptr) {
                continue;
            }
            for (const ExpectedMember& member : members) {
                EXPECT_TRUE(member.path.size() < 4 ||
                            item.error()->message.find(member.path) == std::string::npos)
                    << fixture << ": " << item.error()->message;
            }
        }
    }
    const auto items = walk_bytes(fixture_bytes("bad_crc.zip"));
    EXPECT_EQ(items.at(1).error()->message,
              "damaged at byte 131 of 1498 (ZIP bad CRC: 0x64b933fa should be 0x64b933fb)");
}

class FailingSink final : public ItemSink {
  public:
    explicit FailingSink(int calls) : calls_(calls) {}
    [[nodiscard]] Result<bool> begin(const ItemHead& /*head*/) override {
        if (auto ok = count(); !ok) {
            return fail(ok.error());
        }
        return true;
    }
    [[nodiscard]] Result<std::span<std::byte>> room() override {
        if (auto ok = count(); !ok) {
            return fail(ok.error());
        }
        return std::span(room_);
    }
    [[nodiscard]] Result<void> wrote(std::size_t /*size_bytes*/) override { return count(); }
    [[nodiscard]] Result<void> end(const ItemEnd& /*how*/) override { return count(); }
    [[nodiscard]] Result<void> count() {
        EXPECT_GE(calls_, 0) << "called again after it failed";
        return calls_-- > 0 ? Result<void>{} : fail(Errc::interrupted, "nobody listens");
    }

  private:
    int calls_;
    Bytes room_ = Bytes(100);
};

TEST(ArchiveWalk, ASinkThatFailsEndsTheWalkAtOnce) {
    const auto environment = ArchiveEnvironment::prepare();
    ASSERT_TRUE(environment);
    for (const char* fixture : {"ustar.tar.gz", "names.zip", "lying_size.tar", "bad_header.tar"}) {
        const UniqueFd file = memory_file(fixture_bytes(fixture));
        int calls = 0;
        for (;; ++calls) {
            FailingSink sink(calls);
            const auto walked = walk_archive(*environment, file.get(), {}, sink, no_heartbeat);
            if (walked) {
                break;
            }
            ASSERT_EQ(error_of(walked).code, Errc::interrupted);
        }
        EXPECT_GT(calls, 6) << fixture;
    }
}

TEST(ArchiveWalk, AHeartbeatThatFailsEndsTheWalk) {
    const auto environment = ArchiveEnvironment::prepare();
    ASSERT_TRUE(environment);
    const UniqueFd file = memory_file(fixture_bytes("ustar.tar"));
    for (int beats = 0; beats < 2; ++beats) {
        int left = beats;
        const Alive alive = [&left]() -> Result<void> {
            return left-- > 0 ? Result<void>{} : fail(Errc::interrupted, "stopped");
        };
        RecordingSink sink;
        EXPECT_EQ(error_of(walk_archive(*environment, file.get(), {}, sink, alive)).code,
                  Errc::interrupted);
    }
}

// A sink that wants only some members: the others are passed over, not read as the wrong one's.
class ChoosySink final : public ItemSink {
  public:
    explicit ChoosySink(RecordingSink& inner) : inner_(&inner) {}
    [[nodiscard]] Result<bool> begin(const ItemHead& head) override {
        return seen_++ % 2 == 0 ? Result<bool>(false) : inner_->begin(head);
    }
    [[nodiscard]] Result<std::span<std::byte>> room() override { return inner_->room(); }
    [[nodiscard]] Result<void> wrote(std::size_t size_bytes) override {
        return inner_->wrote(size_bytes);
    }
    [[nodiscard]] Result<void> end(const ItemEnd& how) override { return inner_->end(how); }

  private:
    RecordingSink* inner_;
    int seen_ = 0;
};

TEST(ArchiveWalk, MembersThatAreNotWantedArePassedOver) {
    const auto environment = ArchiveEnvironment::prepare();
    ASSERT_TRUE(environment);
    const auto all = expected_members();
    for (const char* fixture : {"ustar.tar", "plain.zip", "solid.7z", "stored.rar5.rar",
                                "stored.rar4.rar", "newc.cpio", "stored.cab", "mac.xar"}) {
        std::vector<ExpectedMember> odd;
        for (std::size_t i = 1; i < all.at(fixture).size(); i += 2) {
            odd.push_back(all.at(fixture)[i]);
        }
        const UniqueFd file = memory_file(fixture_bytes(fixture));
        RecordingSink inner;
        ChoosySink sink(inner);
        ASSERT_TRUE(walk_archive(*environment, file.get(), {}, sink, no_heartbeat));
        EXPECT_EQ(lines_of(inner.items), lines_of(odd)) << fixture;
    }
}

} // namespace
} // namespace rempart::examine
