// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The lists of known material that belong to a case.

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

/// A file that holds the hashes of one kind of a list, compiled from its entries.
struct ListFileRecord {
    std::string algorithm;
    int format = 0; ///< Of whoever compiles: the same entries give another file under another.
    std::array<std::byte, 32> id{}; ///< HashSetInfo::id or CodeIndex::digest().
    friend bool operator==(const ListFileRecord&, const ListFileRecord&) = default;
};

/// A later version of a list that was taken over.
struct ListVersionRecord {
    std::string format, source_name, source_sha256; ///< As ListRecord.
    /// Entry N of this version has the number first_entry - 1 + N in the list, if it was new.
    std::uint64_t first_entry = 1;
    std::uint64_t records = 0, hashes = 0; ///< Of the version.
    /// Entries that were there and are, are new, are there no more, are there again.
    std::uint64_t kept = 0, added = 0, withdrawn = 0, returned = 0;
    TimeValue taken;
};

/// Adds a list in one transaction: begin, add entries, finish. Or takes over a newer version of
/// one: extend, add what is new, finish_version. Destroyed before it is finished: nothing is
/// stored.
class ListWriter {
  public:
    /// \return `invalid_argument` if the name is taken.
    [[nodiscard]] static Result<ListWriter> begin(Case& file, const ListRecord& list);
    /// \return `not_found`.
    [[nodiscard]] static Result<ListWriter> extend(Case& file, const std::string& name);
    ListWriter(ListWriter&&) noexcept;
    ListWriter& operator=(ListWriter&&) noexcept;
    ~ListWriter();
    /// The row of the list, once it is stored.
    [[nodiscard]] RowId list() const;
    /// \return the row of the entry
    [[nodiscard]] Result<RowId> add(const ListEntryRecord& entry);
    /// Stores the final counts, and where `counts` names them the scheme, format and source that
    /// were learnt while reading, and which files it was compiled into, and commits. \return the
    /// list's row
    [[nodiscard]] Result<RowId> finish(const ListRecord& counts,
                                       std::span<const ListFileRecord> files = {});
    /// Stores the version and what it says of entries that were there, forgets what the list was
    /// compiled into, and commits. \pre both ascend \return the list's row
    [[nodiscard]] Result<RowId> finish_version(const ListVersionRecord& version,
                                               std::span<const std::uint64_t> withdrawn,
                                               std::span<const std::uint64_t> returned);

  private:
    struct State;
    explicit ListWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

[[nodiscard]] Result<std::vector<ListRecord>> lists(Case& file);
/// Every listed hash of one list in the order of rows.
[[nodiscard]] Result<void>
each_entry(Case& file, RowId list, const std::function<Result<void>(const ListEntryRecord&)>& take);
/// Of all lists the entries that are frames of videos, in the order of rows.
[[nodiscard]] Result<void>
each_listed_frame(Case& file,
                  const std::function<Result<void>(RowId list, const ListEntryRecord&)>& take);

/// In the order in which they were taken over; nothing of a list that is as it was added.
[[nodiscard]] Result<std::vector<ListVersionRecord>> list_versions(Case& file, RowId list);

/// A list that was not asked yet about all that the case holds: it came, or a version of it did,
/// and whoever brought it ended before that, or an exhibit was being read meanwhile.
struct ListDue {
    RowId list = 0;
    std::int64_t version = 0; ///< newest_version, when it came.
};
[[nodiscard]] Result<std::vector<ListDue>> lists_due(Case& file);
/// The list was asked about all. Nothing changes while an exhibit is open other than `finishing`,
/// or where a newer version came meanwhile.
[[nodiscard]] Result<void> list_was_asked(Case& file, const ListDue& due,
                                          std::optional<RowId> finishing = {});
/// The row of the newest version of a list that was taken over, or 0.
[[nodiscard]] Result<std::int64_t> newest_version(Case& file, RowId list);

/// What the list was compiled into; nothing if that is not known: it has to be compiled then.
[[nodiscard]] Result<std::vector<ListFileRecord>> list_files(Case& file, RowId list);
/// Replaces what is known of it. \return false, and nothing is stored, if `version` is not its
/// newest any more: what was compiled is out of date
[[nodiscard]] Result<bool> store_list_files(Case& file, const ListDue& compiled,
                                            std::span<const ListFileRecord> files);

} // namespace rempart::casefile
