// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/record_sort.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace rempart::recognise {
namespace {

template <std::size_t Size>
using Record = std::array<std::byte, Size>;

template <std::size_t Size>
bool before(const Record<Size>& a, const Record<Size>& b) {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::memcpy(&x, a.data(), sizeof x);
    std::memcpy(&y, b.data(), sizeof y);
    if (x != y) {
        return __builtin_bswap64(x) < __builtin_bswap64(y);
    }
    return std::memcmp(a.data() + 8, b.data() + 8, Size - 8) < 0;
}

// Our choice: what fits into a core's own cache is sorted there by comparisons, and so are buckets
// that a third byte would still not split: digests that somebody chose.
constexpr std::size_t kFewRecords = 2'048;
constexpr std::size_t kMaxDepth = 3;

// Most significant byte first, each bucket permuted in place along its cycles. Source: P. M.
// McIlroy, K. Bostic, M. D. McIlroy, "Engineering Radix Sort", Computing Systems 6 (1993), the
// "American flag sort".
template <std::size_t Size>
void sort_by_byte(std::span<Record<Size>> records, std::size_t depth) {
    if (records.size() <= kFewRecords || depth == kMaxDepth) {
        std::ranges::sort(records, before<Size>);
        return;
    }
    const auto bucket_of = [depth](const Record<Size>& record) {
        return static_cast<std::size_t>(record[depth]);
    };
    std::array<std::size_t, 256> ends{};
    for (const Record<Size>& record : records) {
        ++ends[bucket_of(record)];
    }
    std::array<std::size_t, 256> next{};
    std::size_t end = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        next[i] = end;
        end += ends[i];
        ends[i] = end;
    }
    const auto follow_cycle = [&](std::size_t bucket) {
        Record<Size> moving = records[next[bucket]];
        for (std::size_t to = bucket_of(moving); to != bucket; to = bucket_of(moving)) {
            std::swap(moving, records[next[to]++]);
        }
        records[next[bucket]++] = moving;
    };
    for (std::size_t i = 0; i < ends.size(); ++i) {
        while (next[i] < ends[i]) {
            follow_cycle(i);
        }
    }
    std::size_t from = 0;
    for (const std::size_t to : ends) {
        sort_by_byte<Size>(records.subspan(from, to - from), depth + 1);
        from = to;
    }
}

template <std::size_t Size>
void sort_sized(std::span<std::byte> bytes) {
    static_assert(sizeof(Record<Size>) == Size && alignof(Record<Size>) == 1);
    // Arrays of bytes lie in any memory; there is no other type behind it.
    auto* const records = reinterpret_cast<Record<Size>*>(bytes.data());
    sort_by_byte<Size>({records, bytes.size() / Size}, 0);
}

} // namespace

void sort_records(std::span<std::byte> records, std::size_t record_bytes) {
    switch (record_bytes) {
    case 16: return sort_sized<16>(records);
    case 20: return sort_sized<20>(records);
    case 24: return sort_sized<24>(records);
    case 28: return sort_sized<28>(records);
    case 32: return sort_sized<32>(records);
    case 40: return sort_sized<40>(records);
    default: assert(false);
    }
}

} // namespace rempart::recognise
