// SPDX-License-Identifier: Apache-2.0
// memory new, share, ask, withdraw, verify, info, log.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/memory.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/info_rows.hpp"
#include "rempart/output.hpp"
#include "rempart/verdict.hpp"

namespace rempart::cli {
namespace {

using casefile::Access;
using casefile::Case;
using casefile::Memory;
using Json = nlohmann::ordered_json;

void print_json(const Json& json) {
    print_line(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json or_null(const std::string& text) {
    return text.empty() ? Json() : Json(text);
}

int share(Case& file, Memory& memory, const MemoryActArgs& args) {
    const auto counts = casefile::share(file, memory, to_utf8(args.purpose));
    if (!counts) {
        return report_error("memory share", counts.error());
    }
    if (args.json) {
        print_json({{"type", "memory_shared"},
                    {"memory", memory.info().id},
                    {"contents", counts->contents},
                    {"added", counts->added},
                    {"updated", counts->updated}});
    } else {
        print_line(fmt::format("{} contents shared: {} are new in the memory, {} changed",
                               counts->contents, counts->added, counts->updated));
    }
    return kOk;
}

int withdraw(Case& file, Memory& memory, const MemoryActArgs& args) {
    const auto removed = casefile::withdraw(file, memory, to_utf8(args.purpose));
    if (!removed) {
        return report_error("memory withdraw", removed.error());
    }
    if (args.json) {
        print_json(
            {{"type", "memory_withdrawn"}, {"memory", memory.info().id}, {"removed", *removed}});
    } else {
        print_line(fmt::format("{} contents removed from the memory", *removed));
    }
    return kOk;
}

void print_seen(const casefile::SeenElsewhere& seen, bool json) {
    const std::string first_read = format_time(seen.first_read);
    if (json) {
        print_json({{"type", "seen"},
                    {"sha256", seen.sha256},
                    {"size", seen.size_bytes},
                    {"mime", or_null(seen.mime)},
                    {"exhibit", seen.exhibit},
                    {"case", seen.case_id},
                    {"case_name", seen.case_name},
                    {"authority", seen.authority},
                    {"case_exhibit", seen.case_exhibit},
                    {"first_read", or_null(first_read)},
                    {"on_alert_list", seen.on_alert_list}});
        return;
    }
    print_line(fmt::format("{}  {}: in \"{}\" ({}), {}, read {}{}", seen.sha256,
                           to_terminal(seen.exhibit), to_terminal(seen.case_name),
                           to_terminal(seen.authority), to_terminal(seen.case_exhibit),
                           first_read.empty() ? "at an unknown time" : first_read,
                           seen.on_alert_list ? ", on an alert list there" : ""));
}

int ask(Case& file, Memory& memory, const MemoryActArgs& args) {
    const auto counts = casefile::ask(file, memory, to_utf8(args.purpose),
                                      [&](const casefile::SeenElsewhere& seen) -> Result<void> {
                                          print_seen(seen, args.json);
                                          return {};
                                      });
    if (!counts) {
        return report_error("memory ask", counts.error());
    }
    if (args.json) {
        print_json({{"type", "memory_answer"},
                    {"memory", memory.info().id},
                    {"asked", counts->asked},
                    {"found", counts->found},
                    {"places", counts->places}});
    } else {
        print_line(fmt::format("{} of {} contents were seen in other cases", counts->found,
                               counts->asked));
    }
    return kOk;
}

int show_info(Memory& memory, const MemoryLook& args) {
    const auto totals = casefile::totals(memory);
    if (!totals) {
        return report_error(args.url, totals.error());
    }
    const casefile::MemoryInfo& info = memory.info();
    if (args.json) {
        print_json({{"type", "memory"},
                    {"id", info.id},
                    {"name", info.name},
                    {"authority", info.authority},
                    {"legal_basis", info.legal_basis},
                    {"purpose", info.purpose},
                    {"review_date", info.review_date},
                    {"created", format_time(info.created)},
                    {"cases", totals->cases},
                    {"contents", totals->contents},
                    {"enforced", totals->enforced},
                    {"roles", totals->roles}});
        return kOk;
    }
    print_info(info);
    print_row("holds", fmt::format("{} contents of {} cases", totals->contents, totals->cases));
    print_row("rights", totals->enforced ? "the server keeps to the memory's roles"
                                         : "not enforced: the server has not all of its roles");
    for (const std::string& role : totals->roles) {
        print_row("role", role);
    }
    return kOk;
}

int verify(Memory& memory, const MemoryLook& args) {
    const auto verdict = casefile::verify_log(memory);
    if (!verdict) {
        return report_error(args.url, verdict.error());
    }
    if (const int status = print_verdict(*verdict, args.json); status != kOk) {
        return status; // a log that was tampered with gets no further record
    }
    casefile::AuditEntry entry;
    entry.act = casefile::AuditAct::verified;
    entry.purpose = memory.info().purpose;
    entry.subject = {{"records", std::to_string(verdict->tree.size)},
                     {"root", encode_hex(verdict->tree.root)}};
    if (const auto logged = casefile::record_act(memory, entry); !logged) {
        talk(fmt::format("the verification is not in the log: {}", logged.error().message));
    }
    return kOk;
}

int show_log(Memory& memory, const MemoryLook& args) {
    casefile::AuditEntry entry;
    entry.act = casefile::AuditAct::log_shown;
    entry.purpose = to_utf8(args.purpose);
    if (const auto logged = casefile::record_act(memory, entry); !logged) {
        return report_error(args.url, logged.error());
    }
    auto shown = casefile::each_log_record(
        memory, [&](std::uint64_t index, const std::string& record) -> Result<void> {
            print_line(args.json ? record : fmt::format("{:>8}  {}", index, to_terminal(record)));
            return {};
        });
    return shown ? kOk : report_error(args.url, shown.error());
}

} // namespace

int run(const MemoryNew& args) {
    casefile::MemoryInfo info;
    info.name = to_utf8(args.name);
    info.authority = to_utf8(args.authority);
    info.legal_basis = to_utf8(args.legal_basis);
    info.purpose = to_utf8(args.purpose);
    info.review_date = args.review_date;
    const auto made = Memory::create(args.url, info);
    if (!made) {
        return report_error(args.url, made.error());
    }
    print_line(fmt::format("memory {} in {}", made->info().id, shown_place(args.url)));
    return kOk;
}

int run(const MemoryActArgs& args) {
    auto file = Case::open(args.folder, Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    auto memory = Memory::open(args.memory, Access::write);
    if (!memory) {
        return report_error(args.memory, memory.error());
    }
    switch (args.what) {
    case MemoryActArgs::What::share: return share(*file, *memory, args);
    case MemoryActArgs::What::ask: return ask(*file, *memory, args);
    case MemoryActArgs::What::withdraw: return withdraw(*file, *memory, args);
    }
    return kFailed;
}

int run(const MemoryLook& args) {
    auto memory = Memory::open(args.url, Access::read);
    if (!memory) {
        return report_error(args.url, memory.error());
    }
    switch (args.what) {
    case MemoryLook::What::verify: return verify(*memory, args);
    case MemoryLook::What::info: return show_info(*memory, args);
    case MemoryLook::What::log: return show_log(*memory, args);
    }
    return kFailed;
}

} // namespace rempart::cli
