// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/case.hpp"

#include <algorithm>

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
        EXPECT_EQ(made.place(), place_of(folder));
    }
    const Case file = value_of(Case::open(place_of(folder), Access::read));
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

TEST(Case, NeedsEveryFieldAndADayThatExists) {
    const TempFolder temp;
    const fs::path folder = temp.path() / "case";
    for (std::string CaseInfo::* field :
         {&CaseInfo::name, &CaseInfo::authority, &CaseInfo::legal_basis, &CaseInfo::purpose}) {
        CaseInfo info = some_info();
        info.*field = " ";
        EXPECT_EQ(error_of(Case::create(place_of(folder), info)).code, Errc::invalid_argument);
    }
    for (const char* date :
         {"", "2030", "2030-02-30", "2030-13-01", "30-01-01", "2030-1-01", "2030-01-01Z", "soon"}) {
        CaseInfo info = some_info();
        info.review_date = date;
        EXPECT_EQ(error_of(Case::create(place_of(folder), info)).code, Errc::invalid_argument)
            << date;
    }
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_TRUE(fs::is_empty(temp.path())) << "nothing half made is left";
}

TEST(Case, OpenedForReadingCannotBeChanged) {
    const TempFolder temp;
    {
        const Case made = new_case(temp.path() / "case");
    }
    Case file = value_of(Case::open(place_of(temp.path() / "case"), Access::read));
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
    EXPECT_EQ(error_of(Case::open(place_of(folder), Access::read)).code, Errc::unsupported);
    EXPECT_EQ(error_of(Case::open(place_of(folder), Access::write)).code, Errc::unsupported);
}

} // namespace
} // namespace rempart::casefile
