// SPDX-License-Identifier: Apache-2.0
#include "media/video_worker/passes.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "media/video_worker/luma_rows.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

std::int64_t time_of(const Container& container, const AVPacket& packet, std::int64_t otherwise) {
    const auto shown = container.milliseconds(packet.pts);
    const auto decoded = shown ? shown : container.milliseconds(packet.dts);
    return std::max<std::int64_t>(decoded.value_or(otherwise), 0);
}

// The packets of one pass, with the faults that end it.
class PacketWalk {
  public:
    PacketWalk(Container& container, Looked& looked)
        : container_(container), looked_(looked), packet_(av_packet_alloc()) {}

    [[nodiscard]] const AVPacket* next() {
        if (!packet_ || !looked_.has_budget() || ++packets_ > looked_.limits.max_packets) {
            looked_.note(Errc::limit_exceeded,
                         fmt::format("behind {} packets and {} decoded pixels", packets_,
                                     looked_.decoded_pixels));
            return nullptr;
        }
        switch (container_.next(*packet_)) {
        case Container::Read::packet: return packet_.get();
        case Container::Read::damaged:
            looked_.note(
                container_.medium_failed() ? Errc::io : Errc::damaged,
                fmt::format("the container cannot be read on behind packet {}", packets_ - 1));
            return nullptr;
        case Container::Read::end: return nullptr;
        }
        return nullptr;
    }

  private:
    Container& container_;
    Looked& looked_;
    PacketPointer packet_;
    std::uint64_t packets_ = 0;
};

} // namespace

std::optional<VideoFrame> Looked::hash(const AVFrame& frame, std::int64_t at_ms) {
    ++decoded_frames;
    decoded_pixels +=
        static_cast<std::uint64_t>(frame.width) * static_cast<std::uint64_t>(frame.height);
    auto rows = LumaRows::of(frame);
    if (!rows) {
        note(rows.error().code, rows.error().message);
        return std::nullopt;
    }
    if (std::min(rows->width(), rows->height()) < recognise::kMinPictureSide) {
        return std::nullopt;
    }
    recognise::PdqRows pdq(rows->width(), rows->height(), recognise::PdqVariant::full);
    for (std::uint32_t y = 0; y < rows->height(); ++y) {
        pdq.add_row(rows->row(y));
    }
    const recognise::PdqFingerprint print = pdq.finish();
    VideoFrame out;
    out.from_ms = out.to_ms = at_ms;
    out.quality = print.quality;
    for (std::size_t i = 0; i < print.hashes.size(); ++i) {
        out.hashes[i] = print.hashes[i].to_bytes();
    }
    const bool is_clear = print.quality >= recognise::kMinPdqQuality;
    if (sheet.wants(print.hash(), is_clear)) {
        Tile tile(rows->width(), rows->height());
        for (std::uint32_t y = 0; y < rows->height(); ++y) {
            tile.add_row(rows->row(y));
        }
        tile.turn(rotation);
        sheet.add(at_ms, print.hash(), is_clear, std::move(tile));
    }
    return out;
}

KeyFramePass look_at_key_frames(Container& container, Decoder& decoder, Looked& looked) {
    KeyFramePass pass;
    FrameRuns runs(Runs::join, looked.limits.max_frames);
    PacketWalk walk(container, looked);
    std::int64_t last_key_ms = 0;
    std::optional<std::int64_t> last_decoded_ms;
    while (const AVPacket* packet = walk.next()) {
        const std::int64_t at_ms =
            std::max(time_of(container, *packet, pass.last_ms), pass.last_ms);
        if ((packet->flags & AV_PKT_FLAG_KEY) == 0) {
            pass.last_ms = at_ms;
            continue;
        }
        if (pass.found_key && at_ms - last_key_ms > kMaxGapMs) {
            pass.long_groups.insert(last_key_ms);
        }
        pass.found_key = true;
        last_key_ms = pass.last_ms = at_ms;
        if (last_decoded_ms && at_ms - *last_decoded_ms < kSampleMs) {
            continue;
        }
        last_decoded_ms = at_ms;
        // Each alone: flushed out at once, and forgotten, so that none waits for its neighbours.
        bool is_first = true;
        const auto take = [&](const AVFrame& frame) {
            if (!std::exchange(is_first, false)) {
                return;
            }
            const auto hashed = looked.hash(frame, at_ms);
            if (hashed && !runs.add(*hashed)) {
                looked.note(Errc::limit_exceeded,
                            fmt::format("more than {} frames", looked.limits.max_frames));
            }
        };
        const bool sound = decoder.decode(packet, take);
        if (!decoder.decode(nullptr, take) || !sound) {
            looked.note(Errc::damaged,
                        fmt::format("the key frame at {:.3f} s does not decode whole",
                                    static_cast<double>(at_ms) / 1000));
        }
        decoder.forget();
    }
    const std::int64_t end_ms = std::max(container.stated_duration_ms(), pass.last_ms);
    if (pass.found_key && (end_ms - last_key_ms > kMaxGapMs || end_ms == last_key_ms)) {
        pass.long_groups.insert(last_key_ms);
    }
    pass.frames = runs.take();
    return pass;
}

std::vector<VideoFrame> look_at_all(Container& container, Decoder& decoder, const FullPass& pass,
                                    Looked& looked) {
    FrameRuns runs(pass.runs, looked.limits.max_frames);
    PacketWalk walk(container, looked);
    bool is_inside = pass.only == nullptr;
    bool is_full = false;
    std::int64_t packet_ms = 0, frame_ms = 0;
    std::optional<std::int64_t> last_taken_ms;
    const auto take = [&](const AVFrame& frame) {
        frame_ms = std::max(container.milliseconds(frame.best_effort_timestamp).value_or(frame_ms),
                            frame_ms);
        looked.decoded_pixels +=
            static_cast<std::uint64_t>(frame.width) * static_cast<std::uint64_t>(frame.height);
        if (last_taken_ms && frame_ms - *last_taken_ms < pass.step_ms) {
            return;
        }
        last_taken_ms = frame_ms;
        const auto hashed = looked.hash(frame, frame_ms);
        if (hashed && !runs.add(*hashed)) {
            is_full = true;
            looked.note(Errc::limit_exceeded,
                        fmt::format("more than {} frames", looked.limits.max_frames));
        }
    };
    const auto give = [&](const AVPacket* packet) {
        if (!decoder.decode(packet, take)) {
            looked.note(Errc::damaged, fmt::format("what stands at {:.3f} s does not decode whole",
                                                   static_cast<double>(packet_ms) / 1000));
        }
    };
    while (const AVPacket* packet = is_full ? nullptr : walk.next()) {
        packet_ms = std::max(time_of(container, *packet, packet_ms), packet_ms);
        if (pass.only != nullptr && (packet->flags & AV_PKT_FLAG_KEY) != 0) {
            const bool was_inside = is_inside;
            is_inside = pass.only->contains(packet_ms);
            if (was_inside) {
                give(nullptr);
                decoder.forget();
            }
        }
        if (is_inside) {
            give(packet);
        }
    }
    give(nullptr);
    return runs.take();
}

} // namespace rempart::media
