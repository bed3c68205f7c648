// SPDX-License-Identifier: Apache-2.0
#include "casefile/search.hpp"

#include <gtest/gtest.h>

#include "casefile/sample_case.hpp"
#include "casefile/search_excerpt.hpp"
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

TEST(SearchExcerpt, ShowsTheFirstWordThatWasAskedForWithWhatIsAroundIt) {
    std::string text = "(";
    for (int i = 1; i <= 40; ++i) {
        text += fmt::format("w{}, ", i);
    }
    EXPECT_EQ(excerpt_of("The train", R"("train")"), "The train");
    EXPECT_EQ(excerpt_of(text, R"("w1")").substr(0, 9), "(w1, w2, ");
    EXPECT_TRUE(excerpt_of(text, R"("w1")").ends_with(", w24…")) << excerpt_of(text, R"("w1")");
    EXPECT_TRUE(excerpt_of(text, R"("w30" "w20")").starts_with("…w12, w13"));
    EXPECT_TRUE(excerpt_of(text, R"("w30 w1"*)").starts_with("…w22, w23"));
    EXPECT_TRUE(excerpt_of(text, R"("w3"*)").starts_with("(w1, ")) << "w3 itself";
    EXPECT_TRUE(excerpt_of(text, R"("absent")").starts_with("(w1, "));
    EXPECT_TRUE(excerpt_of(text + "É́té Жук", R"("ete")").ends_with("w40, É́té Жук"));
    EXPECT_TRUE(excerpt_of(text + "ЖУК", R"("жук")").ends_with("w40, ЖУК"));
    EXPECT_EQ(excerpt_of("", R"("a")"), "");
    const std::string long_word(100'000, 'a');
    EXPECT_LE(excerpt_of(long_word, R"("b")").size(), kMaxExcerptBytes);
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

// Words are runs of letters and digits, without accents or case; nothing is stemmed.
TEST_F(Search, FindsTheSameWordsOnBothStores) {
    const RowId exhibit = value_of(add_exhibit(file_, some_exhibit("words")));
    IngestWriter writer = value_of(IngestWriter::open(file_, exhibit));
    const RowId conversation = value_of(writer.add_conversation({0, 0, "t", "1", "dm", ""}));
    const std::vector<std::string> bodies{
        "Straße",      "Ærø Łódź",        "naïve CAFÉ",   "Αθήνα ΕΛΛΆΔΑ",     "Москва ёлка",
        "東京 駅",     "½ cup № 5",       "a_b c-d.e",    "x² H₂O",           "İstanbul",
        "don’t won't", "e\u0301te\u0301", "1,5 2.5 0x1f", "mail@example.org", "한국어 ไทย",
        "ﬁne œuvre",   "Grüße an GROSS",  "हिन्दी नमस्ते"};
    for (std::uint64_t i = 0; i < bodies.size(); ++i) {
        MessageRecord message = some_message(conversation, 0, i);
        message.native_id = std::to_string(i);
        message.body = bodies[i];
        expect_ok(writer.add_message(message));
    }
    expect_ok(writer.add_item(some_item(0, "chat.json", std::nullopt)));
    expect_ok(writer.commit());
    const std::vector<std::pair<const char*, std::vector<int>>> expected{
        {"straße", {0}},  {"strasse", {}},   {"ÆRØ", {1}},       {"łodz", {1}},   {"naive", {2}},
        {"cafe", {2}},    {"Ελλάδα", {3}},   {"ελλαδα", {}},     {"МОСКВА", {4}}, {"Ёлка", {4}},
        {"елка", {}},     {"東京", {5}},     {"東", {}},         {"c", {7}},      {"x", {8}},
        {"h2o", {}},      {"istanbul", {9}}, {"don", {10}},      {"été", {11}},   {"5", {6, 12}},
        {"0x1f", {12}},   {"example", {13}}, {"한국어", {14}},   {"ไทย", {14}},   {"fine", {}},
        {"ﬁne", {15}},    {"œuvre", {15}},   {"grusse", {}},     {"gruße", {16}}, {"हिन्दी", {17}},
        {"\"b c\"", {7}}, {"gr*", {16}},     {"\"don t\"", {10}}};
    for (const auto& [query, numbers] : expected) {
        std::vector<int> told;
        expect_ok(find(file_, query, [&](const FoundView& view) -> Result<void> {
            if (view.exhibit_label == "words") {
                told.push_back(std::stoi(view.message_id));
            }
            return {};
        }));
        EXPECT_EQ(told, numbers) << query;
    }
    EXPECT_EQ(error_of(find(file_, "½ №", [](const FoundView&) { return Result<void>(); })).code,
              Errc::invalid_argument);
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
        found(file_, "balloon"); // whether it is found already is not promised
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
