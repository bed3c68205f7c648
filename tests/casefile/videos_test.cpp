// SPDX-License-Identifier: Apache-2.0
// Videos in the case: their frames, the times of listed frames, and where hits are.
#include <gtest/gtest.h>

#include "casefile/evidence_fixture.hpp"
#include "casefile/sample_case.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/lists.hpp"

namespace rempart::casefile {
namespace {

class VideosOfACase : public Evidence {
  protected:
    void SetUp() override { exhibit_ = exhibit("A"); }

    RowId add(const ContentRecord& content) {
        IngestWriter out = writer(exhibit_);
        const RowId row = value_of(out.add_content(content));
        expect_ok(out.add_item(some_item(out.next_seq(), "v.mp4", row)));
        expect_ok(out.commit());
        return row;
    }
    ContentKeys keys_of(RowId content) {
        ContentKeys found;
        expect_ok(each_content(file_, [&](const ContentKeys& keys) -> Result<void> {
            if (keys.content == content) {
                found = keys;
            }
            return {};
        }));
        return found;
    }
    void expect_sound() {
        const auto verdict = value_of(verify_log(file_, {}, {}));
        EXPECT_TRUE(verdict.sound()) << (verdict.faults.empty() ? "" : verdict.faults[0].what);
    }

    RowId exhibit_ = 0;
};

TEST_F(VideosOfACase, FramesComeBackAsTheyWereGiven) {
    const RowId row = add(some_video(1));
    const ContentKeys keys = keys_of(row);
    ASSERT_EQ(keys.frames.size(), 2U);
    EXPECT_EQ(keys.frames[0].to_ms, 2'000);
    EXPECT_EQ(keys.frames[1].from_ms, 2'500);
    EXPECT_EQ(keys.frames[1].quality, 90);
    EXPECT_EQ(keys.frames[1].orientations, Bytes(256, std::byte{25}));
    EXPECT_TRUE(keys.fingerprints.empty());
    EXPECT_EQ(value_of(totals(file_, exhibit_)).videos, 1U);
    EXPECT_EQ(value_of(totals(file_, std::nullopt)).pictures, 0U);
    expect_sound();
}

TEST_F(VideosOfACase, TrimmedFramesStandBehindTheWholeOnesAndAreKnownAsSuch) {
    ContentRecord video = some_video(1);
    const auto whole = video.frames;
    video.frames.push_back(whole[0]); // the times begin anew
    video.frames.push_back(whole[1]);
    video.frames[2].is_trimmed = video.frames[3].is_trimmed = true;
    const ContentKeys keys = keys_of(add(video));
    ASSERT_EQ(keys.frames.size(), 4U);
    for (std::size_t i = 0; i < keys.frames.size(); ++i) {
        EXPECT_EQ(keys.frames[i].is_trimmed, i >= 2) << i;
        EXPECT_EQ(keys.frames[i].from_ms, whole[i % 2].from_ms) << i;
    }
    expect_sound();
}

TEST_F(VideosOfACase, OneThatWasLeftAsideIsCompletedLater) {
    ContentRecord left = some_video(1);
    left.video.reset();
    left.frames.clear();
    left.thumbnail.clear();
    left.media_error = Error{Errc::skipped, "left aside"};
    const RowId row = add(left);
    std::size_t wanted = 0;
    expect_ok(each_place(file_, exhibit_, 0, [&](const PlaceRecord& place) -> Result<void> {
        wanted += place.left_aside ? 1U : 0U;
        return {};
    }));
    EXPECT_EQ(wanted, 1U);
    IngestWriter out = writer(exhibit_);
    ContentRecord whole = some_video(1);
    whole.video->partial_reason = "damaged: at 3 s";
    expect_ok(out.complete_content(row, whole));
    expect_ok(out.commit());
    EXPECT_EQ(keys_of(row).frames.size(), 2U);
    EXPECT_EQ(value_of(totals(file_, exhibit_)).errors,
              (std::map<std::string, std::uint64_t>{{"damaged", 1}}));
    const auto all = items();
    ASSERT_EQ(all.size(), 1U);
    ASSERT_TRUE(all[0].error());
    EXPECT_EQ(all[0].error()->message, "at 3 s");
    expect_sound();
}

TEST_F(VideosOfACase, HitsSayWhereTheyAre) {
    const RowId row = add(some_video(1));
    ListRecord record;
    record.name = "known";
    record.polarity = "alert";
    ListWriter out = value_of(ListWriter::begin(file_, record));
    for (std::int64_t i = 0; i < 3; ++i) {
        expect_ok(out.add({.id = 0,
                           .algorithm = "pdq",
                           .value = Bytes(32, static_cast<std::byte>(i)),
                           .entry = i < 2 ? 4U : 5U,
                           .label = "film",
                           .category = "",
                           .frame_ms = i < 2 ? std::optional(std::pair(i * 1'000, i * 1'000 + 500))
                                             : std::nullopt}));
    }
    const RowId list = value_of(out.finish(record));
    std::vector<ListEntryRecord> entries;
    expect_ok(each_entry(file_, list, [&](const ListEntryRecord& entry) -> Result<void> {
        entries.push_back(entry);
        return {};
    }));
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[1].frame_ms, std::pair(std::int64_t{1'000}, std::int64_t{1'500}));
    EXPECT_FALSE(entries[2].frame_ms);
    HitRecord hit;
    hit.content = row;
    hit.list = list;
    hit.entry = entries[0].id;
    hit.match = "near";
    hit.algorithm = "pdq";
    hit.variant = "full";
    hit.distance = 4;
    hit.orientation = "flip_x";
    hit.segments = {{.from_ms = 0, .to_ms = 2'000, .entry_from_ms = 500, .entry_to_ms = 2'500},
                    {.from_ms = 5'000, .to_ms = 6'000, .entry_from_ms = {}, .entry_to_ms = {}}};
    HitRecord picture = hit;
    picture.entry = entries[2].id;
    picture.distance = 8;
    picture.segments = {{.from_ms = 2'500, .to_ms = 2'500, .entry_from_ms = {}, .entry_to_ms = {}}};
    expect_ok(add_hits(file_, std::vector{hit, picture}));
    expect_ok(add_hits(file_, std::vector{hit})); // stored already: nothing twice
    const auto told = hits();
    ASSERT_EQ(told.size(), 1U) << "one a place, list and kind of match";
    EXPECT_EQ(told[0].hit.distance, 4);
    ASSERT_EQ(told[0].hit.segments.size(), 3U);
    EXPECT_EQ(told[0].hit.segments[0].entry, 4U);
    EXPECT_EQ(told[0].hit.segments[0].entry_to_ms, 2'500);
    EXPECT_FALSE(told[0].hit.segments[1].entry_from_ms);
    EXPECT_EQ(told[0].hit.segments[2].entry, 5U);
    expect_sound();
    const std::string canonical = canonical_of(file_, temp_.path() / "canonical.jsonl");
    EXPECT_NE(canonical.find("\"segments\":[[0,2000,500,2500],[5000,6000,null,null]]"),
              std::string::npos);
    EXPECT_NE(canonical.find("\"from_ms\":1000,\"to_ms\":1500"), std::string::npos);
    EXPECT_NE(canonical.find("\"video\":{\"format\":\"mp4\",\"codec\":\"h264\""),
              std::string::npos);
}

TEST_F(VideosOfACase, AChangedFrameOrPlaceIsTold) {
    add(some_video(1));
    expect_sound();
    drop_guards(file_);
    expect_ok(file_.database().exec("UPDATE video_frames SET from_ms = from_ms + 1"));
    const auto verdict = value_of(verify_log(file_, {}, {}));
    ASSERT_FALSE(verdict.faults.empty());
    EXPECT_EQ(verdict.faults[0].table, "video_frames");
}

} // namespace
} // namespace rempart::casefile
