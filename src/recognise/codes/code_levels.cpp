// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/code_levels.hpp"

#include <utility>

#include "rempart/recognise/code_index_builder.hpp"

namespace rempart::recognise {
namespace {

constexpr std::size_t kNoLimit = std::size_t{1} << 46; // what is in memory already is not spilled

constexpr std::uint64_t kRatio = 8; // our choice: asking another index costs more than merging it

} // namespace

Result<void> CodeLevels::add(std::span<const CodeEntry> entries) {
    if (entries.empty()) {
        return {};
    }
    CodeIndexBuilder builder({.memory_limit_bytes = kNoLimit});
    for (const auto& [code, row] : entries) {
        if (auto added = builder.add(code, row); !added) {
            return added;
        }
    }
    // Those that would not be so much larger than what comes behind them go into it.
    std::uint64_t rows = entries.size();
    auto kept = levels_;
    while (!kept.empty() && kept.back()->row_count() < kRatio * rows) {
        rows += kept.back()->row_count();
        const auto merged = each_row(
            *kept.back(), [&](const PdqHash& code, CodeRow row) { return builder.add(code, row); });
        if (!merged) {
            return merged;
        }
        kept.pop_back();
    }
    auto built = std::move(builder).build();
    if (!built) {
        return fail(std::move(built).error());
    }
    kept.push_back(std::make_shared<const CodeIndex>(std::move(*built)));
    levels_ = std::move(kept);
    return {};
}

std::size_t CodeLevels::rows() const {
    std::size_t rows = 0;
    for (const auto& level : levels_) {
        rows += level->row_count();
    }
    return rows;
}

void CodeLevels::append(const CodeLevels& other) {
    levels_.insert(levels_.end(), other.levels_.begin(), other.levels_.end());
}

} // namespace rempart::recognise
