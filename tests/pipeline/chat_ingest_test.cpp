// SPDX-License-Identifier: Apache-2.0
#include "pipeline/chat_ingest.hpp"

#include <gtest/gtest.h>

namespace rempart::pipeline {
namespace {

TEST(ResolveAttachment, LiesInTheFolderOfTheExportOrBelow) {
    EXPECT_EQ(resolve_attachment("result.json", "photos/a.jpg"), "photos/a.jpg");
    EXPECT_EQ(resolve_attachment("x/y/result.json", "photos/a.jpg"), "x/y/photos/a.jpg");
    EXPECT_EQ(resolve_attachment("chat.zip!result.json", "a.jpg"), "chat.zip!a.jpg");
    EXPECT_EQ(resolve_attachment("d/chat.zip!e/result.json", "a.jpg"), "d/chat.zip!e/a.jpg");
    EXPECT_EQ(resolve_attachment("chat.tar!/result.json", "a.jpg"), "chat.tar!/a.jpg");
}

TEST(ResolveAttachment, NothingLeavesThatFolder) {
    for (const char* claimed :
         {"", "/etc/passwd", "../a", "a/../../b", "a//b", "./a", "a/", "..", "."}) {
        const std::string path = resolve_attachment("x/result.json", claimed);
        EXPECT_TRUE(path.empty() || path == "x/a") << claimed << " gives " << path;
    }
}

} // namespace
} // namespace rempart::pipeline
