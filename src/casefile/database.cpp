// SPDX-License-Identifier: Apache-2.0
#include "casefile/database.hpp"

#include "rempart/core/text.hpp"

namespace rempart::casefile {

Error nul_in_text() {
    return {Errc::invalid_argument, "case database: a text holds a NUL byte"};
}

tl::unexpected<Error> Row::damaged() {
    return fail(Errc::integrity, "case database: a stored value is not of its column's form");
}

std::int64_t Row::integer() {
    return statement_->integer(column_++);
}

ByteView Row::blob() {
    return statement_->bytes(column_++);
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
    if (statement_->is_null(column_)) {
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

Result<Statement> Database::prepare(std::string_view sql) {
    auto prepared = driver_->prepare(sql);
    if (!prepared) {
        return fail(std::move(prepared).error());
    }
    return Statement(std::move(*prepared));
}

Result<Inserter> Database::inserter(std::string_view table, std::string_view columns) {
    auto made = driver_->inserter(table, columns);
    if (!made) {
        return fail(std::move(made).error());
    }
    return Inserter(std::move(*made));
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
        database_.driver_->allow_writes(true);
    }
}

Database::WriteWindow::~WriteWindow() {
    if (database_.access_ == Access::read) {
        database_.driver_->allow_writes(false);
    }
}

Result<Transaction> Transaction::begin(Database& database) {
    const bool nested = database.in_transaction();
    if (auto begun = nested ? database.exec("SAVEPOINT part") : database.driver().begin_write();
        !begun) {
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
    if (auto begun = database.driver().begin_snapshot(); !begun) {
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
