// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_sets.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

// The digests of one kind of all contents, one behind the other, and whose they are.
struct Column {
    Bytes digests;
    std::vector<std::uint32_t> queries;

    void add(ByteView digest, std::size_t query) {
        if (!std::ranges::all_of(digest, [](std::byte b) { return b == std::byte{0}; })) {
            digests.insert(digests.end(), digest.begin(), digest.end());
            queries.push_back(static_cast<std::uint32_t>(query));
        }
    }
};

Column column_of(std::span<const Digests> contents, HashKind kind) {
    Column column;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        const Digests& content = contents[i];
        switch (kind) {
        case HashKind::md5: column.add(content.md5, i); break;
        case HashKind::sha1: column.add(content.sha1, i); break;
        case HashKind::sha256: column.add(content.sha256, i); break;
        case HashKind::ed2k:
            column.add(content.ed2k, i);
            if (content.ed2k_blue != content.ed2k) {
                column.add(content.ed2k_blue, i);
            }
            break;
        case HashKind::pdq: break;
        }
    }
    return column;
}

Result<void> ask(const HashSet& set, std::uint32_t number, const Column& column,
                 std::vector<SetsHit>& hits) {
    std::vector<SetMatch> matches;
    if (auto found = set.find(column.digests, matches); !found) {
        return found;
    }
    if (!set.info().has_rows) {
        for (const SetMatch& match : matches) {
            hits.push_back({column.queries[match.query], number, SetsHit::kNoRow});
        }
        return {};
    }
    std::vector<SetRow> rows;
    if (auto read = set.rows(matches, rows); !read) {
        return read;
    }
    for (const SetRow& row : rows) {
        hits.push_back({column.queries[row.query], number, row.row});
    }
    return {};
}

bool is_equal(const ListStatement& statement, SetPolarity polarity) {
    return statement.polarity == polarity && statement.kind != HashKind::pdq;
}

bool is_near(const ListStatement& statement, SetPolarity polarity) {
    return statement.polarity == polarity && statement.kind == HashKind::pdq;
}

} // namespace

std::uint32_t HashSets::add(HashSet set) {
    sets_.push_back(std::move(set));
    return static_cast<std::uint32_t>(sets_.size() - 1);
}

bool HashSets::holds(HashKind kind) const {
    return std::ranges::any_of(sets_, [&](const HashSet& set) { return set.info().kind == kind; });
}

Result<void> HashSets::find(std::span<const Digests> contents, std::vector<SetsHit>& hits) const {
    const auto before = static_cast<std::ptrdiff_t>(hits.size());
    for (const HashKind kind : {HashKind::md5, HashKind::sha1, HashKind::sha256, HashKind::ed2k}) {
        if (!holds(kind)) {
            continue;
        }
        const Column column = column_of(contents, kind);
        for (std::uint32_t i = 0; i < sets_.size(); ++i) {
            if (sets_[i].info().kind != kind) {
                continue;
            }
            if (auto asked = ask(sets_[i], i, column, hits); !asked) {
                hits.resize(static_cast<std::size_t>(before));
                return fail(asked.error().code, fmt::format("{}: {}", sets_[i].info().label.name,
                                                            asked.error().message));
            }
        }
    }
    std::sort(hits.begin() + before, hits.end());
    hits.erase(std::unique(hits.begin() + before, hits.end()), hits.end());
    return {};
}

Standing standing_of(std::span<const ListStatement> statements) {
    const auto any = [&](auto&& what) { return std::ranges::any_of(statements, what); };
    const bool alert = any([](const auto& s) { return is_equal(s, SetPolarity::alert); });
    const bool allow = any([](const auto& s) { return is_equal(s, SetPolarity::allow); });
    const bool near_alert = any([](const auto& s) { return is_near(s, SetPolarity::alert); });
    const bool allow_by_sha = any([](const auto& s) {
        return s.polarity == SetPolarity::allow &&
               (s.kind == HashKind::sha1 || s.kind == HashKind::sha256);
    });
    if (alert) {
        return allow ? Standing::disputed : Standing::alert;
    }
    if (allow_by_sha || (allow && !near_alert)) {
        return Standing::known_good;
    }
    if (near_alert) {
        return Standing::alert;
    }
    const bool note = any([](const auto& s) { return s.polarity == SetPolarity::note; });
    return note ? Standing::noted : Standing::unknown;
}

} // namespace rempart::recognise
