// SPDX-License-Identifier: Apache-2.0
#include "casefile/row_references.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

constexpr std::array kUnkept{
    RowReference{"items", "exhibit_id", "exhibits", "id"},
    RowReference{"items", "content_id", "contents", "id"},
    RowReference{"items", "exhibit_id, parent_seq", "items", "exhibit_id, seq"},
    RowReference{"item_unread", "item_id", "items", "id"},
    RowReference{"pictures", "content_id", "contents", "id"},
    RowReference{"fingerprints", "content_id", "contents", "id"},
    RowReference{"metadata", "content_id", "contents", "id"},
    RowReference{"thumbnails", "content_id", "contents", "id"},
    RowReference{"content_ed2k", "content_id", "contents", "id"},
    RowReference{"videos", "content_id", "contents", "id"},
    RowReference{"video_frames", "content_id", "contents", "id"},
    RowReference{"list_entries", "list_id", "lists", "id"},
    RowReference{"list_frames", "entry_id", "list_entries", "id"},
    RowReference{"messages", "conversation_id", "conversations", "id"},
    RowReference{"attachments", "message_id", "messages", "id"},
    RowReference{"attachments", "content_id", "contents", "id"},
};

// "a, b" as "c.a, c.b"
std::string of_row(std::string_view columns, std::string_view row) {
    std::string all;
    for (std::size_t at = 0; at < columns.size();) {
        const std::size_t end = std::min(columns.find(", ", at), columns.size());
        all += fmt::format("{}{}.{}", all.empty() ? "" : ", ", row, columns.substr(at, end - at));
        at = end + 2;
    }
    return all;
}

} // namespace

std::span<const RowReference> unkept_references() noexcept {
    return kUnkept;
}

Result<void> check_references(Database& database) {
    for (const RowReference& reference : kUnkept) {
        const std::string names = of_row(reference.columns, "c");
        const auto fault = database.scalar(fmt::format(
            "SELECT 1 FROM {} c WHERE ({}) IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {} p "
            "WHERE ({}) = ({})) LIMIT 1",
            reference.table, names, reference.parent, of_row(reference.parent_columns, "p"),
            names));
        if (!fault) {
            return fail(fault.error());
        }
        if (*fault) {
            return fail(Errc::integrity,
                        fmt::format("the case does not hold together: a row of {} names a missing "
                                    "row of {}",
                                    reference.table, reference.parent));
        }
    }
    return {};
}

} // namespace rempart::casefile
