// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the lines of JSON are made of; for the .cpp files that write them, and no others.

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "rempart/core/result.hpp"

namespace rempart::cli {

using Json = nlohmann::ordered_json;

// All text in the case is valid UTF-8; `replace` only keeps a damaged case file from ending the
// line.
inline std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

inline Json or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

inline double seconds(std::int64_t ms) {
    return static_cast<double>(ms) / 1000;
}

inline Json seconds_or_null(std::optional<std::int64_t> ms) {
    return ms ? Json(seconds(*ms)) : Json();
}

inline Json error_json(const std::optional<Error>& error) {
    return error ? Json{{"code", name(error->code)}, {"what", error->message}} : Json();
}

} // namespace rempart::cli
