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

void Looked::pass_over(const AVFrame& frame) {
    decoded_pixels +=
        static_cast<std::uint64_t>(frame.width) * static_cast<std::uint64_t>(frame.height);
}

namespace {

// The hashes of what lies in `box`; `see` gets each whole row of it.
template <typename See>
recognise::PdqFingerprint pdq_of(LumaRows& rows, const recognise::PlaneBox& box, See see) {
    recognise::PdqRows pdq(box.width, box.height, recognise::PdqVariant::full);
    for (std::uint32_t y = box.top; y < box.top + box.height; ++y) {
        const auto row = rows.row(y);
        see(row);
        pdq.add_row(row.subspan(box.left, box.width));
    }
    return pdq.finish();
}

VideoFrame frame_of(const recognise::PdqFingerprint& print, std::int64_t at_ms) {
    VideoFrame out;
    out.from_ms = out.to_ms = at_ms;
    out.quality = print.quality;
    for (std::size_t i = 0; i < print.hashes.size(); ++i) {
        out.hashes[i] = print.hashes[i].to_bytes();
    }
    return out;
}

std::optional<VideoFrame> hash_part(LumaRows& rows, const FramePart& part, std::int64_t at_ms) {
    if (rows.width() != part.width || rows.height() != part.height) {
        return std::nullopt; // the damage of another pass: no border was found in such frames
    }
    return frame_of(pdq_of(rows, part.box, [](auto) {}), at_ms);
}

} // namespace

std::optional<VideoFrame> Looked::hash(const AVFrame& frame, std::int64_t at_ms) {
    ++decoded_frames;
    pass_over(frame);
    auto rows = LumaRows::of(frame);
    if (!rows) {
        note(rows.error().code, rows.error().message);
        return std::nullopt;
    }
    if (std::min(rows->width(), rows->height()) < recognise::kMinPictureSide) {
        return std::nullopt;
    }
    if (part) {
        return hash_part(*rows, *part, at_ms);
    }
    border.begin_frame(rows->width(), rows->height());
    const recognise::PlaneBox whole{0, 0, rows->width(), rows->height()};
    const auto print = pdq_of(*rows, whole, [this](auto row) { border.add_row(row); });
    border.end_frame();
    const bool is_clear = print.quality >= recognise::kMinPdqQuality;
    if (sheet.wants(print.hash(), is_clear)) {
        Tile tile(rows->width(), rows->height());
        for (std::uint32_t y = 0; y < rows->height(); ++y) {
            tile.add_row(rows->row(y));
        }
        tile.turn(rotation);
        sheet.add(at_ms, print.hash(), is_clear, std::move(tile));
    }
    return frame_of(print, at_ms);
}

namespace {

std::string at_second(std::int64_t ms) {
    return fmt::format("at {:.3f} s", static_cast<double>(ms) / 1000);
}

// Hashed frames on their way into runs, up to the limit.
class Frames {
  public:
    Frames(Runs runs, Looked& looked) : looked_(looked), runs_(runs, looked.limits.max_frames) {}

    void add(const AVFrame& frame, std::int64_t at_ms) {
        const auto hashed = looked_.hash(frame, at_ms);
        if (hashed && !runs_.add(*hashed)) {
            is_full_ = true;
            looked_.note(Errc::limit_exceeded,
                         fmt::format("more than {} frames", looked_.limits.max_frames));
        }
    }
    [[nodiscard]] bool is_full() const { return is_full_; }
    [[nodiscard]] std::vector<VideoFrame> take() { return runs_.take(); }

  private:
    Looked& looked_;
    FrameRuns runs_;
    bool is_full_ = false;
};

// Each key frame alone: flushed out at once, and forgotten, so that none waits for its neighbours.
void decode_alone(Decoder& decoder, const AVPacket& packet, std::int64_t at_ms, Frames& frames,
                  Looked& looked) {
    bool is_first = true;
    const auto take = [&](const AVFrame& frame) {
        if (std::exchange(is_first, false)) {
            frames.add(frame, at_ms);
        }
    };
    const bool sound = decoder.decode(&packet, take);
    if (!decoder.decode(nullptr, take) || !sound) {
        looked.note(Errc::damaged,
                    fmt::format("the key frame {} does not decode whole", at_second(at_ms)));
    }
    decoder.forget();
}

// The pass over all packets, those of some groups of pictures or all.
class FullWalk {
  public:
    FullWalk(Container& container, Decoder& decoder, const FullPass& pass, Looked& looked)
        : container_(container), decoder_(decoder), pass_(pass), looked_(looked),
          frames_(pass.runs, looked), is_inside_(pass.only == nullptr) {}

    std::vector<VideoFrame> run() && {
        PacketWalk walk(container_, looked_);
        while (const AVPacket* packet = frames_.is_full() ? nullptr : walk.next()) {
            packet_ms_ = std::max(time_of(container_, *packet, packet_ms_), packet_ms_);
            if (pass_.only != nullptr && (packet->flags & AV_PKT_FLAG_KEY) != 0) {
                begin_group();
            }
            if (is_inside_) {
                give(packet);
            }
        }
        give(nullptr);
        return frames_.take();
    }

  private:
    void begin_group() {
        if (std::exchange(is_inside_, pass_.only->contains(packet_ms_))) {
            give(nullptr);
            decoder_.forget();
        }
    }
    void give(const AVPacket* packet) {
        if (!decoder_.decode(packet, [this](const AVFrame& frame) { take(frame); })) {
            looked_.note(Errc::damaged, fmt::format("what stands {} does not decode whole",
                                                    at_second(packet_ms_)));
        }
    }
    void take(const AVFrame& frame) {
        const auto shown = container_.milliseconds(frame.best_effort_timestamp);
        frame_ms_ = std::max(shown.value_or(frame_ms_), frame_ms_);
        if (last_taken_ms_ && frame_ms_ - *last_taken_ms_ < pass_.step_ms) {
            looked_.pass_over(frame);
            return;
        }
        last_taken_ms_ = frame_ms_;
        frames_.add(frame, frame_ms_);
    }

    Container& container_;
    Decoder& decoder_;
    const FullPass& pass_;
    Looked& looked_;
    Frames frames_;
    bool is_inside_;
    std::int64_t packet_ms_ = 0, frame_ms_ = 0;
    std::optional<std::int64_t> last_taken_ms_;
};

} // namespace

KeyFramePass look_at_key_frames(Container& container, Decoder& decoder, Looked& looked) {
    KeyFramePass pass;
    Frames frames(Runs::join, looked);
    PacketWalk walk(container, looked);
    std::int64_t last_key_ms = 0;
    std::optional<std::int64_t> last_decoded_ms;
    while (const AVPacket* packet = frames.is_full() ? nullptr : walk.next()) {
        pass.last_ms = std::max(time_of(container, *packet, pass.last_ms), pass.last_ms);
        if ((packet->flags & AV_PKT_FLAG_KEY) == 0) {
            continue;
        }
        if (pass.found_key && pass.last_ms - last_key_ms > kMaxGapMs) {
            pass.long_groups.insert(last_key_ms);
        }
        pass.found_key = true;
        last_key_ms = pass.last_ms;
        if (!last_decoded_ms || last_key_ms - *last_decoded_ms >= kSampleMs) {
            last_decoded_ms = last_key_ms;
            decode_alone(decoder, *packet, last_key_ms, frames, looked);
        }
    }
    const std::int64_t end_ms = std::max(container.stated_duration_ms(), pass.last_ms);
    if (pass.found_key && (end_ms - last_key_ms > kMaxGapMs || end_ms == last_key_ms)) {
        pass.long_groups.insert(last_key_ms);
    }
    pass.frames = frames.take();
    return pass;
}

std::vector<VideoFrame> look_at_all(Container& container, Decoder& decoder, const FullPass& pass,
                                    Looked& looked) {
    return FullWalk(container, decoder, pass, looked).run();
}

} // namespace rempart::media
