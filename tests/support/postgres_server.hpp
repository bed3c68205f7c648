// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A PostgreSQL 15 server of the test's own: in a temporary folder, behind a socket in that folder,
/// gone when the test process is, however it ends. It never touches a server of the machine.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <grp.h>

namespace rempart {

/// One server a process, started by the first that asks; initdb takes about a second.
///
/// Databases collate as `en-US` (ICU), as those of a real lab do: an ORDER BY that the code did not
/// pin to "C" is seen here. Everyone who reaches the socket is let in; the folder is of mode 0700.
/// fsync is off, for no test pulls the plug: what a killed server wrote, the system still has. A
/// benchmark asks for durable(), which is a server as Debian's package sets it up.
///
/// A server that cannot be started ends the test process, with the server's log: it is a package
/// of packaging/debian-12-packages.txt that is missing, which is never a reason to skip.
///
/// For one thread.
class PostgresServer {
  public:
    /// The server of this process, running (unless a test stopped it and did not start it again).
    static PostgresServer& shared() {
        static PostgresServer server("off"); // a test's fixture for all tests of the process
        return server;
    }
    /// The same for a benchmark: it syncs what it commits.
    static PostgresServer& durable() {
        static PostgresServer server("on");
        return server;
    }

    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    ~PostgresServer() {
        stop(SIGQUIT);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    /// A new empty database, UTF-8. \return its URL, as in
    /// postgresql://rempart@/t1?host=%2Ftmp%2F...
    [[nodiscard]] std::string fresh_database() {
        const std::string name = "t" + std::to_string(++databases_);
        if (run({kBin + "createdb", "-h", folder_.native(), "-U", "rempart", name}) != 0) {
            die("no database could be created");
        }
        return url(name);
    }

    /// The URL of a database of this server: the socket's folder stands in it percent-encoded.
    [[nodiscard]] std::string url(const std::string& database) const {
        std::string host;
        for (const char c : folder_.native()) {
            host += c == '/' ? std::string("%2F") : std::string(1, c);
        }
        return "postgresql://rempart@/" + database + "?host=" + host;
    }

    /// Starts it and waits until it lets clients in, after a crash as well: what is left of the
    /// former server may take a moment to go, and until then a start fails.
    void start() {
        for (int tries = 0; tries < kStarts; ++tries) {
            server_ =
                spawn({kBin + "postgres", "-D", data().native(), "-k", folder_.native(), "-c",
                       "listen_addresses=", "-c", "fsync=" + sync_, "-c", "max_connections=50"});
            if (wait_until_ready()) {
                return;
            }
        }
        die("the server does not start");
    }

    /// SIGTERM waits for clients to go, SIGINT cuts them off, SIGQUIT stops without a checkpoint,
    /// so that the next start recovers; SIGKILL is a crash of the postmaster. Does nothing if it is
    /// not running; returns when it has ended.
    void stop(int signal) {
        if (server_ > 0) {
            ::kill(server_, signal);
            ::waitpid(server_, nullptr, 0);
            server_ = -1;
        }
    }

    /// The postmaster's process id, -1 while it is stopped.
    [[nodiscard]] pid_t pid() const { return server_; }

  private:
    static inline const std::string kBin = "/usr/lib/postgresql/15/bin/"; // Debian's place
    static constexpr int kStarts = 100;
    static constexpr int kPolls = 1'500;
    static constexpr std::chrono::milliseconds kPollEvery{20};

    explicit PostgresServer(std::string sync) : sync_(std::move(sync)) {
        // Directly under /tmp: the path of a socket is limited to 107 bytes.
        std::string name = "/tmp/rempart-pg-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) {
            die("no temporary folder");
        }
        folder_ = name;
        if (::getuid() == 0) { // the server refuses root; Debian's package made this user
            const passwd* user = ::getpwnam("postgres"); // NOLINT(concurrency-mt-unsafe)
            if (user == nullptr || ::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) {
                die("no user postgres");
            }
            uid_ = user->pw_uid;
            gid_ = user->pw_gid;
        }
        if (run({kBin + "initdb", "-D", data().native(), "--no-sync", "-A", "trust", "-U",
                 "rempart", "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu",
                 "--icu-locale=en-US"}) != 0) {
            die("initdb failed");
        }
        start();
    }

    [[nodiscard]] std::filesystem::path data() const { return folder_ / "data"; }
    [[nodiscard]] std::filesystem::path log() const { return folder_ / "log"; }

    // A child as the server's user, its output in log(); it is told to quit when this process dies.
    [[nodiscard]] pid_t spawn(const std::vector<std::string>& words) const {
        std::vector<char*> arguments;
        for (const std::string& word : words) {
            arguments.push_back(const_cast<char*>(word.c_str())); // NOLINT: as exec wants it
        }
        arguments.push_back(nullptr);
        const pid_t child = ::fork();
        if (child == 0) {
            const int out = ::open(log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
            const bool user = uid_ == 0 || (::setgroups(0, nullptr) == 0 && ::setgid(gid_) == 0 &&
                                            ::setuid(uid_) == 0);
            if (out >= 0 && user && ::dup2(out, 1) == 1 && ::dup2(out, 2) == 2 &&
                ::prctl(PR_SET_PDEATHSIG, SIGQUIT) == 0) {
                ::execv(arguments[0], arguments.data());
            }
            ::_exit(127);
        }
        if (child < 0) {
            die("no process");
        }
        return child;
    }

    [[nodiscard]] int run(const std::vector<std::string>& words) const {
        int status = -1;
        ::waitpid(spawn(words), &status, 0);
        return status;
    }

    // postmaster.pid says "ready" in its eighth line; its first is whose file it is.
    [[nodiscard]] bool wait_until_ready() {
        for (int polls = 0; polls < kPolls; ++polls) {
            if (::waitpid(server_, nullptr, WNOHANG) != 0) {
                server_ = -1;
                std::this_thread::sleep_for(kPollEvery);
                return false;
            }
            std::ifstream file(data() / "postmaster.pid");
            std::vector<std::string> lines;
            for (std::string line; std::getline(file, line);) {
                lines.push_back(line);
            }
            if (lines.size() >= 8 && lines[0] == std::to_string(server_) &&
                lines[7].starts_with("ready")) {
                return true;
            }
            std::this_thread::sleep_for(kPollEvery);
        }
        stop(SIGKILL);
        return false;
    }

    [[noreturn]] void die(const std::string& what) const {
        std::ifstream file(log());
        std::cerr << "PostgresServer: " << what << '\n' << file.rdbuf() << '\n';
        std::_Exit(EXIT_FAILURE);
    }

    std::string sync_; ///< Value of the setting "fsync".
    std::filesystem::path folder_;
    uid_t uid_ = 0; ///< 0: as ourselves.
    gid_t gid_ = 0;
    pid_t server_ = -1;
    int databases_ = 0;
};

} // namespace rempart
