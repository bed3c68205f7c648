// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The clock that leases go by: that of the machine of the database, whatever a worker's says.

#include <string_view>

#include "casefile/driver.hpp"

namespace rempart::casefile {

/// An SQL expression: microseconds since 1970, UTC.
[[nodiscard]] constexpr std::string_view server_now_us(Dialect dialect) noexcept {
    return dialect == Dialect::postgres
               ? "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
               : "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)";
}

} // namespace rempart::casefile
