// SPDX-License-Identifier: Apache-2.0
#include <cassert>
#include <deque>
#include <vector>

#include <fmt/format.h>

#include "casefile/postgres_link.hpp"

namespace rempart::casefile {
namespace {

constexpr int kBinary = 1;
constexpr int kRowsPerFetch = 1'000; // of about 1 KiB: one round trip costs more than they do

/// The parameters of one execution, in the binary form.
class Parameters {
  public:
    void clear(Lifetime lifetime) {
        lifetime_ = lifetime;
        types_.clear();
        values_.clear();
        sizes_.clear();
        owned_.clear();
        has_nul_ = false;
    }
    void null(ValueKind kind) { add(kind, nullptr, 0); }
    void integer(std::int64_t value) {
        const auto bytes = int8_bytes(value);
        const std::string& kept = owned_.emplace_back(bytes.data(), bytes.size());
        add(ValueKind::integer, kept.data(), kept.size());
    }
    void text(std::string_view value) {
        has_nul_ = has_nul_ || value.find('\0') != std::string_view::npos;
        bytes(ValueKind::text, value);
    }
    void blob(ByteView value) { bytes(ValueKind::blob, chars_of(value)); }

    [[nodiscard]] bool has_nul() const { return has_nul_; }
    [[nodiscard]] int count() const { return static_cast<int>(values_.size()); }
    [[nodiscard]] const Oid* types() const { return types_.data(); }
    [[nodiscard]] const char* const* values() const { return values_.data(); }
    [[nodiscard]] const int* sizes() const { return sizes_.data(); }
    [[nodiscard]] const int* formats() {
        formats_.assign(values_.size(), kBinary);
        return formats_.data();
    }

  private:
    void bytes(ValueKind kind, std::string_view value) {
        if (lifetime_ == Lifetime::rows || value.data() == nullptr) {
            value = owned_.emplace_back(value); // a null pointer would mean NULL
        }
        add(kind, value.data(), value.size());
    }
    void add(ValueKind kind, const char* data, std::size_t size) {
        types_.push_back(static_cast<Oid>(pg_type(kind)));
        values_.push_back(data);
        sizes_.push_back(static_cast<int>(size));
    }

    Lifetime lifetime_ = Lifetime::call;
    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> sizes_, formats_;
    std::deque<std::string> owned_; // whose elements stay where they are
    bool has_nul_ = false;
};

/// Prepared at its first run, because the types of the parameters are known only then. Rows come
/// through a cursor, so that other statements may run between two of them. What gives many rows is
/// planned anew each time: a plan that was made while a table was small would read all of it when
/// it is large.
class PostgresStatement final : public StatementDriver {
  public:
    PostgresStatement(PGconn* connection, std::string_view sql, unsigned number)
        : connection_(connection), sql_(sql), name_(fmt::format("rempart_{}", number)) {}
    PostgresStatement(const PostgresStatement&) = delete;
    PostgresStatement& operator=(const PostgresStatement&) = delete;
    ~PostgresStatement() override {
        close_cursor();
        if (prepared_ && PQtransactionStatus(connection_) != PQTRANS_INERROR) {
            const PgResult gone(PQexec(connection_, fmt::format("DEALLOCATE {}", name_).c_str()));
        }
    }

    void begin_binding(Lifetime lifetime) override {
        close_cursor();
        at_once_ = false;
        rows_.reset();
        parameters_.clear(lifetime);
    }
    void put_null(ValueKind kind) override { parameters_.null(kind); }
    void put_integer(std::int64_t value) override { parameters_.integer(value); }
    void put_text(std::string_view value) override { parameters_.text(value); }
    void put_blob(ByteView value) override { parameters_.blob(value); }

    Result<void> run() override { return execute(); }
    Result<std::optional<std::int64_t>> scalar() override {
        if (auto done = execute(); !done) {
            return fail(std::move(done).error());
        }
        row_ = 0;
        std::optional<std::int64_t> value;
        if (PQntuples(rows_.get()) > 0 && !is_null(0)) {
            value = integer(0);
        }
        return value;
    }
    Result<bool> step() override {
        if (at_once_) {
            return step_at_once();
        }
        if (state_ == State::idle) {
            if (auto opened = open_cursor(); !opened) {
                return fail(std::move(opened).error());
            }
        } else if (++row_ < PQntuples(rows_.get())) {
            return true;
        } else if (PQntuples(rows_.get()) < kRowsPerFetch) {
            close_cursor();
            return false;
        }
        return fetch();
    }
    void reset() override { close_cursor(); }
    void rows_at_once() override { at_once_ = true; }

    [[nodiscard]] bool is_null(int column) const override {
        return PQgetisnull(rows_.get(), row_, column) != 0;
    }
    [[nodiscard]] std::int64_t integer(int column) const override {
        return is_null(column) ? 0
                               : integer_of(PgType{PQftype(rows_.get(), column)}, bytes(column));
    }
    [[nodiscard]] ByteView bytes(int column) const override {
        const char* data = PQgetvalue(rows_.get(), row_, column);
        const auto size = static_cast<std::size_t>(PQgetlength(rows_.get(), row_, column));
        return bytes_of(std::string_view(data, size));
    }

  private:
    enum class State : std::uint8_t { idle, rows, rows_in_own_transaction };

    Result<bool> step_at_once() {
        if (state_ == State::idle) {
            if (auto done = execute(); !done) {
                return fail(std::move(done).error());
            }
            state_ = State::rows;
            row_ = -1;
        }
        if (++row_ < PQntuples(rows_.get())) {
            return true;
        }
        state_ = State::idle;
        return false;
    }

    Result<void> execute() {
        if (parameters_.has_nul()) {
            return fail(nul_in_text());
        }
        if (at_once_) {
            rows_.reset(PQexecParams(connection_, sql_.c_str(), parameters_.count(),
                                     parameters_.types(), parameters_.values(), parameters_.sizes(),
                                     parameters_.formats(), kBinary));
            return check_result(connection_, rows_.get());
        }
        if (!prepared_) {
            const PgResult made(PQprepare(connection_, name_.c_str(), sql_.c_str(),
                                          parameters_.count(), parameters_.types()));
            if (auto checked = check_result(connection_, made.get()); !checked) {
                return checked;
            }
            prepared_ = true;
        }
        rows_.reset(PQexecPrepared(connection_, name_.c_str(), parameters_.count(),
                                   parameters_.values(), parameters_.sizes(), parameters_.formats(),
                                   kBinary));
        return check_result(connection_, rows_.get());
    }

    // A cursor lives in a transaction: one of its own if there is none.
    Result<void> open_cursor() {
        if (parameters_.has_nul()) {
            return fail(nul_in_text());
        }
        const bool own = PQtransactionStatus(connection_) == PQTRANS_IDLE;
        if (own) {
            const PgResult begun(PQexec(connection_, "BEGIN"));
            if (auto checked = check_result(connection_, begun.get()); !checked) {
                return checked;
            }
        }
        state_ = own ? State::rows_in_own_transaction : State::rows;
        const PgResult made(PQexecParams(
            connection_, fmt::format("DECLARE {} NO SCROLL CURSOR FOR {}", name_, sql_).c_str(),
            parameters_.count(), parameters_.types(), parameters_.values(), parameters_.sizes(),
            parameters_.formats(), kBinary));
        auto checked = check_result(connection_, made.get());
        if (!checked) {
            close_cursor();
        }
        return checked;
    }

    Result<bool> fetch() {
        rows_.reset(PQexecParams(connection_,
                                 fmt::format("FETCH {} FROM {}", kRowsPerFetch, name_).c_str(), 0,
                                 nullptr, nullptr, nullptr, nullptr, kBinary));
        if (auto checked = check_result(connection_, rows_.get()); !checked) {
            close_cursor();
            return fail(std::move(checked).error());
        }
        row_ = 0;
        if (PQntuples(rows_.get()) > 0) {
            return true;
        }
        close_cursor();
        return false;
    }

    void close_cursor() {
        if (state_ == State::rows_in_own_transaction) {
            const PgResult ended(PQexec(connection_, "COMMIT"));
        } else if (state_ == State::rows && PQtransactionStatus(connection_) == PQTRANS_INTRANS) {
            const PgResult closed(PQexec(connection_, fmt::format("CLOSE {}", name_).c_str()));
        }
        state_ = State::idle;
    }

    PGconn* connection_;
    std::string sql_, name_;
    Parameters parameters_;
    PgResult rows_;
    int row_ = 0;
    bool prepared_ = false;
    bool at_once_ = false;
    State state_ = State::idle;
};

} // namespace

std::unique_ptr<StatementDriver> make_postgres_statement(PGconn* connection, std::string_view sql,
                                                         unsigned number) {
    return std::make_unique<PostgresStatement>(connection, sql, number);
}

} // namespace rempart::casefile
