// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/filter_writer.hpp"

#include <algorithm>
#include <utility>

namespace rempart::recognise {
namespace {

// Our choice: from a million values on a filter takes no less than 1.125 bytes a value, and its
// making, 40 bytes a value, stays small.
constexpr std::uint64_t kShardKeys = std::uint64_t{1} << 20U;
constexpr std::size_t kBytesPerValue = 64;
// How many times the mean a shard may hold. Of digests that nobody chose none holds twice of it.
constexpr std::uint64_t kMaxSkew = 4;

// A filter that denies one of its keys would let known material through: so it is asked for each.
bool holds_all(const FuseFilter& filter, const std::vector<std::uint64_t>& values) {
    return std::ranges::all_of(values, [&](std::uint64_t value) {
        return fuse_may_hold(filter.bytes.data(), filter.shape.places(value));
    });
}

} // namespace

FilterWriter::FilterWriter(std::uint64_t keys, std::size_t memory_bytes,
                           const std::filesystem::path& folder)
    : filters_(folder) {
    const std::uint64_t fit = memory_bytes / kBytesPerValue / kMaxSkew;
    const std::uint64_t mean = std::min(kShardKeys, std::max<std::uint64_t>(fit, 1));
    while (shard_bits_ < kMaxSetShardBits && keys >> shard_bits_ > mean) {
        ++shard_bits_;
    }
    max_values_ = mean * kMaxSkew;
}

Result<void> FilterWriter::add(const std::byte* digest) {
    const std::uint64_t shard = first_bits(leading_bits(digest), shard_bits_);
    while (shards_.size() < shard) {
        if (auto ended = end_shard(); !ended) {
            return ended;
        }
    }
    too_many_ = too_many_ || values_.size() == max_values_;
    if (!too_many_) {
        values_.push_back(filter_value(digest));
    }
    return {};
}

Result<void> FilterWriter::end_shard() {
    SetShard& shard = shards_.emplace_back();
    if (values_.empty()) {
        return {};
    }
    shard.state = SetShard::State::unfiltered;
    if (!std::exchange(too_many_, false)) {
        const auto filter = make_fuse_filter(values_, shards_.size());
        if (filter && holds_all(*filter, values_)) {
            shard = {.state = SetShard::State::filtered,
                     .shape = filter->shape,
                     .begin = filters_.size_bytes()};
            values_.clear();
            return filters_.append(std::as_bytes(std::span(filter->bytes)));
        }
    }
    values_.clear();
    return {};
}

Result<void> FilterWriter::finish() {
    while (shards_.size() < std::size_t{1} << shard_bits_) {
        if (auto ended = end_shard(); !ended) {
            return ended;
        }
    }
    return {};
}

Bytes FilterWriter::shards() const {
    Bytes bytes;
    for (const SetShard& shard : shards_) {
        const auto entry = encode_set_shard(shard);
        bytes.insert(bytes.end(), entry.begin(), entry.end());
    }
    return bytes;
}

} // namespace rempart::recognise
