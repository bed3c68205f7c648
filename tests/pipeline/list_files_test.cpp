// SPDX-License-Identifier: Apache-2.0
#include "pipeline/list_files.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "pipeline/list_compiler.hpp"
#include "rempart/pipeline/matching.hpp"

namespace rempart::pipeline {
namespace {

namespace fs = std::filesystem;
using casefile::HitRecord;
using casefile::ListEntryRecord;
using casefile::RowId;
using recognise::HashKind;

Bytes random_bytes(std::size_t size, std::mt19937_64& rng) {
    Bytes bytes(size);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(rng()); });
    return bytes;
}

Bytes with_flipped_bits(Bytes bytes, int bits, std::mt19937_64& rng) {
    for (int i = 0; i < bits; ++i) {
        bytes[rng() % bytes.size()] ^= static_cast<std::byte>(1U << (rng() % 8));
    }
    return bytes;
}

template <std::size_t Size>
std::array<std::byte, Size> as_array(const Bytes& bytes) {
    std::array<std::byte, Size> array{};
    std::copy_n(bytes.begin(), Size, array.begin());
    return array;
}

/// A case with lists of all kinds of hashes, and what is asked of them.
class ListFiles : public ::testing::Test {
  protected:
    static constexpr std::array kKinds{HashKind::md5, HashKind::sha1, HashKind::sha256,
                                       HashKind::pdq};

    /// As a program that knew no compiled files would have left it.
    RowId add_list(const std::string& name, int radius, int entries) {
        casefile::ListRecord list;
        list.name = name;
        list.polarity = "alert";
        list.radius = radius;
        auto writer = casefile::value_of(casefile::ListWriter::begin(file_, list));
        for (int i = 0; i < entries; ++i) {
            const HashKind kind = kKinds[rng_() % kKinds.size()];
            ListEntryRecord entry;
            entry.algorithm = name_of(kind);
            // Of one entry in four the hash is another list's or its own once more.
            const bool again = !entries_.empty() && rng_() % 4 == 0;
            const auto& other = again ? entries_[rng_() % entries_.size()].second : entry;
            entry.algorithm = again ? other.algorithm : entry.algorithm;
            entry.value = again ? other.value : random_bytes(size_bytes(kind), rng_);
            entry.entry = static_cast<std::uint64_t>(i / 2 + 1);
            entry.id = casefile::value_of(writer.add(entry));
            entries_.emplace_back(writer.list(), entry);
        }
        list.hashes = static_cast<std::uint64_t>(entries);
        const RowId row = casefile::value_of(writer.finish(list));
        radius_.emplace(row, radius);
        return row;
    }

    static std::string name_of(HashKind kind) { return std::string(recognise::name(kind)); }

    /// Contents of which many are listed, by an equal digest or a near fingerprint.
    struct Content {
        recognise::Digests digests;
        casefile::FingerprintRecord fingerprint;
    };
    Content content() {
        Content made;
        made.digests = {.md5 = as_array<16>(value(HashKind::md5)),
                        .sha1 = as_array<20>(value(HashKind::sha1)),
                        .sha256 = as_array<32>(value(HashKind::sha256))};
        made.fingerprint.algorithm = "pdq";
        made.fingerprint.variant = "full";
        made.fingerprint.quality = 100;
        for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
            const Bytes hash = with_flipped_bits(value(HashKind::pdq), 16, rng_);
            made.fingerprint.orientations.insert(made.fingerprint.orientations.end(), hash.begin(),
                                                 hash.end());
        }
        return made;
    }
    /// Every second one is listed.
    Bytes value(HashKind kind) {
        for (int tries = 0; rng_() % 2 == 0 && tries < 20; ++tries) {
            const auto& [list, entry] = entries_[rng_() % entries_.size()];
            if (entry.algorithm == name_of(kind)) {
                return entry.value;
            }
        }
        return random_bytes(size_bytes(kind), rng_);
    }

    using Hit = std::tuple<RowId, RowId, std::string, std::string, int>;
    /// By looking at each entry.
    std::vector<Hit> expected(const Content& content) const {
        std::vector<Hit> hits;
        const auto print = pdq_fingerprint(content.fingerprint);
        for (const auto& [list, entry] : entries_) {
            if (entry.algorithm == "pdq") {
                const auto code =
                    recognise::PdqHash::from_bytes(std::span(entry.value).first<32>());
                int nearest = 257;
                for (const auto& hash : print->hashes) {
                    nearest = std::min(nearest, hamming_distance(hash, code));
                }
                if (nearest <= radius_.at(list)) {
                    hits.emplace_back(list, entry.id, "near", "pdq", nearest);
                }
            } else if (std::ranges::equal(entry.value, digest(content, entry.algorithm))) {
                hits.emplace_back(list, entry.id, "exact", entry.algorithm, 0);
            }
        }
        std::ranges::sort(hits);
        return hits;
    }
    static ByteView digest(const Content& content, const std::string& algorithm) {
        return algorithm == "md5"    ? ByteView(content.digests.md5)
               : algorithm == "sha1" ? ByteView(content.digests.sha1)
                                     : ByteView(content.digests.sha256);
    }
    static Result<std::vector<Hit>> ask(const Matcher& matcher, const Content& content) {
        const auto found = matcher.match({.digests = content.digests,
                                          .fingerprints = std::span(&content.fingerprint, 1),
                                          .frames = {},
                                          .content = 1});
        if (!found) {
            return fail(found.error());
        }
        std::vector<Hit> hits;
        for (const HitRecord& hit : *found) {
            hits.emplace_back(hit.list, hit.entry, hit.match, hit.algorithm, hit.distance);
        }
        std::ranges::sort(hits);
        return hits;
    }
    void expect_all_found(const Matcher& matcher, int contents) {
        std::size_t hits = 0;
        for (int i = 0; i < contents; ++i) {
            const Content asked = content();
            const auto found = casefile::value_of(ask(matcher, asked));
            EXPECT_EQ(found, expected(asked));
            hits += found.size();
        }
        EXPECT_GT(hits, static_cast<std::size_t>(contents)); // else nothing was tried
    }
    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> all;
        for (const auto& file : fs::directory_iterator(file_.list_folder())) {
            if (file.path().extension() == ".set" || file.path().extension() == ".index") {
                all.push_back(file.path());
            }
        }
        std::ranges::sort(all);
        return all;
    }

    casefile::TempFolder folder_;
    casefile::Case file_ = casefile::new_case(folder_.path() / "case");
    std::mt19937_64 rng_{1};
    std::vector<std::pair<RowId, ListEntryRecord>> entries_;
    std::map<RowId, int> radius_;
};

std::string text_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

TEST_F(ListFiles, GiveWhatLookingAtEachEntryGives) {
    add_list("first", 31, 400);
    add_list("second", 10, 300);
    add_list("third", 0, 200);
    const auto matcher = casefile::value_of(Matcher::load(file_));
    expect_all_found(matcher, 300);
    EXPECT_EQ(files().size(), 12U); // three lists of four kinds
}

TEST_F(ListFiles, OneListAloneIsAsked) {
    add_list("first", 31, 200);
    const RowId second = add_list("second", 31, 200);
    std::erase_if(entries_, [&](const auto& entry) { return entry.first != second; });
    expect_all_found(casefile::value_of(Matcher::load(file_, second)), 100);
}

TEST_F(ListFiles, WhatIsMissingOrDamagedIsCompiledAgainAndNeverTakenForEmpty) {
    add_list("first", 31, 300);
    add_list("second", 20, 300);
    ASSERT_TRUE(Matcher::load(file_));
    const auto whole = files();
    std::vector<std::string> sound;
    std::ranges::transform(whole, std::back_inserter(sound), text_of);
    const std::vector<std::pair<std::string, std::function<void(std::size_t)>>> faults{
        {"removed", [&](std::size_t i) { fs::remove(whole[i]); }},
        {"empty", [&](std::size_t i) { write(whole[i], ""); }},
        {"cut", [&](std::size_t i) { write(whole[i], sound[i].substr(0, sound[i].size() / 2)); }},
        {"no file of ours", [&](std::size_t i) { write(whole[i], "hello"); }},
        {"a bit in its header",
         [&](std::size_t i) {
             std::string text = sound[i];
             text[40] = static_cast<char>(text[40] ^ 1);
             write(whole[i], text);
         }},
        {"another list's", [&](std::size_t i) { write(whole[i], sound[(i + 4) % 8]); }},
    };
    for (const auto& [fault, cause] : faults) {
        for (std::size_t i = 0; i < whole.size(); ++i) {
            SCOPED_TRACE(whole[i].filename().string() + ": " + fault);
            cause(i);
            expect_all_found(casefile::value_of(Matcher::load(file_)), 5);
            EXPECT_EQ(text_of(whole[i]), sound[i]);
        }
    }
}

TEST_F(ListFiles, DamageThatIsMetLaterFailsTheQuestion) {
    add_list("first", 31, 20'000); // the index is read chunk by chunk, when it is asked
    const auto matcher = casefile::value_of(Matcher::load(file_));
    const auto all = files();
    const auto index = std::ranges::find_if(
        all, [](const fs::path& path) { return path.extension() == ".index"; });
    ASSERT_NE(index, all.end());
    const auto size = fs::file_size(*index);
    std::fstream file(*index, std::ios::binary | std::ios::in | std::ios::out);
    for (std::uintmax_t at = size / 10; at < size; at += 4'096) {
        file.seekp(static_cast<std::streamoff>(at));
        file.put('\x5a');
    }
    file.close();
    const auto asked = ask(matcher, content());
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().code, Errc::integrity);
    EXPECT_EQ(casefile::value_of(discard_damaged_list_files(file_)), 1U);
    expect_all_found(casefile::value_of(Matcher::load(file_)), 20);
    EXPECT_EQ(casefile::value_of(discard_damaged_list_files(file_)), 0U);
}

TEST_F(ListFiles, EntriesThatWereChangedAfterwardsAreNoticedWhenTheyAreCompiledAgain) {
    add_list("first", 31, 50);
    ASSERT_TRUE(Matcher::load(file_));
    casefile::expect_ok(file_.database().exec(
        "DELETE FROM list_entries WHERE id = (SELECT max(id) FROM list_entries)"));
    ASSERT_TRUE(Matcher::load(file_)); // the files are those of before
    fs::remove_all(file_.list_folder());
    const auto loaded = Matcher::load(file_);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::integrity);
}

TEST_F(ListFiles, FilesOfAnotherFormatAreCompiledAgain) {
    const RowId list = add_list("first", 31, 100);
    ASSERT_TRUE(Matcher::load(file_));
    casefile::expect_ok(
        file_.database().exec("UPDATE list_files SET format = 0, file_id = list_entries.value "
                              "FROM list_entries WHERE length(list_entries.value) = 32"));
    expect_all_found(casefile::value_of(Matcher::load(file_)), 20);
    for (const auto& file : casefile::value_of(casefile::list_files(file_, list))) {
        EXPECT_EQ(file.format, kListFilesFormat);
    }
}

TEST_F(ListFiles, AFolderThatIsALinkIsRefused) {
    add_list("first", 31, 10);
    fs::create_directories(file_.list_folder().parent_path());
    fs::create_directory_symlink("/tmp", file_.list_folder());
    const auto loaded = Matcher::load(file_);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::refused);
    fs::remove(file_.list_folder());
}

TEST_F(ListFiles, AListThatIsNotKeptLeavesNoFile) {
    casefile::ListRecord list;
    list.id = 7;
    list.name = "first";
    {
        auto compiler = casefile::value_of(ListCompiler::begin(file_.list_folder(), list));
        for (RowId row = 1; row <= 100; ++row) {
            const HashKind kind = kKinds[static_cast<std::size_t>(row) % kKinds.size()];
            ListEntryRecord entry;
            entry.id = row;
            entry.algorithm = name_of(kind);
            entry.value = random_bytes(size_bytes(kind), rng_);
            casefile::expect_ok(compiler.add(entry));
        }
        EXPECT_EQ(casefile::value_of(compiler.finish()).size(), 4U);
        EXPECT_EQ(files().size(), 4U);
    }
    EXPECT_TRUE(files().empty());
}

TEST_F(ListFiles, WhatIsNoHashOfItsKindIsRefused) {
    casefile::ListRecord list;
    list.name = "first";
    auto compiler = casefile::value_of(ListCompiler::begin(file_.list_folder(), list));
    for (const auto& [algorithm, size] : {std::pair("sha1", 16U), {"crc32", 4U}, {"pdq", 31U}}) {
        ListEntryRecord entry;
        entry.algorithm = algorithm;
        entry.value.resize(size, std::byte{1});
        EXPECT_EQ(error_of(compiler.add(entry)).code, Errc::integrity);
    }
}

} // namespace
} // namespace rempart::pipeline
