// SPDX-License-Identifier: Apache-2.0
// case new, info, export, import; list add, show; report; print.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "rempart/act/report.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/export.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/info_rows.hpp"
#include "rempart/logged.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/matching.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using casefile::Access;
using casefile::Case;

TimeValue now_utc() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

} // namespace

int run(const CaseNew& args) {
    casefile::CaseInfo info;
    info.name = args.name;
    info.authority = args.authority;
    info.legal_basis = args.legal_basis;
    info.purpose = args.purpose;
    info.review_date = args.review_date;
    info.created = now_utc();
    const auto made = Case::create(args.folder, info);
    if (!made) {
        return report_error(args.folder, made.error());
    }
    print_line(fmt::format("case {} in {}", made->info().id, shown_place(args.folder)));
    return kOk;
}

int run(const CaseInfoArgs& args) {
    auto file = Case::open(args.folder, Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto totals = casefile::totals(*file, std::nullopt);
    if (!totals) {
        return report_error(args.folder, totals.error());
    }
    const casefile::CaseInfo& info = file->info();
    if (args.json) {
        print_line(to_json(info, *totals));
        return kOk;
    }
    print_info(info);
    print_row("items",
              fmt::format("{} ({} distinct contents, {} pictures, {} messages)", totals->items,
                          totals->contents, totals->pictures, totals->messages));
    print_row("hits", fmt::format("{} exact, {} near", totals->hits_exact, totals->hits_near));
    print_row("new", fmt::format("{} groups of unknown pictures", totals->groups));
    return kOk;
}

int run(const CaseExport& args) {
    LoggedAct act{
        .act = casefile::AuditAct::exported,
        .subject = {{"form", args.canonical ? "canonical" : "database"},
                    {"file", to_utf8(std::filesystem::path(args.target).filename().string())}},
        .purpose = args.purpose};
    if (!args.recipient.empty()) {
        act.subject.push_back({"recipient", to_utf8(args.recipient)});
    }
    auto file = open_logged(args.folder, act);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto written = args.canonical ? casefile::export_canonical(*file, args.target)
                                        : casefile::export_database(*file, args.target);
    if (!written) {
        return report_error(args.target, written.error());
    }
    // What left the case is known only now, and the record above had to come before it.
    const auto file_text = MappedFile::open(args.target);
    if (!file_text) {
        return report_error(args.target, file_text.error());
    }
    act.subject.push_back({"size", std::to_string(file_text->text().size())});
    act.subject.push_back({"sha256", sha256_hex(file_text->text())});
    act.act = casefile::AuditAct::export_written;
    const auto logged = log_act(*file, act);
    return logged ? kOk : report_error(args.folder, logged.error());
}

int run(const CaseImport& args) {
    const auto made = casefile::import_case(args.source, args.folder);
    return made ? kOk : report_error(args.source, made.error());
}

namespace {

struct OpenedLists {
    std::vector<UniqueFd> files;
    std::vector<pipeline::ListSource> sources; ///< Beside `files`.
};

int open_lists(const std::vector<std::string>& paths, OpenedLists& lists) {
    for (const std::string& path : paths) {
        auto file = open_own_file(path);
        const auto sha256 = file ? sha256_hex(file->get()) : fail(file.error());
        if (!sha256) {
            return report_error(path, sha256.error());
        }
        lists.sources.push_back({.descriptor = file->get(),
                                 .name = to_utf8(std::filesystem::path(path).filename().string()),
                                 .sha256 = *sha256});
        lists.files.push_back(std::move(*file));
    }
    return kOk;
}

} // namespace

int run(const ListAdd& args) {
    const auto choice = choose_list_format(args.format, args.algorithm);
    if (!choice) {
        return report_error("list add", choice.error());
    }
    const auto reader = list_reader_config();
    if (!reader) {
        return report_error("list add", reader.error());
    }
    OpenedLists opened;
    if (const int status = open_lists(args.files, opened); status != kOk) {
        return status;
    }
    auto file = Case::open(args.folder, Access::write);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    if (auto set = args.purpose ? file->act_for(to_utf8(*args.purpose)) : Result<void>(); !set) {
        return report_error("--purpose", set.error());
    }
    pipeline::ListRequest request;
    request.name = args.name;
    request.polarity = args.polarity;
    request.scheme = args.scheme;
    request.radius = args.radius;
    request.added = now_utc();
    request.format = choice->format;
    request.options.kind = choice->kind;
    request.reader = *reader;
    if (args.expected_hashes > 0) {
        request.options.expected_hashes = args.expected_hashes;
    }
    const auto added = pipeline::add_list(*file, opened.sources, request);
    if (!added) {
        return report_error("list add", added.error());
    }
    for (const std::string& notice : list_notices(added->summary, args.polarity)) {
        talk(fmt::format("list {}: {}", to_terminal(args.name), notice));
    }
    if (added->new_hits > 0) {
        if (auto queued = pipeline::update_queue(*file, 0, added->list.id); !queued) {
            return report_error("list add", queued.error());
        }
    }
    if (args.json) {
        print_line(to_json(*added));
        return kOk;
    }
    print_line(fmt::format("list {}: {} hashes of {} records ({}), {} comment lines, {} hashes of "
                           "empty files and {} degenerate ones left out; {} new hits",
                           to_terminal(args.name), added->list.hashes, added->list.records,
                           added->list.format, added->summary.comments,
                           added->summary.empty_file_hashes, added->summary.degenerate_hashes,
                           added->new_hits));
    return kOk;
}

int run(const ListShow& args) {
    auto file = Case::open(args.folder, Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto lists = casefile::lists(*file);
    if (!lists) {
        return report_error(args.folder, lists.error());
    }
    for (const casefile::ListRecord& list : *lists) {
        print_line(args.json
                       ? to_json(list)
                       : fmt::format("{:<24} {:<6} {:>10} hashes  {:<10} radius {:>2}  {}",
                                     to_terminal(list.name), list.polarity, list.hashes,
                                     list.format, list.radius, to_terminal(list.source_name)));
    }
    return kOk;
}

int run(const Report& args) {
    auto file =
        open_logged(args.folder, {.act = casefile::AuditAct::reported,
                                  .subject = {{"thumbnails", args.thumbnails ? "blurred" : "none"}},
                                  .purpose = args.purpose});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto written = act::write_report(
        *file, {.folder = args.out,
                .language = args.language == "fr" ? act::Language::fr : act::Language::en,
                .thumbnails = args.thumbnails ? act::Thumbnails::blurred : act::Thumbnails::none,
                .made = now_utc(),
                .program_version = REMPART_VERSION});
    if (!written) {
        return report_error(args.out, written.error());
    }
    print_line((std::filesystem::path(args.out) / "report.html").string());
    print_line((std::filesystem::path(args.out) / "report.json").string());
    return kOk;
}

int run(const Print& args) {
    print_line(args.text);
    return kOk;
}

} // namespace rempart::cli
