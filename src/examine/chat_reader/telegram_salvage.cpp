// SPDX-License-Identifier: Apache-2.0
// The part of TelegramWalk that reads messages and goes on behind damage.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "examine/chat_reader/telegram_walk.hpp"

namespace rempart::examine::chat_reader {

// Whether the array at pos_ begins with what is plainly a message.
Result<bool> TelegramWalk::is_message_list() {
    const auto inside = skip_space(file_, pos_ + 1);
    if (!inside) {
        return fail(inside.error());
    }
    const auto text = file_.slice(*inside, kAnchorBytes);
    if (!text) {
        return fail(text.error());
    }
    return begins_message(*text);
}

// The elements of an array of messages; pos_ is inside it.
Result<TelegramWalk::Flow> TelegramWalk::messages(TelegramChat& chat) {
    if (auto told = emitter_.tell(chat); !told) {
        return fail(told.error());
    }
    return elements([&] { return element(); });
}

// One element, at pos_: exactly one record, accepted or rejected.
Result<TelegramWalk::Flow> TelegramWalk::element() {
    const std::uint64_t begin = pos_;
    const auto head = file_.from(begin);
    if (!head) {
        return fail(head.error());
    }
    const bool is_object = head->starts_with('{');
    const auto end = find_value_end(file_, begin);
    if (!end) {
        return fail(end.error());
    }
    if (end->outcome == ScanOutcome::end_of_file) {
        return pass_over(begin, *end, {Errc::truncated, "the file ends inside this record"});
    }
    if (end->outcome == ScanOutcome::broken) {
        return pass_over(begin, *end,
                         {Errc::malformed, fmt::format("structure broken at byte {}", end->at)});
    }
    const std::uint64_t size = end->at - begin;
    if (!is_object) {
        return pass_over(begin, *end, {Errc::malformed, "not an object"});
    }
    if (size > limits_.max_record_bytes) {
        return pass_over(begin, *end,
                         {Errc::limit_exceeded, fmt::format("{} bytes, at most {} allowed", size,
                                                            limits_.max_record_bytes)});
    }
    const auto object = file_.slice(begin, static_cast<std::size_t>(size));
    if (!object) {
        return fail(object.error());
    }
    const auto refused = emitter_.take_message(*object, {begin, size});
    if (!refused) {
        return fail(refused.error());
    }
    if (*refused) {
        return pass_over(begin, *end, **refused);
    }
    pos_ = end->at;
    return Flow::next;
}

// Rejects the record at `begin` and finds where to go on: the next anchor inside it, else its end
// if it has one, else the next anchor in the file.
Result<TelegramWalk::Flow> TelegramWalk::pass_over(std::uint64_t begin, ScanEnd end, Error why) {
    const bool has_end = end.outcome == ScanOutcome::complete;
    const std::uint64_t until = has_end ? end.at : file_.size_bytes();
    std::uint64_t search = begin + 1;
    if (end.at - begin > rescan_left_bytes_) {
        search = end.at;
    } else {
        rescan_left_bytes_ -= end.at - begin;
    }
    const auto found = find_anchor(file_, search, until);
    if (!found) {
        return fail(found.error());
    }
    const std::optional<Anchor>& anchor = *found;
    pos_ = anchor ? anchor->offset : until;
    if (auto rejected = emitter_.reject({begin, pos_ - begin}, std::move(why)); !rejected) {
        return fail(rejected.error());
    }
    if (anchor && anchor->kind == Anchor::Kind::message_list) {
        damaged_ = true;
        resume_ = anchor;
        return Flow::stop;
    }
    if (anchor || has_end) {
        return Flow::next;
    }
    if (end.outcome == ScanOutcome::end_of_file) {
        return ended();
    }
    damaged_ = true;
    if (auto checked = check_tail(); !checked) {
        return fail(checked.error());
    }
    return Flow::stop;
}

// The structure outside of messages is impossible at pos_: from here on only anchors are followed.
Result<TelegramWalk::Flow> TelegramWalk::broken() {
    damaged_ = true;
    const std::uint64_t begin = pos_;
    const auto anchor = find_anchor(file_, begin, file_.size_bytes());
    if (!anchor) {
        return fail(anchor.error());
    }
    resume_ = *anchor;
    pos_ = resume_ ? resume_->offset : file_.size_bytes();
    Error why{Errc::malformed, "structure broken outside of messages"};
    if (auto rejected = emitter_.reject({begin, pos_ - begin}, std::move(why)); !rejected) {
        return fail(rejected.error());
    }
    if (!resume_) {
        if (auto checked = check_tail(); !checked) {
            return fail(checked.error());
        }
    }
    return Flow::stop;
}

// Reads the messages from an anchor on, with the chat that the text in front of it names.
Result<void> TelegramWalk::salvage(const Anchor& anchor) {
    found_export_ = true;
    auto chat = chat_before(anchor.offset);
    if (!chat) {
        return fail(chat.error());
    }
    if (anchor.kind == Anchor::Kind::message || (chat->type.empty() && chat->id.empty())) {
        *chat = {.name = {}, .type = {}, .id = fmt::format("@{}", anchor.offset)};
    }
    pos_ = anchor.inside;
    const auto flow = messages(*chat);
    if (!flow) {
        return fail(flow.error());
    }
    if (*flow == Flow::stop) {
        return {};
    }
    const auto next = find_anchor(file_, pos_, file_.size_bytes());
    if (!next) {
        return fail(next.error());
    }
    resume_ = *next;
    return *next ? Result<void>() : check_tail();
}

// The chat whose keys stand in front of "messages" at `offset`. The exporter writes name, type and
// id there and nothing else; a '{' inside the name is why several beginnings are tried.
Result<TelegramChat> TelegramWalk::chat_before(std::uint64_t offset) {
    constexpr std::uint64_t kLookBackBytes = 4096; // our choice: a name of Telegram has at most 255
    constexpr int kMaxTries = 8;
    const std::uint64_t begin = offset - std::min(offset, kLookBackBytes);
    const auto text = file_.slice(begin, static_cast<std::size_t>(offset - begin));
    if (!text) {
        return fail(text.error());
    }
    std::string head(*text);
    while (!head.empty() && (is_json_space(head.back()) || head.back() == ',')) {
        head.pop_back();
    }
    head += '}';
    std::size_t brace = std::string::npos;
    for (int i = 0; i < kMaxTries; ++i) {
        brace = head.rfind('{', brace);
        if (brace == std::string::npos) {
            break;
        }
        if (auto chat = emitter_.chat_of(std::string_view(head).substr(brace))) {
            return *chat;
        }
        if (brace-- == 0) {
            break;
        }
    }
    return TelegramChat{};
}

// In a damaged file nobody can say what the brackets still owe: it counts as cut off if its last
// character closes nothing.
Result<void> TelegramWalk::check_tail() {
    constexpr std::uint64_t kTailBytes = 4096;
    const std::uint64_t size = file_.size_bytes();
    const auto text = file_.slice(size - std::min(size, kTailBytes),
                                  static_cast<std::size_t>(std::min(size, kTailBytes)));
    if (!text) {
        return fail(text.error());
    }
    const std::size_t last = text->find_last_not_of(" \t\r\n");
    truncated_ = truncated_ || last == std::string_view::npos || (*text)[last] != '}';
    return {};
}

} // namespace rempart::examine::chat_reader
