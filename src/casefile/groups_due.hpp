// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Lists whose hits or entries changed since the groups were judged.

#include "casefile/database.hpp"

namespace rempart::casefile {

/// Within the transaction that changes them: the next change of the groups judges those that the
/// list hits, whoever makes it.
[[nodiscard]] inline Result<void> note_due(Database& database, RowId list) {
    return database.run("INSERT INTO near_groups_due (list_id) VALUES ($1) "
                        "ON CONFLICT (list_id) DO NOTHING",
                        list);
}

} // namespace rempart::casefile
