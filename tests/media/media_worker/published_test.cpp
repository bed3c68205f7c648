// SPDX-License-Identifier: Apache-2.0
// The whole way from a file to its hashes against the hashes that others published.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "media/media_worker/examine.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/recognise/pdq_hash.hpp"
#include "support/files.hpp"
#include "support/pdq_published.hpp"
#include "support/result.hpp"

namespace rempart::media {
namespace {

using recognise::PdqHash;

class Published : public testing::Test {
  protected:
    void SetUp() override {
        const char* shared = std::getenv("REMPART_SHARED");
        folder_ = (shared != nullptr ? std::filesystem::path(shared) : kSourceDir / "../shared") /
                  "samples/pdq";
        if (!std::filesystem::exists(folder_)) {
            GTEST_SKIP() << folder_ << " is not here";
        }
    }
    // The hash of one orientation of one variant of the file under samples/pdq.
    PdqHash hash(std::string_view path, std::string_view variant, std::size_t orientation = 0) {
        std::ifstream stream(folder_ / path, std::ios::binary);
        const std::string file(std::istreambuf_iterator<char>(stream), {});
        const auto facts =
            examine_picture(bytes_of(file), {.limits = {}, .work_bytes = 512U << 20});
        EXPECT_TRUE(facts) << path;
        for (const RawFingerprint& fingerprint : facts ? facts->fingerprints : kNone) {
            if (fingerprint.variant == variant) {
                return PdqHash::from_bytes(
                    std::span<const std::byte, 32>(fingerprint.orientations.at(orientation)));
            }
        }
        ADD_FAILURE() << path << " has no " << variant;
        return {};
    }

  private:
    inline static const std::vector<RawFingerprint> kNone;
    std::filesystem::path folder_;
};

TEST_F(Published, EachHashIsReproducedWithinTwoBitsByTheReferencesWay) {
    for (const PublishedPdq& published : kPublishedPdq) {
        const auto expected = PdqHash::from_hex(published.hex);
        ASSERT_TRUE(expected);
        EXPECT_LE(hamming_distance(hash(published.path, "nearest512"), *expected), 2)
            << published.path;
    }
}

TEST_F(Published, TheFullPlaneIsWithinTwentyEightBitsOfEach) {
    for (const PublishedPdq& published : kPublishedPdq) {
        const auto expected = PdqHash::from_hex(published.hex);
        ASSERT_TRUE(expected);
        EXPECT_LE(hamming_distance(hash(published.path, "full"), *expected), kPublishedFullBits)
            << published.path;
    }
}

TEST_F(Published, TheEightDerivedOrientationsMatchTheReallyTurnedFiles) {
    for (std::size_t i = 0; i < kPublishedOrientations.size(); ++i) {
        const PdqHash turned = hash(kPublishedOrientations[i].path, "nearest512");
        const PdqHash derived = hash(kPublishedOrientations[0].path, "nearest512", i);
        EXPECT_LE(hamming_distance(turned, derived), kPublishedOrientations[i].derived_bits + 2)
            << kPublishedOrientations[i].path;
    }
}

} // namespace
} // namespace rempart::media
