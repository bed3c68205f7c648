// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One piece of JSON at a time through simdjson. Included only by the readers of JSON lists.

#include <cstring>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Reusable; what it returns is good until the next `parse`.
class JsonText {
  public:
    /// \return `malformed`, for what is no JSON and for text that is not UTF-8
    [[nodiscard]] Result<simdjson::dom::element> parse(std::string_view text) {
        padded_.resize(text.size() + simdjson::SIMDJSON_PADDING);
        std::memcpy(padded_.data(), text.data(), text.size());
        simdjson::dom::element element;
        const auto error = parser_.parse(padded_.data(), text.size(), false).get(element);
        if (error != simdjson::SUCCESS) {
            return fail(error == simdjson::MEMALLOC ? Errc::memory : Errc::malformed,
                        std::string("not valid JSON: ") + simdjson::error_message(error));
        }
        return element;
    }

  private:
    simdjson::dom::parser parser_;
    std::vector<char> padded_;
};

/// The text of a string; nothing for null; `malformed` for any other type.
[[nodiscard]] inline Result<std::string_view> text_or_null(simdjson::dom::element value) {
    std::string_view text;
    if (!value.is_null() && value.get(text) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "a value that must be a text is not");
    }
    return text;
}

} // namespace rempart::recognise
