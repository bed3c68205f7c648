// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Seals over the rows that an act wrote, made from the values as they are bound, so that nothing
/// is read back; and the same digests from what is stored, to compare.
///
/// The *unit* is a key: of a table with a number of its own (contents, items, messages) one row, of
/// one that hangs on another (fingerprints on contents) all rows of that parent in a fixed order. A
/// unit's digest is SHA-256 over the key and then each value of kSealedTables' columns:
///
///     0x00                            NULL
///     0x01  8 bytes, big-endian       INTEGER
///     0x02  8 bytes length, bytes     TEXT, UTF-8
///     0x03  8 bytes length, bytes     BLOB
///
/// A seal's digest is SHA-256 over the digests of its units in the order of their keys.
///
/// A writer's use:
///
///     sealer.add(SealedTable::items, id, id, exhibit, seq, ...); // what Statement::run was given
///     ...
///     AuditEntry entry{.act = AuditAct::ingest_commit, ...};
///     sealer.move_into(entry);
///     append(database, entry);                                   // then commit

#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rempart/audit/hash.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

/// The order is that of sealed_tables(), then of sealed_memory_tables().
enum class SealedTable : std::uint8_t {
    case_info,
    exhibits,
    volumes,
    runs,
    contents,
    pictures,
    fingerprints,
    metadata,
    thumbnails,
    videos,
    video_frames,
    content_ed2k,
    items,
    item_unread,
    lists,
    list_entries,
    list_frames,
    list_versions,
    hits,
    hit_segments,
    conversations,
    accounts,
    messages,
    attachments,
    chat_exports,
    chat_rejects,
    decisions,
    role_changes,
    entry_acts,
    entry_feedback,
    memory_info,
    memory_cases,
    memory_exhibits,
    memory_contents,
};

enum class ColumnKind : std::uint8_t { integer, text, blob };

struct SealedColumn {
    std::string_view name;
    ColumnKind kind;
};

struct SealedTableFacts {
    SealedTable table;
    std::string_view name;
    std::string_view key;   ///< The column whose numbers seals are ranges of.
    std::string_view order; ///< How rows of one key are ordered; "" where there is one only. Text
                            ///< is compared byte by byte.
    std::span<const SealedColumn> columns; ///< In the order of the table's INSERT.
};

/// Every writer seals what it adds to these tables and records what it changes: a row that no
/// record accounts for was put there by something else. Derived tables (groups, the word index) are
/// made anew from others and are not sealed; nor is attachments.content_id, which is found again
/// from the path.
[[nodiscard]] std::span<const SealedTableFacts> sealed_tables() noexcept;
/// The same of a memory (memory.hpp).
[[nodiscard]] std::span<const SealedTableFacts> sealed_memory_tables() noexcept;
[[nodiscard]] const SealedTableFacts& facts_of(SealedTable table) noexcept;
[[nodiscard]] const SealedTableFacts* sealed_table_named(std::string_view name) noexcept;

/// Encodes values as the file comment says. Takes what Statement's parameters take.
class RowBytes {
  public:
    template <typename... Values>
    void put(const Values&... values) {
        (put_one(values), ...);
    }
    void put_null();
    [[nodiscard]] ByteView bytes() const { return bytes_; }
    [[nodiscard]] std::size_t values() const { return values_; } ///< Columns since clear().
    void clear() {
        bytes_.clear();
        values_ = 0;
    }

  private:
    template <std::integral T>
    void put_one(T value) {
        put_integer(static_cast<std::int64_t>(value));
    }
    template <std::integral T>
    void put_one(const std::optional<T>& value) {
        value ? put_one(*value) : put_null();
    }
    template <std::size_t N>
    void put_one(const std::array<std::byte, N>& value) {
        put_one(ByteView(value));
    }
    void put_one(const Bytes& value) { put_one(ByteView(value)); }
    void put_one(const std::string& value) { put_one(std::string_view(value)); }
    void put_one(const char* value) { put_one(std::string_view(value)); }
    void put_one(std::string_view value);
    void put_one(ByteView value);
    void put_one(const std::optional<std::string>& value);
    void put_one(const TimeValue& value);            // two columns
    void put_one(const std::optional<Error>& value); // two columns
    void put_integer(std::int64_t value);

    Bytes bytes_;
    std::size_t values_ = 0;
};

/// The seals of one table, while its rows are written. Keys must not fall.
class TableSealer {
  public:
    explicit TableSealer(SealedTable table) : table_(table) {}
    void add(RowId key, ByteView row);
    /// The seals of all that was added; then it begins anew.
    void move_into(std::vector<RowSeal>& seals);
    [[nodiscard]] bool empty() const { return !open_ && done_.empty(); }

  private:
    void end_unit();
    void end_seal();

    SealedTable table_;
    audit::Sha256 unit_, seal_;
    RowSeal current_;
    bool open_ = false; ///< A unit is begun; its key is current_.last.
    std::vector<RowSeal> done_;
};

/// The seals and changes of one record, gathered by a writer. Movable; for one thread.
class RowSealer {
  public:
    /// One row of `table` as it is inserted: its key, then the values of all sealed columns in
    /// their order. Rows of one table come by rising key, those of one key in their order.
    template <typename... Values>
    void add(SealedTable table, RowId key, const Values&... values) {
        row_.clear();
        row_.put(values...);
        add_row(table, key);
    }
    /// A unit that was stored before and is different now; see unit_digest().
    void changed(SealedTable table, RowId key, std::optional<audit::Hash> was,
                 std::optional<audit::Hash> now);
    [[nodiscard]] bool empty() const;
    /// Moves everything into `entry`; this is then as new.
    void move_into(AuditEntry& entry);
    /// Forgets everything: after a rollback.
    void clear();

  private:
    void add_row(SealedTable table, RowId key);

    RowBytes row_;
    std::map<SealedTable, TableSealer> tables_;
    std::vector<RowChange> changes_;
};

/// The digest of a stored unit, none if there is no row of that key: before and after an update.
/// \return `integrity`, `io`.
[[nodiscard]] Result<std::optional<audit::Hash>> unit_digest(Database& database, SealedTable table,
                                                             RowId key);

/// Seals stored rows by reading them: for small tables whose rows are not at hand.
[[nodiscard]] Result<void> seal_stored(Database& database, SealedTable table, RowId first,
                                       RowId last, std::vector<RowSeal>& seals);

} // namespace rempart::casefile
