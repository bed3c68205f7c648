// SPDX-License-Identifier: Apache-2.0
// Hits, the groups of the queue, and what is counted of them.
#include "rempart/casefile/evidence.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "casefile/evidence_fixture.hpp"
#include "rempart/core/hex.hpp"
#include "support/kept_groups.hpp"

namespace rempart::casefile {
namespace {

using KnownAndNew = Evidence;

TEST_F(KnownAndNew, AHitIsStoredOnceAndShownAtEachPlace) {
    const auto [alert, entries] = list("alert list", "alert", 2);
    const auto [note, note_entries] = list("note list", "note", 1);
    const RowId a = exhibit("A"), b = exhibit("B");
    RowId content = 0;
    HitRecord exact{.content = 0,
                    .list = alert,
                    .entry = entries[1],
                    .match = "exact",
                    .algorithm = "sha256",
                    .variant = "",
                    .distance = 0,
                    .orientation = ""};
    HitRecord near = exact;
    near.list = note;
    near.entry = note_entries[0];
    near.match = "near";
    near.algorithm = "pdq";
    near.variant = "full";
    near.distance = 17;
    near.orientation = "rotate90";
    {
        IngestWriter first = writer(a);
        content = exact.content = near.content = value_of(first.add_content(some_picture(0)));
        expect_ok(first.add_item(some_item(0, "x", content)));
        expect_ok(first.add_item(some_item(1, "y", content)));
        expect_ok(first.add_hits(std::vector{near, exact, exact}));
        expect_ok(first.commit());
    }
    {
        IngestWriter second = writer(b);
        expect_ok(second.add_item(some_item(0, "z", content)));
        expect_ok(second.commit());
    }
    expect_ok(add_hits(file_, std::vector{exact, near}));

    const auto all = hits();
    ASSERT_EQ(all.size(), 6U);
    EXPECT_EQ(all[0].item_path + all[1].item_path + all[2].item_path, "xyz");
    EXPECT_EQ(all[2].exhibit_label, "B");
    EXPECT_EQ(all[0].list_name + all[0].polarity, "alert listalert");
    EXPECT_EQ(all[0].entry, 2U);
    EXPECT_EQ(all[0].category, "1");
    EXPECT_EQ(all[0].hit.match, "exact");
    EXPECT_EQ(all[3].hit.distance, 17);
    EXPECT_EQ(all[3].hit.variant + all[3].hit.orientation, "fullrotate90");
    EXPECT_EQ(all[3].hit.algorithm, "pdq");
    EXPECT_EQ(all[3].sha256, encode_hex(digest_of(0)));

    const Totals whole = value_of(totals(file_, std::nullopt));
    EXPECT_EQ(whole.hits_exact, 1U);
    EXPECT_EQ(whole.hits_near, 1U);
    EXPECT_EQ(value_of(totals(file_, b)).hits_near, 1U);
    exact.content = 99;
    EXPECT_EQ(error_of(add_hits(file_, std::vector{exact})).code, Errc::invalid_argument);
}

TEST_F(KnownAndNew, PicturesTellWhereTheyWereSeenAndWhatIsKnown) {
    const auto [alert, alert_rows] = list("alert list", "alert", 1);
    const auto [allow, allow_rows] = list("allow list", "allow", 1);
    const RowId a = exhibit("A"), b = exhibit("B");
    HitRecord hit{.content = 0,
                  .list = allow,
                  .entry = allow_rows[0],
                  .match = "near",
                  .algorithm = "pdq",
                  .variant = "full",
                  .distance = 3,
                  .orientation = "original"};
    RowId one = 0, two = 0;
    {
        IngestWriter second = writer(b); // written first, but the later exhibit
        one = value_of(second.add_content(some_picture(1)));
        expect_ok(second.add_item(some_item(0, "b0", one)));
        expect_ok(second.commit());
        IngestWriter first = writer(a);
        ContentRecord plain = some_picture(2);
        plain.fingerprints.clear();
        plain.metadata = {{"Exif.GPSInfo.GPSLatitude", "48"}};
        two = value_of(first.add_content(plain));
        const RowId other = value_of(first.add_content(some_content(3)));
        ItemRecord deleted = some_item(0, "a0", one);
        deleted.state = "deleted";
        expect_ok(first.add_item(deleted));
        expect_ok(first.add_item(some_item(1, "a1", one)));
        deleted = some_item(2, "a2", two);
        deleted.state = "deleted";
        expect_ok(first.add_item(deleted));
        expect_ok(first.add_item(some_item(3, "a3", other)));
        hit.content = two;
        HitRecord known = hit;
        known.content = one;
        known.list = alert;
        known.entry = alert_rows[0];
        expect_ok(first.add_hits(std::vector{hit, known}));
        expect_ok(first.commit());
    }
    EXPECT_TRUE(value_of(all_media(file_)).empty()) << "of exhibits that are not complete";
    complete_all(file_);
    auto all = value_of(all_media(file_));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_LT(all[0].sha256, all[1].sha256);
    if (all[0].content != one) {
        std::swap(all[0], all[1]);
    }
    EXPECT_EQ(all[0].places, 3U);
    EXPECT_EQ(all[0].exhibits, 2U);
    EXPECT_TRUE(all[0].has_camera && !all[0].has_location);
    EXPECT_FALSE(all[0].seen_deleted) << "it lies elsewhere too";
    EXPECT_EQ(all[0].known_by, KnownBy{.alert_near = true});
    EXPECT_FALSE(all[0].video.has_value());
    ASSERT_TRUE(all[0].picture.has_value());
    EXPECT_EQ(all[0].picture->width, 640U);
    EXPECT_EQ(all[0].picture->exif_orientation, 6);
    EXPECT_EQ(all[0].size_bytes, 1001U);
    EXPECT_EQ(all[1].places, 1U);
    EXPECT_TRUE(all[1].seen_deleted && !all[1].has_camera && all[1].has_location);
    EXPECT_EQ(all[1].known_by, KnownBy{}) << "a near copy of a harmless file is not known harmless";
    hit.match = "exact";
    expect_ok(add_hits(file_, std::vector{hit}));
    all = value_of(all_media(file_));
    EXPECT_TRUE(all[0].known_by.allow_by_sha || all[1].known_by.allow_by_sha ||
                all[0].known_by.allow_by_md5 || all[1].known_by.allow_by_md5);
}

TEST_F(KnownAndNew, TheHitsOfARunOfItemsAreReadAfterItsCommit) {
    const auto [alert, entries] = list("alert list", "alert", 3);
    const RowId a = exhibit("A");
    IngestWriter first = writer(a);
    const RowId id = value_of(first.add_content(some_content(1)));
    std::vector<HitRecord> stored;
    for (const RowId entry : {entries[2], entries[0]}) {
        stored.push_back({.content = id,
                          .list = alert,
                          .entry = entry,
                          .match = "exact",
                          .algorithm = "sha256",
                          .variant = "",
                          .distance = 0,
                          .orientation = ""});
    }
    expect_ok(first.add_hits(stored));
    for (std::uint64_t seq = 0; seq < 3; ++seq) {
        expect_ok(first.add_item(some_item(seq, "x", seq == 1 ? std::nullopt : std::optional(id))));
    }
    expect_ok(first.commit());
    const auto hits_of = [&](std::uint64_t begin, std::uint64_t end) {
        std::vector<HitView> all;
        expect_ok(each_hit_of_items(file_, a, begin, end, [&](const HitView& hit) -> Result<void> {
            all.push_back(hit);
            return {};
        }));
        return all;
    };
    const auto told = hits_of(0, 1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].entry, 1U) << "the first of two entries that agree";
    EXPECT_EQ(told[0].entries, 2U);
    EXPECT_EQ(told[0].list_name + told[0].polarity, "alert listalert");
    EXPECT_EQ(told[0].sha256, encode_hex(digest_of(1)));
    EXPECT_EQ(hits_of(0, 3).size(), 2U) << "one a place";
    EXPECT_TRUE(hits_of(1, 2).empty());
    EXPECT_TRUE(hits_of(3, 9).empty());
}

TEST_F(KnownAndNew, TotalsCountOneExhibitOrAll) {
    const RowId a = exhibit("A"), b = exhibit("B");
    {
        IngestWriter first = writer(a);
        const RowId one = value_of(first.add_content(some_picture(1)));
        ContentRecord bad = some_content(2);
        bad.media_error = Error{Errc::damaged, "no"};
        const RowId two = value_of(first.add_content(bad));
        expect_ok(first.add_item(some_item(0, "x", one)));
        expect_ok(first.add_item(some_item(1, "y", one)));
        ItemRecord failed = some_item(2, "z", two);
        failed.error = Error{Errc::damaged, "a stretch"};
        expect_ok(first.add_item(failed));
        ItemRecord locked = some_item(3, "w", std::nullopt);
        locked.error = Error{Errc::encrypted, "no key"};
        expect_ok(first.add_item(locked));
        expect_ok(first.commit());
        IngestWriter second = writer(b);
        expect_ok(second.add_item(some_item(0, "x", one)));
        expect_ok(second.commit());
    }
    const Totals whole = value_of(totals(file_, std::nullopt));
    EXPECT_EQ(whole.items, 5U);
    EXPECT_EQ(whole.contents, 2U);
    EXPECT_EQ(whole.bytes, 3 * 1001U + 1002U);
    EXPECT_EQ(whole.pictures, 2U); // also the one that did not decode
    EXPECT_EQ(whole.errors,
              (std::map<std::string, std::uint64_t>{{"damaged", 2}, {"encrypted", 1}}));
    const Totals second = value_of(totals(file_, b));
    EXPECT_EQ(second.items, 1U);
    EXPECT_EQ(second.contents, 1U);
    EXPECT_EQ(second.pictures, 1U);
    EXPECT_TRUE(second.errors.empty());
}

} // namespace
} // namespace rempart::casefile
