// SPDX-License-Identifier: Apache-2.0
#include "casefile/postgres_driver.hpp"

#include <utility>

#include <fmt/format.h>

#include "casefile/postgres_link.hpp"

namespace rempart::casefile {
namespace {

constexpr int kOldestServer = 150'000;

// One writer of a case at a time, as with SQLite: row numbers and the audit log stay without gaps,
// and a commit of 2,000 items takes some ten milliseconds. The number is ours alone in the case's
// database.
#define REMPART_WRITE_LOCK "5063"
constexpr const char* kBeginWrite =
    "BEGIN;"
    "SET LOCAL lock_timeout = '5s';"
    // A writer that stands still inside a transaction must not stop the others for ever.
    "SET LOCAL idle_in_transaction_session_timeout = '60s';"
    "SELECT pg_advisory_xact_lock(" REMPART_WRITE_LOCK ");"
    "SET LOCAL lock_timeout = 0";
// The server does not time out a client that stopped in the middle of a COPY: the others end it.
constexpr const char* kEndStalledWriter =
    "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.objid = " REMPART_WRITE_LOCK
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND a.wait_event_type = 'Client' AND a.state_change < now() - interval '20 seconds'";
constexpr int kWriteAttempts = 60; // of five seconds each: a large list may be on its way in

void say_nothing(void* /*context*/, const char* /*notice*/) {
}

class PostgresConnection final : public ConnectionDriver {
  public:
    explicit PostgresConnection(PgConnection connection) : connection_(std::move(connection)) {
        PQsetNoticeProcessor(connection_.get(), say_nothing, nullptr);
    }

    [[nodiscard]] Dialect dialect() const override { return Dialect::postgres; }
    Result<void> exec(const char* sql) override {
        const PgResult done(PQexec(connection_.get(), sql));
        return check_result(connection_.get(), done.get());
    }
    Result<std::unique_ptr<StatementDriver>> prepare(std::string_view sql) override {
        return make_postgres_statement(connection_.get(), sql, ++statements_);
    }
    Result<std::unique_ptr<InserterDriver>> inserter(std::string_view table,
                                                     std::string_view columns) override {
        return make_postgres_inserter(connection_.get(), table, columns);
    }
    [[nodiscard]] bool in_transaction() const override {
        const auto status = PQtransactionStatus(connection_.get());
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
    }
    Result<void> begin_write() override {
        for (int attempt = 1;; ++attempt) {
            const PgResult begun(PQexec(connection_.get(), kBeginWrite));
            auto checked = check_result(connection_.get(), begun.get());
            if (checked) {
                return checked;
            }
            static_cast<void>(exec("ROLLBACK"));
            if (sql_state(begun.get()) != "55P03" || attempt == kWriteAttempts) {
                return checked;
            }
            static_cast<void>(exec(kEndStalledWriter)); // without the right to: wait on
        }
    }
    Result<void> begin_snapshot() override {
        return exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    void allow_writes(bool allowed) override {
        static_cast<void>(exec(allowed ? "SET default_transaction_read_only = off"
                                       : "SET default_transaction_read_only = on"));
    }

    Result<void> configure(Access access) {
        if (PQserverVersion(connection_.get()) < kOldestServer) {
            return fail(Errc::unsupported, "case database: PostgreSQL 15 or later is needed");
        }
        const PgResult encoding(PQexec(connection_.get(), "SHOW server_encoding"));
        if (auto checked = check_result(connection_.get(), encoding.get()); !checked) {
            return checked;
        }
        if (std::string_view(PQgetvalue(encoding.get(), 0, 0)) != "UTF8") {
            return fail(Errc::unsupported, "case database: its encoding is not UTF-8");
        }
        if (access == Access::read) {
            allow_writes(false);
        }
        return {};
    }

  private:
    PgConnection connection_;
    unsigned statements_ = 0;
};

} // namespace

bool is_postgres_url(const std::string& place) noexcept {
    return place.starts_with("postgresql://") || place.starts_with("postgres://");
}

Result<std::unique_ptr<ConnectionDriver>> open_postgres(const std::string& url, Access access) {
    auto connection = connect_postgres(url);
    if (!connection) {
        return fail(std::move(connection).error());
    }
    auto driver = std::make_unique<PostgresConnection>(std::move(*connection));
    if (auto configured = driver->configure(access); !configured) {
        return fail(std::move(configured).error());
    }
    return driver;
}

} // namespace rempart::casefile
