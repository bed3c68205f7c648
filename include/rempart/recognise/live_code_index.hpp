// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A code index that changes while it is asked: a snapshot, a small part in memory with what was
/// added since, and the rows that are disabled now.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/code_index.hpp"
#include "rempart/recognise/code_index_builder.hpp"

namespace rempart::recognise {

struct CodeEntry {
    PdqHash code;
    CodeRow row;
};

struct LiveHit {
    CodeRow row;
    std::uint32_t distance = 0;
    friend auto operator<=>(const LiveHit&, const LiveHit&) = default;
};

/// Every method may run on any thread at any time. A search works on the state that it met, which
/// is never changed but replaced: it waits for no writer, save for the copy of one pointer. A
/// change is seen by each search that begins after the call has returned. Writers wait for each
/// other; compact() keeps them waiting only while it begins and ends.
///
/// Nothing of a change is on disk: the caller's own records are, and after a start it adds what
/// they hold beyond the snapshot's label, and disables what they say.
class LiveCodeIndex {
  public:
    explicit LiveCodeIndex(CodeIndex base);
    LiveCodeIndex(LiveCodeIndex&&) noexcept;
    LiveCodeIndex& operator=(LiveCodeIndex&&) noexcept;
    ~LiveCodeIndex();

    /// Takes time for what is added, and now and then for what was added before: a batch is cheaper
    /// than its entries one by one. All or nothing. \return `limit_exceeded`, `io`.
    [[nodiscard]] Result<void> add(std::span<const CodeEntry> entries);
    /// No search finds these rows until they are enabled, whether they exist yet or not. A call
    /// takes time for all that are disabled.
    void disable(std::span<const CodeRow> rows);
    void enable(std::span<const CodeRow> rows);

    /// All rows within the radius that are not disabled, sorted. \return as CodeIndex::find_within.
    [[nodiscard]] Result<std::vector<LiveHit>> find_within(PdqHash query, int radius) const;

    /// Writes all rows, disabled ones too (they may be enabled again), into a new snapshot, and
    /// goes on with that as its base. What is added meanwhile stays in memory. After an error all
    /// is as it was. One at a time. \return as CodeIndexBuilder::write and CodeIndex::open.
    [[nodiscard]] Result<void> compact(const std::filesystem::path& path,
                                       const CodeIndexBuilder::Options& options);

    [[nodiscard]] std::uint64_t label() const;     ///< Of the snapshot.
    [[nodiscard]] std::size_t added_count() const; ///< Rows that are not in the snapshot.
    [[nodiscard]] std::size_t disabled_count() const;

  private:
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

} // namespace rempart::recognise
