// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Three small cases that overlap, and a memory: cases in folders or on a server, a memory always
/// on one.

#include <algorithm>
#include <string>
#include <vector>

#include "casefile/sample_case.hpp"
#include "rempart/casefile/memory.hpp"

namespace rempart::casefile {

inline constexpr const char* kPurpose = "Series that another unit works on";

inline std::string hex_of(std::uint64_t number) {
    return encode_hex(digest_of(number));
}

/// Case A holds the pictures 1 to 6, case B 4 to 9, case C 6 to 7.
class MemoryTest : public ::testing::Test {
  protected:
    MemoryTest()
        : url_(PostgresServer::shared().fresh_database()),
          memory_(value_of(Memory::create(url_, memory_info()))), a_(case_of("A", 1, 6)),
          b_(case_of("B", 4, 9)), c_(case_of("C", 6, 7)) {}

    static MemoryInfo memory_info() {
        MemoryInfo info = some_info();
        info.name = "Memory of the lab";
        info.purpose = "To find series across cases";
        return info;
    }
    Case case_of(const std::string& name, std::uint64_t first, std::uint64_t last) {
        CaseInfo info = some_info();
        info.name = "Case " + name;
        info.authority = "Unit " + name;
        Case file = value_of(Case::create(place_of(temp_.path() / name), info));
        fill_exhibit(file, "phone of " + name, first, last);
        return file;
    }
    ShareCounts share_all(Case& file, std::size_t batch = kShareBatch) {
        return value_of(share(file, memory_, kPurpose, batch));
    }
    std::vector<SeenElsewhere> answers_to(Case& file, AskCounts* counts = nullptr) {
        std::vector<SeenElsewhere> all;
        const AskCounts found =
            value_of(ask(file, memory_, kPurpose, [&](const SeenElsewhere& seen) -> Result<void> {
                all.push_back(seen);
                return {};
            }));
        if (counts != nullptr) {
            *counts = found;
        }
        return all;
    }
    /// "<sha256> <case> <exhibit>" of each answer.
    std::vector<std::string> told_to(Case& file) {
        std::vector<std::string> all;
        for (const SeenElsewhere& seen : answers_to(file)) {
            all.push_back(fmt::format("{} {} {}", seen.sha256, seen.case_name, seen.case_exhibit));
        }
        return all;
    }
    std::int64_t number(const std::string& sql) {
        return value_of(memory_.database().scalar(sql)).value_or(-1);
    }
    static std::vector<std::string> records(Database& database, std::string_view act) {
        std::vector<std::string> all;
        expect_ok(database.each(
            "SELECT record FROM audit_log WHERE record LIKE $1 ORDER BY idx",
            [&](Row& row) -> Result<void> {
                row.take(all.emplace_back());
                return {};
            },
            fmt::format("%\"act\":\"{}\"%", act)));
        return all;
    }
    bool sound() { return value_of(verify_log(memory_)).sound(); }
    void tamper(const std::string& sql) {
        expect_ok(memory_.database().exec("SET session_replication_role = replica; " + sql));
    }
    void add_user(const std::string& user, const std::string& role) {
        expect_ok(memory_.database().exec(
            fmt::format("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{0}') "
                        "THEN CREATE ROLE {0} LOGIN; END IF; END $$",
                        user)));
        if (!role.empty()) {
            std::string id = memory_.info().id;
            std::erase(id, '-');
            expect_ok(memory_.database().exec(
                fmt::format("GRANT rempart_memory_{}_{} TO {}", id, role, user)));
        }
    }
    [[nodiscard]] std::string url_of(std::string_view user) const {
        std::string url = url_;
        const std::string_view owner = "rempart@";
        return url.replace(url.find(owner), owner.size(), std::string(user) + "@");
    }

    TempFolder temp_;
    std::string url_;
    Memory memory_;
    Case a_, b_, c_;
};

} // namespace rempart::casefile
