// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Several hash sets asked at once, and what their answers mean together.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/hash_set.hpp"

namespace rempart::recognise {

/// Content number `query` of a batch is in set number `set`.
struct SetsHit {
    static constexpr std::uint64_t kNoRow = ~std::uint64_t{0};

    std::uint32_t query = 0;
    std::uint32_t set = 0;
    std::uint64_t row = 0; ///< The row it stands in; kNoRow if the set keeps none.
    friend auto operator<=>(const SetsHit&, const SetsHit&) = default;
};

/// Open sets of any kinds. `find` may be called by any number of threads once all are added.
class HashSets {
  public:
    /// \return the number of the set: 0, 1, ...
    std::uint32_t add(HashSet set);

    [[nodiscard]] std::size_t size() const { return sets_.size(); }
    [[nodiscard]] const HashSet& operator[](std::size_t set) const { return sets_[set]; }
    /// Whether any set is of that kind: digests that no set has need not be computed.
    [[nodiscard]] bool holds(HashKind kind) const;

    /// Appends what each set knows of each content, sorted, one hit for each row. A digest of
    /// zeroes only was not computed, and is not asked for; an ed2k is asked for in both its forms.
    /// Nothing is told of a batch that fails: a set that cannot be read has not said no.
    /// \pre fewer than 2^31 contents
    /// \return as HashSet::find, with the name of the set's list
    [[nodiscard]] Result<void> find(std::span<const Digests> contents,
                                    std::vector<SetsHit>& hits) const;

  private:
    std::vector<HashSet> sets_;
};

/// One thing that a list says of a content.
struct ListStatement {
    SetPolarity polarity{};
    HashKind kind{}; ///< pdq: it is near a listed picture; any other: it is equal.
};

/// What a content is known to be.
enum class Standing : std::uint8_t {
    unknown,    ///< Nothing is known.
    noted,      ///< Marked by a list, without a judgement.
    known_good, ///< Known to be harmless: need not be looked at.
    alert,      ///< Known material, or near it.
    disputed,   ///< One list alerts and another allows the very same bytes: for a human.
};
/// "unknown", "noted", "known_good", "alert", "disputed": never changes once released.
[[nodiscard]] std::string_view name(Standing standing) noexcept;

/// What lists say together. Our choice, on the side of looking twice:
///  1. Equal to an alert, and to an allow: `disputed`. Neither list wins.
///  2. Equal to an alert: `alert`.
///  3. Equal to an allow by SHA-1 or SHA-256: `known_good`, whatever it is near to: these bytes
///     were looked at. By MD5 or ed2k too, unless it is near an alert: two files with one MD5 or
///     MD4 are made in seconds (Stevens 2007; Wang 2004), so one may hide behind the other. (Two
///     with one SHA-1 cost some ten thousand euros, Leurent and Peyrin 2020: prefer lists of
///     SHA-256.)
///  4. Near an alert: `alert`. A near allow never clears anything: what is near a harmless picture
///     may be one that was changed into something else.
///  5. Noted, by either: `noted`. Else `unknown`.
[[nodiscard]] Standing standing_of(std::span<const ListStatement> statements);

} // namespace rempart::recognise
