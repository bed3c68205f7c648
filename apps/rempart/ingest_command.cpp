// SPDX-License-Identifier: Apache-2.0
// ingest: evidence into the case, hits as they are found, a summary an exhibit.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/list_notices.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/ingest.hpp"
#include "rempart/pipeline/worker.hpp"
#include "rempart/rows_json.hpp"
#include "rempart/sandbox/child.hpp"
#include "rempart/stop_signal.hpp"

namespace rempart::cli {
namespace {

std::string label_of(const std::filesystem::path& path) {
    const auto clean = path.lexically_normal();
    const auto last = clean.has_filename() ? clean.filename() : clean.parent_path().filename();
    return to_utf8(last.empty() ? "exhibit" : last.string());
}

std::chrono::milliseconds lease_of(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string hit_text(const casefile::HitView& hit) {
    const std::string place =
        hit.item_stream.empty() ? hit.item_path : hit.item_path + ':' + hit.item_stream;
    return fmt::format("{:<5} {:<5} {:>2} bits  {}  {}: {}", hit.polarity, hit.hit.match,
                       hit.hit.distance, to_terminal(hit.list_name), to_terminal(hit.exhibit_label),
                       to_terminal(place));
}

void print_summary(const pipeline::IngestSummary& summary) {
    print_line(fmt::format(
        "{}: {} items, {} distinct contents, {}, {} pictures, {} messages; {} exact and {} near "
        "hits; {} groups of unknown material; verification: {}",
        to_terminal(summary.exhibit), summary.items, summary.contents, human_bytes(summary.bytes),
        summary.media, summary.messages, summary.hits_exact, summary.hits_near, summary.groups_new,
        summary.verification));
    if (summary.regrouped > 0) {
        print_line(fmt::format("{}: it stands before exhibits that were finished earlier: {} "
                               "pictures and videos came into another group",
                               to_terminal(summary.exhibit), summary.regrouped));
    }
    if (summary.damaged + summary.failed + summary.unsupported > 0) {
        print_line(fmt::format("{}: not fully read: {} damaged, {} failed, {} unsupported or "
                               "encrypted; `rempart status` lists them",
                               to_terminal(summary.exhibit), summary.damaged, summary.failed,
                               summary.unsupported));
    }
}

int status_of(const pipeline::IngestSummary& summary) {
    if (summary.interrupted) {
        return kInterrupted;
    }
    if (summary.enqueued) {
        return kOk;
    }
    if (summary.verification == "failed") {
        return kIntegrity;
    }
    return summary.damaged + summary.failed + summary.unsupported > 0 ? kIncomplete : kOk;
}

pipeline::IngestOptions options_of(const std::string& path, const IngestArgs& args) {
    pipeline::IngestOptions options;
    options.label = args.exhibit.empty() ? label_of(path) : args.exhibit;
    options.acquired_hash = args.acquired_hash;
    options.jobs = args.jobs;
    options.depth = args.no_recognition ? pipeline::Depth::catalogue
                    : args.triage       ? pipeline::Depth::triage
                                        : pipeline::Depth::recognition;
    options.medium =
        args.no_medium_digest ? pipeline::MediumDigest::leave_out : pipeline::MediumDigest::compute;
    options.command = fmt::format("ingest --exhibit {}", options.label);
    options.program_version = REMPART_VERSION;
    options.stop = &heed_stop_signals();
    options.parts = args.parts;
    options.enqueue_only = args.enqueue;
    options.lease = lease_of(args.lease_seconds);
    options.on_hit = [&args](const casefile::HitView& hit) {
        print_line(args.json ? to_json(hit) : hit_text(hit));
        std::fflush(stdout); // whoever reads the pipe sees a hit when it is found
    };
    return options;
}

/// One exhibit, as far as it got: over one call of the pipeline, or two of a triage.
struct Exhibit {
    std::string path;
    pipeline::IngestOptions options;
    std::optional<pipeline::IngestSummary> triage; ///< Of the first call.
    int status = kOk;
    bool ended = false; ///< Failed or interrupted: no further call.
};

void print_triage(const pipeline::IngestSummary& summary, bool json) {
    if (summary.triaged) {
        print_line(json ? triage_json(summary)
                        : fmt::format("{}: looked up: {} items, {} distinct contents, {}; {} exact "
                                      "hits; its pictures come next",
                                      to_terminal(summary.exhibit), summary.items, summary.contents,
                                      human_bytes(summary.bytes), summary.hits_exact));
        std::fflush(stdout);
    }
}

void tell_end(const pipeline::IngestSummary& summary, bool json) {
    if (json) {
        print_line(to_json(summary));
    } else {
        print_summary(summary);
    }
    if (summary.enqueued) {
        talk("left to workers: `rempart worker CASE` on any machine that sees the evidence");
    }
    if (summary.interrupted) {
        talk("interrupted; the same command goes on from here");
    }
}

void ingest_until(casefile::Case& file, Exhibit& exhibit, pipeline::Until until, bool json) {
    ProgressBar bar(exhibit.options.label);
    exhibit.options.until = until;
    exhibit.options.estimate =
        bar.on_terminal() ? pipeline::Estimate::folder_size : pipeline::Estimate::leave_out;
    exhibit.options.on_progress = [&](const pipeline::Progress& progress) { bar.show(progress); };
    auto summary = pipeline::ingest(file, exhibit.path, exhibit.options);
    exhibit.options.on_progress = nullptr; // the bar ends here
    bar.clear();
    if (!summary) {
        exhibit.status = report_error(exhibit.path, summary.error());
        exhibit.ended = true;
        return;
    }
    if (exhibit.triage) { // one summary over both
        summary->seconds += exhibit.triage->seconds;
        summary->resumed = exhibit.triage->resumed;
    }
    exhibit.status = status_of(*summary);
    exhibit.ended = summary->interrupted;
    if (until == pipeline::Until::triage && !summary->interrupted) {
        print_triage(*summary, json);
        exhibit.triage = std::move(*summary);
    } else {
        tell_end(*summary, json);
    }
}

// Of several exhibits the worst status stands: a failure before a failed check before a loss.
int worse(int a, int b) {
    const auto rank = [](int status) {
        switch (status) {
        case kInterrupted: return 5;
        case kFailed: return 4;
        case kWrongUse: return 3;
        case kIntegrity: return 2;
        case kIncomplete: return 1;
        default: return 0;
        }
    };
    return rank(a) >= rank(b) ? a : b;
}

} // namespace

int run(const IngestArgs& args) {
    if (!args.exhibit.empty() && args.paths.size() > 1) {
        talk("--exhibit names one exhibit: give one PATH with it");
        return kWrongUse;
    }
    const auto role = sandbox::find_role("media_worker");
    if (!role) {
        return report_error("installation", role.error());
    }
    auto file = casefile::Case::open(args.folder, casefile::Access::write);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    if (args.enqueue && !file->on_server()) {
        talk("--enqueue leaves the work to workers, which need a case on a server");
        return kWrongUse;
    }
    if (auto set = args.purpose ? file->act_for(to_utf8(*args.purpose)) : Result<void>(); !set) {
        return report_error("--purpose", set.error());
    }
    std::vector<Exhibit> exhibits;
    for (const std::string& path : args.paths) {
        exhibits.push_back({.path = path,
                            .options = options_of(path, args),
                            .triage = std::nullopt,
                            .status = kOk,
                            .ended = false});
        exhibits.back().options.libexec_dir = role->parent_path();
    }
    const auto all_until = [&](pipeline::Until until) {
        int status = kOk;
        for (Exhibit& exhibit : exhibits) {
            if (!exhibit.ended) {
                ingest_until(*file, exhibit, until, args.json);
            }
            status = worse(status, exhibit.status);
            if (status == kInterrupted) {
                break;
            }
        }
        return status;
    };
    if (args.triage && !args.enqueue && all_until(pipeline::Until::triage) == kInterrupted) {
        return kInterrupted;
    }
    const int status = all_until(pipeline::Until::complete);
    if (auto told = name_quarantined(*file); !told) {
        return report_error(args.folder, told.error());
    }
    return status;
}

int run(const WorkerArgs& args) {
    const auto role = sandbox::find_role("media_worker");
    if (!role) {
        return report_error("installation", role.error());
    }
    pipeline::WorkerOptions options;
    options.jobs = args.jobs;
    options.lease = lease_of(args.lease_seconds);
    options.until_idle = args.until_idle;
    options.libexec_dir = role->parent_path();
    options.program_version = REMPART_VERSION;
    if (args.purpose) {
        options.purpose = to_utf8(*args.purpose);
    }
    options.stop = &heed_stop_signals();
    options.say = [](const std::string& text) { talk(text); };
    options.on_hit = [&](const casefile::HitView& hit) {
        print_line(args.json ? to_json(hit) : hit_text(hit));
        std::fflush(stdout);
    };
    const auto summary = pipeline::run_worker(args.folder, options);
    if (!summary) {
        return report_error(args.folder, summary.error());
    }
    print_line(args.json
                   ? to_json(*summary)
                   : fmt::format("{} jobs, {} items, {}; {} lost to others, {} reconnections; {} "
                                 "regrouped; {} not fully read",
                                 summary->jobs, summary->items, human_bytes(summary->bytes),
                                 summary->lost, summary->reconnects, summary->regrouped,
                                 summary->unread));
    // A batch system must not take "told to stop" for "nothing is left".
    if (args.until_idle && options.stop->load()) {
        return kInterrupted;
    }
    return summary->verification_failed ? kIntegrity : summary->unread > 0 ? kIncomplete : kOk;
}

} // namespace rempart::cli
