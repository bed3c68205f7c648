// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Writes JSON (RFC 8259) into a string, in the order in which it is told.

#include <concepts>
#include <string>
#include <string_view>

namespace rempart::casefile {

/// Members and elements get their commas by themselves. The caller closes what it opens.
class JsonWriter {
  public:
    JsonWriter& begin_object() { return open('{'); }
    JsonWriter& end_object() { return close('}'); }
    JsonWriter& begin_array() { return open('['); }
    JsonWriter& end_array() { return close(']'); }
    /// \pre `name` needs no escape.
    JsonWriter& key(std::string_view name);
    JsonWriter& value(std::string_view text); ///< \pre valid UTF-8
    JsonWriter& null() { return raw("null"); }
    template <std::integral T>
    JsonWriter& value(T number) {
        if constexpr (std::same_as<T, bool>) {
            return raw(number ? "true" : "false");
        } else {
            return raw(std::to_string(number));
        }
    }
    template <typename T>
    JsonWriter& member(std::string_view name, const T& field) {
        return key(name).value(field);
    }

    [[nodiscard]] const std::string& text() const { return text_; }
    void clear() {
        text_.clear();
        needs_comma_ = false;
    }

  private:
    JsonWriter& raw(std::string_view token);
    JsonWriter& open(char bracket);
    JsonWriter& close(char bracket);
    void separate();

    std::string text_;
    bool needs_comma_ = false;
};

} // namespace rempart::casefile
