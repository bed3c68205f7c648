// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which content has which SHA-256. Digests come in any order, so that each new one in a large
/// index touches a page of its own, which a commit then has to write: 10 million contents were
/// 80 GB of writing. Here new ones go into a small table, whose pages serve many; when it has grown
/// to a part of the large one, all of it is moved there at once, in order (the idea of a
/// log-structured merge tree, O'Neil et al. 1996, with two levels).
///
/// The key is the first 8 bytes: contents that share them by chance or by design are told apart by
/// the whole digest. One content a digest is kept by the writers, who look up and add within the
/// case's one write lock; Case::check() finds any other.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "casefile/database.hpp"
#include "rempart/audit/hash.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// A condition on `contents c`, for the bytes that `start` and `digest` stand for ("$1", "$2").
[[nodiscard]] std::string is_content(std::string_view start, std::string_view digest);
/// The key of a digest in the index.
[[nodiscard]] inline ByteView index_start(std::span<const std::byte, 32> sha256) {
    return ByteView(sha256).first(8);
}

/// What a writer needs to know of a content that is stored: facts that count in tallies.hpp.
struct StoredContent {
    RowId id = 0;
    std::uint64_t size_bytes = 0;
    bool is_picture = false, is_video = false;
    std::string error_code, partial_reason;      ///< "" for none.
    std::uint64_t hits_exact = 0, hits_near = 0; ///< Lists that know it.
    bool is_seen_here = false;                   ///< The exhibit has an item of it.
};

/// Spreads SHA-256 over buckets: its bytes are spread already.
struct DigestHash {
    std::size_t operator()(const audit::Hash& digest) const noexcept;
};

/// Look-ups and additions of one writer of one exhibit, within its transactions.
class ContentIndex {
  public:
    /// The small table is moved when it holds so many, or a sixteenth of the large one. Our choice:
    /// so many stay within the page cache (some 8 MB).
    static constexpr std::int64_t kLeastMoved = 262'144;

    ContentIndex() = default; ///< None: only to be assigned to.
    [[nodiscard]] static Result<ContentIndex> prepare(Database& database, RowId exhibit,
                                                      std::int64_t least_moved = kLeastMoved);

    /// Asks the database once for all of them: for rows on a server a hundred times as fast as one
    /// by one. What is found is remembered until clear().
    [[nodiscard]] Result<void> look_up(std::span<const audit::Hash> digests);
    /// Null if no content has that digest. Valid until the next call of any other function.
    [[nodiscard]] Result<StoredContent*> find(const audit::Hash& sha256);
    /// By row; null if there is none.
    [[nodiscard]] Result<StoredContent*> find(RowId content);
    /// A content that is stored in this transaction.
    void add(const audit::Hash& sha256, const StoredContent& content);
    /// What is stored of that content is now this.
    void change(const StoredContent& content) { contents_[content.id] = content; }
    /// Whether it was added, in this transaction, and has no item yet.
    [[nodiscard]] bool is_new(const StoredContent& content) const {
        return content.id >= first_added_ && !content.is_seen_here;
    }

    /// Stores what was added and, where it is time, moves the small table into the large one (on
    /// PostgreSQL only for a test, which asks for another `least_moved`).
    /// \param last_content the highest row in contents.
    [[nodiscard]] Result<void> store(RowId last_content);
    /// To be called at the end of each transaction, also of one that is undone.
    void clear();

  private:
    Result<void> ask(std::span<const audit::Hash> digests);
    Result<void> remember(Row& row);

    Database* database_ = nullptr;
    RowId exhibit_ = 0;
    std::int64_t least_moved_ = kLeastMoved;
    Statement look_up_, by_row_;
    Inserter add_;
    std::unordered_map<audit::Hash, RowId, DigestHash>
        rows_; ///< 0: it was asked for, there is none.
    std::unordered_map<RowId, StoredContent> contents_;
    std::vector<std::pair<audit::Hash, RowId>> added_;
    RowId first_added_ = std::numeric_limits<RowId>::max();
};

/// Makes both tables anew from `contents`, within the caller's transaction or alone.
[[nodiscard]] Result<void> rebuild_content_index(Database& database);

/// Whether each content stands in the index once, and no two have one digest.
/// \return `integrity` naming the first that does not.
[[nodiscard]] Result<void> check_content_index(Database& database);

} // namespace rempart::casefile
