// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

class Evidence : public ::testing::Test {
  protected:
    IngestWriter writer(RowId exhibit) { return value_of(IngestWriter::open(file_, exhibit)); }
    RowId exhibit(const std::string& label) {
        return value_of(add_exhibit(file_, some_exhibit(label)));
    }
    std::vector<ItemView> items() {
        std::vector<ItemView> all;
        expect_ok(each_item(file_, [&](const ItemView& view) -> Result<void> {
            all.push_back(view);
            return {};
        }));
        return all;
    }
    std::vector<HitView> hits() {
        std::vector<HitView> all;
        expect_ok(each_hit(file_, [&](const HitView& view) -> Result<void> {
            all.push_back(view);
            return {};
        }));
        return all;
    }
    // A list with one entry of each digest in `numbers`; returns the list and its entries.
    std::pair<RowId, std::vector<RowId>> list(const std::string& name, const std::string& polarity,
                                              std::size_t entries) {
        ListRecord record;
        record.name = name;
        record.polarity = polarity;
        ListWriter writer = value_of(ListWriter::begin(file_, record));
        for (std::size_t i = 0; i < entries; ++i) {
            const auto value = digest_of(i);
            expect_ok(writer.add({.id = 0,
                                  .algorithm = "sha256",
                                  .value = Bytes(value.begin(), value.end()),
                                  .entry = i + 1,
                                  .label = "",
                                  .category = "1"}));
        }
        const RowId id = value_of(writer.finish(record));
        std::vector<RowId> rows;
        expect_ok(each_entry(file_, id, [&](const ListEntryRecord& entry) -> Result<void> {
            rows.push_back(entry.id);
            return {};
        }));
        return {id, rows};
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
};

TEST_F(Evidence, ExhibitsComeBackInTheOrderAddedWithAllTheyHold) {
    ExhibitRecord record = some_exhibit("B");
    record.kind = "disk-e01";
    record.size_bytes = std::uint64_t{1} << 40;
    record.medium_md5 = "m5";
    record.medium_sha1 = "m1";
    record.medium_sha256 = "m256";
    record.stored_md5 = "s5";
    record.stored_sha1 = "s1";
    record.acquired_hash = "sha256:00";
    record.error = Error{Errc::damaged, "chunk 7 fails its checksum"};
    record.id = value_of(add_exhibit(file_, record));
    exhibit("A");
    record.verification = "failed";
    record.state = "complete";
    expect_ok(update_exhibit(file_, record));

    const auto all = value_of(exhibits(file_));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1].label, "A");
    const ExhibitRecord& read = all[0];
    EXPECT_EQ(read.id, record.id);
    EXPECT_EQ(read.label, "B");
    EXPECT_EQ(read.kind, "disk-e01");
    EXPECT_EQ(read.source, "/somewhere/B");
    EXPECT_EQ(read.size_bytes, std::uint64_t{1} << 40);
    EXPECT_EQ(read.medium_md5 + read.medium_sha1 + read.medium_sha256, "m5m1m256");
    EXPECT_EQ(read.stored_md5 + read.stored_sha1 + read.acquired_hash, "s5s1sha256:00");
    EXPECT_EQ(read.verification + read.state, "failedcomplete");
    EXPECT_EQ(read.error, record.error);

    EXPECT_EQ(value_of(exhibit_labelled(file_, "A"))->id, all[1].id);
    EXPECT_FALSE(value_of(exhibit_labelled(file_, "C")).has_value());
    EXPECT_EQ(error_of(add_exhibit(file_, some_exhibit("A"))).code, Errc::invalid_argument);
    record.id = 77;
    EXPECT_EQ(error_of(update_exhibit(file_, record)).code, Errc::not_found);
}

TEST_F(Evidence, VolumesAreReplacedWhole) {
    const RowId a = exhibit("A");
    const std::vector<VolumeRecord> first{{0, 10, "one", "ext4", 5, std::nullopt},
                                          {10, 20, "two", "", 0, Error{Errc::encrypted, "key"}}};
    expect_ok(replace_volumes(file_, a, first));
    expect_ok(replace_volumes(file_, a, first));
    const auto read = value_of(volumes(file_, a));
    ASSERT_EQ(read.size(), 2U);
    EXPECT_EQ(read[1].offset_bytes, 10U);
    EXPECT_EQ(read[1].size_bytes, 20U);
    EXPECT_EQ(read[0].label + read[0].file_system, "oneext4");
    EXPECT_EQ(read[0].items, 5U);
    EXPECT_EQ(read[1].error, first[1].error);
    EXPECT_FALSE(replace_volumes(file_, 99, first).has_value()) << "no such exhibit";
}

TEST_F(Evidence, RunsComeBack) {
    const RowId a = exhibit("A");
    RunRecord run{.id = 0,
                  .exhibit = a,
                  .command = "ingest",
                  .program_version = "0.1",
                  .confinement = "",
                  .outcome = "",
                  .jobs = 2,
                  .started = TimeValue::utc(1),
                  .ended = {}};
    run.id = value_of(add_run(file_, run));
    run.outcome = "complete";
    run.confinement = "landlock 2, seccomp";
    run.ended = TimeValue::utc(2);
    expect_ok(finish_run(file_, run));
    const auto all = value_of(runs(file_));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].exhibit, a);
    EXPECT_EQ(all[0].command + all[0].program_version, "ingest0.1");
    EXPECT_EQ(all[0].confinement + all[0].outcome, "landlock 2, seccompcomplete");
    EXPECT_EQ(all[0].jobs, 2U);
    EXPECT_EQ(all[0].started, TimeValue::utc(1));
    EXPECT_EQ(all[0].ended, TimeValue::utc(2));
    run.id = 50;
    EXPECT_EQ(error_of(finish_run(file_, run)).code, Errc::not_found);
}

TEST_F(Evidence, ItemsComeBackByExhibitAndSeqWithAllTheyHold) {
    const RowId a = exhibit("A"), b = exhibit("B");
    {
        IngestWriter second = writer(b);
        expect_ok(second.add_item(some_item(0, "b0", std::nullopt)));
        expect_ok(second.commit());
    }
    IngestWriter first = writer(a);
    ContentRecord content = some_content(1);
    content.media_error = Error{Errc::truncated, "ends at byte 12"};
    const RowId id = value_of(first.add_content(content));
    ItemRecord item = some_item(0, "dir/a.zip", id);
    item.stream = "ads";
    item.kind = "file";
    item.state = "deleted";
    item.recovery = "partial";
    item.size_bytes = ~std::uint64_t{0};
    item.created = {TimeKind::local_unknown, -5};
    item.accessed = {TimeKind::ambiguous, 7};
    item.changed = TimeValue::utc(9);
    item.error = Error{Errc::damaged, "2 stretches"};
    item.unread = {{512, 512}, {4096, 1}};
    expect_ok(first.add_item(item));
    ItemRecord member = some_item(1, "dir/a.zip!x", id);
    member.parent_seq = 0;
    expect_ok(first.add_item(member));
    expect_ok(first.commit());

    const auto all = items();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[2].exhibit_label, "B");
    EXPECT_EQ(all[2].sha256, "");
    EXPECT_EQ(all[0].exhibit, a);
    const ItemRecord& read = all[0].item;
    EXPECT_EQ(read.seq, 0U);
    EXPECT_FALSE(read.parent_seq.has_value());
    EXPECT_EQ(read.path + read.stream, "dir/a.zipads");
    EXPECT_EQ(read.kind + read.state + read.recovery, "filedeletedpartial");
    EXPECT_EQ(read.size_bytes, ~std::uint64_t{0});
    EXPECT_EQ(read.created, item.created);
    EXPECT_EQ(read.modified, item.modified);
    EXPECT_EQ(read.accessed, item.accessed);
    EXPECT_EQ(read.changed, item.changed);
    EXPECT_EQ(read.error, item.error);
    EXPECT_EQ(read.content, id);
    ASSERT_EQ(read.unread.size(), 2U);
    EXPECT_EQ(read.unread[1].offset_bytes, 4096U);
    EXPECT_EQ(all[0].sha256, encode_hex(content.sha256));
    EXPECT_EQ(all[0].sha1, encode_hex(content.sha1));
    EXPECT_EQ(all[0].md5, encode_hex(content.md5));
    EXPECT_EQ(all[0].type + all[0].mime + all[0].family, "jpegimage/jpegpicture");
    EXPECT_EQ(all[0].media_error, content.media_error);
    EXPECT_EQ(all[1].parent_path, "dir/a.zip");
    EXPECT_EQ(all[1].item.parent_seq, 0U);
}

TEST_F(Evidence, ItemsMustComeInTheirOrder) {
    IngestWriter first = writer(exhibit("A"));
    EXPECT_EQ(error_of(first.add_item(some_item(1, "x", std::nullopt))).code,
              Errc::invalid_argument);
}

TEST_F(Evidence, AWriterThatFailedOnceStoresNothingMore) {
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

TEST_F(Evidence, WhatIsNotCommittedIsRolledBack) {
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

TEST_F(Evidence, AContentIsFoundWhereverItWasStoredAlsoUncommitted) {
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

TEST_F(Evidence, OneCaseHasOneWriterAtATime) {
    const RowId a = exhibit("A");
    IngestWriter first = writer(a);
    expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
    EXPECT_EQ(error_of(IngestWriter::open(file_, a)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(IngestWriter::open(file_, 99)).code, Errc::invalid_argument);
}

TEST_F(Evidence, OtherWritesDuringAnIngestLastWithItsNextCommit) {
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

TEST_F(Evidence, ContentsComeBackWithTheirFingerprints) {
    IngestWriter first = writer(exhibit("A"));
    const ContentRecord picture = some_picture(5);
    const RowId one = value_of(first.add_content(some_content(1)));
    const RowId two = value_of(first.add_content(picture));
    expect_ok(first.add_item(some_item(0, "x", one)));
    expect_ok(first.add_item(some_item(1, "y", two)));
    expect_ok(first.commit());
    std::vector<ContentKeys> all;
    expect_ok(each_content(file_, [&](const ContentKeys& keys) -> Result<void> {
        all.push_back(keys);
        return {};
    }));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].content, one);
    EXPECT_TRUE(all[0].fingerprints.empty());
    EXPECT_EQ(all[1].sha256, picture.sha256);
    EXPECT_EQ(all[1].sha1, picture.sha1);
    EXPECT_EQ(all[1].md5, picture.md5);
    ASSERT_EQ(all[1].fingerprints.size(), 2U);
    EXPECT_EQ(all[1].fingerprints[1].variant, "nearest512");
    EXPECT_EQ(all[1].fingerprints[0].quality, 90);
    EXPECT_EQ(all[1].fingerprints[0].value, picture.fingerprints[0].value);
    EXPECT_EQ(all[1].fingerprints[0].orientations, picture.fingerprints[0].orientations);
    EXPECT_EQ(value_of(thumbnail(file_, two)), picture.thumbnail);
    EXPECT_TRUE(value_of(thumbnail(file_, one)).empty());
}

TEST_F(Evidence, AHitIsStoredOnceAndShownAtEachPlace) {
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

TEST_F(Evidence, PicturesTellWhereTheyWereSeenAndWhatIsKnown) {
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
        expect_ok(first.add_item(some_item(2, "a2", two)));
        expect_ok(first.add_item(some_item(3, "a3", other)));
        hit.content = two;
        HitRecord known = hit;
        known.content = one;
        known.list = alert;
        known.entry = alert_rows[0];
        expect_ok(first.add_hits(std::vector{hit, known}));
        expect_ok(first.commit());
    }
    auto all = value_of(pictures(file_));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_LT(all[0].sha256, all[1].sha256);
    if (all[0].content != one) {
        std::swap(all[0], all[1]);
    }
    EXPECT_EQ(all[0].places, 3U);
    EXPECT_EQ(all[0].exhibits, 2U);
    EXPECT_EQ(all[0].first_exhibit + all[0].first_path, "Aa0");
    EXPECT_TRUE(all[0].seen_deleted && all[0].has_camera && !all[0].has_location);
    EXPECT_TRUE(all[0].hit_alert && !all[0].hit_allow_exact && !all[0].hit_note);
    ASSERT_TRUE(all[0].fingerprint.has_value());
    EXPECT_EQ(all[0].fingerprint->variant, "full");
    EXPECT_EQ(all[0].picture.width, 640U);
    EXPECT_EQ(all[0].picture.exif_orientation, 6);
    EXPECT_EQ(all[0].size_bytes, 1001U);
    EXPECT_EQ(all[1].places, 1U);
    EXPECT_TRUE(!all[1].seen_deleted && !all[1].has_camera && all[1].has_location);
    EXPECT_FALSE(all[1].fingerprint.has_value());
    EXPECT_FALSE(all[1].hit_allow_exact) << "a near copy of a harmless file is not known harmless";
    hit.match = "exact";
    expect_ok(add_hits(file_, std::vector{hit}));
    all = value_of(pictures(file_));
    EXPECT_TRUE(all[0].hit_allow_exact || all[1].hit_allow_exact);
}

TEST_F(Evidence, GroupsAreReplacedWholeAndKeepTheOrderOfTheQueue) {
    IngestWriter first = writer(exhibit("A"));
    std::vector<RowId> ids;
    for (std::uint64_t i = 0; i < 4; ++i) {
        ids.push_back(value_of(first.add_content(some_picture(i))));
        expect_ok(first.add_item(some_item(i, "x", ids.back())));
    }
    expect_ok(first.commit());
    GroupRecord whole;
    whole.id = encode_hex(digest_of(0));
    whole.representative = ids[0];
    whole.members = ids;
    expect_ok(replace_groups(file_, std::vector{whole}));
    GroupRecord left = whole, right = whole;
    left.members = {ids[0], ids[1]};
    right.id = encode_hex(digest_of(2));
    right.representative = ids[3];
    right.members = {ids[3], ids[2]};
    right.unknown_members = 2;
    right.points = 50;
    right.reasons = {{"unknown", 40, "lists of this case"}, {"camera", 10, "EXIF"}};
    for (const auto& queue : {std::vector{right, left}, std::vector{left, right}}) {
        expect_ok(replace_groups(file_, queue));
        const auto read = value_of(groups(file_));
        ASSERT_EQ(read.size(), 2U);
        EXPECT_EQ(read[0].id, queue[0].id);
        const GroupRecord& two = read[0].id == right.id ? read[0] : read[1];
        EXPECT_EQ(two.representative, ids[3]);
        EXPECT_EQ(two.members, right.members);
        EXPECT_EQ(two.unknown_members, 2U);
        EXPECT_EQ(two.points, 50);
        ASSERT_EQ(two.reasons.size(), 2U);
        EXPECT_EQ(two.reasons[1].fact + two.reasons[1].source, "cameraEXIF");
        EXPECT_EQ(two.reasons[1].points, 10);
    }
    EXPECT_EQ(value_of(totals(file_, std::nullopt)).groups, 1U) << "only those with unknown ones";

    right.id = "short";
    EXPECT_EQ(error_of(replace_groups(file_, std::vector{right})).code, Errc::invalid_argument);
    EXPECT_EQ(value_of(groups(file_)).size(), 2U) << "a refused call changes nothing";
}

TEST_F(Evidence, TheResumePointIsTheLastItemOutsideAnArchive) {
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

TEST_F(Evidence, ASkippedContentIsCompletedOnceAndAnyOtherIsLeftAlone) {
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
    const auto all = value_of(pictures(file_));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].has_camera);
    EXPECT_FALSE(items()[0].media_error.has_value());
}

TEST_F(Evidence, TheHitsOfARunOfItemsAreReadAfterItsCommit) {
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

TEST_F(Evidence, TheEndOfAnExhibitIsCommittedWithItsLastItems) {
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

TEST_F(Evidence, TotalsCountOneExhibitOrAll) {
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

TEST_F(Evidence, APictureThatDecodedInPartIsAnErrorOnceAContent) {
    const RowId a = exhibit("A"), b = exhibit("B");
    {
        IngestWriter first = writer(a);
        ContentRecord half = some_picture(1);
        half.picture->partial_reason = "truncated: jpeg: after row 3 of 9";
        const RowId cut = value_of(first.add_content(half));
        half = some_picture(2);
        half.picture->partial_reason = "damaged: jpeg: bad code";
        const RowId damaged = value_of(first.add_content(half));
        expect_ok(first.add_item(some_item(0, "x", cut)));
        expect_ok(first.add_item(some_item(1, "y", cut)));
        ItemRecord both = some_item(2, "z", damaged);
        both.error = Error{Errc::io, "refused"};
        expect_ok(first.add_item(both));
        expect_ok(first.commit());
        IngestWriter second = writer(b);
        expect_ok(second.add_item(some_item(0, "x", cut)));
        expect_ok(
            second.add_item(some_item(1, "whole", value_of(second.add_content(some_picture(3))))));
        expect_ok(second.commit());
    }
    using Counts = std::map<std::string, std::uint64_t>;
    EXPECT_EQ(value_of(totals(file_, std::nullopt)).errors,
              (Counts{{"damaged", 1}, {"io", 1}, {"truncated", 1}}));
    EXPECT_EQ(value_of(totals(file_, b)).errors, (Counts{{"truncated", 1}}));
    const auto all = items();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[1].error(), (Error{Errc::truncated, "jpeg: after row 3 of 9"}));
    EXPECT_EQ(all[2].error()->code, Errc::io) << "the item's own comes first";
    EXPECT_EQ(all[2].partial_picture, (Error{Errc::damaged, "jpeg: bad code"}));
    EXPECT_FALSE(all[4].error().has_value());
    EXPECT_EQ(partial_picture("no code: here"), (Error{Errc::truncated, "no code: here"}));
    EXPECT_EQ(partial_picture("damaged"), (Error{Errc::truncated, "damaged"}));
    EXPECT_FALSE(partial_picture("").has_value());
}

TEST_F(Evidence, TextOfAnySizeWithAnyCharacterComesBack) {
    IngestWriter first = writer(exhibit("A"));
    std::string path(5'000'000, 'a');
    path += "\x01é\U0001F600'\"\\";
    expect_ok(first.add_item(some_item(0, path, std::nullopt)));
    expect_ok(first.commit());
    const auto all = items();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].item.path, path);
}

TEST_F(Evidence, AReaderThatStopsTheWalkGetsItsOwnErrorBack) {
    IngestWriter first = writer(exhibit("A"));
    for (std::uint64_t i = 0; i < 3; ++i) {
        expect_ok(first.add_item(some_item(i, "x", std::nullopt)));
    }
    expect_ok(first.commit());
    int seen = 0;
    const auto stopped = each_item(file_, [&](const ItemView&) -> Result<void> {
        ++seen;
        return fail(Errc::interrupted, "enough");
    });
    EXPECT_EQ(error_of(stopped), (Error{Errc::interrupted, "enough"}));
    EXPECT_EQ(seen, 1);
    expect_ok(first.add_item(some_item(3, "x", std::nullopt)));
    expect_ok(first.commit());
}

} // namespace
} // namespace rempart::casefile
