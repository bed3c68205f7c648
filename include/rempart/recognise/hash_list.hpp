// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Lists of known material: what one holds, and the formats that are read.
///
/// A list is untrusted: it may come from another force's export, cut short, edited by hand or made
/// to attack its reader. So the readers are a confined program of their own (list_reader), which
/// `pipeline::read_list` runs; here is what both sides know. A list is all or nothing: one that
/// silently loses a line lets known material through.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/frame_span.hpp"

namespace rempart::recognise {

/// One hash of a list. A file that is listed with three digests gives three of these, with the same
/// `entry`.
struct ListedHash {
    HashKind kind{};
    std::array<std::byte, 32> bytes{}; ///< The first size_bytes(kind) count, the rest are zero.
    std::uint64_t entry = 0; ///< The record it stands in, from 1: a line, or a media object.
    std::string label;       ///< As written, without interpretation; valid UTF-8; may be empty.
    std::string category;    ///< The code of the list's scheme, as written; may be empty.
    /// The list itself says that this entry is not what its others are: NSRL's SpecialCode, an
    /// exchange's NON_MALICIOUS, negative feedback. HashListSummary::marks counts them by reason.
    bool marked = false;
    /// Of a frame of a listed video: its time. All frames of one video have the same `entry`.
    std::optional<FrameSpan> frame{}; // NOLINT(readability-redundant-member-init)

    friend bool operator==(const ListedHash&, const ListedHash&) = default;
};

/// No label or category is longer, in bytes of UTF-8; a longer one refuses the list. Our choice: a
/// line's length four times, for the escapes of what was not UTF-8.
inline constexpr std::size_t kMaxListTextBytes = std::size_t{256} << 10;

/// How much a list may hold before it is refused. A reader's memory is bounded by the two sizes,
/// whatever the sender does, and does not grow with the hashes.
struct HashListLimits {
    std::size_t max_line_bytes = 64U << 10;
    std::size_t max_hashes = 4'000'000'000; ///< Ten times what NSRL's largest set holds today.
    std::size_t max_record_bytes = std::size_t{16} << 20; ///< Of one object in VICS and the like.
};

struct HashListOptions {
    /// What the hashes are, for a format that does not say it, and only for such a format: 64
    /// digits may be SHA-256 or PDQ, 32 MD5 or ed2k, so nothing here ever guesses from a length.
    std::optional<HashKind> kind;
    /// How many hashes the sender says the list holds, those that are dropped included: without it
    /// a list that was cut exactly at the end of a line looks like a shorter list.
    std::optional<std::size_t> expected_hashes;
    HashListLimits limits;
};

/// So many of one kind, which `what` names for people: "HASH_TMK", "SpecialCode M".
struct ListCount {
    std::string what;
    std::uint64_t count = 0;
    friend bool operator==(const ListCount&, const ListCount&) = default;
};

/// What a list says, or its format implies, about what it is for. Told to the user, who decides.
enum class StatedPolarity : std::uint8_t { none, alert, allow };
inline constexpr StatedPolarity kLastStatedPolarity = StatedPolarity::allow;
/// "", "alert", "allow": as --polarity.
[[nodiscard]] std::string_view name(StatedPolarity polarity) noexcept;

/// What was read. All counts are shown to the user. Each hash that the list holds as it is written
/// is in hashes + empty_file_hashes + degenerate_hashes, or, of a kind or in a record that is not
/// taken, in `skipped`; each record in records + deleted + comments, or in `skipped`.
struct HashListSummary {
    std::string format;         ///< HashListFormat::name.
    std::uint64_t records = 0;  ///< Lines or media objects that hold at least one hash.
    std::uint64_t hashes = 0;   ///< What the caller got.
    std::uint64_t comments = 0; ///< Blank and comment lines, headers, entries that report an error.
    /// Digests of the empty file: dropped, they match everything empty.
    std::uint64_t empty_file_hashes = 0;
    /// PDQ hashes that stand for no picture (see kMinListedOnes), or that the list itself gives a
    /// quality below kMinPdqQuality: dropped, they match what they should not.
    std::uint64_t degenerate_hashes = 0;
    /// 1 if the last line has no end and was taken, because it ends in a whole hash: the list may
    /// have been cut there.
    std::uint64_t unterminated_last_line = 0;
    /// Records that the list itself withdraws, and those they withdraw.
    std::uint64_t deleted = 0;
    std::vector<ListCount> skipped; ///< Not taken, by kind; in the order of the names.
    std::vector<ListCount> marks;   ///< Records that were taken, by why they are `marked`.
    std::string stated_name;        ///< The name that the list gives itself, if any.
    std::string stated_version;     ///< Its version, if any.
    std::string stated_scheme;      ///< VICS region or the like ("US"), if any.
    StatedPolarity stated_polarity = StatedPolarity::none;
    /// A file that describes a list and holds no hash (HashKeeper's .hke): of use beside others.
    bool describes_only = false;

    friend bool operator==(const HashListSummary&, const HashListSummary&) = default;
};

/// Adds to the count of `what`, which is put in its place if it is new. At most kMaxListCounts
/// kinds are told apart, the rest are counted under "other".
void count_as(std::vector<ListCount>& counts, std::string_view what, std::uint64_t count = 1);
inline constexpr std::size_t kMaxListCounts = 64;     ///< Our choice: more than anyone reads.
inline constexpr std::size_t kMaxListNameBytes = 256; ///< Of `what` and what a list states.

/// How many bits of a listed PDQ hash must be set, at least and at most. PDQ sets 128 of its 256
/// bits, fewer where coefficients tie; all zeroes and constants are known to stand in exchanges
/// (ThreatExchange issue 1609). The limits are our choice: wide, because the lists for tests of
/// others hold synthetic hashes (122 to 134 in the reference's haystack.txt).
inline constexpr int kMinListedOnes = 64;
inline constexpr int kMaxListedOnes = 192;

/// Why a well formed hash is not taken into a list, if it is not.
enum class HashUse : std::uint8_t { listed, empty_file, degenerate };
[[nodiscard]] HashUse use_of(HashKind kind, const std::array<std::byte, 32>& bytes) noexcept;

/// One line of the table of formats: all that help, documentation and callers need to know. How a
/// format is known and read stands beside it in src/recognise/list_reader/read_hash_list.cpp.
struct HashListFormat {
    std::string_view name;  ///< Stable, as on the command line: "hashdeep".
    std::string_view title; ///< For people: what writes it.
    bool names_kind;        ///< Whether the list itself says what its hashes are.
};

/// The only list of formats there is, in the order in which they are tried.
[[nodiscard]] std::span<const HashListFormat> hash_list_formats() noexcept;
[[nodiscard]] const HashListFormat* hash_list_format_named(std::string_view name) noexcept;

} // namespace rempart::recognise
