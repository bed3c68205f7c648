// SPDX-License-Identifier: Apache-2.0
#include "act/report_json.hpp"

#include <nlohmann/json.hpp>

#include "rempart/core/text.hpp"

namespace rempart::act {
namespace {

using Json = nlohmann::ordered_json;

// Our choice: PATH_MAX of Linux. What is longer stands whole in the case.
constexpr std::size_t kMaxJsonTextBytes = 4096;

std::string text_of(std::string_view text) {
    return std::string(cut_utf8(text, kMaxJsonTextBytes));
}

Json error_of(const std::optional<Error>& error) {
    if (!error) {
        return nullptr;
    }
    return {{"code", name(error->code)}, {"what", text_of(error->message)}};
}

Json time_of(TimeValue value) {
    if (value.kind == TimeKind::none) {
        return nullptr;
    }
    return {{"time", format_time(value)}, {"kind", name(value.kind)}};
}

Json totals_of(const casefile::Totals& totals) {
    return {{"items", totals.items},           {"contents", totals.contents},
            {"bytes", totals.bytes},           {"pictures", totals.pictures},
            {"videos", totals.videos},         {"messages", totals.messages},
            {"hits_exact", totals.hits_exact}, {"hits_near", totals.hits_near},
            {"groups_new", totals.groups},     {"errors", Json(totals.errors)}};
}

template <typename Row, typename Write>
Json rows_of(const Rows<Row>& rows, Write write) {
    Json list = Json::array();
    for (const Row& row : rows.shown) {
        list.push_back(write(row));
    }
    return {{"total", rows.total}, {"shown", rows.shown.size()}, {"rows", std::move(list)}};
}

Json volume_of(const casefile::VolumeRecord& volume) {
    return {{"label", text_of(volume.label)},  {"offset_bytes", volume.offset_bytes},
            {"size_bytes", volume.size_bytes}, {"file_system", text_of(volume.file_system)},
            {"items", volume.items},           {"error", error_of(volume.error)}};
}

Json exhibit_of(const ExhibitFacts& exhibit) {
    const casefile::ExhibitRecord& record = exhibit.record;
    return {{"label", text_of(record.label)},
            {"kind", record.kind},
            {"size_bytes", record.size_bytes},
            {"verification", record.verification},
            {"state", record.state},
            {"error", error_of(record.error)},
            {"computed",
             {{"md5", record.medium_md5},
              {"sha1", record.medium_sha1},
              {"sha256", record.medium_sha256}}},
            {"stored", {{"md5", record.stored_md5}, {"sha1", record.stored_sha1}}},
            {"acquired_hash", text_of(record.acquired_hash)},
            {"totals", totals_of(exhibit.totals)},
            {"volumes", rows_of(exhibit.volumes, volume_of)}};
}

Json seconds_of(std::optional<std::int64_t> ms) {
    return ms ? Json(static_cast<double>(*ms) / 1000) : Json();
}

Json segment_of(const casefile::SegmentRecord& segment) {
    return {{"from", seconds_of(segment.from_ms)},
            {"to", seconds_of(segment.to_ms)},
            {"entry_from", seconds_of(segment.entry_from_ms)},
            {"entry_to", seconds_of(segment.entry_to_ms)},
            {"entry", segment.entry}};
}

Json place_of(const casefile::HitView& view) {
    Json segments = Json::array();
    for (const casefile::SegmentRecord& segment : view.hit.segments) {
        segments.push_back(segment_of(segment));
    }
    return {{"exhibit", text_of(view.exhibit_label)},
            {"path", text_of(view.item_path)},
            {"stream", text_of(view.item_stream)},
            {"sha256", view.sha256},
            {"match", view.hit.match},
            {"algorithms", view.algorithms},
            {"variant", view.hit.variant},
            {"distance", view.hit.distance},
            {"orientation", view.hit.orientation},
            {"entry", view.entry},
            {"entries", view.entries},
            {"entry_label", text_of(view.entry_label)},
            {"category", text_of(view.category)},
            {"disputed", is_disputed(view)},
            {"segments", std::move(segments)}};
}

Json entries_off_of(const Facts& facts) {
    Json all = Json::array();
    for (const casefile::EntryOff& entry : facts.entries_off) {
        all.push_back({{"list", text_of(entry.list_name)},
                       {"entry", entry.entry},
                       {"state", entry.state},
                       {"reason", text_of(entry.reason)},
                       {"who", text_of(entry.who)},
                       {"at", time_of(entry.at)}});
    }
    return all;
}

Json list_of(const ListFacts& list) {
    const casefile::ListRecord& record = list.record;
    return {{"name", text_of(record.name)},
            {"polarity", record.polarity},
            {"scheme", text_of(record.scheme)},
            {"format", record.format},
            {"source_name", text_of(record.source_name)},
            {"source_sha256", record.source_sha256},
            {"radius", record.radius},
            {"records", record.records},
            {"hashes", record.hashes},
            {"empty_file_hashes", record.empty_file_hashes},
            {"contents_exact", list.contents_exact},
            {"contents_near", list.contents_near},
            {"places", rows_of(list.places, place_of)}};
}

Json group_of(const GroupFacts& facts) {
    const casefile::QueuedGroup& group = facts.group;
    Json reasons = Json::array();
    for (const casefile::ReasonRecord& reason : group.reasons) {
        reasons.push_back(
            {{"fact", reason.fact}, {"points", reason.points}, {"source", reason.source}});
    }
    return {{"id", group.id},
            {"members", group.members},
            {"unknown_members", group.unknown_members},
            {"points", group.points},
            {"reasons", std::move(reasons)},
            {"representative",
             {{"sha256", group.sha256},
              {"exhibit", text_of(group.first_exhibit)},
              {"path", text_of(group.first_path)},
              {"kind", group.kind},
              {"format", group.format},
              {"width", group.width},
              {"height", group.height},
              {"duration_ms", group.duration_ms ? Json(*group.duration_ms) : Json()},
              {"size_bytes", group.size_bytes}}}};
}

Json conversation_of(const casefile::ConversationView& view) {
    return {{"exhibit", text_of(view.exhibit_label)},
            {"export", text_of(view.export_path)},
            {"platform", view.conversation.platform},
            {"id", text_of(view.conversation.native_id)},
            {"kind", view.conversation.kind},
            {"title", text_of(view.conversation.title)},
            {"messages", view.messages},
            {"senders", view.senders},
            {"attachments", view.attachments},
            {"attachments_present", view.attachments_present},
            {"attachments_hit", view.attachments_hit},
            {"first", time_of(view.first_utc)},
            {"last", time_of(view.last_utc)}};
}

Json export_of(const casefile::ChatExportView& view) {
    return {{"exhibit", text_of(view.exhibit_label)},
            {"path", text_of(view.path)},
            {"format", view.record.format},
            {"parsed", view.record.parsed},
            {"rejected", view.record.rejected},
            {"skipped", view.record.skipped},
            {"repairs", view.record.repairs},
            {"truncated", view.record.truncated},
            {"known_losses", strings_of_json(view.record.known_losses_json)}};
}

Json problem_of(const Problem& problem) {
    return {{"where", problem.where},        {"exhibit", text_of(problem.exhibit)},
            {"path", text_of(problem.path)}, {"stream", text_of(problem.stream)},
            {"what", text_of(problem.what)}, {"unread_bytes", problem.unread_bytes}};
}

Json problems_of(const Facts& facts) {
    Json codes = Json::array();
    for (const ProblemsOfCode& code : facts.problem_codes) {
        Json entry{{"code", code.code}};
        entry.update(rows_of(code.rows, problem_of));
        codes.push_back(std::move(entry));
    }
    return {{"total", facts.problems}, {"codes", std::move(codes)}};
}

Json run_of(const casefile::RunRecord& run) {
    return {{"started", time_of(run.started)},
            {"ended", time_of(run.ended)},
            {"outcome", run.outcome},
            {"program_version", run.program_version},
            {"jobs", run.jobs},
            {"confinement", text_of(run.confinement)}};
}

} // namespace

std::vector<std::string> strings_of_json(std::string_view array) {
    const auto parsed = nlohmann::json::parse(array, nullptr, false);
    std::vector<std::string> strings;
    if (!parsed.is_array()) {
        return strings;
    }
    for (const auto& value : parsed) {
        if (value.is_string()) {
            strings.push_back(text_of(value.get<std::string>()));
        }
    }
    return strings;
}

std::string write_json(const Facts& facts) {
    const casefile::CaseInfo& info = facts.info;
    const Json report{{"type", "report"},
                      {"version", 1},
                      {"made", format_time(facts.made)},
                      {"program_version", facts.program_version},
                      {"case",
                       {{"id", info.id},
                        {"name", text_of(info.name)},
                        {"authority", text_of(info.authority)},
                        {"legal_basis", text_of(info.legal_basis)},
                        {"purpose", text_of(info.purpose)},
                        {"review_date", info.review_date},
                        {"created", format_time(info.created)}}},
                      {"totals", totals_of(facts.totals)},
                      {"exhibits", rows_of(facts.exhibits, exhibit_of)},
                      {"exhibits_verified", facts.verified},
                      {"exhibits_failed_verification", facts.verification_failed},
                      {"lists", rows_of(facts.lists, list_of)},
                      {"alert_exact", facts.alert_exact},
                      {"alert_near", facts.alert_near},
                      {"disputed", facts.disputed},
                      {"entries_off", entries_off_of(facts)},
                      {"new_media", facts.new_media},
                      {"groups", rows_of(facts.groups, group_of)},
                      {"conversations", rows_of(facts.conversations, conversation_of)},
                      {"exports", rows_of(facts.exports, export_of)},
                      {"rejects", rows_of(facts.rejects, problem_of)},
                      {"problems", problems_of(facts)},
                      {"runs", rows_of(facts.runs, run_of)}};
    return report.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace rempart::act
