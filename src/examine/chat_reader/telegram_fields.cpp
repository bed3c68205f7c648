// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/telegram_fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "examine/chat_reader/number_text.hpp"
#include "rempart/core/text.hpp"

namespace rempart::examine::chat_reader {
namespace {

constexpr std::size_t kMaxLeftOverBytes = std::size_t{64} << 10;

// By Field.
constexpr std::array<std::string_view, kFieldCount> kNames{
    "action",
    "actor",
    "actor_id",
    "contact_information",
    "contact_vcard",
    "contact_vcard_file_size",
    "date",
    "date_unixtime",
    "duration_seconds",
    "edited",
    "edited_unixtime",
    "file",
    "file_name",
    "file_size",
    "forwarded_from",
    "from",
    "from_id",
    "height",
    "id",
    "location_information",
    "media_type",
    "members",
    "mime_type",
    "photo",
    "photo_file_size",
    "place_name",
    "poll",
    "reactions",
    "reply_to_message_id",
    "reply_to_peer_id",
    "text",
    "text_entities",
    "thumbnail",
    "thumbnail_file_size",
    "type",
    "via_bot",
    "width",
};
static_assert(std::ranges::is_sorted(kNames));

std::optional<std::size_t> field_named(std::string_view key) {
    const auto* const found = std::ranges::lower_bound(kNames, key);
    if (found == kNames.end() || *found != key) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - kNames.begin());
}

std::optional<std::int64_t> integer_of(const JsonNode& node) {
    if (node.type == JsonType::integer) {
        return node.integer;
    }
    return node.type == JsonType::text ? number_of<std::int64_t>(node.text) : std::nullopt;
}

} // namespace

TelegramFields::TelegramFields(JsonDocument& document) : document_(document) {
    member_.fill(-1);
    const auto members = document_.children(document_.root());
    done_.assign(members.size(), false);
    for (std::size_t n = 0; n < members.size(); ++n) {
        const auto field = field_named(members[n].key);
        if (!field) {
            continue;
        }
        std::int32_t& chosen = member_[*field];
        if (chosen < 0) {
            chosen = static_cast<std::int32_t>(n);
        } else if (members[n].empty()) {
            done_[n] = true;
        } else if (members[static_cast<std::size_t>(chosen)].empty()) {
            done_[static_cast<std::size_t>(chosen)] = true;
            chosen = static_cast<std::int32_t>(n);
        }
    }
}

const JsonNode* TelegramFields::find(Field field) const {
    const std::int32_t n = member_[static_cast<std::size_t>(field)];
    return n < 0 ? nullptr : &document_.children(document_.root())[static_cast<std::size_t>(n)];
}

void TelegramFields::take(Field field) {
    const std::int32_t n = member_[static_cast<std::size_t>(field)];
    if (n >= 0) {
        done_[static_cast<std::size_t>(n)] = true;
    }
}

std::string TelegramFields::take_text(Field field) {
    const JsonNode* const node = find(field);
    if (node == nullptr || node->type != JsonType::text) {
        return {};
    }
    take(field);
    return to_utf8(node->text);
}

std::optional<std::int64_t> TelegramFields::take_integer(Field field) {
    const JsonNode* const node = find(field);
    const auto value = node == nullptr ? std::nullopt : integer_of(*node);
    if (value) {
        take(field);
    }
    return value;
}

std::optional<std::uint64_t> TelegramFields::take_size(Field field) {
    const JsonNode* const node = find(field);
    const auto value = node == nullptr ? std::nullopt : integer_of(*node);
    if (!value || *value < 0) {
        return std::nullopt;
    }
    take(field);
    return static_cast<std::uint64_t>(*value);
}

std::optional<double> TelegramFields::take_seconds(Field field) {
    const JsonNode* const node = find(field);
    if (node == nullptr) {
        return std::nullopt;
    }
    double seconds = std::numeric_limits<double>::quiet_NaN();
    if (node->type == JsonType::real) {
        seconds = node->real;
    } else if (const auto value = integer_of(*node)) {
        seconds = static_cast<double>(*value);
    }
    if (!std::isfinite(seconds) || seconds < 0) {
        return std::nullopt;
    }
    take(field);
    return seconds;
}

std::string TelegramFields::left_over() {
    std::string json;
    std::size_t left_out = 0;
    for (std::size_t n = 0; n < done_.size(); ++n) {
        if (done_[n]) {
            continue;
        }
        const std::string_view member = document_.written(n);
        if (json.size() + member.size() > kMaxLeftOverBytes) {
            ++left_out;
            continue;
        }
        json += json.empty() ? "{" : ", ";
        json += member;
    }
    if (left_out > 0) {
        json += fmt::format("{}\"rempart_left_out\": {}", json.empty() ? "{" : ", ", left_out);
    }
    return json.empty() ? json : json + "}";
}

} // namespace rempart::examine::chat_reader
