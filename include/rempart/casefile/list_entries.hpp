// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What is done with single entries of the lists: disabled, enabled, put in quarantine; and what
/// people found when they looked at a hit. Each is a sealed row with a record in the log, and none
/// is ever changed: what holds is the last one.
///
/// Hits are never removed and are stored whatever their entry's state (docs/adr/0014): the state
/// decides which of them count. So it shows at once, also in what a running ingest finds, and an
/// entry that is enabled again lacks nothing that was met meanwhile.
///
/// An entry is named by its list and its number there (HitView::entry), and all its hashes are
/// meant.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

enum class EntryAct : std::uint8_t {
    disabled,    ///< No hit of it counts.
    enabled,     ///< All count again.
    quarantined, ///< Near hits do not count, exact ones do. Never chosen by a person.
    withdrawn,   ///< As disabled, by a newer version of the list that does not have it any more.
};
[[nodiscard]] std::string_view name(EntryAct act) noexcept;

/// At most so many entries in one act. Our choice: what a person can stand for with one reason.
inline constexpr std::size_t kMostEntriesPerAct = 1'000;

struct EntryChange {
    std::string list;                   ///< Its name.
    std::vector<std::uint64_t> entries; ///< Each from 1; in any order.
    EntryAct act{};                     ///< disabled or enabled.
    std::string reason;
};
/// All of them or none. What hangs on it (totals) is kept; the queue is the caller's to renew.
/// \return `not_found` for an unknown list or entry; `refused` if one is in that state already;
///         `invalid_argument` for no entry, too many, one twice, number 0, a blank reason or one
///         that is not UTF-8, or the act `quarantined`; as Case's writing.
[[nodiscard]] Result<void> switch_entries(Case& file, const EntryChange& change);

/// An entry whose hits do not all count, with the act that says so.
struct EntryOff {
    RowId list = 0;
    std::string list_name;
    std::uint64_t entry = 0;
    std::string state; ///< "disabled", "quarantined" or "withdrawn".
    std::string reason, who;
    TimeValue at;
};
/// By list, then by entry.
[[nodiscard]] Result<std::vector<EntryOff>> entries_off(Case& file);
/// The rows of listed hashes (ListEntryRecord::id) of disabled entries, sorted.
[[nodiscard]] Result<std::vector<RowId>> disabled_entries(Case& file);

/// Everything that was done with one entry, in order.
struct EntryActRecord {
    std::string act, reason, who;
    TimeValue at;
};
[[nodiscard]] Result<std::vector<EntryActRecord>> entry_acts(Case& file, RowId list,
                                                             std::uint64_t entry);

/// Puts each entry in quarantine that is near more than `most_contents` contents of the case, was
/// never in quarantine before and is not disabled: who released one once is not asked again.
/// \return those that were put there, by list, then by entry.
[[nodiscard]] Result<std::vector<EntryOff>> quarantine_entries(Case& file,
                                                               std::uint64_t most_contents);

struct Feedback {
    std::string list; ///< Its name.
    std::uint64_t entry = 0;
    std::array<std::byte, 32> sha256{}; ///< Of the content.
    bool confirmed = false;             ///< False: it is not what the entry says.
    std::string note;                   ///< "" for none.
};
/// What a person found. Nothing follows from it by itself.
/// \return `not_found` for an unknown list, or a content without a hit of that entry;
///         `invalid_argument` for a note that is not UTF-8; as Case's writing.
[[nodiscard]] Result<void> give_feedback(Case& file, const Feedback& feedback);

/// Contents by the last verdict on them.
struct FeedbackCounts {
    std::uint64_t confirmed = 0, not_confirmed = 0;
};
/// Of a list, or of one entry of it.
[[nodiscard]] Result<FeedbackCounts> feedback_counts(Case& file, RowId list,
                                                     std::optional<std::uint64_t> entry = {});
struct FeedbackRecord {
    bool confirmed = false;
    std::string note, who;
    TimeValue at;
};
/// What was said of one content as to one entry, in order.
[[nodiscard]] Result<std::vector<FeedbackRecord>> feedback_on(Case& file, RowId list,
                                                              std::uint64_t entry, RowId content);

} // namespace rempart::casefile
