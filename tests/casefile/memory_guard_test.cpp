// SPDX-License-Identifier: Apache-2.0
// What keeps a memory from being tampered with, and from being read by who may not.
#include <gtest/gtest.h>

#include "casefile/memory_fixture.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/sample_case.hpp"
#include "rempart/casefile/memory.hpp"

namespace rempart::casefile {
namespace {

class MemoryGuard : public MemoryTest {};

TEST_F(MemoryGuard, NamesTheBatchThatWasTamperedWith) {
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

TEST_F(MemoryGuard, NamesARemovalThatNoRecordAccountsFor) {
    share_all(a_);
    tamper("DELETE FROM memory_contents");
    EXPECT_EQ(value_of(verify_log(memory_)).faults.at(0).kind, AuditFaultKind::row_missing);
}

TEST_F(MemoryGuard, LetsEachUserDoWhatTheirRoleMay) {
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

TEST_F(MemoryGuard, NeedsAServerAndADatabaseOfItsOwn) {
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
    for (std::string CaseInfo::* const field :
         {&CaseInfo::name, &CaseInfo::authority, &CaseInfo::legal_basis, &CaseInfo::purpose,
          &CaseInfo::review_date}) {
        MemoryInfo info = memory_info();
        info.*field = " ";
        EXPECT_EQ(error_of(Memory::create(PostgresServer::shared().fresh_database(), info)).code,
                  Errc::invalid_argument);
    }
    EXPECT_EQ(value_of(Memory::open(url_, Access::read)).info().purpose, memory_info().purpose);
}

TEST_F(MemoryGuard, IsItsOwnersAloneWhereTheServerDoesNotLetRolesBeMade) {
    add_user("maker", "");
    add_user("outsider", "");
    const std::string lab = std::exchange(url_, PostgresServer::shared().fresh_database());
    const std::string name = url_.substr(url_.find("@/") + 2, url_.find('?') - url_.find("@/") - 2);
    expect_ok(memory_.database().exec(fmt::format("ALTER DATABASE {} OWNER TO maker", name)));
    {
        Memory own = value_of(Memory::create(url_of("maker"), memory_info()));
        EXPECT_FALSE(value_of(totals(own)).enforced);
        EXPECT_EQ(value_of(share(a_, own, kPurpose)).added, 6U);
        EXPECT_TRUE(value_of(verify_log(own)).sound());
    }
    EXPECT_EQ(error_of(Memory::open(url_of("outsider"), Access::read)).code, Errc::refused);
    url_ = lab;
}

TEST_F(MemoryGuard, SealsEveryColumnOfItsTables) {
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
