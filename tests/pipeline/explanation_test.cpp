// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/explanation.hpp"

#include <algorithm>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/evidence_fixture.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/pipeline/matching.hpp"

namespace rempart::pipeline {
namespace {

using casefile::ContentRecord;
using casefile::expect_ok;
using casefile::HitRecord;
using casefile::RowId;
using casefile::value_of;

Bytes some_code(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Bytes bytes(32);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random() & 0xFFU); });
    return bytes;
}

/// The code with so many bits flipped, the first of each byte.
Bytes near_to(Bytes code, std::size_t bits) {
    for (std::size_t i = 0; i < bits; ++i) {
        code[i] ^= std::byte{1};
    }
    return code;
}

/// 8 codes of which one is `code`, at place `at`.
Bytes turned(const Bytes& code, std::uint64_t at) {
    Bytes all;
    for (std::uint64_t i = 0; i < 8; ++i) {
        const Bytes one = i == at ? code : some_code(1'000 + i);
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

/// Contents and lists whose hits the case's own matcher makes.
class Explanations : public casefile::Evidence {
  protected:
    RowId content(const ContentRecord& record) {
        auto in = writer(exhibit("E" + std::to_string(++exhibits_)));
        const RowId row = value_of(in.add_content(record));
        expect_ok(in.add_item(casefile::some_item(0, "x", row)));
        expect_ok(in.commit());
        return row;
    }
    void add_list(const std::string& name, const std::vector<casefile::ListEntryRecord>& entries,
                  const std::string& polarity = "alert") {
        casefile::ListRecord list;
        list.name = name;
        list.polarity = polarity;
        list.source_sha256 = "ab";
        auto writer = value_of(casefile::ListWriter::begin(file_, list));
        for (const auto& entry : entries) {
            expect_ok(writer.add(entry));
        }
        value_of(writer.finish(list));
    }
    void match_all() {
        const Matcher matcher = value_of(Matcher::load(file_));
        std::vector<HitRecord> hits;
        expect_ok(
            casefile::each_content(file_, [&](const casefile::ContentKeys& keys) -> Result<void> {
                auto of_one = value_of(matcher.match(
                    {.digests = {.md5 = keys.md5, .sha1 = keys.sha1, .sha256 = keys.sha256},
                     .fingerprints = keys.fingerprints,
                     .frames = keys.frames,
                     .content = keys.content}));
                std::ranges::move(of_one, std::back_inserter(hits));
                return {};
            }));
        expect_ok(casefile::add_hits(file_, hits));
    }
    static ContentRecord turned_picture(std::uint64_t at) {
        ContentRecord picture = casefile::some_picture(1);
        picture.fingerprints.resize(1);
        picture.fingerprints[0].variant = "smooth512";
        picture.fingerprints[0].orientations = turned(some_code(7), at);
        picture.fingerprints[0].value.assign(picture.fingerprints[0].orientations.begin(),
                                             picture.fingerprints[0].orientations.begin() + 32);
        return picture;
    }

    int exhibits_ = 0;
};

TEST_F(Explanations, AnExactHitShowsBothDigests) {
    const ContentRecord record = casefile::some_content(5);
    const RowId row = content(record);
    add_list("md5", {{.id = 0,
                      .algorithm = "md5",
                      .value = Bytes(record.md5.begin(), record.md5.end()),
                      .entry = 3,
                      .label = "harbour",
                      .category = "2"}});
    match_all();
    const ContentExplained why = value_of(explain(file_, row));
    EXPECT_EQ(why.sha256, encode_hex(record.sha256));
    EXPECT_EQ(why.standing, recognise::Standing::alert);
    ASSERT_EQ(why.hits.size(), 1U);
    EXPECT_EQ(why.hits[0].code, Bytes(record.md5.begin(), record.md5.end()));
    EXPECT_EQ(why.hits[0].code, why.hits[0].row.entry.value);
    EXPECT_EQ(why.hits[0].row.entry.label, "harbour");
    EXPECT_EQ(why.hits[0].row.list.source_sha256, "ab");
}

TEST_F(Explanations, ANearHitShowsTheTurnedCodeAndTheBitsThatDiffer) {
    const RowId row = content(turned_picture(4));
    add_list("pdq", {{.id = 0,
                      .algorithm = "pdq",
                      .value = near_to(some_code(7), 3),
                      .entry = 1,
                      .label = "",
                      .category = ""}});
    match_all();
    const ContentExplained why = value_of(explain(file_, row));
    ASSERT_EQ(why.hits.size(), 1U);
    const Explanation& hit = why.hits[0];
    EXPECT_EQ(hit.code, some_code(7));
    EXPECT_EQ(hit.row.hit.variant, "smooth512");
    EXPECT_EQ(hit.row.hit.orientation, "flip_x");
    EXPECT_EQ(hit.row.hit.distance, 3);
    EXPECT_EQ(hit.quality, 90);
    // The lowest bits of the first three bytes, counted from the end of the text.
    EXPECT_EQ(hit.bits, (std::vector<int>{232, 240, 248}));
    EXPECT_EQ(encode_hex(hit.difference), "010101" + std::string(58, '0'));
}

TEST_F(Explanations, AHitInAVideoShowsTheFrame) {
    ContentRecord video = casefile::some_content(9);
    video.family = "video";
    video.video = casefile::VideoRecord{};
    video.frames = {{0, 1'000, 90, turned(some_code(20), 0)},
                    {2'000, 2'500, 90, turned(some_code(7), 2)}};
    const RowId row = content(video);
    add_list("pdq", {{.id = 0,
                      .algorithm = "pdq",
                      .value = near_to(some_code(7), 5),
                      .entry = 1,
                      .label = "",
                      .category = ""}});
    match_all();
    const ContentExplained why = value_of(explain(file_, row));
    ASSERT_EQ(why.hits.size(), 1U);
    EXPECT_EQ(why.hits[0].frame_ms, std::pair(std::int64_t{2'000}, std::int64_t{2'500}));
    EXPECT_EQ(why.hits[0].bits.size(), 5U);
    EXPECT_EQ(why.hits[0].row.hit.orientation, "rotate180");
    ASSERT_EQ(why.hits[0].row.hit.segments.size(), 1U);
}

TEST_F(Explanations, AHitThatDoesNotCountIsExplainedTooAndSaysSo) {
    const ContentRecord record = casefile::some_content(5);
    const RowId row = content(record);
    add_list("sha", {{.id = 0,
                      .algorithm = "sha256",
                      .value = Bytes(record.sha256.begin(), record.sha256.end()),
                      .entry = 1,
                      .label = "",
                      .category = ""}});
    match_all();
    expect_ok(casefile::give_feedback(file_, {.list = "sha",
                                              .entry = 1,
                                              .sha256 = record.sha256,
                                              .confirmed = false,
                                              .note = "A harbour"}));
    expect_ok(casefile::switch_entries(
        file_,
        {.list = "sha", .entries = {1}, .act = casefile::EntryAct::disabled, .reason = "Wrong"}));
    const ContentExplained why = value_of(explain(file_, row));
    EXPECT_EQ(why.standing, recognise::Standing::unknown);
    ASSERT_EQ(why.hits.size(), 1U);
    EXPECT_EQ(why.hits[0].row.entry_state, "disabled");
    EXPECT_EQ(why.hits[0].feedback.not_confirmed, 1U);
    ASSERT_EQ(why.hits[0].feedback_here.size(), 1U);
    EXPECT_EQ(why.hits[0].feedback_here[0].note, "A harbour");
}

TEST_F(Explanations, ARowThatItsCodesDoNotBearOutIsAnError) {
    const ContentRecord plain = casefile::some_content(5);
    const RowId exact = content(plain), near = content(turned_picture(0));
    add_list("sha", {{.id = 0,
                      .algorithm = "sha256",
                      .value = Bytes(plain.sha256.begin(), plain.sha256.end()),
                      .entry = 1,
                      .label = "",
                      .category = ""},
                     {.id = 0,
                      .algorithm = "pdq",
                      .value = near_to(some_code(7), 6),
                      .entry = 2,
                      .label = "",
                      .category = ""}});
    match_all();
    expect_ok(Result<void>(value_of(explain(file_, near)).hits.size() == 1
                               ? Result<void>()
                               : fail(Errc::integrity, "no hit")));
    for (const char* forged : {"distance = 7", "distance = 32", "variant = 'full'",
                               "orientation = 'rotate90'", "orientation = 'sideways'"}) {
        expect_ok(file_.database().exec("UPDATE hits SET " + std::string(forged) +
                                        " WHERE match = 'near'"));
        EXPECT_EQ(error_of(explain(file_, near)).code, Errc::integrity) << forged;
        expect_ok(file_.database().exec("UPDATE hits SET distance = 6, variant = 'smooth512', "
                                        "orientation = 'original' WHERE match = 'near'"));
        value_of(explain(file_, near));
    }
    expect_ok(file_.database().exec("UPDATE hits SET algorithm = 'sha1' WHERE match = 'exact'"));
    EXPECT_EQ(error_of(explain(file_, exact)).code, Errc::integrity);
    EXPECT_EQ(error_of(explain(file_, 999)).code, Errc::not_found);
}

} // namespace
} // namespace rempart::pipeline
