// SPDX-License-Identifier: Apache-2.0
#include "rempart/manual.hpp"

#include <functional>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace rempart::cli {
namespace {

struct Command {
    std::string name; ///< "case new".
    const CLI::App* app = nullptr;
};

void collect(const CLI::App& app, const std::string& prefix, std::vector<Command>& commands) {
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        const std::string name = prefix.empty() ? sub->get_name() : prefix + ' ' + sub->get_name();
        if (sub->get_subcommands([](const CLI::App*) { return true; }).empty()) {
            commands.push_back({name, sub});
        }
        collect(*sub, name, commands);
    }
}

std::vector<Command> commands_of(const CLI::App& root) {
    std::vector<Command> commands;
    collect(root, {}, commands);
    return commands;
}

bool is_help(const CLI::Option* option) {
    return option->check_lname("help");
}

std::string synopsis(const Command& command) {
    std::string text = "rempart " + command.name;
    for (const CLI::Option* option : command.app->get_options()) {
        if (is_help(option)) {
            continue;
        }
        const bool flag = option->get_items_expected_max() == 0;
        const std::string name =
            option->get_positional() ? option->get_name(true) : option->get_name(false, true);
        std::string shown = option->get_positional() || flag ? name : name + " VALUE";
        if (option->get_items_expected_max() > 1) {
            shown += "...";
        }
        text += option->get_required() ? ' ' + shown : " [" + shown + ']';
    }
    return text;
}

// In roff a line must not begin with a dot or quote, and a hyphen-minus is written \-.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') {
            out += "\\e";
        } else if (c == '-') {
            out += "\\-";
        } else {
            out += c;
        }
    }
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

} // namespace

std::string man_page(const CLI::App& root) {
    std::string page = fmt::format(".TH REMPART 1 \"\" \"rempart {}\" \"User Commands\"\n"
                                   ".SH NAME\nrempart \\- {}\n.SH COMMANDS\n",
                                   REMPART_VERSION, roff(root.get_description()));
    for (const Command& command : commands_of(root)) {
        page += fmt::format(".TP\n.B {}\n{}\n", roff(synopsis(command)),
                            roff(command.app->get_description()));
        for (const CLI::Option* option : command.app->get_options()) {
            if (!is_help(option)) {
                page += fmt::format(".RS\n.TP\n.I {}\n{}\n.RE\n",
                                    roff(option->get_name(option->get_positional(), true)),
                                    roff(option->get_description()));
            }
        }
    }
    return page + fmt::format(".SH EXIT STATUS\n{}\n", roff(root.get_footer()));
}

std::string bash_completion(const CLI::App& root) {
    std::string text = "# bash completion for rempart; print it with: rempart print completion\n"
                       "_rempart() {\n"
                       "    local cur=${COMP_WORDS[COMP_CWORD]} words=\"\"\n"
                       "    case \"${COMP_WORDS[*]:1:COMP_CWORD-1}\" in\n";
    for (const Command& command : commands_of(root)) {
        std::string flags;
        for (const CLI::Option* option : command.app->get_options()) {
            if (!option->get_positional()) {
                flags += ' ' + option->get_name(false, true);
            }
        }
        text += fmt::format("        \"{0}\"|\"{0} \"*) words=\"{1}\" ;;\n", command.name,
                            flags.empty() ? "" : flags.substr(1));
    }
    for (const CLI::App* group : root.get_subcommands([](const CLI::App*) { return true; })) {
        std::string names;
        for (const CLI::App* sub : group->get_subcommands([](const CLI::App*) { return true; })) {
            names += ' ' + sub->get_name();
        }
        if (!names.empty()) {
            text += fmt::format("        \"{}\") words=\"{}\" ;;\n", group->get_name(),
                                names.substr(1));
        }
    }
    std::string all;
    for (const CLI::App* sub : root.get_subcommands([](const CLI::App*) { return true; })) {
        all += ' ' + sub->get_name();
    }
    return text + fmt::format("        \"\") words=\"{} --help --version\" ;;\n"
                              "    esac\n"
                              "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                              "    [[ $cur == -* ]] || COMPREPLY+=($(compgen -f -- \"$cur\"))\n"
                              "}}\ncomplete -o filenames -F _rempart rempart\n",
                              all.substr(1));
}

std::string markdown_reference(const CLI::App& root) {
    std::string text = "# Commands and flags\n\nMade by `rempart print reference`; do not edit.\n";
    for (const Command& command : commands_of(root)) {
        text += fmt::format("\n## rempart {}\n\n{}\n\n    {}\n\n| | |\n|---|---|\n", command.name,
                            command.app->get_description(), synopsis(command));
        for (const CLI::Option* option : command.app->get_options()) {
            if (!is_help(option)) {
                text +=
                    fmt::format("| `{}` | {} |\n", option->get_name(option->get_positional(), true),
                                option->get_description());
            }
        }
    }
    return text + "\n" + root.get_footer() + "\n";
}

} // namespace rempart::cli
