// SPDX-License-Identifier: Apache-2.0
#include "casefile/search.hpp"

#include <gtest/gtest.h>

#include "casefile/sample_case.hpp"
#include "casefile/search_query.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

std::vector<FoundView> found(Case& file, std::string_view query) {
    std::vector<FoundView> all;
    expect_ok(find(file, query, [&](const FoundView& view) -> Result<void> {
        all.push_back(view);
        return {};
    }));
    return all;
}

TEST(SearchQuery, QuotesEveryTermSoThatNothingIsAnOperator) {
    EXPECT_EQ(value_of(fts_query("red balloon")), R"("red" "balloon")");
    EXPECT_EQ(value_of(fts_query("  \"red balloon\" at*\t")), R"("red balloon" "at"*)");
    EXPECT_EQ(value_of(fts_query("a OR b NOT c NEAR(d) body:e ^f g+h -i (j)")),
              R"_("a" "OR" "b" "NOT" "c" "NEAR(d)" "body:e" "^f" "g+h" "-i" "(j)")_");
    EXPECT_EQ(value_of(fts_query("x\"y z\"*w")), R"("x" "y z"* "w")");
    EXPECT_EQ(value_of(fts_query("'; DROP TABLE items")), R"("';" "DROP" "TABLE" "items")");
}

TEST(SearchQuery, ThatMeansNothingIsRefused) {
    for (const std::string_view bad : {"", "   ", "\"\"", "*", "\"open", "a \"b", "\"\"*"}) {
        EXPECT_EQ(error_of(fts_query(bad)).code, Errc::invalid_argument) << bad;
    }
    EXPECT_FALSE(fts_query(std::string_view("a\0b", 3)).has_value());
    EXPECT_FALSE(fts_query("\xff").has_value());
    EXPECT_FALSE(fts_query(std::string(kMaxQueryBytes + 1, 'a')).has_value());
    std::string many;
    for (std::size_t i = 0; i < kMaxQueryTerms; ++i) {
        many += "a ";
    }
    EXPECT_TRUE(fts_query(many).has_value());
    EXPECT_FALSE(fts_query(many + "a").has_value());
}

class Search : public ::testing::Test {
  protected:
    void SetUp() override { fill_exhibit(file_, "A", 1, 3); }
    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
};

TEST_F(Search, FindsMessagesItemsAndMetadataWithTheirPlace) {
    const auto message = found(file_, "train 4");
    ASSERT_EQ(message.size(), 1U);
    EXPECT_EQ(message[0].where + message[0].exhibit_label + message[0].path, "messageAresult.json");
    EXPECT_EQ(message[0].conversation + message[0].message_id, "private:1104");
    EXPECT_EQ(message[0].excerpt, "The train leaves at 4 o'clock");
    const auto item = found(file_, "pictures 2");
    ASSERT_EQ(item.size(), 1U);
    EXPECT_EQ(item[0].where + item[0].path, "itempictures/été_2.jpg");
    const auto metadata = found(file_, "lighthouse");
    ASSERT_EQ(metadata.size(), 3U) << "each place of each content";
    EXPECT_EQ(metadata[0].where + metadata[0].path, "metadatapictures/été_1.jpg");
    EXPECT_EQ(metadata[0].excerpt, "Exif.Image.Make: Lighthouse");
}

TEST_F(Search, TakesWordsPhrasesAndPrefixesInAnyCaseAndWithoutAccents) {
    EXPECT_EQ(found(file_, "TRAIN").size(), 6U);
    EXPECT_EQ(found(file_, "\"train leaves\"").size(), 6U);
    EXPECT_EQ(found(file_, "\"leaves train\"").size(), 0U);
    EXPECT_EQ(found(file_, "leaves train").size(), 6U);
    EXPECT_EQ(found(file_, "tra*").size(), 6U);
    EXPECT_EQ(found(file_, "tra").size(), 0U);
    EXPECT_EQ(found(file_, "\"train lea\"*").size(), 6U);
    EXPECT_EQ(found(file_, "ete jpg").size(), 3U);
    EXPECT_EQ(found(file_, "été jpg").size(), 3U);
}

TEST_F(Search, OfSignsAloneIsRefusedAndNeverLooksLikeNothingFound) {
    for (const char* query : {"!!!", "— …", "\"?\"", "😀", "-*"}) {
        EXPECT_EQ(
            error_of(find(file_, query, [](const FoundView&) { return Result<void>(); })).code,
            Errc::invalid_argument)
            << query;
    }
    EXPECT_EQ(found(file_, "train !!!").size(), 6U);
}

TEST_F(Search, SeesWhatWasAddedAfterTheIndexWasMade) {
    EXPECT_EQ(found(file_, "lighthouse").size(), 3U);
    fill_exhibit(file_, "B", 3, 4);
    EXPECT_EQ(found(file_, "lighthouse").size(), 5U) << "one new content, one new place";
    EXPECT_EQ(found(file_, "train").size(), 12U);
}

TEST_F(Search, ByAReaderIsCompleteWhetherOrNotAnotherWrites) {
    Case reader = value_of(Case::open(place_of(temp_.path() / "case"), Access::read));
    EXPECT_EQ(found(reader, "train").size(), 6U) << "nothing is indexed yet, the writer is there";
    EXPECT_EQ(found(file_, "train").size(), 6U);
    fill_exhibit(file_, "B", 3, 4);
    EXPECT_EQ(found(reader, "train").size(), 12U) << "half of it indexed";
    EXPECT_EQ(found(reader, "lighthouse").size(), 5U);
    {
        const Case gone = std::move(file_);
    }
    EXPECT_EQ(found(reader, "train").size(), 12U) << "brings the index up to date itself";
    EXPECT_EQ(error_of(add_exhibit(reader, some_exhibit("C"))).code, Errc::io)
        << "and still cannot write";
    file_ = value_of(Case::open(place_of(temp_.path() / "case"), Access::write));
}

TEST_F(Search, ShowsAShortExcerptOfALongTextInWholeCharacters) {
    const RowId exhibit = value_of(add_exhibit(file_, some_exhibit("long")));
    IngestWriter writer = value_of(IngestWriter::open(file_, exhibit));
    std::string body = "needle ";
    for (int i = 0; i < 100'000; ++i) {
        body += "é";
    }
    const RowId conversation = value_of(writer.add_conversation({0, 0, "t", "1", "dm", ""}));
    MessageRecord message = some_message(conversation, 0, 0);
    message.body = body;
    expect_ok(writer.add_message(message));
    expect_ok(writer.add_item(some_item(0, "long.json", std::nullopt)));
    expect_ok(writer.commit());
    const auto all = found(file_, "needle");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_LE(all[0].excerpt.size(), 400U);
    EXPECT_TRUE(is_utf8(all[0].excerpt));
    EXPECT_TRUE(all[0].excerpt.starts_with("needle é"));
}

TEST_F(Search, DuringAnIngestOfTheSameCaseIsUndoneWithIt) {
    const RowId exhibit = value_of(add_exhibit(file_, some_exhibit("B")));
    {
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibit));
        expect_ok(writer.add_item(some_item(0, "balloon.txt", std::nullopt)));
        EXPECT_EQ(found(file_, "balloon").size(), 1U);
    }
    EXPECT_EQ(found(file_, "balloon").size(), 0U);
    {
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibit));
        expect_ok(writer.add_item(some_item(0, "kite.txt", std::nullopt)));
        expect_ok(writer.commit());
    }
    EXPECT_EQ(found(file_, "kite").size(), 1U);
}

} // namespace
} // namespace rempart::casefile
