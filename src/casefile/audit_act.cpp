// SPDX-License-Identifier: Apache-2.0
// Acts that are logged by themselves.
#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/case_files.hpp"
#include "casefile/database.hpp"
#include "casefile/postgres_driver.hpp"
#include "casefile/sqlite_driver.hpp"
#include "rempart/casefile/audit.hpp"
#include "rempart/casefile/memory.hpp"

namespace rempart::casefile {
namespace {

Result<std::uint64_t> record_through(Database& database, const AuditEntry& entry) {
    auto transaction = Transaction::begin(database);
    if (!transaction) {
        return fail(std::move(transaction).error());
    }
    const auto index = append(database, entry);
    if (!index) {
        return index;
    }
    if (auto committed = transaction->commit(); !committed) {
        return fail(std::move(committed).error());
    }
    return index;
}

// What is read stays read-only; the log gets a connection for as long as one record takes.
Result<std::uint64_t> record_apart(Result<std::unique_ptr<ConnectionDriver>> driver,
                                   const AuditEntry& entry) {
    Result<std::uint64_t> index = 0;
    if (driver) {
        Database database(std::move(*driver), Access::write);
        index = record_through(database, entry);
    } else {
        index = fail(std::move(driver).error());
    }
    if (!index && index.error().code != Errc::invalid_argument) {
        return fail(index.error().code, fmt::format("the act cannot be logged, so it is not done "
                                                    "({})",
                                                    index.error().message));
    }
    return index;
}

} // namespace

Result<std::uint64_t> record_act(Case& file, const AuditEntry& entry) {
    if (file.database().access() == Access::write) {
        return record_through(file.database(), entry);
    }
    // It needs no write lock of the case: a log record touches no row that the writer holds.
    return record_apart(
        file.on_server()
            ? open_postgres(file.place(), Access::write)
            : open_sqlite(std::filesystem::path(file.place()) / kDatabaseName, Access::write, {}),
        entry);
}

Result<std::uint64_t> record_act(Memory& memory, const AuditEntry& entry) {
    return memory.database().access() == Access::write
               ? record_through(memory.database(), entry)
               : record_apart(open_postgres(memory.place(), Access::write), entry);
}

} // namespace rempart::casefile
