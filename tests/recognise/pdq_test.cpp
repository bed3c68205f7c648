// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/pdq.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <random>
#include <utility>

#include <gtest/gtest.h>

#include "recognise/pdq_plain.hpp"
#include "recognise/planes.hpp"

namespace rempart::recognise {
namespace {

struct Size {
    std::uint32_t width;
    std::uint32_t height;
};

// The smallest, window steps, primes, odd ones, long ones, both sides of 512.
constexpr std::array kSizes{Size{64, 64},   Size{1'600, 1'100}, Size{65, 64},   Size{127, 129},
                            Size{128, 128}, Size{131, 257},     Size{200, 150}, Size{384, 385},
                            Size{512, 512}, Size{513, 512},     Size{512, 513}, Size{640, 480},
                            Size{997, 643}, Size{64, 5'000},    Size{1'283, 77}};

// Of a coefficient, in luma: how far the rounding of the reference's own sums moves it at most in
// these pictures. A bit whose coefficient is this near to the median is noise in the reference too.
constexpr float kReferenceNoise = 0.02F;

TEST(PdqRows, IsTheDefinitionToTheLastBitForEveryPatternSizeAndVariant) {
    for (const Size size : kSizes) {
        for (const Pattern pattern : kPatterns) {
            const Plane plane = make_plane(pattern, size.width, size.height, 7);
            for (const PdqVariant variant : kPdqVariants) {
                const auto expected =
                    pdq_plain<double>(plane.floats(), size.width, size.height, variant);
                const auto got = pdq_of_plane(plane.luma, size.width, size.height, variant);
                EXPECT_EQ(got, expected.fingerprint)
                    << size.width << 'x' << size.height << ' '
                    << kPatternNames[static_cast<std::size_t>(pattern)] << ' ' << name(variant);
            }
        }
    }
}

// The reference adds up in single precision and so rounds, a little differently from compiler to
// compiler. Where a picture decides its bits (no ties), that must not show at all.
TEST(PdqRows, IsZeroBitsFromTheReferencesArithmeticWhereThePictureDecides) {
    std::size_t pictures = 0;
    for (const Size size : kSizes) {
        for (const Pattern pattern :
             {Pattern::noise, Pattern::waves, Pattern::shapes, Pattern::rings}) {
            const Plane plane = make_plane(pattern, size.width, size.height, 1);
            const auto variant = kPdqVariants[pictures % kPdqVariants.size()];
            const auto expected =
                pdq_plain<float>(plane.floats(), size.width, size.height, variant).fingerprint;
            const auto got = pdq_of_plane(plane.luma, size.width, size.height, variant);
            EXPECT_EQ(got.hashes, expected.hashes)
                << size.width << 'x' << size.height << ' '
                << kPatternNames[static_cast<std::size_t>(pattern)];
            EXPECT_NEAR(got.quality, expected.quality, 1);
            ++pictures;
        }
    }
    EXPECT_EQ(pictures, kSizes.size() * 4);
}

// Stripes, checks, flat and slowly changing planes have coefficients that are equal or zero: the
// reference's bits there are its rounding errors, and may differ from ours only there.
TEST(PdqRows, DiffersFromTheReferencesArithmeticOnlyInBitsThatItsRoundingDecides) {
    for (const Size size : kSizes) {
        for (const Pattern pattern :
             {Pattern::gradient, Pattern::stripes, Pattern::checks, Pattern::flat}) {
            const Plane plane = make_plane(pattern, size.width, size.height, 9);
            const auto expected =
                pdq_plain<float>(plane.floats(), size.width, size.height, PdqVariant::full);
            const auto got =
                pdq_of_plane(plane.luma, size.width, size.height, PdqVariant::full).hash();
            for (int bit = 0; bit < PdqHash::kBits; ++bit) {
                const float value = expected.coefficients[static_cast<std::size_t>(bit)];
                if (std::abs(value - expected.median) > kReferenceNoise) {
                    EXPECT_EQ(got.bit(bit), expected.fingerprint.hash().bit(bit))
                        << size.width << 'x' << size.height << ' '
                        << kPatternNames[static_cast<std::size_t>(pattern)] << ' ' << bit;
                }
            }
        }
    }
}

TEST(PdqRows, IsTheDefinitionAtTwelveMegapixels) {
    const Plane plane = make_plane(Pattern::shapes, 4'000, 3'000, 2);
    const auto luma = plane.floats();
    for (const PdqVariant variant : kPdqVariants) {
        const auto got = pdq_of_plane(plane.luma, 4'000, 3'000, variant);
        EXPECT_EQ(got.hashes, pdq_plain<float>(luma, 4'000, 3'000, variant).fingerprint.hashes);
        EXPECT_GE(got.quality, kMinPdqQuality);
    }
}

TEST(PdqRows, RowsOfWholeFloatsGiveWhatRowsOfBytesGive) {
    const Plane plane = make_plane(Pattern::waves, 731, 353, 3);
    const auto luma = plane.floats();
    for (const PdqVariant variant : kPdqVariants) {
        PdqRows rows(plane.width, plane.height, variant);
        for (std::size_t y = 0; y < plane.height; ++y) {
            if (y % 3 == 0) { // a mixture is allowed too
                rows.add_row(std::span(plane.luma).subspan(y * plane.width, plane.width));
            } else {
                rows.add_row(std::span(luma).subspan(y * plane.width, plane.width));
            }
        }
        EXPECT_EQ(rows.finish(), pdq_of_plane(plane.luma, plane.width, plane.height, variant));
    }
}

TEST(PdqRows, FractionsOfLumaCount) {
    const Plane plane = make_plane(Pattern::shapes, 300, 200, 4);
    auto luma = plane.floats();
    for (std::size_t i = 0; i < luma.size(); ++i) {
        luma[i] = luma[i] * 0.9F + static_cast<float>(i % 7) / 7;
    }
    PdqRows rows(300, 200, PdqVariant::full);
    for (std::size_t y = 0; y < 200; ++y) {
        rows.add_row(std::span<const float>(luma).subspan(y * 300, 300));
    }
    EXPECT_EQ(rows.finish(), pdq_plain<float>(luma, 300, 200, PdqVariant::full).fingerprint);
}

TEST(PdqRows, MissingRowsCountAsMidGreyAndSurplusRowsNotAtAll) {
    Plane plane = make_plane(Pattern::shapes, 600, 400, 5);
    for (const PdqVariant variant : kPdqVariants) {
        PdqRows cut(600, 400, variant);
        for (std::size_t y = 0; y < 250; ++y) {
            cut.add_row(std::span<const std::uint8_t>(plane.luma).subspan(y * 600, 600));
        }
        std::fill(plane.luma.begin() + std::ptrdiff_t{250} * 600, plane.luma.end(), 128);
        const auto expected = pdq_of_plane(plane.luma, 600, 400, variant);
        EXPECT_EQ(cut.finish(), expected);
        EXPECT_EQ(cut.finish(), expected); // asking twice changes nothing
        cut.add_row(std::span<const std::uint8_t>(plane.luma).first(600));
        EXPECT_EQ(cut.finish(), expected);
    }
}

TEST(PdqRows, TheOtherVariantsAreTheFullPlaneUpTo512OnBothSidesOnly) {
    for (const PdqVariant variant : {PdqVariant::nearest512, PdqVariant::smooth512}) {
        const auto differ = [variant](std::uint32_t width, std::uint32_t height) {
            const Plane plane = make_plane(Pattern::noise, width, height, 6);
            return pdq_of_plane(plane.luma, width, height, PdqVariant::full) !=
                   pdq_of_plane(plane.luma, width, height, variant);
        };
        EXPECT_FALSE(differ(512, 512));
        EXPECT_FALSE(differ(300, 64));
        EXPECT_TRUE(differ(513, 300));
        EXPECT_TRUE(differ(300, 513));
    }
}

TEST(PdqRows, ACopyGoesOnByItself) {
    const Plane plane = make_plane(Pattern::shapes, 700, 600, 5);
    for (const PdqVariant variant : kPdqVariants) {
        PdqRows rows(700, 600, variant);
        std::optional<PdqRows> copy;
        for (std::size_t y = 0; y < 600; ++y) {
            if (y == 250) {
                copy = rows;
            }
            rows.add_row(std::span(plane.luma).subspan(y * 700, 700));
        }
        const auto whole = rows.finish();
        EXPECT_NE(copy->finish(), whole); // mid grey from row 250 on
        for (std::size_t y = 250; y < 600; ++y) {
            copy->add_row(std::span(plane.luma).subspan(y * 700, 700));
        }
        EXPECT_EQ(rows.finish(), whole);
        EXPECT_EQ(whole, pdq_of_plane(plane.luma, 700, 600, variant));
    }
}

// A mosaic, a scan of cloth or a test card says nothing about which one it is.
TEST(Quality, IsNoneForPlanesThatAreASumOfRowsAndColumns) {
    for (const Pattern pattern : {Pattern::stripes, Pattern::checks, Pattern::gradient}) {
        for (std::uint32_t seed = 0; seed < 8; ++seed) {
            const Plane plane = make_plane(pattern, 640, 480 + 7 * seed, seed);
            for (const PdqVariant variant : kPdqVariants) {
                const auto print = pdq_of_plane(plane.luma, plane.width, plane.height, variant);
                EXPECT_LT(print.quality, kMinPdqQuality)
                    << kPatternNames[static_cast<std::size_t>(pattern)] << ' ' << seed;
            }
        }
    }
}

TEST(Quality, OfAPlaidIsNoneThoughItsGradientsAreSteep) {
    std::mt19937 rng(11);
    for (int cloth = 0; cloth < 16; ++cloth) {
        std::array<std::vector<std::uint8_t>, 2> threads; // down and across
        for (auto& colours : threads) {
            while (colours.size() < 800) {
                colours.insert(colours.end(), 10 + rng() % 70,
                               static_cast<std::uint8_t>(rng() % 256));
            }
        }
        std::vector<std::uint8_t> luma;
        for (std::size_t y = 0; y < 600; ++y) {
            for (std::size_t x = 0; x < 800; ++x) {
                luma.push_back(static_cast<std::uint8_t>((threads[0][x] + threads[1][y]) / 2));
            }
        }
        const auto plain = pdq_plain<double>(std::vector<float>(luma.begin(), luma.end()), 800, 600,
                                             PdqVariant::full);
        EXPECT_GE(plain.gradients, 90);
        EXPECT_EQ(pdq_of_plane(luma, 800, 600, PdqVariant::full).quality, 0) << plain.decided_bits;
    }
}

TEST(Quality, IsTheReferencesForPicturesThatDecideTheirBits) {
    for (const Pattern pattern : {Pattern::shapes, Pattern::noise, Pattern::waves}) {
        const Plane plane = make_plane(pattern, 640, 480, 3);
        const auto plain = pdq_plain<double>(plane.floats(), 640, 480, PdqVariant::full);
        EXPECT_GT(plain.gradients, 0);
        EXPECT_EQ(pdq_of_plane(plane.luma, 640, 480, PdqVariant::full).quality, plain.gradients)
            << kPatternNames[static_cast<std::size_t>(pattern)] << ' ' << plain.decided_bits;
    }
}

// Turning the pixels and turning the hash are different ways to the same thing. They are not equal
// bit for bit: the filter's windows do not lie symmetrically (0 to 18 bits on the reference suite's
// photo of a bridge).
TEST(PdqRows, OrientationsFollowTheTurnedPixels) {
    const Plane plane = make_plane(Pattern::shapes, 512, 512, 8);
    const auto fingerprint = pdq_of_plane(plane.luma, 512, 512, PdqVariant::full);
    const auto turned = [&](Orientation orientation) {
        Plane out{512, 512, std::vector<std::uint8_t>(plane.luma.size())};
        for (std::size_t y = 0; y < 512; ++y) {
            for (std::size_t x = 0; x < 512; ++x) {
                const std::size_t u = 511 - x;
                const std::size_t v = 511 - y;
                std::size_t from = y * 512 + x;
                switch (orientation) {
                case Orientation::original: break;
                case Orientation::rotate90: from = x * 512 + v; break;
                case Orientation::rotate180: from = v * 512 + u; break;
                case Orientation::rotate270: from = u * 512 + y; break;
                case Orientation::flip_x: from = v * 512 + x; break;
                case Orientation::flip_y: from = y * 512 + u; break;
                case Orientation::flip_plus1: from = x * 512 + y; break;
                case Orientation::flip_minus1: from = u * 512 + v; break;
                }
                out.luma[y * 512 + x] = plane.luma[from];
            }
        }
        return pdq_of_plane(out.luma, 512, 512, PdqVariant::full).hash();
    };
    for (std::size_t k = 0; k < kOrientations; ++k) {
        const auto orientation = static_cast<Orientation>(k);
        const PdqHash really = turned(orientation);
        for (std::size_t other = 0; other < kOrientations; ++other) {
            const int distance = hamming_distance(fingerprint.hashes[other], really);
            if (other == k) {
                EXPECT_LE(distance, 24) << name(orientation);
            } else {
                EXPECT_GT(distance, 60) << name(orientation) << ' ' << other;
            }
        }
    }
}

TEST(LumaOfRgb, IsTheReferencesWeightedSumInItsOrder) {
    const std::vector<std::uint8_t> rgb{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 12, 34, 56};
    std::vector<float> luma(5);
    luma_of_rgb(rgb, luma);
    EXPECT_EQ(luma[0], 0.299F * 255);
    EXPECT_EQ(luma[1], 0.587F * 255);
    EXPECT_EQ(luma[2], 0.114F * 255);
    EXPECT_NEAR(luma[3], 255, 1e-4);
    EXPECT_EQ(luma[4], 0.299F * 12 + 0.587F * 34 + 0.114F * 56);
}

TEST(PdqNames, ReadBackAndOthersDoNot) {
    for (std::size_t k = 0; k < kOrientations; ++k) {
        EXPECT_EQ(orientation_named(name(static_cast<Orientation>(k))),
                  static_cast<Orientation>(k));
    }
    EXPECT_FALSE(orientation_named("rotate45"));
    EXPECT_EQ(name(PdqVariant::full), "full");
    EXPECT_EQ(name(PdqVariant::nearest512), "nearest512");
}

} // namespace
} // namespace rempart::recognise
