// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One connection to the case's SQLite file: open, statements, transactions. Together with
/// migrations.cpp and search.cpp this is all that knows which database it is; the repositories use
/// the SQL that SQLite and PostgreSQL share, with parameters $1, $2, ... in the order in which they
/// first stand in the text.
///
/// Not for two threads at once. Messages of errors name SQLite's result code, never a value.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include "rempart/casefile/case.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

/// The columns of the row that a statement stands on, taken from left to right. Valid until the
/// statement's next step. A value that does not fit its type (a damaged or foreign file) turns the
/// row bad: ask ok() once, after the last take().
class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    /// Fills `fields` from the next columns; a TimeValue takes two (micros, kind), an Error two
    /// (code, text). Returns ok().
    template <typename... Fields>
    bool take(Fields&... fields) {
        (take_one(fields), ...);
        return ok_;
    }
    [[nodiscard]] bool ok() const { return ok_; }
    /// The failure to return when ok() is false.
    [[nodiscard]] static tl::unexpected<Error> damaged();

  private:
    template <std::integral T>
    void take_one(T& field) {
        field = static_cast<T>(integer());
    }
    template <std::integral T>
    void take_one(std::optional<T>& field) {
        const bool is_null = sqlite3_column_type(statement_, column_) == SQLITE_NULL;
        const std::int64_t value = integer();
        field = is_null ? std::nullopt : std::optional<T>(static_cast<T>(value));
    }
    template <std::size_t N>
    void take_one(std::array<std::byte, N>& field) {
        const ByteView bytes = blob();
        if (bytes.size() != N) {
            ok_ = false;
            return;
        }
        std::copy(bytes.begin(), bytes.end(), field.begin());
    }
    void take_one(std::string& field);
    void take_one(std::optional<std::string>& field);
    void take_one(Bytes& field);
    void take_one(TimeValue& field);
    void take_one(std::optional<Error>& field);

    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] ByteView blob();

    sqlite3_stmt* statement_;
    int column_ = 0;
    bool ok_ = true;
};

/// A prepared statement. Owned by whoever prepared it; must not outlive its Database.
class Statement {
  public:
    Statement() = default; ///< None: only to be assigned to.

    /// Binds the arguments to $1, $2, ... and runs the statement to its end. The arguments are used
    /// in place, not copied.
    template <typename... Args>
    [[nodiscard]] Result<void> run(const Args&... args) {
        begin_binding(SQLITE_STATIC);
        (bind_one(args), ...);
        return finish_run();
    }
    /// The same for a statement that gives one number at most (a row id, a count): its first
    /// column, or nothing if there is no row or it is null.
    template <typename... Args>
    [[nodiscard]] Result<std::optional<std::int64_t>> scalar(const Args&... args) {
        begin_binding(SQLITE_STATIC);
        (bind_one(args), ...);
        return finish_scalar();
    }
    /// Binds copies of the arguments; the rows then come from step().
    template <typename... Args>
    void start(const Args&... args) {
        begin_binding(SQLITE_TRANSIENT);
        (bind_one(args), ...);
    }
    /// True on a row, false after the last one.
    [[nodiscard]] Result<bool> step();
    /// Calls take(Row&) -> Result<void> for each row; its failure ends the loop.
    template <typename Take>
    [[nodiscard]] Result<void> each(Take&& take) {
        for (;;) {
            auto more = step();
            if (!more) {
                return fail(std::move(more).error());
            }
            if (!*more) {
                return {};
            }
            Row row(handle_.get());
            if (Result<void> taken = take(row); !taken) {
                reset();
                return taken;
            }
        }
    }
    void reset() { sqlite3_reset(handle_.get()); }
    [[nodiscard]] sqlite3_stmt* handle() const { return handle_.get(); }

  private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    explicit Statement(sqlite3_stmt* statement) : handle_(statement) {}

    void begin_binding(sqlite3_destructor_type lifetime);
    [[nodiscard]] Result<void> finish_run();
    [[nodiscard]] Result<std::optional<std::int64_t>> finish_scalar();

    template <std::integral T>
    void bind_one(T value) {
        note(sqlite3_bind_int64(handle_.get(), ++bound_, static_cast<std::int64_t>(value)));
    }
    template <std::integral T>
    void bind_one(const std::optional<T>& value) {
        value ? bind_one(*value) : bind_null();
    }
    template <std::size_t N>
    void bind_one(const std::array<std::byte, N>& value) {
        bind_one(ByteView(value));
    }
    void bind_one(const Bytes& value) { bind_one(ByteView(value)); }
    void bind_one(const std::string& value) { bind_one(std::string_view(value)); }
    void bind_one(std::string_view value);
    void bind_one(ByteView value);
    void bind_one(const TimeValue& value);
    void bind_one(const std::optional<Error>& value);
    void bind_null() { note(sqlite3_bind_null(handle_.get(), ++bound_)); }
    void note(int code) { bind_code_ = bind_code_ == SQLITE_OK ? code : bind_code_; }

    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
    sqlite3_destructor_type lifetime_ = SQLITE_STATIC;
    int bound_ = 0;
    int bind_code_ = SQLITE_OK;
};

class Database {
  public:
    /// Opens an existing file. With Access::read nothing can be changed through this connection.
    /// \return `io`, `malformed` if it is no SQLite file.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                                Access access);

    /// Runs constant SQL text of one or more statements without parameters.
    [[nodiscard]] Result<void> exec(const char* sql);
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    /// The same, kept for the next call with that text: for single rows that are asked for often.
    /// Valid as long as this; not for use inside its own rows.
    [[nodiscard]] Result<Statement*> kept(std::string_view sql);
    /// Prepares `sql` and runs it once.
    template <typename... Args>
    [[nodiscard]] Result<void> run(std::string_view sql, const Args&... args) {
        auto statement = prepare(sql);
        if (!statement) {
            return fail(std::move(statement).error());
        }
        return statement->run(args...);
    }
    template <typename... Args>
    [[nodiscard]] Result<std::optional<std::int64_t>> scalar(std::string_view sql,
                                                             const Args&... args) {
        auto statement = prepare(sql);
        if (!statement) {
            return fail(std::move(statement).error());
        }
        return statement->scalar(args...);
    }
    /// Prepares `sql`, binds copies of the arguments, and calls take(Row&) for each row.
    template <typename Take, typename... Args>
    [[nodiscard]] Result<void> each(std::string_view sql, Take&& take, const Args&... args) {
        auto statement = prepare(sql);
        if (!statement) {
            return fail(std::move(statement).error());
        }
        statement->start(args...);
        return statement->each(std::forward<Take>(take));
    }

    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    [[nodiscard]] Access access() const { return access_; }
    /// While it lives, changes are possible through a connection that was opened for reading: for
    /// what is derived (the word index) and for temporary tables only.
    class WriteWindow {
      public:
        explicit WriteWindow(Database& database);
        ~WriteWindow();
        WriteWindow(const WriteWindow&) = delete;
        WriteWindow& operator=(const WriteWindow&) = delete;

      private:
        Database& database_;
    };
    /// Keeps the case's write lock as long as the connection.
    void hold(UniqueFd lock) { lock_ = std::move(lock); }
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    Database(sqlite3* handle, Access access) : handle_(handle), access_(access) {}
    [[nodiscard]] Result<void> configure();

    UniqueFd lock_; // released after the connection is closed
    std::unique_ptr<sqlite3, Close> handle_;
    Access access_;
    std::map<std::string, Statement, std::less<>> kept_; // finalised before the handle is closed
};

/// All or nothing: rolls back when it is destroyed before commit(). Inside another transaction of
/// the same connection it is a part of that one: its own failure undoes its own part, and what it
/// commits lasts when the outer one is committed.
class Transaction {
  public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept
        : database_(std::exchange(other.database_, nullptr)), nested_(other.nested_) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    [[nodiscard]] Result<void> commit();

  private:
    Transaction(Database& database, bool nested) : database_(&database), nested_(nested) {}
    Database* database_;
    bool nested_;
};

/// One unchanging view of the case for several queries in a row, whatever another process commits
/// meanwhile.
class Snapshot {
  public:
    [[nodiscard]] static Result<Snapshot> begin(Database& database);
    Snapshot(Snapshot&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Snapshot& operator=(Snapshot&&) = delete;
    ~Snapshot();

  private:
    explicit Snapshot(Database* database) : database_(database) {}
    Database* database_; ///< Null inside an outer transaction, which is a view already.
};

/// The failure that SQLite's result `code` means: `integrity` for a damaged file, `malformed` for
/// no database, `refused` if another process is in the way, `invalid_argument` for a broken
/// constraint, `io` for the rest (disk full, read-only, permissions).
[[nodiscard]] Error database_error(sqlite3* database, int code);

} // namespace rempart::casefile
