// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/case.hpp"

#include <algorithm>
#include <array>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "casefile/migrations.hpp"
#include "casefile/sqlite_driver.hpp"
#include "casefile/tallies.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

TEST(Case, IsForItsOwnerOnly) {
    const TempFolder temp;
    const Case file = new_case(temp.path() / "case");
    struct stat status{};
    ASSERT_EQ(::stat((temp.path() / "case").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    ASSERT_EQ(::stat((temp.path() / "case" / "case.sqlite").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Case, IsNeverMadeOverSomethingElse) {
    const TempFolder temp;
    const fs::path folder = temp.path() / "case";
    fs::create_directory(folder);
    EXPECT_EQ(error_of(Case::create(folder, some_info())).code, Errc::invalid_argument);
    fs::remove(folder);
    fs::create_symlink("nowhere", folder);
    EXPECT_EQ(error_of(Case::create(folder, some_info())).code, Errc::invalid_argument);
    fs::remove(folder);
    EXPECT_EQ(error_of(Case::create(temp.path() / "no" / "case", some_info())).code, Errc::io);
}

TEST(Case, ThatIsNotThereIsNotFound) {
    const TempFolder temp;
    EXPECT_EQ(error_of(Case::open(temp.path() / "none", Access::read)).code, Errc::not_found);
    EXPECT_EQ(error_of(Case::open(temp.path(), Access::write)).code, Errc::not_found);
}

TEST(Case, IsWrittenByOneAtATimeAndReadByAnyNumber) {
    const TempFolder temp;
    const fs::path folder = temp.path() / "case";
    {
        Case writer = new_case(folder);
        EXPECT_EQ(error_of(Case::open(folder, Access::write)).code, Errc::refused);
        Case reader = value_of(Case::open(folder, Access::read));
        value_of(add_exhibit(writer, some_exhibit("A")));
        EXPECT_EQ(value_of(exhibits(reader)).size(), 1U) << "reads while the other writes";
    }
    EXPECT_TRUE(Case::open(folder, Access::write).has_value());
}

TEST(Case, OfAnotherKindOfDatabaseIsMalformed) {
    const TempFolder temp;
    std::ofstream(temp.path() / "case.sqlite").close(); // an empty file is an empty database
    EXPECT_EQ(error_of(Case::open(temp.path(), Access::read)).code, Errc::malformed);
    std::ofstream(temp.path() / "case.sqlite") << std::string(8192, 'x');
    EXPECT_EQ(error_of(Case::open(temp.path(), Access::write)).code, Errc::malformed);
    fs::remove(temp.path() / "case.sqlite");
    fs::create_directory(temp.path() / "case.sqlite");
    EXPECT_EQ(error_of(Case::open(temp.path(), Access::read)).code, Errc::malformed);
}

TEST(Case, CheckFindsABrokenReferenceAndAGap) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    const RowId exhibit = value_of(add_exhibit(file, some_exhibit("A")));
    {
        IngestWriter writer = value_of(IngestWriter::open(file, exhibit));
        for (std::uint64_t i = 0; i < 3; ++i) {
            const RowId content = value_of(writer.add_content(some_content(i)));
            expect_ok(writer.add_item(some_item(i, "file", content)));
        }
        expect_ok(writer.commit());
    }
    expect_ok(file.check());
    expect_ok(file.database().exec("DELETE FROM items WHERE seq = 1"));
    EXPECT_EQ(error_of(file.check()).code, Errc::integrity);
    expect_ok(file.database().exec("UPDATE items SET seq = 1 WHERE seq = 2"));
    expect_ok(rebuild_tallies(file.database()));
    expect_ok(file.check());
    expect_ok(file.database().exec("PRAGMA foreign_keys = OFF; DELETE FROM contents"));
    const Error error = error_of(file.check());
    EXPECT_EQ(error.code, Errc::integrity);
    EXPECT_NE(error.message.find("contents"), std::string::npos) << error.message;
}

std::unique_ptr<Database> open_file(const fs::path& path, Access access) {
    return std::make_unique<Database>(value_of(open_sqlite(path, access, UniqueFd())), access);
}

// Each released schema version, made by its own steps alone, must open with today's program.
TEST(Migrations, BringEveryOlderSchemaUpToDate) {
    for (std::size_t version = 1; version <= migrations().size(); ++version) {
        const TempFolder temp;
        const fs::path path = temp.path() / "case.sqlite";
        std::ofstream(path).close();
        const auto database = open_file(path, Access::write);
        expect_ok(migrate_empty(*database, migrations().first(version)));
        EXPECT_EQ(value_of(schema_version(*database)), static_cast<int>(version));
        expect_ok(migrate(*database, migrations()));
        EXPECT_EQ(value_of(schema_version(*database)), static_cast<int>(migrations().size()));
    }
}

TEST(Migrations, ApplyInOrderAndStopWholeAtTheOneThatFails) {
    const TempFolder temp;
    const fs::path path = temp.path() / "case.sqlite";
    std::ofstream(path).close();
    const auto database = open_file(path, Access::write);
    const std::array steps{
        Migration{"one", "CREATE TABLE a (x INTEGER) STRICT"},
        Migration{"two", "INSERT INTO a VALUES (1); CREATE TABLE b (x INTEGER) STRICT"},
        Migration{"three", "CREATE TABLE c (x INTEGER) STRICT; CREATE TABLE b (x INTEGER) STRICT"}};
    EXPECT_FALSE(migrate_empty(*database, steps).has_value());
    EXPECT_EQ(value_of(schema_version(*database)), 2);
    EXPECT_EQ(value_of(database->scalar("SELECT count(*) FROM sqlite_schema WHERE name = 'c'")), 0);
    EXPECT_EQ(value_of(database->scalar("SELECT count(*) FROM a")), 1);
}

TEST(Migrations, OfAnOlderCaseNeedAWriter) {
    const TempFolder temp;
    const fs::path path = temp.path() / "case.sqlite";
    std::ofstream(path).close();
    const std::array steps{Migration{"one", "CREATE TABLE a (x INTEGER) STRICT"},
                           Migration{"two", "CREATE TABLE b (x INTEGER) STRICT"}};
    expect_ok(migrate_empty(*open_file(path, Access::write), std::span(steps).first(1)));
    const auto reader = open_file(path, Access::read);
    EXPECT_EQ(error_of(migrate(*reader, steps)).code, Errc::unsupported);
    expect_ok(migrate(*open_file(path, Access::write), steps));
    expect_ok(migrate(*reader, steps));
}

} // namespace
} // namespace rempart::casefile
