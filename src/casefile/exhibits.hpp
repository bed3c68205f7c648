// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// An exhibit's row, for those who hold the database and not the case.

#include "casefile/audited_change.hpp"
#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

/// \return `not_found` if the case has no such exhibit.
[[nodiscard]] Result<void> update_exhibit_row(Database& database, AuditedChange& change,
                                              const ExhibitRecord& record);

} // namespace rempart::casefile
