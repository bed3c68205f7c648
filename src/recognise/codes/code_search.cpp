// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_search.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rempart::recognise {
namespace {

// Our choice, by measurement: as many reads are on their way from memory as a core keeps.
constexpr std::size_t kAhead = 24;

std::uint32_t read_id(const std::byte* ids, std::size_t place, std::uint32_t id_bytes) {
    std::uint32_t id = 0;
    std::memcpy(&id, ids + place * id_bytes, sizeof(id));
    return id_bytes == 3 ? id & 0xFFFFFFU : id;
}

const std::uint32_t* as_numbers(ByteView bytes) {
    return reinterpret_cast<const std::uint32_t*>(bytes.data()); // sections are aligned
}

} // namespace

CodeSearch::CodeSearch(const SnapshotImage& image)
    : image_(image), id_bytes_(image.layout().shape.id_bytes) {
    const SnapshotShape& shape = image.layout().shape;
    const ByteView codes = image.section(SectionKind::codes);
    codes_ = {reinterpret_cast<const PdqHash*>(codes.data()), shape.codes};
    if (shape.bands == 0) {
        return;
    }
    bands_.emplace(shape.bands);
    for (unsigned band = 0; band < shape.bands; ++band) {
        tables_.push_back(
            {.starts = as_numbers(image.section(SectionKind::starts, band)),
             .ids = band == 0 ? nullptr : image.section(SectionKind::ids, band).data()});
    }
}

Result<bool> CodeSearch::find_in_bands(const PdqHash& query, int radius,
                                       std::vector<CodeMatch>& matches,
                                       CodeScratch& scratch) const {
    if (!bands_ || radius > CodeIndex::kMaxBandedRadius) {
        return false;
    }
    const std::size_t known = matches.size();
    const Outcome outcome = image_.is_verified() ? find<false>(query, radius, matches, scratch)
                                                 : find<true>(query, radius, matches, scratch);
    if (outcome != Outcome::found) {
        matches.resize(known);
    }
    switch (outcome) {
    case Outcome::found: return true;
    case Outcome::crowded: return false;
    case Outcome::damaged: return fail(image_.damage());
    case Outcome::contradictory: break;
    }
    return fail(Errc::malformed, "a band's table points outside of the codes");
}

template <bool kChecked>
CodeSearch::Outcome CodeSearch::find(const PdqHash& query, int radius,
                                     std::vector<CodeMatch>& matches, CodeScratch& scratch) const {
    std::array<std::size_t, CodeBands::kMost + 1> band_ends{};
    list_probes(query, radius, scratch, band_ends);
    if (const Outcome outcome = read_ranges<kChecked>(scratch, band_ends);
        outcome != Outcome::found) {
        return outcome;
    }
    for (unsigned band = 0; band < bands_->count(); ++band) {
        const auto ranges = std::span(scratch.ranges)
                                .subspan(band_ends[band], band_ends[band + 1] - band_ends[band]);
        scratch.places.clear();
        if (const Outcome outcome = read_ids<kChecked>(tables_[band], ranges, scratch.places);
            outcome != Outcome::found) {
            return outcome;
        }
        if (const Outcome outcome = compare<kChecked>(query, radius, band, matches, scratch);
            outcome != Outcome::found) {
            return outcome;
        }
    }
    return Outcome::found;
}

// Those of band b end at band_ends[b + 1].
void CodeSearch::list_probes(const PdqHash& query, int radius, CodeScratch& scratch,
                             std::array<std::size_t, CodeBands::kMost + 1>& band_ends) const {
    scratch.probes.clear();
    for (unsigned band = 0; band < bands_->count(); ++band) {
        if (const int near = bands_->radius(band, radius); near >= 0) {
            const std::uint32_t value = (*bands_)[band].value(query);
            for (const std::uint32_t flip : bands_->flips(band, near)) {
                scratch.probes.push_back(tables_[band].starts + (value ^ flip));
            }
        }
        band_ends[band + 1] = scratch.probes.size();
    }
}

// Leaves in `band_ends` where each band's ranges end.
// Whether a bucket is empty, and how many codes it has, cannot be foretold: so nothing branches on
// it here and in read_ids, save where a bucket is large.
template <bool kChecked>
CodeSearch::Outcome
CodeSearch::read_ranges(CodeScratch& scratch,
                        std::array<std::size_t, CodeBands::kMost + 1>& band_ends) const {
    const auto& probes = scratch.probes;
    // Our choice, by measurement: a code that is looked at here and there takes 8 times longer.
    const std::size_t most = codes_.size() / 8;
    scratch.ranges.resize(2 * probes.size());
    std::uint32_t* out = scratch.ranges.data();
    std::size_t found = 0;
    bool holds = true;
    std::size_t k = 0;
    for (unsigned band = 0; band < bands_->count(); ++band) {
        for (; k < band_ends[band + 1]; ++k) {
            __builtin_prefetch(probes[std::min(k + kAhead, probes.size() - 1)]);
            const std::uint32_t* const starts = probes[k];
            if (kChecked && !image_.ensure(starts, starts + 1)) {
                return Outcome::damaged;
            }
            const std::uint32_t begin = starts[0];
            const std::uint32_t end = starts[1];
            holds = holds && begin <= end && end <= codes_.size();
            out[0] = begin;
            out[1] = end;
            out += begin != end ? 2 : 0;
            found += end - begin;
        }
        band_ends[band + 1] = static_cast<std::size_t>(out - scratch.ranges.data());
        if (!holds) {
            return Outcome::contradictory;
        }
        if (found > most) {
            return Outcome::crowded;
        }
    }
    return Outcome::found;
}

template <bool kChecked>
CodeSearch::Outcome CodeSearch::read_ids(const Table& table, std::span<const std::uint32_t> ranges,
                                         std::vector<std::uint32_t>& places) const {
    constexpr std::size_t kFew = 4; // so many are read of each bucket, whether it has them or not
    std::size_t total = 0;
    for (std::size_t k = 0; k < ranges.size(); k += 2) {
        total += ranges[k + 1] - ranges[k];
    }
    places.resize(total + kFew);
    std::uint32_t* out = places.data();
    std::uint32_t highest = 0;
    for (std::size_t k = 0; k < ranges.size(); k += 2) {
        const std::size_t begin = ranges[k];
        const std::size_t end = ranges[k + 1];
        if (table.ids == nullptr) {
            for (std::size_t place = begin; place < end; ++place) {
                *out++ = static_cast<std::uint32_t>(place);
            }
            continue;
        }
        __builtin_prefetch(
            table.ids + std::size_t{ranges[std::min(k + kAhead, ranges.size() - 2)]} * id_bytes_);
        if (kChecked && !image_.ensure(ByteView(table.ids + begin * id_bytes_,
                                                (end - begin) * id_bytes_ + 1))) {
            return Outcome::damaged;
        }
        const std::size_t few = begin + kFew <= codes_.size() ? kFew : 0;
        for (std::size_t i = 0; i < few; ++i) {
            out[i] = read_id(table.ids, begin + i, id_bytes_);
        }
        for (std::size_t i = few; begin + i < end; ++i) {
            out[i] = read_id(table.ids, begin + i, id_bytes_);
        }
        out += end - begin;
    }
    places.resize(total);
    for (const std::uint32_t id : places) {
        highest = std::max(highest, id);
    }
    return highest < codes_.size() ? Outcome::found : Outcome::contradictory;
}

template <bool kChecked>
CodeSearch::Outcome CodeSearch::compare(const PdqHash& query, int radius, unsigned band,
                                        std::vector<CodeMatch>& matches,
                                        const CodeScratch& scratch) const {
    if (kChecked) {
        for (const std::uint32_t place : scratch.places) {
            if (!image_.ensure(&codes_[place], &codes_[place])) {
                return Outcome::damaged;
            }
        }
    }
    const auto known = static_cast<std::ptrdiff_t>(matches.size());
    best_code_kernel().among(query, codes_.data(), scratch.places,
                             static_cast<std::uint32_t>(radius), matches);
    matches.erase(std::remove_if(matches.begin() + known, matches.end(),
                                 [&](const CodeMatch& match) {
                                     return found_before(query, codes_[match.code], band, radius);
                                 }),
                  matches.end());
    return Outcome::found;
}

// Whether one of the bands before `band` brings the two together, too: then it has told them.
bool CodeSearch::found_before(const PdqHash& query, const PdqHash& code, unsigned band,
                              int radius) const {
    for (unsigned before = 0; before < band; ++before) {
        const std::uint32_t differ = (*bands_)[before].value(query) ^ (*bands_)[before].value(code);
        if (std::popcount(differ) <= bands_->radius(before, radius)) {
            return true;
        }
    }
    return false;
}

} // namespace rempart::recognise
