// SPDX-License-Identifier: Apache-2.0
#include "rempart/case_arguments.hpp"

#include <memory>
#include <string>
#include <vector>

#include "rempart/casefile/decisions.hpp"
#include "rempart/casefile/roles.hpp"
#include "rempart/command_line.hpp"

namespace rempart::cli {
namespace {

void define_roles(CLI::App& group, const Choose& choose) {
    struct Row {
        const char* name;
        const char* what;
        CaseRoles::What kind;
    };
    constexpr Row kRows[] = {
        {"grant", "Give a user of the server a role in the case", CaseRoles::What::grant},
        {"revoke", "Take a role back", CaseRoles::What::revoke},
    };
    std::vector<std::string> names;
    names.reserve(casefile::kRoles.size());
    for (const casefile::RoleFacts& role : casefile::kRoles) {
        names.emplace_back(role.name);
    }
    for (const Row& row : kRows) {
        const auto args = std::make_shared<CaseRoles>();
        args->what = row.kind;
        CLI::App* app = command(group, choose, row.name, row.what, args);
        case_folder(app, *args);
        app->add_option("--user", args->user, "Name of the user on the server")->required();
        app->add_option("--role", args->role, "See docs/roles.md")
            ->required()
            ->check(CLI::IsMember(names));
    }
    const auto show = std::make_shared<CaseRoles>();
    CLI::App* app =
        command(group, choose, "roles", "Who has which role in a case on a server", show);
    case_folder(app, *show);
    app->add_flag("--enforce", show->enforce,
                  "Make the roles on the server, or set their rights anew");
    json_flag(app, *show);
}

} // namespace

void define_case(CLI::App& root, const Choose& choose) {
    CLI::App* group = root.add_subcommand("case", "Make, check, export and import a case");
    group->require_subcommand(1);
    const auto make = std::make_shared<CaseNew>();
    CLI::App* app = command(*group, choose, "new", "Make an empty case", make);
    case_folder(app, *make);
    app->add_option("--name", make->name, "Name of the case")->required();
    app->add_option("--authority", make->authority, "Who is responsible for it")->required();
    app->add_option("--legal-basis", make->legal_basis, "The law it is worked on under")
        ->required();
    app->add_option("--purpose", make->purpose, "What the data may be used for")->required();
    app->add_option("--review-date", make->review_date,
                    "YYYY-MM-DD: when the need for the data is looked at again")
        ->required();
    const auto info = std::make_shared<CaseInfoArgs>();
    app = command(*group, choose, "info", "Say what the case is and what it holds", info);
    case_folder(app, *info);
    json_flag(app, *info);
    const auto verify = std::make_shared<CaseVerify>();
    app = command(*group, choose, "verify",
                  "Check the case's structure, its audit log with the rows that it seals, and the "
                  "verdicts on its exhibits",
                  verify);
    case_folder(app, *verify);
    app->add_option("--checkpoint", verify->checkpoints,
                    "A checkpoint that was kept elsewhere: finds what was rewritten as a whole")
        ->allow_extra_args(false);
    app->add_option("--key", verify->key,
                    "Public key of the checkpoints (default: the one in the case's folder)");
    json_flag(app, *verify);
    const auto out = std::make_shared<CaseExport>();
    app = command(*group, choose, "export", "Write the whole case as one file", out);
    case_folder(app, *out);
    app->add_option("FILE", out->target, "The file to write; must not exist")->required();
    app->add_flag("--canonical", out->canonical,
                  "Sorted JSON lines without what depends on the run: equal evidence, equal bytes");
    app->add_option("--recipient", out->recipient, "Who is given the file, for the log");
    purpose_option(app, *out);
    const auto in = std::make_shared<CaseImport>();
    app = command(*group, choose, "import",
                  "Make a case of a file that `case export` wrote, row for row", in);
    app->add_option("FILE", in->source, "The file; without --canonical")->required();
    case_folder(app, *in);
    define_roles(*group, choose);
}

void define_decision(CLI::App& root, const Choose& choose) {
    CLI::App* group =
        root.add_subcommand("decision", "What one person asks for and another decides");
    group->require_subcommand(1);
    const auto ask = std::make_shared<DecisionAsk>();
    CLI::App* app = command(*group, choose, "ask", "Ask for a decision", ask);
    case_folder(app, *ask);
    app->add_option("--kind", ask->kind, "What needs two persons")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>(casefile::kDecisionKinds.begin(),
                                                       casefile::kDecisionKinds.end())));
    app->add_option("--subject", ask->subject, "What exactly: a digest or a label")->required();
    app->add_option("--reason", ask->reason, "Why")->required();
    const auto decide = std::make_shared<DecisionDecide>();
    app = command(*group, choose, "decide", "Decide what somebody else asked for", decide);
    case_folder(app, *decide);
    app->add_option("ID", decide->id, "Number of the decision, as `decision show` prints it")
        ->required();
    app->add_option("--verdict", decide->verdict, "approved or refused")
        ->required()
        ->check(CLI::IsMember({"approved", "refused"}));
    app->add_option("--note", decide->note, "What speaks for the verdict");
    const auto show = std::make_shared<DecisionShow>();
    app = command(*group, choose, "show", "Every decision, open ones too", show);
    case_folder(app, *show);
    json_flag(app, *show);
}

} // namespace rempart::cli
