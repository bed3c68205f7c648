// SPDX-License-Identifier: Apache-2.0
#include "rempart/examine/source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "folder_walking.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::examine {
namespace {

TEST(FolderSource, EntriesComeInTheOrderOfTheirBytesAndDirectoriesAtTheirPlace) {
    const TempDir dir;
    fs::create_directories(dir.path() / "b");
    put(dir.path() / "b.txt", "2");
    put(dir.path() / "b/z", "1");
    put(dir.path() / "B", "0");
    put(dir.path() / "\xC3\xA9", "4"); // behind all ASCII, where a signed comparison errs
    put(dir.path() / "z", "3");
    EXPECT_EQ(lines_at(dir.path()), (Lines{"0 file B 0 ok", "1 file b/z 1 ok", "2 file b.txt 2 ok",
                                           "3 file z 3 ok", "4 file \xC3\xA9 4 ok"}));
}

TEST(FolderSource, NamesThatAreNotUtf8AreEscaped) {
    const TempDir dir;
    fs::create_directories(dir.path() / "d\xFF");
    put(dir.path() / "d\xFF/a\\\xE9", "x");
    EXPECT_EQ(lines_at(dir.path()), (Lines{"0 file d\\xff/a\\x5c\\xe9 x ok"}));
}

TEST(FolderSource, LinksAreRecordedAndNeverFollowed) {
    const TempDir dir, outside;
    put(outside.path() / "secret", "not evidence");
    fs::create_directory(dir.path() / "d");
    fs::create_directory_symlink(outside.path(), dir.path() / "away");
    fs::create_symlink(outside.path() / "secret", dir.path() / "file");
    fs::create_directory_symlink("..", dir.path() / "d/loop");
    fs::create_symlink("nowhere", dir.path() / "broken");
    put(dir.path() / "one", "x");
    fs::create_hard_link(dir.path() / "one", dir.path() / "two");
    EXPECT_EQ(lines_at(dir.path()),
              (Lines{"0 symlink away - ok", "1 symlink broken - ok", "2 symlink d/loop - ok",
                     "3 symlink file - ok", "4 file one x ok", "5 file two x ok"}));
}

TEST(FolderSource, WhatIsReplacedByALinkDuringTheWalkIsNotFollowed) {
    const TempDir dir, outside;
    put(outside.path() / "secret", "not evidence");
    for (const char* path : {"a", "file"}) {
        put(dir.path() / path, "x");
    }
    fs::create_directory(dir.path() / "folder");
    auto source = open_at(dir.path());
    ASSERT_TRUE(source);
    auto first = (*source)->next(); // the names are listed by now
    ASSERT_TRUE(first && std::holds_alternative<ItemBegin>(*first));
    fs::remove(dir.path() / "file");
    fs::create_symlink(outside.path() / "secret", dir.path() / "file");
    fs::remove(dir.path() / "folder");
    fs::create_directory_symlink(outside.path(), dir.path() / "folder");
    Lines rest;
    for (auto event = (*source)->next(); event && !std::holds_alternative<SourceEnd>(*event);
         event = (*source)->next()) {
        if (const auto* begin = std::get_if<ItemBegin>(&*event)) {
            rest.push_back(line_of({.begin = {begin->ordinal, begin->head}}));
        }
        EXPECT_FALSE(std::holds_alternative<ItemFile>(*event) && !rest.empty());
    }
    EXPECT_EQ(rest, (Lines{"1 symlink file - ok", "2 problem folder - not_found"}));
}

TEST(FolderSource, TheOperatorsOwnPathMayRunOverLinks) {
    const TempDir dir, elsewhere;
    put(dir.path() / "a", "x");
    fs::create_directory_symlink(dir.path(), elsewhere.path() / "link");
    EXPECT_EQ(lines_at(elsewhere.path() / "link"), (Lines{"0 file a x ok"}));
}

TEST(FolderSource, FifosSocketsAndDevicesAreSpecialAndNeverOpened) {
    const TempDir dir;
    ASSERT_EQ(::mkfifo((dir.path() / "fifo").c_str(), 0600), 0);
    const UniqueFd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string at = (dir.path() / "socket").native();
    ASSERT_LT(at.size(), sizeof address.sun_path);
    std::memcpy(address.sun_path, at.c_str(), at.size() + 1);
    ASSERT_EQ(::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    Lines expected{"0 special fifo - ok", "1 special socket - ok"};
    if (::mknod((dir.path() / "zero").c_str(), S_IFCHR | 0600, ::makedev(1, 5)) == 0) {
        expected.emplace_back("2 special zero - ok"); // only where the system lets us make one
    }
    EXPECT_EQ(lines_at(dir.path()), expected);
}

// Root reads everything, so the two capabilities that let it are put down for the test's thread.
class WithoutFileCapabilities {
  public:
    WithoutFileCapabilities() {
        ::syscall(SYS_capget, &header_, before_);
        __user_cap_data_struct less[2] = {before_[0], before_[1]};
        less[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
        EXPECT_EQ(::syscall(SYS_capset, &header_, less), 0);
    }
    WithoutFileCapabilities(const WithoutFileCapabilities&) = delete;
    WithoutFileCapabilities& operator=(const WithoutFileCapabilities&) = delete;
    ~WithoutFileCapabilities() { ::syscall(SYS_capset, &header_, before_); }

  private:
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct before_[2]{};
};

TEST(FolderSource, WhatCannotBeReadIsAnItemWithItsReason) {
    const TempDir dir;
    fs::create_directories(dir.path() / "closed");
    fs::create_directories(dir.path() / "unsearchable");
    put(dir.path() / "closed/in", "x");
    put(dir.path() / "unsearchable/in", "x");
    put(dir.path() / "file", "x");
    put(dir.path() / "last", "x");
    fs::permissions(dir.path() / "closed", fs::perms::none);
    fs::permissions(dir.path() / "unsearchable", fs::perms::owner_read);
    fs::permissions(dir.path() / "file", fs::perms::none);
    Lines found;
    {
        const WithoutFileCapabilities plain_user;
        found = lines_at(dir.path());
    }
    fs::permissions(dir.path() / "closed", fs::perms::owner_all);
    fs::permissions(dir.path() / "unsearchable", fs::perms::owner_all);
    EXPECT_EQ(found, (Lines{"0 problem closed - io", "1 file file - io", "2 file last x ok",
                            "3 file unsearchable/in - io"}));
}

TEST(FolderSource, HeadsHoldSizeAndTimes) {
    const TempDir dir;
    put(dir.path() / "a", "12345");
    const timespec stamps[2] = {{.tv_sec = 1'000'000'000, .tv_nsec = 5'000},
                                {.tv_sec = 1'100'000'000, .tv_nsec = 999'999'999}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (dir.path() / "a").c_str(), stamps, 0), 0);
    auto source = open_at(dir.path());
    ASSERT_TRUE(source);
    const auto items = walk(**source);
    ASSERT_EQ(items.size(), 1U);
    const ItemHead& head = items[0].begin.head;
    EXPECT_EQ(head.size_bytes, 5U);
    EXPECT_EQ(head.state, ItemState::allocated);
    EXPECT_EQ(head.recovery, Recovery::none);
    EXPECT_EQ(head.times.accessed, TimeValue::utc(1'000'000'000, 5));
    EXPECT_EQ(head.times.modified, TimeValue::utc(1'100'000'000, 999'999));
    EXPECT_EQ(head.times.changed.kind, TimeKind::utc);
}

TEST(FolderSource, ReadingDoesNotTouchTheAccessTime) {
    const TempDir dir;
    put(dir.path() / "a", "12345");
    const timespec old[2] = {{.tv_sec = 1'000'000'000, .tv_nsec = 0},
                             {.tv_sec = 1'100'000'000, .tv_nsec = 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (dir.path() / "a").c_str(), old, 0), 0);
    (void)lines_at(dir.path());
    struct stat after{};
    ASSERT_EQ(::stat((dir.path() / "a").c_str(), &after), 0);
    EXPECT_EQ(after.st_atim.tv_sec, 1'000'000'000);
}

// Makes `depth` directories in each other and returns the descriptor of the last.
UniqueFd dig(const fs::path& top, std::size_t depth) {
    UniqueFd at(::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (std::size_t i = 0; i < depth; ++i) {
        EXPECT_EQ(::mkdirat(at.get(), "d", 0700), 0);
        at.reset(::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    return at;
}

void put_in(int directory, const char* name) {
    const UniqueFd file(::openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    EXPECT_TRUE(write_all(file.get(), bytes_of("x")));
}

TEST(FolderSource, ATreeOf2000LevelsIsWalkedAndLeftAgain) {
    const TempDir dir;
    const UniqueFd deepest = dig(dir.path(), 2'000);
    put_in(deepest.get(), "bottom");
    put(dir.path() / "z", "top");
    fs::create_directory(dir.path() / "d/e");
    put(dir.path() / "d/e/beside", "x");
    auto source = open_at(dir.path());
    ASSERT_TRUE(source);
    const auto items = walk(**source);
    ASSERT_EQ(items.size(), 3U);
    EXPECT_EQ(items[0].begin.head.path.size(), std::size_t{2} * 2'000 + std::strlen("bottom"));
    EXPECT_EQ(items[0].content, "x");
    EXPECT_EQ(line_of(items[1]), "1 file d/e/beside x ok");
    EXPECT_EQ(line_of(items[2]), "2 file z top ok");
}

TEST(FolderSource, MoreThan4096LevelsAreALabelledLimit) {
    const TempDir dir;
    put_in(dig(dir.path(), 4'200).get(), "bottom");
    auto source = open_at(dir.path());
    ASSERT_TRUE(source);
    const auto items = walk(**source);
    ASSERT_EQ(items.size(), 1U);
    EXPECT_EQ(items[0].begin.head.kind, ItemKind::problem);
    EXPECT_EQ(items[0].begin.head.error.value().code, Errc::limit_exceeded);
    EXPECT_EQ(items[0].begin.head.path.size(), std::size_t{2} * 4'096 - 1);
}

// 100 levels, of which the walk holds the last 64: the way back must find the rest again.
TEST(FolderSource, ADirectoryMovedDuringTheWalkIsFoundAgainByItsNameOrReported) {
    for (const bool gone : {false, true}) {
        const TempDir dir, aside;
        put_in(dig(dir.path(), 100).get(), "a");
        std::string upper = dir.path().native();
        for (int i = 0; i < 20; ++i) {
            upper += "/d";
        }
        put(upper + "/z", "after");
        auto source = open_at(dir.path());
        ASSERT_TRUE(source);
        auto first = (*source)->next();
        ASSERT_TRUE(first && std::holds_alternative<ItemBegin>(*first));
        fs::rename(upper + "/d", aside.path() / "moved");
        if (gone) {
            fs::rename(upper, aside.path() / "too");
        }
        // Up to the moved one ".." leads on; `upper` itself must be found from the root again.
        Lines rest;
        while (true) {
            auto event = (*source)->next();
            ASSERT_TRUE(event);
            if (std::holds_alternative<SourceEnd>(*event)) {
                break;
            }
            if (const auto* begin = std::get_if<ItemBegin>(&*event)) {
                rest.push_back(fmt::format("{} {}", name(begin->head.kind),
                                           begin->head.error ? name(begin->head.error->code) : ""));
            }
        }
        EXPECT_EQ(rest, gone ? Lines{"problem not_found"} : Lines{"file "});
    }
}

TEST(FolderSource, AResumedWalkTellsExactlyTheRest) {
    const TempDir dir;
    fs::create_directories(dir.path() / "m/n");
    for (const char* path : {"a", "m/b", "m/n/c", "m/n/d", "z"}) {
        put(dir.path() / path, path);
    }
    const Lines all = lines_at(dir.path());
    ASSERT_EQ(all.size(), 5U);
    for (std::size_t first = 0; first <= all.size() + 1; ++first) {
        const std::size_t from = std::min(first, all.size());
        EXPECT_EQ(lines_at(dir.path(), {.first_ordinal = first}),
                  Lines(all.begin() + static_cast<std::ptrdiff_t>(from), all.end()));
    }
}

TEST(FolderSource, OnlyWhatIsAskedForIsOpenedAndTold) {
    const TempDir dir;
    fs::create_directories(dir.path() / "m/n");
    for (const char* path : {"a", "m/b", "m/n/c", "m/n/d", "z"}) {
        put(dir.path() / path, path);
    }
    const Lines all = lines_at(dir.path());
    const Lines wanted{all[1], all[3]};
    EXPECT_EQ(lines_at(dir.path(), {.only = {{1, 2}, {3, 4}}}), wanted);
    EXPECT_EQ(lines_at(dir.path(), {.first_ordinal = 2, .only = {{1, 2}, {3, 4}}}), Lines{all[3]});
    EXPECT_EQ(lines_at(dir.path(), {.only = {{9, 12}}}), Lines{});
}

TEST(FolderSource, TwentyThousandFilesComeOnceEach) {
    const TempDir dir;
    const UniqueFd top(::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (int i = 0; i < 20'000; ++i) {
        const UniqueFd file(::openat(top.get(), fmt::format("{:05}", i).c_str(),
                                     O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    }
    auto source = open_at(dir.path());
    ASSERT_TRUE(source);
    const auto items = walk(**source);
    ASSERT_EQ(items.size(), 20'000U);
    for (std::size_t i = 0; i < items.size(); ++i) {
        ASSERT_EQ(items[i].begin.head.path, fmt::format("{:05}", i));
        ASSERT_EQ(items[i].begin.ordinal, i);
    }
}

// A test cannot mount; /dev has file systems mounted in it on every usual system.
TEST(FolderSource, AMountedFileSystemIsReportedAndNotEntered) {
    struct stat top{};
    ASSERT_EQ(::stat("/dev", &top), 0);
    const Lines found = lines_at("/dev");
    for (const auto& entry : fs::directory_iterator("/dev")) {
        struct stat status{};
        ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
        if (S_ISDIR(status.st_mode) && status.st_dev != top.st_dev) {
            const std::string end =
                fmt::format(" problem {} - skipped", entry.path().filename().native());
            EXPECT_EQ(std::count_if(found.begin(), found.end(),
                                    [&](const std::string& line) { return line.ends_with(end); }),
                      1)
                << end;
        }
    }
}

TEST(FolderSource, AnEmptyFolderEndsWithoutItems) {
    const TempDir dir;
    EXPECT_EQ(lines_at(dir.path()), Lines{});
}

TEST(FolderSource, OneFileIsOneItemUnderItsName) {
    const TempDir dir;
    put(dir.path() / "export.zip", "bytes");
    const ExhibitPlan plan{
        .kind = ExhibitKind::file, .segments = {dir.path() / "export.zip"}, .size_bytes = 5};
    auto source = open_folder(plan, {});
    ASSERT_TRUE(source);
    EXPECT_EQ(lines(walk(**source)), (Lines{"0 file export.zip bytes ok"}));
    auto rest = open_folder(plan, {.first_ordinal = 1});
    ASSERT_TRUE(rest);
    EXPECT_EQ(lines(walk(**rest)), Lines{});
}

TEST(FolderSource, WhatIsNotThereOrNotAFolderIsRefused) {
    const TempDir dir;
    put(dir.path() / "file", "x");
    EXPECT_EQ(error_of(open_at(dir.path() / "none")).code, Errc::not_found);
    EXPECT_EQ(error_of(open_at(dir.path() / "file")).code, Errc::not_found);
    EXPECT_EQ(error_of(open_folder({.kind = ExhibitKind::file, .segments = {dir.path()}}, {})).code,
              Errc::unsupported);
    EXPECT_EQ(
        error_of(open_folder({.kind = ExhibitKind::disk_raw, .segments = {dir.path()}}, {})).code,
        Errc::invalid_argument);
    EXPECT_EQ(error_of(open_folder({.kind = ExhibitKind::folder, .segments = {}}, {})).code,
              Errc::invalid_argument);
}

} // namespace
} // namespace rempart::examine
