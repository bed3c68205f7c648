// SPDX-License-Identifier: Apache-2.0
// The contract that every line of the table of formats keeps. A new line is tested by being there:
// it fails until its fixture and its fuzz seed exist.
#include "recognise/list_reader/read_hash_list.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include <gtest/gtest.h>

#include "recognise/list_reader/lists/collect.hpp"
#include "support/files.hpp"
#include "support/result.hpp"

namespace rempart::recognise {

// Found by GoogleTest: a failure names the format.
static void PrintTo(const HashListFormat& format, std::ostream* out) {
    *out << format.name;
}

namespace {

const ListReader& reader_of(const HashListFormat& format) {
    return *std::ranges::find(list_readers(), format.name, &ListReader::format);
}

std::string fixture(const HashListFormat& format) {
    return read_project_file(std::filesystem::path("tests/data/hash_list") / format.name);
}

HashListOptions options_for(const HashListFormat& format) {
    HashListOptions options;
    if (!format.names_kind) {
        options.kind = HashKind::pdq;
    }
    return options;
}

std::uint64_t written(const HashListSummary& summary) {
    return summary.hashes + summary.empty_file_hashes + summary.degenerate_hashes;
}

// Bytes behind which nothing more of a list can be missing: the end of a JSON document.
bool only_space_is_missing(const std::string& text, std::size_t size) {
    return text.find_first_not_of(" \r\n", size) == std::string::npos;
}

// Whether a cut there falls between two records of a format without an end of its own.
bool is_between_records(const HashListFormat& format, const std::string& text, std::size_t size) {
    constexpr std::size_t kEncaseHeader = 1152;
    constexpr std::size_t kEncaseRecord = 18;
    if (format.name == "encase") {
        return size > kEncaseHeader && (size - kEncaseHeader) % kEncaseRecord == 0;
    }
    return text[size - 1] == '\n';
}

// Formats in which every cut is seen: they have an end of their own, or say how long they are.
bool has_an_end(const HashListFormat& format) {
    return format.name == "vics" || format.name == "threatexchange" || format.name == "ncmec" ||
           format.name == "nsrl3";
}

class HashListContract : public testing::TestWithParam<HashListFormat> {};

TEST_P(HashListContract, ClaimsAndReadsItsFixtureAndCountsEachHash) {
    const std::string text = fixture(GetParam());
    EXPECT_TRUE(reader_of(GetParam()).claims(text));
    const auto list = collect(text, nullptr, options_for(GetParam()));
    ASSERT_TRUE(list) << list.error().message;
    EXPECT_EQ(list->summary.format, GetParam().name);
    EXPECT_EQ(list->summary.hashes, list->hashes.size());
    EXPECT_GE(list->summary.records, 2U) << "the fixture is too small to be cut between records";
    EXPECT_GE(list->hashes.size(), 3U)
        << "the fixture is too small to be cut in interesting places";
    EXPECT_TRUE(std::ranges::is_sorted(list->hashes, {}, &ListedHash::entry));
}

TEST_P(HashListContract, EveryCutIsRefusedOrGivesTheHashesBeforeIt) {
    const std::string text = fixture(GetParam());
    const HashListOptions options = options_for(GetParam());
    const auto whole = collect(text, &GetParam(), options);
    ASSERT_TRUE(whole);
    for (std::size_t size = 0; size < text.size(); ++size) {
        const std::string cut = text.substr(0, size);
        const auto list = collect(cut, &GetParam(), options);
        if (!list) {
            EXPECT_FALSE(list.error().message.empty()) << size;
            continue;
        }
        // A cut between two lines is the one that no reader can see; one behind a hash is told.
        const bool unseen = !has_an_end(GetParam()) && is_between_records(GetParam(), text, size);
        EXPECT_TRUE(unseen || (has_an_end(GetParam()) && only_space_is_missing(text, size)) ||
                    list->summary.unterminated_last_line == 1)
            << size;
        EXPECT_EQ(list->summary.unterminated_last_line, has_an_end(GetParam()) || unseen ? 0U : 1U);
        ASSERT_LE(list->hashes.size(), whole->hashes.size());
        auto before = whole->hashes;
        before.resize(list->hashes.size());
        if (list->summary.unterminated_last_line == 1) {
            before.back().label = list->hashes.back().label; // may have stood behind the hash
        }
        EXPECT_EQ(list->hashes, before) << size;
    }
}

TEST_P(HashListContract, EveryCutThatLosesAHashIsRefusedWhenTheSenderSaysHowMany) {
    const std::string text = fixture(GetParam());
    HashListOptions options = options_for(GetParam());
    const auto whole = collect(text, &GetParam(), options);
    ASSERT_TRUE(whole);
    options.expected_hashes = written(whole->summary);
    EXPECT_TRUE(collect(text, &GetParam(), options));
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto list = collect(text.substr(0, size), &GetParam(), options);
        if (!only_space_is_missing(text, size)) {
            const bool only_a_label_is_missing = list &&
                                                 list->summary.unterminated_last_line == 1 &&
                                                 list->hashes.size() == whole->hashes.size();
            EXPECT_TRUE(!list || only_a_label_is_missing) << size;
        }
    }
}

// No byte of a hash can be damaged without the list being refused or another hash being read, and
// no damage at all makes a reader crash.
TEST_P(HashListContract, EveryFlippedBitIsRefusedOrReadWithTheCountsAddingUp) {
    const std::string text = fixture(GetParam());
    const HashListOptions options = options_for(GetParam());
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const std::size_t bit : {at % 8, (at + 5) % 8}) { // all bits of all kinds of bytes
            std::string damaged = text;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
            const auto list = collect(damaged, &GetParam(), options);
            if (list) {
                EXPECT_EQ(list->summary.hashes, list->hashes.size()) << at;
            } else {
                EXPECT_FALSE(list.error().message.empty()) << at;
            }
        }
    }
}

TEST_P(HashListContract, RefusesTheFixtureOfEveryOtherFormat) {
    for (const HashListFormat& other : hash_list_formats()) {
        if (other.name != GetParam().name) {
            const std::string text = fixture(other);
            EXPECT_FALSE(reader_of(GetParam()).claims(text)) << other.name;
            EXPECT_FALSE(collect(text, &GetParam(), options_for(GetParam()))) << other.name;
        }
    }
}

TEST_P(HashListContract, AsksForTheKindExactlyWhenTheListDoesNotNameIt) {
    HashListOptions options;
    if (GetParam().names_kind) {
        options.kind = HashKind::md5;
    }
    EXPECT_EQ(error_of(collect(fixture(GetParam()), nullptr, options)).code,
              Errc::invalid_argument);
}

TEST_P(HashListContract, HoldsTheLimitOfHashesExactly) {
    const std::string text = fixture(GetParam());
    HashListOptions options = options_for(GetParam());
    const auto whole = collect(text, &GetParam(), options);
    ASSERT_TRUE(whole);
    options.limits.max_hashes = written(whole->summary);
    EXPECT_TRUE(collect(text, &GetParam(), options));
    --options.limits.max_hashes;
    EXPECT_EQ(error_of(collect(text, &GetParam(), options)).code, Errc::limit_exceeded);
}

// Binary formats have no text, XML says its encoding itself.
TEST_P(HashListContract, ReadsItsTextWithAnyByteOrderMarkAsWithoutOne) {
    std::string text = fixture(GetParam());
    if (GetParam().name == "nsrl3" || GetParam().name == "encase") {
        EXPECT_FALSE(collect("\xef\xbb\xbf" + text, nullptr, options_for(GetParam())));
        return;
    }
    std::ranges::replace_if(text, [](char c) { return c < 0; }, '?'); // NSRL's are ISO-8859-1
    const auto plain = collect(text, nullptr, options_for(GetParam()));
    ASSERT_TRUE(plain);
    std::string little = "\xff\xfe";
    std::string big = "\xfe\xff";
    for (const char c : text) {
        little += {c, '\0'};
        big += {'\0', c};
    }
    for (const std::string& marked : {"\xef\xbb\xbf" + text, little, big}) {
        if (GetParam().name == "ncmec" && marked != "\xef\xbb\xbf" + text) {
            continue; // its declaration says UTF-8
        }
        const auto list = collect(marked, nullptr, options_for(GetParam()));
        ASSERT_TRUE(list) << list.error().message;
        EXPECT_EQ(list->hashes, plain->hashes);
        EXPECT_EQ(list->summary, plain->summary);
    }
}

TEST_P(HashListContract, CrLfIsReadAsLf) {
    std::string text = fixture(GetParam());
    if (GetParam().name == "nsrl3" || GetParam().name == "encase") {
        return; // no text
    }
    std::erase(text, '\r');
    const auto unix_ends = collect(text, nullptr, options_for(GetParam()));
    std::string windows;
    for (const char c : text) {
        windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    }
    const auto windows_ends = collect(windows, nullptr, options_for(GetParam()));
    ASSERT_TRUE(unix_ends && windows_ends);
    EXPECT_EQ(unix_ends->hashes, windows_ends->hashes);
}

TEST_P(HashListContract, StopsWithTheCallersErrorAndGivesNothingMore) {
    int given = 0;
    const std::string text = fixture(GetParam());
    MemoryInput input(text);
    const auto summary = read_hash_list(input, &GetParam(), options_for(GetParam()),
                                        [&](ListedHash&&) -> Result<void> {
                                            ++given;
                                            if (given == 2) {
                                                return fail(Errc::io, "disk full");
                                            }
                                            return {};
                                        });
    EXPECT_EQ(error_of(summary).code, Errc::io);
    EXPECT_NE(error_of(summary).message.find("disk full"), std::string::npos);
    EXPECT_EQ(given, 2);
}

TEST_P(HashListContract, HasAFuzzSeedThatItClaims) {
    const auto path = std::filesystem::path("fuzz/corpus/hash_list") / GetParam().name;
    EXPECT_TRUE(reader_of(GetParam()).claims(read_project_file(path)));
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, HashListContract, testing::ValuesIn(hash_list_formats()),
                         [](const auto& format) { return std::string(format.param.name); });

TEST(HashList, FormatNamesAreUniqueFindTheirLineAndAreFitForACommandLine) {
    std::set<std::string_view> seen;
    for (const HashListFormat& format : hash_list_formats()) {
        EXPECT_TRUE(seen.insert(format.name).second) << format.name;
        EXPECT_EQ(format.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"),
                  std::string_view::npos);
        EXPECT_EQ(hash_list_format_named(format.name), &format);
    }
    EXPECT_EQ(hash_list_format_named("encase7"), nullptr);
}

TEST(HashList, TheTableOfReadersIsThatOfFormatsLineForLine) {
    ASSERT_EQ(list_readers().size(), hash_list_formats().size());
    for (std::size_t i = 0; i < list_readers().size(); ++i) {
        EXPECT_EQ(list_readers()[i].format, hash_list_formats()[i].name);
        EXPECT_NE(list_readers()[i].read_text == nullptr, list_readers()[i].read_bytes == nullptr);
    }
}

TEST(HashList, SaysWhyWhatNoFormatClaimsIsRefused) {
    EXPECT_EQ(error_of(collect("name,place\n")).code, Errc::unsupported);
    EXPECT_EQ(error_of(collect("")).code, Errc::unsupported);
    const auto because = [](std::string_view text, std::string_view word) {
        const Error error = error_of(collect(text));
        EXPECT_EQ(error.code, Errc::unsupported);
        EXPECT_NE(error.message.find(word), std::string::npos) << error.message;
    };
    because("name,place\n", "known format");
}

TEST(HashList, ListsOfNothingAreRefused) {
    EXPECT_EQ(error_of(collect("%%%% HASHDEEP-1.0\n%%%% size,md5,filename\n")).message,
              "no hash in the list");
    EXPECT_EQ(error_of(collect("MD5 (empty) = d41d8cd98f00b204e9800998ecf8427e\n")).message,
              "no hash in the list that could match anything");
}

TEST(HashList, DropsAndCountsDigestsOfTheEmptyFileOfEachKind) {
    const auto list =
        collect("%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,sha256,filename\n"
                "0,d41d8cd98f00b204e9800998ecf8427e,DA39A3EE5E6B4B0D3255BFEF95601890AFD80709,"
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855,empty\n"
                "1,11111111111111111111111111111111,2222222222222222222222222222222222222222,"
                "3333333333333333333333333333333333333333333333333333333333333333,x\n");
    ASSERT_TRUE(list);
    EXPECT_EQ(list->summary.empty_file_hashes, 3U);
    EXPECT_EQ(list->summary.records, 2U);
    ASSERT_EQ(list->hashes.size(), 3U);
    EXPECT_EQ(list->hashes[0].entry, 4U);
}

TEST(HashList, DropsAndCountsPdqHashesThatStandForNoPicture) {
    const auto hex_of = [](int ones) {
        std::string hex(64, '0');
        for (int bit = 0; bit < ones; ++bit) {
            char& digit = hex[static_cast<std::size_t>(bit / 4)];
            digit = "137f"[bit % 4];
        }
        return hex;
    };
    for (int ones = 0; ones <= 256; ++ones) {
        const auto list =
            collect(std::string(32, '3') + std::string(32, 'c') + '\n' + hex_of(ones) + '\n',
                    nullptr, stating(HashKind::pdq));
        ASSERT_TRUE(list);
        const bool kept = ones >= kMinListedOnes && ones <= kMaxListedOnes;
        EXPECT_EQ(list->hashes.size(), kept ? 2U : 1U) << ones;
        EXPECT_EQ(list->summary.degenerate_hashes, kept ? 0U : 1U) << ones;
    }
    EXPECT_TRUE(collect(std::string(64, '0') + '\n', nullptr, stating(HashKind::sha256)));
}

} // namespace
} // namespace rempart::recognise
