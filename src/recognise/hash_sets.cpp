// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_sets.hpp"

#include <algorithm>
#include <array>
#include <optional>
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

void add_to(Column& column, const Digests& content, std::size_t query, HashKind kind) {
    switch (kind) {
    case HashKind::md5: column.add(content.md5, query); break;
    case HashKind::sha1: column.add(content.sha1, query); break;
    case HashKind::sha256: column.add(content.sha256, query); break;
    case HashKind::ed2k: // in both forms, of which the same row is told once
        column.add(content.ed2k, query);
        column.add(content.ed2k_blue, query);
        break;
    case HashKind::pdq: break;
    }
}

Column column_of(std::span<const Digests> contents, HashKind kind) {
    Column column;
    for (std::size_t i = 0; i < contents.size(); ++i) {
        add_to(column, contents[i], i, kind);
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
    std::array<std::optional<Column>, static_cast<std::size_t>(kLastHashKind) + 1> columns;
    for (std::uint32_t i = 0; i < sets_.size(); ++i) {
        const HashSetInfo& info = sets_[i].info();
        auto& column = columns[static_cast<std::size_t>(info.kind)];
        if (!column) {
            column = column_of(contents, info.kind);
        }
        if (auto asked = ask(sets_[i], i, *column, hits); !asked) {
            hits.resize(static_cast<std::size_t>(before));
            return fail(asked.error().code,
                        fmt::format("{}: {}", info.label.name, asked.error().message));
        }
    }
    std::sort(hits.begin() + before, hits.end());
    hits.erase(std::unique(hits.begin() + before, hits.end()), hits.end());
    return {};
}

std::string_view name(Standing standing) noexcept {
    constexpr std::array<std::string_view, 5> kNames{"unknown", "noted", "known_good", "alert",
                                                     "disputed"};
    return kNames[static_cast<std::size_t>(standing)];
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
