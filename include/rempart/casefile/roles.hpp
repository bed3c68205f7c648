// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Who may do what with a case on a PostgreSQL server, and how the server itself is made to keep to
/// it. docs/roles.md says the same for an administrator, docs/adr/0006-roles-in-the-database.md why
/// it is done so.
///
/// A case has one group role of the server for each Role, which cannot log in; people log in as
/// roles of their own, which somebody else makes, and are made members. A folder has no roles:
/// whoever can write there can do everything.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// The order is that of kRoles.
enum class Role : std::uint8_t {
    ingest,
    analyst,
    identification,
    reviewer,
    referral,
    auditor,
    administrator,
};

/// `GRANT privilege ON tables`, as SQL has it.
struct TableRight {
    std::string_view privilege, tables;
};

struct RoleFacts {
    Role role;
    std::string_view name; ///< In commands and in the server's role. Never changes once released.
    std::string_view may;
    std::span<const TableRight> rights; ///< Beyond kCommonRights; what is not here is refused.
};

/// What opening a case and logging an act takes. Nobody may change or remove a record.
inline constexpr std::array kCommonRights{
    TableRight{"SELECT", "schema_migrations, case_info, audit_head"},
    TableRight{"SELECT (idx)", "audit_log"},
    TableRight{"INSERT", "audit_log, audit_nodes, audit_marks"},
    TableRight{"UPDATE (size, frontier)", "audit_head"},
};

namespace rights {
inline constexpr std::string_view kCatalogue =
    "exhibits, volumes, runs, items, item_unread, contents, pictures, fingerprints, metadata, "
    "videos, video_frames, content_ed2k, lists, list_entries, list_frames, list_versions, "
    "lists_due, "
    "list_files, hits, "
    "hit_segments, "
    "near_groups, near_group_reasons, near_group_members, near_group_state, near_groups_due, "
    "parts, jobs, "
    "job_failures, workers, search_progress, occurrences, tallies, content_index, "
    "content_index_new, entry_acts, entry_feedback, entries_off, told_hits, off_hits";
inline constexpr std::string_view kTalk =
    "chat_exports, chat_rejects, accounts, conversations, messages, attachments";
inline constexpr TableRight kSeeDecisions{"SELECT", "decisions"};
/// To say what one found at a hit: who looks at pictures does.
inline constexpr TableRight kJudge{"INSERT", "entry_feedback"};
inline constexpr TableRight kAsk{"INSERT (kind, subject, reason, asked_by, asked_us)", "decisions"};

// The writer reads what it must know to go on: names and digests, and the units that it completes
// (a content that was left aside, with its thumbnail). It reads no body of a message.
inline constexpr std::array kIngest{
    TableRight{"SELECT", kCatalogue},
    TableRight{"SELECT", "chat_exports, chat_rejects, accounts, conversations, attachments, "
                         "thumbnails"},
    TableRight{"SELECT (id, conversation_id)", "messages"},
    TableRight{"INSERT",
               "exhibits, volumes, runs, items, item_unread, contents, pictures, fingerprints, "
               "metadata, thumbnails, videos, video_frames, content_ed2k, lists, list_entries, "
               "list_frames, "
               "list_versions, lists_due, list_files, hits, hit_segments, near_groups, "
               "near_group_reasons, "
               "near_group_members, near_group_state, near_groups_due, parts, jobs, job_failures, "
               "workers, chat_exports, "
               "chat_rejects, accounts, conversations, messages, attachments, content_index, "
               "content_index_new, tallies, entry_acts, entry_feedback, entries_off"},
    TableRight{"UPDATE", "exhibits, runs, lists, list_files, jobs, workers, tallies, "
                         "search_progress, entries_off, near_group_state, lists_due"},
    TableRight{"UPDATE (media_error_code, media_error_text)", "contents"},
    TableRight{"UPDATE (is_owner)", "accounts"},
    TableRight{"UPDATE (content_id)", "attachments"},
    TableRight{"DELETE",
               "volumes, jobs, workers, near_groups, near_group_reasons, "
               "near_group_members, near_groups_due, content_index_new, lists_due, list_files, "
               "entries_off"},
};
inline constexpr std::array kAnalyst{TableRight{"SELECT", kCatalogue}, TableRight{"SELECT", kTalk},
                                     kSeeDecisions, kAsk};
inline constexpr std::array kIdentification{TableRight{"SELECT", kCatalogue},
                                            TableRight{"SELECT", kTalk},
                                            TableRight{"SELECT", "thumbnails"},
                                            kSeeDecisions,
                                            kAsk,
                                            kJudge};
inline constexpr std::array kReviewer{
    TableRight{"SELECT", kCatalogue},
    TableRight{"SELECT", kTalk},
    TableRight{"SELECT", "thumbnails"},
    kSeeDecisions,
    kAsk,
    kJudge,
    TableRight{"UPDATE (decided_by, decided_us, verdict, note)", "decisions"},
};
inline constexpr std::array kReferral{
    TableRight{"SELECT",
               "exhibits, items, contents, lists, list_entries, list_frames, list_versions, hits, "
               "hit_segments, near_groups, "
               "near_group_reasons, near_group_members, occurrences, tallies, "
               "entry_acts, entries_off, told_hits, off_hits"},
    kSeeDecisions, kAsk};
inline constexpr std::array kAuditor{TableRight{"SELECT", "audit_log, audit_nodes, audit_marks"}};
inline constexpr std::array kAdministrator{TableRight{"SELECT", "role_changes"}, kSeeDecisions,
                                           kAsk};
} // namespace rights

inline constexpr std::array kRoles{
    RoleFacts{Role::ingest, "ingest", "reads evidence in, adds lists, switches their entries",
              rights::kIngest},
    RoleFacts{Role::analyst, "analyst", "reads all but thumbnails and the log", rights::kAnalyst},
    RoleFacts{Role::identification, "identification", "as an analyst, and thumbnails",
              rights::kIdentification},
    RoleFacts{Role::reviewer, "reviewer", "the same, and decides what others ask for",
              rights::kReviewer},
    RoleFacts{Role::referral, "referral", "reads items, hits, groups and decisions",
              rights::kReferral},
    RoleFacts{Role::auditor, "auditor", "reads the log, nothing else", rights::kAuditor},
    RoleFacts{Role::administrator, "administrator", "gives and withdraws roles, never material",
              rights::kAdministrator},
};
[[nodiscard]] constexpr const RoleFacts& facts_of(Role role) {
    return kRoles[static_cast<std::size_t>(role)];
}
[[nodiscard]] std::optional<Role> role_named(std::string_view name) noexcept;

struct RoleMember {
    std::string user;
    Role role{};
    friend bool operator==(const RoleMember&, const RoleMember&) = default;
};
struct RoleState {
    /// Whether the server has the case's roles and lets nobody else in. Never in a folder.
    bool enforced = false;
    std::vector<RoleMember> members; ///< By role, then by name.
};
/// \return `io`, `unavailable`.
[[nodiscard]] Result<RoleState> role_state(Case& file);

/// Makes the roles that are missing, and sets every right anew. A new case is made with it.
/// \return `unsupported` for a folder; `refused` if the server does not let this user make roles.
[[nodiscard]] Result<void> enforce_roles(Case& file);

enum class RoleChange : std::uint8_t { given, withdrawn };
/// Gives a user of the server a role in this case or takes it back, with a record of the log.
/// Auditors and administrators have no other role beside; nobody changes their own (but the owner
/// of the database). \return `unsupported` for a folder; `refused` to who is no administrator of
/// the case; `invalid_argument` if there is no such user or nothing to change.
[[nodiscard]] Result<void> change_role(Case& file, const std::string& user, Role role,
                                       RoleChange change);

} // namespace rempart::casefile
