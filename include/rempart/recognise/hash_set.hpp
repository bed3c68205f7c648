// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// An exact set of digests of one kind in an immutable, memory-mapped file, to 4 billion of them:
/// sorted keys behind a radix index, and a fuse filter in front, so that nearly every miss ends in
/// 1.13 bytes a key and touches nothing else. `HashSetBuilder` makes such files.
///
/// **A damaged byte is never a silent miss.** Each 16 KiB of the file have a check value, and
/// whatever a look-up is about to rely on (filter, index, keys, rows) is checked when it is touched
/// for the first time: damage makes the look-up fail with `integrity`. `verify` looks at
/// everything at once. What was checked once is not checked again while the set is open.
///
/// The file must not be changed while it is open (it never is: a new set gets a new file, and a
/// rename). Where a medium fails below a page that was read and checked before, or where somebody
/// cuts the file, the system ends the process with SIGBUS: a crash, not a miss.
///
/// Disk: 20 bytes a SHA-1, at most 0.8 for the index, 0.02 for the check values, 1.13 for the
/// filter; 8 for the rows, if kept. Memory of the process: 1/1000 of the file, for the check
/// values; the rest is the system's page cache, shared between processes.
///
/// Source of the shape: our choice, measured against LMDB (docs/benchmarks.md). Filter: Graf and
/// Lemire 2022 (src/recognise/sets/fuse_filter.hpp). Bytes: docs/formats/hash-sets.md.

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::recognise {

/// What a match means: known material, known harmless, or worth a note. Stated by whoever adds a
/// list, never taken from its name.
enum class SetPolarity : std::uint8_t { alert, allow, note };
[[nodiscard]] std::string_view name(SetPolarity polarity) noexcept;

/// Where a set comes from, as whoever made it stated.
struct HashSetLabel {
    std::string name;    ///< Of the list; at most kMaxSetTextBytes.
    std::string version; ///< Of the list, as its source counts; at most kMaxSetTextBytes.
    SetPolarity polarity = SetPolarity::alert;
    std::array<std::byte, 32> source_sha256{}; ///< Of the imported file; zeroes if there is none.

    friend bool operator==(const HashSetLabel&, const HashSetLabel&) = default;
};
inline constexpr std::size_t kMaxSetTextBytes = 1024;

struct HashSetInfo {
    HashKind kind{}; ///< Never pdq: a fingerprint is near or far, not equal.
    HashSetLabel label;
    std::uint64_t keys = 0; ///< Distinct digests, fewer than 2^32.
    std::uint64_t rows = 0; ///< Distinct (digest, row) pairs; without rows: digests as added.
    bool has_rows = false;  ///< Whether each digest knows the rows it stands in.
    std::uint64_t file_bytes = 0;
    /// SHA-256 that stands for the whole file: of its header, which holds that of its check values.
    /// A case that keeps it knows the set again.
    std::array<std::byte, 32> id{};

    friend bool operator==(const HashSetInfo&, const HashSetInfo&) = default;
};

/// Query number `query` of a batch is key number `key` of the set (from 0, in the order of bytes).
struct SetMatch {
    std::uint32_t query = 0;
    std::uint32_t key = 0;
    friend auto operator<=>(const SetMatch&, const SetMatch&) = default;
};

/// Query number `query` of a batch stands in `row`.
struct SetRow {
    std::uint32_t query = 0;
    std::uint64_t row = 0;
    friend auto operator<=>(const SetRow&, const SetRow&) = default;
};

/// Which digests a set must hold to be of use to the caller; any, if nothing.
struct HashSetOpening {
    std::optional<HashKind> kind;
    /// The id that the set must have, if the caller keeps one: another file of the same name, or
    /// one that was changed together with its check values, is then refused.
    std::optional<std::array<std::byte, 32>> id;
    /// Keys and rows stay in the mapped file, shared with other processes, or come into memory of
    /// this one, 16 KiB at a time as they are asked for: look-ups that hit are then faster, and
    /// nothing that happens to the file later reaches any.
    enum class Keys : std::uint8_t { mapped, in_memory };
    Keys keys = Keys::mapped;
};

/// An open set. Const calls may come from any number of threads at once.
class HashSet {
  public:
    /// Opens a file that HashSetBuilder made. Reads its header and check values, a thousandth of
    /// the file; of a set of at most 1 MiB everything, so that no look-up in it can fail later.
    /// \return `malformed` for what is no set, or one that contradicts itself; `unsupported` for
    ///         another version, byte order or kind of hash; `truncated`; `integrity` where a check
    ///         value does not hold or the id is another; `invalid_argument` if it holds another
    ///         kind than asked for; `not_found`; `io`.
    [[nodiscard]] static Result<HashSet> open(const std::filesystem::path& path,
                                              const HashSetOpening& opening = {});
    /// The same for an open file, which the set keeps.
    [[nodiscard]] static Result<HashSet> open(UniqueFd file, const HashSetOpening& opening = {});

    HashSet(HashSet&&) noexcept;
    HashSet& operator=(HashSet&&) noexcept;
    ~HashSet();

    [[nodiscard]] const HashSetInfo& info() const noexcept;

    /// The key that equals `digest`, if any. For many digests the other form is several times as
    /// fast, because it waits for memory once for all of them.
    /// \pre size_bytes(info().kind) bytes
    /// \return `integrity` or `io` if what must be looked at is damaged; `malformed` if it
    ///         contradicts itself
    [[nodiscard]] Result<std::optional<std::uint32_t>> find(ByteView digest) const;

    /// Appends a match for each of `digests`, which stand one behind the other, that is in the set,
    /// in their order. Nothing is told of a batch that fails.
    /// \pre digests.size() is a multiple of the digest's size, fewer than 2^32 digests
    /// \return as find
    [[nodiscard]] Result<void> find(ByteView digests, std::vector<SetMatch>& matches) const;

    /// Appends every row of each match, in their order, ascending for each. The only call that
    /// touches the rows. \pre info().has_rows; the keys come from this set
    /// \return as find
    [[nodiscard]] Result<void> rows(const std::vector<SetMatch>& matches,
                                    std::vector<SetRow>& rows) const;

    /// Gives `take` the digests from key number `first` on, in order, one block of them at a time,
    /// each checked before; `take` returns whether to go on.
    /// \param take  (digests one behind the other; valid for the call)
    /// \return as find
    [[nodiscard]] Result<void> read_keys(std::uint64_t first,
                                         const std::function<bool(ByteView)>& take) const;

    /// Looks at every byte: that all check values hold, whether they were looked at before or not,
    /// that the keys ascend, that index and filter lead to each of them, and that rows are where
    /// they must be. As long as reading the file and hashing it. \return as find
    [[nodiscard]] Result<void> verify() const;

    struct State; ///< Of the implementation.

  private:
    explicit HashSet(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
