// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// All that a report says, gathered once: the page and the JSON are two ways to print the same
/// value.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rempart/act/report.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/groups.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/casefile/lists.hpp"

namespace rempart::act {

/// How many rows of each kind a report holds. The counts beside them are always of all rows, and
/// the report says how many it leaves out. Our choice: a page that opens at once and prints on less
/// than a hundred sheets, however large the case; every row is in the case and in its export.
struct ReportLimits {
    std::size_t exhibits = 500, volumes_per_exhibit = 64, lists = 100, hits_per_list = 100;
    std::size_t groups = 100, conversations = 200, exports = 200, problems_per_code = 50,
                runs = 100, rejects = 100;
};

/// Rows that are shown, of all that there are.
template <typename Row>
struct Rows {
    std::uint64_t total = 0;
    std::vector<Row> shown;
    /// Counts `row`, and keeps it while there is room.
    void add(Row row, std::size_t limit) {
        ++total;
        if (shown.size() < limit) {
            shown.push_back(std::move(row));
        }
    }
};

struct ExhibitFacts {
    casefile::ExhibitRecord record;
    casefile::Totals totals;
    Rows<casefile::VolumeRecord> volumes;
};

struct ListFacts {
    casefile::ListRecord record;
    std::uint64_t contents_exact = 0; ///< Distinct contents whose digest the list holds.
    std::uint64_t contents_near = 0;  ///< Distinct contents that are near a listed picture.
    Rows<casefile::HitView> places;   ///< The list's order of hits: distance, exhibit, item.
    /// Contact sheets (JPEG) of the videos among the places that are shown, by content; only if
    /// thumbnails are asked for.
    std::map<casefile::RowId, Bytes> sheets;
};

/// Whether lists contradict each other about the very bytes of a hit (standing "disputed").
[[nodiscard]] bool is_disputed(const casefile::HitView& view);

struct GroupFacts {
    casefile::QueuedGroup group;
    Bytes thumbnail; ///< JPEG; empty unless asked for.
};

/// Something that could not be read, or not whole.
struct Problem {
    std::string where; ///< "item", "content", "picture", "volume", "exhibit", "chat" (a record).
    std::string exhibit, path, stream;
    std::string what;
    std::uint64_t unread_bytes = 0; ///< Of an item: blocks that the medium did not give.
};

struct ProblemsOfCode {
    std::string code;
    Rows<Problem> rows;
};

struct Facts {
    casefile::CaseInfo info;
    TimeValue made;
    std::string program_version;
    casefile::Totals totals;
    std::uint64_t alert_exact = 0; ///< Distinct contents that are on an alert list.
    std::uint64_t alert_near = 0;  ///< Others that are near a picture of an alert list.
    std::uint64_t disputed = 0;    ///< Contents that an alert and an allow list both hold.
    /// Entries whose hits do not all count, and so are not in here.
    std::vector<casefile::EntryOff> entries_off;
    std::uint64_t new_media = 0; ///< Unknown members of all groups of the queue.
    std::uint64_t verification_failed = 0, verified = 0, problems = 0;
    Rows<ExhibitFacts> exhibits;
    Rows<ListFacts> lists;
    Rows<GroupFacts> groups; ///< Of the queue: with at least one unknown member.
    Rows<casefile::ConversationView> conversations;
    Rows<casefile::ChatExportView> exports;
    Rows<Problem> rejects; ///< Records of exports; their exports are among the problems.
    std::vector<ProblemsOfCode> problem_codes; ///< By count, then by name.
    Rows<casefile::RunRecord> runs;
};

[[nodiscard]] Result<Facts> gather_facts(casefile::Case& file, const ReportOptions& options,
                                         const ReportLimits& limits = {});

} // namespace rempart::act
