// SPDX-License-Identifier: Apache-2.0
// Media made here: deleted files of each kind, partitions, streams, times, special files.
#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/disk_images.hpp"

namespace rempart::examine {
namespace {

std::string noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed); // NOLINT(bugprone-random-generator-seed): the same every time
    std::string bytes(size, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
    return bytes;
}

std::string md5_of(const std::string& content) {
    TestDigest digest(EVP_md5());
    digest.add(bytes_of(content));
    return digest.hex();
}

std::string sha256_of(const std::string& content) {
    TestDigest digest(EVP_sha256());
    digest.add(bytes_of(content));
    return digest.hex();
}

class GeneratedImages : public testing::Test {
  protected:
    [[nodiscard]] std::string at(const std::string& name) const {
        return (folder_.path() / name).native();
    }
    void make(const std::string& name, const std::string& content) {
        std::filesystem::create_directories((folder_.path() / name).parent_path());
        write_file(folder_.path() / name, content);
    }
    void debugfs(const std::string& image, const std::string& command) const {
        run_command("debugfs -w -R '" + command + "' " + at(image));
    }
    TempDir folder_;
};

TEST_F(GeneratedImages, Ext2GivesDeletedFilesWithTheirLabels) {
    make("files/kept", noise(50'000, 1));
    make("files/intact", noise(30'000, 2));
    make("files/reused", noise(300'000, 3));
    run_command("mke2fs -q -F -t ext2 -b 1024 -d " + at("files") + " " + at("x.dd") + " 600k");
    debugfs("x.dd", "rm /intact");
    debugfs("x.dd", "rm /reused");
    make("new", noise(40'000, 4));
    const Walked before = walk_disk_image(at("x.dd"));
    for (const char* name : {"intact", "reused"}) {
        const std::string content =
            std::string(name) == "intact" ? noise(30'000, 2) : noise(300'000, 3);
        const auto found = before.with_md5(md5_of(content));
        ASSERT_EQ(found.size(), 1U) << listing(before);
        EXPECT_EQ(found[0]->head.state, ItemState::deleted);
        EXPECT_EQ(found[0]->head.recovery, Recovery::intact);
    }
    debugfs("x.dd", "write " + at("new") + " new"); // takes an inode and blocks of the deleted
    const Walked after = walk_disk_image(at("x.dd"));
    EXPECT_EQ(after.with_md5(md5_of(noise(50'000, 1))).size(), 1U);
    EXPECT_EQ(after.with_md5(md5_of(noise(50'000, 1)))[0]->head.recovery, Recovery::none);
    int lost = 0;
    for (const WalkedItem& item : after.items) {
        if (item.head.state == ItemState::deleted && item.head.recovery != Recovery::intact) {
            ++lost;
        }
        const bool says_intact = item.head.recovery == Recovery::intact;
        const bool is_whole =
            item.md5 == md5_of(noise(30'000, 2)) || item.md5 == md5_of(noise(300'000, 3));
        EXPECT_TRUE(!says_intact || is_whole) << listing(after);
    }
    EXPECT_GE(lost, 1) << listing(after);
}

TEST_F(GeneratedImages, Ext4GivesEmptySymbolicHardSparseAndSpecialFiles) {
    make("files/a/empty", "");
    make("files/a/file", noise(5000, 1));
    std::filesystem::create_symlink("a/file", at("files/link"));
    std::filesystem::create_hard_link(at("files/a/file"), at("files/second_name"));
    ASSERT_EQ(::mkfifo(at("files/fifo").c_str(), 0600), 0);
    run_command("truncate -s 3G " + at("files/hole"));
    run_command("truncate -s 1M " + at("files/small_hole"));
    make("files/holes_inside",
         noise(4096, 2) + std::string(40'960, '\0') + noise(5000, 3) + std::string(8192, '\0'));
    make("files/odd\xFFname", "x");
    run_command("mke2fs -q -F -t ext4 -d " + at("files") + " " + at("x.dd") + " 8M");
    const Walked walked = walk_disk_image(at("x.dd"));
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    EXPECT_EQ(walked.end->volumes.at(0).file_system, "ext4");
    EXPECT_EQ(walked.end->volumes.at(0).items, walked.items.size());
    const auto one = [&](const std::string& path) -> const WalkedItem& {
        const auto found = walked.named(path);
        EXPECT_EQ(found.size(), 1U) << path << "\n" << listing(walked);
        static const WalkedItem kNone;
        return found.empty() ? kNone : *found[0];
    };
    EXPECT_EQ(one("a/empty").bytes, 0U);
    EXPECT_FALSE(one("a/empty").end.error.has_value());
    EXPECT_EQ(one("a/file").md5, md5_of(noise(5000, 1)));
    EXPECT_EQ(one("second_name").md5, md5_of(noise(5000, 1)));
    EXPECT_EQ(one("link").head.kind, ItemKind::symlink);
    EXPECT_EQ(one("fifo").head.kind, ItemKind::special);
    EXPECT_EQ(one("small_hole").md5, md5_of(std::string(1 << 20, '\0')));
    // mke2fs stores no block of zeros: a hole between extents is no damage.
    EXPECT_EQ(one("holes_inside").sha256, sha256_of(noise(4096, 2) + std::string(40'960, '\0') +
                                                    noise(5000, 3) + std::string(8192, '\0')));
    EXPECT_FALSE(one("holes_inside").end.error.has_value()) << listing(walked);
    EXPECT_EQ(one("hole").bytes, 0U);
    EXPECT_EQ(one("hole").end.error->code, Errc::skipped);
    EXPECT_EQ(one("odd\\xffname").bytes, 1U);
    EXPECT_EQ(one("a/file").head.times.modified.kind, TimeKind::utc);
    EXPECT_EQ(one("a/file").head.times.created.kind, TimeKind::utc);
}

TEST_F(GeneratedImages, FatGivesDeletedFilesWithTheirLabelsAndWallClockTimes) {
    run_command("mkfs.vfat -C -F 12 -s 4 -n LABEL " + at("x.dd") + " 1440"); // clusters of 2 KiB
    make("single", noise(1500, 1));
    make("many", noise(9000, 2));
    make("clobbered", noise(9000, 3));
    make("kept", noise(3000, 4));
    run_command("TZ=UTC touch -d '2024-05-01 09:30:00' " + at("kept"));
    const std::string mcopy = "TZ=UTC mcopy -m -i " + at("x.dd") + " ";
    for (const char* name : {"clobbered", "kept", "single", "many"}) {
        run_command(mcopy + at(name) + " ::/" + name);
    }
    run_command("mdel -i " + at("x.dd") + " ::/single ::/many ::/clobbered");
    // mtools gives the lowest free clusters: those of the first deleted file.
    make("new", noise(2000, 5));
    run_command(mcopy + at("new") + " ::/new.txt");
    // The reader must not read the wall clock in the zone of this machine.
    ::setenv("TZ", "America/New_York", 1); // NOLINT(concurrency-mt-unsafe)
    const Walked walked = walk_disk_image(at("x.dd"));
    ::unsetenv("TZ"); // NOLINT(concurrency-mt-unsafe)
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    const auto single = walked.with_md5(md5_of(noise(1500, 1)));
    ASSERT_EQ(single.size(), 1U) << listing(walked);
    EXPECT_EQ(single[0]->head.recovery, Recovery::intact);
    const auto many = walked.with_md5(md5_of(noise(9000, 2)));
    ASSERT_EQ(many.size(), 1U) << listing(walked);
    EXPECT_EQ(many[0]->head.recovery, Recovery::contiguity_assumed);
    const auto clobbered = std::ranges::find_if(
        walked.items, [](const WalkedItem& item) { return item.head.path.ends_with("lobbered"); });
    // Its entry may have been taken over by new.txt; if it is there, it says what happened.
    if (clobbered != walked.items.end()) {
        EXPECT_EQ(clobbered->head.recovery, Recovery::overwritten) << listing(walked);
        EXPECT_EQ(clobbered->bytes, 0U);
        EXPECT_EQ(clobbered->end.error->code, Errc::not_found);
    }
    const auto kept = walked.named("kept");
    ASSERT_EQ(kept.size(), 1U) << listing(walked);
    EXPECT_EQ(kept[0]->head.state, ItemState::allocated);
    EXPECT_EQ(kept[0]->head.recovery, Recovery::none);
    EXPECT_EQ(kept[0]->head.times.modified.kind, TimeKind::local_unknown);
    EXPECT_EQ(format_time(kept[0]->head.times.modified), "2024-05-01T09:30:00");
    // Neither the label nor what libtsk makes up is an item.
    for (const WalkedItem& item : walked.items) {
        EXPECT_EQ(item.head.path.find('$'), std::string::npos) << listing(walked);
        EXPECT_EQ(item.head.path.find("LABEL"), std::string::npos) << listing(walked);
    }
}

/// An entry of an MBR table.
struct MbrPart {
    unsigned char type;
    std::uint32_t first_sector, sectors;
};

void put_mbr(std::string& disk, std::size_t sector, const std::vector<MbrPart>& parts) {
    std::string table(66, '\0');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        table[16 * i + 4] = static_cast<char>(parts[i].type);
        for (std::size_t byte = 0; byte < 4; ++byte) {
            table[16 * i + 8 + byte] = static_cast<char>(parts[i].first_sector >> (8 * byte));
            table[16 * i + 12 + byte] = static_cast<char>(parts[i].sectors >> (8 * byte));
        }
    }
    table[64] = '\x55';
    table[65] = '\xAA';
    disk.replace(sector * 512 + 446, table.size(), table);
}

class PartitionedImages : public GeneratedImages {
  protected:
    std::string ext_medium(unsigned seed) {
        std::filesystem::remove_all(at("part"));
        make("part/file" + std::to_string(seed), noise(20'000, seed));
        run_command("mke2fs -q -F -t ext2 -b 1024 -d " + at("part") + " " + at("part.dd") +
                    " 256k");
        std::string bytes = read_file(at("part.dd"));
        std::filesystem::remove(at("part.dd"));
        return bytes;
    }
    static void put(std::string& disk, std::size_t sector, std::string_view bytes) {
        disk.replace(sector * 512, bytes.size(), bytes);
    }
};

TEST_F(PartitionedImages, PrimaryAndLogicalPartitionsAreNumberedAndUnknownOnesExplained) {
    std::string disk(4096 * 512, '\0');
    // 1: ext; 2: LUKS; 3: NTFS type, BitLocker; extended: one logical ext, one behind the end
    put_mbr(disk, 0, {{0x83, 64, 512}, {0x83, 600, 64}, {0x07, 700, 64}, {0x05, 1000, 3000}});
    put_mbr(disk, 1000, {{0x83, 8, 512}, {0x05, 1000, 2000}});
    put_mbr(disk, 2000, {{0x83, 8, 9000}});
    put(disk, 64, ext_medium(1));
    put(disk, 600, std::string_view("LUKS\xBA\xBE\0\1", 8));
    put(disk, 700, "\xEB\x58\x90-FVE-FS-");
    put(disk, 1008, ext_medium(2));
    put(disk, 2008, "XFSB");
    write_file(at("x.dd"), disk);
    const Walked walked = walk_disk_image(at("x.dd"));
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    ASSERT_EQ(walked.named("partition-1/file1").size(), 1U) << listing(walked);
    EXPECT_EQ(walked.named("partition-1/file1")[0]->md5, md5_of(noise(20'000, 1)));
    EXPECT_EQ(walked.named("partition-2").at(0)->head.error->code, Errc::encrypted);
    EXPECT_NE(walked.named("partition-2").at(0)->head.error->message.find("LUKS"),
              std::string::npos);
    EXPECT_EQ(walked.named("partition-3").at(0)->head.error->code, Errc::encrypted);
    EXPECT_EQ(walked.named("partition-4/file2").at(0)->md5, md5_of(noise(20'000, 2)));
    EXPECT_EQ(walked.named("partition-5").at(0)->head.error->code, Errc::unsupported);
    std::vector<std::string> labels;
    for (const VolumeInfo& volume : walked.end->volumes) {
        if (volume.label != "unallocated") {
            labels.push_back(volume.label + " " + volume.file_system);
            EXPECT_EQ(volume.error.has_value(), volume.file_system.empty()) << volume.label;
        }
    }
    EXPECT_EQ(labels, (std::vector<std::string>{
                          "partition 1 (Linux (0x83)) ext2", "partition 2 (Linux (0x83)) ",
                          "partition 3 (NTFS / exFAT (0x07)) ", "partition 4 (Linux (0x83)) ext2",
                          "partition 5 (Linux (0x83)) "}));
    EXPECT_EQ(walked.end->volumes.back().error->code, Errc::truncated);
}

TEST_F(PartitionedImages, AGuidTableWithItsProtectiveMbrIsRead) {
    std::string disk(2048 * 512, '\0');
    put_mbr(disk, 0, {{0xEE, 1, 2047}});
    std::string header(92, '\0');
    header.replace(0, 12, std::string_view("EFI PART\0\0\1\0", 12));
    const auto number = [&](std::string& into, std::size_t at, std::uint64_t value,
                            std::size_t size) {
        for (std::size_t byte = 0; byte < size; ++byte) {
            into[at + byte] = static_cast<char>(value >> (8 * byte));
        }
    };
    number(header, 12, 92, 4);
    number(header, 24, 1, 8);
    number(header, 32, 2047, 8);
    number(header, 40, 34, 8);
    number(header, 48, 2014, 8);
    number(header, 72, 2, 8);
    number(header, 80, 128, 4);
    number(header, 84, 128, 4);
    put(disk, 1, header);
    std::string entry(128, '\0');
    entry.replace(0, 16, 16, '\x11'); // a type
    entry.replace(16, 16, 16, '\x22');
    number(entry, 32, 100, 8);
    number(entry, 40, 611, 8);
    number(entry, 56, 'p', 2);
    put(disk, 2, entry);
    put(disk, 100, ext_medium(7));
    write_file(at("x.dd"), disk);
    const Walked walked = walk_disk_image(at("x.dd"));
    ASSERT_EQ(walked.named("partition-1/file7").size(), 1U) << listing(walked);
    EXPECT_EQ(walked.named("partition-1/file7")[0]->md5, md5_of(noise(20'000, 7)));
}

TEST_F(PartitionedImages, TwoFileSystemsAtOnePlaceAreBothListedAndReported) {
    std::string disk = ext_medium(3);
    run_command("mkfs.vfat -C -F 12 " + at("fat.dd") + " 256");
    disk.replace(0, 512, read_file(at("fat.dd")).substr(0, 512)); // ext leaves its boot block free
    write_file(at("x.dd"), disk);
    const Walked walked = walk_disk_image(at("x.dd"));
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    EXPECT_EQ(walked.named("ext2/file3").size(), 1U) << listing(walked);
    EXPECT_NE(walked.named("").at(0)->head.error->message.find("at one place"), std::string::npos);
    EXPECT_EQ(walked.end->volumes.size(), 2U);
}

TEST_F(PartitionedImages, ASplitRawImageIsOneMedium) {
    const std::string medium = ext_medium(4);
    write_file(at("x.001"), medium.substr(0, 100'000));
    write_file(at("x.002"), medium.substr(100'000, 1));
    write_file(at("x.003"), medium.substr(100'001));
    const Walked walked = walk_disk_image(at("x.001"));
    ASSERT_EQ(walked.named("file4").size(), 1U) << listing(walked);
    EXPECT_EQ(walked.named("file4")[0]->md5, md5_of(noise(20'000, 4)));
    EXPECT_EQ(walk_medium_of(at("x.002")).items.at(0).md5, md5_of(medium));
}

TEST_F(PartitionedImages, AResumedWalkTellsTheRestWithTheSameOrdinals) {
    make("many/a/b/c", "c");
    for (unsigned i = 0; i < 40; ++i) {
        make("many/" + std::to_string(i % 4) + "/" + std::to_string(i), noise(i * 100, i));
    }
    run_command("mke2fs -q -F -t ext2 -d " + at("many") + " " + at("x.dd") + " 1M");
    const Walked all = walk_disk_image(at("x.dd"));
    ASSERT_EQ(all.items.size(), 41U) << listing(all);
    EXPECT_EQ(listing(all), listing(walk_disk_image(at("x.dd"))));
    for (const std::uint64_t first : {std::uint64_t{1}, std::uint64_t{20}, std::uint64_t{41}}) {
        const Walked rest = walk_disk_image(at("x.dd"), {.first_ordinal = first});
        ASSERT_EQ(rest.items.size(), 41 - first) << listing(rest);
        for (const WalkedItem& item : rest.items) {
            EXPECT_EQ(item.head, all.items[item.ordinal].head);
            EXPECT_EQ(item.sha256, all.items[item.ordinal].sha256);
        }
        EXPECT_EQ(rest.end->volumes, all.end->volumes);
    }
    const Walked some = walk_disk_image(at("x.dd"), {.only = {{3, 5}, {17, 18}, {40, 41}}});
    ASSERT_EQ(some.items.size(), 4U) << listing(some);
    for (const WalkedItem& item : some.items) {
        EXPECT_EQ(item.head, all.items[item.ordinal].head);
        EXPECT_EQ(item.sha256, all.items[item.ordinal].sha256);
    }
}

} // namespace
} // namespace rempart::examine
