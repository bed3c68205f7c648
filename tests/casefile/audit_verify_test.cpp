// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/audit_verify.hpp"

#include <gtest/gtest.h>

#include "casefile/audit_log.hpp"
#include "casefile/audit_record.hpp"
#include "casefile/case_fixture.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

constexpr RowId kAll = 1'000'000;

AuditEntry some_act(AuditAct act) {
    AuditEntry entry;
    entry.act = act;
    entry.who = "ada@lab";
    entry.at = TimeValue::utc(1'700'000'000);
    entry.purpose = "A test";
    return entry;
}

void log(Case& file, const AuditEntry& entry) {
    value_of(record_act(file, entry));
}

/// Whoever tampers with a database can switch its own checks off.
void ignore_references(Case& file) {
    expect_ok(file.database().exec(file.on_server() ? "SET session_replication_role = replica"
                                                    : "PRAGMA foreign_keys = OFF"));
}

/// A case with 70 records: an exhibit, a list with its hits, then viewing.
class AuditVerify : public ::testing::Test {
  protected:
    AuditVerify() : file_(new_case(temp_.path() / "case")) {
        fill_exhibit(file_, "A", 1, 6);
        const std::array<std::uint64_t, 5> numbers{1, 2, 3, 4, 5};
        fill_list(file_, "known", "alert", numbers);
        match_list(file_, "known");
        fill_decisions(file_);
        fill_entry_acts(file_, "known", 1);
        while (value_of(audit_head(file_.database())).size < 70) {
            log(file_, some_act(AuditAct::viewed));
        }
        ignore_references(file_);
    }

    AuditVerdict verdict(std::span<const KeptCheckpoint> kept = {},
                         const std::optional<audit::PublicKey>& key = {}) {
        return value_of(verify_log(file_, kept, key));
    }
    /// The first fault after that tampering.
    AuditFault after(const std::string& sql, std::span<const KeptCheckpoint> kept = {},
                     const std::optional<audit::PublicKey>& key = {}) {
        expect_ok(file_.database().exec(sql.c_str()));
        const AuditVerdict found = verdict(kept, key);
        EXPECT_FALSE(found.sound()) << sql;
        return found.sound() ? AuditFault{} : found.faults.front();
    }
    /// Gives record `index` another purpose and the leaf that fits.
    void forge(std::uint64_t index) {
        AuditEntry entry = some_act(AuditAct::viewed);
        entry.purpose = "Another";
        const std::string text = audit_record_text(index, entry);
        expect_ok(file_.database().run("UPDATE audit_log SET record = $1, leaf = $2 WHERE idx = $3",
                                       text, audit::leaf_hash(bytes_of(text)), index));
    }
    /// Makes nodes and head fit the records that are there, as an administrator could.
    void rebuild_tree() {
        Database& database = file_.database();
        audit::Frontier tree;
        std::vector<audit::Hash> leaves;
        expect_ok(
            database.each("SELECT leaf FROM audit_log ORDER BY idx", [&](Row& row) -> Result<void> {
                row.take(leaves.emplace_back());
                return {};
            }));
        expect_ok(database.exec("DELETE FROM audit_nodes"));
        for (const audit::Hash& leaf : leaves) {
            tree.append(leaf, [&](unsigned height, std::uint64_t at, const audit::Hash& hash) {
                if (height % kNodeStride == 0) {
                    expect_ok(database.run("INSERT INTO audit_nodes VALUES ($1, $2, $3)", height,
                                           at, hash));
                }
            });
        }
        expect_ok(database.run("UPDATE audit_head SET size = $1, frontier = $2", tree.size(),
                               tree.serialised()));
    }
    KeptCheckpoint kept(const audit::SigningKey& key) {
        return {"kept", audit::sign_checkpoint(
                            {log_origin(file_.info()), value_of(audit_head(file_.database()))}, key)
                            .value()};
    }

    TempFolder temp_;
    Case file_;
};

TEST_F(AuditVerify, FindsNothingInWhatIsAsItWasWritten) {
    const AuditVerdict found = verdict();
    EXPECT_TRUE(found.sound()) << found.faults.at(0).what;
    EXPECT_EQ(found.tree, value_of(audit_head(file_.database())));
    EXPECT_GE(found.seals, 10U);
    EXPECT_GE(found.rows, 50U);
}

TEST_F(AuditVerify, NamesARecordThatWasEdited) {
    const AuditFault fault = after("UPDATE audit_log SET record = replace(record, 'A test', 'None')"
                                   " WHERE idx >= 41");
    EXPECT_EQ(fault.kind, AuditFaultKind::record_edited);
    EXPECT_EQ(fault.record, 41U);
}

TEST_F(AuditVerify, NamesARecordThatWasDeleted) {
    for (const int index : {40, 0, 69}) {
        expect_ok(file_.database().exec("BEGIN"));
        const AuditFault fault = after(fmt::format("DELETE FROM audit_log WHERE idx = {}", index));
        EXPECT_EQ(fault.kind,
                  index == 69 ? AuditFaultKind::tail_cut : AuditFaultKind::record_missing);
        EXPECT_EQ(fault.record, static_cast<std::uint64_t>(index));
        expect_ok(file_.database().exec("ROLLBACK"));
    }
}

TEST_F(AuditVerify, NamesTheFirstOfTwoRecordsThatWereSwapped) {
    const AuditFault fault = after("UPDATE audit_log SET idx = -30 WHERE idx = 30; "
                                   "UPDATE audit_log SET idx = 30 WHERE idx = 50; "
                                   "UPDATE audit_log SET idx = 50 WHERE idx = -30");
    EXPECT_EQ(fault.kind, AuditFaultKind::record_moved);
    EXPECT_EQ(fault.record, 30U);
    ASSERT_EQ(verdict().faults.size(), 2U) << "and nothing that follows from it";
    EXPECT_EQ(verdict().faults[1].record, 50U);
    EXPECT_NE(fault.what.find("record 50 stands in the place of record 30"), std::string::npos);
}

TEST_F(AuditVerify, NamesWhereTheTailWasCut) {
    const AuditFault fault = after("DELETE FROM audit_log WHERE idx >= 60");
    EXPECT_EQ(fault.kind, AuditFaultKind::tail_cut);
    EXPECT_EQ(fault.record, 60U);
}

TEST_F(AuditVerify, FindsATailThatWasCutWithItsHeadByAKeptCheckpointOnly) {
    const auto key = std::move(audit::SigningKey::make()).value();
    const std::array checkpoints{kept(key)};
    expect_ok(file_.database().exec("DELETE FROM audit_log WHERE idx >= 60"));
    rebuild_tree();
    EXPECT_TRUE(verdict().sound()) << "which nothing within the case can tell";
    const AuditFault fault = verdict(checkpoints, key.public_key().value()).faults.at(0);
    EXPECT_EQ(fault.kind, AuditFaultKind::tail_cut);
    EXPECT_EQ(fault.record, 60U);
}

TEST_F(AuditVerify, NamesTheFewRecordsAmongWhichOneWasForgedWithItsLeaf) {
    forge(37);
    const AuditFault fault = verdict().faults.at(0);
    EXPECT_EQ(fault.kind, AuditFaultKind::tree_changed);
    EXPECT_EQ(fault.record, 32U);
    EXPECT_NE(fault.what.find("from 32 to 47"), std::string::npos) << fault.what;
}

TEST_F(AuditVerify, FindsAForgedRecordInTheOpenEndByTheHead) {
    forge(69); // of the node of records 68 and 69
    const AuditFault fault = verdict().faults.at(0);
    EXPECT_EQ(fault.kind, AuditFaultKind::tree_changed);
    EXPECT_EQ(fault.record, 68U);
}

TEST_F(AuditVerify, FindsARewrittenLogByACheckpointThatWasKept) {
    const auto key = std::move(audit::SigningKey::make()).value();
    const std::array checkpoints{kept(key)};
    log(file_, some_act(AuditAct::viewed));
    EXPECT_TRUE(verdict(checkpoints, key.public_key().value()).sound());
    forge(37);
    rebuild_tree();
    EXPECT_TRUE(verdict().sound()) << "which nothing within the case can tell";
    const AuditFault fault = verdict(checkpoints, key.public_key().value()).faults.at(0);
    EXPECT_EQ(fault.kind, AuditFaultKind::tree_changed);
}

TEST_F(AuditVerify, BelievesACheckpointOfItsOwnLogAndKeyOnly) {
    const auto key = std::move(audit::SigningKey::make()).value();
    const auto other = std::move(audit::SigningKey::make()).value();
    const std::array checkpoints{kept(key)};
    EXPECT_TRUE(verdict(checkpoints, key.public_key().value()).sound());
    EXPECT_EQ(verdict(checkpoints, other.public_key().value()).faults.at(0).kind,
              AuditFaultKind::checkpoint_bad);
    const std::array foreign{KeptCheckpoint{
        "foreign", audit::sign_checkpoint({"rempart/case/other", {1, {}}}, key).value()}};
    EXPECT_EQ(verdict(foreign, key.public_key().value()).faults.at(0).kind,
              AuditFaultKind::checkpoint_bad);
    const std::array broken{KeptCheckpoint{"broken", "no checkpoint"}};
    EXPECT_EQ(verdict(broken).faults.at(0).kind, AuditFaultKind::checkpoint_bad);
}

TEST_F(AuditVerify, FindsADamagedOrMissingHead) {
    expect_ok(file_.database().run("UPDATE audit_head SET frontier = $1", Bytes(1)));
    EXPECT_EQ(verdict().faults.at(0).kind, AuditFaultKind::head_damaged);
    EXPECT_EQ(after("DELETE FROM audit_head").kind, AuditFaultKind::head_damaged);
}

TEST_F(AuditVerify, NamesARowThatWasEditedInEveryTable) {
    fill_video(file_, "V"); // their tables are empty else
    fill_list_version(file_, "known");
    for (const SealedTableFacts& facts : sealed_tables()) {
        const SealedColumn& column = facts.columns.back();
        const char* value = column.kind == ColumnKind::integer ? "77"
                            : column.kind == ColumnKind::text  ? "'edited'"
                            : file_.on_server()                ? "'\\x00'"
                                                               : "x'00'";
        const RowId key = value_of(file_.database().scalar(fmt::format("SELECT max({}) FROM {}",
                                                                       facts.key, facts.name)))
                              .value();
        expect_ok(file_.database().exec("BEGIN"));
        const AuditFault fault = after(fmt::format("UPDATE {} SET {} = {} WHERE {} = {}",
                                                   facts.name, column.name, value, facts.key, key));
        EXPECT_EQ(fault.kind, AuditFaultKind::row_edited) << facts.name;
        EXPECT_EQ(fault.table, facts.name);
        EXPECT_EQ(fault.row, key) << facts.name;
        EXPECT_TRUE(fault.record.has_value());
        expect_ok(file_.database().exec("ROLLBACK"));
    }
}

TEST_F(AuditVerify, NamesARowThatWasDeletedOrInserted) {
    expect_ok(file_.database().exec("BEGIN"));
    AuditFault fault = after("DELETE FROM list_entries WHERE id = 3");
    EXPECT_EQ(fault.kind, AuditFaultKind::row_missing);
    EXPECT_EQ(fault.row, 3);
    const auto list_added = value_of(
        file_.database().scalar("SELECT idx FROM audit_log WHERE record LIKE '%list-added%'"));
    EXPECT_EQ(fault.record, static_cast<std::uint64_t>(list_added.value()));
    expect_ok(file_.database().exec("ROLLBACK; BEGIN"));
    fault = after("INSERT INTO list_entries SELECT 6, list_id, algorithm, value, entry, label, "
                  "category FROM list_entries WHERE id = 5");
    EXPECT_EQ(fault.kind, AuditFaultKind::row_inserted);
    EXPECT_EQ(fault.row, 6);
    expect_ok(file_.database().exec("ROLLBACK; BEGIN"));
    fault = after("DELETE FROM list_entries WHERE id = 3; UPDATE list_entries SET id = 3 "
                  "WHERE id = 4");
    EXPECT_EQ(fault.kind, AuditFaultKind::row_missing) << "renumbered";
    expect_ok(file_.database().exec("ROLLBACK; BEGIN"));
    fault = after("INSERT INTO item_unread VALUES (1, 0, 0, 1)");
    EXPECT_EQ(fault.kind, AuditFaultKind::row_inserted) << "before the first sealed key";
    EXPECT_EQ(fault.table, "item_unread");
    EXPECT_EQ(fault.row, 1);
    expect_ok(file_.database().exec("ROLLBACK"));
}

TEST_F(AuditVerify, NamesTheRangeOfASealWhoseMarksWereTamperedWith) {
    expect_ok(file_.database().exec("DELETE FROM audit_marks"));
    EXPECT_TRUE(verdict().sound());
    const AuditFault fault = after("UPDATE items SET path = 'other' WHERE id = 2");
    EXPECT_EQ(fault.kind, AuditFaultKind::row_edited);
    EXPECT_EQ(fault.table, "items");
    EXPECT_EQ(fault.row, std::nullopt);
}

TEST_F(AuditVerify, FollowsALawfulChange) {
    Database& database = file_.database();
    const auto change = [&](const std::string& sql, SealedTable table, RowId key) {
        RowSealer sealer;
        auto transaction = value_of(Transaction::begin(database));
        const auto was = value_of(unit_digest(database, table, key));
        expect_ok(database.exec(sql.c_str()));
        sealer.changed(table, key, was, value_of(unit_digest(database, table, key)));
        AuditEntry entry = some_act(AuditAct::rows_changed);
        sealer.move_into(entry);
        value_of(append(database, entry));
        expect_ok(transaction.commit());
    };
    change("UPDATE exhibits SET verification = 'verified'", SealedTable::exhibits, 1);
    change("UPDATE exhibits SET verification = 'failed'", SealedTable::exhibits, 1);
    change("INSERT INTO item_unread VALUES (2, 0, 0, 1)", SealedTable::item_unread, 2);
    change("DELETE FROM messages WHERE id = 6", SealedTable::messages, 6);
    change("DELETE FROM attachments WHERE message_id = 3", SealedTable::attachments, 3);
    EXPECT_TRUE(verdict().sound()) << verdict().faults.at(0).what;
    // The number of a removed row is used again, under a new seal.
    {
        auto transaction = value_of(Transaction::begin(database));
        expect_ok(database.exec("INSERT INTO messages SELECT 6, conversation_id, 99, native_id, "
                                "kind, sender_id, sender_name, 'again', sent_raw, edited_raw, "
                                "sent_utc_us, sent_utc_kind, sent_local_us, sent_local_kind, "
                                "edited_utc_us, edited_utc_kind, reply_to, forwarded_from, "
                                "service_action, members_json, extra_json, raw_offset, raw_size "
                                "FROM messages WHERE id = 5"));
        AuditEntry entry = some_act(AuditAct::ingest_commit);
        expect_ok(seal_stored(database, SealedTable::messages, 6, 6, entry.seals));
        value_of(append(database, entry));
        expect_ok(transaction.commit());
    }
    EXPECT_TRUE(verdict().sound()) << verdict().faults.at(0).what;
    expect_ok(database.exec("BEGIN"));
    EXPECT_EQ(after("UPDATE exhibits SET verification = 'verified'").kind,
              AuditFaultKind::row_edited);
    expect_ok(database.exec("ROLLBACK; BEGIN"));
    EXPECT_EQ(after("DELETE FROM item_unread WHERE item_id = 2").kind, AuditFaultKind::row_missing);
    expect_ok(database.exec("ROLLBACK; BEGIN"));
    EXPECT_EQ(after("UPDATE messages SET body = 'edited' WHERE id = 6").row, 6);
    expect_ok(database.exec("ROLLBACK"));
}

TEST(AuditVerifyOfAnEmptyCase, NamesARowThatNoRecordAccountsFor) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    EXPECT_TRUE(value_of(verify_log(file, {}, {})).sound());
    ignore_references(file);
    expect_ok(file.database().exec("INSERT INTO item_unread VALUES (5, 0, 0, 1)"));
    const AuditVerdict found = value_of(verify_log(file, {}, {}));
    ASSERT_EQ(found.faults.size(), 1U);
    EXPECT_EQ(found.faults[0].kind, AuditFaultKind::row_inserted);
    EXPECT_EQ(found.faults[0].record, std::nullopt);
    EXPECT_EQ(found.faults[0].table, "item_unread");
    EXPECT_EQ(found.faults[0].row, 5);
}

} // namespace
} // namespace rempart::casefile
