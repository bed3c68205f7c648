// SPDX-License-Identifier: Apache-2.0
// ask: what of a case was seen in other cases.
#include <string>
#include <utility>
#include <vector>

#include "casefile/memory_acts.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

// Digests that one query looks up, as one value. Our choice: a few round trips for a small case,
// ten thousand for ten million contents, and at no time more than some hundred kilobytes here.
constexpr std::size_t kAskBatch = 1'000;

// Each digest is looked up by the primary key: OFFSET keeps the planner from reading the whole
// memory instead.
constexpr std::string_view kLookUp =
    "SELECT a.place, c.case_id, c.name, c.authority, e.label, s.on_alert_list, e.read_us, "
    "e.read_kind "
    "FROM (SELECT g AS place, substring($1 FROM g * 32 + 1 FOR 32) AS sha256 "
    "FROM generate_series(0, CAST($2 AS INTEGER) - 1) g) a "
    "CROSS JOIN LATERAL (SELECT case_no, exhibit_no, on_alert_list FROM memory_contents m "
    "WHERE m.sha256 = a.sha256 OFFSET 0) s "
    "JOIN memory_cases c ON c.id = s.case_no AND c.case_id <> $3 "
    "LEFT JOIN memory_exhibits e ON e.id = s.exhibit_no "
    "ORDER BY a.place, e.read_us NULLS LAST, c.case_id";

class Asker {
  public:
    Asker(Case& file, Memory& memory, const std::function<Result<void>(const SeenElsewhere&)>& take)
        : file_(file), memory_(memory), take_(take) {}

    Result<AskCounts> run();

  private:
    Result<void> flush();
    Result<void> tell(Row& row);

    Case& file_;
    Memory& memory_;
    const std::function<Result<void>(const SeenElsewhere&)>& take_;
    std::map<RowId, ExhibitSeen> exhibits_;
    std::vector<ContentSeen> waiting_;
    std::size_t last_found_ = 0; ///< Place in waiting_, from 1.
    AskCounts counts_;
};

Result<void> Asker::tell(Row& row) {
    SeenElsewhere seen;
    std::size_t place = 0;
    if (!row.take(place, seen.case_id, seen.case_name, seen.authority, seen.case_exhibit,
                  seen.on_alert_list, seen.first_read) ||
        place >= waiting_.size()) {
        return Row::damaged();
    }
    const ContentSeen& content = waiting_[place];
    seen.sha256 = encode_hex(content.sha256);
    seen.size_bytes = content.size_bytes;
    seen.mime = content.mime;
    seen.exhibit = exhibits_[content.exhibit].label;
    ++counts_.places;
    counts_.found += place + 1 == std::exchange(last_found_, place + 1) ? 0U : 1U;
    return take_(seen);
}

Result<void> Asker::flush() {
    Bytes digests;
    for (const ContentSeen& content : waiting_) {
        digests.insert(digests.end(), content.sha256.begin(), content.sha256.end());
    }
    const auto look_up = memory_.database().kept(kLookUp);
    if (!look_up) {
        return fail(look_up.error());
    }
    (*look_up)->start(digests, waiting_.size(), file_.info().id);
    auto told = (*look_up)->each([&](Row& row) { return tell(row); });
    counts_.asked += waiting_.size();
    waiting_.clear();
    last_found_ = 0;
    return told;
}

Result<AskCounts> Asker::run() {
    const auto here = Snapshot::begin(file_.database());
    if (!here) {
        return fail(here.error());
    }
    const auto there = Snapshot::begin(memory_.database());
    if (!there) {
        return fail(there.error());
    }
    // Compiling the plan of each batch anew takes the server longer than running it.
    if (auto set = memory_.database().exec("SET LOCAL jit = off"); !set) {
        return fail(std::move(set).error());
    }
    auto exhibits = exhibits_seen(file_);
    if (!exhibits) {
        return fail(std::move(exhibits).error());
    }
    exhibits_ = std::move(*exhibits);
    auto read = each_batch_seen(file_, kAskBatch, waiting_, [&] { return flush(); });
    return read ? Result<AskCounts>(counts_) : fail(std::move(read).error());
}

} // namespace

Result<AskCounts> ask(Case& file, Memory& memory, const std::string& purpose,
                      const std::function<Result<void>(const SeenElsewhere&)>& take) {
    MemoryAct act(file, memory, AuditAct::memory_asked, purpose);
    if (auto begun = act.begin(); !begun) {
        return fail(std::move(begun).error());
    }
    auto counts = Asker(file, memory, take).run();
    if (!counts) {
        return counts;
    }
    auto ended = act.end({{"asked", std::to_string(counts->asked)},
                          {"found", std::to_string(counts->found)},
                          {"places", std::to_string(counts->places)}});
    return ended ? counts : fail(std::move(ended).error());
}

} // namespace rempart::casefile
