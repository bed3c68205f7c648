// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The members of one message object: which are known, which were taken, and what is left.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "examine/chat_reader/json_document.hpp"

namespace rempart::examine::chat_reader {

/// The keys that have a place in ChatMessage, sorted by name.
enum class Field : std::uint8_t {
    action,
    actor,
    actor_id,
    contact_information,
    contact_vcard,
    contact_vcard_file_size,
    date,
    date_unixtime,
    duration_seconds,
    edited,
    edited_unixtime,
    file,
    file_name,
    file_size,
    forwarded_from,
    from,
    from_id,
    height,
    id,
    location_information,
    media_type,
    members,
    mime_type,
    photo,
    photo_file_size,
    place_name,
    poll,
    reactions,
    reply_to_message_id,
    reply_to_peer_id,
    text,
    text_entities,
    thumbnail,
    thumbnail_file_size,
    type,
    via_bot,
    width,
};
inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::width) + 1;

/// A view of a document; the document must not be parsed again meanwhile. Of a key that stands
/// twice, the first value that says something counts; the other is left over.
class TelegramFields {
  public:
    explicit TelegramFields(JsonDocument& document);

    /// The value, or null. Looking does not take.
    [[nodiscard]] const JsonNode* find(Field field) const;
    [[nodiscard]] bool has(Field field) const { return find(field) != nullptr; }
    void take(Field field);

    /// Each takes the member only if its type fits; else the member is left over.
    [[nodiscard]] std::string take_text(Field field); ///< Without NUL (core to_utf8); "" if none.
    /// A number, or a text of decimal digits.
    [[nodiscard]] std::optional<std::int64_t> take_integer(Field field);
    [[nodiscard]] std::optional<std::uint64_t> take_size(Field field); ///< Not negative.
    [[nodiscard]] std::optional<double> take_seconds(Field field);     ///< Finite, not negative.

    /// What was not taken, as one JSON object, each member as written; "" if nothing is left.
    /// Members beyond 64 KiB in all (our choice: the message's own bytes can be shown) are left
    /// out, and "rempart_left_out": N says how many.
    [[nodiscard]] std::string left_over();

  private:
    JsonDocument& document_;
    std::array<std::int32_t, kFieldCount> member_; ///< Index of the member, or -1.
    std::vector<bool> done_;                       ///< By member: taken, or of no use.
};

} // namespace rempart::examine::chat_reader
