// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/record_sorter.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "recognise/codes/huge_pages.hpp"

namespace rempart::recognise {
namespace {

// Any mixing does that makes a changed bit show; the multiplier is 2^64 / golden ratio, odd.
std::uint64_t mixed(const CodeRecord& record) {
    std::uint64_t sum = record.row ^ std::uint64_t{record.list} << 32;
    for (const std::uint64_t word : record.code.words()) {
        sum = (std::rotl(sum, 27) ^ word) * 0x9E3779B97F4A7C15U;
    }
    return sum ^ sum >> 29;
}

} // namespace

RecordSorter::RecordSorter(std::size_t memory_bytes, std::filesystem::path directory)
    : most_records_(std::max<std::size_t>(1024, memory_bytes / (sizeof(CodeRecord) + sizeof(Key)))),
      file_(std::move(directory)) {
}

Result<void> RecordSorter::add(const CodeRecord& record) {
    if (records_.size() == most_records_) {
        if (auto written = write_run(); !written) {
            return written;
        }
    }
    if (records_.size() == records_.capacity()) { // never twice as much as allowed
        const std::size_t grown = std::max<std::size_t>(64, 2 * records_.size());
        records_.reserve(grown > most_records_ / 4 ? most_records_ : grown);
        prefer_huge_pages(records_);
    }
    records_.push_back(record);
    sum_in_ += mixed(record);
    ++count_;
    return {};
}

// By the first 16 bits in one pass, then each of these parts for itself: a part of unlike codes is
// small, and one of like codes costs what any sort costs.
void RecordSorter::sort_records() {
    const auto before = [&](const Key& a, const Key& b) {
        return a.prefix != b.prefix ? a.prefix < b.prefix : records_[a.place] < records_[b.place];
    };
    constexpr std::size_t kFew = 8192; // counting the parts would take longer
    if (records_.size() < kFew) {
        order_.clear();
        for (const CodeRecord& record : records_) {
            order_.push_back({record.code.words()[0], static_cast<std::uint32_t>(order_.size())});
        }
        std::ranges::sort(order_, before);
        return;
    }
    constexpr std::size_t kParts = std::size_t{1} << 16;
    const auto part_of = [](std::uint64_t prefix) { return prefix >> 48; };
    std::vector<std::uint32_t> begins(kParts + 1);
    for (const CodeRecord& record : records_) {
        ++begins[part_of(record.code.words()[0]) + 1];
    }
    for (std::size_t part = 0; part < kParts; ++part) {
        begins[part + 1] += begins[part];
    }
    order_.reserve(records_.size());
    prefer_huge_pages(order_);
    order_.resize(records_.size());
    std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
    for (std::uint32_t place = 0; place < records_.size(); ++place) {
        const std::uint64_t prefix = records_[place].code.words()[0];
        order_[next[part_of(prefix)]++] = {prefix, place};
    }
    for (std::size_t part = 0; part < kParts; ++part) {
        std::sort(order_.begin() + begins[part], order_.begin() + begins[part + 1], before);
    }
}

Result<void> RecordSorter::write_run() {
    sort_records();
    Run run{.next_offset = file_.size_bytes(), .end_offset = 0, .buffer = {}, .at = 0};
    std::vector<CodeRecord> piece;
    constexpr std::size_t kPiece = 4096;
    for (std::size_t place = 0; place < order_.size(); place += kPiece) {
        piece.clear();
        for (std::size_t k = place; k < std::min(place + kPiece, order_.size()); ++k) {
            piece.push_back(records_[order_[k].place]);
        }
        if (auto written = file_.append(std::as_bytes(std::span(piece))); !written) {
            return written;
        }
    }
    run.end_offset = file_.size_bytes();
    runs_.push_back(std::move(run));
    records_.clear();
    return {};
}

Result<void> RecordSorter::finish() {
    left_ = count_;
    if (runs_.empty()) {
        sort_records();
        return {};
    }
    auto written = write_run();
    if (written) {
        written = file_.flush();
    }
    if (!written) {
        return written;
    }
    records_ = {};
    order_ = {};
    for (std::size_t run = 0; run < runs_.size(); ++run) {
        const auto filled = refill(runs_[run]);
        if (!filled) {
            return fail(filled.error());
        }
        if (*filled) {
            heap_.push_back(run);
        }
    }
    std::ranges::make_heap(heap_, [&](auto a, auto b) { return comes_later(a, b); });
    return {};
}

bool RecordSorter::comes_later(std::size_t a, std::size_t b) const {
    return runs_[b].head() < runs_[a].head();
}

// False at the end of the run. A buffer is 96 KiB to 3 MiB: all of them take what the records did.
Result<bool> RecordSorter::refill(Run& run) const {
    const std::size_t most = std::clamp<std::size_t>(most_records_ / runs_.size(), 2048, 65'536);
    const std::uint64_t left = (run.end_offset - run.next_offset) / sizeof(CodeRecord);
    run.buffer.resize(std::min<std::uint64_t>(most, left));
    run.at = 0;
    const auto bytes = std::as_writable_bytes(std::span(run.buffer));
    if (const auto got = file_.read(run.next_offset, bytes); !got) {
        return fail(got.error());
    }
    run.next_offset += bytes.size();
    return !run.buffer.empty();
}

Result<std::size_t> RecordSorter::merge(std::span<CodeRecord> out) {
    const auto later = [&](auto a, auto b) { return comes_later(a, b); };
    for (CodeRecord& record : out) {
        std::ranges::pop_heap(heap_, later);
        Run& run = runs_[heap_.back()];
        record = run.head();
        if (++run.at == run.buffer.size()) {
            const auto filled = refill(run);
            if (!filled) {
                return fail(filled.error());
            }
            if (!*filled) {
                heap_.pop_back();
                continue;
            }
        }
        std::ranges::push_heap(heap_, later);
    }
    return out.size();
}

Result<std::size_t> RecordSorter::next(std::span<CodeRecord> out) {
    out = out.first(std::min<std::uint64_t>(out.size(), left_));
    if (runs_.empty()) {
        constexpr std::size_t kAhead = 16;
        for (CodeRecord& record : out) {
            if (taken_ + kAhead < order_.size()) {
                __builtin_prefetch(&records_[order_[taken_ + kAhead].place]);
            }
            record = records_[order_[taken_++].place];
        }
    } else if (const auto merged = merge(out); !merged) {
        return merged;
    }
    for (const CodeRecord& record : out) {
        sum_out_ += mixed(record);
    }
    left_ -= out.size();
    if (left_ == 0 && sum_in_ != sum_out_) {
        return fail(Errc::integrity, "a sorted run was not read as it was written");
    }
    return out.size();
}

} // namespace rempart::recognise
