// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

const std::string kMd5(32, '1');
const std::string kPdq = std::string(32, '3') + std::string(32, 'c');

TEST(SignalsList, ReadsTypesWithASpaceOrACommaAndCountsTheOthers) {
    for (const std::string& text :
         {"pdq " + kPdq + "\nvideo_md5 " + kMd5 + "\n\nraw_text some words, and more\n",
          "signal_type,signal\npdq," + kPdq + "\nphoto_md5,  " + kMd5 + " \nraw_text,x\n"}) {
        const auto list = collect(text);
        ASSERT_TRUE(list) << list.error().message;
        EXPECT_EQ(list->summary.format, "signals");
        ASSERT_EQ(list->hashes.size(), 2U);
        EXPECT_EQ(list->hashes[0].kind, HashKind::pdq);
        EXPECT_EQ(list->hashes[1].kind, HashKind::md5);
        EXPECT_EQ(list->summary.comments, 1U);
        EXPECT_EQ(list->summary.skipped, (std::vector<ListCount>{{"raw_text", 1}}));
    }
}

TEST(SignalsList, ALineThatIsNoSignalRefusesTheListAndIsNamed) {
    for (const std::string& bad :
         {std::string("pdq"), "pdq " + kMd5, std::string("A-Type x"), kMd5}) {
        const Error error = error_of(collect("pdq " + kPdq + "\n" + bad + "\n"));
        EXPECT_EQ(error.code, Errc::malformed) << bad;
        EXPECT_TRUE(error.message.starts_with("line 2: ")) << error.message;
    }
}

TEST(SignalsList, IsNotWhatATableOrBsdsListIs) {
    EXPECT_EQ(collect("md5,name\n" + kMd5 + ",x\n")->summary.format, "csv");
    EXPECT_EQ(collect("MD5 (x) = " + kMd5 + "\n")->summary.format, "bsd");
    EXPECT_EQ(collect("md5 (x) = " + kMd5 + "\n")->summary.format, "bsd");
}

} // namespace
} // namespace rempart::recognise
