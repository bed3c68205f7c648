// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/json_scan.hpp"

#include <algorithm>
#include <array>

namespace rempart::examine::chat_reader {
namespace {

enum class CharClass : std::uint8_t { other, quote, open, close };

constexpr std::array<CharClass, 256> make_classes() {
    std::array<CharClass, 256> classes{};
    classes['"'] = CharClass::quote;
    classes['{'] = classes['['] = CharClass::open;
    classes['}'] = classes[']'] = CharClass::close;
    return classes;
}
constexpr auto kClasses = make_classes();

// Follows strings and brackets over any number of chunks.
class Structure {
  public:
    // Takes characters until the value is complete or impossible. Returns how many were taken; the
    // last of them completed the value or is the impossible one.
    std::size_t take(std::string_view chunk) {
        std::size_t i = 0;
        while (i < chunk.size() && !complete_ && !broken_) {
            i = in_string_ ? take_string(chunk, i) : take_plain(chunk, i);
        }
        return i;
    }
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] bool broken() const { return broken_; }

  private:
    std::size_t take_string(std::string_view chunk, std::size_t i) {
        for (; i < chunk.size(); ++i) {
            const char c = chunk[i];
            if (escaped_) {
                escaped_ = false;
            } else if (c == '\\') {
                escaped_ = true;
                continue;
            } else if (c == '"') {
                in_string_ = false;
                complete_ = depth_ == 0;
                return i + 1;
            }
            if (c == '\n') {
                broken_ = true;
                return i + 1;
            }
        }
        return i;
    }

    std::size_t take_plain(std::string_view chunk, std::size_t i) {
        for (; i < chunk.size(); ++i) {
            const CharClass kind = kClasses[static_cast<unsigned char>(chunk[i])];
            if (kind != CharClass::other && meet(chunk[i], kind)) {
                return i + 1;
            }
        }
        return i;
    }

    // True if what follows is no plain text any more.
    bool meet(char c, CharClass kind) {
        if (kind == CharClass::quote) {
            in_string_ = true;
            return true;
        }
        if (kind == CharClass::open) {
            open(c);
            return false;
        }
        close(c);
        return complete_ || broken_;
    }

    void open(char bracket) {
        if (depth_ < kCheckedLevels) {
            const std::uint64_t bit = std::uint64_t{1} << depth_;
            objects_ = bracket == '{' ? objects_ | bit : objects_ & ~bit;
        }
        ++depth_;
    }

    void close(char bracket) {
        --depth_; // never below 0: a value begins with its own bracket and ends with it
        const bool checked = depth_ < kCheckedLevels;
        const bool is_object = checked && ((objects_ >> depth_) & 1) != 0;
        broken_ = checked && is_object != (bracket == '}');
        complete_ = !broken_ && depth_ == 0;
    }

    static constexpr std::uint64_t kCheckedLevels = 64;
    std::uint64_t depth_ = 0;
    std::uint64_t objects_ = 0; ///< Bit n: level n is an object.
    bool in_string_ = false, escaped_ = false, complete_ = false, broken_ = false;
};

constexpr bool ends_token(char c) {
    return is_json_space(c) || c == ',' || c == ':' ||
           kClasses[static_cast<unsigned char>(c)] != CharClass::other;
}

// A bare token; an empty one (a comma where a value should be) is broken.
Result<ScanEnd> find_token_end(FileWindow& file, std::uint64_t begin) {
    std::uint64_t at = begin;
    while (true) {
        const auto chunk = file.from(at);
        if (!chunk) {
            return fail(chunk.error());
        }
        if (chunk->empty()) {
            return ScanEnd{ScanOutcome::end_of_file, at};
        }
        const auto* const end = std::ranges::find_if(*chunk, ends_token);
        at += static_cast<std::uint64_t>(end - chunk->begin());
        if (end != chunk->end()) {
            return ScanEnd{at == begin ? ScanOutcome::broken : ScanOutcome::complete, at};
        }
    }
}

// Takes pieces of JSON from the front of a text.
class Eater {
  public:
    explicit Eater(std::string_view text) : rest_(text) {}

    bool eat(std::string_view token) {
        space();
        if (!rest_.starts_with(token)) {
            return false;
        }
        rest_.remove_prefix(token.size());
        return true;
    }
    bool eat_integer() {
        space();
        const std::size_t sign = rest_.starts_with('-') ? 1 : 0;
        const std::size_t end = std::min(rest_.find_first_not_of("0123456789", sign), rest_.size());
        rest_.remove_prefix(end);
        return end > sign;
    }

  private:
    void space() {
        const auto* const end = std::ranges::find_if_not(rest_, is_json_space);
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.begin()));
    }
    std::string_view rest_;
};

bool eat_message_type(Eater& eater) {
    return eater.eat("\"type\"") && eater.eat(":") &&
           (eater.eat("\"message\"") || eater.eat("\"service\"") || eater.eat("\"unsupported\""));
}

std::optional<Anchor> anchor_at(std::string_view text, std::uint64_t offset) {
    if (begins_message(text)) {
        return Anchor{Anchor::Kind::message, offset, offset};
    }
    Eater eater(text);
    if (eater.eat("\"messages\"") && eater.eat(":")) {
        const std::size_t bracket = text.find('[');
        if (eater.eat("[")) {
            return Anchor{Anchor::Kind::message_list, offset, offset + bracket + 1};
        }
    }
    return std::nullopt;
}

// The first byte of `chunk` at which an anchor could begin; its size if there is none.
std::size_t find_candidate(std::string_view chunk) {
    for (std::size_t i = 0; i < chunk.size(); ++i) {
        i = std::min(chunk.find_first_of("{\"", i), chunk.size());
        const std::string_view rest = chunk.substr(i);
        if (rest.starts_with('{') || rest.starts_with("\"m") || rest == "\"") {
            return i;
        }
    }
    return chunk.size();
}

} // namespace

Result<ScanEnd> find_value_end(FileWindow& file, std::uint64_t begin) {
    Structure structure;
    std::uint64_t at = begin;
    while (true) {
        const auto chunk = file.from(at);
        if (!chunk) {
            return fail(chunk.error());
        }
        if (chunk->empty()) {
            return ScanEnd{ScanOutcome::end_of_file, at};
        }
        if (at == begin &&
            kClasses[static_cast<unsigned char>(chunk->front())] == CharClass::other) {
            return find_token_end(file, begin);
        }
        if (at == begin &&
            kClasses[static_cast<unsigned char>(chunk->front())] == CharClass::close) {
            return ScanEnd{ScanOutcome::broken, at};
        }
        at += structure.take(*chunk);
        if (structure.broken()) {
            return ScanEnd{ScanOutcome::broken, at - 1};
        }
        if (structure.complete()) {
            return ScanEnd{ScanOutcome::complete, at};
        }
    }
}

Result<std::uint64_t> skip_space(FileWindow& file, std::uint64_t offset) {
    while (true) {
        const auto chunk = file.from(offset);
        if (!chunk) {
            return fail(chunk.error());
        }
        const auto* const end = std::ranges::find_if_not(*chunk, is_json_space);
        offset += static_cast<std::uint64_t>(end - chunk->begin());
        if (chunk->empty() || end != chunk->end()) {
            return offset;
        }
    }
}

bool begins_message(std::string_view text) noexcept {
    Eater eater(text.substr(0, kAnchorBytes));
    if (!eater.eat("{")) {
        return false;
    }
    if (eater.eat("\"id\"")) {
        return eater.eat(":") && eater.eat_integer() && eater.eat(",") && eat_message_type(eater);
    }
    return eat_message_type(eater);
}

Result<std::optional<Anchor>> find_anchor(FileWindow& file, std::uint64_t begin,
                                          std::uint64_t end) {
    std::uint64_t at = begin;
    while (at < end) {
        const auto chunk = file.from(at);
        if (!chunk) {
            return fail(chunk.error());
        }
        const std::size_t candidate = find_candidate(*chunk);
        at += candidate;
        if (chunk->empty()) {
            break;
        }
        if (candidate == chunk->size() || at >= end) {
            continue;
        }
        const auto text = file.slice(at, kAnchorBytes);
        if (!text) {
            return fail(text.error());
        }
        if (const auto anchor = anchor_at(*text, at)) {
            return anchor;
        }
        ++at;
    }
    return std::nullopt;
}

} // namespace rempart::examine::chat_reader
