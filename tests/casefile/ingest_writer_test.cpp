// SPDX-License-Identifier: Apache-2.0
// How rows come into a case: in order, whole or not at all, each content once.
#include "rempart/casefile/evidence.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "casefile/evidence_fixture.hpp"
#include "rempart/core/hex.hpp"
#include "support/kept_groups.hpp"

namespace rempart::casefile {
namespace {

using Writer = Evidence;

TEST_F(Writer, ItemsMustComeInTheirOrder) {
    IngestWriter first = writer(exhibit("A"));
    EXPECT_EQ(error_of(first.add_item(some_item(1, "x", std::nullopt))).code,
              Errc::invalid_argument);
}

TEST_F(Writer, AWriterThatFailedOnceStoresNothingMore) {
    const RowId a = exhibit("A");
    {
        IngestWriter first = writer(a);
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        EXPECT_FALSE(first.add_item(some_item(2, "y", std::nullopt)).has_value()) << "a gap";
        EXPECT_FALSE(first.add_item(some_item(1, "y", std::nullopt)).has_value());
        EXPECT_FALSE(first.commit().has_value());
    }
    EXPECT_TRUE(items().empty());
    EXPECT_EQ(writer(a).next_seq(), 0U);
}

TEST_F(Writer, WhatIsNotCommittedIsRolledBack) {
    const RowId a = exhibit("A");
    {
        IngestWriter first = writer(a);
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        expect_ok(first.commit());
        expect_ok(first.add_item(some_item(1, "y", std::nullopt)));
        EXPECT_EQ(first.next_seq(), 2U);
    }
    EXPECT_EQ(writer(a).next_seq(), 1U);
    EXPECT_EQ(items().size(), 1U);
}

TEST_F(Writer, AContentIsFoundWhereverItWasStoredAlsoUncommitted) {
    const RowId a = exhibit("A"), b = exhibit("B");
    IngestWriter first = writer(a);
    EXPECT_FALSE(value_of(first.find_content(digest_of(1))).has_value());
    const RowId id = value_of(first.add_content(some_content(1)));
    EXPECT_EQ(value_of(first.find_content(digest_of(1))), id);
    expect_ok(first.add_item(some_item(0, "x", id)));
    expect_ok(first.commit());
    EXPECT_EQ(value_of(writer(b).find_content(digest_of(1))), id);
    auto again = first.add_content(some_content(1));
    if (again) { // a store may tell it as late as with the commit
        again = first.commit().map([] { return RowId{0}; });
    }
    EXPECT_EQ(error_of(again).code, Errc::invalid_argument) << "distinct bytes are stored once";
}

TEST_F(Writer, OneCaseHasOneWriterAtATime) {
    const RowId a = exhibit("A");
    IngestWriter first = writer(a);
    expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
    EXPECT_EQ(error_of(IngestWriter::open(file_, a)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(IngestWriter::open(file_, 99)).code, Errc::invalid_argument);
}

TEST_F(Writer, OtherWritesDuringAnIngestLastWithItsNextCommit) {
    const RowId a = exhibit("A");
    ExhibitRecord record = value_of(exhibits(file_))[0];
    record.state = "complete";
    {
        IngestWriter first = writer(a);
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        expect_ok(update_exhibit(file_, record));
        expect_ok(replace_volumes(file_, a, {}));
    }
    EXPECT_EQ(value_of(exhibits(file_))[0].state, "open");
    {
        IngestWriter first = writer(a);
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        expect_ok(update_exhibit(file_, record));
        expect_ok(first.commit());
    }
    EXPECT_EQ(value_of(exhibits(file_))[0].state, "complete");
}

TEST_F(Writer, TheResumePointIsTheLastItemOutsideAnArchive) {
    const RowId a = exhibit("A");
    EXPECT_EQ(writer(a).resume_point().top_level_items, 0U);
    {
        IngestWriter first = writer(a);
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        expect_ok(first.add_item(some_item(1, "a.zip", std::nullopt)));
        for (std::uint64_t seq = 2; seq < 5; ++seq) {
            ItemRecord member = some_item(seq, "a.zip!m", std::nullopt);
            member.parent_seq = 1;
            expect_ok(first.add_item(member));
        }
        expect_ok(first.commit());
    }
    const ResumeRecord at = writer(a).resume_point();
    EXPECT_EQ(at.next_seq, 5U);
    EXPECT_EQ(at.top_level_items, 2U);
    EXPECT_EQ(at.last_top_level_seq, 1U);
}

TEST_F(Writer, ASkippedContentIsCompletedOnceAndAnyOtherIsLeftAlone) {
    IngestWriter first = writer(exhibit("A"));
    ContentRecord skipped = some_content(1);
    skipped.media_error = Error{Errc::skipped, "catalogue only"};
    const RowId id = value_of(first.add_content(skipped));
    EXPECT_FALSE(value_of(is_examined(file_, digest_of(1))));
    EXPECT_FALSE(value_of(is_examined(file_, digest_of(2)))) << "not stored";
    expect_ok(first.complete_content(id, skipped));
    EXPECT_FALSE(value_of(is_examined(file_, digest_of(1))));
    expect_ok(first.complete_content(id, some_picture(1)));
    expect_ok(first.complete_content(id, some_picture(2)));
    expect_ok(first.add_item(some_item(0, "x", id)));
    expect_ok(first.commit());
    EXPECT_TRUE(value_of(is_examined(file_, digest_of(1))));
    EXPECT_EQ(value_of(thumbnail(file_, id)), some_picture(1).thumbnail);
    complete_all(file_);
    const auto all = value_of(all_media(file_));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].has_camera);
    EXPECT_FALSE(items()[0].media_error.has_value());
}

TEST_F(Writer, TheEndOfAnExhibitIsCommittedWithItsLastItems) {
    const RowId a = exhibit("A");
    ExhibitRecord record = value_of(exhibits(file_))[0];
    {
        IngestWriter first = writer(a);
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        record.state = "complete";
        expect_ok(first.finish_exhibit(record));
    }
    EXPECT_EQ(items().size(), 1U);
    EXPECT_EQ(value_of(exhibits(file_))[0].state, "complete");
}

TEST_F(Writer, WhoseCheckAtTheBeginningFailsWritesNothingAndHoldsNothing) {
    const RowId a = exhibit("A");
    IngestWriter first = writer(a);
    int asked = 0;
    first.at_begin([&](Database&) -> Result<void> {
        ++asked;
        return fail(Errc::refused, "no longer ours");
    });
    EXPECT_EQ(error_of(first.add_item(some_item(0, "x", std::nullopt))).code, Errc::refused);
    EXPECT_EQ(error_of(first.commit()).code, Errc::refused);
    EXPECT_EQ(asked, 1);
    EXPECT_FALSE(file_.database().in_transaction());
    EXPECT_TRUE(items().empty());
    IngestWriter second = writer(a);
    second.at_begin([&](Database&) -> Result<void> {
        ++asked;
        return {};
    });
    expect_ok(second.add_item(some_item(0, "x", std::nullopt)));
    expect_ok(second.add_item(some_item(1, "y", std::nullopt)));
    expect_ok(second.commit());
    expect_ok(second.add_item(some_item(2, "z", std::nullopt)));
    expect_ok(second.commit());
    EXPECT_EQ(asked, 3) << "once a transaction";
    EXPECT_EQ(items().size(), 3U);
}

} // namespace
} // namespace rempart::casefile
