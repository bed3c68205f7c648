// SPDX-License-Identifier: Apache-2.0
#include "casefile/strongest_hit.hpp"

#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"

namespace rempart::casefile {
namespace {

struct Row {
    std::uint64_t entry = 0;
    std::string algorithm;
    std::string variant = {};
    int distance = 0;
};

HitView view_of(const Row& row, RowId list = 1, RowId content = 1) {
    HitView view;
    view.entry = row.entry;
    view.hit = {.content = content,
                .list = list,
                .entry = static_cast<RowId>(row.entry),
                .match = row.variant.empty() ? "exact" : "near",
                .algorithm = row.algorithm,
                .variant = row.variant,
                .distance = row.distance,
                .orientation = row.variant.empty() ? "" : "original"};
    return view;
}

HitView only(const std::vector<Row>& rows) {
    std::vector<HitView> views;
    for (const Row& row : rows) {
        views.push_back(view_of(row));
    }
    auto told = strongest_hits(std::move(views));
    EXPECT_EQ(told.size(), 1U);
    return told.empty() ? HitView() : told.front();
}

using Names = std::vector<std::string>;

TEST(StrongestHit, OfExactOnesTheLongestDigestStandsAndAllAreNamed) {
    const HitView told = only({{3, "md5"}, {3, "sha256"}, {3, "sha1"}});
    EXPECT_EQ(told.hit.algorithm, "sha256");
    EXPECT_EQ(told.algorithms, (Names{"sha256", "sha1", "md5"}));
    EXPECT_EQ(told.entries, 1U);
}

TEST(StrongestHit, AStrongerDigestOfALaterEntryWins) {
    const HitView told = only({{1, "md5"}, {1, "sha1"}, {2, "sha256"}, {9, "sha256"}});
    EXPECT_EQ(told.entry, 2U);
    EXPECT_EQ(told.algorithms, (Names{"sha256", "sha1", "md5"}));
    EXPECT_EQ(told.entries, 3U);
}

TEST(StrongestHit, OfNearOnesTheLeastDistanceStandsThenTheFullVariantThenTheFirstEntry) {
    EXPECT_EQ(only({{1, "pdq", "full", 9}, {2, "pdq", "nearest512", 4}}).hit.distance, 4);
    EXPECT_EQ(only({{1, "pdq", "nearest512", 4}, {2, "pdq", "full", 4}}).entry, 2U);
    const HitView equal = only({{5, "pdq", "full", 4}, {6, "pdq", "full", 4}});
    EXPECT_EQ(equal.entry, 5U);
    EXPECT_EQ(equal.algorithms, Names{"pdq"});
    EXPECT_EQ(equal.entries, 2U);
}

TEST(StrongestHit, ContentsListsAndKindsOfMatchStayApart) {
    const Row exact{1, "md5"}, near{1, "pdq", "full", 0};
    EXPECT_EQ(strongest_hits({view_of(exact), view_of(near), view_of(exact, 2),
                              view_of(exact, 2, 2), view_of(exact, 2, 2)})
                  .size(),
              4U);
    EXPECT_TRUE(strongest_hits({}).empty());
}

// A list whose entry 1 has MD5 and SHA-1, and entry 2 the SHA-256, all of content 1.
TEST(StrongestHit, APlaceIsReadOnceForEachListAndKindOfMatch) {
    TempFolder temp;
    Case file = new_case(temp.path() / "case");
    ListRecord record;
    record.name = "list";
    record.polarity = "alert";
    ListWriter lists = value_of(ListWriter::begin(file, record));
    for (const auto& [entry, algorithm, size] : {std::tuple{1U, "md5", 16U},
                                                 {1U, "sha1", 20U},
                                                 {2U, "sha256", 32U},
                                                 {3U, "pdq", 32U},
                                                 {4U, "pdq", 32U}}) {
        expect_ok(lists.add({.id = 0,
                             .algorithm = algorithm,
                             .value = Bytes(size, std::byte{7}),
                             .entry = entry,
                             .label = "",
                             .category = ""}));
    }
    const RowId list = value_of(lists.finish(record));
    const RowId exhibit = value_of(add_exhibit(file, some_exhibit("A")));
    IngestWriter writer = value_of(IngestWriter::open(file, exhibit));
    const RowId one = value_of(writer.add_content(some_picture(1)));
    const RowId two = value_of(writer.add_content(some_picture(2)));
    // Live and deleted may bear one path: they are two places.
    expect_ok(writer.add_item(some_item(0, "x", one)));
    expect_ok(writer.add_item(some_item(1, "x", one)));
    expect_ok(writer.add_item(some_item(2, "y", two)));
    std::vector<HitRecord> hits;
    expect_ok(each_entry(file, list, [&](const ListEntryRecord& entry) -> Result<void> {
        const bool near = entry.algorithm == "pdq";
        HitRecord hit{.content = one,
                      .list = list,
                      .entry = entry.id,
                      .match = near ? "near" : "exact",
                      .algorithm = entry.algorithm,
                      .variant = near ? "full" : "",
                      .distance = near ? 20 - static_cast<int>(entry.entry) : 0,
                      .orientation = near ? "original" : ""};
        hits.push_back(hit);
        if (near) {
            hit.variant = "nearest512";
            hits.push_back(hit);
            hit.content = two;
            hit.distance = 11;
            hits.push_back(hit);
        }
        return {};
    }));
    expect_ok(writer.add_hits(hits));
    expect_ok(writer.commit());

    std::vector<std::string> told;
    expect_ok(each_hit(file, [&](const HitView& view) -> Result<void> {
        told.push_back(fmt::format("{} {} {} {} {} of {}", view.item_path, view.hit.match,
                                   view.hit.algorithm, view.hit.distance, view.entry,
                                   view.entries));
        return {};
    }));
    EXPECT_EQ(told,
              (Names{"x exact sha256 0 2 of 2", "x exact sha256 0 2 of 2", "y near pdq 11 3 of 2",
                     "x near pdq 16 4 of 2", "x near pdq 16 4 of 2"}));
    const Totals counted = value_of(totals(file, std::nullopt));
    EXPECT_EQ(counted.hits_exact, 1U);
    EXPECT_EQ(counted.hits_near, 2U);
    std::vector<std::string> of_first;
    expect_ok(each_hit_of_items(file, 1, 0, 1, [&](const HitView& view) -> Result<void> {
        of_first.push_back(fmt::format("{} {} {}", view.item_path, view.hit.match, view.entry));
        return {};
    }));
    EXPECT_EQ(of_first, (Names{"x exact 2", "x near 4"}));
}

} // namespace
} // namespace rempart::casefile
