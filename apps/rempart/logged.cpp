// SPDX-License-Identifier: Apache-2.0
#include "rempart/logged.hpp"

#include <utility>

#include "rempart/core/text.hpp"

namespace rempart::cli {

Result<casefile::Case> open_logged(const std::string& folder, const LoggedAct& act) {
    auto file = casefile::Case::open(folder, casefile::Access::read);
    if (!file) {
        return file;
    }
    if (auto logged = log_act(*file, act); !logged) {
        return fail(std::move(logged).error());
    }
    return file;
}

Result<void> log_act(casefile::Case& file, const LoggedAct& act) {
    casefile::AuditEntry entry;
    entry.act = act.act;
    entry.subject = act.subject;
    entry.purpose = act.purpose ? to_utf8(*act.purpose) : file.info().purpose;
    const auto logged = casefile::record_act(file, entry);
    return logged ? Result<void>() : fail(logged.error());
}

} // namespace rempart::cli
