// SPDX-License-Identifier: Apache-2.0
#include "rempart/each_file.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "rempart/output.hpp"
#include "rempart/pipeline/in_order.hpp"
#include "rempart/stop_signal.hpp"

namespace rempart::cli {
namespace {

// Those that cannot be told are found out when their turn comes.
std::uint64_t bytes_of_all(const std::vector<std::string>& paths) {
    std::uint64_t bytes = 0;
    for (const std::string& path : paths) {
        std::error_code gone;
        const std::uintmax_t size = std::filesystem::file_size(path, gone);
        bytes += gone ? 0 : size;
    }
    return bytes;
}

// Tells outcomes, and how far it is in between.
class Teller {
  public:
    Teller(const std::vector<std::string>& paths, const std::string& label)
        : paths_(paths), bar_(label) {
        progress_.total_bytes = bar_.on_terminal() ? bytes_of_all(paths) : 0;
    }

    void tell(std::size_t number, const FileOutcome& outcome) {
        bar_.clear();
        for (const std::string& line : outcome.lines) {
            print_line(line);
        }
        std::fflush(stdout); // whoever reads the pipe sees it now, and a second Ctrl-C loses none
        if (outcome.complaint) {
            static_cast<void>(report_error(paths_[number], *outcome.complaint));
        }
        ++progress_.items;
        progress_.bytes += outcome.bytes;
        progress_.hits += outcome.hits;
        progress_.problems += outcome.is_complete ? 0U : 1U;
    }

    void show() {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
        progress_.seconds = took.count();
        bar_.show(progress_);
    }

    [[nodiscard]] bool is_complete() const { return progress_.problems == 0; }
    void end() { bar_.clear(); }

  private:
    const std::vector<std::string>& paths_;
    ProgressBar bar_;
    pipeline::Progress progress_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace

int each_file(const std::vector<std::string>& paths, const EachFileOptions& options,
              const std::function<FileOutcome(const std::string& path)>& work) {
    Teller teller(paths, options.label);
    const auto begin = [&](std::size_t number) -> std::function<void()> {
        // Shared only because a std::function must be copyable.
        const auto outcome = std::make_shared<FileOutcome>(work(paths[number]));
        return [&teller, outcome, number] { teller.tell(number, *outcome); };
    };
    const std::size_t told = pipeline::in_order(
        paths.size(),
        {.jobs = options.jobs, .stop = &heed_stop_signals(), .on_wait = [&] { teller.show(); }},
        begin);
    teller.end();
    if (told < paths.size()) {
        talk("interrupted");
        return kInterrupted;
    }
    return teller.is_complete() ? kOk : kIncomplete;
}

} // namespace rempart::cli
