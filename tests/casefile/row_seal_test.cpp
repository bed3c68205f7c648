// SPDX-License-Identifier: Apache-2.0
#include "casefile/row_seal.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "casefile/database.hpp"
#include "casefile/sample_case.hpp"
#include "casefile/stored_units.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

constexpr RowId kFrom = 0;
constexpr RowId kTo = 1'000'000;

std::vector<RowSeal> stored(Case& file, SealedTable table, RowId first = kFrom, RowId last = kTo) {
    std::vector<RowSeal> seals;
    expect_ok(seal_stored(file.database(), table, first, last, seals));
    return seals;
}

std::vector<RowSeal> seals_of(RowSealer& sealer) {
    AuditEntry entry;
    sealer.move_into(entry);
    return std::move(entry.seals);
}

void expect_same(const std::vector<RowSeal>& a, const std::vector<RowSeal>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        EXPECT_EQ(a[i].table, b[i].table);
        EXPECT_EQ(a[i].first, b[i].first);
        EXPECT_EQ(a[i].last, b[i].last);
        EXPECT_EQ(a[i].count, b[i].count);
        EXPECT_EQ(encode_hex(a[i].sha256), encode_hex(b[i].sha256)) << a[i].table;
        EXPECT_EQ(a[i].marks, b[i].marks);
    }
}

TEST(RowBytes, AreUnambiguous) {
    RowBytes row;
    row.put(std::int64_t{1}, std::string_view("ab"), std::optional<int>(), Bytes{std::byte{7}});
    EXPECT_EQ(encode_hex(row.bytes()), "010000000000000001"
                                       "0200000000000000026162"
                                       "00"
                                       "03000000000000000107");
    EXPECT_EQ(row.values(), 4U);
    row.clear();
    row.put(TimeValue{}, TimeValue::utc(0, 5), std::optional<Error>(),
            std::optional(Error{Errc::io, "x"}), true, -1);
    EXPECT_EQ(encode_hex(row.bytes()), "00010000000000000000"
                                       "010000000000000005010000000000000001"
                                       "0000"
                                       "020000000000000002696f02000000000000000178"
                                       "010000000000000001"
                                       "01ffffffffffffffff");
    EXPECT_EQ(row.values(), 10U);
}

TEST(SealedTables, HaveTheColumnsOfTheSchemaAndMissNoTable) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    for (const SealedTableFacts& facts : sealed_tables()) {
        EXPECT_EQ(sealed_table_named(facts.name), &facts);
        const auto stored_columns = columns_of(file, facts.name);
        for (const SealedColumn& column : facts.columns) {
            std::string type;
            for (const auto& [name, stored_type] : stored_columns) {
                type = name == column.name ? stored_type : type;
            }
            const char* expected = column.kind == ColumnKind::integer ? "INTEGER"
                                   : column.kind == ColumnKind::text  ? "TEXT"
                                                                      : "BLOB";
            EXPECT_EQ(type, expected) << facts.name << "." << column.name;
        }
        // Every column is sealed but the number that is sealed as the key, numbers that only order,
        // and what is derived.
        std::string left_out;
        for (const auto& [name, type] : stored_columns) {
            const std::string_view stored_name = name;
            const bool sealed = std::any_of(facts.columns.begin(), facts.columns.end(),
                                            [&](const auto& c) { return c.name == stored_name; });
            left_out += sealed || name == facts.key ? "" : name + ' ';
        }
        const std::string derived = facts.table == SealedTable::metadata      ? "id "
                                    : facts.table == SealedTable::hits        ? "content_start "
                                    : facts.table == SealedTable::attachments ? "id content_id "
                                                                              : "";
        EXPECT_EQ(left_out, derived) << facts.name;
    }
    EXPECT_EQ(sealed_table_named("sqlite_schema"), nullptr);
}

TEST(RowSealer, GivesTheSealOfWhatIsStored) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    const RowId exhibit = value_of(add_exhibit(file, some_exhibit("A")));
    RowSealer sealer;
    {
        IngestWriter writer = value_of(IngestWriter::open(file, exhibit));
        for (std::uint64_t i = 0; i < 3; ++i) {
            ContentRecord content = some_picture(i);
            content.media_error =
                i == 1 ? std::optional(Error{Errc::damaged, "a stretch"}) : std::nullopt;
            const RowId id = value_of(writer.add_content(content));
            sealer.add(SealedTable::contents, id, id, content.sha256, content.sha1, content.md5,
                       content.size_bytes, content.type, content.mime, content.family,
                       content.media_error);
            sealer.add(SealedTable::thumbnails, id, id, content.thumbnail);
            for (std::size_t k = 0; k < content.fingerprints.size(); ++k) {
                const FingerprintRecord& print = content.fingerprints[k];
                sealer.add(SealedTable::fingerprints, id, id, k, print.algorithm, print.variant,
                           print.quality, print.value, print.orientations);
            }
            for (const MetadataRecord& field : content.metadata) {
                sealer.add(SealedTable::metadata, id, id, field.name, field.value);
            }
            ItemRecord item = some_item(i, "file", id);
            item.parent_seq = i == 2 ? std::optional<std::uint64_t>(1) : std::nullopt;
            expect_ok(writer.add_item(item));
            const auto row = static_cast<RowId>(i + 1);
            sealer.add(SealedTable::items, row, row, exhibit, item.seq, item.parent_seq, item.path,
                       item.stream, item.kind, item.state, item.recovery, item.size_bytes,
                       item.created, item.modified, item.accessed, item.changed, item.error,
                       item.content);
        }
        expect_ok(writer.commit());
    }
    EXPECT_FALSE(sealer.empty());
    const auto seals = seals_of(sealer);
    EXPECT_TRUE(sealer.empty());
    std::vector<RowSeal> expected;
    for (const SealedTable table :
         {SealedTable::contents, SealedTable::fingerprints, SealedTable::metadata,
          SealedTable::thumbnails, SealedTable::items}) {
        expected.push_back(stored(file, table).at(0));
        EXPECT_EQ(expected.back().count, 3U);
        EXPECT_EQ(expected.back().marks.size(), 12U);
    }
    expect_same(seals, expected);
}

TEST(RowSealer, SealsEveryTableOfARealCase) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    fill_exhibit(file, "A", 1, 4);
    const std::array<std::uint64_t, 2> known{1, 2};
    fill_list(file, "known", "alert", known);
    match_list(file, "known");
    fill_video(file, "V");
    fill_decisions(file);
    fill_entry_acts(file, "V films", 90);
    fill_list_version(file, "V films");
    drop_guards(file);
    const std::string longer = "{1} || " + zeros(file, 1);
    for (const SealedTableFacts& facts : sealed_tables()) {
        const auto before = stored(file, facts.table);
        ASSERT_EQ(before.size(), 1U) << facts.name;
        // Any change of any column changes the seal.
        for (const SealedColumn& column : facts.columns) {
            const std::string other = column.kind == ColumnKind::integer ? "COALESCE({1}, 0) + 77"
                                      : column.kind == ColumnKind::text ? "COALESCE({1}, '') || 'x'"
                                      : file.on_server()                ? longer
                                                         : "CAST(" + longer + " AS BLOB)";
            const std::string sql =
                fmt::format("UPDATE {} SET {} = {} ", facts.name, column.name,
                            fmt::format(fmt::runtime(other), facts.name, column.name));
            expect_ok(file.database().exec("BEGIN"));
            expect_ok(file.database().exec(
                (sql + fmt::format("WHERE {0} = (SELECT max({0}) FROM {1})", facts.key, facts.name))
                    .c_str()));
            const auto after = stored(file, facts.table);
            EXPECT_NE(after.at(0).sha256, before[0].sha256) << sql;
            expect_ok(file.database().exec("ROLLBACK"));
        }
        expect_same(stored(file, facts.table), before);
    }
}

TEST(RowSealer, SplitsALongSeal) {
    TableSealer sealer(SealedTable::thumbnails);
    RowBytes row;
    row.put(1, Bytes());
    for (RowId key = 1; key <= 70'000; ++key) {
        sealer.add(key, row.bytes());
        sealer.add(key, row.bytes()); // two rows of one key count as one
    }
    std::vector<RowSeal> seals;
    sealer.move_into(seals);
    ASSERT_EQ(seals.size(), 2U);
    EXPECT_EQ(seals[0].first, 1);
    EXPECT_EQ(seals[0].last, 65'536);
    EXPECT_EQ(seals[1].first, 65'537);
    EXPECT_EQ(seals[1].last, 70'000);
    EXPECT_EQ(seals[1].count, 70'000U - 65'536U);
    EXPECT_TRUE(sealer.empty());
}

TEST(RowSealer, TellsAChangeByTheDigestsBeforeAndAfter) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    Database& database = file.database();
    const RowId exhibit = value_of(add_exhibit(file, some_exhibit("A")));
    const auto was = value_of(unit_digest(database, SealedTable::exhibits, exhibit));
    ASSERT_TRUE(was.has_value());
    EXPECT_EQ(value_of(unit_digest(database, SealedTable::exhibits, exhibit + 1)), std::nullopt);
    RowSealer sealer;
    sealer.changed(SealedTable::exhibits, exhibit, was, was);
    EXPECT_TRUE(sealer.empty()) << "nothing changed";
    expect_ok(database.exec("UPDATE exhibits SET state = 'complete'"));
    const auto now = value_of(unit_digest(database, SealedTable::exhibits, exhibit));
    sealer.changed(SealedTable::exhibits, exhibit, was, now);
    AuditEntry entry;
    sealer.move_into(entry);
    ASSERT_EQ(entry.changes.size(), 1U);
    EXPECT_EQ(entry.changes[0], (RowChange{"exhibits", exhibit, was, now}));
    sealer.changed(SealedTable::exhibits, exhibit, was, now);
    sealer.clear();
    EXPECT_TRUE(sealer.empty());
}

} // namespace
} // namespace rempart::casefile
