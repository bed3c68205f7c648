// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/export.hpp"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "casefile/database.hpp"
#include "casefile/json_writer.hpp"
#include "casefile/sample_case.hpp"
#include "casefile/sha256.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

// FIPS 180-4 examples, and a length at each side of the block's padding.
TEST(Sha256, GivesTheDigestsOfTheStandard) {
    const auto hex = [](std::string_view text) { return encode_hex(sha256_of(bytes_of(text))); };
    EXPECT_EQ(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    EXPECT_EQ(hex(std::string(55, 'a')),
              "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
    EXPECT_EQ(hex(std::string(64, 'a')),
              "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

TEST(JsonWriter, EscapesWhatRfc8259AsksFor) {
    JsonWriter out;
    out.begin_object()
        .member("a", std::string("\"\\\n\r\t\x01\x1f\x7f é\U0001F600"))
        .member("n", -5)
        .member("t", true)
        .key("list")
        .begin_array()
        .value(1)
        .null()
        .begin_object()
        .end_object()
        .end_array()
        .member("z", std::uint64_t{18446744073709551615U})
        .end_object();
    EXPECT_EQ(out.text(), "{\"a\":\"\\\"\\\\\\n\\r\\t\\u0001\\u001f\\u007f é\U0001F600\",\"n\":-5,"
                          "\"t\":true,\"list\":[1,null,{}],\"z\":18446744073709551615}");
}

void fill_lists(Case& file, const std::vector<const char*>& order) {
    for (const std::string name : order) {
        const std::vector<std::uint64_t> numbers =
            name == "known" ? std::vector<std::uint64_t>{2, 3, 50} : std::vector<std::uint64_t>{3};
        fill_list(file, name, name == "known" ? "alert" : "allow", numbers);
    }
}

TEST(CanonicalExport, OfEqualContentIsEqualWhateverTheOrderOfTheRows) {
    const TempFolder temp;
    Case one = new_case(temp.path() / "one");
    fill_exhibit(one, "A", 1, 3);
    fill_exhibit(one, "B", 3, 4);
    fill_lists(one, {"known", "harmless"});
    match_list(one, "known");
    match_list(one, "harmless");
    fill_groups(one);

    CaseInfo info = some_info();
    info.created = TimeValue::utc(5);
    Case two = value_of(Case::create(place_of(temp.path() / "two"), info));
    fill_lists(two, {"harmless", "known"});
    fill_exhibit(two, "B", 3, 4);
    fill_exhibit(two, "A", 1, 3);
    match_list(two, "harmless");
    match_list(two, "known");
    fill_groups(two);

    const std::string first = canonical_of(one, temp.path() / "one.jsonl");
    const std::string second = canonical_of(two, temp.path() / "two.jsonl");
    EXPECT_EQ(first, second);
    for (const char* type : {"exhibit", "volume", "item", "content", "list", "list_entry", "hit",
                             "group", "chat_export", "account", "conversation", "message"}) {
        EXPECT_NE(first.find(fmt::format("{{\"type\":\"{}\"", type)), std::string::npos) << type;
    }
    EXPECT_EQ(first.find("somewhere"), std::string::npos) << "no path of the machine";
    EXPECT_EQ(first.find("/media"), std::string::npos);
    EXPECT_EQ(first.find(one.info().id), std::string::npos);
    EXPECT_TRUE(is_utf8(first));
}

// The items of an exhibit, split into parts before the numbers of `cuts`; a member of an archive
// lies in the archive's part.
std::string exported_in_parts(const fs::path& folder, const std::vector<int>& cuts) {
    Case file = new_case(folder);
    ExhibitRecord exhibit = some_exhibit("A");
    exhibit.id = value_of(add_exhibit(file, exhibit));
    fill_list(file, "known", "alert", std::array<std::uint64_t, 2>{2, 7});
    for (std::uint64_t part = 0; part <= cuts.size(); ++part) {
        IngestWriter writer = value_of(IngestWriter::open(file, exhibit.id, part));
        EXPECT_EQ(writer.next_seq(), part << 32U);
        const int end = part < cuts.size() ? cuts[part] : 9;
        for (int i = part == 0 ? 0 : cuts[part - 1]; i < end; ++i) {
            const auto number = static_cast<std::uint64_t>(i);
            if (i % 4 == 3) {
                add_some_chat(writer, fmt::format("{}.json", i), 5, "0");
                continue;
            }
            const std::uint64_t archive = writer.next_seq();
            const RowId content = store(writer, some_picture(number));
            expect_ok(writer.add_item(some_item(archive, std::to_string(i), content)));
            ItemRecord member = some_item(archive + 1, fmt::format("{}!x", i), content);
            member.parent_seq = archive;
            expect_ok(writer.add_item(member));
        }
        expect_ok(writer.commit());
    }
    value_of(join_attachments(file, exhibit.id));
    match_list(file, "known");
    expect_ok(file.check());
    return canonical_of(file, folder.string() + ".jsonl");
}

TEST(CanonicalExport, DoesNotShowInHowManyPartsAnExhibitWasRead) {
    const TempFolder temp;
    const std::string whole = exported_in_parts(temp.path() / "one", {});
    EXPECT_NE(whole.find("\"item_seq\":6"), std::string::npos);
    EXPECT_EQ(exported_in_parts(temp.path() / "three", {3, 7}), whole);
    EXPECT_EQ(exported_in_parts(temp.path() / "other", {1, 2, 4, 8}), whole);
}

// Each change is one that a report or a court would care about: it must show.
TEST(CanonicalExport, OfDifferentContentDiffers) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    drop_guards(file);
    fill_exhibit(file, "A", 1, 4);
    fill_lists(file, {"known", "harmless"});
    match_list(file, "known");
    fill_groups(file);
    int number = 0;
    std::string before = canonical_of(file, temp.path() / "0");
    for (const char* change :
         {"UPDATE exhibits SET verification = 'failed'",
          "UPDATE exhibits SET medium_md5 = 'aa'",
          "UPDATE volumes SET items = items + 1",
          "UPDATE items SET path = 'y' WHERE seq = 1",
          "UPDATE items SET modified_kind = 2 WHERE seq = 1",
          "UPDATE items SET error_text = 'two stretches' WHERE error_text IS NOT NULL",
          "UPDATE items SET content_id = 2 WHERE seq = 0",
          "UPDATE items SET parent_seq = 3 "
          "WHERE parent_seq IS NOT NULL",
          "UPDATE item_unread SET size_bytes = 5",
          "UPDATE contents SET md5 = {} WHERE id = 1",
          "UPDATE contents SET sha1 = {} WHERE id = 1",
          "UPDATE pictures SET partial_reason = 'x' WHERE content_id = 1",
          "UPDATE fingerprints SET quality = 1 WHERE content_id = 1 AND variant = 'full'",
          "UPDATE fingerprints SET orientations = {} WHERE content_id = 1",
          "UPDATE metadata SET value = 'x' WHERE content_id = 1",
          "UPDATE thumbnails SET bytes = {} WHERE content_id = 1",
          "UPDATE lists SET radius = 1 WHERE name = 'known'",
          "UPDATE list_entries SET category = 'x' WHERE id = 1",
          "UPDATE hits SET distance = 9",
          "UPDATE near_groups SET points = 3",
          "UPDATE near_group_reasons SET fact = 'x'",
          "UPDATE chat_rejects SET reason = 'x' WHERE ordinal = 0",
          "UPDATE accounts SET is_owner = 1",
          "UPDATE conversations SET title = 'x' WHERE id = 1",
          "UPDATE messages SET body = 'x' WHERE id = 2",
          "UPDATE attachments SET content_id = NULL WHERE id = 1"}) {
        std::string sql = change;
        if (const auto at = sql.find("{}"); at != std::string::npos) {
            const std::size_t bytes = sql.find("md5") != sql.npos    ? 16
                                      : sql.find("sha1") != sql.npos ? 20
                                                                     : 256;
            sql.replace(at, 2, zeros(file, bytes));
        }
        expect_ok(file.database().exec(sql));
        const std::string after = canonical_of(file, temp.path() / std::to_string(++number));
        EXPECT_NE(before, after) << change;
        before = after;
    }
}

TEST(CanonicalExport, NeverReplacesAFileAndLeavesNothingHalf) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    fill_exhibit(file, "A", 1, 2);
    std::ofstream(temp.path() / "out") << "mine";
    EXPECT_EQ(error_of(export_canonical(file, temp.path() / "out")).code, Errc::invalid_argument);
    EXPECT_EQ(bytes_of_file(temp.path() / "out"), "mine");
    expect_ok(file.database().exec("UPDATE items SET modified_kind = 99 WHERE seq = 0"));
    EXPECT_EQ(error_of(export_canonical(file, temp.path() / "bad")).code, Errc::integrity);
    EXPECT_EQ(error_of(export_canonical(file, temp.path() / "no" / "out")).code, Errc::io);
    EXPECT_EQ(std::distance(fs::directory_iterator(temp.path()), fs::directory_iterator()),
              file.on_server() ? 1 : 2);
}

TEST(DatabaseExport, IsOneFileWithoutJournalThatOpensAsACase) {
    const TempFolder temp;
    Case file = new_case(temp.path() / "case");
    fill_exhibit(file, "A", 1, 3);
    const std::string before = canonical_of(file, temp.path() / "before");
    const fs::path target = temp.path() / "copy" / "case.sqlite";
    fs::create_directory(target.parent_path());
    Case reader = value_of(Case::open(place_of(temp.path() / "case"), Access::read));
    expect_ok(export_database(reader, target));
    EXPECT_EQ(std::distance(fs::directory_iterator(target.parent_path()), fs::directory_iterator()),
              1)
        << "no journal beside it";
    const std::string head = bytes_of_file(target).substr(0, 20);
    EXPECT_EQ(head[18], 1) << "bytes 18 and 19 of the header: 1 is no WAL (sqlite.org/fileformat)";
    EXPECT_EQ(head[19], 1);
    struct stat status{};
    ASSERT_EQ(::stat(target.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_EQ(error_of(export_database(file, target)).code, Errc::invalid_argument);
    {
        Case copy = value_of(Case::open(target.parent_path(), Access::write));
        EXPECT_EQ(copy.info().id, file.info().id);
        expect_ok(copy.check());
        EXPECT_EQ(canonical_of(copy, temp.path() / "after"), before);
    }
    EXPECT_EQ(error_of(add_exhibit(reader, some_exhibit("B"))).code, Errc::io)
        << "the reader still cannot write";
}

} // namespace
} // namespace rempart::casefile
