// SPDX-License-Identifier: Apache-2.0
// items, messages, hits, new, find: rows of a case, read out as they come.
#include <functional>

#include <fmt/format.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/list_notices.hpp"
#include "rempart/logged.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/hygiene.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

using casefile::Case;

std::string place_of(std::string_view exhibit, std::string_view path, std::string_view stream) {
    return to_terminal(stream.empty() ? fmt::format("{}: {}", exhibit, path)
                                      : fmt::format("{}: {}:{}", exhibit, path, stream));
}

std::string text_of(const casefile::ItemView& view) {
    const auto& error = view.error();
    std::string line = fmt::format("{:<9} {:>12}  {:<32}  {}", view.item.state,
                                   view.item.size_bytes, view.md5.empty() ? "-" : view.md5,
                                   place_of(view.exhibit_label, view.item.path, view.item.stream));
    if (!view.item.recovery.empty()) {
        line += fmt::format("  [{}]", view.item.recovery);
    }
    if (error) {
        line += fmt::format("  ({}: {})", name(error->code), to_terminal(error->message));
    }
    return line;
}

std::string state_of(const casefile::HitView& view) {
    if (!view.entry_state.empty()) {
        return fmt::format("  [{}: does not count]", view.entry_state);
    }
    return pipeline::standing_of(view.known_by) == recognise::Standing::disputed
               ? "  [disputed: an alert and an allow list hold it]"
               : "";
}

std::string text_of(const casefile::HitView& view) {
    return fmt::format("{:<5} {:<5} {:<6} {:>2} bits {:<11} {}  {}  (entry {}{}){}", view.polarity,
                       view.hit.match, fmt::format("{}", fmt::join(view.algorithms, "+")),
                       view.hit.distance, view.hit.orientation, to_terminal(view.list_name),
                       place_of(view.exhibit_label, view.item_path, view.item_stream), view.entry,
                       view.entries > 1 ? fmt::format(", {} match", view.entries) : "",
                       state_of(view));
}

std::string text_of(const casefile::MessageView& view) {
    const casefile::MessageRecord& message = view.message;
    const TimeValue sent =
        message.sent_utc.kind != TimeKind::none ? message.sent_utc : message.sent_local;
    const std::string& sender =
        message.sender_name.empty() ? message.sender_id : message.sender_name;
    return fmt::format(
        "{:<20} {} #{} {}: {}{}", format_time(sent), to_terminal(view.conversation.title),
        message.native_id, to_terminal(sender), to_terminal(message.body),
        message.attachments.empty() ? std::string()
                                    : fmt::format(" [{} attachments]", message.attachments.size()));
}

std::string text_of(const casefile::QueuedGroup& group) {
    std::string reasons;
    for (const casefile::ReasonRecord& reason : group.reasons) {
        reasons +=
            fmt::format("{}{} {:+}", reasons.empty() ? "" : "; ", reason.fact, reason.points);
    }
    return fmt::format("{:>4}  {:>4} like this {}  {}  ({})", group.points, group.unknown_members,
                       group.kind, place_of(group.first_exhibit, group.first_path, {}), reasons);
}

template <typename View>
std::function<Result<void>(const View&)> printer(bool json) {
    return [json](const View& view) -> Result<void> {
        print_line(json ? to_json(view) : text_of(view));
        return {};
    };
}

// Those that do not count stand behind all that do.
Result<void> print_hits(Case& file, const Show& args, std::size_t most) {
    std::size_t told = 0;
    const auto print = printer<casefile::HitView>(args.json);
    const auto count = [&](const casefile::HitView& view) {
        ++told;
        return print(view);
    };
    if (auto printed = casefile::each_hit(file, count, most); !printed) {
        return printed;
    }
    if (!args.all) {
        return tell_quarantine(file, "their near hits are left out, --all shows them");
    }
    const auto off = casefile::entries_off(file);
    if (!off || off->empty()) { // where none is off, no hit needs to be looked at for it
        return off ? Result<void>() : fail(off.error());
    }
    return casefile::each_hit(file, print, most - told, casefile::HitsThat::do_not_count);
}

Result<void> print_rows(Case& file, const Show& args) {
    const std::size_t most = args.limit > 0 ? args.limit : casefile::kAllRows;
    switch (args.what) {
    case Show::What::items:
        return casefile::each_item(file, printer<casefile::ItemView>(args.json), most);
    case Show::What::messages:
        return casefile::each_message(file, printer<casefile::MessageView>(args.json), most);
    case Show::What::hits: return print_hits(file, args, most);
    case Show::What::queue:
        return casefile::each_queued(file, printer<casefile::QueuedGroup>(args.json), most);
    }
    return fail(Errc::invalid_argument, "no such rows");
}

const char* name_of(Show::What what) {
    switch (what) {
    case Show::What::items: return "items";
    case Show::What::messages: return "messages";
    case Show::What::hits: return "hits";
    case Show::What::queue: return "new";
    }
    return "";
}

} // namespace

int run(const Show& args) {
    auto file = open_logged(args.folder, {.act = casefile::AuditAct::viewed,
                                          .subject = {{"rows", name_of(args.what)}},
                                          .purpose = args.purpose});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto printed = print_rows(*file, args);
    return printed ? kOk : report_error(args.folder, printed.error());
}

int run(const Find& args) {
    // What is searched for may name a person: the log tells two searches apart and quotes none.
    auto file = open_logged(args.folder, {.act = casefile::AuditAct::searched,
                                          .subject = {{"query_sha256", sha256_hex(args.query)}},
                                          .purpose = args.purpose});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto found =
        casefile::find(*file, args.query, [&](const casefile::FoundView& view) -> Result<void> {
            const std::string& place = view.path.empty() ? view.conversation : view.path;
            print_line(args.json ? to_json(view)
                                 : fmt::format("{:<8} {}  {}", view.where,
                                               place_of(view.exhibit_label, place, {}),
                                               to_terminal(view.excerpt)));
            return {};
        });
    return found ? kOk : report_error("find", found.error());
}

} // namespace rempart::cli
