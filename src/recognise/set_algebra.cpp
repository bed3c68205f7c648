// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/set_algebra.hpp"

#include <array>
#include <cstring>
#include <vector>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

// One block of a set at a time.
class Walker {
  public:
    explicit Walker(const HashSet& set) : set_(set), key_bytes_(size_bytes(set.info().kind)) {}

    [[nodiscard]] bool done() const { return block_.empty(); }
    [[nodiscard]] const std::byte* key() const { return block_.data(); }

    Result<void> advance() {
        block_ = block_.subspan(key_bytes_);
        return block_.empty() ? refill() : Result<void>{};
    }

    Result<void> refill() {
        return set_.read_keys(next_, [this](ByteView block) {
            block_ = block; // of the mapped file: valid as long as the set
            next_ += block.size() / key_bytes_;
            return false;
        });
    }

  private:
    const HashSet& set_;
    std::size_t key_bytes_;
    std::uint64_t next_ = 0;
    ByteView block_;
};

} // namespace

Result<void> walk_sets(std::span<const HashSet* const> sets,
                       const std::function<Result<void>(ByteView, std::uint64_t)>& take) {
    if (sets.size() > kMaxWalkedSets) {
        return fail(Errc::invalid_argument,
                    fmt::format("{} hash sets, {} at most", sets.size(), kMaxWalkedSets));
    }
    std::vector<Walker> walkers;
    for (const HashSet* const set : sets) {
        if (set->info().kind != sets.front()->info().kind) {
            return fail(Errc::invalid_argument,
                        "hash sets of different kinds have nothing in common");
        }
        walkers.emplace_back(*set);
        if (auto begun = walkers.back().refill(); !begun) {
            return begun;
        }
    }
    const std::size_t key_bytes = sets.empty() ? 0 : size_bytes(sets.front()->info().kind);
    while (true) {
        // The sets are few, so the smallest digest is looked for among all.
        const std::byte* smallest = nullptr;
        std::uint64_t holders = 0;
        for (std::size_t i = 0; i < walkers.size(); ++i) {
            if (walkers[i].done()) {
                continue;
            }
            const int order =
                smallest == nullptr ? -1 : std::memcmp(walkers[i].key(), smallest, key_bytes);
            if (order < 0) {
                smallest = walkers[i].key();
                holders = 0;
            }
            if (order <= 0) {
                holders |= std::uint64_t{1} << i;
            }
        }
        if (smallest == nullptr) {
            return {};
        }
        if (auto taken = take({smallest, key_bytes}, holders); !taken) {
            return taken;
        }
        for (std::size_t i = 0; i < walkers.size(); ++i) {
            if ((holders >> i & 1U) != 0) {
                if (auto advanced = walkers[i].advance(); !advanced) {
                    return advanced;
                }
            }
        }
    }
}

Result<SetOverlap> compare_sets(const HashSet& first, const HashSet& second) {
    SetOverlap overlap;
    const std::array<const HashSet*, 2> sets{&first, &second};
    auto walked = walk_sets(sets, [&](ByteView, std::uint64_t holders) -> Result<void> {
        ++(holders == 1 ? overlap.only_first : holders == 2 ? overlap.only_second : overlap.both);
        return {};
    });
    if (!walked) {
        return fail(walked.error());
    }
    return overlap;
}

} // namespace rempart::recognise
