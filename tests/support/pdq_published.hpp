// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What others published about the reference suite's photo of a bridge.
///
/// Source: github.com/facebook/ThreatExchange at baefb4ed,
/// pdq/wasm/test/TestData/PDQMD5TestData.csv (the rows of bridge-mods) and
/// pdq/data/reg-test-input/dih. The pictures themselves are not part of this project: tests find
/// them through REMPART_SHARED, under samples/pdq.

#include <array>
#include <string_view>

namespace rempart {

struct PublishedPdq {
    std::string_view path; ///< Under samples/pdq.
    std::string_view hex;
    /// How far the nearest512 variant may be, in bits: of the JPEG's own luma plane, and of luma
    /// computed from its RGB pixels as the reference does. They round differently, and only RGB is
    /// clipped, which shows in the picture that was sharpened until it clips.
    int grey_bits;
    int rgb_bits;
};

/// The full variant is a different hash by design: this far from any of them at most.
inline constexpr int kPublishedFullBits = 28;

inline constexpr std::array kPublishedPdq{
    PublishedPdq{"bridge-mods/aaa-orig.jpg",
                 "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/blur-a-little.jpg",
                 "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/blur-a-lot.jpg",
                 "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/high-contrast.jpg",
                 "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/high-saturation.jpg",
                 "d8f8f0cee0f4a84f0637022a038f67f0b36e2ed596631e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/sharpen-a-little.jpg",
                 "d8f8f0cee0f4a84f0e370222038f67f0b36e2ed596231e1d33e6b39c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/sharpen-a-lot.jpg",
                 "d0f8f0cec0f4a84f0e370a22338f67f0b36a2ef596231e1d72e6a39c4e9c9b22", 4, 2},
    PublishedPdq{"bridge-mods/shrink-a-little.jpg",
                 "d8f8f0cee0f4a84f0e370a22038f67f0b36e2ed596621e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/shrink-a-lot.jpg",
                 "d0f8f1ccc0f4a84d0a370a3a228f67f0b36e2ed5b6623e1d33e6339c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/square-128x128.jpg",
                 "d8f8f1eec0f4a84f0e37022a078f63f0b36e2ed596621e1d33e6239c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/square-256x256.jpg",
                 "d8f8f0cec4f4a84f0637022a078f67f0b36e2ee5b6621e1d33e6239c4e9c9b22", 2, 2},
    PublishedPdq{"bridge-mods/square-512x512.jpg",
                 "d8f8f0cec0f4a84f0637022a278f67f0b36e2ed596621e1d33e6339c4e9c9b22", 2, 2},
};

/// The photo really turned and mirrored, in the order of recognise::Orientation, and how far the
/// orientations that are derived from the first file's nearest512 hash are from the hashes of these
/// files: exactly so many bits, by the reference program as by ours.
struct PublishedOrientation {
    std::string_view path;
    int derived_bits;
};
inline constexpr std::array kPublishedOrientations{
    PublishedOrientation{"dih/bridge-1-original.jpg", 0},
    PublishedOrientation{"dih/bridge-2-rotate-90.jpg", 14},
    PublishedOrientation{"dih/bridge-3-rotate-180.jpg", 18},
    PublishedOrientation{"dih/bridge-4-rotate-270.jpg", 8},
    PublishedOrientation{"dih/bridge-5-flipx.jpg", 8},
    PublishedOrientation{"dih/bridge-6-flipy.jpg", 14},
    PublishedOrientation{"dih/bridge-7-flip-plus-1.jpg", 0},
    PublishedOrientation{"dih/bridge-8-flip-minus-1.jpg", 18},
};

} // namespace rempart
