// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_protocol.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

namespace rempart::examine {
namespace {

enum class Tag : std::uint8_t { account, conversation, message, reject, end, alive, failure };

using Names = std::span<const std::string_view>;
constexpr std::array<std::string_view, 6> kConversationKinds{"dm",      "group", "supergroup",
                                                             "channel", "saved", "unknown"};
constexpr std::array<std::string_view, 9> kMessageKinds{
    "text", "media", "service", "call", "poll", "location", "contact", "sticker", "unsupported"};
constexpr std::array<std::string_view, 4> kStatuses{"claimed", "unavailable", "too_big",
                                                    "excluded"};
constexpr std::array<std::string_view, 7> kRoles{"photo", "file",  "thumbnail", "sticker",
                                                 "voice", "video", "contact"};

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxLosses = 64;
constexpr auto kAnySize = std::numeric_limits<std::uint32_t>::max(); // bounded by the message

// A word of a closed vocabulary travels as its number, so that no other word can arrive.
void put_word(WireWriter& out, Names names, std::string_view word) {
    const auto found = std::ranges::find(names, word);
    assert(found != names.end());
    out.u8(static_cast<std::uint8_t>(found - names.begin()));
}

std::string take_word(WireReader& in, Names names) {
    const std::uint8_t n = in.u8();
    if (n >= names.size()) {
        in.reject();
        return {};
    }
    return std::string(names[n]);
}

std::string take_text(WireReader& in, std::size_t max_bytes = kAnySize) {
    std::string text = in.text(max_bytes);
    if (text.find('\0') != std::string::npos) {
        in.reject();
    }
    return text;
}

bool take_flag(WireReader& in) {
    const std::uint8_t value = in.u8();
    if (value > 1) {
        in.reject();
    }
    return value == 1;
}

// How many entries follow, each of at least `entry_bytes`: a count beyond the message is a fault
// before memory is taken for it.
std::size_t take_count(WireReader& in, std::size_t entry_bytes) {
    const std::size_t count = in.u32();
    if (count > in.remaining() / entry_bytes) {
        in.reject();
        return 0;
    }
    return count;
}

TimeValue take_time(WireReader& in, TimeKind kind) {
    const TimeValue value = in.time();
    const bool is_shown = value.kind == TimeKind::none || !format_time(value).empty();
    if ((value.kind != TimeKind::none && value.kind != kind) || !is_shown) {
        in.reject();
    }
    return value;
}

void put(WireWriter& out, const ChatTime& time) {
    out.text(time.raw);
    out.time(time.utc);
    out.time(time.local);
}

ChatTime take_chat_time(WireReader& in) {
    ChatTime time;
    time.raw = take_text(in);
    time.utc = take_time(in, TimeKind::utc);
    time.local = take_time(in, TimeKind::local_unknown);
    return time;
}

void put(WireWriter& out, RawRef raw) {
    out.u64(raw.offset_bytes);
    out.u64(raw.size_bytes);
}

RawRef take_raw(WireReader& in) {
    const std::uint64_t offset = in.u64();
    return {offset, in.u64()};
}

template <typename T>
void put_optional(WireWriter& out, const std::optional<T>& value) {
    out.u8(value ? 1 : 0);
    if constexpr (std::is_same_v<T, double>) {
        out.u64(std::bit_cast<std::uint64_t>(value.value_or(0)));
    } else {
        out.u64(value.value_or(0));
    }
}

template <typename T>
std::optional<T> take_optional(WireReader& in) {
    const bool present = take_flag(in);
    const std::uint64_t bits = in.u64();
    std::optional<T> value;
    if constexpr (std::is_same_v<T, double>) {
        value = std::bit_cast<double>(bits);
        if (!std::isfinite(*value) || *value < 0) {
            in.reject();
        }
    } else {
        value = static_cast<T>(bits);
        if (bits > std::numeric_limits<T>::max()) {
            in.reject();
        }
    }
    if (!present && bits != 0) {
        in.reject();
    }
    return present ? value : std::nullopt;
}

void put(WireWriter& out, const ChatAttachment& file) {
    out.text(file.path);
    out.text(file.name);
    out.text(file.mime);
    put_word(out, kStatuses, file.status);
    put_word(out, kRoles, file.role);
    put_optional(out, file.size_bytes);
    put_optional(out, file.duration_s);
    put_optional(out, file.width);
    put_optional(out, file.height);
}

ChatAttachment take_attachment(WireReader& in) {
    ChatAttachment file;
    file.path = take_text(in);
    file.name = take_text(in);
    file.mime = take_text(in);
    file.status = take_word(in, kStatuses);
    file.role = take_word(in, kRoles);
    file.size_bytes = take_optional<std::uint64_t>(in);
    file.duration_s = take_optional<double>(in);
    file.width = take_optional<std::uint32_t>(in);
    file.height = take_optional<std::uint32_t>(in);
    return file;
}
constexpr std::size_t kLeastAttachmentBytes = 3 * 4 + 2 + 4 * 9;

void put(WireWriter& out, const ChatAccount& account) {
    out.u8(static_cast<std::uint8_t>(Tag::account));
    out.text(account.platform);
    out.text(account.id);
    out.text(account.name);
    out.u8(account.is_owner ? 1 : 0);
}

ChatAccount take_account(WireReader& in) {
    ChatAccount account;
    account.platform = take_text(in, kMaxNameBytes);
    account.id = take_text(in);
    account.name = take_text(in);
    account.is_owner = take_flag(in);
    return account;
}

void put(WireWriter& out, const ChatConversation& conversation) {
    out.u8(static_cast<std::uint8_t>(Tag::conversation));
    out.text(conversation.platform);
    out.text(conversation.id);
    put_word(out, kConversationKinds, conversation.kind);
    out.text(conversation.title);
}

ChatConversation take_conversation(WireReader& in) {
    ChatConversation conversation;
    conversation.platform = take_text(in, kMaxNameBytes);
    conversation.id = take_text(in);
    conversation.kind = take_word(in, kConversationKinds);
    conversation.title = take_text(in);
    return conversation;
}

void put(WireWriter& out, const ChatMessage& message) {
    out.u8(static_cast<std::uint8_t>(Tag::message));
    out.text(message.id);
    out.u64(message.ordinal);
    put_word(out, kMessageKinds, message.kind);
    out.text(message.sender_id);
    out.text(message.sender_name);
    put(out, message.sent);
    put(out, message.edited);
    out.text(message.body);
    out.text(message.reply_to);
    out.text(message.forwarded_from);
    out.text(message.via);
    out.text(message.service_action);
    out.u32(static_cast<std::uint32_t>(message.members.size()));
    for (const std::string& member : message.members) {
        out.text(member);
    }
    out.u32(static_cast<std::uint32_t>(message.attachments.size()));
    for (const ChatAttachment& file : message.attachments) {
        put(out, file);
    }
    out.text(message.extra_json);
    put(out, message.raw);
}

ChatMessage take_message(WireReader& in) {
    ChatMessage message;
    message.id = take_text(in, kMaxNameBytes);
    message.ordinal = in.u64();
    message.kind = take_word(in, kMessageKinds);
    message.sender_id = take_text(in);
    message.sender_name = take_text(in);
    message.sent = take_chat_time(in);
    message.edited = take_chat_time(in);
    message.body = take_text(in);
    message.reply_to = take_text(in);
    message.forwarded_from = take_text(in);
    message.via = take_text(in);
    message.service_action = take_text(in);
    const std::size_t members = take_count(in, 4);
    for (std::size_t i = 0; i < members && in.ok(); ++i) {
        message.members.push_back(take_text(in));
    }
    const std::size_t files = take_count(in, kLeastAttachmentBytes);
    for (std::size_t i = 0; i < files && in.ok(); ++i) {
        message.attachments.push_back(take_attachment(in));
    }
    message.extra_json = take_text(in);
    message.raw = take_raw(in);
    return message;
}

void put(WireWriter& out, const ChatReject& reject) {
    out.u8(static_cast<std::uint8_t>(Tag::reject));
    put(out, reject.raw);
    out.error(reject.why);
}

void put(WireWriter& out, const ChatEnd& end) {
    out.u8(static_cast<std::uint8_t>(Tag::end));
    out.u64(end.parsed);
    out.u64(end.rejected);
    out.u64(end.skipped);
    out.u64(end.repairs);
    out.u8(end.truncated ? 1 : 0);
    out.u32(static_cast<std::uint32_t>(end.known_losses.size()));
    for (const std::string& loss : end.known_losses) {
        out.text(loss);
    }
    out.text(end.format_version);
}

ChatEnd take_end(WireReader& in) {
    ChatEnd end;
    end.parsed = in.u64();
    end.rejected = in.u64();
    end.skipped = in.u64();
    end.repairs = in.u64();
    end.truncated = take_flag(in);
    const std::size_t losses = take_count(in, 4);
    if (losses > kMaxLosses) {
        in.reject();
    }
    for (std::size_t i = 0; i < losses && in.ok(); ++i) {
        end.known_losses.push_back(take_text(in));
    }
    end.format_version = take_text(in, kMaxNameBytes);
    return end;
}

ChatRecord take_record(WireReader& in) {
    switch (in.enumerator(Tag::failure)) {
    case Tag::account: return take_account(in);
    case Tag::conversation: return take_conversation(in);
    case Tag::message: return take_message(in);
    case Tag::reject: {
        const RawRef raw = take_raw(in);
        return ChatReject{raw, in.error()};
    }
    case Tag::end: return take_end(in);
    case Tag::alive: return ChatAlive{};
    case Tag::failure: return in.error();
    }
    return ChatAlive{};
}

} // namespace

Bytes encode_chat_request(const ChatRequest& request) {
    WireWriter out;
    out.text(request.format);
    out.u64(request.limits.max_record_bytes);
    out.u32(request.limits.max_depth);
    out.u64(request.max_answer_bytes);
    return out.take();
}

Result<ChatRequest> decode_chat_request(ByteView message) {
    WireReader in(message);
    ChatRequest request;
    request.format = take_text(in, kMaxNameBytes);
    request.limits.max_record_bytes = in.u64();
    request.limits.max_depth = in.u32();
    request.max_answer_bytes = in.u64();
    if (auto finished = in.finish(); !finished) {
        return fail(finished.error());
    }
    return request;
}

void encode_chat_record(WireWriter& out, const ChatRecord& record) {
    if (const auto* event = std::get_if<ChatEvent>(&record)) {
        std::visit([&](const auto& value) { put(out, value); }, *event);
    } else if (const auto* error = std::get_if<Error>(&record)) {
        out.u8(static_cast<std::uint8_t>(Tag::failure));
        out.error(*error);
    } else {
        out.u8(static_cast<std::uint8_t>(Tag::alive));
    }
}

Result<std::vector<ChatRecord>> decode_chat_answer(ByteView message) {
    WireReader in(message);
    std::vector<ChatRecord> records;
    do {
        records.push_back(take_record(in));
    } while (in.remaining() > 0);
    if (auto finished = in.finish(); !finished) {
        return fail(finished.error());
    }
    return records;
}

bool ChatOrder::is_inside(RawRef raw) const {
    return raw.offset_bytes <= file_bytes_ && raw.size_bytes <= file_bytes_ - raw.offset_bytes;
}

bool ChatOrder::accepts(const ChatEvent& event) {
    if (std::holds_alternative<ChatConversation>(event)) {
        has_conversation_ = true;
    } else if (const auto* message = std::get_if<ChatMessage>(&event)) {
        ++messages_;
        const bool grows = message->ordinal >= next_ordinal_;
        next_ordinal_ = message->ordinal + 1;
        return has_conversation_ && grows && next_ordinal_ != 0 && is_inside(message->raw);
    } else if (const auto* reject = std::get_if<ChatReject>(&event)) {
        ++rejects_;
        return is_inside(reject->raw);
    } else if (const auto* end = std::get_if<ChatEnd>(&event)) {
        ended_ = true;
        return end->parsed == messages_ && end->rejected == rejects_;
    }
    return true;
}

Result<void> ChatOrder::accept(const ChatRecord& record) {
    // A reader looks at a byte at most ten times (telegram_walk.cpp bounds its second looks to four
    // readings); a child that says more often that it lives is hung.
    const std::uint64_t max_alive = 16 + 16 * (file_bytes_ / kAliveBytes);
    bool sound = !ended_;
    if (const auto* event = std::get_if<ChatEvent>(&record)) {
        sound = accepts(*event) && sound;
    } else if (std::holds_alternative<ChatAlive>(record)) {
        sound = ++alive_ <= max_alive && sound;
    } else {
        ended_ = true;
    }
    if (!sound) {
        return fail(Errc::bad_answer, "the chat reader contradicts itself");
    }
    return {};
}

} // namespace rempart::examine
