// SPDX-License-Identifier: Apache-2.0
#include "casefile/database.hpp"

#include <cassert>
#include <limits>

#include <fmt/format.h>

#include "rempart/core/text.hpp"

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

} // namespace

Error database_error(sqlite3* database, int code) {
    // sqlite3_errmsg of a broken constraint names a table and column; that of others may quote the
    // file's own schema, which may be hostile.
    const bool names_schema = (code & 0xFF) == SQLITE_CONSTRAINT && database != nullptr;
    const char* text = names_schema ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    return {errc_of(code), fmt::format("case database: {} (SQLite {})", text, code)};
}

tl::unexpected<Error> Row::damaged() {
    return fail(Errc::integrity, "case database: a stored value is not of its column's form");
}

std::int64_t Row::integer() {
    return sqlite3_column_int64(statement_, column_++);
}

ByteView Row::blob() {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_, column_));
    const int size = sqlite3_column_bytes(statement_, column_++);
    return data == nullptr ? ByteView() : ByteView(data, static_cast<std::size_t>(size));
}

void Row::take_one(std::string& field) {
    const std::string_view text = chars_of(blob()); // the UTF-8 bytes of a TEXT value, NULs too
    if (is_utf8(text)) {
        field = text;
    } else { // only in a damaged file: what reads on relies on valid UTF-8
        field = to_utf8(text);
    }
}

void Row::take_one(std::optional<std::string>& field) {
    if (sqlite3_column_type(statement_, column_) == SQLITE_NULL) {
        ++column_;
        field.reset();
    } else {
        take_one(field.emplace());
    }
}

void Row::take_one(Bytes& field) {
    const ByteView bytes = blob();
    field.assign(bytes.begin(), bytes.end());
}

void Row::take_one(TimeValue& field) {
    field.micros = integer();
    const std::int64_t kind = integer();
    if (kind < 0 || kind > static_cast<std::int64_t>(TimeKind::ambiguous)) {
        ok_ = false;
        return;
    }
    field.kind = static_cast<TimeKind>(kind);
}

void Row::take_one(std::optional<Error>& field) {
    std::optional<std::string> code;
    std::string text;
    take_one(code);
    take_one(text);
    if (!code) {
        field.reset();
        return;
    }
    const std::optional<Errc> known = errc_named(*code);
    ok_ = ok_ && known.has_value();
    field = Error{known.value_or(Errc::malformed), std::move(text)};
}

void Statement::begin_binding(sqlite3_destructor_type lifetime) {
    sqlite3_reset(handle_.get());
    lifetime_ = lifetime;
    bound_ = 0;
    bind_code_ = SQLITE_OK;
}

void Statement::bind_one(std::string_view value) {
    const char* data = value.data() == nullptr ? "" : value.data();
    note(sqlite3_bind_text64(handle_.get(), ++bound_, data, value.size(), lifetime_, SQLITE_UTF8));
}

void Statement::bind_one(ByteView value) {
    if (value.empty()) { // a null pointer would store NULL
        note(sqlite3_bind_zeroblob(handle_.get(), ++bound_, 0));
        return;
    }
    note(sqlite3_bind_blob64(handle_.get(), ++bound_, value.data(), value.size(), lifetime_));
}

void Statement::bind_one(const TimeValue& value) {
    value.kind == TimeKind::none ? bind_null() : bind_one(value.micros);
    bind_one(static_cast<int>(value.kind));
}

void Statement::bind_one(const std::optional<Error>& value) {
    if (value) {
        bind_one(name(value->code));
        bind_one(value->message);
    } else {
        bind_null();
        bind_null();
    }
}

Result<bool> Statement::step() {
    assert(bound_ == sqlite3_bind_parameter_count(handle_.get()));
    if (bind_code_ != SQLITE_OK) {
        return fail(database_error(nullptr, bind_code_));
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

Result<void> Statement::finish_run() {
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

Result<std::optional<std::int64_t>> Statement::finish_scalar() {
    auto more = step();
    if (!more) {
        return fail(std::move(more).error());
    }
    std::optional<std::int64_t> value;
    if (*more && sqlite3_column_type(handle_.get(), 0) != SQLITE_NULL) {
        value = sqlite3_column_int64(handle_.get(), 0);
    }
    while (*more) { // an INSERT commits with its last step only
        more = step();
        if (!more) {
            return fail(std::move(more).error());
        }
    }
    return value;
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Access access) {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                                         SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                                     nullptr);
    std::unique_ptr<Database> database(new Database(handle, access)); // owns a failed one too
    if (code != SQLITE_OK) {
        return fail(database_error(handle, code));
    }
    if (auto configured = database->configure(); !configured) {
        return fail(std::move(configured).error());
    }
    return database;
}

Result<void> Database::configure() {
    if (const int code = harden(handle_.get()); code != SQLITE_OK) {
        return fail(database_error(handle_.get(), code));
    }
    if (auto done = exec(kPragmas); !done) {
        return done;
    }
    return exec(access_ == Access::write ? "PRAGMA journal_mode = WAL" : "PRAGMA query_only = ON");
}

Result<void> Database::exec(const char* sql) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        return fail(database_error(handle_.get(), code));
    }
    return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
    assert(sql.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()));
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), 0,
                                        &statement, nullptr);
    if (code != SQLITE_OK) {
        return fail(database_error(handle_.get(), code));
    }
    assert(parameters_are_in_order(statement));
    return Statement(statement);
}

Result<Statement*> Database::kept(std::string_view sql) {
    const auto found = kept_.find(sql);
    if (found != kept_.end()) {
        return &found->second;
    }
    auto prepared = prepare(sql);
    if (!prepared) {
        return fail(std::move(prepared).error());
    }
    return &kept_.emplace(sql, std::move(*prepared)).first->second;
}

Database::WriteWindow::WriteWindow(Database& database) : database_(database) {
    if (database_.access_ == Access::read) {
        sqlite3_exec(database_.handle(), "PRAGMA query_only = OFF", nullptr, nullptr, nullptr);
    }
}

Database::WriteWindow::~WriteWindow() {
    if (database_.access_ == Access::read) {
        sqlite3_exec(database_.handle(), "PRAGMA query_only = ON", nullptr, nullptr, nullptr);
    }
}

Result<Transaction> Transaction::begin(Database& database) {
    const bool nested = database.in_transaction();
    if (auto begun = database.exec(nested ? "SAVEPOINT part" : "BEGIN IMMEDIATE"); !begun) {
        return fail(std::move(begun).error());
    }
    return Transaction(database, nested);
}

Transaction::~Transaction() {
    // After some failures (disk full) SQLite has rolled back everything by itself.
    if (database_ != nullptr && database_->in_transaction()) {
        static_cast<void>(database_->exec(nested_ ? "ROLLBACK TO part; RELEASE part" : "ROLLBACK"));
    }
}

Result<void> Transaction::commit() {
    if (!database_->in_transaction()) {
        return fail(Errc::io, "case database: the transaction was rolled back");
    }
    auto committed = database_->exec(nested_ ? "RELEASE part" : "COMMIT");
    if (committed) {
        database_ = nullptr;
    }
    return committed;
}

Result<Snapshot> Snapshot::begin(Database& database) {
    if (database.in_transaction()) {
        return Snapshot(nullptr);
    }
    if (auto begun = database.exec("BEGIN"); !begun) {
        return fail(std::move(begun).error());
    }
    return Snapshot(&database);
}

Snapshot::~Snapshot() {
    if (database_ != nullptr && database_->in_transaction()) {
        static_cast<void>(database_->exec("COMMIT"));
    }
}

} // namespace rempart::casefile
