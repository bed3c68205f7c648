// SPDX-License-Identifier: Apache-2.0
// The part of TelegramWalk that reads what stands beside messages: a chat's own keys, wherever they
// are, and the parts of an account.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "examine/chat_reader/telegram_walk.hpp"

namespace rempart::examine::chat_reader {
namespace {

constexpr std::size_t kMaxHeaderValueBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxOwnerBytes = std::size_t{1} << 20;

// Parts of an account export that are not chats.
constexpr std::array<std::string_view, 7> kSections{
    "contacts", "frequent_contacts", "other_data",  "profile_pictures",
    "sessions", "stories",           "web_sessions"};

bool is_header(std::string_view key) {
    return key == "name" || key == "type" || key == "id";
}

// Whether the head of a section holds at least one entry: it is an array or an object with a list.
bool has_entries(std::string_view head) {
    if (head.starts_with('{')) {
        head.remove_prefix(std::min(head.find("\"list\""), head.size()));
        head.remove_prefix(std::min(head.find('['), head.size()));
    }
    if (!head.starts_with('[')) {
        return false;
    }
    const auto* const entry = std::ranges::find_if_not(head.substr(1), is_json_space);
    return entry != head.end() && *entry != ']';
}

} // namespace

Result<TelegramWalk::Flow> TelegramWalk::value(int level, std::string_view key,
                                               TelegramChat& chat) {
    if (level == 1 && (key == "chats" || key == "left_chats")) {
        found_export_ = true;
        return nested(level);
    }
    if (level == 1 &&
        (key == "personal_information" || std::ranges::find(kSections, key) != kSections.end())) {
        return section(key);
    }
    if (!is_header(key)) {
        return nested(level);
    }
    const std::uint64_t begin = pos_;
    auto flow = skip_value();
    if (!flow || *flow == Flow::stop) {
        return flow;
    }
    if (auto taken = header_field(key, begin, pos_, chat); !taken) {
        return fail(taken.error());
    }
    return Flow::next;
}

Result<TelegramWalk::Flow> TelegramWalk::section(std::string_view key) {
    found_export_ = true;
    const std::uint64_t begin = pos_;
    auto flow = skip_value();
    if (!flow || *flow == Flow::stop) {
        return flow;
    }
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(pos_ - begin, kMaxOwnerBytes));
    const auto text = file_.slice(begin, size);
    if (!text) {
        return fail(text.error());
    }
    if (key == "personal_information") {
        if (auto taken = emitter_.take_owner(*text); !taken) {
            return fail(taken.error());
        }
        emitter_.add_loss("Of personal_information only the account's id and names are read.");
    } else if (has_entries(*text)) {
        emitter_.add_loss(
            fmt::format("The account's {} are in the export and are not read yet.", key));
    }
    return Flow::next;
}

Result<void> TelegramWalk::header_field(std::string_view key, std::uint64_t begin,
                                        std::uint64_t end, TelegramChat& chat) {
    std::string& target = key == "name" ? chat.name : key == "type" ? chat.type : chat.id;
    if (!target.empty() || end - begin > kMaxHeaderValueBytes) {
        return {};
    }
    const auto written = file_.slice(begin, static_cast<std::size_t>(end - begin));
    if (!written) {
        return fail(written.error());
    }
    if (!written->starts_with('{') && !written->starts_with('[')) {
        target = emitter_.scalar(*written);
    }
    return {};
}

// The chat's own keys behind its messages, if they did not stand before. pos_ is at the array and
// stays there. Whatever is broken there is met again by the walk itself.
Result<void> TelegramWalk::look_ahead(TelegramChat& chat) {
    found_export_ = true;
    if (chat.told || (!chat.type.empty() && !chat.id.empty())) {
        return emitter_.tell(chat);
    }
    const std::uint64_t begin = pos_;
    const bool was_truncated = truncated_;
    auto taken = header_behind(chat);
    pos_ = begin;
    truncated_ = was_truncated;
    return taken ? emitter_.tell(chat) : taken;
}

Result<void> TelegramWalk::header_behind(TelegramChat& chat) {
    auto end = find_value_end(file_, pos_);
    while (end && end->outcome == ScanOutcome::complete) {
        pos_ = end->at;
        const auto name = key_behind();
        if (!name) {
            break;
        }
        const std::uint64_t begin = pos_;
        end = find_value_end(file_, pos_);
        const bool is_taken = end && end->outcome == ScanOutcome::complete && is_header(*name);
        auto taken = is_taken ? header_field(*name, begin, end->at, chat) : Result<void>();
        if (!taken) {
            return taken;
        }
    }
    return {};
}

// The key behind the value that ends at pos_; moves to what it names. Nothing: there is none, or it
// cannot be read.
std::optional<std::string> TelegramWalk::key_behind() {
    auto c = peek();
    while (c && *c == ',') {
        ++pos_;
        c = peek();
    }
    if (!c || *c != '"') {
        return std::nullopt;
    }
    auto name = key();
    return name && peek() ? *std::move(name) : std::nullopt;
}

} // namespace rempart::examine::chat_reader
