// SPDX-License-Identifier: Apache-2.0
/// What a failing disk, a power cut, a killed process and a damaged file do to a case.
#include <array>
#include <csignal>
#include <random>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "casefile/sample_case.hpp"
#include "casefile/sqlite/fault_vfs.hpp"
#include "support/kept_groups.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBatch = 3;
constexpr std::uint64_t kItems = 2 * kBatch;

// An empty case with one exhibit, to start each attempt from.
void make_start(const fs::path& folder) {
    Case file = new_case(folder);
    value_of(add_exhibit(file, some_exhibit("A")));
}

// Ingests what is left of kItems, a commit each kBatch; the last item is a chat export. Stops at
// the first failure; `committed` is what was acknowledged.
Result<void> ingest_rest(Case& file, std::uint64_t& committed) {
    auto writer = IngestWriter::open(file, 1);
    if (!writer) {
        return fail(writer.error());
    }
    committed = writer->next_seq();
    for (std::uint64_t seq = committed; seq < kItems; ++seq) {
        std::optional<RowId> content;
        if (seq + 1 == kItems) {
            const auto conversation =
                writer->add_conversation({0, seq, "telegram", "dm:1", "dm", "Trains"});
            if (!conversation) {
                return fail(conversation.error());
            }
            for (std::uint64_t i = 0; i < 3; ++i) {
                if (auto added = writer->add_message(some_message(*conversation, seq, i)); !added) {
                    return added;
                }
            }
        } else {
            const auto added = writer->add_content(some_picture(seq));
            if (!added) {
                return fail(added.error());
            }
            content = *added;
        }
        if (auto added = writer->add_item(some_item(seq, "picture.jpg", content)); !added) {
            return added;
        }
        if ((seq + 1) % kBatch == 0) {
            if (auto done = writer->commit(); !done) {
                return done;
            }
            committed = seq + 1;
        }
    }
    return {};
}

Result<void> add_list_and_search(Case& file) {
    ListRecord list;
    list.name = "known";
    list.polarity = "alert";
    auto writer = ListWriter::begin(file, list);
    if (!writer) {
        return fail(writer.error());
    }
    const auto value = digest_of(1);
    if (auto added = writer->add({0, "sha256", Bytes(value.begin(), value.end()), 1, "", ""});
        !added) {
        return fail(added.error());
    }
    if (auto finished = writer->finish(list); !finished) {
        return fail(finished.error());
    }
    return find(file, "train", [](const FoundView&) { return Result<void>(); });
}

struct Attempt {
    std::uint64_t committed = 0;
    Result<void> outcome;
};
Attempt attempt(const fs::path& folder) {
    Attempt it;
    auto file = Case::open(folder, Access::write);
    if (!file) {
        it.outcome = fail(file.error());
        return it;
    }
    it.outcome = ingest_rest(*file, it.committed);
    if (it.outcome) {
        it.outcome = add_list_and_search(*file);
    }
    return it;
}

// The promise: whatever failed, the case opens, holds all that was acknowledged and nothing half,
// and the same command goes on to the same end.
void expect_consistent(const fs::path& folder, const Attempt& it) {
    std::uint64_t committed = 0;
    {
        Case file = value_of(Case::open(folder, Access::write));
        expect_ok(file.check());
        const std::uint64_t next = value_of(IngestWriter::open(file, 1)).next_seq();
        EXPECT_GE(next, it.committed);
        EXPECT_LE(next, it.committed + kBatch) << "at most the commit that was not acknowledged";
        EXPECT_EQ(next % kBatch, 0U);
        const Totals totals = value_of(rempart::casefile::totals(file, std::nullopt));
        EXPECT_EQ(totals.items, next);
        EXPECT_EQ(totals.contents, std::min(next, kItems - 1));
        EXPECT_EQ(totals.messages, next == kItems ? 3U : 0U);
        expect_ok(ingest_rest(file, committed));
        if (value_of(lists(file)).empty()) {
            expect_ok(add_list_and_search(file));
        }
    }
    EXPECT_EQ(committed, kItems);
}

class Faults : public ::testing::TestWithParam<FaultVfs::Fault> {};

TEST_P(Faults, AtEachWriteLeaveACaseThatOpensWholeAndGoesOn) {
    const TempFolder temp;
    make_start(temp.path() / "start");
    fs::copy(temp.path() / "start", temp.path() / "plain", fs::copy_options::recursive);
    ASSERT_TRUE(attempt(temp.path() / "plain").outcome.has_value());
    std::string expected;
    {
        Case plain = value_of(Case::open(temp.path() / "plain", Access::read));
        expected = canonical_of(plain, temp.path() / "plain.jsonl");
    }
    FaultVfs vfs;
    int failures = 0;
    for (int n = 1;; ++n) {
        SCOPED_TRACE(n);
        const fs::path folder = temp.path() / std::to_string(n);
        fs::copy(temp.path() / "start", folder, fs::copy_options::recursive);
        vfs.arm(n, GetParam());
        const Attempt it = attempt(folder);
        const bool struck = vfs.struck();
        vfs.disarm();
        if (!struck) {
            EXPECT_TRUE(it.outcome.has_value());
            break;
        }
        if (!it.outcome) {
            ++failures;
            EXPECT_EQ(it.outcome.error().code, Errc::io) << it.outcome.error().message;
        }
        expect_consistent(folder, it);
        Case file = value_of(Case::open(folder, Access::read));
        ASSERT_EQ(canonical_of(file, temp.path() / "out.jsonl"), expected);
        fs::remove(temp.path() / "out.jsonl");
        fs::remove_all(folder);
        ASSERT_LT(n, 2'000);
    }
    EXPECT_GT(failures, 50) << "the faults did hit something";
}

std::string fault_name(const ::testing::TestParamInfo<FaultVfs::Fault>& tested) {
    return tested.param == FaultVfs::Fault::fails_once ? "FailsOnce" : "PowerCut";
}
INSTANTIATE_TEST_SUITE_P(Disk, Faults,
                         ::testing::Values(FaultVfs::Fault::fails_once, FaultVfs::Fault::power_cut),
                         fault_name);

TEST(Interruption, ThatHitAnExportLeaveNoFile) {
    const TempFolder temp;
    Case file = [&] {
        make_start(temp.path() / "case");
        return value_of(Case::open(temp.path() / "case", Access::write));
    }();
    FaultVfs vfs;
    Case reader = value_of(Case::open(temp.path() / "case", Access::read));
    int failures = 0;
    for (int n = 1; n < 2'000; ++n) {
        vfs.arm(n, FaultVfs::Fault::fails_once);
        const auto exported = export_database(reader, temp.path() / "out");
        vfs.disarm();
        if (exported) {
            break;
        }
        ++failures;
        for (const auto& entry : fs::directory_iterator(temp.path())) {
            ASSERT_EQ(entry.path().filename(), "case") << n;
        }
    }
    EXPECT_GT(failures, 5);
    EXPECT_TRUE(fs::exists(temp.path() / "out"));
}

// A child that writes until it is killed and tells each commit through `pipe_end`.
[[noreturn]] void write_until_killed(const fs::path& folder, int pipe_end) {
    auto file = Case::open(folder, Access::write);
    auto writer = file ? IngestWriter::open(*file, 1) : fail(Error{});
    if (!writer) {
        ::_exit(1);
    }
    for (std::uint64_t seq = 0;; ++seq) {
        const auto content = writer->add_content(some_content(seq));
        if (!content || !writer->add_item(some_item(seq, "x", *content))) {
            ::_exit(2);
        }
        if ((seq + 1) % kBatch == 0) {
            const char told = 'c';
            if (!writer->commit() || ::write(pipe_end, &told, 1) != 1) {
                ::_exit(3);
            }
        }
    }
}

TEST(Interruption, AKilledWriterLosesNothingThatItCommittedAndLocksNobodyOut) {
    for (const int commits : {1, 2, 7, 40}) {
        SCOPED_TRACE(commits);
        const TempFolder temp;
        make_start(temp.path() / "case");
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            write_until_killed(temp.path() / "case", ends[1]);
        }
        ::close(ends[1]);
        for (int i = 0; i < commits; ++i) {
            char told = 0;
            ASSERT_EQ(::read(ends[0], &told, 1), 1);
            if (i == 0) {
                EXPECT_EQ(error_of(Case::open(temp.path() / "case", Access::write)).code,
                          Errc::refused);
                Case reader = value_of(Case::open(temp.path() / "case", Access::read));
                EXPECT_GE(value_of(totals(reader, std::nullopt)).items, kBatch);
            }
        }
        ASSERT_EQ(::kill(child, SIGKILL), 0);
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ::close(ends[0]);
        EXPECT_TRUE(WIFSIGNALED(status));

        Case file = value_of(Case::open(temp.path() / "case", Access::write));
        expect_ok(file.check());
        const Totals totals = value_of(rempart::casefile::totals(file, std::nullopt));
        EXPECT_GE(totals.items, static_cast<std::uint64_t>(commits) * kBatch);
        EXPECT_EQ(totals.items % kBatch, 0U);
        EXPECT_EQ(totals.contents, totals.items);
        EXPECT_EQ(value_of(IngestWriter::open(file, 1)).next_seq(), totals.items);
    }
}

// Every way of reading, each of which must end with a value or an error.
int read_everything(const fs::path& folder, const fs::path& out) {
    auto file = Case::open(folder, Access::read);
    if (!file) {
        EXPECT_TRUE(file.error().code == Errc::malformed || file.error().code == Errc::io ||
                    file.error().code == Errc::unsupported)
            << name(file.error().code) << file.error().message;
        return 1;
    }
    int failed = 0;
    const auto count = [&](const auto& result) { failed += result ? 0 : 1; };
    count(file->check());
    count(exhibits(*file));
    count(each_item(*file, [](const ItemView&) { return Result<void>(); }));
    count(each_hit(*file, [](const HitView&) { return Result<void>(); }));
    count(each_content(*file, [](const ContentKeys&) { return Result<void>(); }));
    count(each_message(*file, [](const MessageView&) { return Result<void>(); }));
    count(all_media(*file));
    count(groups(*file));
    count(totals(*file, std::nullopt));
    count(find(*file, "train", [](const FoundView&) { return Result<void>(); }));
    count(export_canonical(*file, out));
    fs::remove(out);
    return failed;
}

class Damage : public ::testing::Test {
  protected:
    void SetUp() override {
        {
            Case file = new_case(temp_.path() / "case");
            fill_exhibit(file, "A", 1, 8);
            fill_list(file, "known", "alert", std::vector<std::uint64_t>{2, 3});
            match_list(file, "known");
            fill_groups(file);
        }
        bytes_ = bytes_of_file(temp_.path() / "case" / "case.sqlite");
        fs::create_directory(temp_.path() / "bad");
    }
    int read_with(const std::string& bytes) {
        for (const char* name : {"case.sqlite", "case.sqlite-wal", "case.sqlite-shm"}) {
            fs::remove(temp_.path() / "bad" / name);
        }
        std::ofstream(temp_.path() / "bad" / "case.sqlite", std::ios::binary) << bytes;
        return read_everything(temp_.path() / "bad", temp_.path() / "out.jsonl");
    }
    TempFolder temp_;
    std::string bytes_;
};

TEST_F(Damage, OfAnyKindGivesAnErrorAndNeverACrash) {
    ASSERT_EQ(read_with(bytes_), 0);
    std::mt19937 random(20'240'501);
    int noticed = 0;
    for (int i = 0; i < 100; ++i) {
        std::string bad = bytes_;
        const std::size_t at =
            i < 50 ? static_cast<std::size_t>(2 * i) // the header
                   : std::uniform_int_distribution<std::size_t>(0, bytes_.size() - 1)(random);
        bad[at] = static_cast<char>(bad[at] ^ (1 << (i % 8)));
        noticed += read_with(bad) > 0 ? 1 : 0;
    }
    EXPECT_GT(noticed, 5) << "a changed letter is a letter still; a changed structure is noticed";
    noticed = 0;
    for (int i = 0; i < 60; ++i) { // whole stretches, as a bad sector leaves them
        std::string bad = bytes_;
        const std::size_t at =
            512 * std::uniform_int_distribution<std::size_t>(0, bytes_.size() / 512 - 1)(random);
        bad.replace(at, 512, 512, i % 2 == 0 ? '\0' : '\xFF');
        noticed += read_with(bad) > 0 ? 1 : 0;
    }
    EXPECT_GT(noticed, 5);
}

TEST_F(Damage, ThatCutsTheFileShortIsNoticed) {
    const std::size_t page = 4096;
    for (std::size_t size = page; size < bytes_.size(); size += 5 * page) {
        EXPECT_GT(read_with(bytes_.substr(0, size)), 0) << size;
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{99}, page + 1}) {
        EXPECT_GT(read_with(bytes_.substr(0, size)), 0) << size;
    }
}

} // namespace
} // namespace rempart::casefile
