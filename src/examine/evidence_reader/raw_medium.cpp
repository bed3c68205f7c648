// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "examine/evidence_reader/medium.hpp"

namespace rempart::examine {
namespace {

/// Our choice: a failed read is tried again in pieces of this size, so that one bad sector costs no
/// more than a page.
constexpr std::size_t kRetryBytes = 4096;

struct Segment {
    UniqueFd descriptor;
    std::uint64_t begin_bytes = 0;
    std::uint64_t size_bytes = 0;
};

class RawMedium final : public Medium {
  public:
    explicit RawMedium(std::vector<Segment> segments) : segments_(std::move(segments)) {
        if (!segments_.empty()) {
            size_bytes_ = segments_.back().begin_bytes + segments_.back().size_bytes;
        }
    }
    [[nodiscard]] std::uint64_t size_bytes() const override { return size_bytes_; }
    [[nodiscard]] std::uint32_t sector_bytes() const override { return 512; }
    [[nodiscard]] std::size_t read(std::uint64_t offset_bytes, std::span<std::byte> out) override;

  private:
    void read_segment(const Segment& segment, std::uint64_t inside, std::span<std::byte> out);

    std::vector<Segment> segments_;
    std::uint64_t size_bytes_ = 0;
};

std::size_t RawMedium::read(std::uint64_t offset_bytes, std::span<std::byte> out) {
    std::size_t done = 0;
    auto segment = std::ranges::partition_point(segments_, [&](const Segment& candidate) {
        return candidate.begin_bytes + candidate.size_bytes <= offset_bytes;
    });
    for (; segment != segments_.end() && done < out.size(); ++segment) {
        const std::uint64_t inside = offset_bytes + done - segment->begin_bytes;
        const auto size = static_cast<std::size_t>(
            std::min<std::uint64_t>(out.size() - done, segment->size_bytes - inside));
        read_segment(*segment, inside, out.subspan(done, size));
        done += size;
    }
    return done;
}

void RawMedium::read_segment(const Segment& segment, std::uint64_t inside,
                             std::span<std::byte> out) {
    const Result<std::size_t> whole = read_at(segment.descriptor.get(), inside, out);
    if (whole && *whole == out.size()) {
        return;
    }
    for (std::size_t done = 0; done < out.size(); done += kRetryBytes) {
        const std::span<std::byte> piece =
            out.subspan(done, std::min(kRetryBytes, out.size() - done));
        const Result<std::size_t> got = read_at(segment.descriptor.get(), inside + done, piece);
        const std::size_t good = got.value_or(0);
        std::ranges::fill(piece.subspan(good), std::byte{0});
        damage_.add({segment.begin_bytes + inside + done + good, piece.size() - good});
    }
}

} // namespace

Result<std::unique_ptr<Medium>> open_raw_medium(std::vector<UniqueFd> descriptors) {
    std::vector<Segment> segments;
    std::uint64_t begin_bytes = 0;
    for (UniqueFd& descriptor : descriptors) {
        const Result<std::uint64_t> size_bytes = size_of(descriptor.get());
        if (!size_bytes) {
            return fail(size_bytes.error());
        }
        if (*size_bytes > 0) {
            segments.push_back({std::move(descriptor), begin_bytes, *size_bytes});
            begin_bytes += *size_bytes;
        }
    }
    return std::make_unique<RawMedium>(std::move(segments));
}

} // namespace rempart::examine
