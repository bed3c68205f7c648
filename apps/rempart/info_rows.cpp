// SPDX-License-Identifier: Apache-2.0
#include "rempart/info_rows.hpp"

#include <fmt/format.h>

#include "rempart/core/text.hpp"
#include "rempart/output.hpp"

namespace rempart::cli {

void print_row(std::string_view label, std::string_view value) {
    print_line(fmt::format("{:<14}{}", label, to_terminal(value)));
}

void print_info(const casefile::CaseInfo& info) {
    print_row("name", info.name);
    print_row("id", info.id);
    print_row("authority", info.authority);
    print_row("legal basis", info.legal_basis);
    print_row("purpose", info.purpose);
    print_row("review date", info.review_date);
    print_row("created", format_time(info.created));
}

} // namespace rempart::cli
