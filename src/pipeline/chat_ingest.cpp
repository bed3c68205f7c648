// SPDX-License-Identifier: Apache-2.0
#include "pipeline/chat_ingest.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "rempart/core/text.hpp"

namespace rempart::pipeline {
namespace {

using casefile::RowId;

constexpr std::size_t kMaxReasons = 1'000; // the count is kept whole, the sentences are not

// A string of JSON may hold a NUL, which no database keeps in a text: it is written as \x00, and a
// backslash of the same text as \x5c, so that nothing is lost.
std::string storable(std::string&& text) {
    return text.find('\0') == std::string::npos ? std::move(text) : to_utf8(text);
}

std::string json_list(const std::vector<std::string>& texts) {
    return texts.empty() ? std::string() : nlohmann::json(texts).dump();
}

casefile::AttachmentRecord attachment_record(examine::ChatAttachment&& from,
                                             std::string_view export_path) {
    casefile::AttachmentRecord record;
    if (from.status == "claimed") {
        record.resolved_path = resolve_attachment(export_path, from.path);
    }
    record.claimed_path = storable(std::move(from.path));
    record.name = storable(std::move(from.name));
    record.mime = storable(std::move(from.mime));
    record.status = storable(std::move(from.status));
    record.role = storable(std::move(from.role));
    record.size_bytes = from.size_bytes;
    return record;
}

casefile::MessageRecord message_record(examine::ChatMessage&& from,
                                       const casefile::ItemRecord& item, RowId conversation) {
    casefile::MessageRecord record;
    record.conversation = conversation;
    record.item_seq = item.seq;
    record.ordinal = from.ordinal;
    record.native_id = storable(std::move(from.id));
    record.kind = storable(std::move(from.kind));
    record.sender_id = storable(std::move(from.sender_id));
    record.sender_name = storable(std::move(from.sender_name));
    record.body = storable(std::move(from.body));
    record.sent_raw = storable(std::move(from.sent.raw));
    record.sent_utc = from.sent.utc;
    record.sent_local = from.sent.local;
    record.edited_raw = storable(std::move(from.edited.raw));
    record.edited_utc = from.edited.utc;
    record.reply_to = storable(std::move(from.reply_to));
    record.forwarded_from = storable(std::move(from.forwarded_from));
    record.service_action = storable(std::move(from.service_action));
    record.members_json = json_list(from.members);
    record.extra_json = std::move(from.extra_json);
    record.raw_offset = from.raw.offset_bytes;
    record.raw_size = from.raw.size_bytes;
    for (auto& attachment : from.attachments) {
        record.attachments.push_back(attachment_record(std::move(attachment), item.path));
    }
    return record;
}

// Turns the events of one export into rows.
class Taker {
  public:
    explicit Taker(const ChatIngest& chat) : chat_(chat) {
        summary_.item_seq = chat.item.seq;
        summary_.format = chat.format.name;
    }

    Result<void> operator()(examine::ChatAccount&& account) {
        return chat_.writer.add_account({.item_seq = chat_.item.seq,
                                         .platform = storable(std::move(account.platform)),
                                         .native_id = storable(std::move(account.id)),
                                         .name = storable(std::move(account.name)),
                                         .is_owner = account.is_owner});
    }
    Result<void> operator()(examine::ChatConversation&& conversation) {
        const auto row =
            chat_.writer.add_conversation({.id = 0,
                                           .item_seq = chat_.item.seq,
                                           .platform = storable(std::move(conversation.platform)),
                                           .native_id = storable(std::move(conversation.id)),
                                           .kind = storable(std::move(conversation.kind)),
                                           .title = storable(std::move(conversation.title))});
        if (!row) {
            return fail(row.error());
        }
        conversation_ = *row;
        return {};
    }
    Result<void> operator()(examine::ChatMessage&& message) {
        if (conversation_ == 0) {
            untrusted_ = Error{Errc::bad_answer, "a message came before its conversation"};
            return {};
        }
        ++messages_;
        return chat_.writer.add_message(
            message_record(std::move(message), chat_.item, conversation_));
    }
    Result<void> operator()(examine::ChatReject&& reject) {
        if (summary_.reject_reasons.size() < kMaxReasons) {
            summary_.reject_reasons.push_back(
                fmt::format("byte {}: {}", reject.raw.offset_bytes, reject.why.message));
        }
        return {};
    }
    Result<void> operator()(examine::ChatEnd&& end) {
        summary_.parsed = end.parsed;
        summary_.rejected = end.rejected;
        summary_.skipped = end.skipped;
        summary_.repairs = end.repairs;
        summary_.truncated = end.truncated;
        summary_.known_losses_json = json_list(end.known_losses);
        ended_ = true;
        return {};
    }

    [[nodiscard]] bool ended() const { return ended_ || untrusted_; }

    Result<std::optional<Error>> store(std::optional<Error> broken_off) {
        if (!broken_off) {
            broken_off = untrusted_;
        }
        if (broken_off) { // no count came from the reader: ours is what is in the case
            summary_.parsed = messages_;
            summary_.truncated = true;
            summary_.reject_reasons.push_back(broken_off->message);
        }
        if (auto added = chat_.writer.add_chat_export(summary_); !added) {
            return fail(added.error());
        }
        if (broken_off) {
            return broken_off;
        }
        const std::uint64_t found = summary_.parsed + summary_.rejected + summary_.skipped;
        if (summary_.truncated) {
            return Error{Errc::truncated,
                         fmt::format("the export breaks off after {} messages", summary_.parsed)};
        }
        if (summary_.rejected > 0) {
            return Error{Errc::malformed, fmt::format("{} of {} messages could not be read",
                                                      summary_.rejected, found)};
        }
        return std::nullopt;
    }

  private:
    const ChatIngest& chat_;
    casefile::ChatExportRecord summary_;
    RowId conversation_ = 0;
    std::uint64_t messages_ = 0;
    bool ended_ = false;
    std::optional<Error> untrusted_;
};

} // namespace

std::string resolve_attachment(std::string_view export_path, std::string_view claimed) {
    if (claimed.empty() || claimed.starts_with('/') || claimed.ends_with('/')) {
        return {};
    }
    const std::size_t folder_size = export_path.find_last_of("/!") + 1; // npos + 1: no folder
    std::string path(export_path.substr(0, folder_size));
    while (!claimed.empty()) {
        const std::size_t end = std::min(claimed.find('/'), claimed.size());
        const std::string_view part = claimed.substr(0, end);
        if (part.empty() || part == "." || part == "..") {
            return {};
        }
        path += part;
        claimed.remove_prefix(end);
        if (!claimed.empty()) {
            path += '/';
            claimed.remove_prefix(1);
        }
    }
    return path;
}

Result<std::optional<Error>> ingest_chat(const ChatIngest& chat) {
    Taker take(chat);
    auto stream = examine::open_chat(chat.descriptor, chat.format, chat.readers, {});
    if (!stream) {
        return take.store(stream.error());
    }
    while (!take.ended()) {
        auto event = (*stream)->next();
        if (!event) {
            return take.store(event.error());
        }
        if (auto taken = std::visit(
                [&](auto&& record) { return take(std::forward<decltype(record)>(record)); },
                std::move(*event));
            !taken) {
            return fail(taken.error());
        }
    }
    return take.store(std::nullopt);
}

} // namespace rempart::pipeline
