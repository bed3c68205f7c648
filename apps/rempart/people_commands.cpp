// SPDX-License-Identifier: Apache-2.0
// case grant, revoke, roles; decision ask, decide, show: who may do what, and what takes two.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/decisions.hpp"
#include "rempart/casefile/roles.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/output.hpp"

namespace rempart::cli {
namespace {

using casefile::Access;
using casefile::Case;
using Json = nlohmann::ordered_json;

int show_roles(Case& file, const CaseRoles& args) {
    const auto state = casefile::role_state(file);
    if (!state) {
        return report_error(args.folder, state.error());
    }
    if (args.json) {
        print_line(Json{{"type", "roles"}, {"enforced", state->enforced}}.dump());
    } else {
        print_line(state->enforced ? "the server keeps to the roles of this case"
                                   : "not enforced: whoever reaches this case can do everything");
    }
    for (const casefile::RoleMember& member : state->members) {
        const std::string_view role = casefile::facts_of(member.role).name;
        print_line(args.json
                       ? Json{{"type", "member"}, {"user", member.user}, {"role", role}}.dump()
                       : fmt::format("{:<16} {}", role, to_terminal(member.user)));
    }
    return kOk;
}

std::string text_of(const casefile::Decision& decision) {
    const std::string outcome =
        decision.verdict ? fmt::format("{} by {} on {}: {}", name(*decision.verdict),
                                       to_terminal(decision.decided_by),
                                       format_time(decision.decided), to_terminal(decision.note))
                         : "open";
    return fmt::format("{:>4}  {} of {}, asked by {} on {}: {}; {}", decision.id,
                       name(decision.kind), to_terminal(decision.subject),
                       to_terminal(decision.asked_by), format_time(decision.asked),
                       to_terminal(decision.reason), outcome);
}

std::string to_json(const casefile::Decision& decision) {
    Json json{{"type", "decision"},
              {"id", decision.id},
              {"kind", name(decision.kind)},
              {"subject", decision.subject},
              {"reason", decision.reason},
              {"asked_by", decision.asked_by},
              {"asked", format_time(decision.asked)},
              {"verdict", nullptr}};
    if (decision.verdict) {
        json["verdict"] = name(*decision.verdict);
        json["decided_by"] = decision.decided_by;
        json["decided"] = format_time(decision.decided);
        json["note"] = decision.note;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

int run(const CaseRoles& args) {
    const bool changes = args.what != CaseRoles::What::show || args.enforce;
    auto file = Case::open(args.folder, changes ? Access::write : Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    Result<void> done;
    if (args.enforce) {
        done = casefile::enforce_roles(*file);
    } else if (const auto role = casefile::role_named(args.role); role && changes) {
        done = casefile::change_role(*file, args.user, *role,
                                     args.what == CaseRoles::What::grant
                                         ? casefile::RoleChange::given
                                         : casefile::RoleChange::withdrawn);
    }
    if (!done) {
        return report_error(args.folder, done.error());
    }
    return args.what == CaseRoles::What::show ? show_roles(*file, args) : kOk;
}

int run(const DecisionAsk& args) {
    auto file = Case::open(args.folder, Access::write);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto kind = casefile::decision_kind_named(args.kind);
    const auto asked =
        casefile::ask_decision(*file, kind.value(), args.subject, args.reason); // checked by CLI11
    if (!asked) {
        return report_error(args.folder, asked.error());
    }
    print_line(fmt::format("decision {} is open: somebody else decides", *asked));
    return kOk;
}

int run(const DecisionDecide& args) {
    auto file = Case::open(args.folder, Access::write);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto verdict = args.verdict == name(casefile::Verdict::approved)
                             ? casefile::Verdict::approved
                             : casefile::Verdict::refused;
    const auto decided = casefile::decide(*file, args.id, verdict, args.note);
    return decided ? kOk : report_error(args.folder, decided.error());
}

int run(const DecisionShow& args) {
    auto file = Case::open(args.folder, Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto all = casefile::decisions(*file);
    if (!all) {
        return report_error(args.folder, all.error());
    }
    for (const casefile::Decision& decision : *all) {
        print_line(args.json ? to_json(decision) : text_of(decision));
    }
    return kOk;
}

} // namespace rempart::cli
