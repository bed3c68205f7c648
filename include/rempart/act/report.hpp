// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The report of a case: one self-contained HTML page, and the same facts as JSON beside it.

#include <cstdint>
#include <filesystem>

#include "rempart/casefile/case.hpp"
#include "rempart/core/result.hpp"

namespace rempart::act {

enum class Language : std::uint8_t { en, fr };
/// Thumbnails are grey and blurred when they are shown at all.
enum class Thumbnails : std::uint8_t { none, blurred };

struct ReportOptions {
    std::filesystem::path folder; ///< Made if absent.
    Language language = Language::en;
    Thumbnails thumbnails = Thumbnails::none;
    TimeValue made; ///< The time to print; passed in so that tests can fix it.
    std::string program_version;
};

/// Writes `report.html` and `report.json` into the folder, each beside and renamed.
/// \return `io`, or failures of the case.
[[nodiscard]] Result<void> write_report(casefile::Case& file, const ReportOptions& options);

} // namespace rempart::act
