// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Mends what the exporter is known to write wrong, and what damage does to the text of one object,
/// so that a strict parser takes the rest of it.

#include <cstdint>
#include <string>
#include <string_view>

namespace rempart::examine::chat_reader {

struct Repaired {
    std::string text;
    std::uint64_t repairs = 0; ///< Places that were changed.
};

/// Repairs, each counted once a place:
///   in strings   \xNN (what Telegram Desktop writes for a control byte, telegramdesktop/tdesktop
///                issue 27571) becomes \u00NN; a raw control byte becomes \u00NN; any other unknown
///                escape keeps its backslash as a character; half of a surrogate pair becomes
///                U+FFFD; a byte that is no UTF-8 becomes the characters \xNN;
///   outside      a "document_id" without quotes (version 4.1.1, issue 24961) gets quotes, up to
///                the end of its line; a number that fits neither int64 nor a finite double becomes
///                a string of its digits.
/// Everything else is copied. The result need not be valid JSON.
[[nodiscard]] Repaired repair_json(std::string_view object);

} // namespace rempart::examine::chat_reader
