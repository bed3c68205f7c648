// SPDX-License-Identifier: Apache-2.0
#include "act/html.hpp"

#include <array>
#include <cassert>
#include <cstdint>
#include <limits>
#include <utility>

#include "rempart/core/text.hpp"

namespace rempart::act {
namespace {

// A base64 picture is an attribute too: only text from evidence is cut.
constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();

std::string_view reference_of(char c) {
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
    }
}

} // namespace

std::string escape_html(std::string_view text, std::size_t max_bytes) {
    const std::string_view kept = cut_utf8(text, max_bytes);
    std::string out;
    for (const char c : to_terminal(kept)) {
        const std::string_view reference = reference_of(c);
        if (reference.empty()) {
            out += c;
        } else {
            out += reference;
        }
    }
    if (kept.size() < text.size()) {
        out += "…";
    }
    return out;
}

std::string encode_base64(ByteView bytes) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8U | (k < count ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += k <= count ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
        }
    }
    return out;
}

void Html::start(std::string_view tag, Attributes attributes) {
    out_ += '<';
    out_ += tag;
    for (const Attribute& attribute : attributes) {
        out_ += ' ';
        out_ += attribute.name;
        out_ += "=\"";
        out_ += escape_html(attribute.value, kWhole);
        out_ += '"';
    }
    out_ += '>';
}

Html& Html::open(std::string_view tag, Attributes attributes) {
    start(tag, attributes);
    open_.emplace_back(tag);
    return *this;
}

Html& Html::close() {
    assert(!open_.empty());
    out_ += "</" + open_.back() + '>';
    open_.pop_back();
    return *this;
}

Html& Html::single(std::string_view tag, Attributes attributes) {
    start(tag, attributes);
    return *this;
}

Html& Html::text(std::string_view text, std::size_t max_bytes) {
    out_ += escape_html(text, max_bytes);
    return *this;
}

Html& Html::prose(std::string_view text) {
    return this->text(text, kWhole);
}

Html& Html::element(std::string_view tag, std::string_view text, Attributes attributes) {
    return open(tag, attributes).text(text).close();
}

Html& Html::style(std::string_view css) {
    out_ += "<style>";
    out_ += css;
    out_ += "</style>";
    return *this;
}

Html& Html::line() {
    out_ += '\n';
    return *this;
}

std::string Html::finish() && {
    assert(open_.empty());
    return std::move(out_);
}

} // namespace rempart::act
