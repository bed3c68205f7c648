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

// All sets side by side. They are few, so the smallest digest is looked for among all.
class Walk {
  public:
    Result<void> add(const HashSet& set) {
        walkers_.emplace_back(set);
        key_bytes_ = size_bytes(set.info().kind);
        return walkers_.back().refill();
    }

    // The smallest digest that is left; empty at the end.
    ByteView next() {
        const std::byte* smallest = nullptr;
        holders_ = 0;
        for (std::size_t i = 0; i < walkers_.size(); ++i) {
            if (walkers_[i].done()) {
                continue;
            }
            const std::byte* const key = walkers_[i].key();
            const int order = smallest == nullptr ? -1 : std::memcmp(key, smallest, key_bytes_);
            const std::uint64_t bit = std::uint64_t{1} << i;
            holders_ = order < 0 ? bit : order == 0 ? holders_ | bit : holders_;
            smallest = order < 0 ? key : smallest;
        }
        return smallest == nullptr ? ByteView{} : ByteView{smallest, key_bytes_};
    }

    [[nodiscard]] std::uint64_t holders() const { return holders_; }

    Result<void> pass() {
        Result<void> passed;
        for (std::size_t i = 0; i < walkers_.size() && passed; ++i) {
            if ((holders_ >> i & 1U) != 0) {
                passed = walkers_[i].advance();
            }
        }
        return passed;
    }

  private:
    std::vector<Walker> walkers_;
    std::size_t key_bytes_ = 0;
    std::uint64_t holders_ = 0; // of what next() gave
};

} // namespace

Result<void> walk_sets(std::span<const HashSet* const> sets,
                       const std::function<Result<void>(ByteView, std::uint64_t)>& take) {
    if (sets.size() > kMaxWalkedSets) {
        return fail(Errc::invalid_argument,
                    fmt::format("{} hash sets, {} at most", sets.size(), kMaxWalkedSets));
    }
    Walk walk;
    for (const HashSet* const set : sets) {
        if (set->info().kind != sets.front()->info().kind) {
            return fail(Errc::invalid_argument,
                        "hash sets of different kinds have nothing in common");
        }
        if (auto begun = walk.add(*set); !begun) {
            return begun;
        }
    }
    for (ByteView digest = walk.next(); !digest.empty(); digest = walk.next()) {
        if (auto taken = take(digest, walk.holders()); !taken) {
            return taken;
        }
        if (auto passed = walk.pass(); !passed) {
            return passed;
        }
    }
    return {};
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
