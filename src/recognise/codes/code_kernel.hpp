// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The inner loops over distances that are written for speed, one set for each instruction set, and
/// the definition beside them.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rempart/recognise/code_index.hpp"

namespace rempart::recognise {

struct CodeKernel {
    std::string_view name;
    bool (*is_supported)(); ///< By the processor at hand.
    /// Appends the codes at most `radius` from `query`, in their order; the place of the first of
    /// `codes` is `first`.
    void (*scan)(const PdqHash& query, std::span<const PdqHash> codes, std::uint32_t radius,
                 std::uint32_t first, std::vector<CodeMatch>& out);
    /// Appends those of the codes at `places` that are at most `radius` from `query`, in the order
    /// of `places`. The codes may be far larger than any cache.
    void (*among)(const PdqHash& query, const PdqHash* codes, std::span<const std::uint32_t> places,
                  std::uint32_t radius, std::vector<CodeMatch>& out);
};

/// All there are. The first is the definition, bit by bit: the oracle, not for use. The last that
/// is supported is the fastest.
[[nodiscard]] std::span<const CodeKernel> code_kernels();
[[nodiscard]] const CodeKernel& best_code_kernel();

/// Appends what each of the queries at `which` finds among `codes`, in any order. Blocks of codes
/// stay in the core's own cache while each query is compared with them.
void scan_many(std::span<const PdqHash> queries, std::span<const std::uint32_t> which,
               std::span<const PdqHash> codes, std::uint32_t radius, std::vector<CodeHit>& out);

} // namespace rempart::recognise
