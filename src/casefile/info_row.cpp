// SPDX-License-Identifier: Apache-2.0
#include "casefile/info_row.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/file_ops.hpp"

namespace rempart::casefile {
namespace {

// What neither may be without: the law asks for each (purpose limitation, storage limitation).
Result<void> check_required(const CaseInfo& info, std::string_view what) {
    const std::pair<const char*, const std::string&> fields[] = {
        {"a name", info.name},
        {"an authority", info.authority},
        {"a legal basis", info.legal_basis},
        {"a purpose", info.purpose},
        {"a review date", info.review_date}};
    for (const auto& [needed, value] : fields) {
        if (value.find_first_not_of(" \t\r\n") == std::string::npos) {
            return fail(Errc::invalid_argument, fmt::format("a {} needs {}", what, needed));
        }
    }
    if (info.review_date.size() != 10 || !parse_time(info.review_date + "T00:00:00")) {
        return fail(Errc::invalid_argument,
                    "the review date is not a day that exists, as YYYY-MM-DD");
    }
    return {};
}

TimeValue now() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {TimeKind::utc,
            std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

} // namespace

Result<CaseInfo> complete_info(const CaseInfo& info, std::string_view what) {
    if (auto checked = check_required(info, what); !checked) {
        return fail(std::move(checked).error());
    }
    auto id = make_uuid();
    if (!id) {
        return fail(std::move(id).error());
    }
    CaseInfo complete = info;
    complete.id = std::move(*id);
    if (complete.created.kind != TimeKind::utc) {
        complete.created = now();
    }
    return complete;
}

Result<void> insert_info(Database& database, std::string_view table, const CaseInfo& info) {
    return database.run(
        fmt::format("INSERT INTO {} (only_row, id, name, authority, legal_basis, purpose, "
                    "review_date, created_us, created_kind) "
                    "VALUES (1, $1, $2, $3, $4, $5, $6, $7, $8)",
                    table),
        info.id, info.name, info.authority, info.legal_basis, info.purpose, info.review_date,
        info.created);
}

Result<CaseInfo> read_info(Database& database, std::string_view table) {
    CaseInfo info;
    bool found = false;
    auto read = database.each(
        fmt::format("SELECT id, name, authority, legal_basis, purpose, review_date, created_us, "
                    "created_kind FROM {}",
                    table),
        [&](Row& row) -> Result<void> {
            found = true;
            if (!row.take(info.id, info.name, info.authority, info.legal_basis, info.purpose,
                          info.review_date, info.created)) {
                return Row::damaged();
            }
            return {};
        });
    if (!read) {
        return fail(std::move(read).error());
    }
    if (!found) {
        return fail(Errc::malformed, "it does not say what it is");
    }
    return info;
}

Result<void> begin_log_over(Database& database, AuditEntry entry,
                            std::span<const SealedTableFacts> tables) {
    if (auto begun = begin_log(database); !begun) {
        return begun;
    }
    for (const SealedTableFacts& table : tables) {
        auto sealed = seal_stored(database, table.table, std::numeric_limits<RowId>::min(),
                                  std::numeric_limits<RowId>::max(), entry.seals);
        if (!sealed) {
            return sealed;
        }
    }
    if (const auto logged = append(database, entry); !logged) {
        return fail(logged.error());
    }
    return {};
}

} // namespace rempart::casefile
