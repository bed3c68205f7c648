// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/near_groups.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <limits>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "recognise/leader_index.hpp"

namespace rempart::recognise {
namespace {

// Contents whose leaders of before are looked for at once, by all threads. Our choice: enough work
// for each thread, and few leaders that come up within it.
constexpr std::size_t kBlock = 1024;

// The nearest of the settled leaders for each content, by as many threads.
class SettledSearch {
  public:
    SettledSearch(const LeaderIndex& leaders, std::span<const NearContent> contents, int radius)
        : leaders_(leaders), contents_(contents), radius_(radius), nearest_(contents.size()) {}

    Result<std::vector<NearLeader>> run(unsigned threads) {
        {
            std::vector<std::jthread> workers;
            for (unsigned k = 1; k < threads; ++k) {
                workers.emplace_back([this] { work(); });
            }
            work();
        }
        if (failed_) {
            return fail(std::move(*failed_));
        }
        return std::move(nearest_);
    }

  private:
    void work() {
        constexpr std::size_t kSlice = 32;
        CodeScratch scratch;
        for (;;) {
            const std::size_t begin = next_.fetch_add(kSlice, std::memory_order_relaxed);
            const std::size_t end = std::min(begin + kSlice, contents_.size());
            for (std::size_t i = begin; i < end; ++i) {
                auto nearest = leaders_.nearest_settled(contents_[i], radius_, scratch);
                if (!nearest) {
                    const std::lock_guard lock(failure_);
                    failed_ = std::move(nearest).error();
                    return;
                }
                nearest_[i] = *nearest;
            }
            if (begin >= contents_.size()) {
                return;
            }
        }
    }

    const LeaderIndex& leaders_;
    std::span<const NearContent> contents_;
    int radius_;
    std::vector<NearLeader> nearest_;
    std::atomic<std::size_t> next_{0};
    std::mutex failure_;
    std::optional<Error> failed_;
};

} // namespace

struct NearGrouper::State {
    [[nodiscard]] Result<void> add_block(std::span<const NearContent> contents,
                                         std::vector<GroupPlace>& places);
    [[nodiscard]] Result<GroupPlace> add_leader(NearContent content);

    Options options;
    LeaderIndex leaders;
    std::size_t groups = 0;
    std::uint64_t fingerprints = 0; ///< Of leaders.
};

NearGrouper::NearGrouper() : NearGrouper(Options{}) {
}
NearGrouper::NearGrouper(Options options) : state_(std::make_unique<State>()) {
    assert(options.radius >= 0 && options.radius <= CodeIndex::kMaxBandedRadius);
    state_->options = options;
    state_->options.threads = std::max(options.threads, 1U);
}
NearGrouper::NearGrouper(NearGrouper&&) noexcept = default;
NearGrouper& NearGrouper::operator=(NearGrouper&&) noexcept = default;
NearGrouper::~NearGrouper() = default;

std::size_t NearGrouper::group_count() const {
    return state_->groups;
}

Result<GroupPlace> NearGrouper::State::add_leader(NearContent content) {
    fingerprints += content.size();
    if (fingerprints >= std::numeric_limits<std::uint32_t>::max() - 1) {
        return fail(Errc::limit_exceeded, "more leaders than can be numbered");
    }
    leaders.add(content, groups);
    return GroupPlace{.group = groups++, .is_leader = true};
}

Result<void> NearGrouper::add_leaders(std::span<const NearContent> leaders) {
    for (std::size_t i = 0; i < leaders.size(); ++i) {
        if (const auto added = state_->add_leader(leaders[i]); !added) {
            return fail(added.error());
        }
        if ((i + 1) % kBlock == 0) {
            if (auto settled = state_->leaders.settle(); !settled) {
                return settled;
            }
        }
    }
    return state_->leaders.settle();
}

// What came before this block is searched by all threads; what comes up within it, in order.
Result<void> NearGrouper::State::add_block(std::span<const NearContent> contents,
                                           std::vector<GroupPlace>& places) {
    const auto settled = SettledSearch(leaders, contents, options.radius).run(options.threads);
    if (!settled) {
        return fail(settled.error());
    }
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const NearLeader nearest =
            leaders.nearest_latest(contents[i], options.radius, (*settled)[i]);
        if (nearest.exists()) {
            places.push_back({.group = nearest.group,
                              .is_leader = false,
                              .distance = nearest.distance,
                              .orientation = nearest.orientation});
            continue;
        }
        const auto place = add_leader(contents[i]);
        if (!place) {
            return fail(place.error());
        }
        places.push_back(*place);
    }
    return leaders.settle();
}

Result<std::vector<GroupPlace>> NearGrouper::add(std::span<const NearContent> contents) {
    std::vector<GroupPlace> places;
    places.reserve(contents.size());
    for (std::size_t begin = 0; begin < contents.size(); begin += kBlock) {
        const auto block = contents.subspan(begin, std::min(kBlock, contents.size() - begin));
        if (auto added = state_->add_block(block, places); !added) {
            return fail(std::move(added).error());
        }
    }
    return places;
}

std::vector<std::size_t> near_groups(std::span<const PdqFingerprint> fingerprints, int radius,
                                     unsigned threads) {
    std::vector<NearContent> contents;
    contents.reserve(fingerprints.size());
    for (const PdqFingerprint& fingerprint : fingerprints) {
        contents.emplace_back(&fingerprint, 1);
    }
    NearGrouper grouper({.radius = radius, .threads = threads});
    const auto places = grouper.add(contents);
    if (!places) { // nothing but memory can be missing
        throw std::bad_alloc();
    }
    std::vector<std::size_t> leaders;
    std::vector<std::size_t> groups;
    groups.reserve(fingerprints.size());
    for (std::size_t i = 0; i < places->size(); ++i) {
        if ((*places)[i].is_leader) {
            leaders.push_back(i);
        }
        groups.push_back(leaders[(*places)[i].group]);
    }
    return groups;
}

} // namespace rempart::recognise
