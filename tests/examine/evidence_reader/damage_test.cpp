// SPDX-License-Identifier: Apache-2.0
// E01 images and media that are damaged, cut or nothing at all.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "support/disk_images.hpp"

namespace rempart::examine {
namespace {

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed); // NOLINT(bugprone-random-generator-seed): the same every time
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

class Damage : public testing::Test {
  protected:
    /// An ext2 medium of 2 MiB with ten files of 100,000 bytes that are no block twice.
    std::filesystem::path make_medium() {
        const auto files = folder_.path() / "files";
        std::filesystem::create_directory(files);
        for (unsigned i = 0; i < 10; ++i) {
            write_file(files / ("file" + std::to_string(i)), noise(100'000, i));
        }
        const auto image = folder_.path() / "medium.dd";
        run_command("mke2fs -q -F -t ext2 -b 1024 -d " + files.native() + " " + image.native() +
                    " 2048k");
        return image;
    }
    std::filesystem::path make_e01(const std::filesystem::path& medium,
                                   const std::string& options = "-c deflate:none") {
        const auto target = folder_.path() / "image";
        run_command("ewfacquire -u -q -f encase6 -b 64 -g 64 -S 1MiB " + options + " -d sha1 -t " +
                    target.native() + " " + medium.native());
        return folder_.path() / "image.E01";
    }
    void flip_in(const std::filesystem::path& file, const std::string& content, std::size_t offset,
                 std::size_t count) {
        std::string bytes = read_file(file);
        const std::size_t at = bytes.find(content.substr(offset, 64));
        ASSERT_NE(at, std::string::npos);
        for (std::size_t i = 0; i < count; ++i) {
            bytes[at + i] = static_cast<char>(~bytes[at + i]);
        }
        write_file(file, bytes);
    }
    TempDir folder_;
};

TEST_F(Damage, FlippedBytesInAnE01CostTheFilesOverThemAndNoOther) {
    const auto medium = make_medium();
    const auto image = make_e01(medium);
    const Walked sound = walk_disk_image(image);
    EXPECT_EQ(listing(sound), listing(walk_disk_image(medium)));
    ASSERT_GE(sound.items.size(), 10U);
    flip_in(image, noise(100'000, 3), 50'000, 32);
    const Walked walked = walk_disk_image(image);
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    int damaged = 0;
    for (const WalkedItem& item : sound.items) {
        const auto same = walked.named(item.head.path);
        ASSERT_EQ(same.size(), 1U) << item.head.path;
        if (!same[0]->end.error) {
            EXPECT_EQ(same[0]->sha256, item.sha256) << item.head.path;
            continue;
        }
        ++damaged;
        EXPECT_EQ(same[0]->end.error->code, Errc::damaged);
        EXPECT_NE(same[0]->sha256, item.sha256);
        EXPECT_EQ(same[0]->bytes, item.bytes);
        ASSERT_FALSE(same[0]->end.unread.empty());
    }
    // The damaged chunk of 32 KiB lies in file3, and may reach into one neighbour.
    EXPECT_FALSE(walked.named("file3").at(0)->end.unread.empty());
    EXPECT_GE(damaged, 1) << listing(walked);
    EXPECT_LE(damaged, 2) << listing(walked);
    std::uint64_t unread = 0;
    for (const UnreadRange& range : walked.named("file3").at(0)->end.unread) {
        EXPECT_LE(range.offset_bytes + range.size_bytes, 100'000U);
        unread += range.size_bytes;
    }
    EXPECT_GT(unread, 16'000U);
    EXPECT_LE(unread, 32'768U);
    // And the volume says that something of it is missing.
    EXPECT_EQ(walked.end->volumes.at(0).error->code, Errc::damaged);
    EXPECT_EQ(walked.items.back().head.kind, ItemKind::problem);
}

TEST_F(Damage, TheMediumOfADamagedE01DiffersFromItsStoredDigestAndSaysWhere) {
    const auto medium = make_medium();
    const auto image = make_e01(medium);
    const Walked sound = walk_medium_of(image);
    ASSERT_EQ(sound.items.size(), 1U) << listing(sound);
    EXPECT_EQ(sound.end->stored_md5, sound.items[0].md5);
    EXPECT_EQ(sound.end->stored_sha1.size(), 40U);
    EXPECT_EQ(sound.items[0].sha256, walk_medium_of(medium).items.at(0).sha256);
    flip_in(image, noise(100'000, 3), 50'000, 32);
    const Walked walked = walk_medium_of(image);
    ASSERT_EQ(walked.items.size(), 1U);
    EXPECT_NE(walked.end->stored_md5, walked.items[0].md5);
    EXPECT_EQ(walked.items[0].end.error->code, Errc::damaged);
    ASSERT_EQ(walked.items[0].end.unread.size(), 1U);
    const UnreadRange range = walked.items[0].end.unread[0];
    EXPECT_EQ(range.size_bytes, 32'768U);
    EXPECT_EQ(range.offset_bytes % 32'768U, 0U);
    const std::size_t place = read_file(medium).find(noise(100'000, 3).substr(50'000, 64));
    EXPECT_LE(range.offset_bytes, place);
    EXPECT_GT(range.offset_bytes + range.size_bytes, place);
}

TEST_F(Damage, ASplitE01IsOneMediumAndAMissingLastSegmentIsNotSilent) {
    const auto medium = make_medium();
    const auto image = make_e01(medium);
    ASSERT_TRUE(std::filesystem::exists(folder_.path() / "image.E02"));
    EXPECT_EQ(walk_medium_of(image).items.at(0).sha256, walk_medium_of(medium).items.at(0).sha256);
    std::filesystem::remove(folder_.path() / "image.E02");
    std::filesystem::remove(folder_.path() / "image.E03");
    const Walked walked = walk_disk_image(image);
    const bool told = walked.error || std::ranges::any_of(walked.items, [](const auto& item) {
                          return item.end.error || item.head.kind == ItemKind::problem;
                      });
    EXPECT_TRUE(told) << listing(walked);
    const Walked whole = walk_medium_of(image);
    EXPECT_TRUE(whole.error || whole.items.at(0).end.error) << listing(whole);
}

TEST_F(Damage, AnE01CutAtTwoThirdsIsNeverCalledSound) {
    const auto image = make_e01(make_medium(), "-c deflate:fast");
    const std::string bytes = read_file(image);
    for (const std::size_t keep : {std::size_t{0}, std::size_t{20}, bytes.size() / 3,
                                   bytes.size() * 2 / 3, bytes.size() - 1}) {
        write_file(folder_.path() / "cut.E01", bytes.substr(0, keep));
        const Walked walked = walk_disk_image(folder_.path() / "cut.E01");
        const bool told = walked.error || std::ranges::any_of(walked.items, [](const auto& item) {
                              return item.end.error || item.head.kind == ItemKind::problem;
                          });
        EXPECT_TRUE(told) << keep << "\n" << listing(walked);
    }
}

TEST_F(Damage, ARawImageCutInTheMiddleKeepsWhatIsThere) {
    const auto medium = make_medium();
    const Walked sound = walk_disk_image(medium);
    std::filesystem::resize_file(medium, 700'000);
    const Walked walked = walk_disk_image(medium);
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    int sound_files = 0;
    int marked = 0;
    for (const WalkedItem& item : walked.items) {
        if (item.head.kind != ItemKind::file) {
            continue;
        }
        if (item.end.error) {
            ++marked;
        } else {
            EXPECT_EQ(item.sha256, sound.named(item.head.path).at(0)->sha256) << item.head.path;
            ++sound_files;
        }
    }
    EXPECT_GE(sound_files, 3) << listing(walked);
    EXPECT_GE(marked, 3) << listing(walked);
}

TEST_F(Damage, NothingZerosAndNoiseAreEachAProblem) {
    const auto path = folder_.path() / "x.dd";
    write_file(path, "");
    const Walked empty = walk_disk_image(path);
    ASSERT_EQ(empty.items.size(), 1U) << listing(empty);
    EXPECT_EQ(empty.items[0].head.error->code, Errc::malformed);
    EXPECT_NE(empty.items[0].head.error->message.find("empty"), std::string::npos);
    for (const std::string& content :
         {std::string(300'000, '\0'), noise(300'000, 1), std::string(1, 'x'), noise(513, 2)}) {
        write_file(path, content);
        const Walked walked = walk_disk_image(path);
        ASSERT_EQ(walked.items.size(), 1U) << listing(walked);
        EXPECT_EQ(walked.items[0].head.kind, ItemKind::problem);
        EXPECT_EQ(walked.items[0].head.error->code, Errc::unsupported);
        ASSERT_EQ(walked.end->volumes.size(), 1U);
        EXPECT_EQ(walked.end->volumes[0].size_bytes, content.size());
        const Walked medium = walk_medium_of(path);
        ASSERT_EQ(medium.items.size(), 1U);
        EXPECT_EQ(medium.items[0].bytes, content.size());
    }
}

} // namespace
} // namespace rempart::examine
