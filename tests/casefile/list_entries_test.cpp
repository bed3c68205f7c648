// SPDX-License-Identifier: Apache-2.0
// Entries of lists: switched off and on, in quarantine, judged.
#include "rempart/casefile/list_entries.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/evidence_fixture.hpp"
#include "casefile/tallies.hpp"
#include "rempart/casefile/audit_verify.hpp"
#include "support/kept_groups.hpp"

namespace rempart::casefile {
namespace {

/// Two alert lists; `pictures_` contents, each in one place of one exhibit.
class ListEntries : public Evidence {
  protected:
    void SetUp() override {
        std::tie(list_, rows_) = list("known", "alert", 4);
        std::tie(other_, other_rows_) = list("other", "alert", 1);
        IngestWriter in = writer(exhibit("A"));
        for (std::uint64_t i = 0; i < 6; ++i) {
            contents_.push_back(value_of(in.add_content(some_picture(i))));
            expect_ok(in.add_item(some_item(i, "p" + std::to_string(i), contents_.back())));
        }
        expect_ok(in.commit());
    }
    /// \param list the first or the second
    HitRecord hit(std::size_t content, std::size_t entry, const std::string& match,
                  bool of_other = false) {
        const bool near = match == "near";
        return {.content = contents_.at(content),
                .list = of_other ? other_ : list_,
                .entry = (of_other ? other_rows_ : rows_).at(entry - 1),
                .match = match,
                .algorithm = near ? "pdq" : "sha256",
                .variant = near ? "full" : "",
                .distance = near ? 8 : 0,
                .orientation = near ? "original" : ""};
    }
    Result<void> switch_to(EntryAct act, std::vector<std::uint64_t> entries,
                           const std::string& reason = "A test") {
        return switch_entries(
            file_, {.list = "known", .entries = std::move(entries), .act = act, .reason = reason});
    }
    std::vector<HitView> off_hits() {
        std::vector<HitView> all;
        expect_ok(each_hit(
            file_,
            [&](const HitView& view) -> Result<void> {
                all.push_back(view);
                return {};
            },
            kAllRows, HitsThat::do_not_count));
        return all;
    }
    Totals whole() { return value_of(totals(file_, std::nullopt)); }
    void expect_sound() {
        expect_ok(file_.check());
        const AuditVerdict verdict = value_of(verify_log(file_, {}, {}));
        EXPECT_TRUE(verdict.sound()) << verdict.faults.front().what;
    }

    RowId list_ = 0, other_ = 0;
    std::vector<RowId> rows_, other_rows_, contents_;
};

TEST_F(ListEntries, AHitOfADisabledEntryStaysAndDoesNotCount) {
    expect_ok(add_hits(
        file_, std::vector{hit(0, 1, "exact"), hit(1, 2, "near"), hit(0, 1, "exact", true)}));
    ASSERT_EQ(hits().size(), 3U);
    expect_ok(switch_to(EntryAct::disabled, {1}));
    const auto told = hits();
    ASSERT_EQ(told.size(), 2U);
    EXPECT_TRUE(std::ranges::all_of(told, [](const HitView& view) {
        return view.entry_state.empty() && !(view.list_name == "known" && view.entry == 1);
    }));
    const auto off = off_hits();
    ASSERT_EQ(off.size(), 1U);
    EXPECT_EQ(off[0].entry_state, "disabled");
    EXPECT_EQ(off[0].entry, 1U);
    EXPECT_EQ(whole().hits_exact, 1U);
    EXPECT_EQ(whole().hits_near, 1U);
    complete_all(file_);
    EXPECT_EQ(value_of(all_media(file_)).size(), 6U);
    expect_ok(switch_to(EntryAct::enabled, {1}));
    EXPECT_EQ(hits().size(), 3U);
    EXPECT_TRUE(off_hits().empty());
    EXPECT_EQ(whole().hits_exact, 2U);
    expect_sound();
}

TEST_F(ListEntries, WhatIsFoundWhileAnEntryIsDisabledCountsOnceItIsEnabled) {
    expect_ok(switch_to(EntryAct::disabled, {2, 3}));
    {
        IngestWriter in = writer(exhibit("B")); // it may have begun long before
        expect_ok(in.add_item(some_item(0, "later", contents_[2])));
        expect_ok(in.add_hits(std::vector{hit(2, 2, "near"), hit(3, 3, "exact")}));
        expect_ok(in.commit());
    }
    EXPECT_TRUE(hits().empty());
    EXPECT_EQ(whole().hits_near, 0U);
    expect_ok(switch_to(EntryAct::enabled, {2}));
    ASSERT_EQ(hits().size(), 2U); // two places
    EXPECT_EQ(whole().hits_near, 1U);
    EXPECT_EQ(whole().hits_exact, 0U);
    expect_sound();
}

TEST_F(ListEntries, APictureOfADisabledEntryIsUnknownAgain) {
    expect_ok(add_hits(file_, std::vector{hit(0, 1, "exact")}));
    complete_all(file_);
    const auto is_alert = [&] {
        return std::ranges::any_of(value_of(all_media(file_)), [](const MediaView& media) {
            return media.known_by.alert_exact;
        });
    };
    EXPECT_TRUE(is_alert());
    expect_ok(switch_to(EntryAct::disabled, {1}));
    EXPECT_FALSE(is_alert());
}

TEST_F(ListEntries, EachActStandsWithWhoAndWhy) {
    expect_ok(switch_to(EntryAct::disabled, {3, 1}, "Shows a harbour"));
    expect_ok(switch_to(EntryAct::enabled, {3}, "No, it does not"));
    const auto acts = value_of(entry_acts(file_, list_, 3));
    ASSERT_EQ(acts.size(), 2U);
    EXPECT_EQ(acts[0].act + acts[1].act, "disabledenabled");
    EXPECT_EQ(acts[0].reason, "Shows a harbour");
    EXPECT_FALSE(acts[0].who.empty());
    EXPECT_EQ(acts[1].at.kind, TimeKind::utc);
    const auto off = value_of(entries_off(file_));
    ASSERT_EQ(off.size(), 1U);
    EXPECT_EQ(off[0].list_name, "known");
    EXPECT_EQ(off[0].entry, 1U);
    EXPECT_EQ(off[0].state, "disabled");
    EXPECT_EQ(value_of(disabled_entries(file_)), (std::vector{rows_[0]}));
}

TEST_F(ListEntries, WhatMakesNoSenseChangesNothing) {
    const auto code = [&](EntryAct act, std::vector<std::uint64_t> entries,
                          const std::string& reason = "x") {
        return error_of(switch_to(act, std::move(entries), reason)).code;
    };
    EXPECT_EQ(code(EntryAct::disabled, {}), Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::disabled, {0}), Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::disabled, {1, 1}), Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::disabled, std::vector<std::uint64_t>(1'001, 1)),
              Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::disabled, {1}, " \n"), Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::disabled, {1}, "\xFF"), Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::quarantined, {1}), Errc::invalid_argument);
    EXPECT_EQ(code(EntryAct::disabled, {1, 5}), Errc::not_found);
    EXPECT_EQ(code(EntryAct::enabled, {1}), Errc::refused);
    expect_ok(switch_to(EntryAct::disabled, {1}));
    EXPECT_EQ(code(EntryAct::disabled, {2, 1}), Errc::refused);
    EXPECT_EQ(
        error_of(switch_entries(
                     file_,
                     {.list = "no such", .entries = {1}, .act = EntryAct::disabled, .reason = "x"}))
            .code,
        Errc::not_found);
    EXPECT_EQ(value_of(entries_off(file_)).size(), 1U);
    expect_sound();
}

TEST_F(ListEntries, OneThatIsNearTooMuchGoesIntoQuarantineOnce) {
    std::vector<HitRecord> all;
    for (std::size_t content = 0; content < 4; ++content) {
        all.push_back(hit(content, 2, "near"));
        all.push_back(hit(content, 3, "exact"));
    }
    all.push_back(hit(0, 2, "exact"));
    all.push_back(hit(0, 1, "near"));
    expect_ok(add_hits(file_, all));
    EXPECT_TRUE(value_of(quarantine_entries(file_, 4)).empty());
    const auto found = value_of(quarantine_entries(file_, 3));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].entry, 2U);
    EXPECT_EQ(found[0].reason, "near 4 contents of the case, more than 3");
    EXPECT_EQ(whole().hits_near, 1U); // entry 1
    EXPECT_EQ(whole().hits_exact, 4U);
    const auto off = off_hits();
    ASSERT_EQ(off.size(), 4U);
    EXPECT_EQ(off[0].entry_state, "quarantined");
    EXPECT_EQ(off[0].hit.match, "near");
    EXPECT_TRUE(value_of(disabled_entries(file_)).empty());
    EXPECT_TRUE(value_of(quarantine_entries(file_, 3)).empty());

    expect_ok(switch_to(EntryAct::enabled, {2}, "A person looked"));
    EXPECT_EQ(whole().hits_near, 4U); // entry 1 shares a content with it
    EXPECT_TRUE(value_of(quarantine_entries(file_, 3)).empty());
    EXPECT_EQ(value_of(entry_acts(file_, list_, 2)).size(), 2U);
    expect_sound();
}

TEST_F(ListEntries, OneInQuarantineCanBeDisabledAltogether) {
    expect_ok(
        add_hits(file_, std::vector{hit(0, 2, "near"), hit(1, 2, "near"), hit(2, 2, "exact")}));
    ASSERT_EQ(value_of(quarantine_entries(file_, 1)).size(), 1U);
    EXPECT_EQ(whole().hits_exact, 1U);
    expect_ok(switch_to(EntryAct::disabled, {2}));
    EXPECT_EQ(whole().hits_exact, 0U);
    EXPECT_EQ(value_of(entries_off(file_)).at(0).state, "disabled");
    expect_sound();
}

TEST_F(ListEntries, FloodingEntriesOfSeveralListsAreAllFound) {
    expect_ok(add_hits(file_, std::vector{hit(0, 1, "near"), hit(1, 1, "near"), hit(0, 4, "near"),
                                          hit(2, 4, "near"), hit(3, 1, "near", true),
                                          hit(4, 1, "near", true)}));
    const auto found = value_of(quarantine_entries(file_, 1));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[1].entry, 4U);
    EXPECT_EQ(found[2].list_name, "other");
    EXPECT_TRUE(hits().empty());
    expect_sound();
}

TEST_F(ListEntries, FeedbackIsKeptAndTheLastOneCounts) {
    expect_ok(add_hits(file_, std::vector{hit(0, 1, "exact"), hit(1, 1, "near")}));
    Feedback said{
        .list = "known", .entry = 1, .sha256 = digest_of(0), .confirmed = true, .note = ""};
    expect_ok(give_feedback(file_, said));
    said.confirmed = false;
    said.note = "A harbour, after all";
    expect_ok(give_feedback(file_, said));
    said.sha256 = digest_of(1);
    said.confirmed = true;
    expect_ok(give_feedback(file_, said));
    const FeedbackCounts counts = value_of(feedback_counts(file_, list_));
    EXPECT_EQ(counts.confirmed, 1U);
    EXPECT_EQ(counts.not_confirmed, 1U);
    EXPECT_EQ(value_of(feedback_counts(file_, list_, 2)).confirmed, 0U);
    EXPECT_EQ(value_of(feedback_counts(file_, list_, 1)).confirmed, 1U);
    const auto all = value_of(feedback_on(file_, list_, 1, contents_[0]));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(all[0].confirmed);
    EXPECT_EQ(all[1].note, "A harbour, after all");
    EXPECT_EQ(hits().size(), 2U) << "nothing follows from it";
    expect_sound();

    said.entry = 2;
    EXPECT_EQ(error_of(give_feedback(file_, said)).code, Errc::not_found);
    said.entry = 1;
    said.sha256 = digest_of(77);
    EXPECT_EQ(error_of(give_feedback(file_, said)).code, Errc::not_found);
    said.sha256 = digest_of(1);
    said.note = "\xC3";
    EXPECT_EQ(error_of(give_feedback(file_, said)).code, Errc::invalid_argument);
}

TEST_F(ListEntries, FeedbackCanBeGivenOnAnEntryThatIsOff) {
    expect_ok(add_hits(file_, std::vector{hit(0, 1, "near")}));
    expect_ok(switch_to(EntryAct::disabled, {1}));
    expect_ok(give_feedback(
        file_,
        {.list = "known", .entry = 1, .sha256 = digest_of(0), .confirmed = false, .note = ""}));
}

TEST_F(ListEntries, ATamperedActIsFound) {
    expect_ok(switch_to(EntryAct::disabled, {1}, "A test"));
    drop_guards(file_);
    expect_ok(file_.database().exec("UPDATE entry_acts SET reason = 'Another'"));
    const AuditVerdict edited = value_of(verify_log(file_, {}, {}));
    ASSERT_FALSE(edited.sound());
    EXPECT_EQ(edited.faults.front().table, "entry_acts");
    EXPECT_EQ(edited.faults.front().kind, AuditFaultKind::row_edited);
    expect_ok(file_.database().exec("DELETE FROM entry_acts; DELETE FROM entries_off"));
    EXPECT_FALSE(value_of(verify_log(file_, {}, {})).sound());
}

TEST_F(ListEntries, AnEntryThatIsSwitchedBehindTheLogIsFound) {
    expect_ok(add_hits(file_, std::vector{hit(0, 1, "exact")}));
    expect_ok(switch_to(EntryAct::disabled, {2}));
    expect_ok(file_.check());
    expect_ok(file_.database().run(
        "INSERT INTO entries_off (entry_id, state) VALUES ($1, 'disabled')", rows_[0]));
    expect_ok(rebuild_tallies(file_.database()));
    EXPECT_EQ(error_of(file_.check()).code, Errc::integrity);
    expect_ok(file_.database().exec("DELETE FROM entries_off"));
    expect_ok(rebuild_tallies(file_.database()));
    EXPECT_EQ(error_of(file_.check()).code, Errc::integrity);
}

TEST_F(ListEntries, AHitTellsWhatAllListsKnowOfItsContent) {
    const auto [allow, allow_rows] = list("harmless", "allow", 1);
    HitRecord allowed = hit(0, 1, "exact");
    allowed.list = allow;
    allowed.entry = allow_rows[0];
    HitRecord md5 = allowed;
    md5.content = contents_[1];
    md5.algorithm = "md5";
    HitRecord near_allow = hit(2, 1, "near");
    near_allow.list = allow;
    near_allow.entry = allow_rows[0];
    expect_ok(add_hits(
        file_, std::vector{allowed, md5, near_allow, hit(0, 1, "exact"), hit(1, 2, "near")}));
    const auto known = [&](std::size_t content) {
        for (const HitView& view : hits()) {
            if (view.hit.content == contents_[content]) {
                return view.known_by;
            }
        }
        return KnownBy{};
    };
    EXPECT_EQ(known(0), (KnownBy{.alert_exact = true, .allow_by_sha = true}));
    EXPECT_EQ(known(1), (KnownBy{.alert_near = true, .allow_by_md5 = true}));
    EXPECT_EQ(known(2), KnownBy{});
    expect_ok(switch_to(EntryAct::disabled, {1}));
    EXPECT_EQ(known(0), (KnownBy{.allow_by_sha = true}));
}

} // namespace
} // namespace rempart::casefile
