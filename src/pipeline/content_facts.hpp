// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// From digests and a descriptor to the facts of a content: type, picture or video, fingerprints,
/// hits.

#include <vector>

#include "pipeline/context.hpp"
#include "rempart/media/file_type.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::pipeline {

struct KnownBytes {
    recognise::Digests digests;
    std::uint64_t size_bytes = 0;
    media::FileType type;
    int descriptor = -1; ///< Of the whole content; -1 if it was not kept, then nothing is decoded.
    bool is_too_large = false; ///< Which is why it was not kept.
};

/// Fills `finished.content` and `finished.hits`. Decodes a picture or video unless it was examined
/// before. Thread-safe; may wait for a free media worker.
[[nodiscard]] Result<void> learn(const Context& context, const KnownBytes& bytes,
                                 Finished& finished);

} // namespace rempart::pipeline
