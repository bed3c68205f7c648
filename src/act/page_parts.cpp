// SPDX-License-Identifier: Apache-2.0
#include "act/page_parts.hpp"

#include <fmt/format.h>

namespace rempart::act {

void open_section(Page& page, int number, std::string_view title_key, std::string_view statement) {
    const std::string id = fmt::format("s{}", number);
    page.html.open("section", {{"id", id}, {"aria-labelledby", id + "t"}})
        .open("h2", {{"id", id + "t"}});
    page.html.element("span", fmt::format("{}", number), {{"class", "no"}}).text(" ");
    page.html.text(page.words(title_key)).close();
    if (!statement.empty()) {
        const std::string css = fmt::format("statement {}", statement);
        page.html.element("p", page.words(statement), {{"class", css}});
    }
    page.html.line();
}

void paragraph(Page& page, std::string_view text) {
    page.html.open("p").prose(text).close().line();
}

void open_table(Page& page, std::string_view caption, std::string_view css,
                std::initializer_list<std::string_view> head_keys) {
    page.html.open("table", {{"class", css}});
    if (!caption.empty()) {
        page.html.element("caption", caption);
    }
    page.html.open("thead").open("tr");
    for (std::string_view key : head_keys) {
        const bool number = key.starts_with('#');
        key.remove_prefix(number ? 1 : 0);
        page.html.element("th", page.words(key),
                          {{"scope", "col"}, {"class", number ? "number" : "words"}});
    }
    page.html.close().close().open("tbody").line();
}

void close_table(Page& page) {
    page.html.close().close().line();
}

void row(Page& page, std::initializer_list<Cell> cells) {
    page.html.open("tr");
    for (const Cell& cell : cells) {
        if (cell.css.empty()) {
            page.html.open("td");
        } else {
            page.html.open("td", {{"class", cell.css}});
        }
        page.html.open("bdi").text(cell.text).close().close();
    }
    page.html.close().line();
}

void say_what_is_left_out(Page& page, std::size_t shown, std::uint64_t total) {
    if (shown < total) {
        page.html.open("p", {{"class", "note"}})
            .prose(page.words.fill("more", {page.words.number(shown), page.words.number(total)}))
            .close()
            .line();
    }
}

void badge(Page& page, std::string_view text, std::string_view css) {
    page.html.element("span", text, {{"class", css}});
}

} // namespace rempart::act
