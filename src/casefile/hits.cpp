// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/content_index.hpp"
#include "casefile/contents.hpp"
#include "casefile/database.hpp"
#include "casefile/groups_due.hpp"
#include "casefile/index_lead.hpp"
#include "casefile/ingest_statements.hpp"
#include "casefile/known_by.hpp"
#include "casefile/strongest_hit.hpp"
#include "casefile/tallies.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {

namespace {

std::string columns(HitsThat which) {
    return fmt::format(
        "SELECT h.content_id, h.list_id, h.entry_id, h.match, h.algorithm, h.variant, h.distance, "
        "h.orientation, i.exhibit_id, i.seq, e.label, i.path, i.stream, c.sha256, l.name, "
        "l.polarity, l.scheme, n.entry, n.label, n.category, h.id, CASE WHEN h.match = 'near' AND "
        "EXISTS (SELECT 1 FROM hit_segments s WHERE s.hit_id = h.id) THEN 1 ELSE 0 END, {}, {} ",
        known_by_sql("h.content_id"),
        which == HitsThat::count
            ? "''"
            : "(SELECT o.state FROM entries_off o WHERE o.entry_id = h.entry_id)");
}
constexpr std::string_view table_of(HitsThat which) {
    return which == HitsThat::count ? "told_hits" : "off_hits";
}
constexpr std::string_view kSegments =
    "SELECT from_ms, to_ms, entry_from_ms, entry_to_ms FROM hit_segments WHERE hit_id = $1 "
    "ORDER BY ordinal";
constexpr std::string_view kPlaces =
    "JOIN lists l ON l.id = h.list_id JOIN list_entries n ON n.id = h.entry_id "
    "JOIN contents c ON c.id = h.content_id JOIN items i ON i.content_id = h.content_id "
    "JOIN exhibits e ON e.id = i.exhibit_id ";

/// Rows of one place, list and kind of match, which follow each other, become one hit.
class HitTeller {
  public:
    HitTeller(Database& database, const std::function<Result<void>(const HitView&)>& take)
        : database_(database), take_(take) {}

    Result<void> operator()(Row& row) {
        HitView view;
        HitRecord& hit = view.hit;
        Bytes sha256;
        Place place;
        RowId id = 0;
        bool has_segments = false;
        std::int64_t known = 0;
        if (!row.take(hit.content, hit.list, hit.entry, hit.match, hit.algorithm, hit.variant,
                      hit.distance, hit.orientation, place.first, place.second, view.exhibit_label,
                      view.item_path, view.item_stream, sha256, view.list_name, view.polarity,
                      view.scheme, view.entry, view.entry_label, view.category, id, has_segments,
                      known, view.entry_state)) {
            return Row::damaged();
        }
        view.known_by = known_by(known);
        if (has_segments) {
            if (auto read = read_segments(id, view); !read) {
                return read;
            }
        }
        view.sha256 = encode_hex(sha256);
        if (strongest_ && place == last_ && strongest_->covers(view)) {
            strongest_->take(std::move(view));
            return {};
        }
        auto told = end();
        strongest_.emplace(std::move(view));
        last_ = place;
        return told;
    }
    Result<void> end() {
        if (!strongest_) {
            return {};
        }
        auto told = take_(std::move(*strongest_).finish());
        strongest_.reset();
        return told;
    }

  private:
    using Place = std::pair<RowId, std::uint64_t>; // exhibit, seq

    Result<void> read_segments(RowId hit, HitView& view) {
        if (!segments_) {
            auto prepared = database_.prepare(kSegments);
            if (!prepared) {
                return fail(std::move(prepared).error());
            }
            segments_.emplace(std::move(*prepared));
        }
        return segments_->rows_of(
            [&](Row& row) -> Result<void> {
                SegmentRecord& segment = view.hit.segments.emplace_back();
                segment.entry = view.entry;
                return row.take(segment.from_ms, segment.to_ms, segment.entry_from_ms,
                                segment.entry_to_ms)
                           ? Result<void>()
                           : Row::damaged();
            },
            hit);
    }

    Database& database_;
    std::optional<Statement> segments_;
    const std::function<Result<void>(const HitView&)>& take_;
    Place last_;
    std::optional<StrongestHit> strongest_;
};

} // namespace

namespace {

/// A content that a list knows, at its nearest: all that is told of it stands together.
struct HitKey {
    RowId list = 0;
    int distance = 0;
    Bytes content_start;
    RowId content = 0;
    std::string match;
    std::uint64_t places = 0; ///< At most kManyPlaces + 1.
};

// Our choices: a page is a round trip or two to a server and some hundred kilobytes. What lies in
// very many places is read by itself, as it comes from its index, and not sorted with others.
constexpr std::size_t kKeysPerPage = 500;
constexpr std::uint64_t kManyPlaces = 1'000;

constexpr std::string_view kKey = "(h.list_id, h.distance, h.content_start, h.content_id, h.match)";

/// Keys behind that of $1 to $5, in no order. A farther match of the same list is the same hit.
/// Unary plus keeps SQLite, which has no figures of the table, from going through all hits of a
/// list where those of a content are few.
std::string keys_sql(HitsThat which, std::string_view also) {
    return fmt::format(
        "SELECT DISTINCT h.list_id, h.distance, h.content_start, h.content_id, h.match "
        "FROM {2} h WHERE {0} > ($1, $2, $3, $4, $5) AND {1}"
        "NOT EXISTS (SELECT 1 FROM {2} o WHERE o.content_id = h.content_id "
        "AND +o.list_id = h.list_id AND o.match = h.match AND o.distance < h.distance)",
        kKey, also, table_of(which));
}

// The index hits_in_order gives them in their order: none is sorted with all the others.
std::string next_keys_sql(HitsThat which) {
    return fmt::format(
        "WITH k AS MATERIALIZED ({} ORDER BY h.list_id, h.distance, h.content_start, h.content_id, "
        "h.match LIMIT $6) SELECT k.*, (SELECT count(*) FROM (SELECT 1 FROM items i "
        "WHERE i.content_id = k.content_id LIMIT $7) AS few) FROM k "
        "ORDER BY k.list_id, k.distance, k.content_start, k.content_id, k.match",
        keys_sql(which, ""));
}

std::string hits_of_keys_sql(HitsThat which) {
    return fmt::format(
        "{}FROM ({}) AS k JOIN {} h ON h.content_id = k.content_id AND +h.list_id = k.list_id "
        "AND h.match = k.match {}ORDER BY k.list_id, k.distance, k.content_start, k.content_id, "
        "k.match, i.exhibit_id, i.seq, n.entry, h.entry_id, h.variant",
        columns(which), keys_sql(which, fmt::format("{} <= ($6, $7, $8, $9, $10) AND ", kKey)),
        table_of(which), kPlaces);
}

std::string hits_of_one_sql(HitsThat which) {
    return fmt::format("{}FROM {} h {}WHERE h.content_id = $1 AND h.list_id = $2 "
                       "AND h.match = $3 ORDER BY i.exhibit_id, i.seq, n.entry, h.entry_id, "
                       "h.variant",
                       columns(which), table_of(which), kPlaces);
}

Result<std::vector<HitKey>> next_keys(Database& database, HitsThat which, const HitKey& after,
                                      std::size_t most) {
    std::vector<HitKey> keys;
    const auto statement = database.kept(next_keys_sql(which));
    if (!statement) {
        return fail(statement.error());
    }
    auto read = (*statement)
                    ->rows_of(
                        [&](Row& row) -> Result<void> {
                            HitKey& key = keys.emplace_back();
                            return row.take(key.list, key.distance, key.content_start, key.content,
                                            key.match, key.places)
                                       ? Result<void>()
                                       : Row::damaged();
                        },
                        after.list, after.distance, after.content_start, after.content, after.match,
                        most, kManyPlaces + 1);
    return read ? Result<std::vector<HitKey>>(std::move(keys)) : fail(std::move(read).error());
}

/// The hits of the keys behind `after` up to `until`, or of `until` alone.
Result<void> read_hits(Database& database, HitsThat which, const HitKey& after, const HitKey& until,
                       HitTeller& teller) {
    const bool alone = until.places > kManyPlaces;
    const auto statement = database.kept(alone ? hits_of_one_sql(which) : hits_of_keys_sql(which));
    if (!statement) {
        return fail(statement.error());
    }
    alone
        ? (*statement)->start(until.content, until.list, until.match)
        : (*statement)
              ->start(after.list, after.distance, after.content_start, after.content, after.match,
                      until.list, until.distance, until.content_start, until.content, until.match);
    auto read = (*statement)->each([&](Row& row) { return teller(row); });
    return read ? teller.end() : read;
}

/// The hits of a page of keys, in runs: what lies in very many places alone, the others together.
/// `after` becomes the last key that was read.
template <typename Enough>
Result<void> read_page(Database& database, HitsThat which, const std::vector<HitKey>& keys,
                       HitKey& after, HitTeller& teller, Enough&& enough) {
    for (std::size_t i = 0; i < keys.size() && !enough(); ++i) {
        const bool ends_run = keys[i].places > kManyPlaces || i + 1 == keys.size() ||
                              keys[i + 1].places > kManyPlaces;
        if (!ends_run) {
            continue;
        }
        if (auto read = read_hits(database, which, after, keys[i], teller); !read) {
            return read;
        }
        after = keys[i];
    }
    return {};
}

} // namespace

Result<void> each_hit(Case& file, const std::function<Result<void>(const HitView&)>& take,
                      std::size_t most, HitsThat which) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    std::size_t told = 0;
    const std::function<Result<void>(const HitView&)> take_counted =
        [&](const HitView& view) -> Result<void> {
        return told++ < most ? take(view) : Result<void>();
    };
    HitTeller teller(database, take_counted);
    HitKey after;
    while (told < most) {
        const auto keys = next_keys(database, which, after, std::min(kKeysPerPage, most - told));
        if (!keys || keys->empty()) {
            return keys ? Result<void>() : fail(keys.error());
        }
        auto read = read_page(database, which, *keys, after, teller, [&] { return told >= most; });
        if (!read) {
            return read;
        }
    }
    return {};
}

Result<void> each_hit_of_items(Case& file, RowId exhibit, std::uint64_t first_seq,
                               std::uint64_t end_seq,
                               const std::function<Result<void>(const HitView&)>& take) {
    const auto statement = file.database().kept(
        fmt::format("{}FROM told_hits h {}WHERE i.exhibit_id = $1 AND i.seq >= $2 AND i.seq < $3 "
                    "ORDER BY i.seq, h.list_id, h.match, n.entry, h.entry_id, h.variant",
                    columns(HitsThat::count), kPlaces));
    if (!statement) {
        return fail(statement.error());
    }
    HitTeller teller(file.database(), take);
    (*statement)->start(exhibit, first_seq, end_seq);
    auto read = (*statement)->each([&](Row& row) { return teller(row); });
    return read ? teller.end() : read;
}

Result<void> each_hit_of_content(Case& file, RowId content,
                                 const std::function<Result<void>(const HitView&)>& take) {
    const auto statement = file.database().kept(
        fmt::format("{}FROM told_hits h {}WHERE h.content_id = $1 ORDER BY i.exhibit_id, "
                    "i.seq, h.list_id, h.match, n.entry, h.entry_id, h.variant",
                    columns(HitsThat::count), kPlaces));
    if (!statement) {
        return fail(statement.error());
    }
    HitTeller teller(file.database(), take);
    (*statement)->start(content);
    auto read = (*statement)->each([&](Row& row) { return teller(row); });
    return read ? teller.end() : read;
}

Result<void> add_hits(Case& file, std::span<const HitRecord> hits) {
    Database& database = file.database();
    auto change = AuditedChange::begin(database, AuditAct::list_matched);
    if (!change) {
        return fail(std::move(change).error());
    }
    auto insert = database.prepare(kInsertHit);
    auto segment = database.prepare(kInsertSegment);
    if (!insert || !segment) {
        return fail(insert ? segment.error() : insert.error());
    }
    const auto last = database.scalar("SELECT COALESCE(max(id), 0) FROM hits");
    if (!last) {
        return fail(last.error());
    }
    RowId id = last->value_or(0);
    RowSealer sealer;
    for (const HitRecord& hit : hits) {
        const auto added = insert_hit(*insert, *segment, sealer, id + 1, hit);
        if (!added) {
            return fail(added.error());
        }
        id += *added ? 1 : 0;
    }
    std::set<RowId> lists;
    for (const HitRecord& hit : hits) {
        if (lists.insert(hit.list).second) {
            if (auto noted = note_due(database, hit.list); !noted) {
                return noted;
            }
        }
    }
    Tallies tallies;
    for (const auto& stored :
         {tallies.hits(database, last->value_or(0)), tallies.store(database)}) {
        if (!stored) {
            return stored;
        }
    }
    sealer.move_into(change->entry());
    return change->commit();
}

Result<bool> is_examined(Case& file, std::span<const std::byte, 32> sha256) {
    if (auto led = lead_by_indexes(file.database(), LeadFor::connection); !led) {
        return fail(std::move(led).error());
    }
    const auto statement = file.database().kept(fmt::format(
        "SELECT CASE WHEN c.media_error_code = 'skipped' THEN 0 ELSE 1 END FROM contents c "
        "WHERE {}",
        is_content("$1", "$2")));
    if (!statement) {
        return fail(statement.error());
    }
    const auto examined = (*statement)->scalar(index_start(sha256), ByteView(sha256));
    if (!examined) {
        return fail(examined.error());
    }
    return examined->value_or(0) == 1;
}

Result<Bytes> thumbnail(Case& file, RowId content) {
    const auto statement =
        file.database().kept("SELECT bytes FROM thumbnails WHERE content_id = $1");
    if (!statement) {
        return fail(statement.error());
    }
    Bytes bytes;
    (*statement)->start(content);
    auto read = (*statement)->each([&](Row& row) -> Result<void> {
        row.take(bytes);
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    return bytes;
}

} // namespace rempart::casefile
