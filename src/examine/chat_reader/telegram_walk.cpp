// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/telegram_walk.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rempart::examine::chat_reader {
namespace {

// root, chats, list, chat: 4 levels; the rest is for variants. Deeper values are skipped whole.
constexpr int kMaxLevel = 8;
constexpr std::size_t kMaxKeyBytes = 256;

} // namespace

TelegramWalk::TelegramWalk(FileWindow& file, TelegramEmitter& emitter, const ChatLimits& limits)
    : file_(file), emitter_(emitter), limits_(limits),
      // Looking again behind damage costs at most four readings of the file: hostile input cannot
      // make the walk quadratic. Our choice.
      rescan_left_bytes_(4 * file.size_bytes() + (std::uint64_t{8} << 20)) {
}

Result<char> TelegramWalk::peek() {
    const auto at = skip_space(file_, pos_);
    if (!at) {
        return fail(at.error());
    }
    pos_ = *at;
    const auto chunk = file_.from(pos_);
    if (!chunk) {
        return fail(chunk.error());
    }
    return chunk->empty() ? '\0' : chunk->front();
}

Result<void> TelegramWalk::check_head() {
    const auto head = file_.slice(0, 4);
    if (!head) {
        return fail(head.error());
    }
    if (head->starts_with("\xFF\xFE") || head->starts_with("\xFE\xFF") ||
        head->find('\0') != std::string_view::npos) {
        return fail(Errc::unsupported, "byte 0: UTF-16 or UTF-32 text, UTF-8 expected");
    }
    pos_ = head->starts_with("\xEF\xBB\xBF") ? 3 : 0;
    const auto first = peek();
    if (!first) {
        return fail(first.error());
    }
    if (*first != '{' && pos_ < file_.size_bytes()) {
        return fail(Errc::malformed, fmt::format("byte {}: not a JSON object", pos_));
    }
    return {};
}

Result<void> TelegramWalk::run() {
    if (auto checked = check_head(); !checked) {
        return checked;
    }
    if (const auto followed = root(); !followed) {
        return fail(followed.error());
    }
    while (const auto anchor = std::exchange(resume_, std::nullopt)) {
        if (auto salvaged = salvage(*anchor); !salvaged) {
            return salvaged;
        }
    }
    if (!found_export_ && !truncated_) {
        return fail(Errc::malformed, "no chat and no part of an account in it");
    }
    if (damaged_) {
        emitter_.add_loss("The structure of this file is damaged: parts of it outside of messages "
                          "were not read.");
    }
    if (truncated_) {
        emitter_.set_truncated();
    }
    return emitter_.finish();
}

TelegramWalk::Flow TelegramWalk::ended() {
    truncated_ = true;
    return Flow::stop;
}

// The whole file, as far as its brackets close as they should.
Result<TelegramWalk::Flow> TelegramWalk::root() {
    if (pos_ >= file_.size_bytes()) {
        return ended();
    }
    ++pos_;
    auto flow = object(1);
    if (!flow || *flow == Flow::stop) {
        return flow;
    }
    const auto tail = peek();
    if (!tail) {
        return fail(tail.error());
    }
    return pos_ < file_.size_bytes() ? broken() : Result<Flow>(Flow::next);
}

Result<TelegramWalk::Flow> TelegramWalk::object(int level) {
    TelegramChat chat;
    while (true) {
        const auto c = peek();
        if (!c) {
            return fail(c.error());
        }
        if (pos_ >= file_.size_bytes()) {
            return ended();
        }
        if (*c != '"' && *c != '}' && *c != ',') {
            return broken();
        }
        if (*c == '}') {
            ++pos_;
            return Flow::next;
        }
        if (*c == ',') {
            ++pos_;
            continue;
        }
        auto flow = member(level, chat);
        if (!flow || *flow == Flow::stop) {
            return flow;
        }
    }
}

Result<TelegramWalk::Flow> TelegramWalk::array(int level) {
    return elements([&] { return nested(level); });
}

// What is left of an array, `read` called at the beginning of each element.
Result<TelegramWalk::Flow> TelegramWalk::elements(const std::function<Result<Flow>()>& read) {
    while (true) {
        const auto c = peek();
        if (!c) {
            return fail(c.error());
        }
        if (pos_ >= file_.size_bytes()) {
            return ended();
        }
        if (*c == ']') {
            ++pos_;
            return Flow::next;
        }
        if (*c == ',') {
            ++pos_;
            continue;
        }
        auto flow = read();
        if (!flow || *flow == Flow::stop) {
            return flow;
        }
    }
}

// A value that may hold chats: entered if it is an object or array not too deep, else skipped. A
// message has no place here: a bracket before it is wrong.
Result<TelegramWalk::Flow> TelegramWalk::nested(int level) {
    const auto head = file_.slice(pos_, kAnchorBytes);
    if (!head) {
        return fail(head.error());
    }
    if (begins_message(*head)) {
        return broken();
    }
    const bool is_object = head->starts_with('{');
    if (level >= kMaxLevel || (!is_object && !head->starts_with('['))) {
        return skip_value();
    }
    ++pos_;
    return is_object ? object(level + 1) : array(level + 1);
}

// The key at pos_ as written, "" if it is very long; moves to its value. Nothing: not a key.
Result<std::optional<std::string>> TelegramWalk::key() {
    const auto end = find_value_end(file_, pos_);
    if (!end) {
        return fail(end.error());
    }
    if (end->outcome != ScanOutcome::complete) {
        truncated_ = truncated_ || end->outcome == ScanOutcome::end_of_file;
        return std::nullopt;
    }
    std::string text;
    if (end->at - pos_ <= kMaxKeyBytes) {
        const auto written = file_.slice(pos_, static_cast<std::size_t>(end->at - pos_));
        if (!written) {
            return fail(written.error());
        }
        text = written->substr(1, written->size() - 2);
    }
    const std::uint64_t begin = std::exchange(pos_, end->at);
    const auto colon = peek();
    if (!colon) {
        return fail(colon.error());
    }
    if (*colon != ':') {
        truncated_ = truncated_ || pos_ >= file_.size_bytes();
        pos_ = begin;
        return std::nullopt;
    }
    ++pos_;
    return text;
}

Result<TelegramWalk::Flow> TelegramWalk::member(int level, TelegramChat& chat) {
    const auto read = key();
    if (!read) {
        return fail(read.error());
    }
    const std::optional<std::string>& name = *read;
    if (!name) {
        return truncated_ ? Result<Flow>(Flow::stop) : broken();
    }
    const auto c = peek();
    if (!c) {
        return fail(c.error());
    }
    if (pos_ >= file_.size_bytes()) {
        return ended();
    }
    if (*c != '[') {
        return value(level, *name, chat);
    }
    const bool is_named_so = *name == "messages";
    const auto is_list = is_named_so ? Result<bool>(true) : is_message_list();
    if (!is_list) {
        return fail(is_list.error());
    }
    if (!*is_list) {
        return value(level, *name, chat);
    }
    if (!is_named_so) {
        emitter_.add_repair();
    }
    if (auto looked = look_ahead(chat); !looked) {
        return fail(looked.error());
    }
    ++pos_;
    return messages(chat);
}

// A value that is not looked into. If messages begin inside it, or before the file ends, then a
// bracket is wrong, and not they are what is skipped.
Result<TelegramWalk::Flow> TelegramWalk::skip_value() {
    const auto end = find_value_end(file_, pos_);
    if (!end) {
        return fail(end.error());
    }
    if (end->outcome == ScanOutcome::broken) {
        return broken();
    }
    const auto anchor = find_anchor(file_, pos_, end->at);
    if (!anchor) {
        return fail(anchor.error());
    }
    if (*anchor) {
        return broken();
    }
    if (end->outcome == ScanOutcome::end_of_file) {
        return ended();
    }
    pos_ = end->at;
    return Flow::next;
}

} // namespace rempart::examine::chat_reader
