// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How a query goes through the tables of a snapshot.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "recognise/codes/code_bands.hpp"
#include "recognise/codes/code_kernel.hpp"
#include "recognise/codes/snapshot_image.hpp"
#include "rempart/recognise/code_index.hpp"

namespace rempart::recognise {

/// Const methods may run on many threads at once, each with its own scratch.
class CodeSearch {
  public:
    /// The image must outlive it.
    explicit CodeSearch(const SnapshotImage& image);

    /// All codes, verified or not.
    [[nodiscard]] std::span<const PdqHash> codes() const { return codes_; }

    /// Appends the codes within the radius, in any order, each once; or `false`: the bands would
    /// lead to so many codes that looking at each one is less work (nothing is appended).
    /// \return `integrity`, `malformed`.
    [[nodiscard]] Result<bool> find_in_bands(const PdqHash& query, int radius,
                                             std::vector<CodeMatch>& matches,
                                             CodeScratch& scratch) const;

  private:
    struct Table {
        const std::uint32_t* starts = nullptr;
        const std::byte* ids = nullptr; ///< None: the codes stand in the order of this band.
    };

    enum class Outcome : std::uint8_t { found, crowded, damaged, contradictory };
    template <bool kChecked>
    Outcome find(const PdqHash& query, int radius, std::vector<CodeMatch>& matches,
                 CodeScratch& scratch) const;
    void list_probes(const PdqHash& query, int radius, CodeScratch& scratch,
                     std::array<std::size_t, CodeBands::kMost + 1>& band_ends) const;
    template <bool kChecked>
    Outcome read_ranges(CodeScratch& scratch,
                        std::array<std::size_t, CodeBands::kMost + 1>& band_ends) const;
    template <bool kChecked>
    Outcome read_ids(const Table& table, std::span<const std::uint32_t> ranges,
                     std::vector<std::uint32_t>& places) const;
    template <bool kChecked>
    Outcome compare(const PdqHash& query, int radius, unsigned band,
                    std::vector<CodeMatch>& matches, const CodeScratch& scratch) const;
    [[nodiscard]] bool found_before(const PdqHash& query, const PdqHash& code, unsigned band,
                                    int radius) const;

    const SnapshotImage& image_;
    std::span<const PdqHash> codes_;
    std::uint32_t id_bytes_;
    std::optional<CodeBands> bands_;
    std::vector<Table> tables_;
};

} // namespace rempart::recognise
