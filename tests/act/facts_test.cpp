// SPDX-License-Identifier: Apache-2.0
#include "act/facts.hpp"

#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "act/report_json.hpp"
#include "act/sample_case.hpp"
#include "act/words.hpp"
#include "support/files.hpp"

namespace rempart::act {
namespace {

TEST_F(Report, SaysTheSameNumbersOnThePageAndInTheJson) {
    Case file = make_case();
    fill(file);
    const std::string page = page_of(file);
    const Json facts = json();
    EXPECT_EQ(facts["totals"]["items"], 4);
    EXPECT_EQ(facts["totals"]["hits_exact"], 1);
    EXPECT_EQ(facts["problems"]["total"], 2);
    EXPECT_EQ(facts["exhibits_failed_verification"], 1);
    EXPECT_EQ(facts["lists"]["rows"][0]["places"]["rows"][0]["path"], "home/one.jpg");
    EXPECT_EQ(facts["groups"]["rows"][0]["representative"]["path"], "home/two.jpg");
    const Words words(Language::en);
    const auto number = [&](const Json& value) { return words.number(value.get<std::uint64_t>()); };
    EXPECT_EQ(figure(page, "Exhibits"), number(facts["exhibits"]["total"]));
    EXPECT_EQ(figure(page, "Items"), number(facts["totals"]["items"]));
    EXPECT_EQ(figure(page, "Distinct contents"), number(facts["totals"]["contents"]));
    EXPECT_EQ(figure(page, "Pictures"), number(facts["totals"]["pictures"]));
    EXPECT_EQ(figure(page, "Messages"), number(facts["totals"]["messages"]));
    EXPECT_EQ(figure(page, "On alert lists, exact"), number(facts["alert_exact"]));
    EXPECT_EQ(figure(page, "On alert lists, near"), number(facts["alert_near"]));
    EXPECT_EQ(figure(page, "Groups of new material"), number(facts["groups"]["total"]));
    EXPECT_EQ(figure(page, "Could not be read"), number(facts["problems"]["total"]));
}

TEST_F(Report, OnePlaceIsOneRowHoweverManyDigestsMatch) {
    Case file = make_case();
    fill(file);
    const auto pictures = casefile::all_media(file);
    ASSERT_TRUE(pictures);
    auto begun = casefile::ListWriter::begin(file, list_record("Second list"));
    ASSERT_TRUE(begun);
    std::vector<casefile::HitRecord> hits;
    for (const std::string algorithm : {"md5", "sha1"}) {
        ASSERT_TRUE(begun->add({.id = 0,
                                .algorithm = algorithm,
                                .value = Bytes(algorithm == "md5" ? 16 : 20),
                                .entry = 3,
                                .label = {},
                                .category = {}}));
        hits.push_back({.content = (*pictures)[0].content,
                        .list = 0,
                        .entry = 0,
                        .match = "exact",
                        .algorithm = algorithm,
                        .variant = {},
                        .distance = 0,
                        .orientation = {}});
    }
    const auto row = begun->finish(list_record("Second list"));
    ASSERT_TRUE(row);
    std::size_t next = 0;
    ASSERT_TRUE(casefile::each_entry(file, *row, [&](const auto& entry) -> Result<void> {
        hits[next].list = *row;
        hits[next++].entry = entry.id;
        return {};
    }));
    ASSERT_TRUE(casefile::add_hits(file, hits));
    EXPECT_TRUE(has(page_of(file), "exact, sha1, md5"));
    const Json places = json()["lists"]["rows"][1]["places"];
    EXPECT_EQ(places["total"], 1);
    EXPECT_EQ(places["rows"][0]["algorithms"], (Json{"sha1", "md5"}));
    EXPECT_EQ(places["rows"][0]["entries"], 1);
    EXPECT_EQ(json()["alert_exact"], 1); // one content, on two alert lists
}

TEST_F(Report, ConversationsAndRejectedRecordsAreCounted) {
    Case file = make_case();
    add_exhibit(file, exhibit("phone", "not-applicable"), [](casefile::IngestWriter& writer) {
        const std::uint64_t seq = writer.next_seq();
        const auto conversation = writer.add_conversation({.id = 0,
                                                           .item_seq = seq,
                                                           .platform = "telegram",
                                                           .native_id = "private_group:1",
                                                           .kind = "group",
                                                           .title = "Club de <jardinage>"});
        ASSERT_TRUE(conversation);
        casefile::MessageRecord message;
        message.conversation = *conversation;
        message.item_seq = seq;
        message.kind = "text";
        message.sender_id = "user1";
        message.sent_utc = TimeValue::utc(1717236000);
        ASSERT_TRUE(writer.add_message(message));
        casefile::ChatExportRecord record;
        record.item_seq = seq;
        record.format = "telegram_json";
        record.parsed = 1;
        record.rejected = 2;
        record.known_losses_json = R"(["Secret chats are not in the export."])";
        record.reject_reasons = {"byte 17: no id"};
        ASSERT_TRUE(writer.add_chat_export(record));
        auto content = content_number(9);
        content.media_error = Error{Errc::malformed, "2 of 3 messages could not be read"};
        add_item(writer, "result.json", &content);
    });
    const std::string page = page_of(file);
    for (const std::string_view part :
         {"Club de &lt;jardinage&gt;", "2024-06-01 10:00 UTC", "byte 17: no id",
          "1 of 2 rows are shown", "Secret chats are not in the export."}) {
        EXPECT_TRUE(has(page, part)) << part;
    }
    const Json facts = json();
    EXPECT_EQ(facts["conversations"]["rows"][0]["messages"], 1);
    EXPECT_EQ(facts["rejects"]["total"], 2);
    EXPECT_EQ(facts["problems"]["total"], 1); // the export, once
}

TEST_F(Report, AVolumeAndItsProblemItemAreOneProblem) {
    Case file = make_case();
    add_exhibit(file, exhibit("medium", "nothing-to-compare"), [](casefile::IngestWriter& writer) {
        casefile::ItemRecord item;
        item.seq = writer.next_seq();
        item.kind = "problem";
        item.state = "allocated";
        item.error = Error{Errc::unsupported, "no file system"};
        ASSERT_TRUE(writer.add_item(item));
    });
    const auto stored = casefile::exhibit_labelled(file, "medium");
    ASSERT_TRUE(stored && *stored);
    const std::vector<casefile::VolumeRecord> volumes{
        {.offset_bytes = 0,
         .size_bytes = 512,
         .label = "whole medium",
         .file_system = {},
         .items = 0,
         .error = Error{Errc::unsupported, "no file system"}},
        {.offset_bytes = 512,
         .size_bytes = 512,
         .label = "partition 2",
         .file_system = {},
         .items = 0,
         .error = Error{Errc::encrypted, "needs a key"}}};
    ASSERT_TRUE(casefile::replace_volumes(file, (*stored)->id, volumes));
    EXPECT_TRUE(has(page_of(file), "needs a key"));
    EXPECT_EQ(json()["problems"]["total"], 2);
}

TEST_F(Report, APictureThatDecodedInPartIsOneProblemUnderItsCode) {
    Case file = make_case();
    add_exhibit(file, exhibit("phone", "not-applicable"), [](casefile::IngestWriter& writer) {
        auto half = picture_number(3);
        half.picture->partial_reason = "truncated: jpeg: after row 3 of 900";
        add_item(writer, "half.jpg", &half);
        casefile::ItemRecord copy;
        copy.seq = writer.next_seq();
        copy.path = "copy of half.jpg";
        copy.kind = "file";
        copy.state = "allocated";
        const auto stored = writer.find_content(half.sha256);
        ASSERT_TRUE(stored && *stored);
        copy.content = **stored;
        ASSERT_TRUE(writer.add_item(copy));
    });
    EXPECT_TRUE(has(page_of(file), "jpeg: after row 3 of 900"));
    const Json facts = json();
    EXPECT_EQ(facts["problems"]["total"], 1);
    EXPECT_EQ(facts["problems"]["codes"][0]["code"], "truncated");
    EXPECT_EQ(facts["problems"]["codes"][0]["rows"][0]["where"], "picture");
    EXPECT_EQ(facts["problems"]["codes"][0]["rows"][0]["path"], "half.jpg");
    EXPECT_EQ(facts["totals"]["errors"], (Json{{"truncated", 1}}));
}

TEST_F(Report, TenThousandProblemsStayAPageThatOpens) {
    Case file = make_case();
    add_exhibit(file, exhibit("laptop", "verified"), [](casefile::IngestWriter& writer) {
        for (int i = 0; i < 10'000; ++i) {
            add_item(writer, fmt::format("broken/{}.jpg", i), nullptr,
                     Error{i % 2 == 0 ? Errc::malformed : Errc::truncated, "ends early"});
        }
    });
    const std::string page = page_of(file);
    EXPECT_LT(page.size(), 200'000U);
    EXPECT_TRUE(has(page, "50 of 5,000 rows are shown"));
    const Json problems = json()["problems"];
    EXPECT_EQ(problems["total"], 10'000);
    EXPECT_EQ(problems["codes"].size(), 2U);
    EXPECT_EQ(problems["codes"][0]["code"], "malformed");
    EXPECT_EQ(problems["codes"][0]["total"], 5'000);
    EXPECT_EQ(problems["codes"][0]["shown"], 50);
    EXPECT_EQ(problems["codes"][0]["rows"].size(), 50U);
}

// Of a JSON value, the keys at any depth.
void collect_keys(const Json& value, std::set<std::string>& keys) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) {
            keys.insert(key);
            collect_keys(inner, keys);
        }
    } else if (value.is_array()) {
        for (const auto& inner : value) {
            collect_keys(inner, keys);
        }
    }
}

TEST_F(Report, EveryKeyOfTheJsonIsDocumented) {
    Case file = make_case();
    fill(file);
    page_of(file);
    Json facts = json();
    facts["totals"].erase("errors"); // its keys are codes
    facts["exhibits"]["rows"][0]["totals"].erase("errors");
    std::set<std::string> keys;
    collect_keys(facts, keys);
    const std::string page = read_project_file("docs/report.md");
    for (const std::string& key : keys) {
        // The digests are named in words.
        if (key != "md5" && key != "sha1") {
            EXPECT_TRUE(has(page, '"' + key + '"') || has(page, '`' + key + '`')) << key;
        }
    }
    EXPECT_GT(keys.size(), 60U);
}

TEST(StringsOfJson, TakesAnArrayOfStringsAndNothingElse) {
    EXPECT_EQ(strings_of_json(R"(["a","b",3])"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(strings_of_json("").empty());
    EXPECT_TRUE(strings_of_json("{").empty());
    EXPECT_TRUE(strings_of_json(R"({"a":"b"})").empty());
}

} // namespace
} // namespace rempart::act
