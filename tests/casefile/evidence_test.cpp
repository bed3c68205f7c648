// SPDX-License-Identifier: Apache-2.0
// What is written of exhibits, items and contents comes back.
#include "rempart/casefile/evidence.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "casefile/evidence_fixture.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

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
