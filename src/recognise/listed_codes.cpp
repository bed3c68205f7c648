// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/listed_codes.hpp"

#include <algorithm>
#include <utility>

#include "rempart/recognise/code_index_builder.hpp"
#include "rempart/recognise/pdq_scan.hpp"

namespace rempart::recognise {
namespace {

std::vector<ListedMatch> in_list(std::span<const PdqHash> codes, std::span<const PdqHash> queries,
                                 int radius) {
    std::vector<ListedMatch> found;
    for (std::uint32_t q = 0; q < queries.size(); ++q) {
        for (const PdqMatch& match : find_within(queries[q], codes, radius)) {
            found.push_back({.query = q, .index = match.index, .distance = match.distance});
        }
    }
    return found;
}

Result<std::vector<ListedMatch>> in_index(const CodeIndex& index, std::span<const PdqHash> queries,
                                          int radius) {
    const auto hits = index.find_within(queries, radius);
    if (!hits) {
        return fail(hits.error());
    }
    std::vector<ListedMatch> found;
    std::vector<CodeRow> rows;
    for (const CodeHit& hit : *hits) {
        rows.clear();
        if (auto read = index.append_rows(hit.code, rows); !read) {
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

} // namespace

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
    return has_index() ? in_index(index_, queries, radius)
                       : Result<std::vector<ListedMatch>>(in_list(codes_, queries, radius));
}

} // namespace rempart::recognise
