// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/memory.hpp"

#include <map>

#include <gtest/gtest.h>

#include "casefile/memory_fixture.hpp"
#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

TEST_F(MemoryTest, TellsWhatAnotherCaseHasSeenAndWhereFirst) {
    EXPECT_EQ(share_all(a_).added, 6U);
    AskCounts counts;
    const auto all = answers_to(b_, &counts);
    ASSERT_EQ(all.size(), 3U); // 4, 5, 6
    std::map<std::string, SeenElsewhere> by_digest;
    for (const SeenElsewhere& seen : all) {
        by_digest[seen.sha256] = seen;
    }
    EXPECT_EQ(counts.asked, 6U);
    EXPECT_EQ(counts.found, 3U);
    EXPECT_EQ(counts.places, 3U);
    ASSERT_TRUE(by_digest.contains(hex_of(5)));
    const SeenElsewhere& seen = by_digest[hex_of(5)];
    EXPECT_EQ(seen.size_bytes, 1005U);
    EXPECT_EQ(seen.mime, "image/jpeg");
    EXPECT_EQ(seen.exhibit, "phone of B");
    EXPECT_EQ(seen.case_id, a_.info().id);
    EXPECT_EQ(seen.case_name, "Case A");
    EXPECT_EQ(seen.authority, "Unit A");
    EXPECT_EQ(seen.case_exhibit, "phone of A");
    EXPECT_EQ(seen.first_read, TimeValue::utc(1));
    EXPECT_FALSE(seen.on_alert_list);
}

TEST_F(MemoryTest, TellsNothingOfACaseThatDidNotShare) {
    EXPECT_TRUE(answers_to(b_).empty());
    share_all(a_);
    answers_to(b_); // to ask is not to share
    EXPECT_TRUE(answers_to(a_).empty());
}

TEST_F(MemoryTest, NeverTellsACaseOfItself) {
    share_all(a_);
    share_all(b_);
    for (const SeenElsewhere& seen : answers_to(a_)) {
        EXPECT_EQ(seen.case_id, b_.info().id);
    }
    EXPECT_EQ(answers_to(a_).size(), 3U);
}

TEST_F(MemoryTest, TellsAThirdCaseOfBothInTheOrderOfDigestsThenOfTimesThenOfIds) {
    share_all(b_);
    share_all(a_);
    // 6 was seen in A (read at 1 s) before B (at 4 s), although B shared first; 7 only in B.
    std::vector<std::string> expected{hex_of(6) + " Case A phone of A",
                                      hex_of(6) + " Case B phone of B",
                                      hex_of(7) + " Case B phone of B"};
    if (hex_of(7) < hex_of(6)) {
        std::rotate(expected.begin(), expected.begin() + 2, expected.end());
    }
    for (const char* name : {"Case A", "Case B"}) { // whatever their ids
        expect_ok(memory_.database().exec(fmt::format(
            "UPDATE memory_cases SET case_id = name || '2';" // no two the same meanwhile
            "UPDATE memory_cases SET case_id = CASE name WHEN '{}' THEN 'x' ELSE 'y' "
            "END",
            name)));
        EXPECT_EQ(told_to(c_), expected);
    }
    AskCounts counts;
    answers_to(c_, &counts);
    EXPECT_EQ(counts.found, 2U);
    EXPECT_EQ(counts.places, 3U);
    // B is 'x' now, and at the same time it comes first; A is last at an unknown time.
    std::iter_swap(std::find(expected.begin(), expected.end(), hex_of(6) + " Case A phone of A"),
                   std::find(expected.begin(), expected.end(), hex_of(6) + " Case B phone of B"));
    for (const char* time : {"4000000", "NULL"}) {
        expect_ok(memory_.database().exec(fmt::format(
            "UPDATE memory_exhibits SET read_us = {} WHERE label = 'phone of A'", time)));
        EXPECT_EQ(told_to(c_), expected) << time;
    }
}

TEST_F(MemoryTest, AnswersTheSameWhateverTheBatches) {
    // More contents than one look-up takes.
    Case many = case_of("many", 1, 2'345);
    Case more = case_of("more", 1'000, 3'400);
    share_all(many, 101);
    const auto in_many = told_to(more);
    EXPECT_EQ(in_many.size(), 1'346U);
    EXPECT_TRUE(std::is_sorted(in_many.begin(), in_many.end()));
    EXPECT_TRUE(sound());
    value_of(withdraw(many, memory_, kPurpose));
    share_all(many);
    EXPECT_EQ(told_to(more), in_many);
}

TEST_F(MemoryTest, AddsOnlyWhatIsNewWhenACaseSharesAgain) {
    share_all(a_, 2);
    const std::int64_t records = number("SELECT count(*) FROM audit_log");
    const ShareCounts again = share_all(a_, 2);
    EXPECT_EQ(again.contents, 6U);
    EXPECT_EQ(again.added, 0U);
    EXPECT_EQ(again.updated, 0U);
    EXPECT_EQ(number("SELECT count(*) FROM audit_log"), records + 2); // begun, done
    fill_exhibit(a_, "laptop of A", 5, 8);
    EXPECT_EQ(share_all(a_, 2).added, 2U);
    EXPECT_EQ(number("SELECT count(*) FROM memory_contents"), 8);
    EXPECT_EQ(number("SELECT count(*) FROM memory_cases"), 1);
    // 5 and 6 stay where they were seen first.
    EXPECT_EQ(number("SELECT count(*) FROM memory_contents m JOIN memory_exhibits e ON e.id = "
                     "m.exhibit_no WHERE e.label = 'laptop of A'"),
              2);
    EXPECT_TRUE(sound());
}

TEST_F(MemoryTest, KnowsWhatIsOnAnAlertListAndLearnsItLater) {
    share_all(a_, 4);
    const std::array<std::uint64_t, 2> known{5, 6};
    fill_list(a_, "known", "alert", known);
    match_list(a_, "known");
    EXPECT_FALSE(answers_to(c_).at(0).on_alert_list);
    const ShareCounts again = share_all(a_, 4);
    EXPECT_EQ(again.added, 0U);
    EXPECT_EQ(again.updated, 2U);
    EXPECT_TRUE(answers_to(c_).at(0).on_alert_list);
    EXPECT_TRUE(sound());
}

TEST_F(MemoryTest, LeavesOutEmptyContentsAndWhatAnAllowListKnows) {
    const std::array<std::uint64_t, 1> harmless{4};
    fill_list(a_, "harmless", "allow", harmless);
    match_list(a_, "harmless");
    const RowId exhibit = value_of(add_exhibit(a_, some_exhibit("stick of A")));
    IngestWriter writer = value_of(IngestWriter::open(a_, exhibit));
    ContentRecord empty = some_content(77);
    empty.size_bytes = 0;
    const RowId content = value_of(writer.add_content(empty));
    expect_ok(writer.add_item(some_item(writer.next_seq(), "empty", content)));
    expect_ok(writer.commit());
    EXPECT_EQ(share_all(a_).contents, 5U);
    EXPECT_EQ(answers_to(b_).size(), 2U);
}

TEST_F(MemoryTest, HoldsNoPathNoNameOfAFileAndNoText) {
    share_all(a_);
    std::string columns;
    expect_ok(memory_.database().each(
        "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE "
        "table_schema = 'public' AND table_name IN ('memory_cases', 'memory_exhibits', "
        "'memory_contents') ORDER BY table_name COLLATE \"C\", ordinal_position",
        [&](Row& row) -> Result<void> {
            std::string column;
            row.take(column);
            columns += column + ' ';
            return {};
        }));
    EXPECT_EQ(columns, "memory_cases.id memory_cases.case_id memory_cases.name "
                       "memory_cases.authority memory_contents.sha256 memory_contents.case_no "
                       "memory_contents.batch memory_contents.exhibit_no "
                       "memory_contents.on_alert_list memory_exhibits.id memory_exhibits.case_no "
                       "memory_exhibits.label memory_exhibits.read_us memory_exhibits.read_kind ");
}

TEST_F(MemoryTest, ForgetsACaseThatWithdrawsButForItsIdInTheLog) {
    share_all(a_, 2);
    share_all(b_, 2);
    EXPECT_EQ(value_of(withdraw(a_, memory_, "The court's order")), 6U);
    EXPECT_EQ(number("SELECT count(*) FROM memory_contents"), 6);
    EXPECT_EQ(number("SELECT count(*) FROM memory_exhibits"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM memory_cases"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM audit_log WHERE record LIKE '%Case A%' OR record LIKE "
                     "'%phone of%'"),
              0);
    EXPECT_TRUE(answers_to(b_).empty());
    EXPECT_TRUE(sound());
    EXPECT_EQ(value_of(withdraw(a_, memory_, kPurpose)), 0U);
    EXPECT_EQ(share_all(a_, 2).added, 6U);
    EXPECT_EQ(answers_to(b_).size(), 3U);
    EXPECT_TRUE(sound());
}

TEST_F(MemoryTest, LogsEachActInBothLogsWithPurposeAndCounts) {
    share_all(a_);
    answers_to(b_);
    value_of(withdraw(a_, memory_, kPurpose));
    const auto outcome = [&](Case& file, std::string_view act, const std::string& counts) {
        const auto here = records(file.database(), act);
        ASSERT_EQ(here.size(), 2U) << act;
        const std::string subject =
            fmt::format(R"("subject":{{"memory":"{}","step":)", memory_.info().id);
        EXPECT_NE(here[0].find(subject + R"("begun"})"), std::string::npos) << here[0];
        EXPECT_NE(here[1].find(subject + "\"done\"," + counts), std::string::npos) << here[1];
        const auto there = records(memory_.database(), act);
        ASSERT_GE(there.size(), 2U) << act;
        const std::string other = fmt::format(R"("subject":{{"case":"{}","step":)", file.info().id);
        EXPECT_NE(there.front().find(other + R"("begun"})"), std::string::npos) << there[0];
        EXPECT_NE(there.back().find(other + "\"done\"," + counts), std::string::npos)
            << there.back();
        for (const std::string& record : {here[0], here[1], there.front(), there.back()}) {
            EXPECT_NE(record.find(kPurpose), std::string::npos) << record;
        }
    };
    outcome(a_, "memory-shared", R"("contents":"6","added":"6","updated":"0")");
    outcome(b_, "memory-asked", R"("asked":"6","found":"3","places":"3")");
    outcome(a_, "memory-withdrawn", R"("removed":"6")");
    EXPECT_TRUE(value_of(verify_log(a_, {}, {})).sound());
}

TEST_F(MemoryTest, DoesNothingWithoutAPurpose) {
    share_all(a_);
    const std::int64_t records_there = number("SELECT count(*) FROM audit_log");
    for (const char* blank : {"", " \t\n"}) {
        EXPECT_EQ(error_of(share(b_, memory_, blank)).code, Errc::invalid_argument);
        EXPECT_EQ(error_of(withdraw(a_, memory_, blank)).code, Errc::invalid_argument);
        EXPECT_EQ(error_of(ask(b_, memory_, blank,
                               [](const SeenElsewhere&) -> Result<void> {
                                   ADD_FAILURE() << "an answer without a purpose";
                                   return {};
                               }))
                      .code,
                  Errc::invalid_argument);
    }
    EXPECT_EQ(number("SELECT count(*) FROM audit_log"), records_there);
    EXPECT_EQ(number("SELECT count(*) FROM memory_contents"), 6);
    EXPECT_TRUE(records(b_.database(), "memory-shared").empty());
}

TEST_F(MemoryTest, CompletesAShareThatBrokeOffInTheMiddle) {
    // The server refuses the fourth of six contents: what came before is there with its record.
    std::vector<std::string> sorted;
    for (std::uint64_t i = 1; i <= 6; ++i) {
        sorted.push_back(hex_of(i));
    }
    std::sort(sorted.begin(), sorted.end());
    expect_ok(memory_.database().exec(fmt::format(
        "ALTER TABLE memory_contents ADD CONSTRAINT fault CHECK (sha256 <> '\\x{}')", sorted[3])));
    EXPECT_FALSE(share(a_, memory_, kPurpose, 2).has_value());
    EXPECT_EQ(number("SELECT count(*) FROM memory_contents"), 2);
    EXPECT_TRUE(sound());
    EXPECT_EQ(records(a_.database(), "memory-shared").size(), 1U);      // begun
    EXPECT_EQ(records(memory_.database(), "memory-shared").size(), 2U); // begun, rows
    expect_ok(memory_.database().exec("ALTER TABLE memory_contents DROP CONSTRAINT fault"));
    EXPECT_EQ(share_all(a_, 2).added, 4U);
    EXPECT_EQ(number("SELECT count(*) FROM memory_contents"), 6);
    EXPECT_EQ(records(a_.database(), "memory-shared").size(), 3U);
    EXPECT_TRUE(sound());
}

TEST_F(MemoryTest, TellsNothingThatItCouldNotLog) {
    share_all(a_);
    // The memory's log is full, as it were; the case's intent stands alone.
    expect_ok(memory_.database().exec(
        "ALTER TABLE audit_log ADD CONSTRAINT fault CHECK (record NOT LIKE '%memory-asked%')"));
    const auto asked = ask(b_, memory_, kPurpose, [](const SeenElsewhere&) -> Result<void> {
        ADD_FAILURE() << "an answer that is in one log only";
        return {};
    });
    EXPECT_FALSE(asked.has_value());
    const auto here = records(b_.database(), "memory-asked");
    ASSERT_EQ(here.size(), 1U);
    EXPECT_NE(here[0].find("begun"), std::string::npos);
    EXPECT_TRUE(sound());
}

} // namespace
} // namespace rempart::casefile
