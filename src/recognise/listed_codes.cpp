// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/listed_codes.hpp"

#include <algorithm>
#include <utility>

#include "rempart/recognise/code_index_builder.hpp"
#include "rempart/recognise/pdq_scan.hpp"

namespace rempart::recognise {

Result<ListedCodes> ListedCodes::of(std::vector<PdqHash> codes, std::size_t queries) {
    ListedCodes listed;
    if (queries < kQueriesWorthAnIndex || codes.size() < CodeIndex::kMinIndexed) {
        listed.codes_ = std::move(codes);
        return listed;
    }
    // No limit: what goes into memory is not spilled.
    CodeIndexBuilder builder({.memory_limit_bytes = std::size_t{1} << 46});
    for (std::size_t i = 0; i < codes.size(); ++i) {
        if (auto added = builder.add(codes[i], {.list = 0, .row = i}); !added) {
            return fail(std::move(added).error());
        }
    }
    codes = {};
    auto index = std::move(builder).build();
    if (!index) {
        return fail(std::move(index).error());
    }
    listed.index_ = std::move(*index);
    return listed;
}

Result<std::vector<ListedMatch>> ListedCodes::find_within(std::span<const PdqHash> queries,
                                                          int radius) const {
    std::vector<ListedMatch> found;
    if (!has_index()) {
        for (std::uint32_t q = 0; q < queries.size(); ++q) {
            for (const PdqMatch& match : recognise::find_within(queries[q], codes_, radius)) {
                found.push_back({.query = q, .index = match.index, .distance = match.distance});
            }
        }
        return found;
    }
    const auto hits = index_.find_within(queries, radius);
    if (!hits) {
        return fail(hits.error());
    }
    std::vector<CodeRow> rows;
    for (const CodeHit& hit : *hits) {
        rows.clear();
        if (auto read = index_.append_rows(hit.code, rows); !read) {
            return fail(std::move(read).error());
        }
        for (const CodeRow& row : rows) {
            found.push_back(
                {.query = hit.query, .index = row.row, .distance = static_cast<int>(hit.distance)});
        }
    }
    std::ranges::sort(found);
    return found;
}

} // namespace rempart::recognise
