// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a database engine has to offer so that a case can live in it. One implementation a file:
/// sqlite_driver.cpp, postgres_driver.cpp. Only database.hpp uses these; the repositories use that.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

enum class Dialect : std::uint8_t { sqlite, postgres };

/// What a null stands in for: PostgreSQL wants to know the type of every parameter.
enum class ValueKind : std::uint8_t { integer, text, blob };

/// How long bound values stay where they are: for this call, or not even that long (rows are
/// fetched later: copy them).
enum class Lifetime : std::uint8_t { call, rows };

/// One prepared statement, its parameters and the row it stands on.
class StatementDriver {
  public:
    virtual ~StatementDriver() = default;

    /// Forgets the row and the parameters; then put_... once for each of $1, $2, ...
    virtual void begin_binding(Lifetime lifetime) = 0;
    virtual void put_null(ValueKind kind) = 0;
    virtual void put_integer(std::int64_t value) = 0;
    /// A text with a NUL makes the next run fail: PostgreSQL cannot store one.
    virtual void put_text(std::string_view value) = 0;
    virtual void put_blob(ByteView value) = 0;

    /// To the end, rows ignored.
    [[nodiscard]] virtual Result<void> run() = 0;
    /// To the end; the first column of the first row, if there is one that is not null.
    [[nodiscard]] virtual Result<std::optional<std::int64_t>> scalar() = 0;
    /// The next row: true on one, false behind the last.
    [[nodiscard]] virtual Result<bool> step() = 0;
    virtual void reset() = 0;
    /// The rows of the next steps come of one run to the end, not one by one.
    virtual void rows_at_once() {}

    [[nodiscard]] virtual bool is_null(int column) const = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    /// The bytes of a text or blob; valid until the next step.
    [[nodiscard]] virtual ByteView bytes(int column) const = 0;
};

/// Rows on their way into one table.
class InserterDriver {
  public:
    virtual ~InserterDriver() = default;
    virtual void begin_row() = 0;
    virtual void put_null(ValueKind kind) = 0;
    virtual void put_integer(std::int64_t value) = 0;
    virtual void put_text(std::string_view value) = 0;
    virtual void put_blob(ByteView value) = 0;
    [[nodiscard]] virtual Result<void> end_row() = 0;
    [[nodiscard]] virtual Result<void> flush() = 0;
};

class ConnectionDriver {
  public:
    virtual ~ConnectionDriver() = default;
    [[nodiscard]] virtual Dialect dialect() const = 0;
    [[nodiscard]] virtual Result<void> exec(const char* sql) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<StatementDriver>>
    prepare(std::string_view sql) = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<InserterDriver>>
    inserter(std::string_view table, std::string_view columns) = 0;
    [[nodiscard]] virtual bool in_transaction() const = 0;
    /// Begins a transaction that writes, once no other connection does; \return `refused` if that
    /// takes too long.
    [[nodiscard]] virtual Result<void> begin_write() = 0;
    /// Begins one that reads one unchanging state.
    [[nodiscard]] virtual Result<void> begin_snapshot() = 0;
    /// Lets a connection for reading write, or no longer.
    virtual void allow_writes(bool allowed) = 0;
};

/// "case database: a text holds a NUL byte".
[[nodiscard]] Error nul_in_text();

} // namespace rempart::casefile
