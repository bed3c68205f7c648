// SPDX-License-Identifier: Apache-2.0
// The server that the tests of the PostgreSQL case stand on.
#include "support/postgres_server.hpp"

#include <array>
#include <cstdio>
#include <string>

#include <gtest/gtest.h>

namespace rempart {
namespace {

// What psql prints for one statement, without its last newline.
std::string answer(const std::string& url, const std::string& statement) {
    const std::string command = "psql -XAtq '" + url + "' -c \"" + statement + "\" 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT: a tool of the test machine
    std::string text;
    std::array<char, 256> part{};
    while (std::fgets(part.data(), part.size(), pipe) != nullptr) {
        text += part.data();
    }
    ::pclose(pipe);
    return text.substr(0, text.find_last_not_of('\n') + 1);
}

TEST(PostgresServer, EachTestGetsAnEmptyDatabaseOfItsOwn) {
    PostgresServer& server = PostgresServer::shared();
    const std::string first = server.fresh_database();
    EXPECT_EQ(answer(first, "create table t (n int); insert into t values (7)"), "");
    EXPECT_EQ(answer(first, "select n from t"), "7");
    const std::string second = server.fresh_database();
    EXPECT_NE(second, first);
    EXPECT_EQ(answer(second, "select count(*) from pg_tables where schemaname = 'public'"), "0");
}

TEST(PostgresServer, TextIsUtf8AndSortsAsInALabUnlessTheCodeSaysOtherwise) {
    const std::string url = PostgresServer::shared().fresh_database();
    EXPECT_EQ(answer(url, "show server_encoding"), "UTF8");
    EXPECT_EQ(answer(url, "select 'a' < 'B', 'a' < 'B' collate \\\"C\\\""), "t|f");
}

TEST(PostgresServer, WhatWasCommittedIsThereAfterTheServerWasKilled) {
    PostgresServer& server = PostgresServer::shared();
    const std::string url = server.fresh_database();
    answer(url, "create table t (n int); insert into t values (7)");
    for (const int signal : {SIGKILL, SIGQUIT, SIGINT}) {
        server.stop(signal);
        EXPECT_EQ(server.pid(), -1);
        EXPECT_NE(answer(url, "select 1"), "1");
        server.start();
        EXPECT_EQ(answer(url, "select n from t"), "7") << signal;
    }
}

} // namespace
} // namespace rempart
