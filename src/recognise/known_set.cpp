// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/known_set.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <new>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "rempart/recognise/code_index_builder.hpp"
#include "rempart/recognise/hash_sets.hpp"

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

    /// The codes of one list in a file of their own.
    struct IndexFile {
        std::uint32_t list = 0;
        CodeIndex codes;
    };

    /// The entries whose own radius reaches `hash`, for find_near to fill in what is the same for
    /// all of them. Of an index file all are `only`'s.
    Result<void> append_near(const CodeIndex& index, int radius, std::optional<std::uint32_t> only,
                             const NearHit& common, const PdqHash& hash, std::vector<NearHit>& hits,
                             Scratch& scratch) const;
    Result<void> append_near(const PdqHash& hash, const NearHit& common, std::vector<NearHit>& hits,
                             Scratch& scratch) const;
    [[nodiscard]] int radius_of(std::uint32_t list) const {
        const auto stated = radius_of_list.find(list);
        return stated == radius_of_list.end() ? PdqHash::kMatchDistance : stated->second;
    }

    ExactEntries<16> md5;
    ExactEntries<20> sha1;
    ExactEntries<32> sha256;
    ExactEntries<16> ed2k;
    HashSets files;
    std::vector<std::uint32_t> list_of_file; ///< By the number that `files` has for it.
    CodeIndex pdq;                           ///< Its rows are the callers' entries.
    std::vector<IndexFile> pdq_files;
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

void KnownSet::Builder::add(std::uint32_t list, HashSet set) {
    assert(set.info().has_rows);
    state_->set->files.add(std::move(set));
    state_->set->list_of_file.push_back(list);
}

void KnownSet::Builder::add(std::uint32_t list, CodeIndex index) {
    state_->set->pdq_files.push_back({list, std::move(index)});
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
    case HashKind::md5: return !state_->md5.empty() || state_->files.holds(kind);
    case HashKind::sha1: return !state_->sha1.empty() || state_->files.holds(kind);
    case HashKind::sha256: return !state_->sha256.empty() || state_->files.holds(kind);
    case HashKind::ed2k: return !state_->ed2k.empty() || state_->files.holds(kind);
    case HashKind::pdq:
        return state_->pdq.size() > 0 ||
               std::ranges::any_of(state_->pdq_files,
                                   [](const auto& file) { return file.codes.size() > 0; });
    }
    return false;
}

KnownSet::KnownSet() : state_(std::make_unique<State>()) {
}
KnownSet::KnownSet(KnownSet&&) noexcept = default;
KnownSet& KnownSet::operator=(KnownSet&&) noexcept = default;
KnownSet::~KnownSet() = default;

bool KnownSet::empty() const {
    constexpr std::array kKinds{HashKind::md5, HashKind::sha1, HashKind::sha256, HashKind::ed2k,
                                HashKind::pdq};
    return std::ranges::none_of(kKinds, [&](HashKind kind) { return holds(kind); });
}

Result<std::vector<ExactHit>> KnownSet::find_exact(const Digests& digests) const {
    std::vector<ExactHit> hits;
    append_equal(state_->md5, digests.md5, HashKind::md5, hits);
    append_equal(state_->sha1, digests.sha1, HashKind::sha1, hits);
    append_equal(state_->sha256, digests.sha256, HashKind::sha256, hits);
    append_equal(state_->ed2k, digests.ed2k, HashKind::ed2k, hits);
    append_equal(state_->ed2k, digests.ed2k_blue, HashKind::ed2k, hits);
    std::vector<SetsHit> in_files;
    if (auto found = state_->files.find(std::span(&digests, 1), in_files); !found) {
        return fail(std::move(found).error());
    }
    for (const SetsHit& hit : in_files) {
        hits.push_back({.list = state_->list_of_file[hit.set],
                        .entry_row = static_cast<std::int64_t>(hit.row),
                        .kind = state_->files[hit.set].info().kind});
    }
    keep_first_of_each_entry(hits);
    return hits;
}

Result<void> KnownSet::State::append_near(const CodeIndex& index, int radius,
                                          std::optional<std::uint32_t> only, const NearHit& common,
                                          const PdqHash& hash, std::vector<NearHit>& hits,
                                          Scratch& scratch) const {
    auto done = index.find_within(hash, radius, scratch.matches, scratch.search);
    for (std::size_t i = 0; done && i < scratch.matches.size(); ++i) {
        const auto& [code, distance] = scratch.matches[i];
        scratch.rows.clear();
        done = index.append_rows(code, scratch.rows);
        for (const CodeRow& row : scratch.rows) {
            NearHit hit = common;
            hit.list = only.value_or(row.list);
            hit.entry_row = static_cast<std::int64_t>(row.row);
            hit.distance = static_cast<int>(distance);
            if (hit.distance <= radius_of(hit.list)) {
                hits.push_back(hit);
            }
        }
    }
    return done;
}

Result<void> KnownSet::State::append_near(const PdqHash& hash, const NearHit& common,
                                          std::vector<NearHit>& hits, Scratch& scratch) const {
    auto found = append_near(pdq, max_radius, std::nullopt, common, hash, hits, scratch);
    for (std::size_t i = 0; found && i < pdq_files.size(); ++i) {
        const auto& [list, codes] = pdq_files[i];
        found = append_near(codes, radius_of(list), list, common, hash, hits, scratch);
    }
    return found;
}

Result<std::vector<NearHit>> KnownSet::find_near(std::span<const PdqFingerprint> queries) const {
    std::vector<NearHit> hits;
    State::Scratch scratch;
    std::unordered_set<PdqHash> asked; // variants of a small picture are equal
    Result<void> done;
    for (std::size_t at = 0; done && at < queries.size() * kOrientations; ++at) {
        NearHit common;
        common.query = static_cast<std::uint32_t>(at / kOrientations);
        common.orientation = static_cast<Orientation>(at % kOrientations);
        const PdqFingerprint& query = queries[common.query];
        const PdqHash& hash = query.hashes[at % kOrientations];
        if (query.quality >= kMinPdqQuality && asked.insert(hash).second) {
            done = state_->append_near(hash, common, hits, scratch);
        }
    }
    if (!done) {
        return fail(std::move(done).error());
    }
    keep_first_of_each_entry(hits); // their order puts the smallest distance first
    return hits;
}

} // namespace rempart::recognise
