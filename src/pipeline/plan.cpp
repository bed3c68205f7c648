// SPDX-License-Identifier: Apache-2.0
#include "pipeline/plan.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "pipeline/job_runner.hpp"
#include "pipeline/medium.hpp"
#include "rempart/casefile/work_queue.hpp"

namespace rempart::pipeline {
namespace {

using casefile::Case;
using casefile::ExhibitRecord;

// Our choices. Each part costs its reader a walk over the names before it; more parts than this
// cost more than they bring, unless the user knows of more workers.
constexpr std::uint64_t kItemsPerPart = 2'000;
constexpr std::uint64_t kMostParts = 16;

Result<void> check_same(const ExhibitRecord& exhibit, const examine::ExhibitPlan& plan,
                        const std::string& acquired) {
    if (exhibit.kind != name(plan.kind) || exhibit.size_bytes != plan.size_bytes) {
        return fail(Errc::invalid_argument,
                    "the label belongs to other evidence in this case: give another --exhibit");
    }
    if (!acquired.empty() && acquired != exhibit.acquired_hash) {
        return fail(Errc::invalid_argument,
                    "the acquired hash differs from the one given before for this exhibit");
    }
    return {};
}

// On a server the path is for other machines too.
std::string source_text(const Case& file, const std::filesystem::path& path) {
    if (!file.on_server()) {
        return path.string();
    }
    std::error_code ignored;
    const auto whole = std::filesystem::absolute(path, ignored);
    return (whole.empty() ? path : whole.lexically_normal()).string();
}

Result<ExhibitRecord> add_exhibit(Case& file, const std::filesystem::path& path,
                                  const examine::ExhibitPlan& plan, const IngestOptions& options,
                                  std::string acquired) {
    const bool leave_out = options.medium == MediumDigest::leave_out;
    ExhibitRecord exhibit;
    exhibit.label = options.label;
    exhibit.kind = name(plan.kind);
    exhibit.source = source_text(file, path);
    exhibit.size_bytes = plan.size_bytes;
    exhibit.acquired_hash = std::move(acquired);
    exhibit.verification = !is_disk(plan.kind) ? "not-applicable"
                           : leave_out         ? "left-out"
                                               : "pending";
    exhibit.state = "open";
    const auto added = casefile::add_exhibit(file, exhibit);
    if (!added) {
        return fail(added.error());
    }
    exhibit.id = *added;
    return exhibit;
}

// The names only, nothing of the contents. A walk that fails is not split: the part meets the
// failure where it lies.
std::uint64_t count_items(const examine::ExhibitPlan& plan, const IngestOptions& options) {
    constexpr auto kBehindAll = std::numeric_limits<std::uint64_t>::max() / 4;
    auto source =
        open_evidence(plan, {.libexec_dir = options.libexec_dir, .limits = {}},
                      {.first_ordinal = kBehindAll, .tell_volume_damage = false, .only = {}});
    if (!source) {
        return 0;
    }
    const auto event = (*source)->next();
    if (!event) {
        return 0;
    }
    const auto* end = std::get_if<examine::SourceEnd>(&*event);
    return end == nullptr ? 0 : end->items;
}

Result<void> plan_parts(Case& file, const PlannedExhibit& planned, const IngestOptions& options) {
    // Without the medium's digest the walk itself has to tell what is unreadable: then one walk.
    const bool must_be_whole = planned.exhibit.verification == "left-out";
    const unsigned wanted = options.parts > 0 ? options.parts : file.on_server() ? 0 : 1;
    const unsigned most = must_be_whole ? 1 : wanted;
    const std::uint64_t items = most == 1 ? 0 : count_items(planned.plan, options);
    const auto starts = part_starts(items, most);
    std::vector<casefile::PartRecord> parts;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        casefile::PartRecord& part = parts.emplace_back();
        part.ordinal = i;
        part.first_ordinal = starts[i];
        if (i + 1 < starts.size()) {
            part.end_ordinal = starts[i + 1];
        }
        part.depth = name(options.depth);
    }
    return casefile::plan_work(file, planned.exhibit.id, parts,
                               planned.exhibit.verification == "pending",
                               first_operation(options.depth));
}

} // namespace

std::vector<std::uint64_t> part_starts(std::uint64_t items, unsigned most) {
    const std::uint64_t worth = std::clamp(items / kItemsPerPart, std::uint64_t{1}, kMostParts);
    const std::uint64_t parts =
        std::min(most > 0 ? most : worth, std::max(items, std::uint64_t{1}));
    std::vector<std::uint64_t> starts;
    for (std::uint64_t i = 0; i < parts; ++i) {
        starts.push_back(items / parts * i + std::min(i, items % parts));
    }
    return starts;
}

Result<PlannedExhibit> plan_ingest(Case& file, const std::filesystem::path& path,
                                   const IngestOptions& options) {
    PlannedExhibit planned;
    auto plan = examine::plan_exhibit(path);
    if (!plan) {
        return fail(std::move(plan).error());
    }
    planned.plan = std::move(*plan);
    std::string acquired;
    if (!options.acquired_hash.empty()) {
        auto checked = checked_acquired_hash(options.acquired_hash);
        if (!checked) {
            return fail(std::move(checked).error());
        }
        acquired = std::move(*checked);
    }
    auto found = casefile::exhibit_labelled(file, options.label);
    if (!found) {
        return fail(std::move(found).error());
    }
    if (*found) {
        if (auto same = check_same(**found, planned.plan, acquired); !same) {
            return fail(std::move(same).error());
        }
        planned.exhibit = std::move(**found);
        const auto totals = casefile::totals(file, planned.exhibit.id);
        if (!totals) {
            return fail(totals.error());
        }
        planned.resumed = totals->items > 0;
    } else {
        auto added = add_exhibit(file, path, planned.plan, options, std::move(acquired));
        if (!added) {
            return fail(std::move(added).error());
        }
        planned.exhibit = std::move(*added);
    }
    const auto parts = casefile::parts(file, planned.exhibit.id);
    if (!parts) {
        return fail(parts.error());
    }
    if (parts->empty() && planned.exhibit.state != "complete") {
        if (auto done = plan_parts(file, planned, options); !done) {
            return fail(std::move(done).error());
        }
    }
    return planned;
}

} // namespace rempart::pipeline
