// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A folder that is gone after the test, and small records with neutral, made-up values.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include "casefile/database.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/export.hpp"
#include "rempart/casefile/lists.hpp"
#include "support/postgres_server.hpp"
#include "support/result.hpp"

namespace rempart::casefile {

class TempFolder {
  public:
    TempFolder() {
        // In memory where there is such a place: what waits for a disk here tests the disk.
        const std::filesystem::path memory = "/dev/shm";
        const std::filesystem::path parent =
            ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
        std::string name = (parent / "rempart-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            ADD_FAILURE() << "no temporary folder";
        }
        path_ = name;
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// The value, or the end of the test with the error's message.
template <typename T>
T value_of(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << name(result.error().code) << ": " << result.error().message;
        throw std::runtime_error("no value");
    }
    return std::move(*result);
}
template <typename Value>
void expect_ok(const Result<Value>& result) {
    if (!result) {
        ADD_FAILURE() << name(result.error().code) << ": " << result.error().message;
    }
}

inline CaseInfo some_info() {
    return {.id = {},
            .name = "Harbour",
            .authority = "Example authority",
            .legal_basis = "Example act, art. 1",
            .purpose = "A test",
            .review_date = "2030-02-28",
            .created = TimeValue::utc(1'700'000'000)};
}

/// Where the case of that folder lies: there, or, in the run of a test that is called
/// NAME.postgresql, in a database of this process's own server.
inline std::string place_of(const std::filesystem::path& folder) {
    static const bool on_server = std::getenv("REMPART_TEST_ON_POSTGRESQL") != nullptr;
    static std::map<std::filesystem::path, std::string> databases;
    if (!on_server) {
        return folder;
    }
    std::string& url = databases[folder];
    if (url.empty()) {
        url = PostgresServer::shared().fresh_database();
    }
    return url;
}

inline Case new_case(const std::filesystem::path& folder) {
    return value_of(Case::create(place_of(folder), some_info()));
}

/// Columns of a table with their types in SQLite's words, in their order, on either store.
inline std::vector<std::pair<std::string, std::string>> columns_of(Case& file,
                                                                   std::string_view table) {
    std::vector<std::pair<std::string, std::string>> all;
    const auto take = [&](Row& row) -> Result<void> {
        auto& [name, type] = all.emplace_back();
        return row.take(name, type) ? Result<void>() : Row::damaged();
    };
    expect_ok(file.database().each(
        file.on_server()
            ? "SELECT CAST(column_name AS TEXT), CASE data_type WHEN 'bigint' THEN 'INTEGER' "
              "WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT' ELSE 'unknown' END "
              "FROM information_schema.columns WHERE table_schema = 'public' "
              "AND table_name = $1 ORDER BY ordinal_position"
            : "SELECT name, type FROM pragma_table_info($1) ORDER BY cid",
        take, table));
    return all;
}

/// Takes off what would keep a test from tampering with rows: foreign keys and checks.
inline void drop_guards(Case& file) {
    expect_ok(file.database().exec(
        file.on_server()
            ? "DO $$ DECLARE c record; BEGIN FOR c IN SELECT conrelid::regclass AS place, conname "
              "FROM pg_constraint WHERE contype IN ('c', 'f') AND connamespace = "
              "'public'::regnamespace LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', "
              "c.place, c.conname); END LOOP; END $$; ALTER TABLE decisions DISABLE TRIGGER USER; "
              "ALTER TABLE entry_acts DISABLE TRIGGER USER; "
              "ALTER TABLE entry_feedback DISABLE TRIGGER USER; "
              "ALTER TABLE audit_log DISABLE TRIGGER USER"
            : "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON"));
}

/// A literal of so many bytes of zero, in the store's own spelling.
inline std::string zeros(Case& file, std::size_t bytes) {
    const std::string hex(2 * bytes, '0');
    return file.on_server() ? "CAST('\\x" + hex + "' AS BYTEA)" : "x'" + hex + "'";
}

inline ExhibitRecord some_exhibit(std::string label) {
    ExhibitRecord record;
    record.label = std::move(label);
    record.kind = "folder";
    record.source = "/somewhere/" + record.label;
    record.verification = "pending";
    record.state = "open";
    return record;
}

/// Nothing is left to read of any exhibit.
inline void complete_all(Case& file) {
    for (ExhibitRecord& exhibit : value_of(exhibits(file))) {
        exhibit.state = "complete";
        expect_ok(update_exhibit(file, exhibit));
    }
}

/// 32 bytes that differ for each number, spread like a digest's.
inline std::array<std::byte, 32> digest_of(std::uint64_t number) {
    std::array<std::byte, 32> out{};
    std::uint64_t x = number * 0x9E37'79B9'7F4A'7C15 + 1;
    for (std::byte& byte : out) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        byte = static_cast<std::byte>(x >> 24);
    }
    return out;
}

inline ContentRecord some_content(std::uint64_t number) {
    ContentRecord content;
    content.sha256 = digest_of(number);
    content.sha1.fill(static_cast<std::byte>(number));
    content.md5.fill(static_cast<std::byte>(number + 1));
    content.size_bytes = 1000 + number;
    content.type = "jpeg";
    content.mime = "image/jpeg";
    content.family = "picture";
    return content;
}

inline ContentRecord some_picture(std::uint64_t number) {
    ContentRecord content = some_content(number);
    content.picture = PictureRecord{.format = "jpeg",
                                    .width = 640,
                                    .height = 480,
                                    .frames = 1,
                                    .exif_orientation = 6,
                                    .partial_reason = ""};
    const auto digest = digest_of(number + 1'000'000);
    FingerprintRecord print{.algorithm = "pdq",
                            .variant = "full",
                            .quality = 90,
                            .value = Bytes(digest.begin(), digest.end()),
                            .orientations = {}};
    for (int i = 0; i < 8; ++i) {
        print.orientations.insert(print.orientations.end(), digest.begin(), digest.end());
    }
    content.fingerprints.push_back(print);
    print.variant = "nearest512";
    content.fingerprints.push_back(print);
    content.metadata = {{"Exif.Image.Make", "Lighthouse"}, {"Exif.Image.Model", "Été 5"}};
    content.thumbnail = Bytes(300, static_cast<std::byte>(number));
    return content;
}

inline ItemRecord some_item(std::uint64_t seq, std::string path, std::optional<RowId> content) {
    ItemRecord item;
    item.seq = seq;
    item.path = std::move(path);
    item.kind = "file";
    item.state = "allocated";
    item.size_bytes = 1000;
    item.modified = TimeValue::utc(1'600'000'000, 250'000);
    item.content = content;
    return item;
}

inline std::string bytes_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::string canonical_of(Case& file, const std::filesystem::path& target) {
    expect_ok(export_canonical(file, target));
    return bytes_of_file(target);
}

} // namespace rempart::casefile
