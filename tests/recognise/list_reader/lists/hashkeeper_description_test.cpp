// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/hashkeeper_description.hpp"

#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/result.hpp"

namespace rempart::recognise {
namespace {

std::string description(const std::vector<std::string>& rows,
                        const std::string& flag = "authenicated_flag") {
    std::string text = R"("hashset_id","name","vendor","package","version",")" + flag +
                       R"(","notable_flag","initials","num_of_files","description","date_loaded")"
                       "\r\n";
    for (const std::string& row : rows) {
        text += row + "\r\n";
    }
    return text;
}

StatedPolarity polarity(const std::vector<std::string>& rows,
                        const std::string& flag = "authenicated_flag") {
    const auto list = collect(description(rows, flag));
    return list ? list->summary.stated_polarity : StatedPolarity::none;
}

const std::string kGood = R"(1,"Good","V","P","2.0",1,0,"x",0,"d",1/1/26)";
const std::string kNotable = R"(2,"Notable","V","P","3.0",0,1,"x",0,"d",1/1/26)";
const std::string kNeither = R"(3,"Neither","V","P","3.0",0,0,"x",0,"d",1/1/26)";

TEST(HashkeeperDescription, NamesTheSetAndSaysWhatItsFlagsSayOfAll) {
    const auto list = collect(description({kGood}));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.stated_name, "Good");
    EXPECT_EQ(list->summary.stated_version, "2.0");
    EXPECT_TRUE(list->summary.describes_only);
    EXPECT_EQ(polarity({kGood}), StatedPolarity::allow);
    EXPECT_EQ(polarity({kGood}, "authenticated_flag"), StatedPolarity::allow);
    EXPECT_EQ(polarity({kNotable}), StatedPolarity::alert);
    EXPECT_EQ(polarity({kNotable, kNotable}), StatedPolarity::alert);
    EXPECT_EQ(polarity({kNeither}), StatedPolarity::none);
    EXPECT_EQ(polarity({kGood, kNotable}), StatedPolarity::none);
}

TEST(HashkeeperDescription, ABadRowIsNamedAndNoRowIsNoDescription) {
    EXPECT_TRUE(error_of(collect(description({kGood, "1,2"}))).message.starts_with("line 3: "));
    EXPECT_EQ(error_of(collect(description({}))).code, Errc::malformed);
}

} // namespace
} // namespace rempart::recognise
