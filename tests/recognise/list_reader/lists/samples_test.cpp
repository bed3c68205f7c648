// SPDX-License-Identifier: Apache-2.0
// Lists that other tools wrote (hashdeep's own samples, NSRL and HashKeeper excerpts), read whole.
// The counts were taken with other tools, which each test names.
#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/shared_data.hpp"

namespace rempart::recognise {
namespace {

struct Sample {
    std::string file;
    std::string format;
    std::uint64_t records;
    std::uint64_t hashes;
    std::uint64_t comments;
    std::string first; ///< line_of the first hash.
};

// Every run of so many hex digits in a text: what the list holds, told without knowing
// its format. NSRL 1.5 fills a column of MD4s with zeros.
std::vector<std::string> runs_of_digits(const std::string& text,
                                        const std::set<std::size_t>& sizes) {
    std::vector<std::string> runs;
    std::string run;
    for (const char c : text + '\n') {
        if (std::isxdigit(static_cast<unsigned char>(c)) != 0) {
            run += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            continue;
        }
        if (sizes.contains(run.size()) && run.find_first_not_of('0') != std::string::npos) {
            runs.push_back(run);
        }
        run.clear();
    }
    return runs;
}

class ListSamples : public testing::TestWithParam<Sample> {};

TEST_P(ListSamples, AreReadWhole) {
    const auto path = shared_path("samples/hash");
    if (path.empty()) {
        GTEST_SKIP() << "no shared data beside the repository";
    }
    const std::string text = read_project_file(path / GetParam().file);
    const bool plain = GetParam().format == "plain";
    const auto list = collect(text, nullptr, plain ? stating(HashKind::md5) : HashListOptions{});
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.format, GetParam().format);
    EXPECT_EQ(list->summary.records, GetParam().records);
    EXPECT_EQ(list->summary.hashes, GetParam().hashes);
    EXPECT_EQ(list->summary.comments, GetParam().comments);
    EXPECT_EQ(list->summary.empty_file_hashes, 0U);
    EXPECT_EQ(line_of(list->hashes.front()), GetParam().first);
    // Some names are digests too: they stand in the text, and in the labels, each once an entry.
    std::set<std::size_t> sizes;
    for (const ListedHash& hash : list->hashes) {
        sizes.insert(2 * size_bytes(hash.kind));
    }
    std::vector<std::string> read;
    std::uint64_t last_entry = 0;
    for (const ListedHash& hash : list->hashes) {
        read.push_back(encode_hex(std::span(hash.bytes).first(size_bytes(hash.kind))));
        if (std::exchange(last_entry, hash.entry) != hash.entry) {
            std::ranges::copy(runs_of_digits(hash.label, sizes), std::back_inserter(read));
        }
    }
    std::vector<std::string> expected = runs_of_digits(text, sizes);
    std::ranges::sort(read);
    std::ranges::sort(expected);
    EXPECT_EQ(read, expected);
}

// NSRL: awk 'NR>1' FILE | wc -l            218 records of two hashes, 1 header
// HashKeeper: python3 csv.DictReader       6,994 rows, 1 header and 1 blank line
// iLook: the same                          5 rows of MD5 and SHA-1
// hashdeep: grep -vc '^[#%]' FILE          3 rows of MD5 and SHA-256; 4 header and comment lines
// BSD, md5deep: wc -l                      5 and 4
INSTANTIATE_TEST_SUITE_P(
    Hash, ListSamples,
    testing::Values(Sample{"NSRL-1.5.txt", "nsrl", 218, 436, 1,
                           "sha1 2 00d1034546f530d746131ce2a28a052db21652ec [INFODESK.IC$] {}"},
                    Sample{"NSRL-2.0.txt", "nsrl", 218, 436, 1,
                           "sha1 2 00d1034546f530d746131ce2a28a052db21652ec [INFODESK.IC$] {}"},
                    Sample{"Z00236.hsh", "hashkeeper", 6'994, 6'994, 2,
                           "md5 2 9497acf3cf8a2e90ae82dae37b6373e4 [acsetups.pdb] {}"},
                    Sample{"ilookv3.hsh", "ilook", 5, 10, 1,
                           "md5 2 b5e254df3bb37efcdfd883d69897770a [fccu-docprop-0.1.tar.gz] {}"},
                    Sample{"hashdeep.txt", "hashdeep", 3, 6, 4,
                           "md5 5 6f4a8ac099c4fe85164b8631c7f0bd2b "
                           "[/Users/jessek/projects/md5deep/sample-hashes/ilookv3.hsh] {}"},
                    Sample{"bsd-hashes.txt", "bsd", 5, 5, 0,
                           "md5 1 555b3e940c86b35d6e0c9976a05b3aa5 [copying.txt] {}"},
                    Sample{"md5deep.txt", "plain", 4, 4, 0,
                           "md5 1 92e792c43c35e96fed3f9566083326fc [/Users/jessek/a.out] {}"}),
    [](const auto& sample) { return sample.param.format + std::to_string(sample.index); });

TEST(ListSamples, TheReferencesHaystackIsAPlainListOfPdqHashes) {
    const auto path = shared_path("samples/pdq");
    if (path.empty()) {
        GTEST_SKIP() << "no shared data beside the repository";
    }
    // wc -l: 1,350 and 100
    for (const auto& [file, count] : {std::pair{"haystack.txt", 1'350U}, {"needles.txt", 100U}}) {
        const auto list = collect(read_project_file(path / file), nullptr, stating(HashKind::pdq));
        ASSERT_TRUE(list) << list.error().message;
        EXPECT_EQ(list->hashes.size(), count);
        EXPECT_EQ(list->summary.degenerate_hashes, 0U);
    }
}

TEST(ListSamples, AHashKeeperDescriptionNamesItsSetAndWhatItIsFor) {
    const auto path = shared_path("samples/hash");
    if (path.empty()) {
        GTEST_SKIP() << "no shared data beside the repository";
    }
    const auto list = collect(read_project_file(path / "Z00236.hke"));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_TRUE(list->summary.describes_only);
    EXPECT_TRUE(list->hashes.empty());
    EXPECT_EQ(list->summary.stated_name, "Z00236 Microsoft Windows 2000 Server"); // head -2
    EXPECT_EQ(list->summary.stated_version, "2000 Server");
    EXPECT_EQ(list->summary.stated_polarity, StatedPolarity::allow);
}

} // namespace
} // namespace rempart::recognise
