// SPDX-License-Identifier: Apache-2.0
// status: how far each exhibit is, who works on it, what is left, what could not be read. The state
// of exhibits is no consultation of what they hold, so it is not logged as one.
#include <algorithm>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/hit_codes.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/json_parts.hpp"
#include "rempart/output.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using casefile::Case;

std::string place_of(std::string_view exhibit, std::string_view path, std::string_view stream) {
    return to_terminal(stream.empty() ? fmt::format("{}: {}", exhibit, path)
                                      : fmt::format("{}: {}:{}", exhibit, path, stream));
}

/// Everything that is told, read once.
struct State {
    struct Exhibit {
        casefile::ExhibitRecord record;
        casefile::Totals totals;
        std::uint64_t jobs_left = 0;
    };
    std::vector<Exhibit> exhibits;
    std::vector<casefile::WorkerRecord> workers;
    std::vector<casefile::JobCounts> jobs;
    std::vector<casefile::FailureRecord> failures;
    std::uint64_t disputed = 0, disabled = 0, quarantined = 0;
};

template <typename T>
Result<void> take(Result<T>&& read, T& into) {
    if (!read) {
        return fail(std::move(read).error());
    }
    into = std::move(*read);
    return {};
}

Result<void> read_known(Case& file, State& state) {
    const auto off = casefile::entries_off(file);
    if (!off) {
        return fail(off.error());
    }
    for (const casefile::EntryOff& entry : *off) {
        if (entry.state == name(casefile::EntryAct::withdrawn)) {
            continue; // by its list, which tells it
        }
        ++(entry.state == name(casefile::EntryAct::quarantined) ? state.quarantined
                                                                : state.disabled);
    }
    return take(casefile::disputed_contents(file), state.disputed);
}

Result<State> read_state(Case& file) {
    State state;
    std::vector<casefile::ExhibitRecord> exhibits;
    if (auto read = take(casefile::exhibits(file), exhibits); !read) {
        return fail(std::move(read).error());
    }
    for (casefile::ExhibitRecord& record : exhibits) {
        State::Exhibit& exhibit = state.exhibits.emplace_back();
        auto read = take(casefile::totals(file, record.id), exhibit.totals);
        if (read) {
            read = take(casefile::jobs_left(file, record.id), exhibit.jobs_left);
        }
        if (!read) {
            return fail(std::move(read).error());
        }
        exhibit.record = std::move(record);
    }
    for (auto& read : {take(casefile::workers(file), state.workers),
                       take(casefile::job_counts(file), state.jobs),
                       take(casefile::failures(file), state.failures), read_known(file, state)}) {
        if (!read) {
            return fail(read.error());
        }
    }
    return state;
}

/// Of a worker since it came: what it says of itself, by the database's clock.
double rate_of(const casefile::WorkerRecord& worker, std::uint64_t amount) {
    const auto seconds = static_cast<double>(worker.seen.micros - worker.started.micros) / 1e6;
    return seconds > 1 ? static_cast<double>(amount) / seconds : 0;
}

void print_exhibit(const State::Exhibit& exhibit) {
    const casefile::Totals& totals = exhibit.totals;
    print_line(fmt::format(
        "{} ({}): {}; {} items, {} in contents, {} pictures, {} videos, {} messages, {} exact and "
        "{} near "
        "hits; verification: {}{}",
        to_terminal(exhibit.record.label), exhibit.record.kind, exhibit.record.state, totals.items,
        human_bytes(totals.bytes), totals.pictures, totals.videos, totals.messages,
        totals.hits_exact, totals.hits_near, exhibit.record.verification,
        exhibit.jobs_left > 0 ? fmt::format("; {} jobs left", exhibit.jobs_left) : ""));
}

// Only of images is it known how much there is to read before it was read.
std::string time_left(const State& state) {
    double bytes_left = 0, rate = 0;
    for (const State::Exhibit& exhibit : state.exhibits) {
        if (exhibit.record.state != "complete") {
            bytes_left +=
                static_cast<double>(exhibit.record.size_bytes) -
                static_cast<double>(std::min(exhibit.record.size_bytes, exhibit.totals.bytes));
        }
    }
    for (const casefile::WorkerRecord& worker : state.workers) {
        rate += rate_of(worker, worker.bytes);
    }
    if (rate <= 0 || bytes_left <= 0) {
        return {};
    }
    const auto minutes = static_cast<std::uint64_t>(bytes_left / rate / 60);
    return fmt::format("; at most {} h {:02} min left of the images", minutes / 60, minutes % 60);
}

void print_work(const State& state) {
    double items_per_s = 0, bytes_per_s = 0;
    for (const casefile::WorkerRecord& worker : state.workers) {
        items_per_s += rate_of(worker, worker.items);
        bytes_per_s += rate_of(worker, worker.bytes);
    }
    if (!state.workers.empty()) {
        print_line(fmt::format("{} at work: {:.0f} items/s, {}/s{}", state.workers.size(),
                               items_per_s, human_bytes(static_cast<std::uint64_t>(bytes_per_s)),
                               time_left(state)));
    }
    for (const casefile::WorkerRecord& worker : state.workers) {
        print_line(fmt::format("    {}: {}; {} items, {}; heard of {:.0f} s ago",
                               to_terminal(worker.name), to_terminal(worker.doing), worker.items,
                               human_bytes(worker.bytes), worker.seen_seconds_ago));
    }
    for (const casefile::JobCounts& jobs : state.jobs) {
        print_line(fmt::format("jobs {}: {} waiting, {} held, {} tried again", jobs.operation,
                               jobs.waiting, jobs.held, jobs.retried));
    }
    for (const casefile::FailureRecord& failure : state.failures) {
        print_line(fmt::format("given up: {} of {}, part {}: {}", failure.operation,
                               to_terminal(failure.exhibit_label), failure.part,
                               to_terminal(failure.error.message)));
    }
}

void print_known(const State& state) {
    if (state.disputed > 0) {
        print_line(fmt::format("disputed: {} contents that an alert and an allow list hold; a "
                               "person decides (`rempart explain`)",
                               state.disputed));
    }
    if (state.quarantined > 0) {
        print_line(fmt::format("in quarantine: {} entries of lists that are near too much; their "
                               "near hits do not count (`rempart list show`)",
                               state.quarantined));
    }
    if (state.disabled > 0) {
        print_line(fmt::format("disabled: {} entries of lists", state.disabled));
    }
}

Result<void> print_problems(Case& file) {
    print_line("not fully read:");
    return casefile::each_problem(file, [](const casefile::ItemView& view) -> Result<void> {
        for (const auto* error : {&view.item.error, &view.media_error, &view.partial_picture}) {
            if (*error) {
                print_line(
                    fmt::format("    {:<15} {}: {}", name((*error)->code),
                                place_of(view.exhibit_label, view.item.path, view.item.stream),
                                to_terminal((*error)->message)));
            }
        }
        return {};
    });
}

// Prometheus text format 0.0.4. Labels of exhibits may be personal data: their number stands here.
void print_metrics(const State& state) {
    const auto head = [](std::string_view name, std::string_view type, std::string_view help) {
        print_line(fmt::format("# HELP {0} {2}\n# TYPE {0} {1}", name, type, help));
    };
    const auto of_exhibits = [&](std::string_view name, std::string_view help, auto value) {
        head(name, "gauge", help);
        for (const State::Exhibit& exhibit : state.exhibits) {
            print_line(
                fmt::format("{}{{exhibit=\"{}\"}} {}", name, exhibit.record.id, value(exhibit)));
        }
    };
    of_exhibits("rempart_exhibit_complete", "1 once an exhibit is read to its end.",
                [](const auto& exhibit) { return exhibit.record.state == "complete" ? 1 : 0; });
    of_exhibits("rempart_items", "Items in the case.",
                [](const auto& exhibit) { return exhibit.totals.items; });
    of_exhibits("rempart_bytes", "Bytes of those items.",
                [](const auto& exhibit) { return exhibit.totals.bytes; });
    of_exhibits(
        "rempart_hits", "Contents that a list knows, counted by list.",
        [](const auto& exhibit) { return exhibit.totals.hits_exact + exhibit.totals.hits_near; });
    of_exhibits("rempart_not_fully_read", "Items and contents with an error.",
                [](const auto& exhibit) {
                    std::uint64_t count = 0;
                    for (const auto& [code, errors] : exhibit.totals.errors) {
                        count += errors;
                    }
                    return count;
                });
    head("rempart_jobs", "gauge", "Jobs that are left.");
    for (const casefile::JobCounts& jobs : state.jobs) {
        print_line(fmt::format("rempart_jobs{{operation=\"{0}\",state=\"waiting\"}} {1}\n"
                               "rempart_jobs{{operation=\"{0}\",state=\"held\"}} {2}",
                               jobs.operation, jobs.waiting, jobs.held));
    }
    head("rempart_jobs_given_up", "gauge", "Work that was given up after several attempts.");
    print_line(fmt::format("rempart_jobs_given_up {}", state.failures.size()));
    head("rempart_workers", "gauge", "Workers heard of in the last ten minutes.");
    print_line(fmt::format("rempart_workers {}", state.workers.size()));
}

void print_json(const State& state) {
    for (const State::Exhibit& exhibit : state.exhibits) {
        print_line(to_json(exhibit.record, exhibit.totals));
    }
    if (state.disputed + state.disabled + state.quarantined > 0) {
        print_line(line_of({{"type", "known"},
                            {"disputed", state.disputed},
                            {"entries_disabled", state.disabled},
                            {"entries_quarantined", state.quarantined}}));
    }
    for (const casefile::WorkerRecord& worker : state.workers) {
        print_line(to_json(worker));
    }
    for (const casefile::JobCounts& jobs : state.jobs) {
        print_line(to_json(jobs));
    }
    for (const casefile::FailureRecord& failure : state.failures) {
        print_line(to_json(failure));
    }
}

} // namespace

int run(const Status& args) {
    auto file = Case::open(args.folder, casefile::Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto state = read_state(*file);
    if (!state) {
        return report_error(args.folder, state.error());
    }
    if (args.metrics) {
        print_metrics(*state);
        return kOk;
    }
    if (args.json) {
        print_json(*state);
        return kOk;
    }
    for (const State::Exhibit& exhibit : state->exhibits) {
        print_exhibit(exhibit);
    }
    print_known(*state);
    print_work(*state);
    if (state->exhibits.empty()) {
        return kOk;
    }
    const auto printed = print_problems(*file);
    return printed ? kOk : report_error(args.folder, printed.error());
}

} // namespace rempart::cli
