// SPDX-License-Identifier: Apache-2.0
// Away, or does not let us in: a worker waits for the one and ends at the other.
#include "casefile/postgres_link.hpp"

#include <array>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "support/postgres_server.hpp"
#include "support/result.hpp"

namespace rempart::casefile {
namespace {

// A server that answers one connection with one refusal, in the form of PostgreSQL 15
// documentation, 55.8 (ErrorResponse); without a code it hangs up.
class RefusingServer {
  public:
    explicit RefusingServer(const std::string& code) {
        listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address); // NOLINT: as the system wants it
        EXPECT_EQ(::bind(listener_.get(), any, size), 0);
        EXPECT_EQ(::listen(listener_.get(), 1), 0);
        EXPECT_EQ(::getsockname(listener_.get(), any, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this, code] { answer(code); });
    }
    RefusingServer(const RefusingServer&) = delete;
    RefusingServer& operator=(const RefusingServer&) = delete;
    ~RefusingServer() { thread_.join(); }

    [[nodiscard]] std::string url() const {
        return "postgresql://u:p@127.0.0.1:" + std::to_string(port_) + "/c?sslmode=disable";
    }

  private:
    void answer(const std::string& code) const {
        const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        std::array<char, 1024> startup{};
        EXPECT_GT(::read(client.get(), startup.data(), startup.size()), 0);
        if (code.empty()) {
            return;
        }
        std::string body = "SFATAL";
        body += '\0';
        body += "C" + code + '\0';
        body += "Mle système de bases de données se lance maintenant";
        body += '\0';
        body += '\0';
        std::string message = "E";
        const auto length = htonl(static_cast<std::uint32_t>(body.size() + 4));
        message.append(reinterpret_cast<const char*>(&length), 4); // NOLINT: bytes of a number
        message += body;
        EXPECT_TRUE(write_all(client.get(), bytes_of(message)));
    }

    UniqueFd listener_;
    int port_ = 0;
    std::thread thread_;
};

TEST(PostgresConnect, AServerThatStartsOrIsFullIsAwayWhateverLanguageItSpeaks) {
    for (const char* code : {"57P03", "57P01", "53300", ""}) {
        const RefusingServer server(code);
        EXPECT_EQ(error_of(connect_postgres(server.url())).code, Errc::unavailable) << code;
    }
}

TEST(PostgresConnect, AServerThatKnowsUsAndDoesNotLetUsInRefuses) {
    for (const char* code : {"28P01", "28000", "3D000"}) {
        const RefusingServer server(code);
        const Error error = error_of(connect_postgres(server.url()));
        EXPECT_EQ(error.code, Errc::refused) << code;
        EXPECT_EQ(error.message.find("système"), std::string::npos);
    }
}

TEST(PostgresConnect, NobodyThereIsAwayAndNoUrlIsWrongUse) {
    EXPECT_EQ(error_of(connect_postgres("postgresql://u@127.0.0.1:1/c")).code, Errc::unavailable);
    EXPECT_EQ(error_of(connect_postgres("postgresql://u@/c?host=%2Fnowhere")).code,
              Errc::unavailable);
    EXPECT_EQ(error_of(connect_postgres("postgresql://u@h/c?no_such_setting=1")).code,
              Errc::invalid_argument);
}

TEST(PostgresConnect, ARealServerLetsUsInAndRefusesADatabaseThatIsNotThere) {
    PostgresServer& server = PostgresServer::shared();
    EXPECT_TRUE(connect_postgres(server.fresh_database()));
    EXPECT_EQ(error_of(connect_postgres(server.url("nowhere"))).code, Errc::refused);
    server.stop(SIGINT);
    EXPECT_EQ(error_of(connect_postgres(server.url("t1"))).code, Errc::unavailable);
    server.start();
    EXPECT_TRUE(connect_postgres(server.url("t1")));
}

} // namespace
} // namespace rempart::casefile
