// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/contents.hpp"
#include "casefile/database.hpp"
#include "casefile/ingest_statements.hpp"
#include "casefile/strongest_hit.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {

namespace {

constexpr std::string_view kColumns =
    "SELECT h.content_id, h.list_id, h.entry_id, h.match, h.algorithm, h.variant, h.distance, "
    "h.orientation, i.exhibit_id, i.seq, e.label, i.path, i.stream, c.sha256, l.name, l.polarity, "
    "l.scheme, n.entry, n.label, n.category ";
constexpr std::string_view kPlaces =
    "JOIN lists l ON l.id = h.list_id JOIN list_entries n ON n.id = h.entry_id "
    "JOIN contents c ON c.id = h.content_id JOIN items i ON i.content_id = h.content_id "
    "JOIN exhibits e ON e.id = i.exhibit_id ";

/// Rows of one place, list and kind of match, which follow each other, become one hit.
class HitTeller {
  public:
    explicit HitTeller(const std::function<Result<void>(const HitView&)>& take) : take_(take) {}

    Result<void> operator()(Row& row) {
        HitView view;
        HitRecord& hit = view.hit;
        Bytes sha256;
        Place place;
        if (!row.take(hit.content, hit.list, hit.entry, hit.match, hit.algorithm, hit.variant,
                      hit.distance, hit.orientation, place.first, place.second, view.exhibit_label,
                      view.item_path, view.item_stream, sha256, view.list_name, view.polarity,
                      view.scheme, view.entry, view.entry_label, view.category)) {
            return Row::damaged();
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
    const std::function<Result<void>(const HitView&)>& take_;
    Place last_;
    std::optional<StrongestHit> strongest_;
};

} // namespace

Result<void> each_hit(Case& file, const std::function<Result<void>(const HitView&)>& take) {
    HitTeller teller(take);
    // All rows that become one hit follow each other: `nearest` is the same for all of them.
    auto read = file.database().each(
        fmt::format("{}FROM (SELECT hits.*, MIN(distance) OVER (PARTITION BY content_id, list_id, "
                    "match) AS nearest FROM hits) h {}ORDER BY h.list_id, h.nearest, i.exhibit_id, "
                    "i.seq, h.match, n.entry, h.entry_id, h.variant",
                    kColumns, kPlaces),
        [&](Row& row) { return teller(row); });
    return read ? teller.end() : read;
}

Result<void> each_hit_of_items(Case& file, RowId exhibit, std::uint64_t first_seq,
                               std::uint64_t end_seq,
                               const std::function<Result<void>(const HitView&)>& take) {
    const auto statement = file.database().kept(
        fmt::format("{}FROM hits h {}WHERE i.exhibit_id = $1 AND i.seq >= $2 AND i.seq < $3 "
                    "ORDER BY i.seq, h.list_id, h.match, n.entry, h.entry_id, h.variant",
                    kColumns, kPlaces));
    if (!statement) {
        return fail(statement.error());
    }
    HitTeller teller(take);
    (*statement)->start(exhibit, first_seq, end_seq);
    auto read = (*statement)->each([&](Row& row) { return teller(row); });
    return read ? teller.end() : read;
}

Result<std::vector<FingerprintRecord>> fingerprints_of(Statement& statement, RowId content) {
    std::vector<FingerprintRecord> all;
    statement.start(content);
    auto read = statement.each([&](Row& row) -> Result<void> {
        FingerprintRecord& print = all.emplace_back();
        if (!row.take(print.algorithm, print.variant, print.quality, print.value,
                      print.orientations)) {
            return Row::damaged();
        }
        return {};
    });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<void> each_content(Case& file, const std::function<Result<void>(const ContentKeys&)>& take) {
    Database& database = file.database();
    const auto snapshot = Snapshot::begin(database);
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto prints = database.prepare(kFingerprintsOfContent);
    if (!prints) {
        return fail(std::move(prints).error());
    }
    const auto take_row = [&](Row& row) -> Result<void> {
        ContentKeys keys;
        bool is_picture = false;
        if (!row.take(keys.content, keys.sha256, keys.sha1, keys.md5, is_picture)) {
            return Row::damaged();
        }
        if (is_picture) {
            auto fingerprints = fingerprints_of(*prints, keys.content);
            if (!fingerprints) {
                return fail(std::move(fingerprints).error());
            }
            keys.fingerprints = std::move(*fingerprints);
        }
        return take(keys);
    };
    return database.each("SELECT id, sha256, sha1, md5, EXISTS (SELECT 1 FROM fingerprints f "
                         "WHERE f.content_id = contents.id) FROM contents ORDER BY id",
                         take_row);
}

Result<void> add_hits(Case& file, std::span<const HitRecord> hits) {
    Database& database = file.database();
    auto change = AuditedChange::begin(database, AuditAct::list_matched);
    if (!change) {
        return fail(std::move(change).error());
    }
    auto insert = database.prepare(kInsertHit);
    if (!insert) {
        return fail(std::move(insert).error());
    }
    const auto last = database.scalar("SELECT COALESCE(max(id), 0) FROM hits");
    if (!last) {
        return fail(last.error());
    }
    RowId id = last->value_or(0);
    RowSealer sealer;
    for (const HitRecord& hit : hits) {
        const auto added =
            insert->scalar(id + 1, hit.content, hit.list, hit.entry, hit.match, hit.algorithm,
                           hit.variant, hit.distance, hit.orientation);
        if (!added) {
            return fail(added.error());
        }
        if (*added) { // else it is stored already
            sealer.add(SealedTable::hits, ++id, hit.content, hit.list, hit.entry, hit.match,
                       hit.algorithm, hit.variant, hit.distance, hit.orientation);
        }
    }
    sealer.move_into(change->entry());
    return change->commit();
}

Result<bool> is_examined(Case& file, std::span<const std::byte, 32> sha256) {
    const auto statement = file.database().kept(
        "SELECT CASE WHEN media_error_code = 'skipped' THEN 0 ELSE 1 END FROM contents "
        "WHERE sha256 = $1");
    if (!statement) {
        return fail(statement.error());
    }
    const auto examined = (*statement)->scalar(ByteView(sha256));
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
