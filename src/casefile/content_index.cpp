// SPDX-License-Identifier: Apache-2.0
#include "casefile/content_index.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

// Our choice: what is moved is at least this part of the large table, so that each of its rows is
// written some twenty times at most.
constexpr std::int64_t kLargerBy = 16;

// Digests of one look-up stand in one parameter, one behind the other: both engines take it apart
// alike. So many fill some 64 KiB.
constexpr std::size_t kDigestsPerQuery = 2'048;

// Whether the exhibit has seen it is asked by a range of items_by_content: by two equalities a
// server takes the index of the exhibit's items where the exhibit is new to its figures, and goes
// through all of them for each content.
std::string facts(std::string_view exhibit) {
    return fmt::format(
        "c.id, c.sha256, c.size_bytes, CASE WHEN c.family = 'picture' THEN 1 ELSE 0 END, "
        "CASE WHEN c.family = 'video' THEN 1 ELSE 0 END, "
        "COALESCE(c.media_error_code, ''), "
        "COALESCE((SELECT p.partial_reason FROM pictures p WHERE p.content_id = c.id), "
        "(SELECT v.partial_reason FROM videos v WHERE v.content_id = c.id), ''), "
        "(SELECT count(DISTINCT h.list_id) FROM told_hits h WHERE h.content_id = c.id "
        "AND h.match = 'exact'), (SELECT count(DISTINCT h.list_id) FROM told_hits h "
        "WHERE h.content_id = c.id AND h.match = 'near'), CASE WHEN EXISTS (SELECT 1 FROM items i "
        "WHERE (i.content_id, i.exhibit_id) >= (c.id, {0}) "
        "AND (i.content_id, i.exhibit_id) <= (c.id, {0})) THEN 1 ELSE 0 END",
        exhibit);
}

std::string found_in(std::string_view index) {
    return fmt::format("SELECT {} FROM wanted w JOIN {} d ON d.start = substr(w.digest, 1, 8) "
                       "JOIN contents c ON c.id = d.content_id WHERE c.sha256 = w.digest",
                       facts("$3"), index);
}

} // namespace

std::string is_content(std::string_view start, std::string_view digest) {
    return fmt::format("c.id IN (SELECT content_id FROM content_index_new WHERE start = {0} "
                       "UNION ALL SELECT content_id FROM content_index WHERE start = {0}) "
                       "AND c.sha256 = {1}",
                       start, digest);
}

std::size_t DigestHash::operator()(const audit::Hash& digest) const noexcept {
    std::size_t first = 0;
    std::memcpy(&first, digest.data(), sizeof(first));
    return first;
}

Result<ContentIndex> ContentIndex::prepare(Database& database, RowId exhibit,
                                           std::int64_t least_moved) {
    ContentIndex index;
    index.database_ = &database;
    index.exhibit_ = exhibit;
    index.least_moved_ = least_moved;
    auto look_up = database.prepare(fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1), "
        "wanted AS (SELECT substr($2, i * 32 + 1, 32) AS digest FROM n) {} UNION ALL {}",
        found_in("content_index_new"), found_in("content_index")));
    auto by_row =
        database.prepare(fmt::format("SELECT {} FROM contents c WHERE c.id = $2", facts("$1")));
    auto add = database.inserter("content_index_new", "start, content_id");
    if (!look_up || !by_row || !add) {
        return fail(!look_up ? look_up.error() : !by_row ? by_row.error() : add.error());
    }
    index.look_up_ = std::move(*look_up);
    index.by_row_ = std::move(*by_row);
    index.add_ = std::move(*add);
    return index;
}

Result<void> ContentIndex::remember(Row& row) {
    StoredContent content;
    audit::Hash sha256{};
    if (!row.take(content.id, sha256, content.size_bytes, content.is_picture, content.is_video,
                  content.error_code, content.partial_reason, content.hits_exact, content.hits_near,
                  content.is_seen_here)) {
        return Row::damaged();
    }
    rows_[sha256] = content.id;
    contents_[content.id] = std::move(content);
    return {};
}

Result<void> ContentIndex::ask(std::span<const audit::Hash> digests) {
    Bytes wanted;
    for (const audit::Hash& digest : digests) {
        if (rows_.try_emplace(digest, 0).second) {
            wanted.insert(wanted.end(), digest.begin(), digest.end());
        }
    }
    return wanted.empty() ? Result<void>()
                          : look_up_.rows_of([&](Row& row) { return remember(row); },
                                             wanted.size() / sizeof(audit::Hash), wanted, exhibit_);
}

Result<void> ContentIndex::look_up(std::span<const audit::Hash> digests) {
    std::vector<audit::Hash> sorted(digests.begin(), digests.end()); // neighbours share pages
    std::ranges::sort(sorted);
    for (digests = sorted; !digests.empty();) {
        const auto some = digests.first(std::min(digests.size(), kDigestsPerQuery));
        if (auto asked = ask(some); !asked) {
            return asked;
        }
        digests = digests.subspan(some.size());
    }
    return {};
}

Result<StoredContent*> ContentIndex::find(const audit::Hash& sha256) {
    auto row = rows_.find(sha256);
    if (row == rows_.end()) {
        if (auto asked = look_up(std::span(&sha256, 1)); !asked) {
            return fail(std::move(asked).error());
        }
        row = rows_.find(sha256);
    }
    return row->second == 0 ? Result<StoredContent*>(nullptr) : find(row->second);
}

Result<StoredContent*> ContentIndex::find(RowId content) {
    auto known = contents_.find(content);
    if (known == contents_.end()) {
        auto read = by_row_.rows_of([&](Row& row) { return remember(row); }, exhibit_, content);
        if (!read) {
            return fail(std::move(read).error());
        }
        known = contents_.find(content);
    }
    return known == contents_.end() ? nullptr : &known->second;
}

void ContentIndex::add(const audit::Hash& sha256, const StoredContent& content) {
    rows_[sha256] = content.id;
    contents_[content.id] = content;
    added_.emplace_back(sha256, content.id);
    first_added_ = std::min(first_added_, content.id);
}

Result<void> ContentIndex::store(RowId last_content) {
    std::ranges::sort(added_); // neighbours share pages
    for (const auto& [sha256, row] : added_) {
        if (auto stored = add_.row(index_start(sha256), row); !stored) {
            return stored;
        }
    }
    if (auto stored = add_.flush(); !stored || added_.empty()) {
        return stored;
    }
    added_.clear();
    // PostgreSQL's log holds a page once a checkpoint and then rows: there one table is enough.
    // SQLite's holds each page that a commit touches.
    if (database_->dialect() == Dialect::postgres && least_moved_ == kLeastMoved) {
        return {};
    }
    const auto moved =
        database_->scalar("SELECT done_id FROM search_progress WHERE source = 'contents'");
    if (!moved) {
        return fail(moved.error());
    }
    const std::int64_t large = moved->value_or(0);
    if (last_content - large < std::max(least_moved_, large / kLargerBy)) {
        return {};
    }
    auto done = database_->exec(
        "INSERT INTO content_index (start, content_id) "
        "SELECT start, content_id FROM content_index_new ORDER BY start, content_id; "
        "DELETE FROM content_index_new");
    return done
               ? database_->run("UPDATE search_progress SET done_id = $1 WHERE source = 'contents'",
                                last_content)
               : done;
}

void ContentIndex::clear() {
    rows_.clear();
    contents_.clear();
    added_.clear();
    first_added_ = std::numeric_limits<RowId>::max();
}

Result<void> rebuild_content_index(Database& database) {
    return database.exec(
        "DELETE FROM content_index_new; DELETE FROM content_index; "
        "INSERT INTO content_index (start, content_id) "
        "SELECT substr(sha256, 1, 8), id FROM contents ORDER BY 1, 2; "
        "UPDATE search_progress SET done_id = (SELECT COALESCE(max(id), 0) FROM contents) "
        "WHERE source = 'contents'");
}

Result<void> check_content_index(Database& database) {
    constexpr std::pair<const char*, const char*> kFaults[] = {
        {"SELECT c.id FROM contents c WHERE "
         "(SELECT count(*) FROM content_index d WHERE d.start = substr(c.sha256, 1, 8) "
         "AND d.content_id = c.id) + (SELECT count(*) FROM content_index_new d "
         "WHERE d.start = substr(c.sha256, 1, 8) AND d.content_id = c.id) <> 1 LIMIT 1",
         "does not stand in the index of digests once"},
        {"SELECT c.id FROM contents c JOIN (SELECT start, content_id FROM content_index UNION ALL "
         "SELECT start, content_id FROM content_index_new) d ON d.start = substr(c.sha256, 1, 8) "
         "AND d.content_id < c.id JOIN contents o ON o.id = d.content_id AND o.sha256 = c.sha256 "
         "LIMIT 1",
         "has the SHA-256 of an earlier one"},
    };
    for (const auto& [sql, what] : kFaults) {
        const auto fault = database.scalar(sql);
        if (!fault) {
            return fail(fault.error());
        }
        if (fault->has_value()) {
            return fail(Errc::integrity, fmt::format("content {} {}", fault->value(), what));
        }
    }
    return {};
}

} // namespace rempart::casefile
