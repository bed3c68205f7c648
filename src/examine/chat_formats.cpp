// SPDX-License-Identifier: Apache-2.0
// The table of chat formats, and how each is told from its first bytes. Nothing is decoded here:
// the bytes are only compared, in one pass, so this may run outside the sandbox.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "rempart/examine/chat.hpp"

namespace rempart::examine {
namespace {

constexpr std::array<std::string_view, 9> kTelegramChatTypes{
    "personal_chat",     "bot_chat",        "private_group",  "private_supergroup", "public_group",
    "public_supergroup", "private_channel", "public_channel", "saved_messages"};
constexpr std::array<std::string_view, 3> kTelegramMessageTypes{"message", "service",
                                                                "unsupported"};

// What the head of a JSON file says about itself, by its keys.
struct TelegramSigns {
    bool root_name = false, root_id = false, root_messages = false, root_chats = false;
    bool about = false, personal_information = false;
    bool chat_type = false, message_type = false;
};

// Reads the keys of the head of a JSON file with their depth: 1 are those of the root.
class KeyReader {
  public:
    explicit KeyReader(std::string_view text) : text_(text) {}

    TelegramSigns read() {
        while (pos_ < text_.size()) {
            const char c = text_[pos_];
            if (c == '"') {
                string();
                continue;
            }
            if (c == '{' || c == '[') {
                ++depth_;
            } else if ((c == '}' || c == ']') && depth_ > 0) {
                --depth_;
            }
            ++pos_;
        }
        return signs_;
    }

  private:
    std::string_view take_string() {
        const std::size_t begin = ++pos_;
        while (pos_ < text_.size() && text_[pos_] != '"') {
            pos_ += text_[pos_] == '\\' ? 2U : 1U;
        }
        const std::size_t end = std::min(pos_, text_.size());
        ++pos_;
        return text_.substr(begin, end - begin);
    }
    char after_space() {
        pos_ = std::min(text_.find_first_not_of(" \t\r\n", pos_), text_.size());
        return pos_ < text_.size() ? text_[pos_] : '\0';
    }

    void string() {
        const std::string_view key = take_string();
        if (after_space() != ':') {
            return; // a value
        }
        ++pos_;
        const char first = after_space();
        if (depth_ == 1) {
            root_key(key, first);
        }
        if (key == "type" && first == '"') {
            const std::string_view type = take_string();
            signs_.chat_type |=
                std::ranges::find(kTelegramChatTypes, type) != kTelegramChatTypes.end();
            signs_.message_type |=
                std::ranges::find(kTelegramMessageTypes, type) != kTelegramMessageTypes.end();
        }
    }

    void root_key(std::string_view key, char first) {
        signs_.root_name |= key == "name";
        signs_.root_id |= key == "id";
        signs_.root_messages |= key == "messages" && first == '[';
        signs_.root_chats |=
            (key == "chats" || key == "left_chats") && (first == '{' || first == '[');
        signs_.about |= key == "about" && first == '"';
        signs_.personal_information |= key == "personal_information" && first == '{';
    }

    std::string_view text_;
    std::size_t pos_ = 0;
    std::uint64_t depth_ = 0;
    TelegramSigns signs_;
};

// UTF-16 text with the characters of ASCII only, so that a converted export is claimed and then
// refused for what it is, instead of being passed over. "" if it is no UTF-16.
std::string narrowed(std::string_view head) {
    const bool little = head.starts_with("\xFF\xFE");
    if (!little && !head.starts_with("\xFE\xFF")) {
        return {};
    }
    std::string text;
    for (std::size_t i = little ? 2 : 3; i < head.size(); i += 2) {
        text += head[i];
    }
    return text;
}

bool claims_telegram(ByteView head, std::string_view /*file_name*/) {
    std::string_view text = chars_of(head);
    const std::string narrow = narrowed(text);
    if (!narrow.empty()) {
        text = narrow;
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (!text.starts_with('{')) {
        return false;
    }
    const TelegramSigns signs = KeyReader(text).read();
    const bool one_chat = signs.root_messages && (signs.message_type || signs.chat_type ||
                                                  (signs.root_name && signs.root_id));
    const bool account_chats =
        signs.root_chats && (signs.message_type || signs.chat_type || signs.about);
    return one_chat || account_chats || (signs.about && signs.personal_information);
}

constexpr std::array kFormats{
    ChatFormat{"telegram_json", "Telegram Desktop export (result.json)", claims_telegram},
};

} // namespace

std::span<const ChatFormat> chat_formats() noexcept {
    return kFormats;
}

const ChatFormat* claim_chat(ByteView head, std::string_view file_name) noexcept {
    const auto* const found = std::ranges::find_if(
        kFormats, [&](const ChatFormat& format) { return format.claims(head, file_name); });
    return found == kFormats.end() ? nullptr : found;
}

} // namespace rempart::examine
