// SPDX-License-Identifier: Apache-2.0
#include "act/facts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "rempart/casefile/hit_codes.hpp"

namespace rempart::act {
namespace {

/// Collects problems by code; kept in order of their names until the end.
class Problems {
  public:
    explicit Problems(std::size_t rows_per_code) : rows_per_code_(rows_per_code) {}

    void add(std::string_view code, Problem problem) {
        by_code_[std::string(code)].add(std::move(problem), rows_per_code_);
    }
    /// An item that stands for a part of the evidence: its reader may tell the same of the volume.
    void add_part(std::string_view code, Problem problem) {
        told_.emplace(problem.exhibit, problem.what);
        add(code, std::move(problem));
    }
    /// Unless an item of that exhibit told the same.
    void add_untold(std::string_view code, Problem problem) {
        if (!told_.contains({problem.exhibit, problem.what})) {
            add(code, std::move(problem));
        }
    }

    [[nodiscard]] std::vector<ProblemsOfCode> finish() && {
        std::vector<ProblemsOfCode> codes;
        codes.reserve(by_code_.size());
        for (auto& [code, rows] : by_code_) {
            codes.push_back({code, std::move(rows)});
        }
        std::ranges::stable_sort(codes, std::greater(),
                                 [](const ProblemsOfCode& c) { return c.rows.total; });
        return codes;
    }

  private:
    std::map<std::string, Rows<Problem>> by_code_;
    std::set<std::pair<std::string, std::string>> told_;
    std::size_t rows_per_code_;
};

Result<void> gather_volumes(casefile::Case& file, const ReportLimits& limits, ExhibitFacts& exhibit,
                            Problems& problems) {
    const auto volumes = casefile::volumes(file, exhibit.record.id);
    if (!volumes) {
        return fail(volumes.error());
    }
    for (const casefile::VolumeRecord& volume : *volumes) {
        if (volume.error) {
            problems.add_untold(name(volume.error->code), {.where = "volume",
                                                           .exhibit = exhibit.record.label,
                                                           .path = volume.label,
                                                           .stream = {},
                                                           .what = volume.error->message});
        }
        exhibit.volumes.add(volume, limits.volumes_per_exhibit);
    }
    return {};
}

Result<void> gather_exhibits(casefile::Case& file, const ReportLimits& limits, Facts& facts,
                             Problems& problems) {
    const auto records = casefile::exhibits(file);
    if (!records) {
        return fail(records.error());
    }
    for (const casefile::ExhibitRecord& record : *records) {
        ExhibitFacts exhibit{.record = record, .totals = {}, .volumes = {}};
        facts.verified += record.verification == "verified" ? 1U : 0U;
        facts.verification_failed += record.verification == "failed" ? 1U : 0U;
        if (record.error) {
            problems.add_untold(name(record.error->code), {.where = "exhibit",
                                                           .exhibit = record.label,
                                                           .path = {},
                                                           .stream = {},
                                                           .what = record.error->message});
        }
        if (auto gathered = gather_volumes(file, limits, exhibit, problems); !gathered) {
            return gathered;
        }
        auto totals = casefile::totals(file, record.id);
        if (!totals) {
            return fail(totals.error());
        }
        exhibit.totals = std::move(*totals);
        facts.exhibits.add(std::move(exhibit), limits.exhibits);
    }
    return {};
}

// A near hit with a time in the case's own content is one of a video.
bool is_of_video(const casefile::HitView& view) {
    return std::ranges::any_of(view.hit.segments, [](const casefile::SegmentRecord& segment) {
        return segment.from_ms.has_value();
    });
}

Result<void> gather_sheets(casefile::Case& file, ListFacts& list) {
    for (const casefile::HitView& view : list.places.shown) {
        if (!is_of_video(view) || list.sheets.contains(view.hit.content)) {
            continue;
        }
        auto sheet = casefile::thumbnail(file, view.hit.content);
        if (!sheet) {
            return fail(std::move(sheet).error());
        }
        list.sheets.emplace(view.hit.content, std::move(*sheet));
    }
    return {};
}

Result<void> gather_lists(casefile::Case& file, const ReportOptions& options,
                          const ReportLimits& limits, Facts& facts) {
    const auto records = casefile::lists(file);
    if (!records) {
        return fail(records.error());
    }
    std::map<casefile::RowId, ListFacts> lists;
    std::map<casefile::RowId, std::set<std::pair<bool, casefile::RowId>>> seen;
    std::set<casefile::RowId> alert_exact, alert_near;
    auto read = casefile::each_hit(file, [&](const casefile::HitView& view) -> Result<void> {
        ListFacts& list = lists[view.hit.list];
        const bool exact = view.hit.match == "exact";
        if (seen[view.hit.list].emplace(exact, view.hit.content).second) {
            ++(exact ? list.contents_exact : list.contents_near);
        }
        if (view.polarity == "alert") {
            (exact ? alert_exact : alert_near).insert(view.hit.content);
        }
        list.places.add(view, limits.hits_per_list);
        return {};
    });
    if (!read) {
        return read;
    }
    facts.alert_exact = alert_exact.size();
    facts.alert_near = static_cast<std::uint64_t>(std::ranges::count_if(
        alert_near, [&](casefile::RowId content) { return !alert_exact.contains(content); }));
    for (const casefile::ListRecord& record : *records) {
        ListFacts list = std::move(lists[record.id]);
        list.record = record;
        const bool is_pictured =
            options.thumbnails == Thumbnails::blurred && facts.lists.shown.size() < limits.lists;
        if (auto gathered = is_pictured ? gather_sheets(file, list) : Result<void>(); !gathered) {
            return gathered;
        }
        facts.lists.add(std::move(list), limits.lists);
    }
    return {};
}

Result<void> gather_hygiene(casefile::Case& file, Facts& facts) {
    auto off = casefile::entries_off(file);
    const auto disputed = casefile::disputed_contents(file);
    if (!off || !disputed) {
        return fail(off ? disputed.error() : off.error());
    }
    // What a newer version of a list withdrew was not switched by anybody, and may be thousands.
    std::erase_if(*off, [](const casefile::EntryOff& entry) {
        return entry.state == name(casefile::EntryAct::withdrawn);
    });
    facts.entries_off = std::move(*off);
    facts.disputed = *disputed;
    return {};
}

Result<void> gather_groups(casefile::Case& file, const ReportOptions& options,
                           const ReportLimits& limits, Facts& facts) {
    auto read =
        casefile::each_queued(file, [&](const casefile::QueuedGroup& group) -> Result<void> {
            facts.new_media += group.unknown_members;
            facts.groups.add({.group = group, .thumbnail = {}}, limits.groups);
            return {};
        });
    if (!read || options.thumbnails != Thumbnails::blurred) {
        return read;
    }
    for (GroupFacts& shown : facts.groups.shown) {
        auto picture = casefile::thumbnail(file, shown.group.representative);
        if (!picture) {
            return fail(picture.error());
        }
        shown.thumbnail = std::move(*picture);
    }
    return {};
}

Result<void> gather_chats(casefile::Case& file, const ReportLimits& limits, Facts& facts) {
    auto conversations = casefile::conversations(file);
    if (!conversations) {
        return fail(conversations.error());
    }
    for (auto& conversation : *conversations) {
        facts.conversations.add(std::move(conversation), limits.conversations);
    }
    auto exports = casefile::chat_exports(file);
    if (!exports) {
        return fail(exports.error());
    }
    for (auto& view : *exports) {
        for (const std::string& reason : view.record.reject_reasons) {
            facts.rejects.add({.where = "chat",
                               .exhibit = view.exhibit_label,
                               .path = view.path,
                               .stream = {},
                               .what = reason},
                              limits.rejects);
        }
        const std::uint64_t told = view.record.reject_reasons.size();
        facts.rejects.total += std::max(view.record.rejected, told) - told;
        facts.exports.add(std::move(view), limits.exports);
    }
    return {};
}

// `contents`: of which a problem was told.
void add_problems_of(const casefile::ItemView& view, std::set<std::string>& contents,
                     Problems& problems) {
    Problem problem{.where = "item",
                    .exhibit = view.exhibit_label,
                    .path = view.item.path,
                    .stream = view.item.stream,
                    .what = {}};
    for (const casefile::UnreadRecord& hole : view.item.unread) {
        problem.unread_bytes += hole.size_bytes;
    }
    const auto& of_content = view.media_error ? view.media_error : view.partial_picture;
    if (of_content && contents.insert(view.sha256).second) {
        Problem other = problem;
        other.where = view.media_error ? "content" : "picture";
        other.what = of_content->message;
        other.unread_bytes = 0;
        problems.add(name(of_content->code), std::move(other));
    }
    if (view.item.error) {
        problem.what = view.item.error->message;
        const std::string_view code = name(view.item.error->code);
        if (view.item.kind == "problem") {
            problems.add_part(code, std::move(problem));
        } else {
            problems.add(code, std::move(problem));
        }
    } else if (!view.item.unread.empty()) {
        problems.add(name(Errc::damaged), std::move(problem));
    }
}

Result<void> gather_problems(casefile::Case& file, Problems& problems) {
    std::set<std::string> contents; // a content is one row, in however many places it was seen
    return casefile::each_item(file, [&](const casefile::ItemView& view) -> Result<void> {
        add_problems_of(view, contents, problems);
        return {};
    });
}

} // namespace

bool is_disputed(const casefile::HitView& view) {
    const casefile::KnownBy& known = view.known_by;
    return known.alert_exact && (known.allow_by_sha || known.allow_by_md5);
}

Result<Facts> gather_facts(casefile::Case& file, const ReportOptions& options,
                           const ReportLimits& limits) {
    Facts facts;
    facts.info = file.info();
    facts.made = options.made;
    facts.program_version = options.program_version;
    Problems problems(limits.problems_per_code);
    auto totals = casefile::totals(file, std::nullopt);
    if (!totals) {
        return fail(totals.error());
    }
    facts.totals = std::move(*totals);
    if (auto done = gather_problems(file, problems); !done) { // before those who ask what it told
        return fail(done.error());
    }
    if (auto done = gather_exhibits(file, limits, facts, problems); !done) {
        return fail(done.error());
    }
    if (auto done = gather_lists(file, options, limits, facts); !done) {
        return fail(done.error());
    }
    if (auto done = gather_hygiene(file, facts); !done) {
        return fail(done.error());
    }
    if (auto done = gather_groups(file, options, limits, facts); !done) {
        return fail(done.error());
    }
    if (auto done = gather_chats(file, limits, facts); !done) {
        return fail(done.error());
    }
    const auto runs = casefile::runs(file);
    if (!runs) {
        return fail(runs.error());
    }
    for (const casefile::RunRecord& run : *runs) {
        facts.runs.add(run, limits.runs);
    }
    facts.problem_codes = std::move(problems).finish();
    for (const ProblemsOfCode& code : facts.problem_codes) {
        facts.problems += code.rows.total;
    }
    return facts;
}

} // namespace rempart::act
