// SPDX-License-Identifier: Apache-2.0
// Media with bytes changed, zeroed, swapped or cut at random: whatever libtsk does with them, the
// main program lives, and the walk ends with SourceEnd or an Error.
#include <algorithm>
#include <functional>
#include <random>

#include <gtest/gtest.h>

#include "support/disk_images.hpp"

namespace rempart::examine {
namespace {

/// Of each medium. A walk in a sanitized build takes five times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kDamages = 10;
#else
constexpr unsigned kDamages = 60;
#endif

/// One of five kinds of damage, the same for the same seed; most hit the first half, where the
/// structures of small media lie.
std::string damaged(std::string medium, unsigned seed) {
    std::mt19937 random(seed); // NOLINT(bugprone-random-generator-seed): the same every time
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
    const auto place = [&] {
        return below(below(2) == 0 ? medium.size() : medium.size() / 16 + 1);
    };
    switch (seed % 5) {
    case 0: // single bits
        for (int i = 0; i < 200; ++i) {
            medium[place()] ^= static_cast<char>(1 << below(8));
        }
        break;
    case 1: // whole sectors of noise
        for (int i = 0; i < 8; ++i) {
            const std::size_t at = place() / 512 * 512;
            for (std::size_t j = at; j < std::min(at + 512, medium.size()); ++j) {
                medium[j] = static_cast<char>(random());
            }
        }
        break;
    case 2: // sectors of zeros
        for (int i = 0; i < 20; ++i) {
            const std::size_t at = place() / 512 * 512;
            std::fill_n(medium.begin() + static_cast<std::ptrdiff_t>(at),
                        std::min<std::size_t>(512, medium.size() - at), '\0');
        }
        break;
    case 3: // numbers made huge
        for (int i = 0; i < 60; ++i) {
            const std::size_t at = std::min(place() / 4 * 4, medium.size() - 4);
            medium.replace(at, 4, 4, below(2) == 0 ? '\xFF' : '\x7F');
        }
        break;
    default: // cut, and a few bytes
        medium.resize(below(medium.size()) + 1);
        for (int i = 0; i < 20; ++i) {
            medium[place() % medium.size()] = static_cast<char>(random());
        }
    }
    return medium;
}

class RandomDamage : public testing::Test {
  protected:
    void expect_survival(const std::string& medium, const std::string& name) {
        ASSERT_FALSE(medium.empty());
        std::size_t ended = 0;
        std::size_t died = 0;
        const auto path = folder_.path() / name;
        for (unsigned seed = 0; seed < kDamages; ++seed) {
            write_file(path, damaged(medium, seed));
            const Result<ExhibitPlan> plan = plan_exhibit(path);
            ASSERT_TRUE(plan.has_value());
            ReaderConfig config = test_reader_config();
            config.limits.deadline = std::chrono::seconds(60);
            ExhibitPlan as_disk = *plan;
            if (as_disk.kind == ExhibitKind::file) {
                as_disk.kind = ExhibitKind::disk_raw;
            }
            const auto source = open_disk(as_disk, config, {});
            ASSERT_TRUE(source.has_value()) << source.error().message;
            const Walked walked = walk_all(**source);
            EXPECT_TRUE(walked.end.has_value() || walked.error.has_value());
            EXPECT_TRUE(walked.error.has_value() || !walked.items.empty()) << "seed " << seed;
            ended += walked.end ? 1U : 0U;
            const auto is_death = [](const WalkedItem& item) {
                const std::optional<Error>& error =
                    item.head.error ? item.head.error : item.end.error;
                return error && (error->code == Errc::crashed || error->code == Errc::deadline ||
                                 error->code == Errc::memory || error->code == Errc::refused);
            };
            died += std::ranges::any_of(walked.items, is_death) ? 1U : 0U;
        }
        std::cout << name << ": " << ended << " of " << kDamages << " walks reached the end, "
                  << died << " of them over a reader's death\n";
    }
    std::string made(const std::string& command) {
        const auto path = folder_.path() / "made.dd";
        std::filesystem::remove(path);
        const auto files = folder_.path() / "files";
        std::filesystem::create_directories(files / "a" / "b");
        for (unsigned i = 0; i < 12; ++i) {
            write_file(files / (i % 2 == 0 ? "a" : "a/b") / std::to_string(i),
                       std::string(i * 1500, static_cast<char>('a' + i)));
        }
        std::string line = command;
        for (const auto& [mark, text] :
             {std::pair<std::string, std::string>{"FILES", files.native()},
              {"IMAGE", path.native()}}) {
            for (std::size_t at = line.find(mark); at != std::string::npos; at = line.find(mark)) {
                line.replace(at, mark.size(), text);
            }
        }
        run_command(line);
        return read_file(path);
    }
    std::string shared(const std::string& name) {
        const auto path = shared_path("evidence/" + name);
        return path.empty() ? "" : read_file(path);
    }
    TempDir folder_;
};

TEST_F(RandomDamage, Ext4) {
    expect_survival(made("mke2fs -q -F -t ext4 -d FILES IMAGE 1M"), "ext4.dd");
}
TEST_F(RandomDamage, Fat) {
    expect_survival(made("mkfs.vfat -C IMAGE 512 && mcopy -s -i IMAGE FILES/a ::/ && "
                         "mdel -i IMAGE ::/a/2 ::/a/4"),
                    "fat.dd");
}
TEST_F(RandomDamage, E01) {
    expect_survival(made("mke2fs -q -F -t ext2 -d FILES FILES.dd 600k && ewfacquire -u -q -f "
                         "encase6 -c deflate:fast -t FILES FILES.dd && mv FILES.E01 IMAGE"),
                    "image.E01");
}
TEST_F(RandomDamage, Ntfs) {
    const auto image = unpacked("dftt-07-ntfs-undelete.zip", "7-ntfs-undel.dd", folder_);
    if (image.empty()) {
        GTEST_SKIP() << "no ../shared/evidence";
    }
    expect_survival(read_file(image), "ntfs.dd");
}
TEST_F(RandomDamage, HfsPlus) {
    const std::string medium = shared("dfvfs/hfsplus.raw");
    if (medium.empty()) {
        GTEST_SKIP() << "no ../shared/evidence";
    }
    expect_survival(medium, "hfsplus.dd");
}
TEST_F(RandomDamage, Apfs) {
    const std::string medium = shared("dfvfs/apfs.raw");
    if (medium.empty()) {
        GTEST_SKIP() << "no ../shared/evidence";
    }
    expect_survival(medium, "apfs.dd");
}
TEST_F(RandomDamage, Iso9660) {
    const std::string medium = shared("tsk/image.iso");
    if (medium.empty()) {
        GTEST_SKIP() << "no ../shared/evidence";
    }
    expect_survival(medium, "disc.iso");
}

} // namespace
} // namespace rempart::examine
