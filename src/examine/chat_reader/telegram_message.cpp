// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/telegram_message.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "examine/chat_reader/number_text.hpp"
#include "examine/chat_reader/telegram_fields.hpp"
#include "rempart/core/text.hpp"

namespace rempart::examine::chat_reader {
namespace {

// Seconds of 9999-12-31T23:59:59Z and 0001-01-01T00:00:00Z: what format_time can show.
constexpr std::int64_t kLastSecond = 253'402'300'799;
constexpr std::int64_t kFirstSecond = -62'135'596'800;

// The text of one part: itself, or the first "text" of an object.
std::string_view part_text(const JsonDocument& document, const JsonNode& part) {
    for (const JsonNode& member : document.children(part)) {
        if (member.key == "text" && member.type == JsonType::text) {
            return member.text;
        }
    }
    return part.text;
}

// A text, or an array of texts and of objects with a "text": all parts joined.
std::string joined_text(const JsonDocument& document, const JsonNode& node) {
    if (node.type == JsonType::text) {
        return to_utf8(node.text);
    }
    std::string body;
    for (const JsonNode& part : document.children(node)) {
        body += part_text(document, part);
    }
    return to_utf8(body);
}

// Whether the parts say more than their text: a link, a mention, a style.
bool has_styled_part(const JsonDocument& document, const JsonNode& node) {
    return std::ranges::any_of(document.children(node), [&](const JsonNode& part) {
        return std::ranges::any_of(document.children(part), [](const JsonNode& member) {
            return (member.key == "type" && member.text != "plain") ||
                   (member.key != "type" && member.key != "text");
        });
    });
}

// text_entities holds the same text as `text`, in one shape; where `text` says something else (a
// service message may carry two), it is left over for extra_json.
std::string take_body(const JsonDocument& document, TelegramFields& fields) {
    const auto usable = [&](Field field) -> const JsonNode* {
        const JsonNode* const node = fields.find(field);
        const bool fits =
            node != nullptr && (node->type == JsonType::text || node->type == JsonType::array);
        return fits ? node : nullptr;
    };
    const JsonNode* const parts = usable(Field::text_entities);
    const JsonNode* const text = usable(Field::text);
    const std::string from_parts = parts == nullptr ? std::string() : joined_text(document, *parts);
    const std::string from_text = text == nullptr ? std::string() : joined_text(document, *text);
    if (parts != nullptr && !has_styled_part(document, *parts) &&
        from_parts.empty() == parts->empty()) {
        fields.take(Field::text_entities);
    }
    if (text != nullptr &&
        (from_parts.empty() ? !has_styled_part(document, *text) : from_parts == from_text)) {
        fields.take(Field::text);
    }
    return from_parts.empty() ? from_text : from_parts;
}

ChatTime take_time(TelegramFields& fields, Field local, Field unix_time) {
    ChatTime time;
    if (const JsonNode* const node = fields.find(local); node != nullptr) {
        time.raw = fields.take_text(local);
        if (const auto parsed = parse_time(time.raw)) {
            (parsed->kind == TimeKind::utc ? time.utc : time.local) = *parsed;
        }
    }
    const JsonNode* const node = fields.find(unix_time);
    if (node == nullptr) {
        return time;
    }
    const std::string raw =
        node->type == JsonType::integer ? fmt::to_string(node->integer) : to_utf8(node->text);
    const auto seconds = number_of<std::int64_t>(raw);
    if (seconds && *seconds >= kFirstSecond && *seconds <= kLastSecond) {
        time.utc = TimeValue::utc(*seconds);
        time.raw = time.raw.empty() ? raw : time.raw;
        fields.take(unix_time);
    }
    return time;
}

// Where a file should be, the exporter writes one of these sentences; profile pictures and stories
// say "Photo" or "Story" for "File" (telegramdesktop/tdesktop, export_output_json.cpp,
// FormatFilePath).
std::string attachment_status(std::string_view path) {
    if (path.empty()) {
        return "unavailable";
    }
    if (!path.starts_with('(') || !path.ends_with(')')) {
        return "claimed";
    }
    if (path.find(" exceeds maximum size") != std::string_view::npos) {
        return "too_big";
    }
    if (path.find(" not included") != std::string_view::npos) {
        return "excluded";
    }
    return "unavailable";
}

std::optional<ChatAttachment> take_file(TelegramFields& fields, Field path, Field size,
                                        std::string_view role) {
    const JsonNode* const node = fields.find(path);
    if (node == nullptr || node->type != JsonType::text) {
        return std::nullopt;
    }
    ChatAttachment file;
    file.status = attachment_status(node->text);
    std::string text = fields.take_text(path);
    file.path = file.status == "claimed" ? std::move(text) : std::string();
    file.role = role;
    file.size_bytes = fields.take_size(size);
    return file;
}

std::string_view role_of_media_type(std::string_view media_type) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRoles{{
        {"sticker", "sticker"},
        {"voice_message", "voice"},
        {"video_message", "video"},
        {"video_file", "video"},
        {"animation", "video"},
    }};
    const auto* const found =
        std::ranges::find(kRoles, media_type, [](const auto& row) { return row.first; });
    return found == kRoles.end() ? "file" : found->second;
}

std::optional<std::uint32_t> take_pixels(TelegramFields& fields, Field field) {
    const JsonNode* const node = fields.find(field);
    if (node == nullptr || node->type != JsonType::integer || node->integer < 0 ||
        node->integer > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    fields.take(field);
    return static_cast<std::uint32_t>(node->integer);
}

// media_type itself stays in extra_json: it tells more than the role (an animation from a film).
std::vector<ChatAttachment> take_attachments(TelegramFields& fields) {
    std::vector<ChatAttachment> files;
    if (auto photo = take_file(fields, Field::photo, Field::photo_file_size, "photo")) {
        files.push_back(std::move(*photo));
    }
    const JsonNode* const media_type = fields.find(Field::media_type);
    const std::string_view role =
        role_of_media_type(media_type == nullptr ? std::string_view() : media_type->text);
    if (auto file = take_file(fields, Field::file, Field::file_size, role)) {
        file->name = fields.take_text(Field::file_name);
        file->mime = fields.take_text(Field::mime_type);
        file->duration_s = fields.take_seconds(Field::duration_seconds);
        files.push_back(std::move(*file));
    }
    if (!files.empty()) {
        files.back().width = take_pixels(fields, Field::width);
        files.back().height = take_pixels(fields, Field::height);
    }
    if (auto small = take_file(fields, Field::thumbnail, Field::thumbnail_file_size, "thumbnail")) {
        files.push_back(std::move(*small));
    }
    if (auto card =
            take_file(fields, Field::contact_vcard, Field::contact_vcard_file_size, "contact")) {
        files.push_back(std::move(*card));
    }
    return files;
}

bool is_call(std::string_view action) {
    constexpr std::array<std::string_view, 5> kCalls{"phone_call", "conference_call", "group_call",
                                                     "invite_to_group_call",
                                                     "group_call_scheduled"};
    return std::ranges::find(kCalls, action) != kCalls.end();
}

std::string kind_of(const TelegramFields& fields, std::string_view type,
                    const ChatMessage& message) {
    if (type == "unsupported") {
        return "unsupported";
    }
    if (type == "service") {
        return is_call(message.service_action) ? "call" : "service";
    }
    if (fields.has(Field::poll)) {
        return "poll";
    }
    if (fields.has(Field::location_information) || fields.has(Field::place_name)) {
        return "location";
    }
    if (fields.has(Field::contact_information) || fields.has(Field::contact_vcard)) {
        return "contact";
    }
    if (message.attachments.empty()) {
        return "text";
    }
    const bool is_sticker = std::ranges::any_of(
        message.attachments, [](const ChatAttachment& file) { return file.role == "sticker"; });
    return is_sticker ? "sticker" : "media";
}

// A peer's two keys: "from" and "from_id", or "actor" and "actor_id". A null name is a deleted
// account.
SeenAccount take_peer(TelegramFields& fields, Field name, Field id) {
    SeenAccount peer;
    peer.name = fields.take_text(name);
    if (const JsonNode* const node = fields.find(name);
        node != nullptr && node->type == JsonType::null) {
        fields.take(name);
    }
    if (const JsonNode* const node = fields.find(id); node != nullptr) {
        peer.id = telegram_peer(*node);
        if (!peer.id.empty()) {
            fields.take(id);
        }
    }
    return peer;
}

std::vector<std::string> take_members(const JsonDocument& document, TelegramFields& fields) {
    std::vector<std::string> names;
    const JsonNode* const node = fields.find(Field::members);
    if (node == nullptr || node->type != JsonType::array) {
        return names;
    }
    for (const JsonNode& member : document.children(*node)) {
        if (member.type != JsonType::text && member.type != JsonType::null) {
            return {}; // not names: the whole list is left over
        }
        names.push_back(to_utf8(member.text));
    }
    fields.take(Field::members);
    return names;
}

// "17", or "channel5/17" for a message in another chat.
std::string take_reply(TelegramFields& fields) {
    const auto id = fields.take_integer(Field::reply_to_message_id);
    if (!id) {
        return {};
    }
    const JsonNode* const peer = fields.find(Field::reply_to_peer_id);
    const std::string other = peer == nullptr ? std::string() : telegram_peer(*peer);
    if (other.empty()) {
        return fmt::to_string(*id);
    }
    fields.take(Field::reply_to_peer_id);
    return fmt::format("{}/{}", other, *id);
}

SeenAccount account_of(const JsonDocument& document, const JsonNode& recent) {
    SeenAccount account;
    for (const JsonNode& part : document.children(recent)) {
        if (part.key == "from_id") {
            account.id = telegram_peer(part);
        } else if (part.key == "from") {
            account.name = to_utf8(part.text);
        }
    }
    return account;
}

void add_reacting_accounts(const JsonDocument& document, const JsonNode& reaction,
                           std::vector<SeenAccount>& accounts) {
    for (const JsonNode& member : document.children(reaction)) {
        if (member.key != "recent") {
            continue;
        }
        for (const JsonNode& recent : document.children(member)) {
            accounts.push_back(account_of(document, recent));
        }
    }
}

} // namespace

std::string telegram_peer(const JsonNode& node) {
    constexpr std::int64_t kUserShift = std::int64_t{1} << 32;
    if (node.type == JsonType::text) {
        return to_utf8(node.text);
    }
    if (node.type != JsonType::integer) {
        return {};
    }
    if (node.integer > 0 && node.integer < 2 * kUserShift) {
        return fmt::format("user{}", node.integer % kUserShift);
    }
    return fmt::to_string(node.integer);
}

Result<TelegramMessage> read_telegram_message(JsonDocument& document) {
    TelegramFields fields(document);
    constexpr std::array kMakers{Field::id, Field::type, Field::date, Field::date_unixtime,
                                 Field::text};
    if (std::ranges::none_of(kMakers, [&](Field field) { return fields.has(field); })) {
        return fail(Errc::malformed, "an object without id, type, date or text");
    }
    TelegramMessage result;
    ChatMessage& message = result.message;
    if (const auto id = fields.take_integer(Field::id)) {
        message.id = fmt::to_string(*id);
    }
    const JsonNode* const type_node = fields.find(Field::type);
    const std::string type = type_node == nullptr ? std::string() : to_utf8(type_node->text);
    if (type == "message" || type == "service" || type == "unsupported") {
        fields.take(Field::type);
    }
    const bool is_service = type == "service";
    SeenAccount sender = is_service ? take_peer(fields, Field::actor, Field::actor_id)
                                    : take_peer(fields, Field::from, Field::from_id);
    message.sender_id = sender.id;
    message.sender_name = sender.name;
    if (!sender.id.empty() || !sender.name.empty()) {
        result.accounts.push_back(std::move(sender));
    }
    if (const JsonNode* const reactions = fields.find(Field::reactions); reactions != nullptr) {
        for (const JsonNode& reaction : document.children(*reactions)) {
            add_reacting_accounts(document, reaction, result.accounts);
        }
    }
    message.sent = take_time(fields, Field::date, Field::date_unixtime);
    message.edited = take_time(fields, Field::edited, Field::edited_unixtime);
    message.body = take_body(document, fields);
    message.reply_to = take_reply(fields);
    message.forwarded_from = fields.take_text(Field::forwarded_from);
    message.via = fields.take_text(Field::via_bot);
    message.service_action = fields.take_text(Field::action);
    message.members = take_members(document, fields);
    message.attachments = take_attachments(fields);
    message.kind = kind_of(fields, type, message);
    message.extra_json = fields.left_over();
    return result;
}

} // namespace rempart::examine::chat_reader
