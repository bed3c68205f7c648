// SPDX-License-Identifier: Apache-2.0
#include "casefile/audit_log.hpp"

#include <gtest/gtest.h>

#include "casefile/audit_record.hpp"
#include "casefile/case_fixture.hpp"
#include "casefile/role_rights.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

std::vector<AuditRecord> records(Case& file) {
    std::vector<AuditRecord> all;
    expect_ok(file.database().each("SELECT record FROM audit_log ORDER BY idx",
                                   [&](Row& row) -> Result<void> {
                                       std::string text;
                                       row.take(text);
                                       all.push_back(value_of(parse_audit_record(text)));
                                       return {};
                                   }));
    return all;
}

AuditEntry some_act(std::string what) {
    AuditEntry entry;
    entry.act = AuditAct::viewed;
    entry.who = "ada@lab";
    entry.at = TimeValue::utc(1'700'000'000);
    entry.purpose = "Triage of exhibit A";
    entry.subject = {{"rows", std::move(what)}};
    return entry;
}

TEST(AuditLog, BeginsWithTheCaseAndSealsWhatItWasMadeAs) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    const auto all = records(file);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].index, 0U);
    EXPECT_EQ(all[0].entry.act, AuditAct::case_created);
    EXPECT_EQ(all[0].entry.who, value_of(actor_of(file.database())));
    EXPECT_EQ(all[0].entry.purpose, "A test");
    ASSERT_EQ(all[0].entry.seals.size(), 1U);
    EXPECT_EQ(all[0].entry.seals[0].table, "case_info");
    EXPECT_EQ(value_of(audit_head(file.database())).size, 1U);
}

TEST(AuditLog, RecordsAListWithTheSealOfItsEntries) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    const std::array<std::uint64_t, 3> numbers{1, 2, 3};
    fill_list(file, "first", "alert", numbers);
    fill_list(file, "second", "note", numbers);
    const auto all = records(file);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[2].entry.act, AuditAct::list_added);
    EXPECT_EQ(all[2].entry.subject[0], (AuditDetail{"list", "second"}));
    ASSERT_EQ(all[2].entry.seals.size(), 2U);
    std::vector<RowSeal> stored;
    expect_ok(seal_stored(file.database(), SealedTable::list_entries, 4, 6, stored));
    EXPECT_EQ(all[2].entry.seals[1].sha256, stored.at(0).sha256);
    EXPECT_EQ(value_of(file.database().scalar("SELECT count(*) FROM audit_marks")), 1 + 2 + 2);
}

TEST(AuditLog, KeepsTheTreeOfItsRecords) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    Database& database = file.database();
    for (int batch = 0; batch < 20; ++batch) {
        auto transaction = value_of(Transaction::begin(database));
        const std::vector<AuditEntry> acts(static_cast<std::size_t>(batch), some_act("items"));
        value_of(append(database, acts));
        expect_ok(transaction.commit());
    }
    audit::Frontier expected;
    std::vector<audit::Hash> leaves;
    expect_ok(
        database.each("SELECT record FROM audit_log ORDER BY idx", [&](Row& row) -> Result<void> {
            std::string text;
            row.take(text);
            leaves.push_back(audit::leaf_hash(bytes_of(text)));
            expected.append(leaves.back());
            return {};
        }));
    ASSERT_EQ(leaves.size(), 191U);
    EXPECT_EQ(value_of(audit_head(database)), (audit::TreeHead{191, expected.root()}));
    const audit::NodeSource nodes = [&](unsigned height, std::uint64_t index) {
        return stored_node(database, height, index);
    };
    for (std::uint64_t index = 0; index < leaves.size(); ++index) {
        const auto proof = value_of(audit::inclusion_proof(index, leaves.size(), nodes));
        expect_ok(
            audit::verify_inclusion(index, leaves[index], proof, value_of(audit_head(database))));
    }
}

TEST(AuditLog, RefusesADisclosureWithoutAPurpose) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    for (const AuditActFacts& facts : kAuditActs) {
        AuditEntry entry = some_act("items");
        entry.act = facts.act;
        entry.purpose = " \t";
        const auto logged = record_act(file, entry);
        EXPECT_EQ(logged.has_value(), !facts.needs_purpose) << facts.name;
        if (!logged) {
            EXPECT_EQ(logged.error().code, Errc::invalid_argument);
        }
    }
}

TEST(AuditLog, IsWrittenWithTheActOrNotAtAll) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    EXPECT_EQ(error_of(append(file.database(), some_act("items"))).code, Errc::invalid_argument);
    {
        auto transaction = value_of(Transaction::begin(file.database()));
        EXPECT_EQ(value_of(append(file.database(), some_act("items"))), 1U);
    }
    EXPECT_EQ(value_of(audit_head(file.database())).size, 1U) << "rolled back";
    EXPECT_EQ(records(file).size(), 1U);
}

TEST(AuditLog, IsWrittenForOneWhoReadsWhileAnotherHasTheCase) {
    const TempFolder temp;
    Case writer = new_case(temp.path() / "case");
    Case reader = value_of(Case::open(place_of(temp.path() / "case"), Access::read));
    EXPECT_EQ(value_of(record_act(reader, some_act("items"))), 1U);
    EXPECT_EQ(value_of(record_act(writer, some_act("hits"))), 2U);
    EXPECT_EQ(value_of(audit_head(reader.database())).size, 3U);
    const auto all = records(reader);
    EXPECT_EQ(all[1].entry.subject, some_act("items").subject);
    EXPECT_EQ(all[1].entry.at, TimeValue::utc(1'700'000'000));
}

TEST(AuditLog, OfAnOlderCaseBeginsWhenItIsFirstOpenedForWriting) {
    const TempFolder temp;
    const std::array<std::uint64_t, 2> numbers{1, 2};
    {
        Case file = new_case(temp.path() / "case");
        fill_list(file, "old", "alert", numbers);
        if (file.on_server()) {
            expect_ok(file.database().exec("ALTER TABLE audit_log DISABLE TRIGGER ALL"));
        }
        expect_ok(file.database().exec("DELETE FROM audit_log; DELETE FROM audit_head; "
                                       "DELETE FROM audit_nodes; DELETE FROM audit_marks"));
    }
    Case file = value_of(Case::open(place_of(temp.path() / "case"), Access::write));
    const auto all = records(file);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].entry.act, AuditAct::log_began);
    EXPECT_EQ(all[0].entry.seals.size(), 3U) << "case_info, lists, list_entries";
}

TEST(AuditLog, WithoutItsHeadTakesNothing) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    expect_ok(file.database().exec("UPDATE audit_head SET size = 2"));
    EXPECT_EQ(error_of(record_act(file, some_act("items"))).code, Errc::integrity);
    expect_ok(file.database().exec("DELETE FROM audit_head"));
    EXPECT_EQ(error_of(record_act(file, some_act("items"))).code, Errc::integrity);
}

TEST(AuditRecord, HasOneFormAndComesBackFromIt) {
    AuditEntry entry = some_act("a \"quoted\"\n\x01 \x7F été");
    entry.seals = {{.table = "items",
                    .first = -1,
                    .last = 5,
                    .count = 2,
                    .sha256 = digest_of(1),
                    .marks = {}}};
    entry.changes = {{"contents", 4, digest_of(2), std::nullopt},
                     {"contents", 5, std::nullopt, digest_of(3)}};
    const std::string text = audit_record_text(7, entry);
    EXPECT_TRUE(text.starts_with(
        R"({"v":1,"n":7,"act":"viewed","who":"ada@lab","at_us":1700000000000000,"purpose":)"))
        << text;
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const AuditRecord back = value_of(parse_audit_record(text));
    EXPECT_EQ(back.index, 7U);
    EXPECT_EQ(back.entry.subject, entry.subject);
    EXPECT_EQ(back.entry.changes, entry.changes);
    EXPECT_EQ(back.entry.seals[0].sha256, entry.seals[0].sha256);
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        EXPECT_FALSE(parse_audit_record(text.substr(0, cut)).has_value()) << cut;
    }
    for (const auto& [from, to] : {std::pair{"\"v\":1", "\"v\":2"},
                                   {"\"n\":7", "\"n\":07"},
                                   {"\"n\":7", "\"n\": 7"},
                                   {"viewed", "looked"},
                                   {"\\u0001", "\\u0041"},
                                   {"\\n", "\\u000a"},
                                   {"null", "nil"}}) {
        std::string other = text;
        other.replace(other.find(from), std::string_view(from).size(), to);
        EXPECT_FALSE(parse_audit_record(other).has_value()) << other;
    }
    EXPECT_FALSE(parse_audit_record(text + " ").has_value());
}

} // namespace
} // namespace rempart::casefile
