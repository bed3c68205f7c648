// SPDX-License-Identifier: Apache-2.0
#include "casefile/sqlite_driver.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

Errc errc_of(int code) {
    switch (code & 0xFF) { // the low byte is the primary code of an extended one
    case SQLITE_CORRUPT: return Errc::integrity;
    case SQLITE_NOTADB: return Errc::malformed;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Errc::refused;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE: return Errc::invalid_argument;
    case SQLITE_TOOBIG: return Errc::limit_exceeded;
    case SQLITE_INTERRUPT: return Errc::interrupted;
    default: return Errc::io;
    }
}

// Our choice, because a commit of a batch every second or so costs less than a hundredth of it, and
// then a power failure loses nothing that was reported as stored. See docs/adr.
constexpr const char* kPragmas = "PRAGMA foreign_keys = ON;"
                                 "PRAGMA synchronous = FULL;"
                                 "PRAGMA cache_size = -65536;"           // 64 MiB at most
                                 "PRAGMA wal_autocheckpoint = 4096;"     // pages: 16 MiB
                                 "PRAGMA journal_size_limit = 67108864;" // what stays on disk
                                 "PRAGMA cell_size_check = ON;";

constexpr int kBusyMillis = 5'000; // a reader waits this long for the recovery after a crash

// A case file may come from elsewhere: its schema gets no say in what code runs.
int harden(sqlite3* database) {
    struct Setting {
        int option;
        int value;
    };
    for (const auto [option, value] :
         {Setting{SQLITE_DBCONFIG_DEFENSIVE, 1}, Setting{SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
          Setting{SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, Setting{SQLITE_DBCONFIG_DQS_DML, 0},
          Setting{SQLITE_DBCONFIG_DQS_DDL, 0}}) {
        if (const int code = sqlite3_db_config(database, option, value, nullptr);
            code != SQLITE_OK) {
            return code;
        }
    }
    return sqlite3_busy_timeout(database, kBusyMillis);
}

// "$1", "$2", ... in this order: then PostgreSQL numbers them as SQLite does.
[[maybe_unused]] bool parameters_are_in_order(sqlite3_stmt* statement) {
    for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
        const char* name = sqlite3_bind_parameter_name(statement, i);
        if (name == nullptr || name != fmt::format("${}", i)) {
            return false;
        }
    }
    return true;
}

/// Binds values to a statement of SQLite.
class Binder {
  public:
    explicit Binder(sqlite3_stmt* handle) : handle_(handle) {}

    void begin(Lifetime lifetime) {
        sqlite3_reset(handle_);
        lifetime_ = lifetime == Lifetime::call ? SQLITE_STATIC : SQLITE_TRANSIENT;
        bound_ = 0;
        code_ = SQLITE_OK;
        has_nul_ = false;
    }
    void null() { note(sqlite3_bind_null(handle_, ++bound_)); }
    void integer(std::int64_t value) { note(sqlite3_bind_int64(handle_, ++bound_, value)); }
    void text(std::string_view value) {
        has_nul_ = has_nul_ || value.find('\0') != std::string_view::npos;
        const char* data = value.data() == nullptr ? "" : value.data();
        note(sqlite3_bind_text64(handle_, ++bound_, data, value.size(), lifetime_, SQLITE_UTF8));
    }
    void blob(ByteView value) {
        if (value.empty()) { // a null pointer would store NULL
            note(sqlite3_bind_zeroblob(handle_, ++bound_, 0));
            return;
        }
        note(sqlite3_bind_blob64(handle_, ++bound_, value.data(), value.size(), lifetime_));
    }
    [[nodiscard]] Result<void> check() const {
        assert(bound_ == sqlite3_bind_parameter_count(handle_));
        if (has_nul_) {
            return fail(nul_in_text());
        }
        return code_ == SQLITE_OK ? Result<void>() : fail(database_error(nullptr, code_));
    }

  private:
    void note(int code) { code_ = code_ == SQLITE_OK ? code : code_; }

    sqlite3_stmt* handle_;
    sqlite3_destructor_type lifetime_ = SQLITE_STATIC;
    int bound_ = 0;
    int code_ = SQLITE_OK;
    bool has_nul_ = false;
};

struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3_stmt, Finalize>;

class SqliteStatement final : public StatementDriver {
  public:
    explicit SqliteStatement(Handle handle) : handle_(std::move(handle)), binder_(handle_.get()) {}

    void begin_binding(Lifetime lifetime) override { binder_.begin(lifetime); }
    void put_null(ValueKind /*kind*/) override { binder_.null(); }
    void put_integer(std::int64_t value) override { binder_.integer(value); }
    void put_text(std::string_view value) override { binder_.text(value); }
    void put_blob(ByteView value) override { binder_.blob(value); }

    Result<void> run() override {
        for (;;) {
            auto more = step();
            if (!more) {
                return fail(std::move(more).error());
            }
            if (!*more) {
                return {};
            }
        }
    }
    Result<std::optional<std::int64_t>> scalar() override {
        auto more = step();
        if (!more) {
            return fail(std::move(more).error());
        }
        std::optional<std::int64_t> value;
        if (*more && !is_null(0)) {
            value = integer(0);
        }
        while (*more) { // an INSERT commits with its last step only
            more = step();
            if (!more) {
                return fail(std::move(more).error());
            }
        }
        return value;
    }
    Result<bool> step() override {
        if (auto bound = binder_.check(); !bound) {
            return fail(std::move(bound).error());
        }
        const int code = sqlite3_step(handle_.get());
        if (code == SQLITE_ROW) {
            return true;
        }
        if (code == SQLITE_DONE) {
            sqlite3_reset(handle_.get());
            return false;
        }
        Error error = database_error(sqlite3_db_handle(handle_.get()), code);
        sqlite3_reset(handle_.get());
        return fail(std::move(error));
    }
    void reset() override { sqlite3_reset(handle_.get()); }

    [[nodiscard]] bool is_null(int column) const override {
        return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
    }
    [[nodiscard]] std::int64_t integer(int column) const override {
        return sqlite3_column_int64(handle_.get(), column);
    }
    [[nodiscard]] ByteView bytes(int column) const override {
        const auto* data =
            static_cast<const std::byte*>(sqlite3_column_blob(handle_.get(), column));
        const int size = sqlite3_column_bytes(handle_.get(), column);
        return data == nullptr ? ByteView() : ByteView(data, static_cast<std::size_t>(size));
    }
    [[nodiscard]] sqlite3_stmt* handle() const { return handle_.get(); }

  private:
    Handle handle_;
    Binder binder_;
};

/// SQLite has no faster way in than a prepared INSERT.
class SqliteInserter final : public InserterDriver {
  public:
    explicit SqliteInserter(std::unique_ptr<StatementDriver> insert) : insert_(std::move(insert)) {}
    void begin_row() override { insert_->begin_binding(Lifetime::call); }
    void put_null(ValueKind kind) override { insert_->put_null(kind); }
    void put_integer(std::int64_t value) override { insert_->put_integer(value); }
    void put_text(std::string_view value) override { insert_->put_text(value); }
    void put_blob(ByteView value) override { insert_->put_blob(value); }
    Result<void> end_row() override { return insert_->run(); }
    Result<void> flush() override { return {}; }

  private:
    std::unique_ptr<StatementDriver> insert_;
};

class SqliteConnection final : public ConnectionDriver {
  public:
    SqliteConnection(sqlite3* handle, UniqueFd lock) : lock_(std::move(lock)), handle_(handle) {}

    [[nodiscard]] Dialect dialect() const override { return Dialect::sqlite; }
    Result<void> exec(const char* sql) override {
        const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
        return code == SQLITE_OK ? Result<void>() : fail(database_error(handle_.get(), code));
    }
    Result<std::unique_ptr<StatementDriver>> prepare(std::string_view sql) override {
        assert(sql.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()));
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                            0, &statement, nullptr);
        if (code != SQLITE_OK) {
            return fail(database_error(handle_.get(), code));
        }
        Handle owned(statement);
        assert(parameters_are_in_order(statement));
        return std::make_unique<SqliteStatement>(std::move(owned));
    }
    Result<std::unique_ptr<InserterDriver>> inserter(std::string_view table,
                                                     std::string_view columns) override {
        std::string values;
        const auto count = std::count(columns.begin(), columns.end(), ',') + 1;
        for (std::ptrdiff_t i = 1; i <= count; ++i) {
            values += fmt::format("{}${}", i == 1 ? "" : ", ", i);
        }
        auto insert =
            prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, values));
        if (!insert) {
            return fail(std::move(insert).error());
        }
        return std::make_unique<SqliteInserter>(std::move(*insert));
    }
    [[nodiscard]] bool in_transaction() const override {
        return sqlite3_get_autocommit(handle_.get()) == 0;
    }
    Result<void> begin_write() override { return exec("BEGIN IMMEDIATE"); }
    Result<void> begin_snapshot() override { return exec("BEGIN"); }
    void allow_writes(bool allowed) override {
        static_cast<void>(exec(allowed ? "PRAGMA query_only = OFF" : "PRAGMA query_only = ON"));
    }

    Result<void> configure(Access access) {
        if (const int code = harden(handle_.get()); code != SQLITE_OK) {
            return fail(database_error(handle_.get(), code));
        }
        if (auto done = exec(kPragmas); !done) {
            return done;
        }
        return exec(access == Access::write ? "PRAGMA journal_mode = WAL"
                                            : "PRAGMA query_only = ON");
    }
    [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

  private:
    struct Close {
        void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    };
    UniqueFd lock_; // released after the connection is closed
    std::unique_ptr<sqlite3, Close> handle_;
};

} // namespace

Error database_error(sqlite3* database, int code) {
    // sqlite3_errmsg of a broken constraint names a table and column; that of others may quote the
    // file's own schema, which may be hostile.
    const bool names_schema = (code & 0xFF) == SQLITE_CONSTRAINT && database != nullptr;
    const char* text = names_schema ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    return {errc_of(code), fmt::format("case database: {} (SQLite {})", text, code)};
}

Result<std::unique_ptr<ConnectionDriver>> open_sqlite(const std::filesystem::path& file,
                                                      Access access, UniqueFd lock) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                         SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                                     nullptr);
    auto connection =
        std::make_unique<SqliteConnection>(handle, std::move(lock)); // owns a failed one too
    if (code != SQLITE_OK) {
        return fail(database_error(handle, code));
    }
    if (auto configured = connection->configure(access); !configured) {
        return fail(std::move(configured).error());
    }
    return connection;
}

sqlite3* sqlite_handle(ConnectionDriver& connection) noexcept {
    auto* ours = dynamic_cast<SqliteConnection*>(&connection);
    return ours == nullptr ? nullptr : ours->handle();
}

sqlite3_stmt* sqlite_handle(StatementDriver& statement) noexcept {
    auto* ours = dynamic_cast<SqliteStatement*>(&statement);
    return ours == nullptr ? nullptr : ours->handle();
}

} // namespace rempart::casefile
