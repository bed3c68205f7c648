// SPDX-License-Identifier: Apache-2.0
// Which tables are sealed, and by which columns: one line a table, in the order of its INSERT.
#include <algorithm>

#include "casefile/row_seal.hpp"

namespace rempart::casefile {
namespace {

constexpr SealedColumn integer(std::string_view name) {
    return {name, ColumnKind::integer};
}
constexpr SealedColumn text(std::string_view name) {
    return {name, ColumnKind::text};
}
constexpr SealedColumn blob(std::string_view name) {
    return {name, ColumnKind::blob};
}

constexpr std::array kCaseInfo{
    text("id"),      text("name"),        text("authority"),     text("legal_basis"),
    text("purpose"), text("review_date"), integer("created_us"), integer("created_kind")};
constexpr std::array kExhibits{text("label"),         text("kind"),         text("source"),
                               integer("size_bytes"), text("medium_md5"),   text("medium_sha1"),
                               text("medium_sha256"), text("stored_md5"),   text("stored_sha1"),
                               text("acquired_hash"), text("verification"), text("state"),
                               text("error_code"),    text("error_text")};
constexpr std::array kVolumes{integer("exhibit_id"), integer("ordinal"), integer("offset_bytes"),
                              integer("size_bytes"), text("label"),      text("file_system"),
                              integer("items"),      text("error_code"), text("error_text")};
constexpr std::array kRuns{integer("exhibit_id"), text("command"),         text("program_version"),
                           text("confinement"),   text("outcome"),         integer("jobs"),
                           integer("started_us"), integer("started_kind"), integer("ended_us"),
                           integer("ended_kind")};
constexpr std::array kContents{integer("id"),
                               blob("sha256"),
                               blob("sha1"),
                               blob("md5"),
                               integer("size_bytes"),
                               text("type"),
                               text("mime"),
                               text("family"),
                               text("media_error_code"),
                               text("media_error_text")};
constexpr std::array kPictures{integer("content_id"), text("format"),
                               integer("width"),      integer("height"),
                               integer("frames"),     integer("exif_orientation"),
                               text("partial_reason")};
constexpr std::array kFingerprints{integer("content_id"), integer("ordinal"), text("algorithm"),
                                   text("variant"),       integer("quality"), blob("value"),
                                   blob("orientations")};
constexpr std::array kMetadata{integer("content_id"), text("name"), text("value")};
constexpr std::array kThumbnails{integer("content_id"), blob("bytes")};
constexpr std::array kVideos{
    integer("content_id"), text("format"),      text("codec"),          integer("width"),
    integer("height"),     integer("rotation"), integer("duration_ms"), integer("decoded_frames"),
    text("partial_reason")};
constexpr std::array kVideoFrames{integer("content_id"), integer("ordinal"), integer("from_ms"),
                                  integer("to_ms"),      integer("quality"), blob("orientations")};
constexpr std::array kContentEd2k{integer("content_id"), blob("ed2k"), blob("ed2k_blue")};
constexpr std::array kItems{integer("id"),          integer("exhibit_id"),
                            integer("seq"),         integer("parent_seq"),
                            text("path"),           text("stream"),
                            text("kind"),           text("state"),
                            text("recovery"),       integer("size_bytes"),
                            integer("created_us"),  integer("created_kind"),
                            integer("modified_us"), integer("modified_kind"),
                            integer("accessed_us"), integer("accessed_kind"),
                            integer("changed_us"),  integer("changed_kind"),
                            text("error_code"),     text("error_text"),
                            integer("content_id")};
constexpr std::array kItemUnread{integer("item_id"), integer("ordinal"), integer("offset_bytes"),
                                 integer("size_bytes")};
constexpr std::array kLists{text("name"),        text("polarity"),
                            text("scheme"),      text("format"),
                            text("source_name"), text("source_sha256"),
                            integer("radius"),   integer("records"),
                            integer("hashes"),   integer("empty_file_hashes"),
                            integer("added_us"), integer("added_kind")};
constexpr std::array kListEntries{integer("id"),   integer("list_id"), text("algorithm"),
                                  blob("value"),   integer("entry"),   text("label"),
                                  text("category")};
constexpr std::array kListFrames{integer("entry_id"), integer("from_ms"), integer("to_ms")};
constexpr std::array kListVersions{
    integer("list_id"),     text("format"),       text("source_name"), text("source_sha256"),
    integer("first_entry"), integer("records"),   integer("hashes"),   integer("kept"),
    integer("added"),       integer("withdrawn"), integer("returned"), integer("added_us"),
    integer("added_kind")};
constexpr std::array kHits{integer("content_id"), integer("list_id"), integer("entry_id"),
                           text("match"),         text("algorithm"),  text("variant"),
                           integer("distance"),   text("orientation")};
constexpr std::array kHitSegments{integer("hit_id"),        integer("ordinal"),
                                  integer("from_ms"),       integer("to_ms"),
                                  integer("entry_from_ms"), integer("entry_to_ms")};
constexpr std::array kConversations{integer("exhibit_id"), integer("item_seq"), text("platform"),
                                    text("native_id"),     text("kind"),        text("title")};
constexpr std::array kAccounts{integer("exhibit_id"), integer("item_seq"), text("platform"),
                               text("native_id"),     text("name"),        integer("is_owner")};
constexpr std::array kMessages{integer("id"),
                               integer("conversation_id"),
                               integer("ordinal"),
                               text("native_id"),
                               text("kind"),
                               text("sender_id"),
                               text("sender_name"),
                               text("body"),
                               text("sent_raw"),
                               text("edited_raw"),
                               integer("sent_utc_us"),
                               integer("sent_utc_kind"),
                               integer("sent_local_us"),
                               integer("sent_local_kind"),
                               integer("edited_utc_us"),
                               integer("edited_utc_kind"),
                               text("reply_to"),
                               text("forwarded_from"),
                               text("service_action"),
                               text("members_json"),
                               text("extra_json"),
                               integer("raw_offset"),
                               integer("raw_size")};
constexpr std::array kAttachments{integer("message_id"), integer("ordinal"), text("claimed_path"),
                                  text("resolved_path"), text("name"),       text("mime"),
                                  text("status"),        text("role"),       integer("size_bytes")};
constexpr std::array kChatExports{
    integer("exhibit_id"), integer("item_seq"),  text("format"),
    integer("parsed"),     integer("rejected"),  integer("skipped"),
    integer("repairs"),    integer("truncated"), text("known_losses_json")};
constexpr std::array kChatRejects{integer("exhibit_id"), integer("item_seq"), integer("ordinal"),
                                  text("reason")};
constexpr std::array kDecisions{text("kind"),        text("subject"),    text("asked_by"),
                                integer("asked_us"), text("decided_by"), integer("decided_us"),
                                text("verdict"),     text("note"),       text("reason")};
constexpr std::array kRoleChanges{integer("given"), integer("at_us"), text("changed_by"),
                                  text("person"), text("role")};

constexpr std::array kEntryActs{integer("list_id"), integer("entry"), text("act"),
                                text("reason"),     text("who"),      integer("at_us")};
constexpr std::array kEntryFeedback{integer("list_id"), integer("entry"), integer("content_id"),
                                    text("verdict"),    text("note"),     text("who"),
                                    integer("at_us")};

constexpr std::array kMemoryCases{text("case_id"), text("name"), text("authority")};
constexpr std::array kMemoryExhibits{integer("case_no"), text("label"), integer("read_us"),
                                     integer("read_kind")};
constexpr std::array kMemoryContents{blob("sha256"), integer("case_no"), integer("exhibit_no"),
                                     integer("on_alert_list")};

using enum SealedTable;
constexpr std::array kTables{
    SealedTableFacts{case_info, "case_info", "only_row", "", kCaseInfo},
    SealedTableFacts{exhibits, "exhibits", "id", "", kExhibits},
    SealedTableFacts{volumes, "volumes", "exhibit_id", "ordinal", kVolumes},
    SealedTableFacts{runs, "runs", "id", "", kRuns},
    SealedTableFacts{contents, "contents", "id", "", kContents},
    SealedTableFacts{pictures, "pictures", "content_id", "", kPictures},
    SealedTableFacts{fingerprints, "fingerprints", "content_id", "ordinal", kFingerprints},
    SealedTableFacts{metadata, "metadata", "content_id", "id", kMetadata},
    SealedTableFacts{thumbnails, "thumbnails", "content_id", "", kThumbnails},
    SealedTableFacts{videos, "videos", "content_id", "", kVideos},
    SealedTableFacts{video_frames, "video_frames", "content_id", "ordinal", kVideoFrames},
    SealedTableFacts{content_ed2k, "content_ed2k", "content_id", "", kContentEd2k},
    SealedTableFacts{items, "items", "id", "", kItems},
    SealedTableFacts{item_unread, "item_unread", "item_id", "ordinal", kItemUnread},
    SealedTableFacts{lists, "lists", "id", "", kLists},
    SealedTableFacts{list_entries, "list_entries", "id", "", kListEntries},
    SealedTableFacts{list_frames, "list_frames", "entry_id", "", kListFrames},
    SealedTableFacts{list_versions, "list_versions", "id", "", kListVersions},
    SealedTableFacts{hits, "hits", "id", "", kHits},
    SealedTableFacts{hit_segments, "hit_segments", "hit_id", "ordinal", kHitSegments},
    SealedTableFacts{conversations, "conversations", "id", "", kConversations},
    SealedTableFacts{accounts, "accounts", "exhibit_id", "item_seq, platform, native_id, name",
                     kAccounts},
    SealedTableFacts{messages, "messages", "id", "", kMessages},
    SealedTableFacts{attachments, "attachments", "message_id", "ordinal, id", kAttachments},
    SealedTableFacts{chat_exports, "chat_exports", "exhibit_id", "item_seq", kChatExports},
    SealedTableFacts{chat_rejects, "chat_rejects", "exhibit_id", "item_seq, ordinal", kChatRejects},
    SealedTableFacts{decisions, "decisions", "id", "", kDecisions},
    SealedTableFacts{role_changes, "role_changes", "id", "", kRoleChanges},
    SealedTableFacts{entry_acts, "entry_acts", "id", "", kEntryActs},
    SealedTableFacts{entry_feedback, "entry_feedback", "id", "", kEntryFeedback},
    SealedTableFacts{memory_info, "memory_info", "only_row", "", kCaseInfo},
    SealedTableFacts{memory_cases, "memory_cases", "id", "", kMemoryCases},
    SealedTableFacts{memory_exhibits, "memory_exhibits", "id", "", kMemoryExhibits},
    SealedTableFacts{memory_contents, "memory_contents", "batch", "sha256", kMemoryContents},
};
constexpr auto kTablesOfACase = static_cast<std::size_t>(entry_feedback) + 1;

constexpr bool tables_are_in_order() {
    for (std::size_t i = 0; i < kTables.size(); ++i) {
        if (static_cast<std::size_t>(kTables[i].table) != i) {
            return false;
        }
    }
    return kTables.back().table == memory_contents;
}
static_assert(tables_are_in_order());

} // namespace

std::span<const SealedTableFacts> sealed_tables() noexcept {
    return std::span(kTables).first(kTablesOfACase);
}
std::span<const SealedTableFacts> sealed_memory_tables() noexcept {
    return std::span(kTables).subspan(kTablesOfACase);
}

const SealedTableFacts& facts_of(SealedTable table) noexcept {
    return kTables[static_cast<std::size_t>(table)];
}

const SealedTableFacts* sealed_table_named(std::string_view name) noexcept {
    const auto* found = std::find_if(kTables.begin(), kTables.end(),
                                     [&](const auto& facts) { return facts.name == name; });
    return found == kTables.end() ? nullptr : found;
}

} // namespace rempart::casefile
