// SPDX-License-Identifier: Apache-2.0
#include "rempart/logged.hpp"

#include "rempart/core/text.hpp"

namespace rempart::cli {

Result<casefile::Case> open_logged(const std::string& folder, const LoggedAct& act) {
    auto file = casefile::Case::open(folder, casefile::Access::read);
    if (!file) {
        return file;
    }
    casefile::AuditEntry entry;
    entry.act = act.act;
    entry.subject = act.subject;
    entry.purpose = act.purpose ? to_utf8(*act.purpose) : file->info().purpose;
    if (const auto logged = casefile::record_act(*file, entry); !logged) {
        return fail(logged.error());
    }
    return file;
}

} // namespace rempart::cli
