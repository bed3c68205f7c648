// SPDX-License-Identifier: Apache-2.0
#include "act/page.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "act/page_parts.hpp"

namespace rempart::act {
namespace {

void write_head(Page& page, const Facts& facts) {
    const std::string policy =
        fmt::format("default-src 'none'; img-src data:; style-src 'sha256-{}'; base-uri 'none'; "
                    "form-action 'none'",
                    style_sha256());
    Html& html = page.html;
    html.open("head").single("meta", {{"charset", "utf-8"}}).line();
    html.single("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}}).line();
    html.single("meta", {{"name", "viewport"}, {"content", "width=device-width"}}).line();
    html.single("meta", {{"name", "referrer"}, {"content", "no-referrer"}}).line();
    html.element("title", fmt::format("{} – {}", page.words("title"), facts.info.name)).line();
    html.style(style_sheet()).close().line();
}

void title_field(Page& page, std::string_view key, std::string_view value) {
    page.html.open("div").element("dt", page.words(key)).open("dd").open("bdi").text(value);
    page.html.close().close().close();
}

void write_title(Page& page, const Facts& facts) {
    const Words& words = page.words;
    const casefile::CaseInfo& info = facts.info;
    page.html.open("header");
    page.html.element("p", words("confidential"), {{"class", "confidential"}});
    page.html.element("p", words("title"), {{"class", "kicker"}});
    page.html.open("h1").open("bdi").text(info.name).close().close().line();
    page.html.open("dl");
    title_field(page, "authority", info.authority);
    title_field(page, "legal basis", info.legal_basis);
    title_field(page, "purpose", info.purpose);
    title_field(page, "review date", words.date(info.review_date));
    title_field(page, "opened", words.time(info.created));
    title_field(page, "made", words.time(facts.made));
    title_field(page, "program", fmt::format("Rempart {}", facts.program_version));
    title_field(page, "case number", info.id);
    page.html.close().close().line();
}

void figure(Page& page, std::string_view key, std::string_view value, std::string_view css) {
    page.html.open("div", {{"class", css}})
        .element("dt", page.words(key))
        .element("dd", value)
        .close()
        .line();
}

void notice(Page& page, std::string_view text, std::string_view css) {
    page.html.open("p", {{"class", css}}).prose(text).close().line();
}

void write_list_notices(Page& page, const Facts& facts) {
    const Words& words = page.words;
    const auto quarantined = static_cast<std::uint64_t>(
        std::ranges::count(facts.entries_off, "quarantined", &casefile::EntryOff::state));
    const std::uint64_t disabled = facts.entries_off.size() - quarantined;
    if (facts.disputed > 0) {
        notice(page, words.fill("some disputed", {words.number(facts.disputed)}), "notice warn");
    }
    if (quarantined > 0) {
        notice(page, words.fill("some quarantined", {words.number(quarantined)}), "notice warn");
    }
    if (disabled > 0) {
        notice(page, words.fill("some disabled", {words.number(disabled)}), "notice warn");
    }
}

void write_notices(Page& page, const Facts& facts) {
    const Words& words = page.words;
    std::uint64_t open = 0;
    for (const ExhibitFacts& exhibit : facts.exhibits.shown) {
        open += exhibit.record.state == "complete" ? 0U : 1U;
    }
    if (facts.verification_failed > 0) {
        notice(page, words.fill("some failed", {words.number(facts.verification_failed)}),
               "notice bad");
    } else if (facts.exhibits.total > 0) {
        notice(page, words(facts.verified > 0 ? "all verified" : "nothing compared"),
               facts.verified > 0 ? "notice good" : "notice");
    }
    if (open > 0) {
        notice(page, words.fill("some open", {words.number(open)}), "notice warn");
    }
    if (facts.problems > 0) {
        notice(page, words.fill("some unread", {words.number(facts.problems)}), "notice warn");
    }
    write_list_notices(page, facts);
}

void write_glance(Page& page, const Facts& facts) {
    const Words& words = page.words;
    const casefile::Totals& totals = facts.totals;
    page.html.open("section", {{"aria-labelledby", "glance"}});
    page.html.element("h2", words("glance"), {{"id", "glance"}, {"class", "plain"}}).line();
    page.html.open("dl", {{"class", "figures"}}).line();
    figure(page, "exhibits", words.number(facts.exhibits.total), "figure");
    figure(page, "items", words.number(totals.items), "figure");
    figure(page, "distinct contents", words.number(totals.contents), "figure");
    figure(page, "volume read", words.size(totals.bytes), "figure");
    figure(page, "pictures", words.number(totals.pictures), "figure");
    figure(page, "videos", words.number(totals.videos), "figure");
    figure(page, "messages", words.number(totals.messages), "figure");
    figure(page, "known exact", words.number(facts.alert_exact), "figure strong");
    figure(page, "known near", words.number(facts.alert_near), "figure strong");
    figure(page, "new groups", words.number(facts.groups.total), "figure strong");
    figure(page, "unread", words.number(facts.problems), "figure");
    page.html.close().line();
    page.html.open("p", {{"class", "note"}}).prose(words("count notes")).close().line();
    write_notices(page, facts);
    page.html.close().line();
}

void write_contents(Page& page) {
    constexpr std::array<std::string_view, 7> kTitles{"exhibits",    "known title",  "new title",
                                                      "talk title",  "unread title", "runs title",
                                                      "method title"};
    page.html.open("nav", {{"aria-label", page.words("contents")}}).open("ol");
    for (std::size_t i = 0; i < kTitles.size(); ++i) {
        page.html.open("li")
            .element("a", page.words(kTitles[i]), {{"href", fmt::format("#s{}", i + 1)}})
            .close();
    }
    page.html.close().close().line();
}

} // namespace

std::string write_page(const Facts& facts, Language language, Thumbnails thumbnails) {
    Page page{.html = {}, .words = Words(language)};
    page.html.open("html", {{"lang", page.words.code()}}).line();
    write_head(page, facts);
    page.html.open("body").open("main").line();
    write_title(page, facts);
    write_glance(page, facts);
    write_contents(page);
    write_exhibits(page, facts);
    write_known(page, facts);
    write_new(page, facts, thumbnails);
    write_talk(page, facts);
    write_unread(page, facts);
    write_runs(page, facts);
    write_methods(page);
    page.html.open("footer").element("p", page.words("beside"));
    page.html.element("p", fmt::format("{} · Rempart {} · {}", facts.info.name,
                                       facts.program_version, page.words.time(facts.made)));
    page.html.close().close().close().close().line();
    return "<!DOCTYPE html>\n" + std::move(page.html).finish();
}

} // namespace rempart::act
