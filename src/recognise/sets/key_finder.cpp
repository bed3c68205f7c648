// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/key_finder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace rempart::recognise {
namespace {

// How many look-ups wait for memory together. Our choice, measured: a core of today has room for
// 10 to 20 lines that are on their way, and each look-up asks for up to 6.
constexpr std::size_t kBatch = 32;

// Up to this many keys they are looked at in turn: three times the mean.
constexpr std::uint64_t kFewKeys = 32;

constexpr std::uint64_t kNoKey = ~std::uint64_t{0};

// One look-up on its way.
struct Probe {
    const std::byte* digest;
    std::uint64_t leading; ///< Its first 64 bits.
    const SetShard* shard;
    FusePlaces places;
    std::uint64_t filter;   ///< Where the filter begins in the file.
    std::uint64_t next;     ///< Where in the file it looks next; then the key that it awaits.
    std::uint64_t from, to; ///< The keys that begin with the same bits.
    std::uint32_t query;
};

tl::unexpected<Error> index_lies() {
    return fail(Errc::malformed, "the index of the hash set contradicts itself");
}

template <std::size_t Size>
class Finder {
  public:
    explicit Finder(const HashSet::State& state)
        : state_(state), radix_bits_(state.header.radix_bits),
          shard_bits_(state.header.shard_bits) {}

    // Looks up `count` digests, the first of which is query number `first`, stage by stage: what a
    // stage reads was asked for by the one before.
    Result<void> find(const std::byte* digests, std::size_t count, std::uint32_t first,
                      std::vector<SetMatch>& matches) {
        for (std::size_t i = 0; i < count; ++i) {
            ask_filter(probes_[i], digests + i * Size, first + static_cast<std::uint32_t>(i));
        }
        std::size_t left = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto passes = passes_filter(probes_[i]);
            if (!passes) {
                return fail(passes.error());
            }
            if (*passes) {
                probes_[left++] = probes_[i];
            }
        }
        for (std::size_t i = 0; i < left; ++i) {
            ask_index(probes_[i]);
        }
        for (std::size_t i = 0; i < left; ++i) {
            if (auto asked = ask_keys(probes_[i]); !asked) {
                return asked;
            }
        }
        for (std::size_t i = 0; i < left; ++i) {
            const auto key = search(probes_[i]);
            if (!key) {
                return fail(key.error());
            }
            if (*key != kNoKey) {
                matches.push_back({probes_[i].query, static_cast<std::uint32_t>(*key)});
            }
        }
        return {};
    }

  private:
    void ask_filter(Probe& probe, const std::byte* digest, std::uint32_t query) const {
        probe.digest = digest;
        probe.leading = leading_bits(digest);
        probe.query = query;
        probe.shard = &state_.shards[first_bits(probe.leading, shard_bits_)];
        if (probe.shard->state == SetShard::State::filtered) {
            probe.places = probe.shard->shape.places(filter_value(digest));
            probe.filter = state_.plan.filter.offset + probe.shard->begin;
            for (const std::uint32_t place : probe.places.at) {
                __builtin_prefetch(state_.guard.resident(probe.filter + place));
            }
        }
    }

    Result<bool> passes_filter(const Probe& probe) const {
        if (probe.shard->state != SetShard::State::filtered) {
            return probe.shard->state == SetShard::State::unfiltered;
        }
        for (const std::uint32_t place : probe.places.at) {
            if (auto touched = state_.touch(probe.filter + place, 1); !touched) {
                return fail(touched.error());
            }
        }
        const auto* const bytes =
            reinterpret_cast<const std::uint8_t*>(state_.guard.resident(probe.filter));
        return fuse_may_hold(bytes, probe.places);
    }

    void ask_index(Probe& probe) const {
        probe.next = state_.plan.radix.offset + first_bits(probe.leading, radix_bits_) * 4;
        __builtin_prefetch(state_.guard.resident(probe.next));
    }

    // Which keys begin with the same bits, and where among them the digest would stand if they were
    // spread evenly, which digests are.
    Result<void> ask_keys(Probe& probe) const {
        if (!state_.guard.knows(probe.next, 8)) {
            if (auto checked = state_.guard.check(probe.next, 8); !checked) {
                return checked;
            }
        }
        probe.from = load_native<std::uint32_t>(state_.guard.resident(probe.next));
        probe.to = load_native<std::uint32_t>(state_.guard.resident(probe.next + 4));
        if (probe.from > probe.to || probe.to > state_.header.info.keys) {
            return index_lies();
        }
        const std::uint64_t fraction = (probe.leading << radix_bits_) >> 32U;
        probe.next = probe.from + ((fraction * (probe.to - probe.from)) >> 32U);
        const std::byte* const key = state_.at(state_.key_at(probe.next));
        __builtin_prefetch(key);
        __builtin_prefetch(key + Size - 1);
        return {};
    }

    // The number of the key, or kNoKey.
    Result<std::uint64_t> search(const Probe& probe) const {
        if (probe.from == probe.to) {
            return kNoKey;
        }
        std::uint64_t from = probe.from;
        std::uint64_t to = probe.to;
        if (to - from > kFewKeys) { // more than even digests give: somebody chose them
            if (auto narrowed = narrow(probe.digest, from, to); !narrowed) {
                return fail(narrowed.error());
            }
        }
        const std::uint64_t bytes = (to - from) * Size;
        if (!state_.guard.knows(state_.key_at(from), bytes)) {
            if (auto checked = state_.guard.check(state_.key_at(from), bytes); !checked) {
                return fail(checked.error());
            }
        }
        // Begins where the digest is awaited, and goes to where it must be.
        std::uint64_t i = std::clamp(probe.next, from, to - 1);
        while (i > from && leading_of(i) > probe.leading) {
            --i;
        }
        while (i > from && leading_of(i) == probe.leading && leading_of(i - 1) == probe.leading) {
            --i;
        }
        for (; i < to && leading_of(i) <= probe.leading; ++i) {
            if (std::memcmp(state_.at(state_.key_at(i)), probe.digest, Size) == 0) {
                return i;
            }
        }
        return kNoKey;
    }

    [[nodiscard]] std::uint64_t leading_of(std::uint64_t key) const {
        return leading_bits(state_.at(state_.key_at(key)));
    }

    // Halves the range until few keys are left.
    Result<void> narrow(const std::byte* digest, std::uint64_t& from, std::uint64_t& to) const {
        while (to - from > kFewKeys) {
            const std::uint64_t middle = from + (to - from) / 2;
            if (auto touched = state_.touch(state_.key_at(middle), Size); !touched) {
                return touched;
            }
            const bool before = std::memcmp(state_.at(state_.key_at(middle)), digest, Size) <= 0;
            (before ? from : to) = middle;
        }
        return {};
    }

    const HashSet::State& state_;
    const std::uint32_t radix_bits_;
    const std::uint32_t shard_bits_;
    std::array<Probe, kBatch> probes_;
};

template <std::size_t Size>
Result<void> find_all(const HashSet::State& state, ByteView digests,
                      std::vector<SetMatch>& matches) {
    Finder<Size> finder(state);
    const std::size_t count = digests.size() / Size;
    for (std::size_t i = 0; i < count; i += kBatch) {
        auto found = finder.find(digests.data() + i * Size, std::min(kBatch, count - i),
                                 static_cast<std::uint32_t>(i), matches);
        if (!found) {
            return found;
        }
    }
    return {};
}

} // namespace

Result<void> find_keys(const HashSet::State& state, ByteView digests,
                       std::vector<SetMatch>& matches) {
    switch (state.key_bytes) {
    case 16: return find_all<16>(state, digests, matches);
    case 20: return find_all<20>(state, digests, matches);
    default: return find_all<32>(state, digests, matches);
    }
}

} // namespace rempart::recognise
