// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

std::string set_named(std::u16string_view name, std::size_t records) {
    std::string set("HASH\r\n\xff\0", 8);
    set.resize(1152);
    for (std::size_t i = 0; i < name.size(); ++i) {
        set[1032 + 2 * i] = static_cast<char>(name[i] & 0xFF);
        set[1032 + 2 * i + 1] = static_cast<char>(name[i] >> 8);
    }
    for (std::size_t i = 0; i < records; ++i) {
        set += std::string(15, 'm') + static_cast<char>('a' + i % 26) + "??";
    }
    return set;
}

TEST(EncaseList, ReadsItsNameAndEveryRecord) {
    constexpr std::size_t kRecords = 9'000; // more than one piece
    const auto list = collect(set_named(u"Été \U0001F600", kRecords));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.stated_name, "Été \U0001F600");
    ASSERT_EQ(list->hashes.size(), kRecords);
    EXPECT_EQ(line_of(list->hashes[0]), "md5 1 6d6d6d6d6d6d6d6d6d6d6d6d6d6d6d61 [] {}");
    EXPECT_EQ(list->hashes.back().entry, kRecords);
    EXPECT_EQ(list->hashes.back().bytes[15], static_cast<std::byte>('a' + (kRecords - 1) % 26));
}

TEST(EncaseList, ANameOfFullLengthHasNoEnd) {
    const std::u16string name(39, u'n');
    EXPECT_EQ(collect(set_named(name, 1))->summary.stated_name, std::string(39, 'n'));
}

TEST(EncaseList, ACutRecordAHeaderAloneAndABadNameAreRefused) {
    const std::string set = set_named(u"n", 2);
    EXPECT_EQ(error_of(collect(set.substr(0, set.size() - 1))).code, Errc::malformed);
    EXPECT_EQ(error_of(collect(set.substr(0, 1152))).message, "no hash in the list");
    EXPECT_EQ(error_of(collect(set.substr(0, 1000))).code, Errc::malformed);
    EXPECT_EQ(error_of(collect(set_named(std::u16string{0xDC00}, 1))).code, Errc::malformed);
}

} // namespace
} // namespace rempart::recognise
