// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/external_sort.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "recognise/sets/record_sort.hpp"
#include "recognise/sets/set_layout.hpp"

namespace rempart::recognise {
namespace {

// Our choice: more does not make reading faster.
constexpr std::size_t kMaxReadBytes = std::size_t{4} << 20U;

// Of the memory, for reading the runs; the rest is there for what is made of the records.
constexpr std::size_t kReadShare = 2;

// Where the merge stands in one run. `leading` orders most records without a look at them.
struct Cursor {
    std::uint64_t leading = 0;
    const std::byte* record = nullptr;
    const std::byte* end = nullptr; ///< Of what is in the buffer.
    Bytes buffer;
    std::uint64_t offset = 0; ///< Of what is not read yet, in the file.
    std::uint64_t left = 0;
};

// The cursors that are not at their end, the smallest record on top.
class Merger {
  public:
    Merger(const SpillFile& file, std::size_t record_bytes)
        : file_(file), record_bytes_(record_bytes) {}

    Result<void> add(std::uint64_t offset, std::uint64_t bytes, std::size_t buffer_bytes) {
        Cursor& cursor = cursors_.emplace_back();
        cursor.buffer.resize(buffer_bytes / record_bytes_ * record_bytes_);
        cursor.offset = offset;
        cursor.left = bytes;
        return fill(cursor);
    }

    void start() {
        for (std::uint32_t i = 0; i < cursors_.size(); ++i) {
            heap_.push_back(i);
        }
        for (std::size_t i = heap_.size() / 2; i-- > 0;) {
            sink(i);
        }
    }

    [[nodiscard]] bool done() const { return heap_.empty(); }
    [[nodiscard]] const std::byte* top() const { return cursors_[heap_.front()].record; }

    Result<void> advance() {
        Cursor& cursor = cursors_[heap_.front()];
        cursor.record += record_bytes_;
        if (cursor.record == cursor.end) {
            if (cursor.left == 0) {
                cursor.buffer = {};
                heap_.front() = heap_.back();
                heap_.pop_back();
            } else if (auto filled = fill(cursor); !filled) {
                return filled;
            }
        } else {
            cursor.leading = leading_bits(cursor.record);
        }
        if (!heap_.empty()) {
            sink(0);
        }
        return {};
    }

  private:
    Result<void> fill(Cursor& cursor) {
        const auto some = std::min<std::uint64_t>(cursor.buffer.size(), cursor.left);
        if (auto read = file_.read(cursor.offset, std::span(cursor.buffer).first(some)); !read) {
            return read;
        }
        cursor.offset += some;
        cursor.left -= some;
        cursor.record = cursor.buffer.data();
        cursor.end = cursor.record + some;
        cursor.leading = leading_bits(cursor.record);
        return {};
    }

    [[nodiscard]] bool before(std::uint32_t a, std::uint32_t b) const {
        const Cursor& x = cursors_[a];
        const Cursor& y = cursors_[b];
        return x.leading != y.leading ? x.leading < y.leading
                                      : std::memcmp(x.record, y.record, record_bytes_) < 0;
    }

    // Puts the cursor at `at` below all smaller ones. Source: the heap of J. W. J. Williams (1964).
    void sink(std::size_t at) {
        const std::uint32_t moving = heap_[at];
        for (std::size_t child = 2 * at + 1; child < heap_.size(); child = 2 * at + 1) {
            if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) {
                ++child;
            }
            if (!before(heap_[child], moving)) {
                break;
            }
            heap_[at] = heap_[child];
            at = child;
        }
        heap_[at] = moving;
    }

    const SpillFile& file_;
    std::size_t record_bytes_;
    std::vector<Cursor> cursors_;
    std::vector<std::uint32_t> heap_;
};

} // namespace

ExternalSort::ExternalSort(std::size_t record_bytes, std::size_t memory_bytes,
                           std::filesystem::path folder)
    : record_bytes_(record_bytes), memory_bytes_(memory_bytes),
      capacity_(memory_bytes / record_bytes * record_bytes),
      records_(std::make_unique_for_overwrite<std::byte[]>(capacity_)), file_(std::move(folder)) {
}

Result<void> ExternalSort::spill() {
    if ((runs_.size() + 1) * kMinReadBytes > memory_bytes_ / kReadShare) {
        return fail(Errc::limit_exceeded,
                    fmt::format("more than {} digests: allow more memory", count_));
    }
    if (!records_) {
        records_ = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    }
    const std::span<std::byte> held(records_.get(), held_);
    sort_records(held, record_bytes_);
    runs_.push_back({file_.size_bytes(), held_});
    held_ = 0;
    return file_.append(held);
}

Result<void> ExternalSort::merge(const std::function<Result<void>(const std::byte*)>& take) const {
    const std::size_t buffer_bytes =
        std::min(kMaxReadBytes, std::max(kMinReadBytes, memory_bytes_ / kReadShare / runs_.size()));
    Merger merger(file_, record_bytes_);
    for (const Run& run : runs_) {
        if (auto added = merger.add(run.offset, run.bytes, buffer_bytes); !added) {
            return added;
        }
    }
    merger.start();
    while (!merger.done()) {
        if (auto taken = take(merger.top()); !taken) {
            return taken;
        }
        if (auto advanced = merger.advance(); !advanced) {
            return advanced;
        }
    }
    return {};
}

Result<void>
ExternalSort::take_held(const std::function<Result<void>(const std::byte*)>& take) const {
    sort_records({records_.get(), held_}, record_bytes_);
    for (std::size_t at = 0; at < held_; at += record_bytes_) {
        if (auto taken = take(records_.get() + at); !taken) {
            return taken;
        }
    }
    return {};
}

Result<void> ExternalSort::finish(const std::function<Result<void>(const std::byte*)>& take) {
    if (runs_.empty()) {
        return take_held(take);
    }
    if (auto spilled = held_ > 0 ? spill() : Result<void>{}; !spilled) {
        return spilled;
    }
    if (auto flushed = file_.flush(); !flushed) {
        return flushed;
    }
    records_.reset(); // its room is for the runs now
    return merge(take);
}

} // namespace rempart::recognise
