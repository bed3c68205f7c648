// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Every listed 256-bit code within a distance of a query, among up to 4 billion, and none missed.
///
/// Multi-index hashing (Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index
/// Hashing", CVPR 2012; the uneven radii of the bands are theirs, too). A code is cut into m bands;
/// two codes at most D bits apart differ by at most D / m bits in one of the first D % m + 1 bands,
/// or by fewer in one of the others. So a query looks up, band by band, the few values near its
/// own, and compares whole codes only with what it finds there. Where codes crowd so that this is
/// more work than looking at each one, each one is looked at: no query costs more than about twice
/// a scan.
///
/// Equal codes are stored once. Each code has one or more rows: numbers that mean something to the
/// caller (a list, an entry of it).

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {

/// A code within the radius of a query.
struct CodeMatch {
    std::uint32_t code = 0;     ///< Its place in the index, 0..size()-1: the order of the codes.
    std::uint32_t distance = 0; ///< Bits, 0..256.
    friend auto operator<=>(const CodeMatch&, const CodeMatch&) = default;
};

/// The same, for one of many queries.
struct CodeHit {
    std::uint32_t query = 0; ///< Its place among those that were asked.
    std::uint32_t code = 0;
    std::uint32_t distance = 0;
    friend auto operator<=>(const CodeHit&, const CodeHit&) = default;
};

/// What the caller gave with a code.
struct CodeRow {
    std::uint32_t list = 0;
    std::uint64_t row = 0;
    friend auto operator<=>(const CodeRow&, const CodeRow&) = default;
};

/// Working memory of a search, so that it allocates nothing from call to call. One a thread.
struct CodeScratch {
    std::vector<const std::uint32_t*> probes; ///< Where the begin and end of each bucket stand.
    std::vector<std::uint32_t> ranges;        ///< Both, of those that are not empty.
    std::vector<std::uint32_t> places;        ///< The codes that stand in them.
};

/// Immutable. Const methods may run on many threads at once, each with its own scratch.
///
/// In memory, or a snapshot file (docs/formats/code-index.md): a header, then sections that are
/// used where they lie. The file never changes; a new one takes its name. Its bytes are verified,
/// chunk by chunk (64 KiB, SHA-256), before the first query reads them: a search gives all that
/// there is, or fails with `integrity`. It never gives less. No file, however made, causes a read
/// outside of it.
class CodeIndex {
  public:
    /// Our choice, by measurement: fewer codes are looked at one by one (code_index_bench).
    static constexpr std::size_t kMinIndexed = 4096;
    /// The largest radius that the bands serve; beyond it each code is looked at.
    static constexpr int kMaxBandedRadius = 31;

    enum class Loading : std::uint8_t {
        /// Used in the page cache, read when it is needed: opened at once, shared by processes.
        /// A medium that fails later ends the process (SIGBUS), as with any mapped file.
        mapped,
        /// Read as a whole into memory of this process, in huge pages, and verified on the way.
        resident,
    };
    struct OpenOptions {
        Loading loading = Loading::mapped;
        bool verify = false; ///< Read and verify all of it before open() returns.
    };

    /// No codes.
    CodeIndex();
    CodeIndex(CodeIndex&&) noexcept;
    CodeIndex& operator=(CodeIndex&&) noexcept;
    ~CodeIndex();

    /// \return `not_found`, `io`; `malformed`: no snapshot, or one that contradicts itself;
    /// `unsupported`: another version or byte order; `truncated`: shorter than it says;
    /// `integrity`: a checksum does not hold.
    [[nodiscard]] static Result<CodeIndex> open(const std::filesystem::path& path,
                                                OpenOptions options);
    [[nodiscard]] static Result<CodeIndex> open(const std::filesystem::path& path);
    /// A snapshot that lies in memory already, which is copied. Errors as open().
    [[nodiscard]] static Result<CodeIndex> from_bytes(ByteView snapshot);

    [[nodiscard]] std::size_t size() const;        ///< Different codes.
    [[nodiscard]] std::uint64_t row_count() const; ///< At least size().
    [[nodiscard]] unsigned band_count() const;     ///< 0: each code is looked at.
    [[nodiscard]] std::uint64_t label() const;     ///< The builder's.
    [[nodiscard]] std::uint64_t bytes() const;     ///< Of the file, or of the memory taken.
    /// SHA-256 of the header, which covers every byte of the file through its checksums: names
    /// what the index says, for logs and signatures. Zeroes for an index that was built in memory.
    [[nodiscard]] const std::array<std::byte, 32>& digest() const;

    /// Reads all of it and checks each checksum, whatever was verified before.
    /// \return `integrity`, with the first chunk that fails.
    [[nodiscard]] Result<void> verify() const;

    /// Replaces `matches` with all codes at most `radius` bits from `query`, by place.
    /// \return `integrity` or `malformed` for a damaged or contradictory snapshot.
    [[nodiscard]] Result<void> find_within(PdqHash query, int radius,
                                           std::vector<CodeMatch>& matches,
                                           CodeScratch& scratch) const;
    /// The same for many queries, by query and place. Queries that need a scan share it.
    [[nodiscard]] Result<std::vector<CodeHit>> find_within(std::span<const PdqHash> queries,
                                                           int radius) const;
    /// The same by looking at each code: the oracle. Blocks of codes stay in the core's cache while
    /// all queries are compared with them.
    [[nodiscard]] Result<std::vector<CodeHit>> scan_within(std::span<const PdqHash> queries,
                                                           int radius) const;

    /// The codes, ascending. Verifies those that were not read before. \return as find_within.
    [[nodiscard]] Result<std::span<const PdqHash>> codes() const;
    /// Appends the rows of a code, ascending by row and list. \pre code < size()
    /// \return as find_within.
    [[nodiscard]] Result<void> append_rows(std::uint32_t code, std::vector<CodeRow>& rows) const;

  private:
    friend class CodeIndexBuilder;
    struct State;
    explicit CodeIndex(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
