// SPDX-License-Identifier: Apache-2.0
// Cases in folders or on a server, and a memory that is always on one.
#include "rempart/casefile/memory.hpp"

#include <map>

#include <gtest/gtest.h>

#include "casefile/postgres_driver.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

constexpr const char* kPurpose = "Series that another unit works on";

std::string hex_of(std::uint64_t number) {
    return encode_hex(digest_of(number));
}

/// Case A holds the pictures 1 to 6, case B 4 to 9, case C 6 to 7.
class MemoryTest : public ::testing::Test {
  protected:
    MemoryTest()
        : url_(PostgresServer::shared().fresh_database()),
          memory_(value_of(Memory::create(url_, memory_info()))), a_(case_of("A", 1, 6)),
          b_(case_of("B", 4, 9)), c_(case_of("C", 6, 7)) {}

    static MemoryInfo memory_info() {
        MemoryInfo info = some_info();
        info.name = "Memory of the lab";
        info.purpose = "To find series across cases";
        return info;
    }
    Case case_of(const std::string& name, std::uint64_t first, std::uint64_t last) {
        CaseInfo info = some_info();
        info.name = "Case " + name;
        info.authority = "Unit " + name;
        Case file = value_of(Case::create(place_of(temp_.path() / name), info));
        fill_exhibit(file, "phone of " + name, first, last);
        return file;
    }
    ShareCounts share_all(Case& file, std::size_t batch = kShareBatch) {
        return value_of(share(file, memory_, kPurpose, batch));
    }
    std::vector<SeenElsewhere> answers_to(Case& file, AskCounts* counts = nullptr) {
        std::vector<SeenElsewhere> all;
        const AskCounts found =
            value_of(ask(file, memory_, kPurpose, [&](const SeenElsewhere& seen) -> Result<void> {
                all.push_back(seen);
                return {};
            }));
        if (counts != nullptr) {
            *counts = found;
        }
        return all;
    }
    /// "<sha256> <case> <exhibit>" of each answer.
    std::vector<std::string> told_to(Case& file) {
        std::vector<std::string> all;
        for (const SeenElsewhere& seen : answers_to(file)) {
            all.push_back(fmt::format("{} {} {}", seen.sha256, seen.case_name, seen.case_exhibit));
        }
        return all;
    }
    std::int64_t number(const std::string& sql) {
        return value_of(memory_.database().scalar(sql)).value_or(-1);
    }
    static std::vector<std::string> records(Database& database, std::string_view act) {
        std::vector<std::string> all;
        expect_ok(database.each(
            "SELECT record FROM audit_log WHERE record LIKE $1 ORDER BY idx",
            [&](Row& row) -> Result<void> {
                row.take(all.emplace_back());
                return {};
            },
            fmt::format("%\"act\":\"{}\"%", act)));
        return all;
    }
    bool sound() { return value_of(verify_log(memory_)).sound(); }
    void tamper(const std::string& sql) {
        expect_ok(memory_.database().exec("SET session_replication_role = replica; " + sql));
    }
    void add_user(const std::string& user, const std::string& role) {
        expect_ok(memory_.database().exec(
            fmt::format("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') "
                        "THEN CREATE ROLE {0} LOGIN; END IF; END $$",
                        user)));
        if (!role.empty()) {
            std::string id = memory_.info().id;
            std::erase(id, '-');
            expect_ok(memory_.database().exec(
                fmt::format("GRANT rempart_memory_{}_{} TO {}", id, role, user)));
        }
    }
    [[nodiscard]] std::string url_of(std::string_view user) const {
        std::string url = url_;
        const std::string_view owner = "rempart@";
        return url.replace(url.find(owner), owner.size(), std::string(user) + "@");
    }

    TempFolder temp_;
    std::string url_;
    Memory memory_;
    Case a_, b_, c_;
};

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

TEST_F(MemoryTest, TellsAThirdCaseOfBothInTheOrderOfDigestsThenOfTimes) {
    share_all(b_);
    share_all(a_);
    // 6 was seen in A (read at 1 s) before B (at 4 s), although B shared first; 7 only in B.
    std::vector<std::string> expected{hex_of(6) + " Case A phone of A",
                                      hex_of(6) + " Case B phone of B",
                                      hex_of(7) + " Case B phone of B"};
    if (hex_of(7) < hex_of(6)) {
        std::rotate(expected.begin(), expected.begin() + 2, expected.end());
    }
    EXPECT_EQ(told_to(c_), expected);
    AskCounts counts;
    answers_to(c_, &counts);
    EXPECT_EQ(counts.found, 2U);
    EXPECT_EQ(counts.places, 3U);
}

TEST_F(MemoryTest, AnswersTheSameWhateverTheBatches) {
    // More contents than one look-up takes.
    Case many = case_of("many", 1, 2'345);
    Case more = case_of("more", 1'000, 3'400);
    share_all(many, 7);
    const auto by_seven = told_to(more);
    EXPECT_EQ(by_seven.size(), 1'346U);
    EXPECT_TRUE(std::is_sorted(by_seven.begin(), by_seven.end()));
    EXPECT_TRUE(sound());
    value_of(withdraw(many, memory_, kPurpose));
    share_all(many);
    EXPECT_EQ(told_to(more), by_seven);
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
    RowId exhibit = value_of(add_exhibit(a_, some_exhibit("stick of A")));
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

TEST_F(MemoryTest, NamesTheBatchThatWasTamperedWith) {
    share_all(a_, 2);
    share_all(b_, 2);
    const std::int64_t batch = number("SELECT max(batch) FROM memory_contents");
    struct Line {
        const char* sql;
        AuditFaultKind kind;
        const char* table;
    };
    const Line lines[] = {
        {"UPDATE memory_contents SET on_alert_list = 1 WHERE batch = {}",
         AuditFaultKind::row_edited, "memory_contents"},
        {"DELETE FROM memory_contents WHERE batch = {}", AuditFaultKind::row_missing,
         "memory_contents"},
        {"DELETE FROM memory_contents WHERE ctid = (SELECT max(ctid) FROM memory_contents "
         "WHERE batch = {})",
         AuditFaultKind::row_edited, "memory_contents"},
        {"INSERT INTO memory_contents VALUES ('\\x00', 1, {}, 1, 0)", AuditFaultKind::row_edited,
         "memory_contents"},
        {"INSERT INTO memory_contents VALUES ('\\x00', 1, 1{}, 1, 0)", AuditFaultKind::row_inserted,
         "memory_contents"},
        {"UPDATE memory_exhibits SET label = 'another' WHERE {} > 0", AuditFaultKind::row_edited,
         "memory_exhibits"},
        {"UPDATE memory_cases SET name = 'another' WHERE {} > 0", AuditFaultKind::row_edited,
         "memory_cases"},
        {"UPDATE memory_info SET purpose = 'another' WHERE {} > 0", AuditFaultKind::row_edited,
         "memory_info"},
    };
    for (const Line& line : lines) {
        expect_ok(memory_.database().exec("BEGIN"));
        tamper(fmt::format(fmt::runtime(line.sql), batch));
        const AuditVerdict verdict = value_of(verify_log(memory_));
        ASSERT_FALSE(verdict.sound()) << line.sql;
        EXPECT_EQ(verdict.faults[0].kind, line.kind) << line.sql;
        EXPECT_EQ(verdict.faults[0].table, line.table) << line.sql;
        expect_ok(memory_.database().exec("ROLLBACK"));
    }
    EXPECT_TRUE(sound());
    tamper("UPDATE audit_log SET record = replace(record, 'Series', 'Serien') WHERE idx = 1");
    EXPECT_EQ(value_of(verify_log(memory_)).faults.at(0).kind, AuditFaultKind::record_edited);
}

TEST_F(MemoryTest, NamesARemovalThatNoRecordAccountsFor) {
    share_all(a_);
    tamper("DELETE FROM memory_contents");
    EXPECT_EQ(value_of(verify_log(memory_)).faults.at(0).kind, AuditFaultKind::row_missing);
}

TEST_F(MemoryTest, LetsEachUserDoWhatTheirRoleMay) {
    share_all(a_);
    EXPECT_TRUE(value_of(totals(memory_)).enforced);
    add_user("giver", "contribute");
    add_user("asker", "ask");
    add_user("checker", "audit");
    add_user("outsider", "");
    EXPECT_EQ(error_of(Memory::open(url_of("outsider"), Access::read)).code, Errc::refused);

    Memory giver = value_of(Memory::open(url_of("giver"), Access::write));
    EXPECT_EQ(value_of(share(b_, giver, kPurpose)).added, 6U);
    EXPECT_EQ(value_of(withdraw(b_, giver, kPurpose)), 6U);

    Memory asker = value_of(Memory::open(url_of("asker"), Access::write));
    const auto ignore = [](const SeenElsewhere&) -> Result<void> { return {}; };
    EXPECT_EQ(value_of(ask(b_, asker, kPurpose, ignore)).found, 3U);
    EXPECT_EQ(error_of(share(b_, asker, kPurpose)).code, Errc::refused);
    EXPECT_EQ(error_of(withdraw(a_, asker, kPurpose)).code, Errc::refused);

    Memory checker = value_of(Memory::open(url_of("checker"), Access::write));
    EXPECT_EQ(error_of(ask(b_, checker, kPurpose, ignore)).code, Errc::refused);
    std::size_t seen = 0;
    expect_ok(each_log_record(checker, [&](std::uint64_t, const std::string&) -> Result<void> {
        ++seen;
        return {};
    }));
    EXPECT_GT(seen, 5U);
    const auto nothing = [](std::uint64_t, const std::string&) -> Result<void> { return {}; };
    EXPECT_EQ(error_of(each_log_record(asker, nothing)).code, Errc::refused);

    for (Memory* user : {&giver, &asker, &checker}) {
        for (const char* sql : {"DELETE FROM audit_log", "UPDATE audit_log SET leaf = ''",
                                "UPDATE memory_info SET purpose = ''", "TRUNCATE audit_log",
                                "UPDATE memory_contents SET case_no = 1", "DROP TABLE audit_log",
                                "UPDATE memory_cases SET name = ''"}) {
            EXPECT_EQ(error_of(user->database().exec(sql)).code, Errc::refused) << sql;
        }
    }
    EXPECT_EQ(number("SELECT count(*) FROM audit_log WHERE record LIKE '%\"who\":\"giver@%'"), 6);
    EXPECT_TRUE(sound());
}

TEST_F(MemoryTest, NeedsAServerAndADatabaseOfItsOwn) {
    EXPECT_EQ(error_of(Memory::create(temp_.path() / "memory", memory_info())).message,
              "a memory needs a server: postgresql://…, no folder");
    EXPECT_EQ(error_of(Memory::open(temp_.path(), Access::read)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(Memory::create(url_, memory_info())).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(Case::create(url_, some_info())).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(Case::open(url_, Access::write)).message, "it is a memory, not a case");
    EXPECT_EQ(error_of(Memory::open(PostgresServer::shared().fresh_database(), Access::read)).code,
              Errc::malformed);
    if (a_.on_server()) {
        const Error error = error_of(Memory::open(a_.place(), Access::write));
        EXPECT_EQ(error.code, Errc::malformed);
        EXPECT_EQ(error.message, "it is a case, not a memory");
    }
    for (std::string CaseInfo::* field :
         {&CaseInfo::name, &CaseInfo::authority, &CaseInfo::legal_basis, &CaseInfo::purpose,
          &CaseInfo::review_date}) {
        MemoryInfo info = memory_info();
        info.*field = " ";
        EXPECT_EQ(error_of(Memory::create(PostgresServer::shared().fresh_database(), info)).code,
                  Errc::invalid_argument);
    }
    EXPECT_EQ(value_of(Memory::open(url_, Access::read)).info().purpose, memory_info().purpose);
}

TEST_F(MemoryTest, SealsEveryColumnOfItsTables) {
    for (const SealedTableFacts& facts : sealed_memory_tables()) {
        EXPECT_EQ(sealed_table_named(facts.name), &facts);
        std::string left_out;
        expect_ok(memory_.database().each(
            "SELECT column_name::text FROM information_schema.columns WHERE table_schema = "
            "'public' AND table_name = $1 ORDER BY ordinal_position",
            [&](Row& row) -> Result<void> {
                std::string column;
                row.take(column);
                const bool sealed =
                    std::any_of(facts.columns.begin(), facts.columns.end(),
                                [&](const auto& own) { return own.name == column; });
                left_out += sealed || column == facts.key ? "" : column + ' ';
                return {};
            },
            facts.name));
        EXPECT_EQ(left_out, "") << facts.name;
    }
}

} // namespace
} // namespace rempart::casefile
