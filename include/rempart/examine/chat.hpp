// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Chat exports: one table of formats, one stream of records, read by the confined chat_reader.
///
/// Evidence readers go on: one bad record is counted, never the end of the file.
/// records in the input = parsed + rejected + skipped, and a test checks that identity.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

/// Where a record lies in its export: the bytes can be shown again.
struct RawRef {
    std::uint64_t offset_bytes = 0;
    std::uint64_t size_bytes = 0;
    friend bool operator==(const RawRef&, const RawRef&) = default;
};

struct ChatAccount {
    std::string platform;  ///< "telegram".
    std::string id;        ///< Strong platform id ("user123"), or "" if only a name is known.
    std::string name;      ///< A name seen for it; several records may give several names.
    bool is_owner = false; ///< The account that exported.
};

struct ChatConversation {
    std::string platform;
    std::string id;    ///< Type family and id, unique on its platform: "private_group:42".
    std::string kind;  ///< "dm", "group", "supergroup", "channel", "saved", "unknown".
    std::string title; ///< "" if there is none.
};

struct ChatAttachment {
    std::string
        path; ///< As the export names it, relative to the export's own folder; "" if absent.
    std::string name, mime;
    std::string
        status;       ///< "claimed", or why there is no file: "unavailable", "too_big", "excluded".
    std::string role; ///< "photo", "file", "thumbnail", "sticker", "voice", "video", "contact".
    std::optional<std::uint64_t> size_bytes;
    std::optional<double> duration_s;
    std::optional<std::uint32_t> width, height;
};

struct ChatTime {
    std::string raw; ///< As written.
    TimeValue utc;   ///< Kind utc, or none.
    TimeValue local; ///< Kind local_unknown (the exporting computer's clock), or none.
};

struct ChatMessage {
    std::string id;            ///< Native id inside its conversation, decimal.
    std::uint64_t ordinal = 0; ///< From 0 in the order of the export, over the whole file.
    std::string kind; ///< "text", "media", "service", "call", "poll", "location", "contact",
                      ///< "sticker", "unsupported".
    std::string sender_id, sender_name; ///< "" if the export has none.
    ChatTime sent, edited;
    std::string body; ///< Plain text, all parts joined; valid UTF-8.
    std::string reply_to, forwarded_from, via, service_action;
    std::vector<std::string> members; ///< Names of a service message.
    std::vector<ChatAttachment> attachments;
    std::string extra_json; ///< Keys that the reader has no place for, as written; "" if none.
    RawRef raw;
};

/// A record that was not taken, with its place and reason (never its content).
struct ChatReject {
    RawRef raw;
    Error why;
};

struct ChatEnd {
    std::uint64_t parsed = 0, rejected = 0, skipped = 0; ///< Of message records.
    std::uint64_t repairs = 0; ///< Invalid escapes and the like that were mended on the way.
    bool truncated = false;
    std::vector<std::string> known_losses; ///< What this kind of export is known to leave out.
    std::string format_version;            ///< "" if the export does not say.
};

/// A conversation's record comes before its messages; an account's any time.
using ChatEvent = std::variant<ChatAccount, ChatConversation, ChatMessage, ChatReject, ChatEnd>;

class ChatStream {
  public:
    virtual ~ChatStream() = default;
    /// The next record; after ChatEnd no further call. An error (`crashed`, `deadline`…) ends it.
    [[nodiscard]] virtual Result<ChatEvent> next() = 0;
};

struct ChatLimits {
    std::uint64_t max_record_bytes = std::uint64_t{16} << 20;
    std::uint32_t max_depth = 64;
};

/// Receives the records from a reader.
class ChatSink {
  public:
    virtual ~ChatSink() = default;
    [[nodiscard]] virtual Result<void> put(const ChatEvent& event) = 0;
};

/// One line of the table of formats. `claims` decodes nothing and may run outside the sandbox; the
/// reader itself is linked into chat_reader only.
struct ChatFormat {
    std::string_view name;  ///< "telegram_json".
    std::string_view title; ///< For people.
    /// \param head the first bytes (up to 64 KiB); \param file_name the last part of the item's
    /// path.
    bool (*claims)(ByteView head, std::string_view file_name);
};
[[nodiscard]] std::span<const ChatFormat> chat_formats() noexcept;
/// The format that claims the file, or null.
[[nodiscard]] const ChatFormat* claim_chat(ByteView head, std::string_view file_name) noexcept;

/// Reads the export behind `descriptor` in the confined chat_reader.
[[nodiscard]] Result<std::unique_ptr<ChatStream>> open_chat(int descriptor,
                                                            const ChatFormat& format,
                                                            const ReaderConfig& config,
                                                            const ChatLimits& limits);

} // namespace rempart::examine
