// SPDX-License-Identifier: Apache-2.0
// Real users of a real server: each tries what their role may and what it may not.
#include "rempart/casefile/roles.hpp"

#include <gtest/gtest.h>

#include "casefile/audited_change.hpp"
#include "casefile/postgres_driver.hpp"
#include "casefile/sample_case.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/decisions.hpp"
#include "rempart/casefile/work_queue.hpp"

namespace rempart::casefile {
namespace {

/// A case on a server with one user for each role, who is called as it is.
class Roles : public ::testing::Test {
  protected:
    Roles()
        : url_(PostgresServer::shared().fresh_database()),
          owner_(value_of(Case::create(url_, some_info()))) {
        fill_exhibit(owner_, "A", 1, 4);
        const std::array<std::uint64_t, 2> known{1, 2};
        fill_list(owner_, "known", "alert", known);
        match_list(owner_, "known");
        for (const RoleFacts& facts : kRoles) {
            add_user(std::string(facts.name));
            expect_ok(change_role(owner_, std::string(facts.name), facts.role, RoleChange::given));
        }
        add_user("stranger");
    }
    void add_user(const std::string& user) {
        expect_ok(owner_.database().exec(
            fmt::format("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') "
                        "THEN CREATE ROLE \"{0}\" LOGIN; END IF; END $$",
                        user)));
    }
    [[nodiscard]] std::string url_of(std::string_view user) const {
        std::string url = url_;
        const std::string_view owner = "rempart@";
        url.replace(url.find(owner), owner.size(), std::string(user) + "@");
        return url;
    }
    [[nodiscard]] Case as(std::string_view user) const {
        return value_of(Case::open(url_of(user), Access::write));
    }
    [[nodiscard]] Case as(Role role) const { return as(facts_of(role).name); }

    static bool may(Case& file, const std::string& sql) {
        const auto done = file.database().exec("BEGIN; " + sql);
        EXPECT_TRUE(done || done.error().code == Errc::refused) << sql << done.error().message;
        expect_ok(file.database().exec("ROLLBACK"));
        return done.has_value();
    }

    std::string url_;
    Case owner_;
};

TEST_F(Roles, OfANewCaseAreMadeWithItAndShutEverybodyElseOut) {
    const RoleState state = value_of(role_state(owner_));
    EXPECT_TRUE(state.enforced);
    ASSERT_EQ(state.members.size(), kRoles.size());
    EXPECT_EQ(state.members.front(), (RoleMember{"ingest", Role::ingest}));
    EXPECT_EQ(error_of(Case::open(url_of("stranger"), Access::read)).code, Errc::refused);
}

TEST_F(Roles, OpenTheCaseAndLogWhatTheyDoUnderTheirOwnName) {
    for (const RoleFacts& facts : kRoles) {
        Case file = as(facts.role);
        AuditEntry entry;
        entry.act = AuditAct::viewed;
        entry.who = "somebody@else";
        entry.purpose = "A test";
        value_of(record_act(file, entry));
        EXPECT_EQ(value_of(owner_.database().scalar(
                      "SELECT count(*) FROM audit_log WHERE record LIKE $1",
                      fmt::format("%\"viewed\",\"who\":\"{}@%", facts.name))),
                  1)
            << facts.name;
    }
    EXPECT_TRUE(value_of(verify_log(owner_, {}, {})).sound());
}

TEST_F(Roles, ReadWhatTheirTableSaysAndNothingElse) {
    struct Line {
        const char* table;
        std::vector<Role> readers;
    };
    using enum Role;
    const std::vector<Line> lines{
        {"items", {ingest, analyst, identification, reviewer, referral}},
        {"contents", {ingest, analyst, identification, reviewer, referral}},
        {"hits", {ingest, analyst, identification, reviewer, referral}},
        {"told_hits", {ingest, analyst, identification, reviewer, referral}},
        {"entry_feedback", {ingest, analyst, identification, reviewer}},
        {"occurrences", {ingest, analyst, identification, reviewer, referral}},
        {"messages", {analyst, identification, reviewer}},
        {"metadata", {ingest, analyst, identification, reviewer}},
        {"thumbnails", {ingest, identification, reviewer}},
        {"decisions", {analyst, identification, reviewer, referral, administrator}},
        {"audit_log", {auditor}},
        {"role_changes", {administrator}},
        {"case_info",
         {ingest, analyst, identification, reviewer, referral, auditor, administrator}},
    };
    for (const RoleFacts& facts : kRoles) {
        Case file = as(facts.role);
        for (const Line& line : lines) {
            const bool expected = std::find(line.readers.begin(), line.readers.end(), facts.role) !=
                                  line.readers.end();
            EXPECT_EQ(may(file, fmt::format("SELECT * FROM {}", line.table)), expected)
                << facts.name << " reads " << line.table;
        }
    }
}

TEST_F(Roles, ChangeNoEvidenceAndNoRecordOfTheLog) {
    for (const RoleFacts& facts : kRoles) {
        Case file = as(facts.role);
        for (const char* sql :
             {"DELETE FROM audit_log", "UPDATE audit_log SET leaf = ''", "TRUNCATE audit_log",
              "DELETE FROM items", "UPDATE items SET path = ''", "DELETE FROM messages",
              "DELETE FROM thumbnails", "UPDATE case_info SET purpose = ''",
              "DELETE FROM decisions", "DELETE FROM role_changes",
              "INSERT INTO role_changes (at_us, changed_by, person, role, given) "
              "VALUES (0, '', '', '', 1)",
              "ALTER TABLE audit_log DISABLE TRIGGER ALL", "DROP TABLE items",
              "CREATE TABLE mine (id int)", "SET session_replication_role = replica",
              "SET ROLE rempart"}) {
            EXPECT_FALSE(may(file, sql)) << facts.name << ": " << sql;
        }
        EXPECT_FALSE(may(file, "INSERT INTO audit_log (idx, record, leaf) VALUES (999, "
                               "'{\"who\":\"rempart@lab\"}', '')"))
            << facts.name << " writes in another's name";
        EXPECT_FALSE(may(file, fmt::format("INSERT INTO audit_log (idx, record, leaf) VALUES "
                                           "(999, '{{\"who\":\"{}@other@lab\"}}', '')",
                                           facts.name)));
    }
}

TEST_F(Roles, KeepTheLogWholeBeforeItsOwnerToo) {
    EXPECT_FALSE(may(owner_, "DELETE FROM audit_log"));
    EXPECT_FALSE(may(owner_, "UPDATE audit_log SET leaf = ''"));
    EXPECT_FALSE(may(owner_, "TRUNCATE audit_log"));
    EXPECT_TRUE(may(owner_, "ALTER TABLE audit_log DISABLE TRIGGER ALL; DELETE FROM audit_log"))
        << "what docs/roles.md says that an owner can do";
}

TEST_F(Roles, LetAnIngestOperatorReadEvidenceIn) {
    {
        Case file = as(Role::ingest);
        fill_exhibit(file, "B", 3, 6);
        const std::array<std::uint64_t, 2> known{3, 9};
        fill_list(file, "more", "note", known);
        match_list(file, "more");
    }
    EXPECT_TRUE(value_of(verify_log(owner_, {}, {})).sound());
    for (const Role role : {Role::analyst, Role::reviewer, Role::auditor, Role::administrator}) {
        Case file = as(role);
        EXPECT_EQ(error_of(add_exhibit(file, some_exhibit("C"))).code, Errc::refused)
            << facts_of(role).name;
    }
}

TEST_F(Roles, LetWhoeverAddsListsSwitchEntriesAndWhoeverLooksJudgeThem) {
    EntryChange change{
        .list = "known", .entries = {1}, .act = EntryAct::disabled, .reason = "Wrong"};
    const Feedback feedback{
        .list = "known", .entry = 1, .sha256 = digest_of(1), .confirmed = false, .note = ""};
    using enum Role;
    for (const RoleFacts& facts : kRoles) {
        Case file = as(facts.role);
        const bool looks =
            facts.role == ingest || facts.role == identification || facts.role == reviewer;
        EXPECT_EQ(give_feedback(file, feedback).has_value(), looks) << facts.name;
        EXPECT_EQ(switch_entries(file, change).has_value(), facts.role == ingest) << facts.name;
        change.act = EntryAct::enabled; // there is something to change for those who follow
        EXPECT_FALSE(may(file, "INSERT INTO entry_feedback (list_id, entry, content_id, verdict, "
                               "note, who, at_us) VALUES (1, 1, 1, 'confirmed', '', 'rempart', 1)"))
            << facts.name << " judges in another's name";
        EXPECT_FALSE(may(file, "UPDATE entry_feedback SET verdict = 'confirmed'")) << facts.name;
        EXPECT_FALSE(may(file, "DELETE FROM entry_acts")) << facts.name;
    }
    EXPECT_FALSE(may(owner_, "UPDATE entry_acts SET reason = 'x'"));
    EXPECT_EQ(value_of(entry_acts(owner_, 1, 1)).at(0).who, "ingest");
    EXPECT_TRUE(value_of(verify_log(owner_, {}, {})).sound());
}

TEST_F(Roles, AreGivenByAnAdministratorToOthersOnly) {
    Case administrator = as(Role::administrator);
    add_user("ada");
    expect_ok(change_role(administrator, "ada", Role::analyst, RoleChange::given));
    {
        Case ada = as("ada");
        EXPECT_TRUE(may(ada, "SELECT * FROM messages"));
        EXPECT_EQ(error_of(change_role(ada, "stranger", Role::analyst, RoleChange::given)).code,
                  Errc::refused);
        EXPECT_FALSE(may(ada, "SELECT rempart_change_role('stranger', 'analyst', true)"));
        expect_ok(change_role(administrator, "ada", Role::analyst, RoleChange::withdrawn));
        EXPECT_FALSE(may(ada, "SELECT * FROM messages")) << "at once, in an open session";
    }
    EXPECT_EQ(error_of(Case::open(url_of("ada"), Access::read)).code, Errc::refused);
    EXPECT_EQ(
        error_of(change_role(administrator, "administrator", Role::analyst, RoleChange::given))
            .code,
        Errc::refused);
    EXPECT_FALSE(may(administrator, "SELECT rempart_change_role('administrator', 'analyst', "
                                    "true)"));
    EXPECT_EQ(
        error_of(change_role(administrator, "ada", Role::analyst, RoleChange::withdrawn)).code,
        Errc::invalid_argument);
    EXPECT_EQ(
        error_of(change_role(administrator, "nobody\" here", Role::analyst, RoleChange::given))
            .code,
        Errc::invalid_argument);
    EXPECT_EQ(
        error_of(change_role(administrator, "auditor", Role::analyst, RoleChange::given)).code,
        Errc::invalid_argument)
        << "who reads the log does nothing that stands in it";
    EXPECT_TRUE(value_of(verify_log(owner_, {}, {})).sound());
}

TEST_F(Roles, TakeNamesThatNeedQuotes) {
    const std::string user = "O'Hara \"x\"; DROP";
    expect_ok(
        owner_.database().exec("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname "
                               "= 'O''Hara \"x\"; DROP') THEN "
                               "CREATE ROLE \"O'Hara \"\"x\"\"; DROP\" LOGIN; END IF; END $$"));
    expect_ok(change_role(owner_, user, Role::analyst, RoleChange::given));
    const auto members = value_of(role_state(owner_)).members;
    EXPECT_NE(std::find(members.begin(), members.end(), RoleMember{user, Role::analyst}),
              members.end());
    expect_ok(change_role(owner_, user, Role::analyst, RoleChange::withdrawn));
}

TEST_F(Roles, GivenPastTheLogAreNamedByAVerification) {
    Case administrator = as(Role::administrator);
    add_user("bela");
    expect_ok(
        administrator.database().exec("SELECT rempart_change_role('bela', 'reviewer', true)"));
    const AuditVerdict found = value_of(verify_log(owner_, {}, {}));
    ASSERT_FALSE(found.sound());
    EXPECT_EQ(found.faults.front().kind, AuditFaultKind::row_inserted);
    EXPECT_EQ(found.faults.front().table, "role_changes");
}

TEST_F(Roles, LetOnlyAReviewerDecideAndNeverOnTheirOwnRequest) {
    Case analyst = as(Role::analyst);
    Case reviewer = as(Role::reviewer);
    const RowId asked =
        value_of(ask_decision(analyst, DecisionKind::export_out, "digest 1", "For the court"));
    const RowId own =
        value_of(ask_decision(reviewer, DecisionKind::erasure, "exhibit A", "No longer needed"));
    EXPECT_EQ(error_of(decide(reviewer, own, Verdict::approved, "")).code, Errc::refused);
    for (const char* decided_by : {"reviewer", "somebody"}) {
        EXPECT_FALSE(may(reviewer, fmt::format("UPDATE decisions SET decided_by = '{}', "
                                               "decided_us = 1, verdict = 'approved', note = '' "
                                               "WHERE id = {}",
                                               decided_by, own)));
    }
    for (const Role role :
         {Role::ingest, Role::identification, Role::referral, Role::auditor, Role::administrator}) {
        Case file = as(role);
        EXPECT_EQ(error_of(decide(file, asked, Verdict::approved, "")).code, Errc::refused)
            << facts_of(role).name;
    }
    EXPECT_EQ(error_of(decide(owner_, asked, Verdict::approved, "")).code, Errc::refused)
        << "the owner of the database is no reviewer";
    EXPECT_FALSE(may(analyst, "INSERT INTO decisions (kind, subject, reason, asked_by, asked_us) "
                              "VALUES ('export', 'x', 'x', 'reviewer', 1)"))
        << "in another's name";
    expect_ok(decide(reviewer, asked, Verdict::approved, "Seen"));
    EXPECT_FALSE(
        may(reviewer, fmt::format("UPDATE decisions SET note = 'x' WHERE id = {}", asked)));
    EXPECT_FALSE(may(owner_, fmt::format("UPDATE decisions SET subject = 'x' WHERE id = {}", own)));
    EXPECT_FALSE(may(owner_, "DELETE FROM decisions"));
    EXPECT_TRUE(value_of(verify_log(owner_, {}, {})).sound());
}

TEST_F(Roles, StayWithTheirCase) {
    const std::string other = PostgresServer::shared().fresh_database();
    Case second = value_of(Case::create(other, some_info()));
    url_ = other;
    EXPECT_EQ(error_of(Case::open(url_of("analyst"), Access::read)).code, Errc::refused);
}

TEST_F(Roles, AreMissingWhereTheServerDoesNotLetThemBeMadeAndAreMadeLater) {
    add_user("maker");
    url_ = PostgresServer::shared().fresh_database();
    const std::string name = url_.substr(url_.find("@/") + 2, url_.find('?') - url_.find("@/") - 2);
    expect_ok(owner_.database().exec(fmt::format("ALTER DATABASE {} OWNER TO maker", name)));
    Case file = value_of(Case::create(url_of("maker"), some_info()));
    EXPECT_FALSE(value_of(role_state(file)).enforced);
    EXPECT_EQ(error_of(enforce_roles(file)).code, Errc::refused);
    fill_exhibit(file, "A", 1, 3);
    expect_ok(owner_.database().exec("ALTER ROLE maker CREATEROLE"));
    expect_ok(enforce_roles(file));
    EXPECT_TRUE(value_of(role_state(file)).enforced);
    expect_ok(change_role(file, "analyst", Role::analyst, RoleChange::given));
    Case analyst = as(Role::analyst);
    EXPECT_TRUE(may(analyst, "SELECT * FROM messages"));
    expect_ok(owner_.database().exec("ALTER ROLE maker NOCREATEROLE"));
}

TEST(RolesOfAFolder, DoNotExist) {
    const TempFolder temp;
    Case file = value_of(Case::create(temp.path() / "case", some_info()));
    EXPECT_FALSE(value_of(role_state(file)).enforced);
    EXPECT_EQ(error_of(enforce_roles(file)).code, Errc::unsupported);
    EXPECT_EQ(error_of(change_role(file, "ada", Role::analyst, RoleChange::given)).code,
              Errc::unsupported);
}

} // namespace
} // namespace rempart::casefile
