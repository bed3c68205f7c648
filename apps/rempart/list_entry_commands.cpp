// SPDX-License-Identifier: Apache-2.0
// list show, disable, enable, feedback: the lists, and what people do with their entries.
#include <algorithm>
#include <iterator>
#include <span>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/json_parts.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/hygiene.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using casefile::Case;

Result<Case> open_for(const std::string& folder, const std::optional<std::string>& purpose) {
    auto file = Case::open(folder, casefile::Access::write);
    if (!file || !purpose) {
        return file;
    }
    if (auto set = file->act_for(to_utf8(*purpose)); !set) {
        return fail(std::move(set).error());
    }
    return file;
}

} // namespace

namespace {

/// A list with what was done with its entries.
ListLine list_line(casefile::ListRecord list, std::span<const casefile::EntryOff> off) {
    ListLine line{.list = std::move(list), .off = {}, .feedback = {}, .versions = {}};
    std::ranges::copy_if(off, std::back_inserter(line.off), [&](const casefile::EntryOff& entry) {
        // What a newer version does not have is told with the version: it may be thousands.
        return entry.list == line.list.id && entry.state != name(casefile::EntryAct::withdrawn);
    });
    return line;
}

void print_text(const ListLine& line) {
    const casefile::ListRecord& list = line.list;
    print_line(fmt::format("{:<24} {:<6} {:>10} hashes  {:<10} radius {:>2}  {}",
                           to_terminal(list.name), list.polarity, list.hashes, list.format,
                           list.radius, to_terminal(list.source_name)));
    if (line.feedback.confirmed + line.feedback.not_confirmed > 0) {
        print_line(fmt::format("    feedback: {} confirmed, {} false", line.feedback.confirmed,
                               line.feedback.not_confirmed));
    }
    for (const casefile::ListVersionRecord& version : line.versions) {
        print_line(fmt::format("    version of {}: {} new, {} withdrawn, {} back again, {} as they "
                               "were  {}",
                               format_time(version.taken), version.added, version.withdrawn,
                               version.returned, version.kept, to_terminal(version.source_name)));
    }
    for (const casefile::EntryOff& entry : line.off) {
        print_line(fmt::format("    entry {} is {} by {} on {}: {}", entry.entry, entry.state,
                               to_terminal(entry.who), format_time(entry.at),
                               to_terminal(entry.reason)));
    }
}

} // namespace

int run(const ListShow& args) {
    auto file = Case::open(args.folder, casefile::Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto lists = casefile::lists(*file);
    const auto off = casefile::entries_off(*file);
    if (!lists || !off) {
        return report_error(args.folder, lists ? off.error() : lists.error());
    }
    for (const casefile::ListRecord& list : *lists) {
        ListLine line = list_line(list, *off);
        const auto feedback = casefile::feedback_counts(*file, list.id);
        if (!feedback) {
            return report_error(args.folder, feedback.error());
        }
        line.feedback = *feedback;
        auto versions = casefile::list_versions(*file, list.id);
        if (!versions) {
            return report_error(args.folder, versions.error());
        }
        line.versions = std::move(*versions);
        args.json ? print_line(to_json(line)) : print_text(line);
    }
    return kOk;
}

int run(const ListSwitch& args) {
    auto file = open_for(args.folder, args.purpose);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const casefile::EntryChange change{.list = args.list,
                                       .entries = args.entries,
                                       .act = args.what == ListSwitch::What::enable
                                                  ? casefile::EntryAct::enabled
                                                  : casefile::EntryAct::disabled,
                                       .reason = args.reason};
    if (auto switched = pipeline::switch_entries(*file, change, 0); !switched) {
        return report_error(
            "list " + std::string(change.act == casefile::EntryAct::enabled ? "enable" : "disable"),
            switched.error());
    }
    std::vector<std::uint64_t> entries = args.entries;
    std::ranges::sort(entries);
    print_line(args.json ? line_of({{"type", "entries"},
                                    {"list", args.list},
                                    {"act", name(change.act)},
                                    {"entries", entries}})
                         : fmt::format("list {}: {} {}", to_terminal(args.list), name(change.act),
                                       fmt::join(entries, ", ")));
    return kOk;
}

int run(const ListFeedback& args) {
    casefile::Feedback feedback{.list = args.list,
                                .entry = args.entry,
                                .sha256 = {},
                                .confirmed = args.verdict == "confirmed",
                                .note = args.note};
    if (!decode_hex(args.content, feedback.sha256)) {
        return report_error("--content", {Errc::invalid_argument, "a SHA-256 has 64 hex digits"});
    }
    auto file = open_for(args.folder, args.purpose);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto given = casefile::give_feedback(*file, feedback);
    return given ? kOk : report_error("list feedback", given.error());
}

} // namespace rempart::cli
