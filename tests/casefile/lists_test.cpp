// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/lists.hpp"

#include <gtest/gtest.h>

#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

class Lists : public ::testing::Test {
  protected:
    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
};

TEST_F(Lists, ComeBackWithTheirCountsAndEntries) {
    ListRecord list;
    list.name = "Known";
    list.polarity = "note";
    list.scheme = "FR";
    list.radius = 20;
    list.added = TimeValue::utc(5);
    ListWriter writer = value_of(ListWriter::begin(file_, list));
    expect_ok(writer.add({.id = 0,
                          .algorithm = "md5",
                          .value = Bytes(16, std::byte{7}),
                          .entry = 12,
                          .label = "a label",
                          .category = "3"}));
    ListRecord counts;
    counts.format = "vics";
    counts.source_name = "list.json";
    counts.source_sha256 = "ab";
    counts.records = 1;
    counts.hashes = 2;
    counts.empty_file_hashes = 3;
    const RowId id = value_of(writer.finish(counts));
    const auto all = value_of(lists(file_));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].id, id);
    EXPECT_EQ(all[0].name + all[0].polarity + all[0].scheme, "KnownnoteFR");
    EXPECT_EQ(all[0].format + all[0].source_name + all[0].source_sha256, "vicslist.jsonab");
    EXPECT_EQ(all[0].radius, 20);
    EXPECT_EQ(all[0].records, 1U);
    EXPECT_EQ(all[0].hashes, 2U);
    EXPECT_EQ(all[0].empty_file_hashes, 3U);
    EXPECT_EQ(all[0].added, TimeValue::utc(5));
    int seen = 0;
    expect_ok(each_entry(file_, id, [&](const ListEntryRecord& entry) -> Result<void> {
        ++seen;
        EXPECT_EQ(entry.algorithm + entry.label + entry.category, "md5a label3");
        EXPECT_EQ(entry.value, Bytes(16, std::byte{7}));
        EXPECT_EQ(entry.entry, 12U);
        return {};
    }));
    EXPECT_EQ(seen, 1);
}

TEST_F(Lists, AreStoredWholeOrNotAtAll) {
    ListRecord list;
    list.name = "Half";
    list.polarity = "alert";
    {
        ListWriter writer = value_of(ListWriter::begin(file_, list));
        expect_ok(writer.add({0, "md5", Bytes(16), 1, "", ""}));
    }
    EXPECT_TRUE(value_of(lists(file_)).empty());
    list.polarity = "bad";
    EXPECT_EQ(error_of(ListWriter::begin(file_, list)).code, Errc::invalid_argument);
    expect_ok(file_.check());
}

TEST_F(Lists, HaveAName) {
    const std::vector<std::uint64_t> numbers{1, 2, 3};
    fill_list(file_, "Known", "alert", numbers);
    ListRecord list;
    list.name = "Known";
    list.polarity = "alert";
    EXPECT_EQ(error_of(ListWriter::begin(file_, list)).code, Errc::invalid_argument);
    EXPECT_EQ(value_of(lists(file_)).size(), 1U);
}

} // namespace
} // namespace rempart::casefile
