// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/frame_runs.hpp"

#include <algorithm>

#include "rempart/recognise/alignment.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

bool continues(const VideoFrame& run, const VideoFrame& frame) {
    const bool both_count =
        (run.quality >= recognise::kMinPdqQuality) == (frame.quality >= recognise::kMinPdqQuality);
    return both_count && frame.from_ms - run.to_ms <= recognise::kRunGapMs &&
           hamming_distance(recognise::PdqHash::from_bytes(run.hashes[0]),
                            recognise::PdqHash::from_bytes(frame.hashes[0])) <= recognise::kRunBits;
}

} // namespace

bool FrameRuns::add(const VideoFrame& frame) {
    if (runs_ == Runs::join && !frames_.empty() && continues(frames_.back(), frame)) {
        frames_.back().to_ms = std::max(frames_.back().to_ms, frame.to_ms);
        return true;
    }
    if (frames_.size() >= max_frames_) {
        return false;
    }
    frames_.push_back(frame);
    return true;
}

} // namespace rempart::media
