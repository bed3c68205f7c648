// SPDX-License-Identifier: Apache-2.0
// The public images of ../shared/evidence with their documented digests.
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "support/disk_images.hpp"

namespace rempart::examine {
namespace {

struct Expected {
    std::string path, stream, md5, kind, wrong_md5;
};

/// The lines of EXPECTED.tsv about one image, without those inside archives and the image itself.
std::vector<Expected> expected_of(const std::string& image) {
    std::vector<Expected> lines;
    std::ifstream file(shared_path("evidence/EXPECTED.tsv"));
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> fields;
        std::istringstream text(line + "\t");
        for (std::string field; std::getline(text, field, '\t');) {
            fields.push_back(field);
        }
        if (fields.size() < 5 || fields[0] != image || fields[1] == "<image>" ||
            fields[1].find('!') != std::string::npos) {
            continue;
        }
        const std::size_t colon = fields[1].find(':');
        lines.push_back({fields[1].substr(0, colon),
                         colon == std::string::npos ? "" : fields[1].substr(colon + 1), fields[2],
                         fields[3], fields[4]});
    }
    return lines;
}

class PublicImages : public testing::Test {
  protected:
    void SetUp() override {
        if (shared_path("evidence").empty()) {
            GTEST_SKIP() << "no ../shared/evidence";
        }
    }
    TempDir folder_;
};

TEST_F(PublicImages, Dftt7GivesNineOfNineDocumentedDigests) {
    const auto image = unpacked("dftt-07-ntfs-undelete.zip", "7-ntfs-undel.dd", folder_);
    const Walked walked = walk_disk_image(image);
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    const auto expected = expected_of("dftt-07-ntfs-undelete.zip/7-ntfs-undel.dd");
    ASSERT_EQ(expected.size(), 9U);
    for (const Expected& line : expected) {
        const auto found = walked.with_md5(line.md5);
        ASSERT_EQ(found.size(), 1U) << line.path << "\n" << listing(walked);
        EXPECT_EQ(found[0]->head.state, ItemState::deleted);
        EXPECT_EQ(found[0]->head.recovery, Recovery::intact);
        EXPECT_EQ(found[0]->head.stream, line.stream);
        if (line.kind.find("orphan") == std::string::npos) {
            EXPECT_EQ(found[0]->head.path, line.path);
        }
    }
}

TEST_F(PublicImages, Dftt6GivesNoWrongFileThatIsNotLabelled) {
    const auto image = unpacked("dftt-06-fat-undelete.zip", "6-fat-undel.dd", folder_);
    const Walked walked = walk_disk_image(image);
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    int exact = 0;
    int guessed = 0;
    for (const Expected& line : expected_of("dftt-06-fat-undelete.zip/6-fat-undel.dd")) {
        exact += walked.with_md5(line.md5).empty() ? 0 : 1;
        for (const WalkedItem* wrong : walked.with_md5(line.wrong_md5)) {
            EXPECT_EQ(wrong->head.recovery, Recovery::contiguity_assumed) << wrong->head.path;
            ++guessed;
        }
    }
    EXPECT_EQ(exact, 3) << listing(walked);
    EXPECT_GE(guessed, 3) << listing(walked); // frag3.dat stands in two deleted directories
}

TEST_F(PublicImages, Dftt8GivesThePicturesByContentAndTheAlternateStream) {
    const auto image = unpacked("dftt-08-jpeg-search.zip", "8-jpeg-search.dd", folder_);
    const Walked walked = walk_disk_image(image);
    ASSERT_TRUE(walked.end.has_value()) << listing(walked);
    const auto expected = expected_of("dftt-08-jpeg-search.zip/8-jpeg-search.dd");
    ASSERT_EQ(expected.size(), 13U);
    for (const Expected& line : expected) {
        const auto found = walked.with_md5(line.md5);
        ASSERT_EQ(found.size(), 1U) << line.path << "\n" << listing(walked);
        EXPECT_EQ(found[0]->head.path, line.path);
        EXPECT_EQ(found[0]->head.stream, line.stream);
        EXPECT_EQ(found[0]->head.state == ItemState::deleted,
                  line.kind.find("deleted") != std::string::npos);
    }
}

TEST_F(PublicImages, TheE01AndTheRawCopyOfItsMediumGiveTheSameItemsAndMedium) {
    const Walked e01 = walk_disk_image(shared_path("evidence/tsk/image.E01"));
    const Walked raw = walk_disk_image(shared_path("evidence/tsk/image.dd"));
    ASSERT_TRUE(e01.end && raw.end) << listing(e01) << listing(raw);
    EXPECT_GE(raw.items.size(), 5U);
    EXPECT_EQ(listing(e01), listing(raw));
    const std::string digest = "0add63db3dc87ee60438e0fb94b526462502ba9f87e7a78bb0efe858668b1108";
    const Walked e01_medium = walk_medium_of(shared_path("evidence/tsk/image.E01"));
    const Walked raw_medium = walk_medium_of(shared_path("evidence/tsk/image.dd"));
    ASSERT_EQ(e01_medium.items.size(), 1U);
    ASSERT_EQ(raw_medium.items.size(), 1U);
    EXPECT_EQ(e01_medium.items[0].sha256, digest);
    EXPECT_EQ(raw_medium.items[0].sha256, digest);
    EXPECT_EQ(e01_medium.items[0].head.path, "");
    EXPECT_EQ(e01_medium.end->stored_md5, e01_medium.items[0].md5);
    EXPECT_EQ(raw_medium.end->stored_md5, "");
}

TEST_F(PublicImages, TheMediumOfAnE01HasItsStoredDigest) {
    const Walked medium = walk_medium_of(shared_path("evidence/dfvfs/ext2.E01"));
    ASSERT_EQ(medium.items.size(), 1U);
    EXPECT_EQ(medium.items[0].bytes, 4'194'304U);
    EXPECT_EQ(medium.items[0].sha256,
              "a6c2f0e39afe6c6ab432ca5465349fcefe8dc944398e97b2d957d3f89dbb5d80");
    ASSERT_TRUE(medium.end.has_value());
    EXPECT_EQ(medium.end->stored_md5, medium.items[0].md5);
    EXPECT_TRUE(medium.end->confinement.seccomp);
}

const std::string kPasswords = "39cb097008d17660abd0539891a672af"; // of passwords.txt, by md5sum

TEST_F(PublicImages, ABareApfsContainerIsNotASilentZero) {
    const Walked walked = walk_disk_image(shared_path("evidence/dfvfs/apfs.raw"));
    const auto passwords = walked.named("passwords.txt");
    ASSERT_EQ(passwords.size(), 1U) << listing(walked);
    EXPECT_EQ(passwords[0]->md5, kPasswords);
    EXPECT_EQ(walked.named("a_directory/a_resourcefork", "rsrc").size(), 1U);
    ASSERT_EQ(walked.end->volumes.size(), 1U);
    EXPECT_EQ(walked.end->volumes[0].file_system, "apfs");
}

TEST_F(PublicImages, HfsPlusGivesBothForks) {
    const Walked walked = walk_disk_image(shared_path("evidence/dfvfs/hfsplus.raw"));
    ASSERT_EQ(walked.with_md5(kPasswords).size(), 1U) << listing(walked);
    const auto fork = walked.named("a_directory/a_resourcefork", "rsrc");
    ASSERT_EQ(fork.size(), 1U);
    EXPECT_EQ(fork[0]->bytes, 17U);
    EXPECT_EQ(walked.named("a_link").at(0)->head.kind, ItemKind::symlink);
    EXPECT_EQ(walked.named("passwords.txt").at(0)->head.times.modified.kind, TimeKind::utc);
}

TEST_F(PublicImages, EachPartitionIsAVolumeAndAnEmptyOneIsAProblem) {
    const Walked walked = walk_disk_image(shared_path("evidence/plaso/tsk_volume_system.raw"));
    ASSERT_TRUE(walked.end.has_value());
    const auto problem = walked.named("partition-1");
    ASSERT_EQ(problem.size(), 1U) << listing(walked);
    EXPECT_EQ(problem[0]->head.kind, ItemKind::problem);
    EXPECT_EQ(problem[0]->head.error->code, Errc::unsupported);
    ASSERT_EQ(walked.end->volumes.size(), 4U);
    EXPECT_EQ(walked.end->volumes[1].label, "partition 1 (Linux (0x83))");
    EXPECT_TRUE(walked.end->volumes[1].error.has_value());
    EXPECT_EQ(walked.end->volumes[3].offset_bytes, 180'224U);
    EXPECT_EQ(walked.end->volumes[3].file_system, "ext2");
}

TEST_F(PublicImages, AnOpticalDiscIsRead) {
    const Walked walked = walk_disk_image(shared_path("evidence/tsk/image.iso"));
    ASSERT_EQ(walked.with_md5(kPasswords).size(), 1U) << listing(walked);
    EXPECT_EQ(walked.with_md5(kPasswords)[0]->head.times.created.kind, TimeKind::local_unknown);
}

TEST_F(PublicImages, AVirtualDiskThatIsNotReadIsNamed) {
    for (const auto& [name, what] :
         {std::pair("ext2.qcow2", "qcow2"), std::pair("ext2.vmdk", "VMDK"),
          std::pair("ext2.vhd", "VHD")}) {
        const Walked walked = walk_disk_image(shared_path("evidence/dfvfs") / name);
        ASSERT_EQ(walked.items.size(), 1U) << listing(walked);
        EXPECT_EQ(walked.items[0].head.kind, ItemKind::problem);
        EXPECT_EQ(walked.items[0].head.error->code, Errc::unsupported);
        EXPECT_NE(walked.items[0].head.error->message.find(what), std::string::npos);
    }
}

} // namespace
} // namespace rempart::examine
