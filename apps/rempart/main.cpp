// SPDX-License-Identifier: Apache-2.0
// The thin command line: parse, carry out, exit.
#include <csignal>
#include <variant>

#include "rempart/arguments.hpp"
#include "rempart/commands.hpp"

int main(int argc, char** argv) {
    // A reader that closes the pipe has seen enough: the default action would report a death by
    // signal to scripts, so a write error ends the program quietly instead.
    std::signal(SIGPIPE, SIG_IGN);
    const rempart::cli::Parsed parsed = rempart::cli::parse_arguments(argc, argv);
    if (!parsed.run) {
        return parsed.exit_status;
    }
    return std::visit([](const auto& args) { return rempart::cli::run(args); }, parsed.request);
}
