// SPDX-License-Identifier: Apache-2.0
#include "casefile/tallies.hpp"

#include <numeric>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

constexpr std::uint64_t kNumbers = 25; // of contents: few, so that most are met again

class TalliesOfACase : public ::testing::Test {
  protected:
    void SetUp() override {
        for (const char* label : {"A", "B", "C"}) {
            exhibits_.push_back(value_of(add_exhibit(file_, some_exhibit(label))));
        }
        std::vector<std::uint64_t> numbers(kNumbers);
        std::iota(numbers.begin(), numbers.end(), 0);
        for (const char* name : {"first", "second", "later"}) {
            fill_list(file_, name, "alert", numbers);
        }
    }

    void expect_right(const std::string& when) {
        for (const RowId exhibit : exhibits_) {
            EXPECT_EQ(value_of(tallied(file_.database(), exhibit)),
                      value_of(recounted(file_.database(), exhibit)))
                << when << ", exhibit " << exhibit;
        }
        EXPECT_EQ(value_of(tallied(file_.database(), std::nullopt)),
                  value_of(recounted(file_.database(), std::nullopt)))
            << when;
        expect_ok(file_.check());
    }

    /// Exact or near, of list 1 or 2; several may say the same.
    HitRecord some_hit(RowId content) {
        HitRecord hit;
        hit.content = content;
        hit.list = static_cast<RowId>(1 + chance_() % 2);
        hit.entry = (hit.list - 1) * static_cast<RowId>(kNumbers) + 1 +
                    static_cast<RowId>(chance_() % kNumbers);
        const bool near = chance_() % 3 == 0;
        hit.match = near ? "near" : "exact";
        hit.algorithm = near ? "pdq" : "sha256";
        hit.variant = near ? "full" : "";
        hit.distance = near ? static_cast<int>(chance_() % 31) : 0;
        return hit;
    }

    /// Each digest has always the same facts, but may have been left aside at first.
    ContentRecord content(std::uint64_t number) {
        ContentRecord record = number % 3 == 0 ? some_content(number) : some_picture(number);
        if (number % 3 == 0) {
            record.family = number % 2 == 0 ? "text" : "picture";
        } else if (number % 5 == 0) {
            record.picture->partial_reason = "damaged: row 3";
        }
        if (number % 7 == 0) {
            record.media_error = Error{Errc::malformed, "no picture"};
        }
        return record;
    }

    ContentRecord left_aside(std::uint64_t number) {
        ContentRecord record = some_content(number);
        record.family = content(number).family;
        record.media_error = Error{Errc::skipped, "left aside"};
        return record;
    }

    RowId store(IngestWriter& writer, std::uint64_t number) {
        const auto known = value_of(writer.find_content(digest_of(number)));
        const bool aside = chance_() % 4 == 0;
        if (!known) {
            const RowId row =
                value_of(writer.add_content(aside ? left_aside(number) : content(number)));
            if (chance_() % 2 == 0) {
                expect_ok(writer.add_hits(std::vector{some_hit(row), some_hit(row)}));
            }
            return row;
        }
        if (!aside) {
            expect_ok(writer.complete_content(*known, content(number)));
        }
        if (chance_() % 5 == 0) {
            expect_ok(writer.add_hits(std::vector{some_hit(*known)}));
        }
        return *known;
    }

    void write_some(IngestWriter& writer) {
        if (chance_() % 8 == 0) {
            add_some_chat(writer, "chat.json", 1 + chance_() % 4, "x");
            return;
        }
        const bool has_content = chance_() % 6 != 0;
        ItemRecord item = some_item(writer.next_seq(), "x",
                                    has_content ? std::optional(store(writer, chance_() % kNumbers))
                                                : std::nullopt);
        if (chance_() % 4 == 0) {
            item.error = Error{chance_() % 2 == 0 ? Errc::damaged : Errc::io, "a stretch"};
        }
        expect_ok(writer.add_item(item));
    }

    /// Disables or enables some entries of a list, whichever they are not.
    void switch_some() {
        EntryChange on{.list = chance_() % 2 == 0 ? "first" : "second",
                       .entries = {},
                       .act = EntryAct::enabled,
                       .reason = "A test"};
        EntryChange off = on;
        off.act = EntryAct::disabled;
        std::set<std::uint64_t> are_off;
        for (const EntryOff& entry : value_of(entries_off(file_))) {
            if (entry.list_name == on.list) {
                are_off.insert(entry.entry);
            }
        }
        for (std::uint64_t entry = 1; entry <= kNumbers; ++entry) {
            if (chance_() % 4 == 0) {
                (are_off.contains(entry) ? on : off).entries.push_back(entry);
            }
        }
        for (const EntryChange& change : {on, off}) {
            if (!change.entries.empty()) {
                expect_ok(switch_entries(file_, change));
            }
        }
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
    std::vector<RowId> exhibits_;
    std::mt19937 chance_{20}; // NOLINT(cert-msc51-cpp): the same case in every run
};

TEST_F(TalliesOfACase, AreWhatTheRowsGiveAfterAnyWriting) {
    for (int round = 0; round < 60; ++round) {
        {
            IngestWriter writer =
                value_of(IngestWriter::open(file_, exhibits_[chance_() % exhibits_.size()]));
            for (auto commits = 1 + chance_() % 2; commits > 0; --commits) {
                for (auto items = 1 + chance_() % 6; items > 0; --items) {
                    write_some(writer);
                }
                if (chance_() % 5 == 0) {
                    break; // rolled back
                }
                expect_ok(writer.commit());
            }
        }
        expect_right("round " + std::to_string(round));
        switch_some();
        expect_right("entries were switched in round " + std::to_string(round));
    }
    value_of(quarantine_entries(file_, 1));
    expect_right("entries were put in quarantine");
    match_list(file_, "later");
    expect_right("a list that was added later");
    complete_all(file_);
    fill_groups(file_);
    expect_right("groups");
    EXPECT_GT(value_of(totals(file_, std::nullopt)).groups, 0U);
    expect_ok(rebuild_tallies(file_.database()));
    expect_right("made anew");
}

TEST_F(TalliesOfACase, AFalseOneIsFoundAndItsExhibitNamed) {
    {
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibits_[1]));
        write_some(writer);
        expect_ok(writer.commit());
    }
    expect_ok(file_.check());
    expect_ok(file_.database().exec("UPDATE tallies SET value = value + 1 "
                                    "WHERE exhibit_id = 2 AND name = 'items'"));
    const Error error = error_of(file_.check());
    EXPECT_EQ(error.code, Errc::integrity);
    EXPECT_NE(error.message.find("exhibit 2"), std::string::npos) << error.message;
}

TEST_F(TalliesOfACase, TheWriterThatFailsLeavesNone) {
    {
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibits_[0]));
        expect_ok(writer.add_item(some_item(0, "x", value_of(writer.add_content(content(1))))));
        EXPECT_FALSE(writer.add_item(some_item(7, "not the next", std::nullopt)).has_value());
        EXPECT_FALSE(writer.commit().has_value());
    }
    EXPECT_EQ(value_of(totals(file_, std::nullopt)), Totals{});
    expect_right("after a failure");
}

} // namespace
} // namespace rempart::casefile
