// SPDX-License-Identifier: Apache-2.0
// Reaching a PostgreSQL server, and whether it is away or does not let us in.
#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>

#include <poll.h>

#include "casefile/postgres_link.hpp"

namespace rempart::casefile {
namespace {

// Our choice: a server on the same network that does not answer for so long is away. libpq does
// not look at connect_timeout when the program waits itself.
constexpr std::chrono::seconds kConnectWithin{10};

// What stands before "dbname" are defaults, which the URL may override. A dead peer is noticed
// within half a minute.
PgConnection start(const std::string& url) {
    const std::array<const char*, 9> keywords{
        "fallback_application_name", "keepalives_idle",  "keepalives_interval",
        "keepalives_count",          "tcp_user_timeout", "dbname",
        "client_encoding",           "options",          nullptr};
    const std::array<const char*, 9> values{
        "rempart", "10",        "5",    "3",
        "20000",   url.c_str(), "UTF8", "-c search_path=public -c standard_conforming_strings=on",
        nullptr};
    return PgConnection(PQconnectStartParams(keywords.data(), values.data(), 1));
}

// Whether the server answered in time, with a yes or a no.
bool wait_for_answer(PGconn* connection) {
    const auto deadline = std::chrono::steady_clock::now() + kConnectWithin;
    for (auto state = PGRES_POLLING_WRITING;
         state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING;
         state = PQconnectPoll(connection)) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd ready{.fd = PQsocket(connection),
                     .events =
                         static_cast<short>(state == PGRES_POLLING_READING ? POLLIN : POLLOUT),
                     .revents = 0};
        const int found =
            ::poll(&ready, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (found == 0 || (found < 0 && errno != EINTR)) {
            return false;
        }
    }
    return true;
}

// libpq keeps no code of a connection that failed, but can be told to write nothing else: the text
// then ends in ":  57P03\n", in whatever language the server speaks.
std::string_view state_of(std::string_view text) {
    constexpr std::string_view kBefore = ":  ";
    constexpr std::size_t kStateLength = 5;
    if (text.size() < kBefore.size() + kStateLength + 1 || text.back() != '\n') {
        return {};
    }
    text.remove_suffix(1);
    const std::string_view state = text.substr(text.size() - kStateLength);
    text.remove_suffix(kStateLength);
    const bool code = std::ranges::all_of(
        state, [](unsigned char c) { return std::isdigit(c) != 0 || std::isupper(c) != 0; });
    return code && text.ends_with(kBefore) ? state : std::string_view();
}

// PostgreSQL 15 documentation, appendix A: 57P01 to 57P03 while it starts, stops or recovers, class
// 53 while it has no room for one more, class 08 for a broken connection.
bool comes_back(std::string_view state) {
    return state.starts_with("57P0") || state.starts_with("53") || state.starts_with("08");
}

} // namespace

Result<PgConnection> connect_postgres(const std::string& url) {
    struct FreeOptions {
        void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
    };
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(
        PQconninfoParse(url.c_str(), nullptr));
    if (options == nullptr) {
        return fail(Errc::invalid_argument, "not a URL that PostgreSQL's own programs understand");
    }
    PgConnection connection = start(url);
    PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
    const bool answered =
        PQstatus(connection.get()) != CONNECTION_BAD && wait_for_answer(connection.get());
    if (answered && PQstatus(connection.get()) == CONNECTION_OK) {
        PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
        return connection;
    }
    const std::string_view state = state_of(PQerrorMessage(connection.get()));
    const bool no_password = PQconnectionNeedsPassword(connection.get()) != 0;
    if (answered && ((!state.empty() && !comes_back(state)) || no_password)) {
        return fail(Errc::refused, "case database: the PostgreSQL server refuses the connection: "
                                   "no such database or user, or a wrong password");
    }
    return fail(Errc::unavailable, "case database: the PostgreSQL server cannot be reached");
}

} // namespace rempart::casefile
