// SPDX-License-Identifier: Apache-2.0
#include "casefile/content_index.hpp"

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"

namespace rempart::casefile {
namespace {

class IndexOfContents : public ::testing::Test {
  protected:
    ContentIndex index(std::int64_t least_moved = ContentIndex::kLeastMoved) {
        return value_of(ContentIndex::prepare(file_.database(), exhibit_, least_moved));
    }
    /// The contents with these numbers, each with an item, in one commit.
    void write(const std::vector<std::uint64_t>& numbers) {
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibit_));
        for (const std::uint64_t number : numbers) {
            expect_ok(writer.add_item(some_item(
                writer.next_seq(), "x", value_of(writer.add_content(some_content(number))))));
        }
        expect_ok(writer.commit());
    }
    std::int64_t count(const std::string& table) {
        return value_of(file_.database().scalar("SELECT count(*) FROM " + table)).value_or(-1);
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
    RowId exhibit_ = value_of(add_exhibit(file_, some_exhibit("A")));
};

TEST_F(IndexOfContents, FindsWhatIsStoredAndNothingElseOneByOneOrAtOnce) {
    std::vector<std::uint64_t> numbers;
    std::vector<audit::Hash> digests;
    for (std::uint64_t i = 0; i < 5'000; ++i) { // more than one query's worth
        digests.push_back(digest_of(i));
        if (i % 2 == 0) {
            numbers.push_back(i);
        }
    }
    write(numbers);
    ContentIndex at_once = index();
    expect_ok(at_once.look_up(digests));
    ContentIndex one_by_one = index();
    for (std::uint64_t i = 0; i < digests.size(); ++i) {
        StoredContent* found = value_of(at_once.find(digests[i]));
        ASSERT_EQ(found != nullptr, i % 2 == 0) << i;
        if (i % 100 == 0) {
            EXPECT_EQ(value_of(one_by_one.find(digests[i]))->id, found->id);
        }
        if (found != nullptr) {
            EXPECT_EQ(found->size_bytes, 1000 + i);
            EXPECT_TRUE(found->is_seen_here);
        }
    }
    EXPECT_EQ(value_of(at_once.find(RowId{99'999})), nullptr);
}

TEST_F(IndexOfContents, ContentsThatShareTheirFirstBytesAreToldApart) {
    auto other = digest_of(1);
    other.back() ^= std::byte{1};
    {
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibit_));
        ContentRecord first = some_content(1);
        ContentRecord second = some_content(2);
        second.sha256 = other;
        for (const ContentRecord& content : {first, second}) {
            EXPECT_FALSE(value_of(writer.find_content(content.sha256)));
            expect_ok(writer.add_item(
                some_item(writer.next_seq(), "x", value_of(writer.add_content(content)))));
            expect_ok(writer.commit());
        }
    }
    ContentIndex both = index();
    EXPECT_EQ(value_of(both.find(digest_of(1)))->size_bytes, 1001U);
    EXPECT_EQ(value_of(both.find(other))->size_bytes, 1002U);
    other.back() ^= std::byte{2};
    EXPECT_EQ(value_of(both.find(other)), nullptr);
    expect_ok(file_.check());
}

TEST_F(IndexOfContents, TheSmallTableIsMovedIntoTheLargeOneAndNothingIsLost) {
    Database& database = file_.database();
    write({1});
    ContentIndex small = index(4);
    RowId row = 1;
    for (std::uint64_t number = 10; number < 40; ++number) {
        auto transaction = value_of(Transaction::begin(database));
        EXPECT_EQ(value_of(small.find(digest_of(number))), nullptr);
        expect_ok(database.run(
            "INSERT INTO contents (id, sha256, sha1, md5, size_bytes, type, mime, family) "
            "VALUES ($1, $2, $3, $3, 7, '', '', '')",
            ++row, digest_of(number), Bytes(3, std::byte{1})));
        StoredContent content;
        content.id = row;
        small.add(digest_of(number), content);
        EXPECT_EQ(value_of(small.find(digest_of(number)))->id, row) << "in the same transaction";
        expect_ok(small.store(row));
        expect_ok(transaction.commit());
        small.clear();
        EXPECT_LT(count("content_index_new"), 4);
        EXPECT_EQ(count("content_index") + count("content_index_new"), row);
        for (std::uint64_t earlier = 10; earlier <= number; ++earlier) {
            ASSERT_NE(value_of(small.find(digest_of(earlier))), nullptr) << earlier;
        }
        small.clear();
    }
    EXPECT_GT(count("content_index"), 20);
    expect_ok(check_content_index(database));
    expect_ok(rebuild_content_index(database));
    EXPECT_EQ(count("content_index"), row);
    expect_ok(check_content_index(database));
}

TEST_F(IndexOfContents, AMissingEntryAndADigestWithTwoContentsAreFound) {
    write({1, 2, 3});
    expect_ok(file_.check());
    expect_ok(file_.database().run("DELETE FROM content_index_new WHERE content_id = 2"));
    EXPECT_EQ(error_of(file_.check()).message,
              "content 2 does not stand in the index of digests once");
    expect_ok(rebuild_content_index(file_.database()));
    expect_ok(file_.check());
    expect_ok(file_.database().run("UPDATE contents SET sha256 = $1 WHERE id = 3", digest_of(1)));
    expect_ok(rebuild_content_index(file_.database()));
    EXPECT_EQ(error_of(file_.check()).message, "content 3 has the SHA-256 of an earlier one");
}

TEST_F(IndexOfContents, AWriterSeesWhatAnotherStoredMeanwhile) {
    IngestWriter first = value_of(IngestWriter::open(file_, exhibit_));
    EXPECT_FALSE(value_of(first.find_content(digest_of(5))));
    expect_ok(first.add_item(some_item(0, "x", std::nullopt)));
    expect_ok(first.commit());
    {
        const RowId other = value_of(add_exhibit(file_, some_exhibit("B")));
        IngestWriter second = value_of(IngestWriter::open(file_, other));
        expect_ok(
            second.add_item(some_item(0, "y", value_of(second.add_content(some_content(5))))));
        expect_ok(second.commit());
    }
    EXPECT_TRUE(value_of(first.find_content(digest_of(5)))) << "what was absent is asked for again";
}

} // namespace
} // namespace rempart::casefile
