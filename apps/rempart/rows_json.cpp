// SPDX-License-Identifier: Apache-2.0
#include "rempart/rows_json.hpp"

#include "rempart/core/hex.hpp"
#include "rempart/json_parts.hpp"
#include "rempart/pipeline/hygiene.hpp"

namespace rempart::cli {
namespace {

Json time_or_null(TimeValue value) {
    return or_null(format_time(value));
}

Json errors_json(const casefile::Totals& totals) {
    Json errors = Json::object();
    for (const auto& [code, count] : totals.errors) {
        errors[code] = count;
    }
    return errors;
}

void add_totals(Json& json, const casefile::Totals& totals) {
    json["items"] = totals.items;
    json["contents"] = totals.contents;
    json["bytes"] = totals.bytes;
    json["pictures"] = totals.pictures;
    json["videos"] = totals.videos;
    json["messages"] = totals.messages;
    json["hits_exact"] = totals.hits_exact;
    json["hits_near"] = totals.hits_near;
    json["groups_new"] = totals.groups;
    json["not_fully_read"] = errors_json(totals);
}

Json list_json(const casefile::ListRecord& list) {
    return {{"type", "list"},
            {"name", list.name},
            {"polarity", list.polarity},
            {"scheme", or_null(list.scheme)},
            {"format", list.format},
            {"source", list.source_name},
            {"source_sha256", list.source_sha256},
            {"radius", list.radius},
            {"records", list.records},
            {"hashes", list.hashes},
            {"empty_file_hashes", list.empty_file_hashes}};
}

Json attachment_json(const casefile::AttachmentRecord& attachment, const std::string& sha256) {
    return {{"path", or_null(attachment.claimed_path)},
            {"name", or_null(attachment.name)},
            {"mime", or_null(attachment.mime)},
            {"role", attachment.role},
            {"status", attachment.status == "claimed" ? (sha256.empty() ? "missing" : "present")
                                                      : attachment.status},
            {"size", attachment.size_bytes ? Json(*attachment.size_bytes) : Json()},
            {"sha256", or_null(sha256)}};
}

} // namespace

std::string to_json(const casefile::CaseInfo& info, const casefile::Totals& totals) {
    Json json{{"type", "case"},
              {"id", info.id},
              {"name", info.name},
              {"authority", info.authority},
              {"legal_basis", info.legal_basis},
              {"purpose", info.purpose},
              {"review_date", info.review_date},
              {"created", time_or_null(info.created)}};
    add_totals(json, totals);
    return line_of(json);
}

std::string to_json(const casefile::ExhibitRecord& exhibit, const casefile::Totals& totals) {
    Json json{{"type", "exhibit"},
              {"exhibit", exhibit.label},
              {"kind", exhibit.kind},
              {"size", exhibit.size_bytes},
              {"state", exhibit.state},
              {"verification", exhibit.verification},
              {"sha256", or_null(exhibit.medium_sha256)},
              {"sha1", or_null(exhibit.medium_sha1)},
              {"md5", or_null(exhibit.medium_md5)},
              {"stored_md5", or_null(exhibit.stored_md5)},
              {"stored_sha1", or_null(exhibit.stored_sha1)},
              {"acquired_hash", or_null(exhibit.acquired_hash)},
              {"error", error_json(exhibit.error)}};
    add_totals(json, totals);
    return line_of(json);
}

namespace {

Json version_json(const casefile::ListVersionRecord& version) {
    return {{"source", version.source_name},
            {"source_sha256", version.source_sha256},
            {"format", version.format},
            {"first_entry", version.first_entry},
            {"records", version.records},
            {"hashes", version.hashes},
            {"kept", version.kept},
            {"added", version.added},
            {"withdrawn", version.withdrawn},
            {"returned", version.returned},
            {"taken", format_time(version.taken)}};
}

} // namespace

std::string to_json(const ListLine& line) {
    Json json = list_json(line.list);
    json["feedback"] = {{"confirmed", line.feedback.confirmed},
                        {"false", line.feedback.not_confirmed}};
    Json& versions = json["versions"] = Json::array();
    for (const casefile::ListVersionRecord& version : line.versions) {
        versions.push_back(version_json(version));
    }
    Json& off = json["entries_off"] = Json::array();
    for (const casefile::EntryOff& entry : line.off) {
        off.push_back({{"entry", entry.entry},
                       {"state", entry.state},
                       {"reason", entry.reason},
                       {"who", entry.who},
                       {"at", format_time(entry.at)}});
    }
    return line_of(json);
}

Json counts_json(const std::vector<recognise::ListCount>& counts) {
    Json json = Json::object();
    for (const auto& [what, count] : counts) {
        json[what] = count;
    }
    return json;
}

namespace {

Json added_json(const pipeline::ListAdded& added) {
    Json json = list_json(added.list);
    json["comments"] = added.summary.comments;
    json["degenerate_hashes"] = added.summary.degenerate_hashes;
    json["unterminated_last_line"] = added.summary.unterminated_last_line;
    json["deleted"] = added.summary.deleted;
    json["withheld"] = added.withheld;
    json["without_ed2k"] = added.without_ed2k;
    json["skipped"] = counts_json(added.summary.skipped);
    json["marks"] = counts_json(added.summary.marks);
    json["stated_name"] = or_null(added.summary.stated_name);
    json["stated_version"] = or_null(added.summary.stated_version);
    json["stated_polarity"] = or_null(std::string(name(added.summary.stated_polarity)));
    json["new_hits"] = added.new_hits;
    json["confinement"] = added.confinement;
    return json;
}

} // namespace

std::string to_json(const pipeline::ListAdded& added) {
    return line_of(added_json(added));
}

std::string to_json(const pipeline::ListUpdated& updated) {
    Json json = added_json(updated.read);
    json["version"] = version_json(updated.version);
    return line_of(json);
}

std::string to_json(const casefile::ItemView& view) {
    const casefile::ItemRecord& item = view.item;
    return line_of({{"type", "item"},
                    {"exhibit", view.exhibit_label},
                    {"path", item.path},
                    {"size", item.size_bytes},
                    {"sha256", or_null(view.sha256)},
                    {"sha1", or_null(view.sha1)},
                    {"md5", or_null(view.md5)},
                    {"state", item.state},
                    {"recovery", or_null(item.recovery)},
                    {"parent", view.parent_path ? Json(*view.parent_path) : Json()},
                    {"stream", or_null(item.stream)},
                    {"kind", item.kind},
                    {"mime", or_null(view.mime)},
                    {"created", time_or_null(item.created)},
                    {"modified", time_or_null(item.modified)},
                    {"accessed", time_or_null(item.accessed)},
                    {"changed", time_or_null(item.changed)},
                    {"error", error_json(view.error())}});
}

std::string to_json(const casefile::HitView& view) {
    Json json({{"type", "hit"},
               {"exhibit", view.exhibit_label},
               {"item", view.item_path},
               {"stream", or_null(view.item_stream)},
               {"sha256", view.sha256},
               {"list", view.list_name},
               {"polarity", view.polarity},
               {"match", view.hit.match},
               {"algorithm", view.hit.algorithm},
               {"distance", view.hit.distance},
               {"orientation", or_null(view.hit.orientation)},
               {"variant", or_null(view.hit.variant)},
               {"entry", view.entry},
               {"label", or_null(view.entry_label)},
               {"scheme", or_null(view.scheme)},
               {"category", or_null(view.category)},
               {"algorithms", view.algorithms},
               {"entries", view.entries},
               {"standing", name(pipeline::standing_of(view.known_by))},
               {"entry_state", or_null(view.entry_state)}});
    if (!view.hit.segments.empty()) {
        Json& segments = json["segments"] = Json::array();
        for (const casefile::SegmentRecord& segment : view.hit.segments) {
            segments.push_back({{"from", seconds_or_null(segment.from_ms)},
                                {"to", seconds_or_null(segment.to_ms)},
                                {"entry_from", seconds_or_null(segment.entry_from_ms)},
                                {"entry_to", seconds_or_null(segment.entry_to_ms)},
                                {"entry", segment.entry}});
        }
    }
    return line_of(json);
}

std::string to_json(const casefile::MessageView& view) {
    const casefile::MessageRecord& message = view.message;
    Json attachments = Json::array();
    for (std::size_t i = 0; i < message.attachments.size(); ++i) {
        const std::string sha256 =
            i < view.attachment_sha256.size() ? view.attachment_sha256[i] : std::string();
        attachments.push_back(attachment_json(message.attachments[i], sha256));
    }
    const TimeValue sent =
        message.sent_utc.kind != TimeKind::none ? message.sent_utc : message.sent_local;
    return line_of({{"type", "message"},
                    {"kind", message.kind},
                    {"conversation", view.conversation.native_id},
                    {"title", or_null(view.conversation.title)},
                    {"platform", view.conversation.platform},
                    {"exhibit", view.exhibit_label},
                    {"id", message.native_id},
                    {"sender", or_null(message.sender_id)},
                    {"sender_name", or_null(message.sender_name)},
                    {"sent",
                     {{"utc", time_or_null(message.sent_utc)},
                      {"local", time_or_null(message.sent_local)},
                      {"kind", name(sent.kind)},
                      {"raw", or_null(message.sent_raw)}}},
                    {"body", message.body},
                    {"reply_to", or_null(message.reply_to)},
                    {"forwarded_from", or_null(message.forwarded_from)},
                    {"action", or_null(message.service_action)},
                    {"attachments", attachments}});
}

std::string to_json(const casefile::FoundView& view) {
    return line_of({{"type", "found"},
                    {"where", view.where},
                    {"exhibit", view.exhibit_label},
                    {"path", or_null(view.path)},
                    {"conversation", or_null(view.conversation)},
                    {"message", or_null(view.message_id)},
                    {"excerpt", view.excerpt}});
}

std::string to_json(const pipeline::IngestSummary& summary) {
    return line_of({{"type", "summary"},
                    {"exhibit", summary.exhibit},
                    {"items", summary.items},
                    {"contents", summary.contents},
                    {"bytes", summary.bytes},
                    {"media", summary.media},
                    {"messages", summary.messages},
                    {"hits_exact", summary.hits_exact},
                    {"hits_near", summary.hits_near},
                    {"groups_new", summary.groups_new},
                    {"regrouped", summary.regrouped},
                    {"damaged", summary.damaged},
                    {"failed", summary.failed},
                    {"unsupported", summary.unsupported},
                    {"seconds", summary.seconds},
                    {"resumed", summary.resumed},
                    {"interrupted", summary.interrupted},
                    {"enqueued", summary.enqueued},
                    {"verification", summary.verification}});
}

std::string triage_json(const pipeline::IngestSummary& summary) {
    return line_of({{"type", "triage"},
                    {"exhibit", summary.exhibit},
                    {"items", summary.items},
                    {"contents", summary.contents},
                    {"bytes", summary.bytes},
                    {"messages", summary.messages},
                    {"hits_exact", summary.hits_exact},
                    {"seconds", summary.seconds}});
}

std::string to_json(const pipeline::WorkerSummary& summary) {
    return line_of({{"type", "worker_summary"},
                    {"jobs", summary.jobs},
                    {"items", summary.items},
                    {"bytes", summary.bytes},
                    {"hits", summary.hits},
                    {"lost", summary.lost},
                    {"reconnects", summary.reconnects},
                    {"regrouped", summary.regrouped},
                    {"unread", summary.unread}});
}

std::string to_json(const casefile::WorkerRecord& worker) {
    return line_of({{"type", "worker"},
                    {"name", worker.name},
                    {"doing", worker.doing},
                    {"items", worker.items},
                    {"bytes", worker.bytes},
                    {"started", time_or_null(worker.started)},
                    {"seen_seconds_ago", worker.seen_seconds_ago}});
}

std::string to_json(const casefile::JobCounts& jobs) {
    return line_of({{"type", "jobs"},
                    {"operation", jobs.operation},
                    {"waiting", jobs.waiting},
                    {"held", jobs.held},
                    {"retried", jobs.retried}});
}

std::string to_json(const casefile::FailureRecord& failure) {
    return line_of({{"type", "given_up"},
                    {"exhibit", failure.exhibit_label},
                    {"part", failure.part},
                    {"operation", failure.operation},
                    {"attempts", failure.attempts},
                    {"error", error_json(failure.error)},
                    {"at", time_or_null(failure.at)}});
}

std::string to_json(const casefile::QueuedGroup& group) {
    Json reasons = Json::array();
    for (const casefile::ReasonRecord& reason : group.reasons) {
        reasons.push_back(
            {{"fact", reason.fact}, {"points", reason.points}, {"source", reason.source}});
    }
    return line_of({{"type", "group"},
                    {"id", group.id},
                    {"size", group.unknown_members},
                    {"representative", group.sha256},
                    {"kind", group.kind},
                    {"exhibit", group.first_exhibit},
                    {"path", group.first_path},
                    {"points", group.points},
                    {"members", group.members},
                    {"reasons", reasons}});
}

std::string to_json(const casefile::AuditFault& fault) {
    Json json{{"type", "audit_fault"}, {"kind", name(fault.kind)}};
    json["record"] = fault.record ? Json(*fault.record) : Json();
    json["table"] = or_null(fault.table);
    json["row"] = fault.row ? Json(*fault.row) : Json();
    json["what"] = fault.what;
    return line_of(json);
}

std::string to_json(const casefile::AuditVerdict& verdict) {
    return line_of({{"type", "audit"},
                    {"sound", verdict.sound()},
                    {"records", verdict.tree.size},
                    {"root", encode_hex(verdict.tree.root)},
                    {"checkpoints", verdict.checkpoints},
                    {"seals", verdict.seals},
                    {"sealed_rows", verdict.rows}});
}

} // namespace rempart::cli
