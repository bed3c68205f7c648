// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/band_writer.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include <gtest/gtest.h>

#include "recognise/hashes.hpp"

namespace rempart::recognise {
namespace {

struct Table {
    std::vector<std::uint32_t> starts, ids;
    friend bool operator==(const Table&, const Table&) = default;
};

// The definition: places sorted by value, equal ones in their order.
Table slow_table(std::span<const PdqHash> codes, CodeBand band) {
    std::map<std::uint32_t, std::vector<std::uint32_t>> by_value;
    for (std::uint32_t place = 0; place < codes.size(); ++place) {
        by_value[band.value(codes[place])].push_back(place);
    }
    Table table;
    for (std::uint32_t value = 0; value < std::uint32_t{1} << band.width; ++value) {
        table.starts.push_back(static_cast<std::uint32_t>(table.ids.size()));
        if (by_value.contains(value)) {
            table.ids.insert(table.ids.end(), by_value[value].begin(), by_value[value].end());
        }
    }
    table.starts.push_back(static_cast<std::uint32_t>(table.ids.size()));
    return table;
}

std::vector<std::uint32_t> numbers(ByteView bytes, std::size_t count, std::size_t size) {
    std::vector<std::uint32_t> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::memcpy(&out[i], bytes.data() + i * size, size);
    }
    return out;
}

TEST(BandWriter, WritesTheTableOfTheDefinitionWhateverFitsIntoMemory) {
    std::mt19937_64 rng(1);
    auto codes = clustered(2'000, 4, 2);
    for (int i = 0; i < 500; ++i) { // one value in most bands
        codes.push_back(PdqHash({0, 0, 0, rng() % 16}));
    }
    for (int i = 0; i < 500; ++i) {
        codes.push_back(random_hash(rng));
    }
    std::ranges::sort(codes);
    const CodeBands bands(16);
    for (const unsigned band : {0U, 1U, 7U, 15U}) {
        const Table expected = slow_table(codes, bands[band]);
        for (const std::size_t most : {1U, 3U, 200U, 700U, 100'000U}) {
            for (const std::uint32_t id_bytes : {3U, 4U}) {
                MemoryTarget target;
                constexpr std::uint64_t kIdsAt = std::uint64_t{1} << 19;
                ASSERT_TRUE(target.resize(2 * kIdsAt));
                SectionWriter starts(target, 0, 4096);
                SectionWriter ids(target, kIdsAt, 4096);
                if (band == 0) {
                    ASSERT_TRUE(write_first_band(codes, bands[0], starts));
                } else {
                    BandWriter writer(codes, bands, id_bytes, most);
                    ASSERT_TRUE(writer.write(band, starts, ids));
                }
                const ByteView data = target.view({.bytes = 2 * kIdsAt}).value();
                ASSERT_EQ(numbers(data, expected.starts.size(), 4), expected.starts)
                    << band << ' ' << most;
                if (band > 0) {
                    ASSERT_EQ(numbers(data.subspan(kIdsAt), codes.size(), id_bytes), expected.ids)
                        << band << ' ' << most << ' ' << id_bytes;
                }
            }
        }
    }
}

} // namespace
} // namespace rempart::recognise
