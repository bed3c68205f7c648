// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/chats.hpp"

#include <gtest/gtest.h>

#include "casefile/database.hpp"
#include "casefile/sample_case.hpp"

namespace rempart::casefile {
namespace {

class Chats : public ::testing::Test {
  protected:
    IngestWriter writer(const std::string& label) {
        exhibit_ = value_of(add_exhibit(file_, some_exhibit(label)));
        return value_of(IngestWriter::open(file_, exhibit_));
    }
    std::vector<MessageView> messages() {
        std::vector<MessageView> all;
        expect_ok(each_message(file_, [&](const MessageView& view) -> Result<void> {
            all.push_back(view);
            return {};
        }));
        return all;
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
    RowId exhibit_ = 0;
};

TEST_F(Chats, AMessageComesBackWithAllItHolds) {
    IngestWriter first = writer("A");
    const RowId conversation =
        value_of(first.add_conversation({0, 0, "telegram", "group:7", "group", "Model railways"}));
    MessageRecord message = some_message(conversation, 0, 3);
    message.body = "A tab \t and an é";
    message.edited_raw = "2024-05-02T09:30:00";
    message.edited_utc = TimeValue::utc(9);
    message.reply_to = "12";
    message.forwarded_from = "Carla";
    message.service_action = "pin";
    message.members_json = R"(["Anna"])";
    message.extra_json = R"({"x":1})";
    message.attachments = {some_attachment("a.jpg"), some_attachment("")};
    message.attachments[1].size_bytes = std::nullopt;
    expect_ok(first.add_message(message));
    expect_ok(first.add_item(some_item(0, "result.json", std::nullopt)));
    expect_ok(first.commit());

    const auto all = messages();
    ASSERT_EQ(all.size(), 1U);
    const MessageRecord& read = all[0].message;
    EXPECT_EQ(all[0].exhibit_label, "A");
    EXPECT_EQ(all[0].conversation.title + all[0].conversation.native_id, "Model railwaysgroup:7");
    EXPECT_EQ(all[0].conversation.platform + all[0].conversation.kind, "telegramgroup");
    EXPECT_EQ(read.conversation, conversation);
    EXPECT_EQ(read.ordinal, 3U);
    EXPECT_EQ(read.body, message.body);
    EXPECT_EQ(read.native_id + read.kind, "103text");
    EXPECT_EQ(read.sender_id + read.sender_name, "user2Bruno");
    EXPECT_EQ(read.sent_raw + read.edited_raw, message.sent_raw + message.edited_raw);
    EXPECT_EQ(read.sent_utc, message.sent_utc);
    EXPECT_EQ(read.sent_local, message.sent_local);
    EXPECT_EQ(read.edited_utc, message.edited_utc);
    EXPECT_EQ(read.reply_to + read.forwarded_from + read.service_action, "12Carlapin");
    EXPECT_EQ(read.members_json + read.extra_json, R"(["Anna"]{"x":1})");
    EXPECT_EQ(read.raw_offset, 30U);
    EXPECT_EQ(read.raw_size, 9U);
    ASSERT_EQ(read.attachments.size(), 2U);
    EXPECT_EQ(read.attachments[0].claimed_path, "photos/a.jpg");
    EXPECT_EQ(read.attachments[0].resolved_path, "a.jpg");
    EXPECT_EQ(read.attachments[0].name + read.attachments[0].mime, "pictureimage/jpeg");
    EXPECT_EQ(read.attachments[0].status + read.attachments[0].role, "claimedphoto");
    EXPECT_EQ(read.attachments[0].size_bytes, 12U);
    EXPECT_FALSE(read.attachments[1].size_bytes.has_value());
    EXPECT_EQ(all[0].attachment_sha256, (std::vector<std::string>{"", ""}));
}

TEST_F(Chats, MessagesComeByExhibitExportConversationAndOrdinal) {
    {
        IngestWriter first = writer("B");
        add_some_chat(first, "one.json", 4, "x");
        add_some_chat(first, "two.json", 2, "x");
        expect_ok(first.commit());
    }
    IngestWriter second = writer("A");
    add_some_chat(second, "three.json", 2, "x");
    expect_ok(second.commit());
    std::string order;
    for (const MessageView& view : messages()) {
        order += fmt::format("{}{}{}{} ", view.exhibit_label, view.message.item_seq,
                             view.conversation.native_id[0], view.message.ordinal);
    }
    EXPECT_EQ(order, "B0p0 B0p2 B0g1 B0g3 B1p0 B1g1 A0p0 A0g1 ");
}

TEST_F(Chats, AnExportTellsWhatBecameOfIt) {
    IngestWriter first = writer("A");
    add_some_chat(first, "result.json", 2, "x");
    expect_ok(first.commit());
    const auto all = value_of(chat_exports(file_));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].exhibit_label + all[0].path, "Aresult.json");
    EXPECT_EQ(all[0].record.format, "telegram_json");
    EXPECT_EQ(all[0].record.parsed, 2U);
    EXPECT_EQ(all[0].record.rejected, 1U);
    EXPECT_TRUE(all[0].record.truncated);
    EXPECT_EQ(all[0].record.known_losses_json, R"(["reactions"])");
    EXPECT_EQ(all[0].record.reject_reasons,
              (std::vector<std::string>{"byte 12: no object", "byte 99: no object"}));
    EXPECT_EQ(value_of(file_.database().scalar("SELECT count(*) FROM accounts")), 2);
    EXPECT_EQ(value_of(file_.database().scalar("SELECT sum(is_owner) FROM accounts")), 1);
}

TEST_F(Chats, AttachmentsAreJoinedToTheLiveFileOfTheirPathInTheSameArchive) {
    IngestWriter first = writer("A");
    std::vector<RowId> contents;
    for (std::uint64_t i = 0; i < 6; ++i) {
        contents.push_back(value_of(first.add_content(some_picture(i))));
    }
    const auto item = [&](const char* path, const char* state, std::size_t content,
                          std::optional<std::uint64_t> parent, const char* stream = "") {
        ItemRecord record = some_item(first.next_seq(), path, contents[content]);
        record.state = state;
        record.parent_seq = parent;
        record.stream = stream;
        expect_ok(first.add_item(record));
    };
    item("a.jpg", "deleted", 0, std::nullopt);
    item("a.jpg", "allocated", 1, std::nullopt, "ads");
    item("a.jpg", "allocated", 2, std::nullopt);
    item("a.jpg", "allocated", 3, std::nullopt);
    item("z.zip", "allocated", 4, std::nullopt);
    item("a.jpg", "embedded", 5, 4); // the path of a file outside, inside an archive
    add_some_chat(first, "result.json", 2, "a.jpg");
    expect_ok(first.commit());
    EXPECT_EQ(value_of(join_attachments(file_, exhibit_)), 1U);
    EXPECT_EQ(value_of(join_attachments(file_, exhibit_)), 1U) << "can be repeated";
    const auto all = messages();
    EXPECT_EQ(all[1].attachment_sha256,
              (std::vector<std::string>{encode_hex(digest_of(2)), std::string()}));
    EXPECT_EQ(all[1].message.attachments[0].content, contents[2]);
    complete_all(file_);
    EXPECT_EQ(value_of(all_media(file_)).size(), 6U);
    for (const MediaView& picture : value_of(all_media(file_))) {
        EXPECT_EQ(picture.messages, picture.content == contents[2] ? 1U : 0U);
    }
}

TEST_F(Chats, ADeletedFileIsJoinedWhereNoLiveOneIsLeftAndAnotherExhibitNever) {
    {
        IngestWriter other = writer("other");
        expect_ok(
            other.add_item(some_item(0, "b.jpg", value_of(other.add_content(some_picture(9))))));
        expect_ok(other.commit());
    }
    IngestWriter first = writer("A");
    ItemRecord deleted = some_item(0, "a.jpg", value_of(first.add_content(some_picture(1))));
    deleted.state = "deleted";
    expect_ok(first.add_item(deleted));
    add_some_chat(first, "one.json", 2, "a.jpg");
    add_some_chat(first, "two.json", 2, "b.jpg");
    expect_ok(first.commit());
    EXPECT_EQ(value_of(join_attachments(file_, exhibit_)), 1U);
}

TEST_F(Chats, ConversationsAreCountedWithTheirHits) {
    IngestWriter first = writer("A");
    const RowId content = value_of(first.add_content(some_picture(1)));
    expect_ok(first.add_item(some_item(0, "a.jpg", content)));
    add_some_chat(first, "result.json", 5, "a.jpg");
    expect_ok(first.commit());
    value_of(join_attachments(file_, exhibit_));
    const std::vector<std::uint64_t> numbers{1};
    fill_list(file_, "harmless", "allow", numbers);
    match_list(file_, "harmless");
    EXPECT_EQ(value_of(conversations(file_))[1].attachments_hit, 0U);
    fill_list(file_, "known", "alert", numbers);
    match_list(file_, "known");
    const auto all = value_of(conversations(file_));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].conversation.native_id + all[0].export_path, "private:1result.json");
    EXPECT_EQ(all[0].messages, 3U);
    EXPECT_EQ(all[0].senders, 1U);
    EXPECT_EQ(all[0].attachments, 0U);
    EXPECT_EQ(all[0].first_utc, TimeValue::utc(1'714'555'800));
    EXPECT_EQ(all[0].last_utc, TimeValue::utc(1'714'555'804));
    EXPECT_EQ(all[1].attachments, 2U);
    EXPECT_EQ(all[1].attachments_present, 1U);
    EXPECT_EQ(all[1].attachments_hit, 1U);
}

TEST_F(Chats, AnExportThatIsNotCommittedLeavesNothing) {
    {
        IngestWriter first = writer("A");
        expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
        expect_ok(first.commit());
        const RowId conversation =
            value_of(first.add_conversation({0, 1, "telegram", "dm:1", "dm", "Trains"}));
        expect_ok(first.add_account({1, "telegram", "user1", "Anna", true}));
        for (std::uint64_t i = 0; i < 10; ++i) {
            MessageRecord message = some_message(conversation, 1, i);
            message.attachments = {some_attachment("x")};
            expect_ok(first.add_message(message));
        }
    } // the process ends before the export's own item
    for (const char* table : {"messages", "attachments", "conversations", "accounts"}) {
        EXPECT_EQ(value_of(file_.database().scalar(fmt::format("SELECT count(*) FROM {}", table))),
                  0)
            << table;
    }
    expect_ok(find(file_, "train", [](const FoundView&) -> Result<void> {
        ADD_FAILURE() << "a message that was never committed";
        return {};
    }));
    IngestWriter again = value_of(IngestWriter::open(file_, exhibit_));
    EXPECT_EQ(again.next_seq(), 1U);
    add_some_chat(again, "result.json", 3, "x");
    expect_ok(again.commit());
    int found = 0;
    expect_ok(find(file_, "train", [&](const FoundView&) -> Result<void> {
        ++found;
        return {};
    }));
    EXPECT_EQ(found, 3) << "row numbers that are given again are indexed";
}

TEST_F(Chats, ATextWithANulIsRefusedAndNothingOfItsExportStays) {
    {
        IngestWriter first = writer("A");
        const RowId conversation =
            value_of(first.add_conversation({0, 0, "telegram", "dm:1", "dm", "Trains"}));
        MessageRecord message = some_message(conversation, 0, 0);
        message.body = std::string("A NUL \0 here", 12);
        EXPECT_EQ(error_of(first.add_message(message)).code, Errc::invalid_argument);
        EXPECT_EQ(error_of(first.commit()).code, Errc::invalid_argument) << "the writer is done";
    }
    EXPECT_EQ(value_of(file_.database().scalar("SELECT count(*) FROM conversations")), 0);
}

TEST_F(Chats, RecordsOfAnyOtherItemThanTheNextAreRefused) {
    {
        IngestWriter first = writer("A");
        EXPECT_EQ(error_of(first.add_conversation({0, 1, "t", "1", "dm", ""})).code,
                  Errc::invalid_argument);
    }
    IngestWriter second = value_of(IngestWriter::open(file_, exhibit_));
    const RowId conversation = value_of(second.add_conversation({0, 0, "t", "1", "dm", ""}));
    EXPECT_EQ(error_of(second.add_message(some_message(conversation, 1, 0))).code,
              Errc::invalid_argument);
}

} // namespace
} // namespace rempart::casefile
