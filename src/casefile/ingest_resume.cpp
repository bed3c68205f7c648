// SPDX-License-Identifier: Apache-2.0
#include "casefile/ingest_resume.hpp"

namespace rempart::casefile {

Result<ResumeRecord> read_resume_point(Database& database, RowId exhibit, std::uint64_t part) {
    const std::int64_t first = static_cast<std::int64_t>(part) * kItemsPerPart;
    ResumeRecord resume;
    auto read = database.each(
        "SELECT COALESCE(max(seq) + 1, $1), count(*) - count(parent_seq), "
        "COALESCE(max(CASE WHEN parent_seq IS NULL THEN seq END), $1) "
        "FROM items WHERE exhibit_id = $2 AND seq >= $1 AND seq < $3",
        [&](Row& row) -> Result<void> {
            row.take(resume.next_seq, resume.top_level_items, resume.last_top_level_seq);
            return {};
        },
        first, exhibit, first + kItemsPerPart);
    if (!read) {
        return fail(std::move(read).error());
    }
    return resume;
}

} // namespace rempart::casefile
