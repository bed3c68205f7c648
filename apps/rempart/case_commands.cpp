// SPDX-License-Identifier: Apache-2.0
// case new, info, export, import; report; print.
#include <algorithm>

#include <fmt/format.h>

#include "rempart/act/report.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/export.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/clock.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/info_rows.hpp"
#include "rempart/list_notices.hpp"
#include "rempart/logged.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/hygiene.hpp"
#include "rempart/pipeline/matching.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using casefile::Access;
using casefile::Case;

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
