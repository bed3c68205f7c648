// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "support/files.hpp"

namespace rempart {

/// One line of tests/data/archives/expected.tsv, which an independent generator wrote.
struct ExpectedMember {
    std::string kind, path, size, md5, fnv1a64, error; ///< "-" where there is none.
};

/// Fowler, Noll, Vo; 64 bits; 16 lower-case hex digits.
inline std::string fnv1a64(std::string_view bytes) {
    std::uint64_t value = 0xCBF29CE484222325;
    for (const char c : bytes) {
        value = (value ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    }
    return fmt::format("{:016x}", value);
}

inline std::map<std::string, std::vector<ExpectedMember>> expected_members() {
    std::map<std::string, std::vector<ExpectedMember>> all;
    std::istringstream lines(read_project_file("tests/data/archives/expected.tsv"));
    std::string line;
    while (std::getline(lines, line)) {
        if (line.starts_with('#')) {
            continue;
        }
        std::istringstream fields(line);
        std::string fixture;
        ExpectedMember member;
        for (std::string* field : {&fixture, &member.kind, &member.path, &member.size, &member.md5,
                                   &member.fnv1a64, &member.error}) {
            std::getline(fields, *field, '\t');
        }
        all[fixture].push_back(member);
    }
    return all;
}

inline std::string fixture_bytes(const std::string& name) {
    return read_project_file("tests/data/archives/" + name);
}

} // namespace rempart
