// SPDX-License-Identifier: Apache-2.0
#include "media/variant_names.hpp"

#include <gtest/gtest.h>

namespace rempart::media {
namespace {

TEST(VariantNames, AreThoseThatAWorkerGivesAndNoOthers) {
    for (const char* name : {"full", "nearest512", "smooth512", "trimmed", "uncaptioned",
                             "full-unoriented", "smooth512-unoriented", "nearest512-on-black",
                             "full-frame1", "smooth512-frame10000000"}) {
        EXPECT_TRUE(is_variant_name(name)) << name;
    }
    for (const char* name :
         {"", "Full", "full ", "full-", "full-frame", "full-frame0", "full-frame02", "full-frame-2",
          "full-frame10000001", "full-frame99999999999", "full-frame2-unoriented",
          "trimmed-unoriented", "uncaptioned-frame2", "half", "full-on-white"}) {
        EXPECT_FALSE(is_variant_name(name)) << name;
    }
    EXPECT_TRUE(is_variant_name("full" + frame_suffix(7)));
}

} // namespace
} // namespace rempart::media
