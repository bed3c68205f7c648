// SPDX-License-Identifier: Apache-2.0
// list add, list update: lists of known material come into a case.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/clock.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/list_notices.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/add_list.hpp"
#include "rempart/pipeline/hygiene.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using casefile::Access;
using casefile::Case;

/// What reading a list into a case needs.
struct OpenedList {
    std::vector<UniqueFd> files;
    std::vector<pipeline::ListSource> sources; ///< Beside `files`.
    pipeline::ListRequest request;
    std::unique_ptr<Case> file; ///< Once open_list is done.
};

int open_files(const std::vector<std::string>& paths, OpenedList& list) {
    for (const std::string& path : paths) {
        auto file = open_own_file(path);
        const auto sha256 = file ? sha256_hex(file->get()) : fail(file.error());
        if (!sha256) {
            return report_error(path, sha256.error());
        }
        list.sources.push_back({.descriptor = file->get(),
                                .name = to_utf8(std::filesystem::path(path).filename().string()),
                                .sha256 = *sha256});
        list.files.push_back(std::move(*file));
    }
    return kOk;
}

int open_list(std::string_view command, const ListFiles& args, OpenedList& list) {
    const auto choice = choose_list_format(args.format, args.algorithm);
    const auto reader = list_reader_config();
    if (!choice || !reader) {
        return report_error(command, choice ? reader.error() : choice.error());
    }
    if (const int status = open_files(args.files, list); status != kOk) {
        return status;
    }
    auto file = Case::open(args.folder, Access::write);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    if (auto set = args.purpose ? file->act_for(to_utf8(*args.purpose)) : Result<void>(); !set) {
        return report_error("--purpose", set.error());
    }
    list.file = std::make_unique<Case>(std::move(*file));
    list.request.name = args.name;
    list.request.added = now_utc();
    list.request.format = choice->format;
    list.request.options.kind = choice->kind;
    list.request.reader = *reader;
    if (args.expected_hashes > 0) {
        list.request.options.expected_hashes = args.expected_hashes;
    }
    return kOk;
}

void tell(const ListFiles& args, const pipeline::ListAdded& added) {
    const auto say = [&](const std::string& what) {
        talk(fmt::format("list {}: {}", to_terminal(args.name), what));
    };
    for (const std::string& notice : list_notices(added.summary, added.list.polarity)) {
        say(notice);
    }
    if (added.without_ed2k > 0) {
        say(fmt::format("{} contents of the case have no ed2k digest and were not asked for by "
                        "one: ingest their exhibits under other labels",
                        added.without_ed2k));
    }
}

// What read the list is told with the case's other runs.
Result<casefile::RowId> add_run(OpenedList& list, std::string_view command,
                                const pipeline::ListAdded& added) {
    return casefile::add_run(
        *list.file, {.id = 0,
                     .exhibit = {},
                     .command = fmt::format("{} --name {}", command, to_utf8(list.request.name)),
                     .program_version = REMPART_VERSION,
                     .confinement = fmt::format("list reader: {}", added.confinement),
                     .outcome = "complete",
                     .jobs = 1,
                     .started = list.request.added,
                     .ended = now_utc()});
}

/// What hangs on the hits of a list: quarantine, and the queue.
Result<void> renew(Case& file) {
    const auto quarantined = pipeline::quarantine_floods(file);
    if (!quarantined) {
        return fail(quarantined.error());
    }
    if (auto told = name_quarantined(file); !told) {
        return told;
    }
    const auto queued = pipeline::update_queue(file, 0);
    return queued ? Result<void>() : fail(queued.error());
}

} // namespace

int run(const ListAdd& args) {
    OpenedList list;
    if (const int status = open_list("list add", args, list); status != kOk) {
        return status;
    }
    list.request.polarity = args.polarity;
    list.request.scheme = args.scheme;
    list.request.radius = args.radius;
    const auto added = pipeline::add_list(*list.file, list.sources, list.request);
    if (!added) {
        return report_error("list add", added.error());
    }
    tell(args, *added);
    if (const auto run = add_run(list, "list add", *added); !run) {
        return report_error("list add", run.error());
    }
    if (added->new_hits > 0) {
        if (auto renewed = renew(*list.file); !renewed) {
            return report_error("list add", renewed.error());
        }
    }
    print_line(args.json
                   ? to_json(*added)
                   : fmt::format(
                         "list {}: {} hashes of {} records ({}), {} comment lines, {} hashes of "
                         "empty files and {} degenerate ones left out; {} new hits; read within {}",
                         to_terminal(args.name), added->list.hashes, added->list.records,
                         added->list.format, added->summary.comments,
                         added->summary.empty_file_hashes, added->summary.degenerate_hashes,
                         added->new_hits, added->confinement));
    return kOk;
}

int run(const ListUpdate& args) {
    OpenedList list;
    if (const int status = open_list("list update", args, list); status != kOk) {
        return status;
    }
    const auto updated = pipeline::update_list(*list.file, list.sources, list.request);
    if (!updated) {
        return report_error("list update", updated.error());
    }
    tell(args, updated->read);
    if (const auto run = add_run(list, "list update", updated->read); !run) {
        return report_error("list update", run.error());
    }
    const casefile::ListVersionRecord& version = updated->version;
    // Whatever changed: an earlier call may have ended before this.
    if (auto renewed = renew(*list.file); !renewed) {
        return report_error("list update", renewed.error());
    }
    print_line(args.json
                   ? to_json(*updated)
                   : fmt::format("list {}: {} entries new, {} withdrawn, {} back again, {} as "
                                 "they were; {} new hits; read within {}",
                                 to_terminal(args.name), version.added, version.withdrawn,
                                 version.returned, version.kept, updated->read.new_hits,
                                 updated->read.confinement));
    return kOk;
}

} // namespace rempart::cli
