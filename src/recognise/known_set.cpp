// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/known_set.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <new>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "rempart/recognise/code_index_builder.hpp"

namespace rempart::recognise {
namespace {

template <std::size_t Size>
struct ExactEntry {
    std::array<std::byte, Size> value;
    std::uint32_t list;
    std::int64_t entry_row;
    friend auto operator<=>(const ExactEntry&, const ExactEntry&) = default;
};
static_assert(sizeof(ExactEntry<16>) == 32 && sizeof(ExactEntry<20>) == 32 &&
              sizeof(ExactEntry<32>) == 48); // as the header says

template <std::size_t Size>
using ExactEntries = std::vector<ExactEntry<Size>>;

template <std::size_t Size>
void add_to(ExactEntries<Size>& entries, std::uint32_t list, std::int64_t entry_row,
            ByteView value) {
    assert(value.size() == Size);
    ExactEntry<Size>& entry = entries.emplace_back();
    std::ranges::copy(value.first(Size), entry.value.begin());
    entry.list = list;
    entry.entry_row = entry_row;
}

template <std::size_t Size>
void append_equal(const ExactEntries<Size>& entries, const std::array<std::byte, Size>& value,
                  HashKind kind, std::vector<ExactHit>& hits) {
    if (value == std::array<std::byte, Size>{}) {
        return; // not computed: see Digester
    }
    for (const auto& entry :
         std::ranges::equal_range(entries, value, {}, &ExactEntry<Size>::value)) {
        hits.push_back({.list = entry.list, .entry_row = entry.entry_row, .kind = kind});
    }
}

template <typename Hit>
void keep_first_of_each_entry(std::vector<Hit>& hits) {
    const auto same = [](const Hit& a, const Hit& b) {
        return a.list == b.list && a.entry_row == b.entry_row;
    };
    std::ranges::sort(hits);
    hits.erase(std::ranges::unique(hits, same).begin(), hits.end());
}

// What is in memory can fail only for want of it.
void must_have_memory(const Result<void>& result) {
    if (!result) {
        throw std::bad_alloc();
    }
}

} // namespace

struct KnownSet::State {
    struct Scratch {
        CodeScratch search;
        std::vector<CodeMatch> matches;
        std::vector<CodeRow> rows;
    };

    // The entries whose own radius reaches `hash`, for find_near to fill in what is the same for
    // all of them.
    void append_near(const PdqHash& hash, const NearHit& common, std::vector<NearHit>& hits,
                     Scratch& scratch) const;
    [[nodiscard]] int radius_of(std::uint32_t list) const {
        const auto stated = radius_of_list.find(list);
        return stated == radius_of_list.end() ? PdqHash::kMatchDistance : stated->second;
    }

    ExactEntries<16> md5;
    ExactEntries<20> sha1;
    ExactEntries<32> sha256;
    ExactEntries<16> ed2k;
    CodeIndex pdq; ///< Its rows are the callers' entries.
    std::map<std::uint32_t, int> radius_of_list;
    int max_radius = 0; ///< Of the lists that have a hash in `pdq`.
};

struct KnownSet::Builder::State {
    std::unique_ptr<KnownSet::State> set = std::make_unique<KnownSet::State>();
    // No limit: what goes into memory is not spilled.
    CodeIndexBuilder pdq{{.memory_limit_bytes = std::size_t{1} << 46}};
    std::set<std::uint32_t> pdq_lists;
};

KnownSet::Builder::Builder() : state_(std::make_unique<State>()) {
}
KnownSet::Builder::Builder(Builder&&) noexcept = default;
KnownSet::Builder& KnownSet::Builder::operator=(Builder&&) noexcept = default;
KnownSet::Builder::~Builder() = default;

void KnownSet::Builder::set_radius(std::uint32_t list, int radius) {
    assert(radius >= 0 && radius <= PdqHash::kMatchDistance);
    state_->set->radius_of_list[list] = radius;
}

void KnownSet::Builder::add(std::uint32_t list, std::int64_t entry_row, HashKind kind,
                            ByteView value) {
    assert(value.size() == size_bytes(kind));
    switch (kind) {
    case HashKind::md5: add_to(state_->set->md5, list, entry_row, value); break;
    case HashKind::sha1: add_to(state_->set->sha1, list, entry_row, value); break;
    case HashKind::sha256: add_to(state_->set->sha256, list, entry_row, value); break;
    case HashKind::ed2k: add_to(state_->set->ed2k, list, entry_row, value); break;
    case HashKind::pdq:
        must_have_memory(
            state_->pdq.add(PdqHash::from_bytes(value.first<32>()),
                            {.list = list, .row = static_cast<std::uint64_t>(entry_row)}));
        state_->pdq_lists.insert(list);
        break;
    }
}

KnownSet KnownSet::Builder::build() && {
    auto& set = *state_->set;
    std::ranges::sort(set.md5);
    std::ranges::sort(set.sha1);
    std::ranges::sort(set.sha256);
    std::ranges::sort(set.ed2k);
    for (const std::uint32_t list : state_->pdq_lists) {
        set.max_radius = std::max(set.max_radius, set.radius_of(list));
    }
    auto index = std::move(state_->pdq).build();
    must_have_memory(index ? Result<void>() : fail(index.error()));
    set.pdq = std::move(*index);
    KnownSet known;
    known.state_ = std::move(state_->set);
    return known;
}

bool KnownSet::holds(HashKind kind) const {
    switch (kind) {
    case HashKind::md5: return !state_->md5.empty();
    case HashKind::sha1: return !state_->sha1.empty();
    case HashKind::sha256: return !state_->sha256.empty();
    case HashKind::ed2k: return !state_->ed2k.empty();
    case HashKind::pdq: return state_->pdq.size() > 0;
    }
    return false;
}

KnownSet::KnownSet() : state_(std::make_unique<State>()) {
}
KnownSet::KnownSet(KnownSet&&) noexcept = default;
KnownSet& KnownSet::operator=(KnownSet&&) noexcept = default;
KnownSet::~KnownSet() = default;

bool KnownSet::empty() const {
    return state_->md5.empty() && state_->sha1.empty() && state_->sha256.empty() &&
           state_->ed2k.empty() && state_->pdq.size() == 0;
}

std::vector<ExactHit> KnownSet::find_exact(const Digests& digests) const {
    std::vector<ExactHit> hits;
    append_equal(state_->md5, digests.md5, HashKind::md5, hits);
    append_equal(state_->sha1, digests.sha1, HashKind::sha1, hits);
    append_equal(state_->sha256, digests.sha256, HashKind::sha256, hits);
    append_equal(state_->ed2k, digests.ed2k, HashKind::ed2k, hits);
    append_equal(state_->ed2k, digests.ed2k_blue, HashKind::ed2k, hits);
    keep_first_of_each_entry(hits);
    return hits;
}

void KnownSet::State::append_near(const PdqHash& hash, const NearHit& common,
                                  std::vector<NearHit>& hits, Scratch& scratch) const {
    must_have_memory(pdq.find_within(hash, max_radius, scratch.matches, scratch.search));
    for (const auto& [code, distance] : scratch.matches) {
        scratch.rows.clear();
        must_have_memory(pdq.append_rows(code, scratch.rows));
        std::erase_if(scratch.rows, [&, reached = static_cast<int>(distance)](const CodeRow& row) {
            return reached > radius_of(row.list);
        });
        for (const CodeRow& row : scratch.rows) {
            NearHit& hit = hits.emplace_back(common);
            hit.list = row.list;
            hit.entry_row = static_cast<std::int64_t>(row.row);
            hit.distance = static_cast<int>(distance);
        }
    }
}

std::vector<NearHit> KnownSet::find_near(std::span<const PdqFingerprint> queries) const {
    std::vector<NearHit> hits;
    State::Scratch scratch;
    std::unordered_set<PdqHash> asked; // variants of a small picture are equal
    for (std::size_t q = 0; q < queries.size(); ++q) {
        if (queries[q].quality < kMinPdqQuality) {
            continue;
        }
        for (std::size_t k = 0; k < kOrientations; ++k) {
            if (!asked.insert(queries[q].hashes[k]).second) {
                continue;
            }
            NearHit common;
            common.query = static_cast<std::uint32_t>(q);
            common.orientation = static_cast<Orientation>(k);
            state_->append_near(queries[q].hashes[k], common, hits, scratch);
        }
    }
    keep_first_of_each_entry(hits); // their order puts the smallest distance first
    return hits;
}

} // namespace rempart::recognise
