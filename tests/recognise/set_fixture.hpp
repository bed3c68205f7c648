// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rempart/recognise/hash_set.hpp"
#include "rempart/recognise/hash_set_builder.hpp"

namespace rempart::recognise {

/// What a set should hold: the slow definition of it.
using Listed = std::map<Bytes, std::set<std::uint64_t>>;

/// Digest number `number` of a kind, spread evenly as real ones are; never zeroes only.
inline Bytes digest_number(std::uint64_t number, HashKind kind) {
    std::mt19937_64 rng(number * 7919 + static_cast<std::uint64_t>(kind));
    Bytes digest(size_bytes(kind));
    for (std::byte& byte : digest) {
        byte = static_cast<std::byte>(rng());
    }
    return digest;
}

/// `count` digests; every seventh has a second row, every hundredth ten more.
inline Listed some_digests(std::uint64_t count, HashKind kind) {
    Listed listed;
    for (std::uint64_t i = 0; i < count; ++i) {
        auto& rows = listed[digest_number(i, kind)];
        rows.insert(i);
        if (i % 7 == 0) {
            rows.insert(count + i);
        }
        for (std::uint64_t k = 0; i % 100 == 0 && k < 10; ++k) {
            rows.insert(3 * count + i * k);
        }
    }
    return listed;
}

/// Adds all rows, in an order of the generator's choice, some of them twice.
inline Result<HashSetInfo> build_set(const std::filesystem::path& path, const Listed& listed,
                                     const HashSetBuilding& building, std::uint64_t seed = 1) {
    std::vector<std::pair<const Bytes*, std::uint64_t>> rows;
    for (const auto& [digest, its] : listed) {
        for (const std::uint64_t row : its) {
            rows.emplace_back(&digest, row);
        }
    }
    std::mt19937_64 rng(seed);
    std::ranges::shuffle(rows, rng);
    auto builder = HashSetBuilder::begin(path, building);
    if (!builder) {
        return fail(builder.error());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t times = i % 50 == 0 && building.keep_rows ? 2 : 1; times > 0; --times) {
            if (auto added = builder->add(*rows[i].first, rows[i].second); !added) {
                return fail(added.error());
            }
        }
    }
    return builder->finish();
}

inline HashSetBuilding building_of(HashKind kind, bool keep_rows = true) {
    return {.kind = kind,
            .label = {.name = "harmless",
                      .version = "3",
                      .polarity = SetPolarity::alert,
                      .source_sha256 = {std::byte{5}}},
            .keep_rows = keep_rows,
            .memory_bytes = kMinSetMemory};
}

inline Bytes joined(const Listed& listed) {
    Bytes digests;
    for (const auto& [digest, rows] : listed) {
        digests.insert(digests.end(), digest.begin(), digest.end());
    }
    return digests;
}

inline std::string file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

} // namespace rempart::recognise
