// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The items of one exhibit, read out in order.

#include <functional>
#include <string>

#include "casefile/database.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

/// Every item of the exhibit in the order of seq, with a memory of one item.
[[nodiscard]] Result<void> each_item_of(Database& database, const ExhibitRecord& exhibit,
                                        const std::function<Result<void>(const ItemView&)>& take);

} // namespace rempart::casefile
