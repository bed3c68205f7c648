// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/csv_fields.hpp"

#include <algorithm>

namespace rempart::recognise {

// `rest` starts behind the opening quote, and is left behind the closing one.
Result<std::string_view> CsvFields::take_quoted(std::string_view& rest) {
    const std::size_t start = unescaped_.size();
    std::string_view piece;
    bool doubled = false;
    for (;;) {
        const std::size_t quote = rest.find('"');
        if (quote == std::string_view::npos) {
            return fail(Errc::malformed, "a quote is not closed");
        }
        piece = rest.substr(0, quote);
        rest.remove_prefix(quote + 1);
        if (!rest.starts_with('"')) {
            break;
        }
        rest.remove_prefix(1);
        doubled = true;
        unescaped_ += piece; // fits: split() made room, so views of it stay good
        unescaped_ += '"';
    }
    if (!doubled) {
        return piece;
    }
    unescaped_ += piece;
    return std::string_view(unescaped_).substr(start);
}

// `rest` starts with the field, and is left at the delimiter behind it or empty.
Result<std::string_view> CsvFields::take_field(std::string_view& rest, char delimiter) {
    if (rest.starts_with('"')) {
        rest.remove_prefix(1);
        auto quoted = take_quoted(rest);
        if (quoted && !rest.empty() && rest[0] != delimiter) {
            return fail(Errc::malformed, "text behind a closing quote");
        }
        return quoted;
    }
    const std::string_view field = rest.substr(0, std::min(rest.find(delimiter), rest.size()));
    if (field.find('"') != std::string_view::npos) {
        return fail(Errc::malformed, "a quote inside an unquoted field");
    }
    rest.remove_prefix(field.size());
    return field;
}

Result<void> CsvFields::split(std::string_view line, char delimiter) {
    fields_.clear();
    unescaped_.clear();
    unescaped_.reserve(line.size());
    for (;;) {
        const auto field = take_field(line, delimiter);
        if (!field) {
            return fail(field.error());
        }
        fields_.push_back(*field);
        if (line.empty()) {
            return {};
        }
        line.remove_prefix(1);
    }
}

} // namespace rempart::recognise
