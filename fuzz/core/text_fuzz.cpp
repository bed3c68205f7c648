// SPDX-License-Identifier: Apache-2.0
// Any bytes: what is made of them is valid UTF-8, holds nothing that acts on a terminal, and says
// the same twice; times that are read are written back as they stood.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "rempart/core/text.hpp"
#include "rempart/core/time.hpp"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const std::string_view input = chars_of(std::as_bytes(std::span(data, size)));
    const std::string text = to_utf8(input);
    require(is_utf8(text) && text.find('\0') == std::string::npos);
    require(to_utf8(text) == text);
    require(text == input || !is_utf8(input) || input.find('\0') != std::string_view::npos);

    const std::string shown = to_terminal(input);
    require(is_utf8(shown) && to_terminal(shown) == shown);
    for (const char c : shown) {
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
    }

    const std::string_view cut = cut_utf8(text, size / 2);
    require(cut.size() <= size / 2 && is_utf8(cut) && text.starts_with(cut));

    if (const auto time = parse_time(input)) {
        require(format_time(*time) == input);
    }
    return 0;
}
