// SPDX-License-Identifier: Apache-2.0
#include "casefile/postgres_link.hpp"

#include <bit>
#include <cstring>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

// Disk full, out of memory, too many connections: others may give back what lacks.
bool lacks_resources(std::string_view state) {
    return state.starts_with("53");
}

// Classes of SQLSTATE: PostgreSQL 15 documentation, appendix A.
Errc errc_of(std::string_view state) {
    if (state.starts_with("08") || state.starts_with("57P") || lacks_resources(state)) {
        return Errc::unavailable;
    }
    if (state.starts_with("23")) {
        return Errc::invalid_argument;
    }
    if (state.starts_with("40") || state == "55P03" || state == "42501") {
        return Errc::refused;
    }
    if (state == "57014") {
        return Errc::interrupted;
    }
    if (state.starts_with("XX")) {
        return Errc::integrity;
    }
    return Errc::io;
}

// The primary message of these names objects of the schema only; that of others may quote values.
bool names_schema_only(std::string_view state) {
    return state.starts_with("23") || state.starts_with("42") || state.starts_with("P0");
}

template <typename T>
T big_endian(ByteView bytes) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T) && i < bytes.size(); ++i) {
        value = static_cast<T>(static_cast<std::uint64_t>(value) << 8U |
                               std::to_integer<std::uint64_t>(bytes[i]));
    }
    return value;
}

// numeric: count of digits, weight of the first, sign, scale, then digits to the base of 10,000.
std::int64_t integer_of_numeric(ByteView bytes) {
    if (bytes.size() < 8) {
        return 0;
    }
    const auto count = big_endian<std::uint16_t>(bytes);
    const auto weight = static_cast<std::int16_t>(big_endian<std::uint16_t>(bytes.subspan(2)));
    const bool negative = big_endian<std::uint16_t>(bytes.subspan(4)) == 0x4000;
    std::int64_t value = 0;
    for (int i = 0; i <= weight; ++i) {
        const auto at = 8 + static_cast<std::size_t>(i) * 2;
        const bool stored = i < count && at + 2 <= bytes.size();
        value = value * 10'000 + (stored ? big_endian<std::uint16_t>(bytes.subspan(at)) : 0);
    }
    return negative ? -value : value;
}

} // namespace

PgType pg_type(ValueKind kind) noexcept {
    switch (kind) {
    case ValueKind::integer: return PgType::int8;
    case ValueKind::text: return PgType::text;
    case ValueKind::blob: return PgType::blob;
    }
    return PgType::text;
}

std::string sql_state(const PGresult* result) {
    const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    return state == nullptr ? std::string() : std::string(state);
}

Error postgres_error(PGconn* connection, const PGresult* result) {
    const std::string state = sql_state(result);
    if (lacks_resources(state)) {
        return {Errc::unavailable, fmt::format("case database: the server lacks space on its disk, "
                                               "memory or connections (PostgreSQL {})",
                                               state)};
    }
    if (PQstatus(connection) == CONNECTION_BAD || errc_of(state) == Errc::unavailable) {
        return {Errc::unavailable, "case database: the PostgreSQL server is away"};
    }
    std::string text = "the server reports a failure";
    if (const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        primary != nullptr && names_schema_only(state)) {
        text = primary;
    }
    return {errc_of(state), fmt::format("case database: {} (PostgreSQL {})", text,
                                        state.empty() ? "without a code" : state)};
}

Result<void> check_result(PGconn* connection, const PGresult* result) {
    switch (PQresultStatus(result)) { // a null result is a fatal error to it
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY: return {};
    default: return fail(postgres_error(connection, result));
    }
}

std::array<char, 8> int8_bytes(std::int64_t value) noexcept {
    std::array<char, 8> bytes{};
    auto rest = static_cast<std::uint64_t>(value);
    for (std::size_t i = bytes.size(); i-- > 0; rest >>= 8U) {
        bytes[i] = static_cast<char>(rest & 0xFFU);
    }
    return bytes;
}

std::int64_t integer_of(PgType type, ByteView bytes) noexcept {
    switch (type) {
    case PgType::int8: return static_cast<std::int64_t>(big_endian<std::uint64_t>(bytes));
    case PgType::int4: return static_cast<std::int32_t>(big_endian<std::uint32_t>(bytes));
    case PgType::int2: return static_cast<std::int16_t>(big_endian<std::uint16_t>(bytes));
    case PgType::oid: return big_endian<std::uint32_t>(bytes);
    case PgType::boolean: return big_endian<std::uint8_t>(bytes);
    case PgType::numeric: return integer_of_numeric(bytes);
    default: return 0;
    }
}

} // namespace rempart::casefile
