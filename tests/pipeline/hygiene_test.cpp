// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/hygiene.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/evidence_fixture.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/pipeline/queue.hpp"

namespace rempart::pipeline {
namespace {

using casefile::expect_ok;
using casefile::HitRecord;
using casefile::KnownBy;
using casefile::RowId;
using casefile::value_of;
using recognise::Standing;

TEST(StandingOfKnownBy, IsThatOfWhatTheListsSay) {
    const std::vector<std::pair<KnownBy, Standing>> rows{
        {{}, Standing::unknown},
        {{.note = true}, Standing::noted},
        {{.alert_exact = true, .note = true}, Standing::alert},
        {{.alert_near = true}, Standing::alert},
        {{.allow_by_md5 = true}, Standing::known_good},
        {{.alert_near = true, .allow_by_sha = true}, Standing::known_good},
        {{.alert_near = true, .allow_by_md5 = true}, Standing::alert},
        {{.alert_exact = true, .allow_by_sha = true}, Standing::disputed},
        {{.alert_exact = true, .allow_by_md5 = true}, Standing::disputed},
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(standing_of(rows[i].first), rows[i].second) << i;
    }
}

/// A case with `pictures` pictures, all near the one entry of a list.
class Floods : public casefile::Evidence {
  protected:
    void fill(std::uint64_t pictures, std::uint64_t near) {
        const auto [list_row, rows] = list("common", "alert", 1);
        auto in = writer(exhibit("A"));
        std::vector<HitRecord> hits;
        for (std::uint64_t i = 0; i < pictures; ++i) {
            const RowId content = value_of(in.add_content(casefile::some_picture(i)));
            expect_ok(in.add_item(casefile::some_item(i, "p", content)));
            if (i < near) {
                hits.push_back({.content = content,
                                .list = list_row,
                                .entry = rows[0],
                                .match = "near",
                                .algorithm = "pdq",
                                .variant = "full",
                                .distance = 2,
                                .orientation = "original"});
            }
        }
        expect_ok(in.add_hits(hits));
        expect_ok(in.commit());
        casefile::complete_all(file_);
        expect_ok(update_queue(file_, 1));
    }
    std::uint64_t unknown() {
        std::uint64_t members = 0;
        for (const casefile::GroupRecord& group : value_of(casefile::groups(file_))) {
            members += group.worth.unknown_members;
        }
        return members;
    }
};

TEST_F(Floods, AHundredNearContentsAreNone) {
    fill(101, kLeastFlood);
    EXPECT_TRUE(value_of(quarantine_floods(file_)).empty());
}

TEST_F(Floods, MoreBringTheirContentsBackIntoTheQueue) {
    fill(120, kLeastFlood + 1);
    EXPECT_EQ(unknown(), 19U);
    EXPECT_EQ(value_of(quarantine_floods(file_)).size(), 1U);
    expect_ok(update_queue(file_, 1));
    EXPECT_EQ(unknown(), 120U);
    expect_ok(switch_entries(file_,
                             {.list = "common",
                              .entries = {1},
                              .act = casefile::EntryAct::enabled,
                              .reason = "A person looked"},
                             1));
    EXPECT_EQ(unknown(), 19U);
}

TEST_F(Floods, WhatWasWithdrawnFromQuarantineComesBackIntoIt) {
    fill(120, kLeastFlood + 1);
    EXPECT_EQ(value_of(quarantine_floods(file_)).size(), 1U);
    const std::vector<std::uint64_t> first{1};
    for (const bool returns : {false, true}) {
        auto in = value_of(casefile::ListWriter::extend(file_, "common"));
        casefile::ListVersionRecord version;
        version.source_sha256 = returns ? "cd" : "ab";
        value_of(returns ? in.finish_version(version, {}, first)
                         : in.finish_version(version, first, {}));
        expect_ok(update_queue(file_, 1));
        EXPECT_EQ(unknown(), 120U);
    }
    EXPECT_EQ(value_of(casefile::entries_off(file_)).at(0).state, "quarantined");
}

TEST_F(Floods, WhatAnInterruptedSwitchLeftIsJudgedByTheNextChange) {
    fill(3, 2);
    EXPECT_EQ(unknown(), 1U);
    const casefile::EntryChange change{.list = "common",
                                       .entries = {1},
                                       .act = casefile::EntryAct::disabled,
                                       .reason = "A person looked"};
    expect_ok(casefile::switch_entries(file_, change)); // and no queue: it ended here
    EXPECT_EQ(unknown(), 1U);
    EXPECT_EQ(error_of(switch_entries(file_, change, 1)).code, Errc::refused);
    EXPECT_EQ(unknown(), 3U);
    EXPECT_EQ(value_of(update_queue(file_, 1)).touched, 0U);
}

TEST_F(Floods, TheSwitchOfAnUnknownEntryLeavesTheQueueAlone) {
    fill(3, 2);
    EXPECT_EQ(error_of(switch_entries(file_,
                                      {.list = "common",
                                       .entries = {2},
                                       .act = casefile::EntryAct::disabled,
                                       .reason = "x"},
                                      1))
                  .code,
              Errc::not_found);
    EXPECT_EQ(unknown(), 1U);
}

} // namespace
} // namespace rempart::pipeline
