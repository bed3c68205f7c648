// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_status.hpp"

#include <cerrno>
#include <memory>

#include <gtest/gtest.h>

#include "walking.hpp"

namespace rempart::examine {
namespace {

std::string message_for(const char* words) {
    const std::unique_ptr<archive, decltype(&archive_read_free)> reader(archive_read_new(),
                                                                        archive_read_free);
    const UniqueFd file = memory_file("12345");
    const Alive alive = no_heartbeat;
    const ArchiveInput input(file.get(), 5, alive);
    archive_set_error(reader.get(), EIO, "%s", words);
    return error_of_status(reader.get(), ARCHIVE_FATAL, input).message;
}

TEST(ArchiveStatus, TheWordsOfTheLibraryAreQuotedWithoutTheirLineBreak) {
    EXPECT_EQ(message_for("Bad block\n"), "damaged at byte 0 of 5 (Bad block)");
    EXPECT_EQ(message_for("Bad block \r\n\n"), "damaged at byte 0 of 5 (Bad block)");
    EXPECT_EQ(message_for("Bad block"), "damaged at byte 0 of 5 (Bad block)");
    EXPECT_EQ(message_for("two\nlines\n"), "damaged at byte 0 of 5 (two\\u{a}lines)");
    EXPECT_EQ(message_for("\n"), "damaged at byte 0 of 5");
}

} // namespace
} // namespace rempart::examine
