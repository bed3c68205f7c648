// SPDX-License-Identifier: Apache-2.0
// NSRL RDS 3, and databases that are none, made with SQLite itself.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kSha256(64, 'A');
const std::string kSha1(40, 'B');
const std::string kMd5(32, 'C');
const std::string kColumns = "(sha256 VARCHAR, sha1 VARCHAR, md5 VARCHAR, crc32 VARCHAR,"
                             " file_name VARCHAR, file_size INTEGER, package_id INTEGER)";
const std::string kVersion =
    "CREATE TABLE VERSION (version VARCHAR, build_set VARCHAR, build_date VARCHAR,"
    " release_date VARCHAR, description VARCHAR);"
    "INSERT INTO VERSION VALUES ('2025.01.1','s','d','r','old');"
    "INSERT INTO VERSION VALUES ('2026.03.1','s','d','r','Sample RDS');";

std::string row(const std::string& sha256, const std::string& sha1, const std::string& md5) {
    return "INSERT INTO FILE VALUES ('" + sha256 + "','" + sha1 + "','" + md5 + "','0','f',1,1);";
}

/// The bytes of a database on which `sql` was executed.
std::string database_of(const std::string& sql) {
    const auto path =
        std::filesystem::temp_directory_path() / ("nsrl3-" + std::to_string(::getpid()));
    std::filesystem::remove(path);
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    char* message = nullptr;
    const std::string all = "PRAGMA synchronous=OFF;" + sql; // no disk is waited for
    EXPECT_EQ(sqlite3_exec(database, all.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << (message == nullptr ? "" : message);
    sqlite3_free(message);
    sqlite3_close(database);
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + "-wal");
    std::filesystem::remove(path.string() + "-shm");
    return bytes;
}

Error refusal(const std::string& sql) {
    return error_of(collect(database_of(sql)));
}

TEST(Nsrl3List, AMinimalSetIsItsRowsInOrderInUpperCaseWithItsVersion) {
    const auto list =
        collect(database_of("CREATE TABLE FILE " + kColumns + ";" + kVersion +
                            row(kSha256, kSha1, kMd5) + row(kSha256, "", std::string(32, '1'))));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.format, "nsrl3");
    EXPECT_EQ(list->summary.stated_version, "2026.03.1");
    EXPECT_EQ(list->summary.stated_name, "Sample RDS");
    EXPECT_EQ(list->summary.stated_polarity, StatedPolarity::allow);
    EXPECT_EQ(list->summary.records, 2U);
    ASSERT_EQ(list->hashes.size(), 5U);
    EXPECT_EQ(line_of(list->hashes[0]), "sha256 1 " + std::string(64, 'a') + " [] {}");
    EXPECT_EQ(line_of(list->hashes[1]), "sha1 1 " + std::string(40, 'b') + " [] {}");
    EXPECT_EQ(line_of(list->hashes[2]), "md5 1 " + std::string(32, 'c') + " [] {}");
    EXPECT_EQ(line_of(list->hashes[4]), "md5 2 " + std::string(32, '1') + " [] {}");
}

TEST(Nsrl3List, OfAFullSetTheMetadataIsReadAndNotTheViewOfIt) {
    const auto list = collect(database_of(
        "CREATE TABLE METADATA (metadata_id INTEGER PRIMARY KEY, md5 VARCHAR, sha1 VARCHAR,"
        " sha256 VARCHAR, bytes INTEGER);"
        "CREATE TABLE PACKAGE_OBJECT (package_id INTEGER, object_id INTEGER);"
        "CREATE VIEW FILE AS SELECT sha256, sha1, md5 FROM METADATA, METADATA AS again;"
        "INSERT INTO METADATA VALUES (7, '" +
        kMd5 + "','" + kSha1 + "','" + kSha256 + "',1);"));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->hashes.size(), 3U);
    EXPECT_EQ(list->summary.stated_version, "");
}

// An index that holds the three hashes is narrower than the table, and sorted.
TEST(Nsrl3List, RowsComeInTheOrderOfTheFileAlthoughAnIndexCoversThem) {
    std::string sql =
        "CREATE TABLE FILE " + kColumns + "; CREATE INDEX covering ON FILE (sha256, sha1, md5);";
    for (const char digit : {'9', '1', '5'}) {
        sql += row(std::string(64, digit), std::string(40, digit), std::string(32, digit));
    }
    const auto list = collect(database_of(sql));
    ASSERT_TRUE(list) << list.error().message;
    ASSERT_EQ(list->hashes.size(), 9U);
    EXPECT_EQ(list->hashes[0].bytes[0], std::byte{0x99});
    EXPECT_EQ(list->hashes[3].bytes[0], std::byte{0x11});
    EXPECT_EQ(list->hashes[6].bytes[0], std::byte{0x55});
}

TEST(Nsrl3List, ARowWithoutAHashIsCountedAndOneWithABadHashRefusesTheSetAtItsRow) {
    const std::string head = "CREATE TABLE FILE " + kColumns + ";" + row(kSha256, kSha1, kMd5);
    const auto list =
        collect(database_of(head + "INSERT INTO FILE VALUES (NULL,NULL,NULL,'','f',1,1);"));
    ASSERT_TRUE(list);
    EXPECT_EQ(list->summary.skipped, (std::vector<ListCount>{{"row without a hash", 1}}));
    for (const std::string& bad :
         {row(kMd5, kSha1, kMd5), row(kSha256, kSha1, std::string(32, 'G')),
          std::string("INSERT INTO FILE VALUES (X'AA','','','','f',1,1);")}) {
        const Error error = refusal(head + bad);
        EXPECT_EQ(error.code, Errc::malformed);
        EXPECT_NE(error.message.find("row "), std::string::npos) << error.message;
    }
}

TEST(Nsrl3List, DatabasesOfEveryTextEncodingPageSizeAndJournalModeAreRead) {
    for (const std::string pragma :
         {"PRAGMA encoding='UTF-16le';", "PRAGMA encoding='UTF-16be';", "PRAGMA page_size=65536;",
          "PRAGMA page_size=512;", "PRAGMA journal_mode=WAL;"}) {
        const auto list = collect(database_of(pragma + "CREATE TABLE FILE " + kColumns + ";" +
                                              row(kSha256, kSha1, kMd5)));
        ASSERT_TRUE(list) << pragma << list.error().message;
        EXPECT_EQ(list->hashes.size(), 3U) << pragma;
    }
}

TEST(Nsrl3List, AFileThatIsNotAsLargeAsItsHeaderSaysIsRefused) {
    const std::string sound =
        database_of("CREATE TABLE FILE " + kColumns + ";" + row(kSha256, kSha1, kMd5));
    ASSERT_TRUE(collect(sound));
    for (const std::string& other : {sound.substr(0, sound.size() - 1), sound + 'x',
                                     sound + std::string(4096, '\0'), sound.substr(0, 4096)}) {
        const Error error = error_of(collect(other));
        EXPECT_EQ(error.code, Errc::malformed);
        EXPECT_NE(error.message.find("pages of"), std::string::npos) << error.message;
    }
}

TEST(Nsrl3List, AnotherDatabaseIsRefusedByName) {
    EXPECT_EQ(refusal("CREATE TABLE PICTURE (md5 VARCHAR);").code, Errc::unsupported);
    EXPECT_EQ(refusal("CREATE TABLE FILE (md5 VARCHAR);").code, Errc::malformed);
    EXPECT_EQ(refusal("CREATE TABLE FILE " + kColumns + ";").code, Errc::malformed) << "no hash";
}

// What a hostile schema could make a reader run: a query without end, a function, a module.
TEST(Nsrl3List, OnlyATableThatTheFileStoresIsAsked) {
    EXPECT_EQ(refusal("CREATE VIEW FILE AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1"
                      " FROM n) SELECT '' AS sha256, '' AS sha1, '' AS md5 FROM n;")
                  .code,
              Errc::unsupported);
    EXPECT_EQ(refusal("CREATE VIRTUAL TABLE FILE USING fts5(sha256, sha1, md5);").code,
              Errc::unsupported);
    EXPECT_EQ(refusal("CREATE TABLE FILE (sha1 VARCHAR, md5 VARCHAR, raw VARCHAR,"
                      " sha256 VARCHAR GENERATED ALWAYS AS (hex(zeroblob(16000000))) VIRTUAL);"
                      "INSERT INTO FILE (sha1, md5) VALUES ('" +
                      kSha1 + "','" + kMd5 + "');")
                  .code,
              Errc::malformed);
}

// An interior page of the table whose children are the same page again and again.
TEST(Nsrl3List, PagesInARingEndInAnErrorSoon) {
    std::string sql = "PRAGMA page_size=512; CREATE TABLE FILE " + kColumns + ";";
    for (int i = 0; i < 200; ++i) {
        sql += row(kSha256, kSha1, kMd5);
    }
    const std::string sound = database_of(sql);
    ASSERT_TRUE(collect(sound));
    constexpr std::size_t kPage = 512;
    int refused = 0;
    for (std::size_t page = 1; page * kPage < sound.size(); ++page) {
        const auto interior = static_cast<unsigned char>(sound[page * kPage]);
        if (interior != 5) {
            continue;
        }
        std::string ring = sound;
        const std::size_t cells = static_cast<unsigned char>(ring[page * kPage + 4]);
        for (std::size_t i = 0; i < cells; ++i) { // each cell begins with the number of its child
            const std::size_t at = page * kPage + 12 + 2 * i;
            const std::size_t cell = page * kPage + static_cast<unsigned char>(ring[at]) * 256U +
                                     static_cast<unsigned char>(ring[at + 1]);
            ring[cell + 2] = static_cast<char>((page + 1) >> 8);
            ring[cell + 3] = static_cast<char>(page + 1);
        }
        std::uint64_t given = 0;
        MemoryInput input(ring);
        const auto list = read_hash_list(input, nullptr, {}, [&](ListedHash&&) -> Result<void> {
            ++given;
            return {};
        });
        EXPECT_EQ(error_of(list).code, Errc::malformed);
        EXPECT_LE(given, 3 * ring.size() / 32);
        ++refused;
    }
    EXPECT_GE(refused, 1);
}

} // namespace
} // namespace rempart::recognise
