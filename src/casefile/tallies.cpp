// SPDX-License-Identifier: Apache-2.0
#include "casefile/tallies.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

constexpr RowId kWholeCase = 0; // exhibits are numbered from 1

constexpr std::string_view kItems = "items", kBytes = "bytes", kContents = "contents",
                           kPictures = "pictures", kVideos = "videos", kMessages = "messages",
                           kHitsExact = "hits_exact", kHitsNear = "hits_near", kGroups = "groups";
constexpr std::string_view kErrorPrefix = "error:";

struct Field {
    std::string_view name;
    std::uint64_t Totals::* value;
};
constexpr Field kFields[] = {
    {kItems, &Totals::items},        {kBytes, &Totals::bytes},
    {kContents, &Totals::contents},  {kPictures, &Totals::pictures},
    {kMessages, &Totals::messages},  {kHitsExact, &Totals::hits_exact},
    {kHitsNear, &Totals::hits_near}, {kGroups, &Totals::groups},
    {kVideos, &Totals::videos},
};

std::string error_tally(std::string_view code) {
    return fmt::format("{}{}", kErrorPrefix, code);
}

Result<std::vector<RowId>> exhibits_with(Database& database, RowId content) {
    std::vector<RowId> all;
    auto read = database.each(
        "SELECT DISTINCT exhibit_id FROM items WHERE content_id = $1 ORDER BY exhibit_id",
        [&](Row& row) -> Result<void> {
            row.take(all.emplace_back());
            return {};
        },
        content);
    return read ? Result<std::vector<RowId>>(std::move(all)) : fail(std::move(read).error());
}

Result<void> set_tally(Database& database, RowId exhibit, std::string_view name,
                       std::uint64_t value) {
    return database.run("INSERT INTO tallies (exhibit_id, name, value) VALUES ($1, $2, $3) "
                        "ON CONFLICT (exhibit_id, name) DO UPDATE SET value = excluded.value",
                        exhibit, name, value);
}

Result<std::vector<RowId>> all_exhibits(Database& database) {
    std::vector<RowId> all{kWholeCase};
    auto read = database.each("SELECT id FROM exhibits ORDER BY id", [&](Row& row) -> Result<void> {
        row.take(all.emplace_back());
        return {};
    });
    return read ? Result<std::vector<RowId>>(std::move(all)) : fail(std::move(read).error());
}

// The new hits are few: they lead (MATERIALIZED, CROSS JOIN, unary plus), whatever a planner
// guesses of a table that just grew.
constexpr std::string_view kNewPairs =
    "WITH fresh AS MATERIALIZED (SELECT DISTINCT h.match, h.content_id, h.list_id FROM told_hits h "
    "WHERE h.id > $1 AND NOT EXISTS (SELECT 1 FROM told_hits o WHERE o.content_id = h.content_id "
    "AND +o.list_id = h.list_id AND o.match = h.match AND o.id <= $1)) ";
constexpr std::string_view kPairsOfList =
    "WITH fresh AS MATERIALIZED (SELECT DISTINCT h.match, h.content_id, h.list_id "
    "FROM told_hits h WHERE h.list_id = $1) ";
constexpr std::string_view kPairsInExhibits =
    "SELECT place, match, count(*) FROM (SELECT DISTINCT i.exhibit_id AS place, f.match, "
    "f.content_id, f.list_id FROM fresh f CROSS JOIN items i "
    "WHERE i.content_id = f.content_id) AS pairs GROUP BY place, match";
constexpr std::string_view kPairsInCase = "SELECT 0, match, count(*) FROM fresh GROUP BY match";

struct Pairs {
    RowId exhibit = kWholeCase;
    std::string match;
    std::int64_t count = 0;
};

Result<std::vector<Pairs>> pairs(Database& database, std::string_view which,
                                 std::string_view counted, RowId parameter) {
    std::vector<Pairs> all;
    auto read = database.each(
        fmt::format("{}{}", which, counted),
        [&](Row& row) -> Result<void> {
            Pairs& some = all.emplace_back();
            return row.take(some.exhibit, some.match, some.count) ? Result<void>() : Row::damaged();
        },
        parameter);
    return read ? Result<std::vector<Pairs>>(std::move(all)) : fail(std::move(read).error());
}

void note(std::string_view tally, std::uint64_t value, Totals& totals) {
    const auto* field = std::ranges::find(kFields, tally, &Field::name);
    if (field != std::end(kFields)) {
        totals.*(field->value) = value;
    } else if (tally.starts_with(kErrorPrefix) && value > 0) {
        totals.errors[std::string(tally.substr(kErrorPrefix.size()))] = value;
    }
}

Result<void> set_tallies(Database& database, RowId exhibit, const Totals& totals) {
    for (const Field& field : kFields) {
        if (auto set = set_tally(database, exhibit, field.name, totals.*(field.value)); !set) {
            return set;
        }
    }
    for (const auto& [code, count] : totals.errors) {
        if (auto set = set_tally(database, exhibit, error_tally(code), count); !set) {
            return set;
        }
    }
    return {};
}

std::optional<RowId> as_exhibit(RowId exhibit) {
    return exhibit == kWholeCase ? std::nullopt : std::optional<RowId>(exhibit);
}

} // namespace

void Tallies::add(RowId exhibit, std::string_view name, std::int64_t change) {
    changes_[{exhibit, std::string(name)}] += change;
}

void Tallies::lacks(RowId exhibit, const StoredContent& content, std::int64_t sign) {
    if (!content.error_code.empty()) {
        add(exhibit, error_tally(content.error_code), sign);
    }
    if (const auto part = partial_picture(content.partial_reason)) {
        add(exhibit, error_tally(name(part->code)), sign);
    }
}

void Tallies::item(RowId exhibit, const std::optional<Error>& error) {
    for (const RowId where : {exhibit, kWholeCase}) {
        add(where, kItems, 1);
        if (error) {
            add(where, error_tally(name(error->code)), 1);
        }
    }
}

void Tallies::content(RowId exhibit, const StoredContent& content, bool is_first_in_case) {
    for (const RowId where : {exhibit, kWholeCase}) {
        add(where, kBytes, static_cast<std::int64_t>(content.size_bytes));
        if (where == exhibit ? content.is_seen_here : !is_first_in_case) {
            continue;
        }
        add(where, kContents, 1);
        if (content.is_picture) {
            add(where, kPictures, 1);
        }
        if (content.is_video) {
            add(where, kVideos, 1);
        }
        lacks(where, content, 1);
    }
    if (!content.is_seen_here) {
        add(exhibit, kHitsExact, static_cast<std::int64_t>(content.hits_exact));
        add(exhibit, kHitsNear, static_cast<std::int64_t>(content.hits_near));
    }
}

void Tallies::message(RowId exhibit) {
    add(exhibit, kMessages, 1);
    add(kWholeCase, kMessages, 1);
}

Result<void> Tallies::completed(Database& database, const StoredContent& was,
                                const StoredContent& now) {
    auto places = exhibits_with(database, now.id);
    if (!places) {
        return fail(std::move(places).error());
    }
    places->push_back(kWholeCase);
    for (const RowId where : *places) {
        lacks(where, was, -1);
        lacks(where, now, 1);
    }
    return {};
}

void Tallies::groups(RowId exhibit, std::int64_t change) {
    add(exhibit, kGroups, change);
}

// A pair of content and list counts once, however many digests or entries agree.
Result<void> Tallies::count_pairs(Database& database, std::string_view which, RowId parameter,
                                  std::int64_t sign) {
    for (const std::string_view counted : {kPairsInExhibits, kPairsInCase}) {
        const auto all = pairs(database, which, counted, parameter);
        if (!all) {
            return fail(all.error());
        }
        for (const Pairs& some : *all) {
            add(some.exhibit, some.match == "exact" ? kHitsExact : kHitsNear, sign * some.count);
        }
    }
    return {};
}

Result<void> Tallies::hits(Database& database, RowId last_before) {
    return count_pairs(database, kNewPairs, last_before, 1);
}

Result<void> Tallies::hits_of_list(Database& database, RowId list, std::int64_t sign) {
    return count_pairs(database, kPairsOfList, list, sign);
}

Result<void> Tallies::store(Database& database) {
    const auto upsert = database.kept(
        "INSERT INTO tallies (exhibit_id, name, value) VALUES ($1, $2, $3) "
        "ON CONFLICT (exhibit_id, name) DO UPDATE SET value = tallies.value + excluded.value");
    if (!upsert) {
        return fail(upsert.error());
    }
    for (const auto& [tally, change] : changes_) {
        if (change == 0) {
            continue;
        }
        if (auto stored = (*upsert)->run(tally.first, tally.second, change); !stored) {
            return stored;
        }
    }
    changes_.clear();
    return {};
}

Result<Totals> tallied(Database& database, std::optional<RowId> exhibit) {
    Totals totals;
    auto read = database.each(
        "SELECT name, value FROM tallies WHERE exhibit_id = $1",
        [&](Row& row) -> Result<void> {
            std::string tally;
            std::uint64_t value = 0;
            if (!row.take(tally, value)) {
                return Row::damaged();
            }
            note(tally, value, totals);
            return {};
        },
        exhibit.value_or(kWholeCase));
    return read ? Result<Totals>(std::move(totals)) : fail(std::move(read).error());
}

Result<void> rebuild_tallies(Database& database) {
    if (auto gone = database.exec("DELETE FROM tallies"); !gone) {
        return gone;
    }
    const auto exhibits = all_exhibits(database);
    if (!exhibits) {
        return fail(exhibits.error());
    }
    for (const RowId exhibit : *exhibits) {
        const auto totals = recounted(database, as_exhibit(exhibit));
        if (!totals) {
            return fail(totals.error());
        }
        if (auto set = set_tallies(database, exhibit, *totals); !set) {
            return set;
        }
    }
    return {};
}

Result<void> check_tallies(Database& database) {
    const auto exhibits = all_exhibits(database);
    if (!exhibits) {
        return fail(exhibits.error());
    }
    for (const RowId exhibit : *exhibits) {
        const auto kept = tallied(database, as_exhibit(exhibit));
        const auto counted = recounted(database, as_exhibit(exhibit));
        if (!kept || !counted) {
            return fail(kept ? counted.error() : kept.error());
        }
        if (*kept != *counted) {
            return fail(
                Errc::integrity,
                exhibit == kWholeCase
                    ? "the totals of the case are not those of its rows"
                    : fmt::format("the totals of exhibit {} are not those of its rows", exhibit));
        }
    }
    return {};
}

} // namespace rempart::casefile
