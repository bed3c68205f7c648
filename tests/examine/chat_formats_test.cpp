// SPDX-License-Identifier: Apache-2.0
// The contract of the table of chat formats, for each of its lines.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "rempart/examine/chat.hpp"
#include "support/files.hpp"

namespace rempart::examine {
namespace {

constexpr std::size_t kHeadBytes = 65'536;

const ChatFormat* claim(std::string_view text, std::string_view name = "result.json") {
    return claim_chat(bytes_of(text.substr(0, kHeadBytes)), name);
}

// Every fixture of the project that has an expected file beside it, with the format in its name.
std::vector<std::filesystem::path> fixtures_of(std::string_view format) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(kSourceDir / "tests/data/chat")) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(format) && name.find(".expected.") == std::string::npos) {
            found.push_back(entry.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

TEST(ChatFormats, NamesAreUniqueAndEachHasItsTitle) {
    std::set<std::string_view> names;
    for (const ChatFormat& format : chat_formats()) {
        EXPECT_TRUE(names.insert(format.name).second) << format.name;
        EXPECT_FALSE(format.title.empty());
    }
}

TEST(ChatFormats, EachHasFixturesAnExpectationAndAFuzzSeed) {
    for (const ChatFormat& format : chat_formats()) {
        const auto fixtures = fixtures_of(format.name);
        EXPECT_FALSE(fixtures.empty()) << format.name;
        for (std::filesystem::path path : fixtures) {
            EXPECT_TRUE(std::filesystem::exists(path.replace_extension(".expected.json"))) << path;
        }
        const std::string family(format.name.substr(0, format.name.find('_')));
        const auto corpus = kSourceDir / "fuzz/corpus" / family;
        EXPECT_TRUE(std::filesystem::is_directory(corpus) && !std::filesystem::is_empty(corpus));
    }
}

TEST(ChatFormats, EachClaimsItsOwnFixturesAndNoOther) {
    for (const ChatFormat& format : chat_formats()) {
        for (const ChatFormat& owner : chat_formats()) {
            for (const auto& path : fixtures_of(owner.name)) {
                const std::string text = read_project_file(path);
                EXPECT_EQ(format.claims(bytes_of(text), "x.json"), &format == &owner) << path;
            }
        }
    }
}

TEST(ChatFormats, OtherJsonIsNotClaimed) {
    for (const char* const text : {
             "",
             "{",
             "[]",
             "{}",
             "null",
             "hello",
             R"({"name":"web","version":"1.0.0","type":"module","dependencies":{"a":"1"}})",
             R"({"@odata.context":"x#Media","value":[{"MediaID":1,"Category":0,"MD5":"00"}]})",
             R"({"messages":[{"id":"1","type":"Default","content":"hi"}],"guild":{"id":"2"}})",
             R"({"participants":[{"name":"A"}],"messages":[{"sender_name":"A","type":"Generic"}]})",
             R"({"about":"a person","name":"x","id":5})",
             R"({"text":"\"messages\": [{\"type\": \"message\"}]"})",
             R"({"chats":{"total":3}})",
             R"([{"messages":[{"id":1,"type":"message"}]}])",
         }) {
        EXPECT_EQ(claim(text), nullptr) << text;
    }
}

TEST(ChatFormats, TelegramIsClaimedByItsKeysWhateverTheirOrder) {
    for (const char* const text : {
             R"({"messages":[{"type":"message","text":"a"}]})",
             R"({"messages":[],"id":1,"name":null,"type":null})",
             R"({"type":"personal_chat","messages":[]})",
             R"({"chats":{"list":[{"messages":[{"type":"service"}]}]}})",
             R"({"chats":{"about":"x","list":[{"type":"saved_messages"}]}})",
             R"({"about":"Here","personal_information":{"user_id":1}})",
             R"({"about":"Here","left_chats":{"about":"x","list":[]}})",
             "\xEF\xBB\xBF \n{\"messages\":[{\"type\":\"message\"}]}",
         }) {
        ASSERT_NE(claim(text), nullptr) << text;
        EXPECT_EQ(claim(text)->name, "telegram_json");
        EXPECT_NE(claim(text, "renamed.txt"), nullptr);
    }
}

// So that the reader can say what it is, instead of nobody looking at it.
TEST(ChatFormats, AnExportInUtf16IsClaimed) {
    const std::string text = R"({"messages":[{"type":"message","text":"a"}]})";
    std::string little = "\xFF\xFE";
    std::string big = "\xFE\xFF";
    for (const char c : text) {
        little += c;
        little += '\0';
        big += '\0';
        big += c;
    }
    EXPECT_NE(claim(little), nullptr);
    EXPECT_NE(claim(big), nullptr);
}

TEST(ChatFormats, NoCutOfAFixtureAndNoBytesMakeAClaimFail) {
    for (const auto& path : fixtures_of("telegram_json")) {
        const std::string text = read_project_file(path);
        bool claimed = false;
        for (std::size_t size = 0; size <= text.size(); size += 3) {
            const bool now = claim(std::string_view(text).substr(0, size)) != nullptr;
            EXPECT_TRUE(now || !claimed) << "lost at " << size;
            claimed = now;
        }
        EXPECT_TRUE(claimed);
    }
    EXPECT_EQ(claim("{\"a\\"), nullptr);
    EXPECT_EQ(claim("\xFF\xFE{"), nullptr);
}

} // namespace
} // namespace rempart::examine
