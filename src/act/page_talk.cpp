// SPDX-License-Identifier: Apache-2.0
// Sections 4 to 7: conversations, what could not be read, runs, methods.
#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "act/page_parts.hpp"
#include "act/report_json.hpp"

namespace rempart::act {
namespace {

void add_once(std::vector<std::string>& texts, std::string text) {
    if (std::ranges::find(texts, text) == texts.end()) {
        texts.push_back(std::move(text));
    }
}

/// What the exports are known to leave out: each sentence once, in the order in which they come.
std::vector<std::string> losses_of(const Facts& facts) {
    std::vector<std::string> losses;
    for (const casefile::ChatExportView& view : facts.exports.shown) {
        for (std::string& loss : strings_of_json(view.record.known_losses_json)) {
            add_once(losses, std::move(loss));
        }
    }
    return losses;
}

void conversation_rows(Page& page, const Facts& facts) {
    const Words& words = page.words;
    open_table(page, "", "conversations",
               {"conversation", "platform", "exhibit", "#messages", "#senders", "#attachments",
                "#known attachments", "first", "last"});
    for (const casefile::ConversationView& view : facts.conversations.shown) {
        const casefile::ConversationRecord& record = view.conversation;
        row(page, {{record.title.empty() ? "–" : record.title, "path"},
                   {fmt::format("{}, {}", record.platform, words.of_row(record.kind))},
                   {view.exhibit_label},
                   {words.number(view.messages), "number"},
                   {words.number(view.senders), "number"},
                   {fmt::format("{} ({})", words.number(view.attachments),
                                words.number(view.attachments_present)),
                    "number"},
                   {words.number(view.attachments_hit), "number"},
                   {words.time(view.first_utc), "word"},
                   {words.time(view.last_utc), "word"}});
    }
    close_table(page);
    say_what_is_left_out(page, facts.conversations.shown.size(), facts.conversations.total);
}

void export_rows(Page& page, const Facts& facts) {
    const Words& words = page.words;
    open_table(page, words("exports"), "exports",
               {"exhibit", "export", "format", "#parsed", "#rejected", "#skipped", "#repairs",
                "complete"});
    for (const casefile::ChatExportView& view : facts.exports.shown) {
        row(page, {{view.exhibit_label},
                   {view.path, "path"},
                   {view.record.format, "word"},
                   {words.number(view.record.parsed), "number"},
                   {words.number(view.record.rejected), "number"},
                   {words.number(view.record.skipped), "number"},
                   {words.number(view.record.repairs), "number"},
                   {std::string(words(view.record.truncated ? "cut short" : "yes"))}});
    }
    close_table(page);
    say_what_is_left_out(page, facts.exports.shown.size(), facts.exports.total);
    const std::vector<std::string> losses = losses_of(facts);
    if (!losses.empty()) {
        page.html.element("h3", words("losses")).open("ul", {{"class", "note"}}).line();
        for (const std::string& loss : losses) {
            page.html.element("li", loss).line();
        }
        page.html.close().line();
    }
}

void reject_rows(Page& page, const Facts& facts) {
    open_table(page, page.words("rejects"), "problems", {"exhibit", "export", "detail"});
    for (const Problem& reject : facts.rejects.shown) {
        row(page, {{reject.exhibit}, {reject.path, "path"}, {reject.what}});
    }
    close_table(page);
    say_what_is_left_out(page, facts.rejects.shown.size(), facts.rejects.total);
}

void problem_rows(Page& page, const ProblemsOfCode& code) {
    const Words& words = page.words;
    open_table(page, fmt::format("{} – {}", words.of_row(code.code), words.number(code.rows.total)),
               "problems", {"exhibit", "place", "where", "detail"});
    for (const Problem& problem : code.rows.shown) {
        std::string place = problem.path.empty() ? "–" : problem.path;
        if (!problem.stream.empty()) {
            place += ':' + problem.stream;
        }
        std::string what = problem.what;
        if (problem.unread_bytes > 0) {
            what += (what.empty() ? "" : "; ") +
                    words.fill("unread bytes", {words.size(problem.unread_bytes)});
        }
        row(page, {{problem.exhibit},
                   {place, "path"},
                   {std::string(words.of_row(problem.where)), "word"},
                   {what}});
    }
    close_table(page);
    say_what_is_left_out(page, code.rows.shown.size(), code.rows.total);
}

} // namespace

void write_talk(Page& page, const Facts& facts) {
    open_section(page, 4, "talk title", "fact");
    paragraph(page, page.words("talk intro"));
    if (facts.conversations.total == 0) {
        paragraph(page, page.words("none"));
    } else {
        conversation_rows(page, facts);
    }
    if (facts.exports.total > 0) {
        export_rows(page, facts);
    }
    if (facts.rejects.total > 0) {
        reject_rows(page, facts);
    }
    page.html.close().line();
}

void write_unread(Page& page, const Facts& facts) {
    const Words& words = page.words;
    open_section(page, 5, "unread title", "fact");
    paragraph(page, words("unread intro"));
    if (facts.problem_codes.empty()) {
        paragraph(page, words("none"));
    } else {
        open_table(page, "", "codes", {"cause", "#count"});
        for (const ProblemsOfCode& code : facts.problem_codes) {
            row(page, {{std::string(words.of_row(code.code)), "word"},
                       {words.number(code.rows.total), "number"}});
        }
        close_table(page);
        for (const ProblemsOfCode& code : facts.problem_codes) {
            problem_rows(page, code);
        }
    }
    page.html.close().line();
}

void write_runs(Page& page, const Facts& facts) {
    const Words& words = page.words;
    open_section(page, 6, "runs title", "fact");
    paragraph(page, words("runs intro"));
    if (facts.runs.total == 0) {
        paragraph(page, words("none"));
    } else {
        open_table(page, "", "runs",
                   {"started", "ended", "outcome", "version", "#jobs", "confinement"});
        for (const casefile::RunRecord& run : facts.runs.shown) {
            row(page,
                {{words.time(run.started), "word"},
                 {words.time(run.ended), "word"},
                 {std::string(run.outcome.empty() ? words("running") : words.of_row(run.outcome))},
                 {run.program_version},
                 {words.number(run.jobs), "number"},
                 {run.confinement, "path"}});
        }
        close_table(page);
        say_what_is_left_out(page, facts.runs.shown.size(), facts.runs.total);
    }
    page.html.close().line();
}

void write_methods(Page& page) {
    constexpr std::array<std::array<std::string_view, 2>, 6> kMethods{{
        {"method exact title", "method exact"},
        {"method near title", "method near"},
        {"method deleted title", "method deleted"},
        {"method time title", "method time"},
        {"method zero title", "method zero"},
        {"method human title", "method human"},
    }};
    open_section(page, 7, "method title", "");
    for (const auto& [title, text] : kMethods) {
        page.html.element("h3", page.words(title));
        paragraph(page, page.words(text));
    }
    page.html.close().line();
}

} // namespace rempart::act
