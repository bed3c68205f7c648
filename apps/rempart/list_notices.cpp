// SPDX-License-Identifier: Apache-2.0
#include "rempart/list_notices.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rempart/casefile/list_entries.hpp"
#include "rempart/core/text.hpp"
#include "rempart/output.hpp"

namespace rempart::cli {
namespace {

Result<std::vector<casefile::EntryOff>> quarantined(casefile::Case& file) {
    auto off = casefile::entries_off(file);
    if (off) {
        std::erase_if(*off, [](const casefile::EntryOff& entry) {
            return entry.state != name(casefile::EntryAct::quarantined);
        });
    }
    return off;
}

} // namespace

Result<void> tell_quarantine(casefile::Case& file, std::string_view what) {
    const auto entries = quarantined(file);
    if (!entries) {
        return fail(entries.error());
    }
    if (!entries->empty()) {
        talk(fmt::format("entries of lists in quarantine: {}; {}", entries->size(), what));
    }
    return {};
}

Result<void> name_quarantined(casefile::Case& file) {
    const auto entries = quarantined(file);
    if (!entries) {
        return fail(entries.error());
    }
    for (const casefile::EntryOff& entry : *entries) {
        talk(fmt::format("list {}: entry {} is in quarantine: {}; its near hits do not count until "
                         "`list enable` releases it",
                         to_terminal(entry.list_name), entry.entry, to_terminal(entry.reason)));
    }
    return {};
}

} // namespace rempart::cli
