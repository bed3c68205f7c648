// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/band_writer.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "recognise/codes/huge_pages.hpp"

namespace rempart::recognise {

Result<void> write_first_band(std::span<const PdqHash> codes, CodeBand band,
                              SectionWriter& starts) {
    constexpr std::size_t kPiece = 16'384;
    std::vector<std::uint32_t> piece;
    const std::uint64_t values = std::uint64_t{1} << band.width;
    const auto skip_below = [&](std::uint64_t value, std::size_t place) {
        while (place < codes.size() && band.value(codes[place]) < value) {
            ++place;
        }
        return place;
    };
    std::size_t place = 0;
    for (std::uint64_t value = 0; value <= values;) {
        piece.clear();
        for (; value <= values && piece.size() < kPiece; ++value) {
            place = skip_below(value, place);
            piece.push_back(static_cast<std::uint32_t>(place));
        }
        if (auto put = starts.append(std::as_bytes(std::span(piece))); !put) {
            return put;
        }
    }
    return starts.finish();
}

BandWriter::Range::Range(std::uint64_t from, std::uint64_t values) : low(from), count(values) {
    while ((count - 1) >> shift >= kParts) {
        ++shift;
    }
    in_part.resize(((count - 1) >> shift) + 1);
}

BandWriter::BandWriter(std::span<const PdqHash> codes, const CodeBands& bands,
                       std::uint32_t id_bytes, std::size_t most_places)
    : codes_(codes), bands_(bands), id_bytes_(id_bytes),
      most_places_(std::max<std::size_t>(most_places, 1)) {
    for (unsigned band = 0; band < bands_.count(); ++band) {
        whole_.emplace_back(0, std::uint64_t{1} << bands_[band].width);
    }
    for (const PdqHash& code : codes_) {
        for (unsigned band = 1; band < bands_.count(); ++band) {
            whole_[band].count_one(bands_[band].value(code));
        }
    }
}

Result<void> BandWriter::write(unsigned band, SectionWriter& starts, SectionWriter& ids) {
    band_ = bands_[band];
    starts_ = &starts;
    ids_ = &ids;
    written_ = 0;
    if (auto done = write_range(whole_[band]); !done) {
        return done;
    }
    if (auto put = starts.append(std::as_bytes(std::span(&written_, 1))); !put) { // the end
        return put;
    }
    if (auto put = starts.finish(); !put) {
        return put;
    }
    const std::array<std::byte, 1> one_more{}; // so that 3 bytes can be read as 4
    return ids.append(one_more).and_then([&] { return ids.finish(); });
}

BandWriter::Range BandWriter::count_codes(std::uint64_t low, std::uint64_t count) const {
    Range range(low, count);
    for (const PdqHash& code : codes_) {
        const std::uint64_t value = band_.value(code) - low; // wraps where it is below
        if (value < count) {
            range.count_one(value);
        }
    }
    return range;
}

Result<void> BandWriter::write_range(const Range& range) {
    if (range.codes <= most_places_) {
        return write_sorted(range);
    }
    if (range.count == 1) {
        return write_one_value(range.low);
    }
    // Neighbouring parts together, as long as they fit.
    for (std::size_t part = 0; part < range.in_part.size();) {
        const std::size_t first = part;
        std::uint64_t codes = range.in_part[part++];
        while (part < range.in_part.size() && codes + range.in_part[part] <= most_places_) {
            codes += range.in_part[part++];
        }
        const std::uint64_t from = std::uint64_t{first} << range.shift;
        const std::uint64_t to = std::min(range.count, std::uint64_t{part} << range.shift);
        if (auto done = write_range(count_codes(range.low + from, to - from)); !done) {
            return done;
        }
    }
    return {};
}

Result<void> BandWriter::write_sorted(const Range& range) {
    std::vector<std::uint64_t> next(range.in_part.size());
    for (std::size_t part = 1; part < next.size(); ++part) {
        next[part] = next[part - 1] + range.in_part[part - 1];
    }
    if (places_.size() < range.codes) {
        places_.reserve(range.codes);
        prefer_huge_pages(places_);
        places_.resize(range.codes);
    }
    const std::uint64_t low_bits = (std::uint64_t{1} << range.shift) - 1;
    for (std::size_t place = 0; place < codes_.size(); ++place) {
        const std::uint64_t value = band_.value(codes_[place]) - range.low;
        if (value < range.count) {
            places_[next[value >> range.shift]++] = (value & low_bits) << 32 | place;
        }
    }
    for (std::size_t part = 0; part < next.size(); ++part) {
        const std::uint64_t values =
            std::min(low_bits + 1, range.count - (std::uint64_t{part} << range.shift));
        const auto in_part =
            std::span(places_).subspan(next[part] - range.in_part[part], range.in_part[part]);
        if (auto done = write_part(in_part, values); !done) {
            return done;
        }
    }
    return {};
}

Result<void> BandWriter::write_part(std::span<const std::uint64_t> part, std::uint64_t values) {
    part_starts_.assign(values + 1, 0);
    for (const std::uint64_t entry : part) {
        ++part_starts_[(entry >> 32) + 1];
    }
    for (std::size_t value = 0; value < values; ++value) {
        part_starts_[value + 1] += part_starts_[value];
    }
    part_ids_.resize(part.size());
    std::vector<std::uint32_t>& next = part_starts_; // moves each value's begin to its end
    for (const std::uint64_t entry : part) {
        part_ids_[next[entry >> 32]++] = static_cast<std::uint32_t>(entry);
    }
    // So each value begins where the one before it ends.
    std::uint32_t begin = written_;
    for (std::size_t value = 0; value < values; ++value) {
        const std::uint32_t end = written_ + part_starts_[value];
        part_starts_[value] = begin;
        begin = end;
    }
    written_ += static_cast<std::uint32_t>(part.size());
    if (auto put = starts_->append(std::as_bytes(std::span(part_starts_).first(values))); !put) {
        return put;
    }
    return append_ids(part_ids_);
}

// More codes than fit have this one value: in their order they need no sorting.
Result<void> BandWriter::write_one_value(std::uint64_t value) {
    if (auto put = starts_->append(std::as_bytes(std::span(&written_, 1))); !put) {
        return put;
    }
    for (std::size_t place = 0; place < codes_.size();) {
        place = take_with(value, place);
        written_ += static_cast<std::uint32_t>(part_ids_.size());
        if (auto put = append_ids(part_ids_); !put) {
            return put;
        }
    }
    return {};
}

// From `place` on, as many as are held at once. Returns where to go on.
std::size_t BandWriter::take_with(std::uint64_t value, std::size_t place) {
    part_ids_.clear();
    for (; place < codes_.size() && part_ids_.size() < most_places_; ++place) {
        if (band_.value(codes_[place]) == value) {
            part_ids_.push_back(static_cast<std::uint32_t>(place));
        }
    }
    return place;
}

Result<void> BandWriter::append_ids(std::span<const std::uint32_t> ids) {
    if (id_bytes_ == sizeof(std::uint32_t)) {
        return ids_->append(std::as_bytes(ids));
    }
    packed_.resize(ids.size() * id_bytes_ + 1);
    for (std::size_t k = 0; k < ids.size(); ++k) { // each writes over the fourth byte before it
        std::memcpy(packed_.data() + k * id_bytes_, &ids[k], sizeof(std::uint32_t));
    }
    return ids_->append(ByteView(packed_).first(ids.size() * id_bytes_));
}

} // namespace rempart::recognise
