// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The structure of a JSON file without its meaning: where a value ends, and where in a damaged
/// file a message begins again. Strings, escapes and brackets are followed; nothing is decoded and
/// nothing is kept, so size and depth cost no memory.

#include <cstdint>
#include <optional>
#include <string_view>

#include "examine/chat_reader/file_window.hpp"
#include "rempart/core/result.hpp"

namespace rempart::examine::chat_reader {

[[nodiscard]] constexpr bool is_json_space(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

enum class ScanOutcome : std::uint8_t {
    complete,    ///< The value ends before `at`.
    broken,      ///< At `at` the structure is impossible: a wrong bracket, a line end in a string.
    end_of_file, ///< The file ends inside the value.
};

struct ScanEnd {
    ScanOutcome outcome = ScanOutcome::complete;
    std::uint64_t at = 0;
    friend bool operator==(const ScanEnd&, const ScanEnd&) = default;
};

/// Finds the end of the value that begins at `begin` (object, array, string, or bare token). Only
/// strings and brackets are checked, and the kinds of brackets only 64 levels deep. A line end
/// inside a string is broken: the exporter escapes line ends, so a quote is missing or too many.
/// \return `io`.
[[nodiscard]] Result<ScanEnd> find_value_end(FileWindow& file, std::uint64_t begin);

/// The first byte at or after `offset` that is no white space; the size of the file if none.
/// \return `io`.
[[nodiscard]] Result<std::uint64_t> skip_space(FileWindow& file, std::uint64_t offset);

/// A place in a damaged file from which reading can go on.
struct Anchor {
    enum class Kind : std::uint8_t {
        message,      ///< `offset` is the '{' of a message.
        message_list, ///< `offset` is the first quote of "messages", `inside` just behind its '['.
    };
    Kind kind = Kind::message;
    std::uint64_t offset = 0;
    std::uint64_t inside = 0;
    friend bool operator==(const Anchor&, const Anchor&) = default;
};

/// Whether `text` begins as messages of this exporter do: '{', then "id": NUMBER, "type": KIND or
/// at once "type": KIND, with KIND one of "message", "service", "unsupported". In the text of a
/// message the quotes would be escaped, so such text never looks like a message.
[[nodiscard]] bool begins_message(std::string_view text) noexcept;

/// How many bytes begins_message may look at; longer white space is not followed. Our choice.
inline constexpr std::size_t kAnchorBytes = 256;

/// The first anchor in [begin, end). \return `io`.
[[nodiscard]] Result<std::optional<Anchor>> find_anchor(FileWindow& file, std::uint64_t begin,
                                                        std::uint64_t end);

} // namespace rempart::examine::chat_reader
