// SPDX-License-Identifier: Apache-2.0
#include "rempart/verdict.hpp"

#include <fmt/format.h>

#include "rempart/core/text.hpp"
#include "rempart/output.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {

int print_verdict(const casefile::AuditVerdict& verdict, bool json) {
    for (const casefile::AuditFault& fault : verdict.faults) {
        print_line(json ? to_json(fault) : fmt::format("FAULT: {}", to_terminal(fault.what)));
    }
    if (json) {
        print_line(to_json(verdict));
    } else {
        print_line(fmt::format("audit log: {} records, {} checkpoints, {} seals over {} rows: {}",
                               verdict.tree.size, verdict.checkpoints, verdict.seals, verdict.rows,
                               verdict.sound() ? "as they were written" : "NOT as written"));
    }
    return verdict.sound() ? kOk : kIntegrity;
}

} // namespace rempart::cli
