// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What all readers of lists do with a record once they have found its parts.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

/// One record as it is written. Views: into the list, for the time of the call.
struct ListRecord {
    struct Written {
        HashKind kind;
        std::string_view digits;
        /// Of a video's frame.
        std::optional<FrameSpan> frame{}; // NOLINT(readability-redundant-member-init)
        bool poor_quality = false;        ///< As ListRecord's, of this one hash.
    };
    std::uint64_t entry = 0;
    std::vector<Written> hashes;
    std::string_view label; ///< Any bytes.
    std::string_view category;
    std::string_view mark; ///< Why the list itself says that it is not like its others, or "".
    /// Whether the list itself says that its PDQ hash is of too little a quality to be used.
    bool poor_quality = false;
    /// Whether the record can be told to be whole without the end of its line: it ends in a hash,
    /// which has as many digits as its kind, or in what closes it. A label at the end cannot.
    bool shows_its_end = false;
};

/// Decodes, counts, drops what must not match, holds the limit, and gives the rest to the caller.
class ListTaker {
  public:
    /// Both references must outlive the taker.
    ListTaker(const HashListOptions& options, const TakeHash& take)
        : options_(options), take_(take) {}

    void count_comment() { ++summary_.comments; }
    void count_skipped(std::string_view what) { count_as(summary_.skipped, what); }
    void count_deleted() { ++summary_.deleted; }

    /// \return `malformed` if a hash is not one of its kind or there is none, `limit_exceeded`,
    ///         both without the place, which the reader knows; what the caller's `take` returned.
    [[nodiscard]] Result<void> take(const ListRecord& record);

    [[nodiscard]] HashListSummary& summary() { return summary_; }

  private:
    [[nodiscard]] Result<void> take_one(const ListRecord::Written& written, bool poor_quality);

    const HashListOptions& options_;
    const TakeHash& take_;
    HashListSummary summary_;
    std::uint64_t seen_ = 0;
    ListedHash hash_; ///< What the hashes of one record have in common.
};

/// Whether a line is a record, only counts as a comment, or was counted as skipped by its parser.
enum class LineRole : std::uint8_t { entry, comment, skipped };

/// Reads the lines that are left, all or nothing. `parse(line, record)` fills the record of a line
/// and returns its role, or an error without the place. A last line without an end is taken only if
/// it is an entry that shows its end, and counted.
template <typename Parse>
[[nodiscard]] Result<HashListSummary> take_lines(LineWalker& lines, ListTaker& taker,
                                                 const Parse& parse) {
    ListRecord record;
    while (!lines.done()) {
        const auto line = lines.next_or_last();
        if (!line) {
            return fail(line.error());
        }
        record.shows_its_end = false;
        const Result<LineRole> role = parse(*line, record);
        const bool may_be_cut =
            !lines.has_end() && (!role || *role != LineRole::entry || !record.shows_its_end);
        if (may_be_cut) {
            return fail(lines.no_end());
        }
        if (!role) {
            return fail(lines.error_here(role.error()));
        }
        if (*role == LineRole::comment) {
            taker.count_comment();
        }
        if (*role != LineRole::entry) {
            continue;
        }
        record.entry = lines.number();
        if (const auto taken = taker.take(record); !taken) {
            const bool is_cut = !lines.has_end() && taken.error().code == Errc::malformed;
            return fail(is_cut ? lines.no_end() : lines.error_here(taken.error()));
        }
        taker.summary().unterminated_last_line = lines.has_end() ? 0 : 1;
    }
    return std::move(taker.summary());
}

} // namespace rempart::recognise
