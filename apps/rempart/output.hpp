// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How the program speaks: data to stdout, talk to stderr, few exit statuses.

#include <string>
#include <string_view>

#include "rempart/core/result.hpp"
#include "rempart/pipeline/ingest.hpp"

namespace rempart::cli {

// Part of the interface: scripts branch on these.
enum ExitStatus : int {
    kOk = 0,
    kFailed = 1,
    kWrongUse = 2,
    kIncomplete = 3, ///< Done, but some input could not be read.
    kIntegrity = 4,
    kInterrupted = 130,
};

/// One line of data. A closed pipe downstream is success: the program ends quietly (SIGPIPE).
void print_line(std::string_view line);

/// One line of talk to stderr: "rempart: ...", made safe for a terminal.
void talk(std::string_view line);

/// A case's folder or URL as it may be shown: a password in a URL is "***".
[[nodiscard]] std::string shown_place(std::string_view place);

/// Says the error and gives the exit status that belongs to it. `about` is shown as a
/// place is.
[[nodiscard]] int report_error(std::string_view about, const Error& error);

/// "12.3 MB": for people.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

/// The bar on a terminal, a line every 10 s elsewhere. Thread-safe against talk() only by being the
/// one that talks while an ingest runs.
class ProgressBar {
  public:
    explicit ProgressBar(std::string label);
    void show(const pipeline::Progress& progress);
    void clear();
    [[nodiscard]] bool on_terminal() const { return on_terminal_; }

  private:
    std::string label_;
    bool on_terminal_;
    bool drawn_ = false;
    double last_line_seconds_ = 0;
};

} // namespace rempart::cli
