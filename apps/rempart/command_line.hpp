// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The pieces that definitions of commands share: what most of them take is worded once. Brings in
/// the library that parses, so only the *arguments.cpp include it.

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "rempart/arguments.hpp"

namespace rempart::cli {

/// A command with its own flags to come.
/// \param args filled by the parse; `choose` is told of them if this command was typed.
template <typename Args>
CLI::App* command(CLI::App& parent, const Choose& choose, const std::string& name,
                  const std::string& what, const std::shared_ptr<Args>& args) {
    CLI::App* app = parent.add_subcommand(name, what);
    app->callback([choose, args] { choose(*args); });
    return app;
}

template <typename Args>
void case_folder(CLI::App* app, Args& args) {
    app->add_option("CASE", args.folder, "Folder of the case, or postgresql://… of one on a server")
        ->required();
}

template <typename Args>
void jobs_option(CLI::App* app, Args& args) {
    app->add_option("--jobs", args.jobs, "Worker threads (default: all cores)")
        ->check(CLI::Range(1, 1024));
}

template <typename Args>
void json_flag(CLI::App* app, Args& args) {
    app->add_flag("--json", args.json, "One JSON object a line, with stable keys");
}

template <typename Args>
void purpose_option(CLI::App* app, Args& args) {
    app->add_option("--purpose", args.purpose,
                    "Why, for the log of the case (default: the purpose of the case)");
}

} // namespace rempart::cli
