// SPDX-License-Identifier: Apache-2.0
#include "rempart/act/report.hpp"

#include <system_error>

#include "act/facts.hpp"
#include "act/page.hpp"
#include "act/report_json.hpp"
#include "act/whole_file.hpp"

namespace rempart::act {

Result<void> write_report(casefile::Case& file, const ReportOptions& options) {
    const auto facts = gather_facts(file, options);
    if (!facts) {
        return fail(facts.error());
    }
    std::error_code trouble;
    if (std::filesystem::create_directories(options.folder, trouble)) {
        std::filesystem::permissions(options.folder, std::filesystem::perms::owner_all, trouble);
    }
    if (trouble) {
        return fail(Errc::io, "the report's folder cannot be made: " + trouble.message());
    }
    if (auto done = write_whole_file(options.folder / "report.json", write_json(*facts)); !done) {
        return done;
    }
    return write_whole_file(options.folder / "report.html",
                            write_page(*facts, options.language, options.thumbnails));
}

} // namespace rempart::act
