// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/telegram_emitter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "rempart/core/text.hpp"

namespace rempart::examine::chat_reader {
namespace {

constexpr std::string_view kPlatform = "telegram";
// Our choice: 200,000 names are about 20 MB; the largest groups of the platform have as many
// members.
constexpr std::size_t kMaxAccounts = 200'000;

// What the exporter of Telegram Desktop is known not to write (telegramdesktop/tdesktop,
// export_output_json.cpp, read in September 2025).
constexpr std::array<std::string_view, 5> kAlwaysLost{
    "Deleted messages and messages that deleted themselves are not in the export.",
    "Secret chats are not in the export.",
    "Of a forwarded message only the name of its origin is written, not the account.",
    "Members added or removed by a service message are written as names, not as accounts.",
    "Of an edited message only the last text is written.",
};

constexpr std::array<std::string_view, 3> kMessageTypes{"message", "service", "unsupported"};

std::string_view kind_of_chat(std::string_view type) {
    if (type == "personal_chat" || type == "bot_chat") {
        return "dm";
    }
    if (type == "private_group" || type == "public_group") {
        return "group";
    }
    if (type == "private_supergroup" || type == "public_supergroup") {
        return "supergroup";
    }
    if (type == "private_channel" || type == "public_channel") {
        return "channel";
    }
    return type == "saved_messages" ? "saved" : "unknown";
}

// Whether an object inside the root has what makes a message: then brackets were lost between the
// two, and what looks like one is several.
bool holds_another_message(const JsonDocument& document) {
    return std::ranges::any_of(document.nodes().subspan(1), [&](const JsonNode& node) {
        bool has_type = false;
        bool has_place = false;
        for (const JsonNode& member : document.children(node)) {
            has_type |= member.key == "type" &&
                        std::ranges::find(kMessageTypes, member.text) != kMessageTypes.end();
            has_place |= member.key == "id" || member.key == "date";
        }
        return has_type && has_place;
    });
}

std::string text_of(const JsonNode& node) {
    if (node.type == JsonType::integer) {
        return fmt::to_string(node.integer);
    }
    return to_utf8(node.text);
}

// Sets `target` to the value of the first member `key` that says something.
void set_once(std::string& target, const JsonNode& member, std::string_view key) {
    if (member.key == key && target.empty()) {
        target = text_of(member);
    }
}

} // namespace

Result<void> TelegramEmitter::tell(TelegramChat& chat) {
    if (chat.told) {
        return {};
    }
    chat.told = true;
    ++conversations_;
    const std::string_view type = chat.type.empty() ? "unknown" : std::string_view(chat.type);
    const std::string id = chat.id.empty() ? fmt::format("#{}", conversations_) : chat.id;
    return sink_.put(ChatConversation{.platform = std::string(kPlatform),
                                      .id = fmt::format("{}:{}", type, id),
                                      .kind = std::string(kind_of_chat(chat.type)),
                                      .title = chat.name});
}

Result<void> TelegramEmitter::put_account(const SeenAccount& account, bool is_owner) {
    if (account.id.empty() && account.name.empty()) {
        return {};
    }
    if (!is_owner) {
        if (seen_accounts_.size() >= kMaxAccounts) {
            accounts_cut_ = true;
            return {};
        }
        if (!seen_accounts_.insert(account.id + '\0' + account.name).second) {
            return {};
        }
    }
    return sink_.put(ChatAccount{.platform = std::string(kPlatform),
                                 .id = account.id,
                                 .name = account.name,
                                 .is_owner = is_owner});
}

Result<std::optional<Error>> TelegramEmitter::take_message(std::string_view object, RawRef raw) {
    const auto repairs = document_.parse(object);
    if (!repairs) {
        return repairs.error();
    }
    if (holds_another_message(document_)) {
        return Error{Errc::malformed, "another message begins inside it"};
    }
    auto read = read_telegram_message(document_);
    if (!read) {
        return read.error();
    }
    for (const SeenAccount& account : read->accounts) {
        if (auto put = put_account(account, false); !put) {
            return fail(put.error());
        }
    }
    read->message.ordinal = ordinal_;
    read->message.raw = raw;
    if (auto put = sink_.put(std::move(read->message)); !put) {
        if (put.error().code == Errc::limit_exceeded) { // too large to be told; nothing was
            return std::move(put).error();
        }
        return fail(std::move(put).error());
    }
    ++ordinal_;
    ++end_.parsed;
    end_.repairs += *repairs;
    return std::nullopt;
}

Result<void> TelegramEmitter::reject(RawRef raw, Error why) {
    ++ordinal_;
    ++end_.rejected;
    return sink_.put(ChatReject{.raw = raw, .why = std::move(why)});
}

Result<void> TelegramEmitter::take_owner(std::string_view object) {
    const auto repairs = document_.parse(object);
    if (!repairs) {
        return {};
    }
    end_.repairs += *repairs;
    std::string id;
    std::string first;
    std::string last;
    std::string username;
    for (const JsonNode& member : document_.children(document_.root())) {
        set_once(id, member, "user_id");
        set_once(first, member, "first_name");
        set_once(last, member, "last_name");
        set_once(username, member, "username");
    }
    const std::string account = id.empty() ? id : "user" + id;
    const std::string name = first + (first.empty() || last.empty() ? "" : " ") + last;
    if (auto put = put_account({account, name}, true); !put || username.empty()) {
        return put;
    }
    return put_account({account, username}, true);
}

std::string TelegramEmitter::scalar(std::string_view written) {
    const auto repairs = document_.parse(fmt::format("{{\"v\":{}}}", written));
    if (!repairs || document_.root().children != 1) {
        return {};
    }
    end_.repairs += *repairs;
    return text_of(document_.children(document_.root()).front());
}

std::optional<TelegramChat> TelegramEmitter::chat_of(std::string_view object) {
    const auto repairs = document_.parse(object);
    if (!repairs) {
        return std::nullopt;
    }
    end_.repairs += *repairs;
    TelegramChat chat;
    for (const JsonNode& member : document_.children(document_.root())) {
        set_once(chat.name, member, "name");
        set_once(chat.type, member, "type");
        set_once(chat.id, member, "id");
    }
    return chat;
}

Result<void> TelegramEmitter::finish() {
    end_.known_losses.insert(end_.known_losses.begin(), kAlwaysLost.begin(), kAlwaysLost.end());
    if (accounts_cut_) {
        end_.known_losses.push_back(
            fmt::format("Only the first {} names of accounts are listed.", kMaxAccounts));
    }
    return sink_.put(end_);
}

} // namespace rempart::examine::chat_reader
