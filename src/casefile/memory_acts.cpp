// SPDX-License-Identifier: Apache-2.0
#include "casefile/memory_acts.hpp"

#include <utility>

namespace rempart::casefile {
namespace {

AuditEntry entry_of(AuditAct act, const std::string& purpose, AuditDetail other, std::string step) {
    AuditEntry entry;
    entry.act = act;
    entry.purpose = purpose;
    entry.subject = {std::move(other), {"step", std::move(step)}};
    return entry;
}

Result<void> without_index(const Result<std::uint64_t>& logged) {
    return logged ? Result<void>() : fail(logged.error());
}

} // namespace

// The log keeps ids alone: whatever is withdrawn, a name would stay in it.
AuditEntry MemoryAct::entry_of_case(std::string step) const {
    return entry_of(act_, purpose_, {"memory", memory_->info().id}, std::move(step));
}

AuditEntry MemoryAct::entry_of_memory(std::string step) const {
    return entry_of(act_, purpose_, {"case", case_->info().id}, std::move(step));
}

Result<void> MemoryAct::begin() {
    if (auto logged = without_index(record_act(*case_, entry_of_case("begun"))); !logged) {
        return logged;
    }
    return without_index(record_act(*memory_, entry_of_memory("begun")));
}

Result<void> MemoryAct::end(const std::vector<AuditDetail>& counts) {
    AuditEntry there = entry_of_memory("done");
    AuditEntry here = entry_of_case("done");
    for (const AuditDetail& count : counts) {
        there.subject.push_back(count);
        here.subject.push_back(count);
    }
    if (auto logged = without_index(record_act(*memory_, there)); !logged) {
        return logged;
    }
    return without_index(record_act(*case_, here));
}

Result<std::map<RowId, ExhibitSeen>> exhibits_seen(Case& file) {
    std::map<RowId, ExhibitSeen> all;
    auto read = file.database().each(
        "SELECT e.id, e.label, (SELECT min(r.started_us) FROM runs r WHERE r.exhibit_id = e.id "
        "AND r.started_kind = $1) FROM exhibits e ORDER BY e.id",
        [&](Row& row) -> Result<void> {
            RowId id = 0;
            std::string label;
            std::optional<std::int64_t> micros;
            if (!row.take(id, label, micros)) {
                return Row::damaged();
            }
            all[id] = {std::move(label), micros ? TimeValue{TimeKind::utc, *micros} : TimeValue{}};
            return {};
        },
        static_cast<int>(TimeKind::utc));
    return read ? Result<std::map<RowId, ExhibitSeen>>(std::move(all))
                : fail(std::move(read).error());
}

Result<void> each_content_seen(Case& file,
                               const std::function<Result<void>(const ContentSeen&)>& take) {
    // A content without a place cannot say where it was seen; no ingest leaves one.
    return file.database().each(
        "SELECT s.sha256, s.size_bytes, s.mime, s.exhibit_id, s.alert FROM ("
        "SELECT c.sha256, c.size_bytes, c.mime, "
        "(SELECT min(i.exhibit_id) FROM items i WHERE i.content_id = c.id) AS exhibit_id, "
        "CASE WHEN EXISTS (SELECT 1 FROM told_hits h JOIN lists l ON l.id = h.list_id "
        "WHERE h.content_id = c.id AND h.match = 'exact' AND l.polarity = 'alert') "
        "THEN 1 ELSE 0 END AS alert "
        "FROM contents c WHERE c.size_bytes > 0 AND NOT EXISTS ("
        "SELECT 1 FROM told_hits h JOIN lists l ON l.id = h.list_id "
        "WHERE h.content_id = c.id AND h.match = 'exact' AND l.polarity = 'allow')) s "
        "WHERE s.exhibit_id IS NOT NULL ORDER BY s.sha256",
        [&](Row& row) -> Result<void> {
            ContentSeen content;
            if (!row.take(content.sha256, content.size_bytes, content.mime, content.exhibit,
                          content.on_alert_list)) {
                return Row::damaged();
            }
            return take(content);
        });
}

Result<void> each_batch_seen(Case& file, std::size_t batch, std::vector<ContentSeen>& waiting,
                             const std::function<Result<void>()>& flush) {
    auto read = each_content_seen(file, [&](const ContentSeen& content) -> Result<void> {
        waiting.push_back(content);
        return waiting.size() < batch ? Result<void>() : flush();
    });
    return read ? flush() : read;
}

} // namespace rempart::casefile
