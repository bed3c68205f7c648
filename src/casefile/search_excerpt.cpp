// SPDX-License-Identifier: Apache-2.0
#include "casefile/search_excerpt.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <vector>

#include "casefile/search_query.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

constexpr std::size_t kComparedBytes = 256; // of a word: longer ones are told apart well enough
constexpr std::string_view kCut = "…";

// The letters from U+00C0 to U+017F without accents and case; a space is no letter.
constexpr std::string_view kPlainLatin = "aaaaaaaceeeeiiiidnooooo ouuuuyts"
                                         "aaaaaaaceeeeiiiidnooooo ouuuuyty"
                                         "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijj"
                                         "kkkllllllllllnnnnnnnnnoooooooorrrrrrssssssss"
                                         "ttttttuuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kPlainLatin.size() == 0x180 - 0xC0);

// One code point off the front of valid UTF-8.
std::uint32_t take_code_point(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    std::uint32_t point = size == 1 ? first : first & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size && i < text.size(); ++i) {
        point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    text.remove_prefix(std::min(size, text.size()));
    return point;
}

// What stands for a letter or digit when words are compared: 0 for what separates words, 1 for what
// only marks the letter before.
std::uint32_t plain(std::uint32_t point) {
    if (point < 0x80) {
        const bool upper = point >= 'A' && point <= 'Z';
        const bool lower = point >= 'a' && point <= 'z';
        return upper ? point + 0x20 : lower || (point >= '0' && point <= '9') ? point : 0;
    }
    if (point >= 0xC0 && point < 0x180) {
        const char letter = kPlainLatin[point - 0xC0];
        return letter == ' ' ? 0 : static_cast<std::uint32_t>(letter);
    }
    if (point >= 0x300 && point < 0x370) { // combining marks
        return 1;
    }
    if ((point >= 0x391 && point <= 0x3A9) || (point >= 0x410 && point <= 0x42F)) {
        return point + 0x20;
    }
    if (point >= 0x400 && point <= 0x40F) {
        return point + 0x50;
    }
    const bool sign = point < 0xC0 || (point >= 0x2000 && point < 0x2C00) ||
                      (point >= 0x3000 && point < 0x3040) || (point >= 0xFF00 && point < 0xFF10) ||
                      point >= 0x1F000;
    return sign ? 0 : point;
}

// Walks over the words of a text.
class Words {
  public:
    explicit Words(std::string_view text) : rest_(text), size_(text.size()) {}

    bool next() {
        plain_.clear();
        while (!rest_.empty()) {
            begin_ = size_ - rest_.size();
            if (take()) {
                break;
            }
        }
        if (plain_.empty()) {
            return false;
        }
        do {
            end_ = size_ - rest_.size();
        } while (!rest_.empty() && take());
        return true;
    }
    [[nodiscard]] std::size_t begin() const { return begin_; }
    [[nodiscard]] std::size_t end() const { return end_; }
    [[nodiscard]] const std::u32string& plain_text() const { return plain_; }

  private:
    bool take() {
        const std::uint32_t letter = plain(take_code_point(rest_));
        if (letter > 1 && plain_.size() < kComparedBytes) {
            plain_ += static_cast<char32_t>(letter);
        }
        return letter > 1 || (letter == 1 && !plain_.empty());
    }

    std::string_view rest_;
    std::size_t size_, begin_ = 0, end_ = 0;
    std::u32string plain_;
};

struct Wanted {
    std::u32string word;
    bool is_prefix = false;
};

// The first word of each term: the others follow it.
std::vector<Wanted> wanted_of(std::string_view query) {
    std::vector<Wanted> all;
    for (const QueryTerm& term : terms_of(query)) {
        Words words(term.text);
        if (words.next()) {
            Wanted& wanted = all.emplace_back(Wanted{words.plain_text(), false});
            wanted.is_prefix = term.is_prefix && !words.next();
        }
    }
    return all;
}

bool is_wanted(const std::u32string& word, const std::vector<Wanted>& all) {
    return std::ranges::any_of(all, [&](const Wanted& wanted) {
        return wanted.is_prefix ? word.starts_with(wanted.word) : word == wanted.word;
    });
}

} // namespace

std::string excerpt_of(std::string_view text, std::string_view words) {
    const std::vector<Wanted> wanted = wanted_of(words);
    std::deque<std::size_t> before; // where the last words begin
    std::size_t begin = 0;
    for (Words at(text); at.next();) {
        before.push_back(at.begin());
        if (before.size() > kWordsBeforeMatch + 1) {
            before.pop_front();
        }
        if (is_wanted(at.plain_text(), wanted)) {
            begin = before.size() > kWordsBeforeMatch ? before.front() : 0;
            break;
        }
    }
    const std::string_view rest = text.substr(begin);
    std::size_t end = 0, count = 0;
    Words at(rest);
    while (count <= kExcerptWords && at.next()) {
        end = ++count <= kExcerptWords ? at.end() : end;
    }
    end = count <= kExcerptWords ? rest.size() : end;
    const std::string_view shown =
        cut_utf8(rest.substr(0, end), kMaxExcerptBytes - 2 * kCut.size());
    std::string excerpt(begin > 0 ? kCut : "");
    excerpt += shown;
    excerpt += shown.size() < rest.size() ? kCut : "";
    return excerpt;
}

} // namespace rempart::casefile
