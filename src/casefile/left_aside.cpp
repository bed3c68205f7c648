// SPDX-License-Identifier: Apache-2.0
// What a first pass over a part left aside, with the way to it.
#include <algorithm>

#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {
namespace {

Result<PlaceRecord> place_in(Row& row) {
    PlaceRecord place;
    std::string code;
    Bytes sha256;
    if (!row.take(place.seq, place.parent_seq, place.is_problem, code, sha256)) {
        return Row::damaged();
    }
    if (!code.empty()) {
        const auto known = errc_named(code);
        if (!known) {
            return Row::damaged();
        }
        place.error = *known;
    }
    if (!sha256.empty()) {
        auto& digest = place.left_aside.emplace();
        if (sha256.size() != digest.size()) {
            return Row::damaged();
        }
        std::ranges::copy(sha256, digest.begin());
    }
    return place;
}

} // namespace

Result<void> each_place(Case& file, RowId exhibit, std::uint64_t part,
                        const std::function<Result<void>(const PlaceRecord&)>& take) {
    const std::int64_t first = static_cast<std::int64_t>(part) * kItemsPerPart;
    return file.database().each(
        "SELECT i.seq, i.parent_seq, CASE WHEN i.kind = 'problem' THEN 1 ELSE 0 END, "
        "COALESCE(i.error_code, ''), CASE WHEN c.family IN ('picture', 'video') AND "
        "c.media_error_code = 'skipped' THEN c.sha256 END FROM items i LEFT JOIN contents c ON "
        "c.id = i.content_id "
        "WHERE i.exhibit_id = $1 AND i.seq >= $2 AND i.seq < $3 ORDER BY i.seq",
        [&](Row& row) -> Result<void> {
            const auto place = place_in(row);
            return place ? take(*place) : fail(place.error());
        },
        exhibit, first, first + kItemsPerPart);
}

} // namespace rempart::casefile
