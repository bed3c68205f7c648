// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What all readers of lists do with a record once they have found its parts.

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "recognise/lists/list_lines.hpp"
#include "recognise/lists/list_readers.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

/// One record as it is written. Views: into the list, for the time of the call.
struct ListRecord {
    struct Written {
        HashKind kind;
        std::string_view digits;
    };
    std::uint64_t entry = 0;
    std::vector<Written> hashes;
    std::string_view label; ///< Any bytes.
    std::string_view category;
    /// Whether the list itself says that its PDQ hash is of too little a quality to be used.
    bool poor_quality = false;
};

/// Decodes, counts, drops what must not match, holds the limit, and gives the rest to the caller.
class ListTaker {
  public:
    /// Both references must outlive the taker.
    ListTaker(const HashListOptions& options, const TakeHash& take)
        : options_(options), take_(take) {}

    void count_comment() { ++summary_.comments; }

    /// \return `malformed` if a hash is not one of its kind or there is none, `limit_exceeded`,
    ///         both without the place, which the reader knows; what the caller's `take` returned.
    [[nodiscard]] Result<void> take(const ListRecord& record);

    [[nodiscard]] HashListSummary& summary() { return summary_; }

  private:
    enum class Use : std::uint8_t { listed, empty_file, degenerate };
    [[nodiscard]] static Use use_of(const ListedHash& hash, bool poor_quality);

    const HashListOptions& options_;
    const TakeHash& take_;
    HashListSummary summary_;
    std::uint64_t seen_ = 0;
};

/// Whether a line is a record or only counts as a comment.
enum class LineRole : std::uint8_t { entry, comment };

/// Reads the lines that are left, all or nothing. `parse(line, record)` fills the record of a line
/// and returns its role, or an error without the place.
template <typename Parse>
[[nodiscard]] Result<HashListSummary> take_lines(LineWalker& lines, ListTaker& taker,
                                                 const Parse& parse) {
    ListRecord record;
    while (!lines.done()) {
        const auto line = lines.next();
        if (!line) {
            return fail(line.error());
        }
        const Result<LineRole> role = parse(*line, record);
        if (!role) {
            return fail(lines.error_here(role.error()));
        }
        if (*role == LineRole::comment) {
            taker.count_comment();
            continue;
        }
        record.entry = lines.number();
        if (const auto taken = taker.take(record); !taken) {
            return fail(lines.error_here(taken.error()));
        }
    }
    return std::move(taker.summary());
}

} // namespace rempart::recognise
