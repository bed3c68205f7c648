// SPDX-License-Identifier: Apache-2.0
// HashSet::verify: everything that a look-up relies on, from the keys' side.
#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "recognise/sets/key_finder.hpp"
#include "recognise/sets/set_state.hpp"

namespace rempart::recognise {
namespace {

tl::unexpected<Error> lies(std::string_view part, std::uint64_t at) {
    return fail(Errc::malformed,
                fmt::format("the {} of the hash set are wrong at number {}", part, at));
}

} // namespace

// The keys ascend, and a look-up of each finds it: no damage can do that with a right check value,
// only a program that wrote a wrong file.
Result<void> HashSet::State::verify_keys() const {
    for (std::uint64_t key = 1; key < header.info.keys; ++key) {
        if (std::memcmp(at(key_at(key - 1)), at(key_at(key)), key_bytes) >= 0) {
            return lies("keys", key);
        }
    }
    std::vector<SetMatch> matches;
    const std::uint64_t per_block = kSetChunkBytes / key_bytes;
    for (std::uint64_t first = 0; first < header.info.keys; first += per_block) {
        const std::uint64_t some = std::min(per_block, header.info.keys - first);
        matches.clear();
        if (auto found = find_keys(*this, {at(key_at(first)), some * key_bytes}, matches); !found) {
            return found;
        }
        // As many matches as queries, each of another query and ascending: each query has its own.
        if (matches.size() != some || matches.front().key != first ||
            matches.back().key != first + some - 1) {
            return lies("index and filter", first);
        }
    }
    return {};
}

Result<void> HashSet::State::verify_radix() const {
    const std::uint64_t numbers = (std::uint64_t{1} << header.radix_bits) + 1;
    std::uint32_t before = 0;
    for (std::uint64_t i = 0; i < numbers; ++i) {
        const auto number = load_native<std::uint32_t>(guard.resident(plan.radix.offset + i * 4));
        const bool right = i == 0             ? number == 0
                           : i + 1 == numbers ? number == header.info.keys
                                              : number >= before;
        if (!right || number < before) {
            return lies("index numbers", i);
        }
        before = number;
    }
    return {};
}

// The rows of one key that has several begin at number `many` of more_rows and ascend. Moves `many`
// behind them.
bool HashSet::State::rows_ascend(std::uint64_t& many) const {
    const std::uint64_t first = many;
    std::uint64_t before = 0;
    while (many < header.more_rows) {
        const auto word = load_native<std::uint64_t>(at(plan.more_rows.offset + many * 8));
        const std::uint64_t row = word & ~kSetManyRows;
        if (many > first && row <= before) {
            return false;
        }
        before = row;
        ++many;
        if (word != row) {
            return many - first > 1;
        }
    }
    return false;
}

// Each key's rows are where its word says, and together they are all rows there are.
Result<void> HashSet::State::verify_rows() const {
    std::uint64_t many = 0;
    std::uint64_t single = 0;
    for (std::uint64_t key = 0; key < header.info.keys; ++key) {
        const auto word = load_native<std::uint64_t>(at(plan.rows.offset + key * 8));
        const bool one = (word & kSetManyRows) == 0;
        single += one ? 1 : 0;
        if (!one && (word != (many | kSetManyRows) || !rows_ascend(many))) {
            return lies("rows", key);
        }
    }
    if (many != header.more_rows || single + many != header.info.rows) {
        return lies("rows", header.info.keys);
    }
    return {};
}

Result<void> HashSet::verify() const {
    if (auto checked = state_->guard.check_again(); !checked) {
        return checked;
    }
    const SetPlan& plan = state_->plan;
    if (auto all = state_->guard.check(kSetHeaderBytes, plan.data_bytes); !all) {
        return all;
    }
    if (auto right = state_->verify_radix(); !right) {
        return right;
    }
    if (auto right = state_->verify_keys(); !right) {
        return right;
    }
    return info().has_rows ? state_->verify_rows() : Result<void>{};
}

} // namespace rempart::recognise
