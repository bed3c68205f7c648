// SPDX-License-Identifier: Apache-2.0
#include "casefile/search_query.hpp"

#include <algorithm>

#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

struct Term {
    std::string_view text;
    bool is_prefix = false;
};

// Takes the next term off the front of `rest`, which does not begin with a space.
Result<Term> next_term(std::string_view& rest) {
    Term term;
    if (rest.front() == '"') {
        const std::size_t end = rest.find('"', 1);
        if (end == rest.npos) {
            return fail(Errc::invalid_argument, "the query opens a quote that it does not close");
        }
        term.text = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (rest.starts_with('*')) {
            term.is_prefix = true;
            rest.remove_prefix(1);
        }
        return term;
    }
    const std::size_t end = std::min(rest.find_first_of(" \t\r\n\""), rest.size());
    term.text = rest.substr(0, end);
    rest.remove_prefix(end);
    if (term.text.ends_with('*')) {
        term.is_prefix = true;
        term.text.remove_suffix(1);
    }
    return term;
}

} // namespace

Result<std::string> fts_query(std::string_view query) {
    if (query.size() > kMaxQueryBytes) {
        return fail(Errc::invalid_argument, "the query is longer than 4096 bytes");
    }
    if (!is_utf8(query) || query.find('\0') != query.npos) {
        return fail(Errc::invalid_argument, "the query is not text in UTF-8");
    }
    std::string out;
    std::size_t terms = 0;
    for (;;) {
        query.remove_prefix(std::min(query.find_first_not_of(kSpaces), query.size()));
        if (query.empty()) {
            break;
        }
        const auto term = next_term(query);
        if (!term) {
            return fail(term.error());
        }
        if (term->text.empty()) {
            continue;
        }
        if (++terms > kMaxQueryTerms) {
            return fail(Errc::invalid_argument, "the query has more than 64 terms");
        }
        out += out.empty() ? "\"" : " \"";
        out += term->text; // holds no quote: a quote ends a term
        out += term->is_prefix ? "\"*" : "\"";
    }
    if (out.empty()) {
        return fail(Errc::invalid_argument, "the query holds no word");
    }
    return out;
}

std::vector<QueryTerm> terms_of(std::string_view words) {
    std::vector<QueryTerm> terms;
    while (!words.empty()) {
        const std::size_t end = words.find('"', 1);
        QueryTerm& term = terms.emplace_back();
        term.text = words.substr(1, end - 1);
        words.remove_prefix(end + 1);
        if (words.starts_with('*')) {
            term.is_prefix = true;
            words.remove_prefix(1);
        }
        if (words.starts_with(' ')) {
            words.remove_prefix(1);
        }
    }
    return terms;
}

} // namespace rempart::casefile
