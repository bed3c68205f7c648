// SPDX-License-Identifier: Apache-2.0
#include "casefile/migrations.hpp"

#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/case_tables.hpp"
#include "casefile/content_index.hpp"
#include "casefile/postgres_driver.hpp"
#include "casefile/row_references.hpp"
#include "casefile/sqlite_driver.hpp"
#include "casefile/tallies.hpp"

namespace rempart::casefile {
namespace {

/// An empty database of either store.
std::unique_ptr<Database> empty_database(const std::filesystem::path& folder, Dialect dialect) {
    if (dialect == Dialect::postgres) {
        return std::make_unique<Database>(
            value_of(open_postgres(PostgresServer::shared().fresh_database(), Access::write)),
            Access::write);
    }
    const auto path = folder / "case.sqlite";
    std::ofstream(path).close();
    return std::make_unique<Database>(value_of(open_sqlite(path, Access::write, UniqueFd())),
                                      Access::write);
}

constexpr std::size_t kBeforeIndexes = 4; // schema versions without tallies

void fill_old_case(Database& database) {
    expect_ok(database.exec(
        "INSERT INTO exhibits VALUES (1, 'A', 'folder', '/a', 0, '', '', '', '', '', '', '', "
        "'open', NULL, NULL); "
        "INSERT INTO lists VALUES (1, 'known', 'alert', '', '', '', '', 31, 1, 1, 0, 0, 1)"));
    for (std::uint64_t i = 1; i <= 3; ++i) {
        expect_ok(database.run("INSERT INTO contents VALUES ($1, $2, $3, $3, 10, 'jpeg', "
                               "'image/jpeg', 'picture', NULL, NULL)",
                               i, digest_of(i), Bytes(2, std::byte{7})));
        expect_ok(database.run(
            "INSERT INTO items VALUES ($1, 1, $1 - 1, NULL, 'x', '', 'file', 'allocated', '', 10, "
            "NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, $1)",
            i));
        expect_ok(database.run("INSERT INTO thumbnails VALUES ($1, $2)", i, Bytes(4)));
    }
    expect_ok(database.run("INSERT INTO list_entries VALUES (1, 1, 'sha256', $1, 1, '', '')",
                           digest_of(2)));
    expect_ok(database.exec("INSERT INTO hits VALUES (1, 2, 1, 1, 'exact', 'sha256', '', 0, '')"));
}

TEST(StepsOfTheSchema, BringTheRowsOfAnOlderCaseAlong) {
    for (const Dialect dialect : {Dialect::sqlite, Dialect::postgres}) {
        const TempFolder temp;
        const auto database = empty_database(temp.path(), dialect);
        expect_ok(migrate_empty(*database, migrations().first(kBeforeIndexes)));
        fill_old_case(*database);
        expect_ok(migrate(*database, migrations()));
        const Totals totals = value_of(tallied(*database, 1));
        EXPECT_EQ(totals.items, 3U);
        EXPECT_EQ(totals.pictures, 3U);
        EXPECT_EQ(totals.hits_exact, 1U);
        EXPECT_EQ(totals, value_of(recounted(*database, 1)));
        expect_ok(check_content_index(*database));
        ContentIndex index = value_of(ContentIndex::prepare(*database, 1));
        for (std::uint64_t i = 1; i <= 3; ++i) {
            StoredContent* found = value_of(index.find(digest_of(i)));
            ASSERT_NE(found, nullptr);
            EXPECT_EQ(found->id, static_cast<RowId>(i));
            EXPECT_EQ(found->hits_exact, i == 2 ? 1U : 0U);
        }
        EXPECT_EQ(value_of(database->scalar("SELECT count(*) FROM hits h JOIN contents c ON "
                                            "c.id = h.content_id WHERE h.content_start = "
                                            "substr(c.sha256, 1, 8)")),
                  1);
        EXPECT_EQ(value_of(database->scalar("SELECT count(*) FROM occurrences")), 3);
        EXPECT_FALSE(database
                         ->exec("INSERT INTO hits SELECT 2, 99, 1, 1, 'exact', 'sha256', '', "
                                "0, '', content_start FROM hits")
                         .has_value())
            << "references are kept again after the step";
    }
}

constexpr std::size_t kBeforeGroups = 6; // schema versions that group anew each time

TEST(StepsOfTheSchema, KeepTheGroupsThatStandUntilTheyAreMadeAnew) {
    for (const Dialect dialect : {Dialect::sqlite, Dialect::postgres}) {
        const TempFolder temp;
        const auto database = empty_database(temp.path(), dialect);
        expect_ok(migrate_empty(*database, migrations().first(kBeforeGroups)));
        expect_ok(database->exec(
            "INSERT INTO exhibits VALUES (1, 'A', 'folder', '/a', 0, '', '', '', '', '', '', '', "
            "'complete', NULL, NULL)"));
        for (std::uint64_t i = 1; i <= 3; ++i) {
            expect_ok(database->run("INSERT INTO contents VALUES ($1, $2, $3, $3, 10, 'jpeg', "
                                    "'image/jpeg', 'picture', NULL, NULL)",
                                    i, digest_of(i), Bytes(2, std::byte{7})));
            expect_ok(database->run(
                "INSERT INTO items VALUES ($1, 1, $1 - 1, NULL, 'x', '', 'file', 'allocated', '', "
                "10, NULL, 0, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, $1)",
                i));
        }
        for (std::uint64_t leader : {1U, 3U}) {
            expect_ok(database->run("INSERT INTO near_groups VALUES ($1, $2, $3, 1, 40)",
                                    digest_of(leader), leader, leader));
            expect_ok(database->run("INSERT INTO near_group_reasons VALUES ($1, 0, 'camera', 40, "
                                    "'EXIF')",
                                    digest_of(leader)));
            expect_ok(database->run("INSERT INTO near_group_members VALUES ($1, 0, $2)",
                                    digest_of(leader), leader));
        }
        expect_ok(database->run("INSERT INTO near_group_members VALUES ($1, 1, 2)", digest_of(1)));
        expect_ok(migrate(*database, migrations()));
        std::string told;
        expect_ok(database->each(
            "SELECT g.leader_id, g.points, g.queue_place, m.content_id, m.exhibit_id, r.fact "
            "FROM near_groups g JOIN near_group_members m ON m.leader_id = g.leader_id "
            "JOIN near_group_reasons r ON r.leader_id = g.leader_id "
            "JOIN contents c ON c.sha256 = g.id AND c.id = g.leader_id "
            "WHERE m.distance IS NULL ORDER BY m.content_id",
            [&](Row& row) -> Result<void> {
                std::int64_t leader = 0, points = 0, place = 0, content = 0, exhibit = 0;
                std::string fact;
                row.take(leader, points, place, content, exhibit, fact);
                told += fmt::format("{} {} {} {} {} {}; ", leader, points, place, content, exhibit,
                                    fact);
                return {};
            }));
        EXPECT_EQ(told, "1 40 -40 1 1 camera; 1 40 -40 2 1 camera; 3 40 -40 3 1 camera; ");
        EXPECT_EQ(value_of(tallied(*database, 1)).groups, 2U);
        EXPECT_EQ(value_of(tallied(*database, 1)), value_of(recounted(*database, 1)));
        EXPECT_EQ(value_of(database->scalar("SELECT count(*) FROM near_group_state")), 0)
            << "they stand under no rule";
    }
}

using References = std::set<std::string>;

std::string text_of(std::string_view table, std::string_view columns, std::string_view parent) {
    return fmt::format("{} ({}) {}", table, columns, parent);
}

// Of every table: its name, the columns that refer, the table that they refer to.
constexpr std::string_view kKeptBySqlite =
    "SELECT m.name, group_concat(f.\"from\", ', '), f.\"table\" FROM sqlite_schema m, "
    "pragma_foreign_key_list(m.name) f WHERE m.type = 'table' GROUP BY m.name, f.id";
constexpr std::string_view kKeptByPostgres =
    "SELECT c.conrelid::regclass::text, (SELECT string_agg(a.attname::text, ', ' ORDER BY k.at) "
    "FROM unnest(c.conkey) WITH ORDINALITY AS k(number, at) JOIN pg_attribute a ON "
    "a.attrelid = c.conrelid AND a.attnum = k.number), c.confrelid::regclass::text "
    "FROM pg_constraint c WHERE c.contype = 'f'";

References kept_by(Database& database) {
    References all;
    expect_ok(database.each(database.dialect() == Dialect::sqlite ? kKeptBySqlite : kKeptByPostgres,
                            [&](Row& row) -> Result<void> {
                                std::string table, columns, parent;
                                row.take(table, columns, parent);
                                all.insert(text_of(table, columns, parent));
                                return {};
                            }));
    return all;
}

TEST(References, ThatAServerDoesNotKeepAreAllChecked) {
    const TempFolder temp;
    const auto sqlite = empty_database(temp.path(), Dialect::sqlite);
    const auto postgres = empty_database(temp.path(), Dialect::postgres);
    for (const auto* database : {&sqlite, &postgres}) {
        expect_ok(migrate_empty(**database, migrations()));
    }
    References checked = kept_by(*postgres);
    for (const RowReference& reference : unkept_references()) {
        EXPECT_TRUE(
            checked.insert(text_of(reference.table, reference.columns, reference.parent)).second)
            << reference.table << " is kept by the server";
    }
    EXPECT_EQ(checked, kept_by(*sqlite));
}

TEST(References, ThatAreBrokenAreNamed) {
    for (const RowReference& reference : unkept_references()) {
        const TempFolder temp;
        const auto database = empty_database(temp.path(), Dialect::postgres);
        expect_ok(migrate_empty(*database, migrations()));
        expect_ok(check_references(*database));
        // Any row: what is missing in it is filled with what its type has.
        std::string columns, values;
        for (const TableColumn& column : value_of(columns_of(*database, reference.table))) {
            columns += (columns.empty() ? "" : ", ") + column.name;
            values += values.empty() ? "" : ", ";
            values += column.kind == ValueKind::integer ? "5"
                      : column.kind == ValueKind::text  ? "'x'"
                                                        : "''::bytea";
        }
        expect_ok(database->exec(
            fmt::format("INSERT INTO {} ({}) VALUES ({})", reference.table, columns, values)));
        const Error error = error_of(check_references(*database));
        EXPECT_EQ(error.code, Errc::integrity);
        EXPECT_NE(error.message.find(reference.table), std::string::npos) << error.message;
    }
}

} // namespace
} // namespace rempart::casefile
