// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/examine.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "media/picture_protocol.hpp"
#include "media/video_worker/endings.hpp"
#include "media/video_worker/passes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/text.hpp"
#include "rempart/media/file_type.hpp"

namespace rempart::media {
namespace {

Error cut_message(Error error) {
    error.message = std::string(cut_utf8(to_utf8(error.message), kMaxReasonBytes));
    return error;
}

// One file, opened anew for each pass: nothing of a damaged container lingers.
class Examination {
  public:
    Examination(int descriptor, std::uint64_t size_bytes, FileType type,
                const VideoRequest& request)
        : descriptor_(descriptor), size_bytes_(size_bytes), type_(type), request_(request) {
        looked_.limits = request.limits;
    }

    VideoAnswer run() {
        if (auto done = sample(looked_, facts_.frames); !done) {
            return fail(std::move(done).error());
        }
        if (looked_.decoded_frames == 0) {
            return fail(cut_message(
                looked_.fault.value_or(Error{Errc::truncated, "there is no frame in the file"})));
        }
        if (auto done = sample_within_bars(); !done) {
            return fail(std::move(done).error());
        }
        return finish();
    }

  private:
    [[nodiscard]] Runs runs() const {
        return request_.sampling == Sampling::every_frame ? Runs::keep_apart : Runs::join;
    }

    Result<void> sample(Looked& looked, std::vector<VideoFrame>& out) {
        std::vector<VideoFrame> frames;
        auto done =
            request_.sampling == Sampling::key_frames
                ? sample_key_frames(looked, frames)
                : sample_all(looked, {.only = nullptr, .step_ms = step(), .runs = runs()}, frames);
        out = in_runs(looked, frames);
        return done;
    }

    // The bars are known only when all frames were seen, so the same frames are decoded again. What
    // is wrong with them was said the first time.
    Result<void> sample_within_bars() {
        const auto part = looked_.border.find();
        if (!part || request_.sampling == Sampling::every_frame) {
            return {};
        }
        Looked again;
        again.limits = request_.limits;
        again.part = part;
        if (const auto done = sample(again, facts_.trimmed); !done) { // the first pass stands
            facts_.trimmed.clear();
            if (!facts_.partial) {
                facts_.partial = true;
                facts_.partial_reason = std::string(name(done.error().code)) +
                                        ": the frames could not be read again without bars";
            }
        }
        return {};
    }

    [[nodiscard]] std::int64_t step() const {
        return request_.sampling == Sampling::every_frame ? 0 : kSampleMs;
    }

    [[nodiscard]] Result<Container> open(Packets packets) {
        auto container = Container::open(descriptor_, size_bytes_, type_.id, packets);
        if (container) {
            take_head(*container);
        }
        return container;
    }

    void take_head(const Container& container) {
        const AVCodecParameters& parameters = container.parameters();
        facts_.format = type_.id;
        facts_.width = static_cast<std::uint32_t>(parameters.width);
        facts_.height = static_cast<std::uint32_t>(parameters.height);
        facts_.rotation = looked_.rotation = container.rotation();
        facts_.duration_ms = container.stated_duration_ms();
        facts_.metadata = container.metadata(request_.limits);
    }

    Result<void> sample_key_frames(Looked& looked, std::vector<VideoFrame>& frames) {
        KeyFramePass keys;
        {
            auto container = open(Packets::key_frames);
            if (!container) {
                return fail(std::move(container).error());
            }
            auto decoder =
                Decoder::open(container->parameters(), request_.limits, AVDISCARD_NONKEY);
            if (!decoder) {
                return fail(std::move(decoder).error());
            }
            facts_.codec = decoder->name();
            keys = look_at_key_frames(*container, *decoder, looked);
            frames = std::move(keys.frames);
        }
        if (keys.found_key && keys.long_groups.empty()) {
            return {};
        }
        std::vector<VideoFrame> between;
        auto done = sample_all(looked,
                               {.only = keys.found_key ? &keys.long_groups : nullptr,
                                .step_ms = kSampleMs,
                                .runs = Runs::join},
                               between);
        frames.insert(frames.end(), between.begin(), between.end());
        std::ranges::stable_sort(frames, {}, &VideoFrame::from_ms);
        return done;
    }

    Result<void> sample_all(Looked& looked, const FullPass& pass, std::vector<VideoFrame>& frames) {
        auto container = open(Packets::all);
        if (!container) {
            return fail(std::move(container).error());
        }
        // One frame a second needs none that others do not refer to: they are left out unless
        // every frame is asked for.
        auto decoder = Decoder::open(container->parameters(), request_.limits,
                                     pass.step_ms == 0 ? AVDISCARD_DEFAULT : AVDISCARD_NONREF);
        if (!decoder) {
            return fail(std::move(decoder).error());
        }
        facts_.codec = decoder->name();
        frames = look_at_all(*container, *decoder, pass, looked);
        return {};
    }

    // The frames of both passes together.
    std::vector<VideoFrame> in_runs(Looked& looked, const std::vector<VideoFrame>& frames) {
        FrameRuns joined(runs(), request_.limits.max_frames);
        for (const VideoFrame& frame : frames) {
            if (!joined.add(frame)) {
                looked.note(Errc::limit_exceeded,
                            fmt::format("more than {} frames", request_.limits.max_frames));
                break;
            }
        }
        auto all = joined.take();
        keep_in_order(all);
        return all;
    }

    VideoAnswer finish() {
        facts_.decoded_frames = looked_.decoded_frames;
        facts_.contact_sheet = looked_.sheet.finish();
        if (facts_.contact_sheet.size() > kMaxContactSheetBytes) {
            facts_.contact_sheet.clear();
        }
        if (video_ends_early(descriptor_, size_bytes_, type_.id)) {
            looked_.note(Errc::truncated, "the container states more bytes than there are");
        }
        if (looked_.fault) {
            facts_.partial = true;
            facts_.partial_reason =
                cut_message({looked_.fault->code, fmt::format("{}: {}", name(looked_.fault->code),
                                                              looked_.fault->message)})
                    .message;
        }
        return std::move(facts_);
    }

    // A run of key frames may end behind the first frame that was found between two of them.
    void keep_in_order(std::vector<VideoFrame>& frames) {
        std::int64_t last_ms = 0;
        for (VideoFrame& frame : frames) {
            frame.from_ms = std::max(frame.from_ms, last_ms);
            frame.to_ms = std::max(frame.to_ms, frame.from_ms);
            last_ms = frame.to_ms;
        }
        facts_.duration_ms = std::max(facts_.duration_ms, last_ms);
    }

    int descriptor_;
    std::uint64_t size_bytes_;
    FileType type_;
    const VideoRequest& request_;
    Looked looked_;
    VideoFacts facts_;
};

} // namespace

VideoAnswer examine_video(int descriptor, const VideoRequest& request) {
    const auto size = size_of(descriptor);
    if (!size) {
        return fail(size.error());
    }
    if (*size == 0) {
        return fail(Errc::truncated, "the file is empty");
    }
    if (*size > request.limits.max_file_bytes) {
        return fail(Errc::limit_exceeded, fmt::format("the file has {} bytes, limit {}", *size,
                                                      request.limits.max_file_bytes));
    }
    Bytes head(std::min<std::uint64_t>(*size, kTypeHeadBytes));
    const auto got = read_at(descriptor, 0, head);
    if (!got) {
        return fail(got.error());
    }
    const FileType type = detect_type(ByteView(head).first(*got));
    if (type.family != FileFamily::video) {
        return fail(Errc::malformed, "not the bytes of a video of a known format");
    }
    auto answer = Examination(descriptor, *size, type, request).run();
    return answer ? std::move(answer) : fail(cut_message(std::move(answer).error()));
}

Result<void> start_video_decoders() {
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(std::size_t{512} << 20);
    if (auto found = check_decoders(); !found) {
        return found;
    }
    const std::vector<std::uint8_t> grey(std::size_t{64} * 64, 128);
    if (encode_grey_picture(grey, 64, 64).empty()) {
        return fail(Errc::unsupported, "FFmpeg here writes no JPEG");
    }
    return {};
}

} // namespace rempart::media
