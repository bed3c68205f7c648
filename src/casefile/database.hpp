// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One connection to a case's database, SQLite or PostgreSQL: statements, bulk rows, transactions.
/// The repositories use the SQL that both share, with parameters $1, $2, ... in the order in which
/// they first stand in the text; what differs lies in driver.hpp (how a statement is run), the
/// migrations (types), the search (full text) and the work queue (who claims).
///
/// Not for two threads at once. Messages of errors name the database's code, never a value.

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "casefile/driver.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

/// The columns of the row that a statement stands on, taken from left to right. Valid until the
/// statement's next step. A value that does not fit its type (a damaged or foreign file) turns the
/// row bad: ask ok() once, after the last take().
class Row {
  public:
    explicit Row(StatementDriver& statement) : statement_(&statement) {}

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
        const bool is_null = statement_->is_null(column_);
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
    template <std::size_t N>
    void take_one(std::optional<std::array<std::byte, N>>& field) {
        field.reset();
        if (statement_->is_null(column_)) {
            ++column_;
            return;
        }
        take_one(field.emplace());
    }
    void take_one(std::string& field);
    void take_one(std::optional<std::string>& field);
    void take_one(Bytes& field);
    void take_one(TimeValue& field);
    void take_one(std::optional<Error>& field);

    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] ByteView blob();

    StatementDriver* statement_;
    int column_ = 0;
    bool ok_ = true;
};

/// Turns C++ values into the columns that stand for them, for statements, bulk rows and seals
/// alike: a TimeValue is two columns (micros, kind), an Error two (code, text). `Target` has
/// put_null(ValueKind), put_integer, put_text, put_blob.
template <typename Target>
class ColumnWriter {
  public:
    explicit ColumnWriter(Target& target) : target_(&target) {}

    template <typename... Args>
    void all(const Args&... args) {
        (one(args), ...);
    }
    template <std::integral T>
    void one(T value) {
        target_->put_integer(static_cast<std::int64_t>(value));
    }
    template <std::integral T>
    void one(const std::optional<T>& value) {
        value ? one(*value) : target_->put_null(ValueKind::integer);
    }
    template <std::size_t N>
    void one(const std::array<std::byte, N>& value) {
        target_->put_blob(ByteView(value));
    }
    void one(const Bytes& value) { target_->put_blob(ByteView(value)); }
    void one(ByteView value) { target_->put_blob(value); }
    void one(const std::string& value) { target_->put_text(value); }
    void one(std::string_view value) { target_->put_text(value); }
    void one(const char* value) { target_->put_text(value); }
    void one(const TimeValue& value) {
        value.kind == TimeKind::none ? target_->put_null(ValueKind::integer) : one(value.micros);
        one(static_cast<int>(value.kind));
    }
    void one(const std::optional<Error>& value) {
        if (value) {
            one(name(value->code));
            one(value->message);
        } else {
            target_->put_null(ValueKind::text);
            target_->put_null(ValueKind::text);
        }
    }

  private:
    Target* target_;
};

/// A prepared statement. Owned by whoever prepared it; must not outlive its Database.
class Statement {
  public:
    Statement() = default; ///< None: only to be assigned to.

    /// Binds the arguments to $1, $2, ... and runs the statement to its end. The arguments are used
    /// in place, not copied.
    template <typename... Args>
    [[nodiscard]] Result<void> run(const Args&... args) {
        bind(Lifetime::call, args...);
        return driver_->run();
    }
    /// The same for a statement that gives one number at most (a row id, a count): its first
    /// column, or nothing if there is no row or it is null.
    template <typename... Args>
    [[nodiscard]] Result<std::optional<std::int64_t>> scalar(const Args&... args) {
        bind(Lifetime::call, args...);
        return driver_->scalar();
    }
    /// Binds copies of the arguments; the rows then come from step().
    template <typename... Args>
    void start(const Args&... args) {
        bind(Lifetime::rows, args...);
    }
    /// True on a row, false after the last one.
    [[nodiscard]] Result<bool> step() { return driver_->step(); }
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
            Row row(*driver_);
            if (Result<void> taken = take(row); !taken) {
                reset();
                return taken;
            }
        }
    }
    /// Binds the arguments, runs the statement to its end, and calls take(Row&) for each row that
    /// it gave: for a statement that changes rows and tells which (RETURNING).
    template <typename Take, typename... Args>
    [[nodiscard]] Result<void> rows_of(Take&& take, const Args&... args) {
        bind(Lifetime::rows, args...);
        driver_->rows_at_once();
        return each(std::forward<Take>(take));
    }
    void reset() { driver_->reset(); }
    [[nodiscard]] StatementDriver& driver() const { return *driver_; }

  private:
    friend class Database;
    explicit Statement(std::unique_ptr<StatementDriver> driver) : driver_(std::move(driver)) {}

    template <typename... Args>
    void bind(Lifetime lifetime, const Args&... args) {
        driver_->begin_binding(lifetime);
        ColumnWriter<StatementDriver>(*driver_).all(args...);
    }

    std::unique_ptr<StatementDriver> driver_;
};

/// Many rows into one table, as fast as the database takes them. What was given is stored when
/// flush() returns, in the order given; rows not flushed are forgotten. For use inside one
/// Transaction; must not outlive its Database.
class Inserter {
  public:
    Inserter() = default; ///< None: only to be assigned to.
    /// The values of the columns, in their order. May keep the row back until flush().
    template <typename... Args>
    [[nodiscard]] Result<void> row(const Args&... args) {
        driver_->begin_row();
        ColumnWriter<InserterDriver>(*driver_).all(args...);
        return driver_->end_row();
    }
    [[nodiscard]] Result<void> flush() { return driver_->flush(); }
    [[nodiscard]] InserterDriver& driver() const { return *driver_; }

  private:
    friend class Database;
    explicit Inserter(std::unique_ptr<InserterDriver> driver) : driver_(std::move(driver)) {}
    std::unique_ptr<InserterDriver> driver_;
};

class Database {
  public:
    /// Takes a connection that a driver opened.
    Database(std::unique_ptr<ConnectionDriver> driver, Access access)
        : driver_(std::move(driver)), access_(access) {}

    [[nodiscard]] Dialect dialect() const { return driver_->dialect(); }
    /// Runs constant SQL text of one or more statements without parameters.
    [[nodiscard]] Result<void> exec(const char* sql) { return driver_->exec(sql); }
    [[nodiscard]] Result<void> exec(const std::string& sql) { return driver_->exec(sql.c_str()); }
    [[nodiscard]] Result<Statement> prepare(std::string_view sql);
    /// Rows for `columns` ("a, b, c") of `table`, both names of our own schema.
    [[nodiscard]] Result<Inserter> inserter(std::string_view table, std::string_view columns);
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

    [[nodiscard]] bool in_transaction() const { return driver_->in_transaction(); }
    [[nodiscard]] Access access() const { return access_; }
    /// Why what is done through this connection is done: Case::act_for.
    [[nodiscard]] const std::string& purpose() const { return purpose_; }
    void set_purpose(std::string purpose) { purpose_ = std::move(purpose); }
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
    [[nodiscard]] ConnectionDriver& driver() { return *driver_; }

  private:
    std::unique_ptr<ConnectionDriver> driver_;
    Access access_;
    std::string purpose_;
    std::map<std::string, Statement, std::less<>> kept_; // ended before the connection is closed
};

/// All or nothing, one writer of a case at a time: begins when no other connection writes, and
/// rolls back when it is destroyed before commit(). Inside another transaction of
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

} // namespace rempart::casefile
