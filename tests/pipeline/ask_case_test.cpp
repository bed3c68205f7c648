// SPDX-License-Identifier: Apache-2.0
#include "pipeline/ask_case.hpp"

#include <array>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/evidence_fixture.hpp"
#include "pipeline/list_compiler.hpp"

namespace rempart::pipeline {
namespace {

using casefile::expect_ok;
using casefile::ListDue;
using casefile::RowId;
using casefile::value_of;

/// A case that holds contents, and lists that came without being asked: whoever brought them ended.
class DueLists : public casefile::Evidence {
  protected:
    RowId bring(const std::string& name, std::uint64_t number) {
        casefile::ListRecord list;
        list.name = name;
        list.polarity = "alert";
        auto in = value_of(casefile::ListWriter::begin(file_, list));
        add(in, number, 1);
        return value_of(in.finish(list));
    }
    void bring_version(const std::string& name, std::uint64_t number) {
        auto in = value_of(casefile::ListWriter::extend(file_, name));
        add(in, number, 2);
        casefile::ListVersionRecord version;
        version.source_sha256 = "cd";
        value_of(in.finish_version(version, {}, {}));
    }
    static void add(casefile::ListWriter& in, std::uint64_t number, std::uint64_t entry) {
        const auto digest = casefile::digest_of(number);
        casefile::ListEntryRecord record;
        record.algorithm = "sha256";
        record.value.assign(digest.begin(), digest.end());
        record.entry = entry;
        value_of(in.add(record));
    }
    RowId read(const std::string& label, std::uint64_t number) {
        const RowId row = exhibit(label);
        auto in = writer(row);
        const RowId content = value_of(in.add_content(casefile::some_content(number)));
        expect_ok(in.add_item(casefile::some_item(0, label, content)));
        expect_ok(in.commit());
        return row;
    }
    std::size_t hits() {
        std::size_t count = 0;
        expect_ok(casefile::each_hit(file_, [&](const casefile::HitView&) -> Result<void> {
            ++count;
            return {};
        }));
        return count;
    }
    std::size_t due() { return value_of(casefile::lists_due(file_)).size(); }
};

TEST_F(DueLists, AreAskedByWhoeverComesNext) {
    read("A", 1);
    complete_all(file_);
    bring("first", 1);
    bring("second", 2);
    EXPECT_EQ(hits(), 0U);
    EXPECT_EQ(due(), 2U);
    expect_ok(ask_due_lists(file_, 1));
    EXPECT_EQ(hits(), 1U);
    EXPECT_EQ(due(), 0U);
    bring_version("second", 1);
    EXPECT_EQ(due(), 1U);
    expect_ok(ask_due_lists(file_, 2));
    EXPECT_EQ(hits(), 2U);
    EXPECT_EQ(due(), 0U);
}

TEST_F(DueLists, StayDueWhileAnExhibitIsReadThatMayNotAskThem) {
    bring("first", 1);
    const RowId open = read("A", 1); // by a process that knew of no list
    expect_ok(ask_due_lists(file_, 1));
    EXPECT_EQ(due(), 1U);
    const RowId other = read("B", 2);
    expect_ok(ask_due_lists(file_, 1, other));
    EXPECT_EQ(due(), 1U) << "A is open";
    expect_ok(file_.database().exec("UPDATE exhibits SET state = 'complete' WHERE label = 'B'"));
    expect_ok(ask_due_lists(file_, 1, open));
    EXPECT_EQ(due(), 0U);
    EXPECT_EQ(hits(), 1U);
}

TEST_F(DueLists, AVersionThatCameMeanwhileStaysDue) {
    const RowId list = bring("first", 1);
    const std::vector<ListDue> before = value_of(casefile::lists_due(file_));
    bring_version("first", 2);
    expect_ok(casefile::list_was_asked(file_, before.at(0)));
    EXPECT_EQ(due(), 1U);
    EXPECT_FALSE(value_of(casefile::store_list_files(file_, {list, 0}, {})));
    EXPECT_TRUE(value_of(casefile::store_list_files(
        file_, {list, value_of(casefile::newest_version(file_, list))}, {})));
}

} // namespace
} // namespace rempart::pipeline
