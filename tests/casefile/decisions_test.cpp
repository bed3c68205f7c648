// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/decisions.hpp"

#include <gtest/gtest.h>

#include "casefile/database.hpp"
#include "casefile/sample_case.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/roles.hpp"

namespace rempart::casefile {
namespace {

/// A case and two connections: of one who asks, and of another who may decide. In a folder there is
/// one user of the operating system only, so the request is made to be another's there.
class Decisions : public ::testing::Test {
  protected:
    Decisions() : asker_(new_case(temp_.path() / "case")) {}

    RowId ask(DecisionKind kind, const std::string& subject) {
        const RowId id = value_of(ask_decision(asker_, kind, subject, "For the court"));
        if (!asker_.on_server()) {
            expect_ok(asker_.database().run(
                "UPDATE decisions SET asked_by = 'another' WHERE id = $1", id));
        }
        return id;
    }
    Case& decider() {
        if (!asker_.on_server()) {
            return asker_;
        }
        if (!reviewer_) {
            expect_ok(asker_.database().exec(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rita') THEN "
                "CREATE ROLE rita LOGIN; END IF; END $$"));
            expect_ok(change_role(asker_, "rita", Role::reviewer, RoleChange::given));
            std::string url = asker_.place();
            url.replace(url.find("rempart@"), 8, "rita@");
            reviewer_ = value_of(Case::open(url, Access::write));
        }
        return *reviewer_;
    }

    TempFolder temp_;
    Case asker_;
    std::optional<Case> reviewer_;
};

TEST_F(Decisions, AreAskedByOneAndTakenByAnother) {
    const RowId id = ask(DecisionKind::export_out, "digest 1");
    EXPECT_FALSE(value_of(approved_decision(asker_, DecisionKind::export_out, "digest 1")));
    expect_ok(decide(decider(), id, Verdict::approved, "Seen"));
    const auto all = value_of(decisions(asker_));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].kind, DecisionKind::export_out);
    EXPECT_EQ(all[0].reason, "For the court");
    EXPECT_EQ(all[0].verdict, Verdict::approved);
    EXPECT_EQ(all[0].note, "Seen");
    EXPECT_NE(all[0].decided_by, all[0].asked_by);
    EXPECT_EQ(all[0].decided.kind, TimeKind::utc);
    const auto approved = value_of(approved_decision(asker_, DecisionKind::export_out, "digest 1"));
    ASSERT_TRUE(approved);
    EXPECT_EQ(approved->id, id);
    EXPECT_FALSE(value_of(approved_decision(asker_, DecisionKind::erasure, "digest 1")));
    EXPECT_FALSE(value_of(approved_decision(asker_, DecisionKind::export_out, "digest 2")));
}

TEST_F(Decisions, AreNotTakenByWhoAsked) {
    const RowId id =
        value_of(ask_decision(asker_, DecisionKind::erasure, "exhibit A", "No longer needed"));
    EXPECT_EQ(error_of(decide(asker_, id, Verdict::approved, "")).code, Errc::refused);
    // Past the program: the table itself takes no such row.
    EXPECT_FALSE(asker_.database()
                     .run("UPDATE decisions SET decided_by = asked_by, decided_us = 1, "
                          "verdict = 'approved', note = '' WHERE id = $1",
                          id)
                     .has_value());
    EXPECT_FALSE(value_of(approved_decision(asker_, DecisionKind::erasure, "exhibit A")));
    EXPECT_TRUE(value_of(verify_log(asker_, {}, {})).sound());
}

TEST_F(Decisions, AreTakenOnce) {
    const RowId id = ask(DecisionKind::list_publication, "known");
    expect_ok(decide(decider(), id, Verdict::refused, "Not yet"));
    EXPECT_EQ(error_of(decide(decider(), id, Verdict::approved, "")).code, Errc::refused);
    EXPECT_EQ(value_of(decisions(asker_)).at(0).verdict, Verdict::refused);
    EXPECT_EQ(error_of(decide(decider(), id + 1, Verdict::approved, "")).code, Errc::not_found);
}

TEST_F(Decisions, AreWithdrawnByALaterRefusal) {
    expect_ok(decide(decider(), ask(DecisionKind::export_out, "x"), Verdict::approved, ""));
    expect_ok(decide(decider(), ask(DecisionKind::export_out, "x"), Verdict::refused, ""));
    EXPECT_FALSE(value_of(approved_decision(asker_, DecisionKind::export_out, "x")));
}

TEST_F(Decisions, SayWhatAndWhyInValidText) {
    for (const auto& [subject, reason] :
         {std::pair<std::string, std::string>{"", "x"}, {"x", " \t"}, {"\xFF", "x"}}) {
        EXPECT_EQ(error_of(ask_decision(asker_, DecisionKind::erasure, subject, reason)).code,
                  Errc::invalid_argument);
    }
    EXPECT_TRUE(value_of(decisions(asker_)).empty());
}

TEST_F(Decisions, AreSealedByTheLog) {
    const RowId id =
        value_of(ask_decision(asker_, DecisionKind::erasure, "exhibit A", "No longer needed"));
    EXPECT_TRUE(value_of(verify_log(asker_, {}, {})).sound());
    expect_ok(asker_.database().exec(asker_.on_server() ? "SET session_replication_role = replica"
                                                        : "SELECT 1"));
    expect_ok(asker_.database().run("UPDATE decisions SET subject = 'x' WHERE id = $1", id));
    const AuditVerdict found = value_of(verify_log(asker_, {}, {}));
    ASSERT_FALSE(found.sound());
    EXPECT_EQ(found.faults.front().kind, AuditFaultKind::row_edited);
    EXPECT_EQ(found.faults.front().table, "decisions");
}

} // namespace
} // namespace rempart::casefile
