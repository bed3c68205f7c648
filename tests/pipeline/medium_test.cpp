// SPDX-License-Identifier: Apache-2.0
#include "pipeline/medium.hpp"

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::pipeline {
namespace {

const std::string kMd5(32, 'a');
const std::string kSha256(64, 'b');

MediumFacts facts() {
    MediumFacts facts;
    facts.md5 = kMd5;
    facts.sha256 = kSha256;
    return facts;
}

TEST(MediumVerdict, NothingStatedIsNotVerified) {
    EXPECT_EQ(verdict_on(facts(), ""), "nothing-to-compare");
}

TEST(MediumVerdict, EveryStatedDigestMustHold) {
    MediumFacts medium = facts();
    medium.stored_md5 = kMd5;
    EXPECT_EQ(verdict_on(medium, ""), "verified");
    EXPECT_EQ(verdict_on(medium, "sha256:" + kSha256), "verified");
    EXPECT_EQ(verdict_on(medium, "sha256:" + std::string(64, 'c')), "failed");
    medium.stored_md5 = std::string(32, 'c');
    EXPECT_EQ(verdict_on(medium, "sha256:" + kSha256), "failed");
}

TEST(MediumVerdict, AnUnreadableBlockFailsWhateverTheDigestsSay) {
    MediumFacts medium = facts();
    medium.stored_md5 = kMd5;
    medium.unread = {{512, 1}};
    EXPECT_EQ(verdict_on(medium, ""), "failed");
}

TEST(AcquiredHash, IsAnAlgorithmAndAsManyDigitsAsItHas) {
    EXPECT_EQ(checked_acquired_hash("SHA256:" + std::string(64, 'B')).value_or(""),
              "sha256:" + kSha256);
    for (const std::string& text :
         {std::string(), std::string("sha256"), "sha256:" + kMd5, "pdq:" + kSha256, "ed2k:" + kMd5,
          "sha256:" + std::string(64, 'g'), kSha256}) {
        EXPECT_EQ(error_of(checked_acquired_hash(text)).code, Errc::invalid_argument) << text;
    }
}

} // namespace
} // namespace rempart::pipeline
