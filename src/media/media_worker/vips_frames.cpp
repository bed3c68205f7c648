// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/vips_frames.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "media/media_worker/endings.hpp"
#include "media/media_worker/picture_hashes.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::media {
namespace {

// Whole frames of one size, from their rows one after the other.
class FrameHasher {
  public:
    FrameHasher(const PictureHeader& frame, PictureSink& sink)
        : frame_(frame), sink_(sink), hashes_(frame.width, frame.height) {}

    void take(const VipsRow& row) {
        if (row.is_grey()) {
            hashes_.add_row(row.grey(), row.grey());
        } else {
            bytes_.resize(row.luma().size());
            recognise::round_luma(row.luma(), bytes_);
            hashes_.add_row(row.luma(), bytes_);
        }
        if (++rows_ == frame_.height) {
            end_frame();
        }
    }

    [[nodiscard]] std::uint32_t frames() const { return frames_; }
    void number_from(std::uint32_t number) { number_ = number; }

  private:
    void end_frame() {
        if (number_ > 0) {
            sink_.add_frame(number_, hashes_);
            ++number_;
        }
        ++frames_;
        rows_ = 0;
        hashes_ = PictureHashes(frame_.width, frame_.height);
    }

    PictureHeader frame_;
    PictureSink& sink_;
    PictureHashes hashes_;
    std::vector<std::uint8_t> bytes_;
    std::uint32_t rows_ = 0, frames_ = 0, number_ = 0;
};

Partial failed_at(std::string_view what, std::uint32_t number, const Error& why) {
    const Errc code = why.code == Errc::truncated ? Errc::truncated : Errc::damaged;
    return {code, std::string(what) + ' ' + std::to_string(number) + ": " + why.message};
}

Error error_of(ByteView file, const VipsLoader& loader) {
    std::string text = take_vips_text();
    const Errc code = code_of_vips_text(text, file, loader.format, Errc::damaged);
    return {code, std::move(text)};
}

std::optional<Partial> add_animation(ByteView file, const VipsLoader& loader,
                                     const PictureHeader& first, std::uint32_t frames,
                                     PictureSink& sink) {
    FrameHasher hasher(first, sink);
    hasher.number_from(1); // the sink knows the first frame, and drops it
    const auto failed = [&](const Error& why) {
        return failed_at("frame", hasher.frames() + 1, why);
    };
    auto image = load_vips(file, loader, VIPS_FAIL_ON_ERROR, {0, static_cast<int>(frames)});
    if (!image) {
        return failed(image.error());
    }
    const PictureHeader all = header_of(image->get(), loader);
    if (all.width != first.width || all.height != first.height) {
        return failed({Errc::damaged, "the frames are not of the size of the first"});
    }
    auto plain = to_eight_bits(*std::move(image));
    if (!plain) {
        return failed(plain.error());
    }
    if (!each_vips_row(plain->get(), [&](const VipsRow& row) { hasher.take(row); })) {
        return failed(error_of(file, loader));
    }
    if (ends_early(file,
                   loader.format)) { // a decoder that counts the frames that are there is content
        return Partial{Errc::truncated, "after frame " + std::to_string(hasher.frames())};
    }
    return std::nullopt;
}

std::optional<Partial> add_page(ByteView file, const VipsLoader& loader, std::uint32_t page,
                                std::uint64_t& pixels, PictureSink& sink) {
    auto image = load_vips(file, loader, VIPS_FAIL_ON_ERROR, {static_cast<int>(page), 1});
    if (!image) {
        return failed_at("page", page + 1, image.error());
    }
    const PictureHeader header = header_of(image->get(), loader);
    if (auto allowed = sink.allows(header); !allowed) {
        return failed_at("page", page + 1, allowed.error());
    }
    pixels += std::uint64_t{header.width} * header.height;
    if (pixels > kMostFramePixels) {
        return std::nullopt; // the caller ends here
    }
    auto plain = to_eight_bits(*std::move(image));
    if (!plain) {
        return failed_at("page", page + 1, plain.error());
    }
    FrameHasher hasher(header, sink);
    hasher.number_from(page + 1);
    if (!each_vips_row(plain->get(), [&](const VipsRow& row) { hasher.take(row); })) {
        return failed_at("page", page + 1, error_of(file, loader));
    }
    return std::nullopt;
}

// Each page on its own: a damaged one costs itself, and the first failure is told.
std::optional<Partial> add_pages(ByteView file, const VipsLoader& loader, std::uint32_t pages,
                                 PictureSink& sink) {
    std::optional<Partial> failed;
    std::uint64_t pixels = 0;
    const std::uint32_t first = loader.frames == FrameLayout::pages ? 1 : 0;
    for (std::uint32_t page = first; page < pages && pixels <= kMostFramePixels; ++page) {
        auto outcome = add_page(file, loader, page, pixels, sink);
        if (outcome && !failed) {
            failed = std::move(outcome);
        }
    }
    return failed;
}

} // namespace

std::optional<Partial> add_vips_frames(ByteView file, const VipsLoader& loader,
                                       const PictureHeader& first, PictureSink& sink) {
    if (first.frames < 2 || loader.frames == FrameLayout::none) {
        return std::nullopt;
    }
    const std::uint64_t pixels = std::uint64_t{first.width} * first.height;
    const auto within_pixels = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(kMostFramePixels / pixels, 1, kMostFramesLookedAt));
    const std::uint32_t frames = std::min(first.frames, kMostFramesLookedAt);
    vips_error_clear();
    return loader.frames == FrameLayout::animation
               ? add_animation(file, loader, first, std::min(frames, within_pixels), sink)
               : add_pages(file, loader, frames, sink);
}

} // namespace rempart::media
