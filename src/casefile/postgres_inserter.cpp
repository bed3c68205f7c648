// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>

#include "casefile/postgres_link.hpp"

namespace rempart::casefile {
namespace {

// COPY in its binary format: a header, rows of counted fields, a trailer of -1.
constexpr std::string_view kHeader("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
constexpr std::string_view kTrailer("\377\377", 2);

class PostgresInserter final : public InserterDriver {
  public:
    PostgresInserter(PGconn* connection, std::string_view table, std::string_view columns)
        : connection_(connection),
          sql_(fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", table, columns)),
          columns_(static_cast<std::uint16_t>(std::count(columns.begin(), columns.end(), ',') + 1)),
          rows_(kHeader) {}

    void begin_row() override {
        rows_ += static_cast<char>(columns_ >> 8U);
        rows_ += static_cast<char>(columns_ & 0xFFU);
    }
    void put_null(ValueKind /*kind*/) override { size(-1); }
    void put_integer(std::int64_t value) override {
        const auto bytes = int8_bytes(value);
        put({bytes.data(), bytes.size()});
    }
    void put_text(std::string_view value) override {
        has_nul_ = has_nul_ || value.find('\0') != std::string_view::npos;
        put(value);
    }
    void put_blob(ByteView value) override { put(chars_of(value)); }
    Result<void> end_row() override { return has_nul_ ? fail(nul_in_text()) : Result<void>(); }

    Result<void> flush() override {
        if (rows_.size() == kHeader.size()) {
            return {};
        }
        rows_ += kTrailer;
        auto sent = send();
        rows_.assign(kHeader);
        return sent;
    }

  private:
    void size(std::int32_t bytes) {
        const auto all = int8_bytes(bytes);
        rows_.append(all.data() + 4, 4);
    }
    void put(std::string_view value) {
        size(static_cast<std::int32_t>(value.size()));
        rows_ += value;
    }

    Result<void> send() {
        const PgResult started(PQexec(connection_, sql_.c_str()));
        if (PQresultStatus(started.get()) != PGRES_COPY_IN) {
            return fail(postgres_error(connection_, started.get()));
        }
        constexpr std::size_t kPiece = std::size_t{1} << 20; // libpq doubles its buffer otherwise
        bool sent = true;
        for (std::size_t at = 0; sent && at < rows_.size(); at += kPiece) {
            const auto part = std::string_view(rows_).substr(at, kPiece);
            sent = PQputCopyData(connection_, part.data(), static_cast<int>(part.size())) == 1;
        }
        sent = sent && PQputCopyEnd(connection_, nullptr) == 1;
        Result<void> outcome = sent ? Result<void>() : fail(postgres_error(connection_, nullptr));
        while (PGresult* next = PQgetResult(connection_)) {
            const PgResult owned(next);
            if (auto checked = check_result(connection_, next); outcome && !checked) {
                outcome = checked;
            }
            if (PQresultStatus(next) == PGRES_COPY_IN) { // the connection died within
                break;
            }
        }
        return outcome;
    }

    PGconn* connection_;
    std::string sql_;
    std::uint16_t columns_;
    std::string rows_;
    bool has_nul_ = false;
};

} // namespace

std::unique_ptr<InserterDriver> make_postgres_inserter(PGconn* connection, std::string_view table,
                                                       std::string_view columns) {
    return std::make_unique<PostgresInserter>(connection, table, columns);
}

} // namespace rempart::casefile
