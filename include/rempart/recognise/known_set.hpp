// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Known material: exact look-up of digests and exact search of fingerprints within each list's
/// radius. Immutable after `build`, then thread-safe.
///
/// Hashes are given one by one, or as files that hold many (HashSet, CodeIndex) and are used where
/// they lie. Memory of those given one by one: 32 bytes a listed MD5, ed2k or SHA-1, 48 a SHA-256;
/// a PDQ hash about 90 (code_index.hpp), and 70 more until build() is done. Files: as they say.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/code_index.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/hash_list.hpp"
#include "rempart/recognise/hash_set.hpp"
#include "rempart/recognise/pdq.hpp"

namespace rempart::recognise {

/// One exact match. `entry_row` is the caller's own number for the listed hash.
struct ExactHit {
    std::uint32_t list = 0; ///< The number given to add().
    std::int64_t entry_row = 0;
    HashKind kind{};
    friend auto operator<=>(const ExactHit&, const ExactHit&) = default;
};

/// One near match; the nearest over all fingerprints and orientations that were asked.
struct NearHit {
    std::uint32_t list = 0;
    std::int64_t entry_row = 0;
    int distance = 0;        ///< Bits, 0..radius of the list.
    std::uint32_t query = 0; ///< Which of the fingerprints asked, from 0.
    Orientation orientation{};
    friend auto operator<=>(const NearHit&, const NearHit&) = default;
};

class KnownSet {
  public:
    class Builder {
      public:
        Builder();
        Builder(Builder&&) noexcept;
        Builder& operator=(Builder&&) noexcept;
        ~Builder();
        /// The radius for near hits of `list`, 0..31 (0: equal fingerprints only). Default 31.
        void set_radius(std::uint32_t list, int radius);
        /// \pre `value` has size_bytes(kind) bytes; at most 2^32 - 1 hashes of kind pdq.
        void add(std::uint32_t list, std::int64_t entry_row, HashKind kind, ByteView value);
        /// All digests of a file; its rows are the entry rows. \pre set.info().has_rows
        void add(std::uint32_t list, HashSet set);
        /// All fingerprints of a file; its rows are the entry rows, whatever list they name.
        void add(std::uint32_t list, CodeIndex index);
        [[nodiscard]] KnownSet build() &&;

      private:
        friend class KnownSet;
        struct State;
        std::unique_ptr<State> state_;
    };

    KnownSet();
    KnownSet(KnownSet&&) noexcept;
    KnownSet& operator=(KnownSet&&) noexcept;
    ~KnownSet();

    [[nodiscard]] bool empty() const;
    /// Whether any list has a hash of `kind`: who asks with digests that lack it misses those.
    [[nodiscard]] bool holds(HashKind kind) const;
    /// All exact matches of a content, sorted. At most one per (list, entry_row), the first kind's.
    /// A digest of zeroes only was not computed (DigestSet) and matches nothing.
    /// \return what a look-up in a file fails with (HashSet::find), and then no hit at all
    [[nodiscard]] Result<std::vector<ExactHit>> find_exact(const Digests& digests) const;
    /// All entries within their list's radius of any orientation of any query with a quality of at
    /// least kMinPdqQuality, sorted; one per (list, entry_row): the smallest distance, then the
    /// first query and orientation. A hash that several queries share is asked once.
    /// \return what a search in a file fails with (CodeIndex::find_within), and then no hit at all
    [[nodiscard]] Result<std::vector<NearHit>>
    find_near(std::span<const PdqFingerprint> queries) const;

  private:
    friend class Builder;
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
