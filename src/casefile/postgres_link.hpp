// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The pieces of the PostgreSQL driver that its parts share: owned handles, failures, and the
/// binary form of values (PostgreSQL 15 documentation, 55.2 and COPY "Binary Format").

#include <cstdint>
#include <memory>
#include <string>

#include <libpq-fe.h>

#include "casefile/driver.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;
struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgConnection = std::unique_ptr<PGconn, Finish>;

/// \return `unavailable` if the server cannot be reached, or says that it starts, stops, recovers
/// or
///         has no room; `refused` if it does not let us in; `invalid_argument` for a URL that is
///         none.
[[nodiscard]] Result<PgConnection> connect_postgres(const std::string& url);

/// Object identifiers of types, from the server's pg_type.dat; they never change.
enum class PgType : Oid {
    boolean = 16,
    blob = 17,
    int8 = 20,
    int2 = 21,
    int4 = 23,
    text = 25,
    oid = 26,
    numeric = 1700,
};
[[nodiscard]] PgType pg_type(ValueKind kind) noexcept;

/// The failure behind `result`, or behind the connection if that is lost: `unavailable`,
/// `invalid_argument` for a broken constraint, `refused` for a missing right or a lock that was not
/// to be had, `io` for the rest. \param result may be null.
[[nodiscard]] Error postgres_error(PGconn* connection, const PGresult* result);
/// Nothing if it succeeded, with or without rows.
[[nodiscard]] Result<void> check_result(PGconn* connection, const PGresult* result);
/// The five characters of SQLSTATE, or "".
[[nodiscard]] std::string sql_state(const PGresult* result);

/// An integer in the binary form of an int8.
[[nodiscard]] std::array<char, 8> int8_bytes(std::int64_t value) noexcept;
/// What a column of any integer type, a boolean or an integral numeric (a sum) holds; 0 for others.
[[nodiscard]] std::int64_t integer_of(PgType type, ByteView bytes) noexcept;

[[nodiscard]] std::unique_ptr<StatementDriver>
make_postgres_statement(PGconn* connection, std::string_view sql, unsigned number);
[[nodiscard]] std::unique_ptr<InserterDriver>
make_postgres_inserter(PGconn* connection, std::string_view table, std::string_view columns);

} // namespace rempart::casefile
