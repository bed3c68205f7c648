// SPDX-License-Identifier: Apache-2.0
/// A case goes from one store to the other and back, and nothing of it changes.
#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "casefile/case_tables.hpp"
#include "casefile/sample_case.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/export.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

using Rows = std::map<std::string, std::vector<std::string>>;

// Every row of every table as text, in the order of its key.
Rows rows_of(Case& file) {
    Rows all;
    for (const CaseTable& table : case_tables()) {
        const auto columns = value_of(columns_of(file.database(), table.name));
        std::string names;
        for (const TableColumn& column : columns) {
            names += (names.empty() ? "" : ", ") + column.name;
        }
        auto& rows = all[std::string(table.name)];
        Statement query = value_of(file.database().prepare(
            fmt::format("SELECT {} FROM {} ORDER BY {}", names, table.name, table.order)));
        query.start();
        expect_ok(query.each([&](Row& /*row*/) -> Result<void> {
            std::string text;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                const int at = static_cast<int>(i);
                const StatementDriver& row = query.driver();
                text += columns[i].name + '=';
                text += row.is_null(at)                         ? "null"
                        : columns[i].kind == ValueKind::integer ? std::to_string(row.integer(at))
                                                                : encode_hex(row.bytes(at));
                text += ' ';
            }
            rows.push_back(text);
            return {};
        }));
    }
    return all;
}

void expect_same_rows(const Rows& one, const Rows& other) {
    for (const auto& [table, rows] : one) {
        EXPECT_EQ(rows, other.at(table)) << table;
    }
}

// One row or more of every table.
void fill_everything(Case& file) {
    fill_exhibit(file, "A", 1, 3);
    fill_exhibit(file, "B", 3, 4);
    fill_list(file, "known", "alert", std::array<std::uint64_t, 2>{2, 3});
    match_list(file, "known");
    fill_video(file, "V");
    fill_groups(file);
    fill_decisions(file);
    fill_entry_acts(file, "V films", 90);
    fill_list_version(file, "V films");
    ExhibitRecord last = some_exhibit("C");
    last.error = Error{Errc::damaged, "an end"};
    const RowId id = value_of(add_exhibit(file, last));
    expect_ok(plan_work(file, id, std::array<PartRecord, 1>{}, true));
    const auto jobs = value_of(claim(file, {.worker = "w",
                                            .lease = std::chrono::milliseconds{0},
                                            .most = 1,
                                            .exhibit = {},
                                            .operation = {}}));
    expect_ok(add_failure(file, jobs.at(0), 3, Error{Errc::io, "a disk"}));
    WorkerRecord worker;
    worker.name = "w";
    expect_ok(report_worker(file, worker));
    AuditEntry viewed;
    viewed.act = AuditAct::viewed;
    viewed.who = "ada@lab";
    viewed.at = TimeValue::utc(1'700'000'000);
    viewed.purpose = "A test";
    for (int i = 0; i < 70; ++i) { // until the tree keeps nodes
        value_of(record_act(file, viewed));
    }
}

void expect_sound(Case& file) {
    expect_ok(file.check());
    const AuditVerdict verdict = value_of(verify_log(file, {}, {}));
    EXPECT_TRUE(verdict.sound()) << verdict.faults.at(0).what;
    EXPECT_GT(verdict.seals, 10U);
}

TEST(CaseTables, AreAllTablesOfTheSchema) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    std::vector<std::string> known;
    for (const CaseTable& table : case_tables()) {
        known.emplace_back(table.name);
    }
    for (const std::string_view table : derived_tables()) {
        if (!file.on_server() || !table.ends_with("_words")) {
            known.emplace_back(table);
        }
    }
    std::vector<std::string> stored;
    expect_ok(file.database().each(
        file.on_server()
            ? "SELECT CAST(tablename AS TEXT) FROM pg_catalog.pg_tables WHERE schemaname = 'public'"
            : "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
              "AND name NOT LIKE '%\\_words\\__%' ESCAPE '\\'",
        [&](Row& row) -> Result<void> {
            row.take(stored.emplace_back());
            return {};
        }));
    std::ranges::sort(known);
    std::ranges::sort(stored);
    EXPECT_EQ(stored, known) << "a new table belongs into case_tables.cpp";
}

TEST(CaseImport, LosesNothingOnTheWayToAServerAndBack) {
    const TempFolder temp;
    Case first = new_case(temp.path() / "case");
    fill_everything(first);
    const Rows rows = rows_of(first);
    for (const auto& [table, stored] : rows) {
        EXPECT_FALSE(stored.empty()) << table;
    }
    const std::string canonical = canonical_of(first, temp.path() / "0.jsonl");
    expect_sound(first);
    expect_ok(export_database(first, temp.path() / "1.sqlite"));

    const std::string url = PostgresServer::shared().fresh_database();
    expect_ok(import_case(temp.path() / "1.sqlite", url));
    Case second = value_of(Case::open(url, Access::write));
    expect_same_rows(rows, rows_of(second));
    EXPECT_EQ(canonical_of(second, temp.path() / "1.jsonl"), canonical);
    expect_sound(second);
    expect_ok(export_database(second, temp.path() / "2.sqlite"));

    expect_ok(import_case(temp.path() / "2.sqlite", temp.path() / "third"));
    Case third = value_of(Case::open(temp.path() / "third", Access::write));
    EXPECT_EQ(third.info().id, first.info().id);
    expect_same_rows(rows, rows_of(third));
    EXPECT_EQ(canonical_of(third, temp.path() / "2.jsonl"), canonical);
    expect_sound(third);

    for (Case* file : {&second, &third}) { // both go on
        const auto before = value_of(exhibits(*file)).size();
        fill_exhibit(*file, "later", 7, 8);
        EXPECT_EQ(value_of(exhibits(*file)).size(), before + 1);
        EXPECT_EQ(value_of(exhibits(*file)).back().id, static_cast<RowId>(before + 1));
        int found = 0;
        expect_ok(find(*file, "train", [&](const FoundView&) -> Result<void> {
            ++found;
            return {};
        }));
        EXPECT_EQ(found, 18);
        expect_sound(*file);
    }
}

TEST(CaseImport, RefusesWhatIsNoCaseAndAPlaceThatIsTaken) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    fill_exhibit(file, "A", 1, 2);
    const fs::path whole = temp.path() / "whole.sqlite";
    expect_ok(export_database(file, whole));
    const std::string url = PostgresServer::shared().fresh_database();
    EXPECT_EQ(error_of(import_case(temp.path() / "absent", url)).code, Errc::not_found);
    std::ofstream(temp.path() / "text") << "no case";
    EXPECT_FALSE(import_case(temp.path() / "text", url).has_value());
    std::string bytes = bytes_of_file(whole);
    bytes.resize(bytes.size() / 2);
    std::ofstream(temp.path() / "half", std::ios::binary) << bytes;
    EXPECT_FALSE(import_case(temp.path() / "half", url).has_value());
    EXPECT_FALSE(import_case(temp.path() / "half", temp.path() / "new").has_value());
    EXPECT_FALSE(fs::exists(temp.path() / "new")) << "nothing half";
    fs::create_directory(temp.path() / "taken");
    EXPECT_EQ(error_of(import_case(whole, temp.path() / "taken")).code, Errc::invalid_argument);
    expect_ok(import_case(whole, url)); // the failures left the database empty
    EXPECT_EQ(error_of(import_case(whole, url)).code, Errc::invalid_argument);
}

} // namespace
} // namespace rempart::casefile
