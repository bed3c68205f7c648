// SPDX-License-Identifier: Apache-2.0
#include "casefile/index_lead.hpp"

namespace rempart::casefile {

Result<void> lead_by_indexes(Database& database, LeadFor span) {
    if (database.dialect() != Dialect::postgres) {
        return {};
    }
    const auto statement = database.kept(
        "SELECT CASE WHEN set_config(name, 'off', $1 = 1) = 'off' THEN 1 END FROM unnest(ARRAY["
        "'enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin']) AS name");
    if (!statement) {
        return fail(statement.error());
    }
    const auto set = (*statement)->scalar(span == LeadFor::transaction ? 1 : 0);
    return set ? Result<void>() : fail(set.error());
}

} // namespace rempart::casefile
