// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Reads lists of known material: one call for every format that `hash_list_formats()` names.
///
/// The input is untrusted: it may come from another force's export, cut short or edited by hand. A
/// list is all or nothing: one that silently loses a line lets known material through.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
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
    /// Of a frame of a listed video: its time. All frames of one video have the same `entry`.
    std::optional<FrameSpan> frame{}; // NOLINT(readability-redundant-member-init)

    friend bool operator==(const ListedHash&, const ListedHash&) = default;
};

/// How much a list may hold before it is refused: memory is bounded by these, not by the sender.
struct HashListLimits {
    std::size_t max_line_bytes = 64U << 10;
    std::size_t max_hashes = 100'000'000;
    std::size_t max_record_bytes = std::size_t{16} << 20; ///< Of one media object in VICS.
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

/// What was read. All counts are shown to the user, and what the list holds as it is written is
/// hashes + empty_file_hashes + degenerate_hashes.
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
    std::string stated_name;   ///< The name that the list gives itself, if any.
    std::string stated_scheme; ///< VICS region or the like ("US"), if any.
};

/// How many bits of a listed PDQ hash must be set, at least and at most. PDQ sets 128 of its 256
/// bits, fewer where coefficients tie; all zeroes and constants are known to stand in exchanges
/// (ThreatExchange issue 1609). The limits are our choice: wide, because the lists for tests of
/// others hold synthetic hashes (122 to 134 in the reference's haystack.txt).
inline constexpr int kMinListedOnes = 64;
inline constexpr int kMaxListedOnes = 192;

/// One line of the table of formats: all that help, documentation and tests need to know.
struct HashListFormat {
    std::string_view name;                 ///< Stable, as on the command line: "hashdeep".
    std::string_view title;                ///< For people: what writes it.
    bool names_kind;                       ///< Whether the list itself says what its hashes are.
    bool (*claims)(std::string_view head); ///< \param head the first 64 KiB at most
    Result<HashListSummary> (*read)(std::string_view text, const HashListOptions& options,
                                    const std::function<Result<void>(ListedHash&&)>& take);
};

/// The only list of formats there is, in the order in which they are tried.
[[nodiscard]] std::span<const HashListFormat> hash_list_formats() noexcept;
[[nodiscard]] const HashListFormat* hash_list_format_named(std::string_view name) noexcept;

/// Reads `text` (a mapped file) and gives each hash to `take`, in the order of the list, in
/// `format`, or, if null, in the format that claims it. `take` may stop the reading by an error. On
/// failure, forget what was taken.
/// A UTF-8 byte order mark is skipped; labels that are not UTF-8 are made so by `to_utf8`.
/// \return `unsupported` if no format claims it; `invalid_argument` if `options.kind` is missing,
/// or
///         stated for a format that names its kinds itself; `malformed` and `limit_exceeded` with
///         the 1-based line, or media object and byte; `malformed` also for a list without a hash
///         that could match, and for another count than `expected_hashes`; what `take` returned.
[[nodiscard]] Result<HashListSummary>
read_hash_list(std::string_view text, const HashListFormat* format, const HashListOptions& options,
               const std::function<Result<void>(ListedHash&&)>& take);

} // namespace rempart::recognise
