// SPDX-License-Identifier: Apache-2.0
#include "casefile/row_seal.hpp"

#include <cassert>

#include <fmt/format.h>

#include "casefile/database.hpp"
#include "casefile/stored_units.hpp"

namespace rempart::casefile {
namespace {

enum class Tag : std::uint8_t { null = 0, integer = 1, text = 2, blob = 3 };

// A seal of more keys than this is split: the marks of one stay small, and a check names a row
// without reading the whole of a large list. Our choice.
constexpr std::uint64_t kMaxSealKeys = 65'536;
constexpr std::size_t kMarkBytes = 4;

void put_number(Bytes& bytes, std::uint64_t value) {
    std::array<std::byte, 8> digits{};
    for (std::size_t i = digits.size(); i-- > 0; value >>= 8) {
        digits[i] = static_cast<std::byte>(value);
    }
    bytes.insert(bytes.end(), digits.begin(), digits.end());
}

void put_string(Bytes& bytes, Tag tag, ByteView value) {
    bytes.push_back(static_cast<std::byte>(tag));
    put_number(bytes, value.size());
    bytes.insert(bytes.end(), value.begin(), value.end());
}

Bytes key_bytes(RowId key) {
    Bytes bytes;
    put_number(bytes, static_cast<std::uint64_t>(key));
    return bytes;
}

} // namespace

void RowBytes::put_null() {
    bytes_.push_back(static_cast<std::byte>(Tag::null));
    ++values_;
}

void RowBytes::put_integer(std::int64_t value) {
    bytes_.push_back(static_cast<std::byte>(Tag::integer));
    put_number(bytes_, static_cast<std::uint64_t>(value));
    ++values_;
}

void RowBytes::put_one(std::string_view value) {
    put_string(bytes_, Tag::text, bytes_of(value));
    ++values_;
}

void RowBytes::put_one(ByteView value) {
    put_string(bytes_, Tag::blob, value);
    ++values_;
}

void RowBytes::put_one(const std::optional<std::string>& value) {
    value ? put_one(*value) : put_null();
}

void RowBytes::put_one(const TimeValue& value) {
    value.kind == TimeKind::none ? put_null() : put_integer(value.micros);
    put_integer(static_cast<std::int64_t>(value.kind));
}

void RowBytes::put_one(const std::optional<Error>& value) {
    if (value) {
        put_one(name(value->code));
        put_one(value->message);
    } else {
        put_null();
        put_null();
    }
}

void TableSealer::add(RowId key, ByteView row) {
    if (open_ && key != current_.last) {
        assert(key > current_.last);
        end_unit();
    }
    if (!open_) {
        if (current_.count == 0) {
            current_.first = key;
        }
        current_.last = key;
        open_ = true;
        unit_.update(key_bytes(key));
    }
    unit_.update(row);
}

void TableSealer::end_unit() {
    const audit::Hash digest = unit_.finish();
    seal_.update(digest);
    current_.marks.insert(current_.marks.end(), digest.begin(), digest.begin() + kMarkBytes);
    ++current_.count;
    open_ = false;
    if (current_.count == kMaxSealKeys) {
        end_seal();
    }
}

void TableSealer::end_seal() {
    current_.table = facts_of(table_).name;
    current_.sha256 = seal_.finish();
    done_.push_back(std::exchange(current_, {}));
}

void TableSealer::move_into(std::vector<RowSeal>& seals) {
    if (open_) {
        end_unit();
    }
    if (current_.count > 0) {
        end_seal();
    }
    for (RowSeal& seal : done_) {
        seals.push_back(std::move(seal));
    }
    done_.clear();
}

void RowSealer::add_row(SealedTable table, RowId key) {
    assert(row_.values() == facts_of(table).columns.size());
    tables_.try_emplace(table, table).first->second.add(key, row_.bytes());
}

void RowSealer::changed(SealedTable table, RowId key, std::optional<audit::Hash> was,
                        std::optional<audit::Hash> now) {
    if (was != now) {
        changes_.push_back({std::string(facts_of(table).name), key, was, now});
    }
}

bool RowSealer::empty() const {
    for (const auto& [table, sealer] : tables_) {
        if (!sealer.empty()) {
            return false;
        }
    }
    return changes_.empty();
}

void RowSealer::move_into(AuditEntry& entry) {
    for (auto& [table, sealer] : tables_) {
        sealer.move_into(entry.seals);
    }
    for (RowChange& change : changes_) {
        entry.changes.push_back(std::move(change));
    }
    changes_.clear();
}

void RowSealer::clear() {
    tables_.clear();
    changes_.clear();
}

Result<void> each_stored_row(Database& database, SealedTable table, RowId first, RowId last,
                             const TakeStoredRow& take) {
    const SealedTableFacts& facts = facts_of(table);
    std::string sql = fmt::format("SELECT {}", facts.key);
    for (const SealedColumn& column : facts.columns) {
        sql += fmt::format(", {}", column.name);
    }
    sql += fmt::format(" FROM {0} WHERE {1} >= $1 AND {1} <= $2 ORDER BY {1}{2}{3}", facts.name,
                       facts.key, facts.order.empty() ? "" : ", ", facts.order);
    const auto statement = database.kept(sql);
    if (!statement) {
        return fail(statement.error());
    }
    RowBytes encoded;
    std::optional<std::int64_t> integer;
    std::optional<std::string> text;
    Bytes blob;
    (*statement)->start(first, last);
    return (*statement)->each([&](Row& row) -> Result<void> {
        RowId key = 0;
        row.take(key);
        encoded.clear();
        for (const SealedColumn& column : facts.columns) {
            switch (column.kind) {
            case ColumnKind::integer: row.take(integer), encoded.put(integer); break;
            case ColumnKind::text: row.take(text), encoded.put(text); break;
            case ColumnKind::blob: row.take(blob), encoded.put(blob); break;
            }
        }
        return row.ok() ? take(key, encoded.bytes()) : Row::damaged();
    });
}

Result<void> each_stored_unit(Database& database, SealedTable table, RowId first, RowId last,
                              const TakeStoredUnit& take) {
    audit::Sha256 unit;
    std::optional<RowId> open;
    auto read = each_stored_row(database, table, first, last, [&](RowId key, ByteView row) {
        Result<void> taken;
        if (open && *open != key) {
            taken = take(*open, unit.finish());
            open.reset();
        }
        if (!open) {
            open = key;
            unit.update(key_bytes(key));
        }
        unit.update(row);
        return taken;
    });
    return read && open ? take(*open, unit.finish()) : read;
}

Result<std::optional<audit::Hash>> unit_digest(Database& database, SealedTable table, RowId key) {
    std::optional<audit::Hash> found;
    auto read = each_stored_unit(database, table, key, key,
                                 [&](RowId, const audit::Hash& digest) -> Result<void> {
                                     found = digest;
                                     return {};
                                 });
    return read ? Result<std::optional<audit::Hash>>(found) : fail(std::move(read).error());
}

Result<void> seal_stored(Database& database, SealedTable table, RowId first, RowId last,
                         std::vector<RowSeal>& seals) {
    TableSealer sealer(table);
    auto read =
        each_stored_row(database, table, first, last, [&](RowId key, ByteView row) -> Result<void> {
            sealer.add(key, row);
            return {};
        });
    if (read) {
        sealer.move_into(seals);
    }
    return read;
}

} // namespace rempart::casefile
