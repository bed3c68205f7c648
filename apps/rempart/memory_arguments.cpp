// SPDX-License-Identifier: Apache-2.0
#include "rempart/memory_arguments.hpp"

#include <memory>
#include <string>

#include "rempart/command_line.hpp"

namespace rempart::cli {
namespace {

std::string fault_of_purpose(const std::string& purpose) {
    return purpose.find_first_not_of(" \t\r\n") == std::string::npos
               ? "the act needs a purpose: why cases are combined"
               : std::string();
}

template <typename Args>
void stated_purpose_option(CLI::App* app, Args& args) {
    app->add_option("--purpose", args.purpose, "Why: the case's own purpose does not do")
        ->required()
        ->check(fault_of_purpose);
}

void url_argument(CLI::App* app, std::string& url) {
    app->add_option("MEMORY", url, "postgresql://… of the memory")->required();
}

void define_new(CLI::App& group, const Choose& choose) {
    const auto args = std::make_shared<MemoryNew>();
    CLI::App* app = command(group, choose, "new", "Make an empty memory on a server", args);
    url_argument(app, args->url);
    app->add_option("--name", args->name, "Name of the memory")->required();
    app->add_option("--authority", args->authority, "Who is responsible for it")->required();
    app->add_option("--legal-basis", args->legal_basis, "The law that lets cases be combined")
        ->required();
    app->add_option("--purpose", args->purpose, "What cases may be combined for")->required();
    app->add_option("--review-date", args->review_date,
                    "YYYY-MM-DD: when the need for it is looked at again")
        ->required();
}

} // namespace

void define_memory(CLI::App& root, const Choose& choose) {
    CLI::App* group =
        root.add_subcommand("memory", "What the cases of a lab have seen, where they share it");
    group->require_subcommand(1);
    define_new(*group, choose);
    struct Act {
        const char* name;
        const char* what;
        MemoryActArgs::What kind;
    };
    constexpr Act kActs[] = {
        {"share", "Tell a memory which contents the case has seen", MemoryActArgs::What::share},
        {"ask", "What of this case was seen in other cases, and where first",
         MemoryActArgs::What::ask},
        {"withdraw", "Remove from a memory all that the case shared",
         MemoryActArgs::What::withdraw},
    };
    for (const Act& row : kActs) {
        const auto args = std::make_shared<MemoryActArgs>();
        args->what = row.kind;
        CLI::App* app = command(*group, choose, row.name, row.what, args);
        case_folder(app, *args);
        app->add_option("--memory", args->memory, "postgresql://… of the memory")->required();
        stated_purpose_option(app, *args);
        json_flag(app, *args);
    }
    struct Look {
        const char* name;
        const char* what;
        MemoryLook::What kind;
    };
    constexpr Look kLooks[] = {
        {"verify", "Check the memory's audit log and every row that it seals",
         MemoryLook::What::verify},
        {"info", "Say what the memory is for and how much it holds", MemoryLook::What::info},
        {"log", "Every record of the memory's audit log", MemoryLook::What::log},
    };
    for (const Look& row : kLooks) {
        const auto args = std::make_shared<MemoryLook>();
        args->what = row.kind;
        CLI::App* app = command(*group, choose, row.name, row.what, args);
        url_argument(app, args->url);
        if (row.kind == MemoryLook::What::log) {
            stated_purpose_option(app, *args);
        }
        json_flag(app, *args);
    }
}

} // namespace rempart::cli
