// SPDX-License-Identifier: Apache-2.0
// Sections 1 to 3: exhibits, known material, new material.
#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "act/page_parts.hpp"

namespace rempart::act {
namespace {

constexpr std::size_t kMostEntriesOff = 100; // as many as hits of a list: ReportLimits

std::string_view css_of_verification(std::string_view verification) {
    if (verification == "verified") {
        return "badge good";
    }
    return verification == "failed" ? "badge bad" : "badge";
}

void exhibit_row(Page& page, const ExhibitFacts& exhibit) {
    const casefile::ExhibitRecord& record = exhibit.record;
    Html& html = page.html;
    html.open("tr").open("th", {{"scope", "row"}}).open("bdi").text(record.label).close().close();
    html.element("td", page.words.of_row(record.kind), {{"class", "word"}});
    html.element("td", record.kind == "folder" ? "–" : page.words.size(record.size_bytes),
                 {{"class", "number"}});
    html.element("td", page.words.number(exhibit.totals.items), {{"class", "number"}});
    html.open("td");
    badge(page, page.words.of_row(record.verification), css_of_verification(record.verification));
    html.close().open("td");
    badge(page, page.words.of_row(record.state),
          record.state == "complete" ? "badge" : "badge warn");
    html.close().close().line();
}

void digest_rows(Page& page, const casefile::ExhibitRecord& record) {
    struct Line {
        std::string_view algorithm, origin;
        const std::string* digest;
    };
    const Line lines[]{{"MD5", "digest computed", &record.medium_md5},
                       {"MD5", "digest stored", &record.stored_md5},
                       {"SHA-1", "digest computed", &record.medium_sha1},
                       {"SHA-1", "digest stored", &record.stored_sha1},
                       {"SHA-256", "digest computed", &record.medium_sha256}};
    for (const Line& line : lines) {
        if (!line.digest->empty()) {
            row(page, {{std::string(line.algorithm)},
                       {std::string(page.words(line.origin))},
                       {*line.digest, "code"}});
        }
    }
    if (!record.acquired_hash.empty()) {
        const std::size_t colon =
            std::min(record.acquired_hash.find(':'), record.acquired_hash.size());
        row(page, {{record.acquired_hash.substr(0, colon)},
                   {std::string(page.words("digest given"))},
                   {record.acquired_hash.substr(std::min(colon + 1, record.acquired_hash.size())),
                    "code"}});
    }
}

bool has_digest(const casefile::ExhibitRecord& record) {
    return !record.medium_md5.empty() || !record.medium_sha1.empty() ||
           !record.medium_sha256.empty() || !record.stored_md5.empty() ||
           !record.stored_sha1.empty() || !record.acquired_hash.empty();
}

void exhibit_details(Page& page, const ExhibitFacts& exhibit) {
    const std::string_view label = exhibit.record.label;
    if (has_digest(exhibit.record)) {
        open_table(page, page.words.fill("digests of", {label}), "digests",
                   {"algorithm", "origin", "digest"});
        digest_rows(page, exhibit.record);
        close_table(page);
    }
    if (exhibit.volumes.total == 0) {
        return;
    }
    open_table(page, page.words.fill("volumes of", {label}), "volumes",
               {"volume", "#starts at", "#size", "file system", "#items", "remark"});
    for (const casefile::VolumeRecord& volume : exhibit.volumes.shown) {
        row(page, {{std::string(page.words.of_row(volume.label))},
                   {page.words.number(volume.offset_bytes), "number"},
                   {page.words.size(volume.size_bytes), "number"},
                   {volume.file_system.empty() ? "–" : volume.file_system},
                   {page.words.number(volume.items), "number"},
                   {volume.error ? std::string(page.words.of_row(name(volume.error->code))) : ""}});
    }
    close_table(page);
    say_what_is_left_out(page, exhibit.volumes.shown.size(), exhibit.volumes.total);
}

std::string match_words(const Page& page, const casefile::HitView& place) {
    std::string algorithms;
    for (const std::string& algorithm : place.algorithms) {
        algorithms += (algorithms.empty() ? "" : ", ") + algorithm;
    }
    if (place.hit.match == "exact") {
        return page.words.fill("by algorithm", {algorithms});
    }
    return page.words.fill("bits", {fmt::format("{}", place.hit.distance), algorithms});
}

// "1:02:05", "0:16": frames are a second apart, so a report needs no fractions.
std::string clock_of(std::int64_t ms) {
    const std::int64_t seconds = (ms + 500) / 1000;
    return seconds >= 3600
               ? fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
               : fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string segment_words(const Words& words, const casefile::SegmentRecord& segment) {
    const bool here = segment.from_ms && segment.to_ms;
    const bool there = segment.entry_from_ms && segment.entry_to_ms;
    const auto clock = [](const std::optional<std::int64_t>& ms) {
        return ms ? clock_of(*ms) : std::string();
    };
    if (here && there) {
        return words.fill("segment of both",
                          {clock(segment.from_ms), clock(segment.to_ms),
                           clock(segment.entry_from_ms), clock(segment.entry_to_ms)});
    }
    return here ? words.fill("segment here", {clock(segment.from_ms), clock(segment.to_ms)})
                : words.fill("segment there",
                             {clock(segment.entry_from_ms), clock(segment.entry_to_ms)});
}

bool is_jpeg(const Bytes& bytes) {
    return bytes.size() > 3 && bytes[0] == std::byte{0xFF} && bytes[1] == std::byte{0xD8};
}

void picture_of(Page& page, const Bytes& jpeg, std::string_view css, std::string_view what) {
    page.html.open("span", {{"class", css}});
    page.html.single("img",
                     {{"src", "data:image/jpeg;base64," + encode_base64(jpeg)}, {"alt", what}});
    page.html.close();
}

// How it matched; of a video where, and what it looks like.
void match_cell(Page& page, const ListFacts& list, const casefile::HitView& hit) {
    page.html.open("td", {{"class", "word"}}).open("bdi").text(match_words(page, hit)).close();
    if (!hit.hit.segments.empty()) {
        page.html.open("ul", {{"class", "segments"}});
        for (const casefile::SegmentRecord& segment : hit.hit.segments) {
            page.html.element("li", segment_words(page.words, segment));
        }
        page.html.close();
    }
    const auto sheet = list.sheets.find(hit.hit.content);
    if (sheet != list.sheets.end() && is_jpeg(sheet->second)) {
        picture_of(page, sheet->second, "preview sheet", page.words("contact sheet"));
    }
    page.html.close();
}

void text_cell(Page& page, std::string_view text, std::string_view css) {
    if (css.empty()) {
        page.html.open("td");
    } else {
        page.html.open("td", {{"class", css}});
    }
    page.html.open("bdi").text(text).close().close();
}

void list_places(Page& page, const ListFacts& list) {
    if (list.places.total == 0) {
        return;
    }
    open_table(page, page.words.fill("hits of", {list.record.name}), "hits",
               {"exhibit", "path", "match", "entry"});
    for (const casefile::HitView& hit : list.places.shown) {
        std::string path = hit.item_path;
        if (!hit.item_stream.empty()) {
            path += ':' + hit.item_stream;
        }
        std::string entry = page.words.number(hit.entry);
        if (hit.entries > 1) {
            entry = page.words.fill("one of entries", {entry, page.words.number(hit.entries)});
        }
        if (!hit.category.empty()) {
            entry += fmt::format(" [{}]", hit.category);
        }
        if (is_disputed(hit)) {
            entry += fmt::format(" ({})", page.words("disputed"));
        }
        page.html.open("tr");
        text_cell(page, hit.exhibit_label, "");
        text_cell(page, path, "path");
        match_cell(page, list, hit);
        text_cell(page, entry, "");
        page.html.close().line();
    }
    close_table(page);
    say_what_is_left_out(page, list.places.shown.size(), list.places.total);
}

void entries_off(Page& page, const Facts& facts) {
    if (facts.entries_off.empty()) {
        return;
    }
    open_table(page, page.words("entries off"), "entries", {"list", "#entry", "state", "reason"});
    const std::size_t shown = std::min(facts.entries_off.size(), kMostEntriesOff);
    for (const casefile::EntryOff& off : std::span(facts.entries_off).first(shown)) {
        row(page, {{off.list_name},
                   {page.words.number(off.entry), "number"},
                   {std::string(page.words.of_row(off.state)), "word"},
                   {off.reason}});
    }
    close_table(page);
    say_what_is_left_out(page, shown, facts.entries_off.size());
}

void thumbnail_of(Page& page, const GroupFacts& group) {
    if (is_jpeg(group.thumbnail)) {
        picture_of(page, group.thumbnail, "preview", page.words("thumbnail"));
    }
}

// Format, size and, of a video, its length as h:mm:ss, which reads alike in every language.
std::string look_of(const Page& page, const casefile::QueuedGroup& shown) {
    std::string look = shown.format.empty()
                           ? std::string(page.words.of_row(shown.kind))
                           : fmt::format("{}, {} × {}", shown.format, shown.width, shown.height);
    if (shown.duration_ms) {
        const std::int64_t seconds = (*shown.duration_ms + 500) / 1'000;
        look += fmt::format(", {}:{:02}:{:02}", seconds / 3'600, seconds / 60 % 60, seconds % 60);
    }
    return fmt::format("{}, {}", look, page.words.size(shown.size_bytes));
}

void group_row(Page& page, const GroupFacts& group, std::size_t rank, bool with_previews) {
    const Words& words = page.words;
    const casefile::QueuedGroup& shown = group.group;
    Html& html = page.html;
    html.open("tr").open("th", {{"scope", "row"}}).text(words.number(rank)).close();
    if (with_previews) {
        html.open("td");
        thumbnail_of(page, group);
        html.close();
    }
    html.open("td", {{"class", "path"}}).open("bdi").text(shown.first_exhibit).close().text(": ");
    html.open("bdi").text(shown.first_path).close().single("br");
    html.open("span", {{"class", "quiet"}});
    html.text(look_of(page, shown));
    html.single("br").element("span", shown.sha256, {{"class", "code"}}).close().close();
    html.element(
        "td",
        fmt::format("{} / {}", words.number(shown.unknown_members), words.number(shown.members)),
        {{"class", "number"}});
    html.element("td", words.signed_number(shown.points), {{"class", "number"}});
    html.open("td").open("ul", {{"class", "reasons"}});
    for (const casefile::ReasonRecord& reason : shown.reasons) {
        html.open("li").element("b", words.signed_number(reason.points)).text(" ");
        html.text(words.of_row(reason.fact));
        html.element("span", fmt::format(" ({})", words.source(reason.source)),
                     {{"class", "quiet"}});
        html.close();
    }
    html.close().close().close().line();
}

} // namespace

void write_exhibits(Page& page, const Facts& facts) {
    open_section(page, 1, "exhibits", "fact");
    if (facts.exhibits.total == 0) {
        paragraph(page, page.words("none"));
    } else {
        open_table(page, "", "exhibits",
                   {"exhibit", "kind", "#size", "#items", "verification", "state"});
        for (const ExhibitFacts& exhibit : facts.exhibits.shown) {
            exhibit_row(page, exhibit);
        }
        close_table(page);
        say_what_is_left_out(page, facts.exhibits.shown.size(), facts.exhibits.total);
        for (const ExhibitFacts& exhibit : facts.exhibits.shown) {
            exhibit_details(page, exhibit);
        }
    }
    page.html.close().line();
}

void write_known(Page& page, const Facts& facts) {
    open_section(page, 2, "known title", "mixed");
    paragraph(page, page.words("known intro"));
    if (facts.lists.total == 0) {
        paragraph(page, page.words("none"));
        page.html.close().line();
        return;
    }
    open_table(page, "", "lists",
               {"list", "polarity", "scheme", "#hashes", "#radius", "#exact", "#near", "#places"});
    for (const ListFacts& list : facts.lists.shown) {
        const casefile::ListRecord& record = list.record;
        row(page, {{record.name},
                   {std::string(page.words.of_row(record.polarity)), "word"},
                   {record.scheme.empty() ? "–" : record.scheme},
                   {page.words.number(record.hashes), "number"},
                   {fmt::format("{}", record.radius), "number"},
                   {page.words.number(list.contents_exact), "number"},
                   {page.words.number(list.contents_near), "number"},
                   {page.words.number(list.places.total), "number"}});
    }
    close_table(page);
    say_what_is_left_out(page, facts.lists.shown.size(), facts.lists.total);
    entries_off(page, facts);
    for (const ListFacts& list : facts.lists.shown) {
        list_places(page, list);
        if (list.places.total > 0) {
            page.html.open("p", {{"class", "note code"}})
                .prose(page.words.fill("source of list",
                                       {list.record.source_name, list.record.source_sha256}))
                .close()
                .line();
        }
    }
    page.html.close().line();
}

void write_new(Page& page, const Facts& facts, Thumbnails thumbnails) {
    open_section(page, 3, "new title", "inference");
    paragraph(page, page.words("new intro"));
    paragraph(page, page.words.fill("new count", {page.words.number(facts.new_media),
                                                  page.words.number(facts.groups.total)}));
    const bool previews = thumbnails == Thumbnails::blurred;
    if (facts.groups.total > 0) {
        if (previews) {
            open_table(
                page, "", "queue previews",
                {"rank", "thumbnail", "representative", "#unknown members", "#points", "reasons"});
        } else {
            open_table(page, "", "queue",
                       {"rank", "representative", "#unknown members", "#points", "reasons"});
        }
        std::size_t rank = 0;
        for (const GroupFacts& group : facts.groups.shown) {
            group_row(page, group, ++rank, previews);
        }
        close_table(page);
        say_what_is_left_out(page, facts.groups.shown.size(), facts.groups.total);
    }
    if (!previews) {
        page.html.element("p", page.words("thumbnails off"), {{"class", "note"}}).line();
    }
    page.html.close().line();
}

} // namespace rempart::act
