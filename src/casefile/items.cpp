// SPDX-License-Identifier: Apache-2.0
#include "casefile/items.hpp"

#include <fmt/format.h>

#include "casefile/row_limit.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kColumns =
    "SELECT i.id, i.seq, i.parent_seq, p.path, i.path, i.stream, i.kind, i.state, i.recovery, "
    "i.size_bytes, i.created_us, i.created_kind, i.modified_us, i.modified_kind, i.accessed_us, "
    "i.accessed_kind, i.changed_us, i.changed_kind, i.error_code, i.error_text, i.content_id, "
    "EXISTS (SELECT 1 FROM item_unread u WHERE u.item_id = i.id), "
    "c.md5, c.sha1, c.sha256, c.type, c.mime, c.family, c.media_error_code, c.media_error_text, "
    "COALESCE(g.partial_reason, v.partial_reason, '') "
    "FROM items i "
    "LEFT JOIN items p ON p.exhibit_id = i.exhibit_id AND p.seq = i.parent_seq "
    "LEFT JOIN contents c ON c.id = i.content_id "
    "LEFT JOIN pictures g ON g.content_id = i.content_id "
    "LEFT JOIN videos v ON v.content_id = i.content_id "
    "WHERE i.exhibit_id = $1 {}ORDER BY i.seq LIMIT $2";

constexpr std::string_view kAll;
// Each part has an index of its own, which leads (CROSS JOIN): what could be read is not looked at.
constexpr std::string_view kProblems =
    "AND i.seq IN (SELECT seq FROM items WHERE exhibit_id = $1 AND error_code IS NOT NULL "
    "UNION SELECT f.seq FROM contents d CROSS JOIN items f "
    "WHERE f.content_id = d.id AND d.media_error_code IS NOT NULL AND f.exhibit_id = $1 "
    "UNION SELECT f.seq FROM pictures d CROSS JOIN items f "
    "WHERE f.content_id = d.content_id AND d.partial_reason <> '' AND f.exhibit_id = $1 "
    "UNION SELECT f.seq FROM videos d CROSS JOIN items f "
    "WHERE f.content_id = d.content_id AND d.partial_reason <> '' AND f.exhibit_id = $1) ";

Result<void> take_unread(Statement& statement, RowId id, ItemRecord& item) {
    statement.start(id);
    return statement.each([&](Row& row) -> Result<void> {
        UnreadRecord& unread = item.unread.emplace_back();
        if (!row.take(unread.offset_bytes, unread.size_bytes)) {
            return Row::damaged();
        }
        return {};
    });
}

} // namespace

const std::optional<Error>& ItemView::error() const {
    if (item.error) {
        return item.error;
    }
    return media_error ? media_error : partial_picture;
}

std::optional<Error> partial_picture(std::string_view partial_reason) {
    if (partial_reason.empty()) {
        return std::nullopt;
    }
    constexpr std::string_view kBehindCode = ": ";
    const std::size_t end = partial_reason.find(kBehindCode);
    const auto code = errc_named(partial_reason.substr(0, end));
    return code && end != std::string_view::npos
               ? Error{*code, std::string(partial_reason.substr(end + kBehindCode.size()))}
               : Error{Errc::truncated, std::string(partial_reason)};
}

namespace {

/// The items of an exhibit that `which` leaves, at most `most`, which is then less by those taken.
Result<void> each_of(Database& database, const ExhibitRecord& exhibit, std::string_view which,
                     std::size_t& most, const std::function<Result<void>(const ItemView&)>& take) {
    auto unread = database.prepare("SELECT offset_bytes, size_bytes FROM item_unread "
                                   "WHERE item_id = $1 ORDER BY ordinal");
    if (!unread) {
        return fail(std::move(unread).error());
    }
    const auto take_row = [&](Row& row) -> Result<void> {
        ItemView view;
        view.exhibit = exhibit.id;
        view.exhibit_label = exhibit.label;
        ItemRecord& item = view.item;
        RowId id = 0;
        bool has_unread = false;
        Bytes md5, sha1, sha256;
        std::string partial_reason;
        if (!row.take(id, item.seq, item.parent_seq, view.parent_path, item.path, item.stream,
                      item.kind, item.state, item.recovery, item.size_bytes, item.created,
                      item.modified, item.accessed, item.changed, item.error, item.content,
                      has_unread, md5, sha1, sha256, view.type, view.mime, view.family,
                      view.media_error, partial_reason)) {
            return Row::damaged();
        }
        view.md5 = encode_hex(md5);
        view.sha1 = encode_hex(sha1);
        view.sha256 = encode_hex(sha256);
        view.partial_picture = partial_picture(partial_reason);
        if (has_unread) {
            if (auto taken = take_unread(*unread, id, item); !taken) {
                return taken;
            }
        }
        --most;
        return take(view);
    };
    return database.each(fmt::format(fmt::runtime(kColumns), which), take_row, exhibit.id,
                         row_limit(most));
}

Result<void> each_of_all(Case& file, std::string_view which, std::size_t most,
                         const std::function<Result<void>(const ItemView&)>& take) {
    const auto snapshot = Snapshot::begin(file.database());
    if (!snapshot) {
        return fail(snapshot.error());
    }
    const auto all = exhibits(file);
    if (!all) {
        return fail(all.error());
    }
    for (const ExhibitRecord& exhibit : *all) {
        if (most == 0) {
            break;
        }
        if (auto taken = each_of(file.database(), exhibit, which, most, take); !taken) {
            return taken;
        }
    }
    return {};
}

} // namespace

Result<void> each_item_of(Database& database, const ExhibitRecord& exhibit,
                          const std::function<Result<void>(const ItemView&)>& take) {
    std::size_t most = kAllRows;
    return each_of(database, exhibit, kAll, most, take);
}

Result<void> each_item(Case& file, const std::function<Result<void>(const ItemView&)>& take,
                       std::size_t most) {
    return each_of_all(file, kAll, most, take);
}

Result<void> each_problem(Case& file, const std::function<Result<void>(const ItemView&)>& take) {
    return each_of_all(file, kProblems, kAllRows, take);
}

// Several items may bear the path of an attachment: a live one is what the export means, and among
// equals the first. The export and its files lie in the same archive or in none. The paths wanted
// are few and the items many: one pass over the items of the exhibit looks each path up among the
// wanted ones, so that no index over all paths has to be kept.
Result<std::uint64_t> join_attachments(Case& file, RowId exhibit) {
    Database& database = file.database();
    if (auto joined = database.run(
            "WITH wanted AS MATERIALIZED ("
            " SELECT a.id AS attachment_id, a.resolved_path AS path,"
            "  COALESCE(e.parent_seq, -1) AS archive"
            " FROM conversations c"
            " JOIN items e ON e.exhibit_id = c.exhibit_id AND e.seq = c.item_seq"
            " JOIN messages m ON m.conversation_id = c.id"
            " JOIN attachments a ON a.message_id = m.id AND a.resolved_path <> ''"
            " WHERE c.exhibit_id = $1),"
            " ranked AS ("
            " SELECT w.attachment_id, i.content_id,"
            "  ROW_NUMBER() OVER (PARTITION BY w.attachment_id ORDER BY"
            "   CASE WHEN i.state IN ('allocated', 'embedded') THEN 0 ELSE 1 END, i.seq) AS place"
            " FROM items i CROSS JOIN wanted w"
            " WHERE i.exhibit_id = $1 AND w.path = i.path AND i.stream = ''"
            "  AND i.content_id IS NOT NULL AND COALESCE(i.parent_seq, -1) = w.archive) "
            "UPDATE attachments SET content_id = ranked.content_id FROM ranked "
            "WHERE ranked.attachment_id = attachments.id AND ranked.place = 1",
            exhibit);
        !joined) {
        return fail(std::move(joined).error());
    }
    const auto count = database.scalar(
        "SELECT count(a.content_id) FROM conversations c "
        "JOIN messages m ON m.conversation_id = c.id JOIN attachments a ON a.message_id = m.id "
        "WHERE c.exhibit_id = $1",
        exhibit);
    if (!count) {
        return fail(count.error());
    }
    return static_cast<std::uint64_t>(count->value_or(0));
}

} // namespace rempart::casefile
