// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/case.hpp"

#include <algorithm>
#include <array>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "casefile/migrations.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

TEST(Case, ComesBackAsItWasMade) {
    const TempFolder temp;
    const fs::path folder = temp.path() / "case";
    std::string id;
    {
        const Case made = new_case(folder);
        id = made.info().id;
        EXPECT_EQ(made.folder(), folder);
    }
    const Case file = value_of(Case::open(folder, Access::read));
    EXPECT_EQ(file.info().id, id);
    EXPECT_EQ(file.info().name, "Harbour");
    EXPECT_EQ(file.info().authority, "Example authority");
    EXPECT_EQ(file.info().legal_basis, "Example act, art. 1");
    EXPECT_EQ(file.info().purpose, "A test");
    EXPECT_EQ(file.info().review_date, "2030-02-28");
    EXPECT_EQ(file.info().created, TimeValue::utc(1'700'000'000));
}

TEST(Case, HasAnIdOfRandomBitsInTheFormOfRfc9562) {
    const TempFolder temp;
    const std::string a = new_case(temp.path() / "a").info().id;
    const std::string b = new_case(temp.path() / "b").info().id;
    EXPECT_NE(a, b);
    ASSERT_EQ(a.size(), 36U);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        EXPECT_EQ(a[dash], '-');
    }
    EXPECT_EQ(a[14], '4');
    EXPECT_NE(std::string("89ab").find(a[19]), std::string::npos);
}

TEST(Case, IsForItsOwnerOnly) {
    const TempFolder temp;
    const Case file = new_case(temp.path() / "case");
    struct stat status{};
    ASSERT_EQ(::stat((temp.path() / "case").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    ASSERT_EQ(::stat((temp.path() / "case" / "case.sqlite").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST(Case, NeedsEveryFieldAndADayThatExists) {
    const TempFolder temp;
    const fs::path folder = temp.path() / "case";
    for (std::string CaseInfo::* field :
         {&CaseInfo::name, &CaseInfo::authority, &CaseInfo::legal_basis, &CaseInfo::purpose}) {
        CaseInfo info = some_info();
        info.*field = " ";
        EXPECT_EQ(error_of(Case::create(folder, info)).code, Errc::invalid_argument);
    }
    for (const char* date :
         {"", "2030", "2030-02-30", "2030-13-01", "30-01-01", "2030-1-01", "2030-01-01Z", "soon"}) {
        CaseInfo info = some_info();
        info.review_date = date;
        EXPECT_EQ(error_of(Case::create(folder, info)).code, Errc::invalid_argument) << date;
    }
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_TRUE(fs::is_empty(temp.path())) << "nothing half made is left";
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

TEST(Case, InPostgresqlIsRefusedInPlainWords) {
    for (const char* url : {"postgresql://host/case", "postgres://host/case"}) {
        EXPECT_EQ(error_of(Case::create(url, some_info())).code, Errc::invalid_argument);
        EXPECT_EQ(error_of(Case::open(url, Access::read)).message,
                  "a case in PostgreSQL is not possible yet");
    }
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

TEST(Case, OpenedForReadingCannotBeChanged) {
    const TempFolder temp;
    {
        const Case made = new_case(temp.path() / "case");
    }
    Case file = value_of(Case::open(temp.path() / "case", Access::read));
    EXPECT_EQ(error_of(add_exhibit(file, some_exhibit("A"))).code, Errc::io);
    EXPECT_EQ(value_of(exhibits(file)).size(), 0U);
}

TEST(Case, OfANewerSchemaIsUnsupported) {
    const TempFolder temp;
    const fs::path folder = temp.path() / "case";
    {
        Case file = new_case(folder);
        expect_ok(file.database().run("INSERT INTO schema_migrations VALUES ($1, 'from later')",
                                      migrations().size() + 1));
    }
    EXPECT_EQ(error_of(Case::open(folder, Access::read)).code, Errc::unsupported);
    EXPECT_EQ(error_of(Case::open(folder, Access::write)).code, Errc::unsupported);
}

// Each released schema version, made by its own steps alone, must open with today's program.
TEST(Migrations, BringEveryOlderSchemaUpToDate) {
    for (std::size_t version = 1; version <= migrations().size(); ++version) {
        const TempFolder temp;
        const fs::path path = temp.path() / "case.sqlite";
        std::ofstream(path).close();
        const auto database = value_of(Database::open(path, Access::write));
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
    const auto database = value_of(Database::open(path, Access::write));
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
    expect_ok(
        migrate_empty(*value_of(Database::open(path, Access::write)), std::span(steps).first(1)));
    const auto reader = value_of(Database::open(path, Access::read));
    EXPECT_EQ(error_of(migrate(*reader, steps)).code, Errc::unsupported);
    expect_ok(migrate(*value_of(Database::open(path, Access::write)), steps));
    expect_ok(migrate(*reader, steps));
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
    expect_ok(file.check());
    expect_ok(file.database().exec("PRAGMA foreign_keys = OFF; DELETE FROM contents"));
    const Error error = error_of(file.check());
    EXPECT_EQ(error.code, Errc::integrity);
    EXPECT_NE(error.message.find("contents"), std::string::npos) << error.message;
}

} // namespace
} // namespace rempart::casefile
