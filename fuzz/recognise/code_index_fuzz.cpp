// SPDX-License-Identifier: Apache-2.0
// Any bytes as a snapshot of a code index: an error or an index that answers, within its bytes;
// what verifies gives as many codes and rows as it says. The first byte says whether the input's
// checksums are made good first, so that what lies behind them is reached, too: whoever makes a
// file can make its checksums.
#include "rempart/recognise/code_index.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "recognise/codes/snapshot_layout.hpp"

namespace {

using namespace rempart;
using namespace rempart::recognise;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void make_checksums_good(Bytes& file) {
    // Seeds have the smallest chunks. Data and checksums share what is behind the header.
    constexpr std::size_t kChunk = 4096;
    if (file.size() < kHeaderBytes) {
        return;
    }
    const std::size_t chunks = (file.size() - kHeaderBytes) / (kChunk + sizeof(Sha256));
    const std::size_t sums_at = kHeaderBytes + chunks * kChunk;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
        const Sha256 sum = sha256_of(ByteView(file).subspan(kHeaderBytes + chunk * kChunk, kChunk));
        std::memcpy(file.data() + sums_at + chunk * sizeof(sum), sum.data(), sum.size());
    }
    const Sha256 of_sums = sha256_of(ByteView(file).subspan(sums_at, chunks * sizeof(Sha256)));
    std::memcpy(file.data() + kHeaderBytes - 64, of_sums.data(), of_sums.size());
    const Sha256 of_header = sha256_of(ByteView(file).first(kHeaderBytes - 32));
    std::memcpy(file.data() + kHeaderBytes - 32, of_header.data(), of_header.size());
}

// False where the index turned out to be damaged.
bool read_rows(const CodeIndex& index, std::span<const CodeMatch> matches) {
    std::size_t rows_left = 1'000; // a code may claim all rows
    for (const CodeMatch& match : matches) {
        std::vector<CodeRow> rows;
        if (rows_left == 0 || !index.append_rows(match.code, rows)) {
            return false;
        }
        check(rows.size() <= index.row_count());
        rows_left -= std::min(rows_left, rows.size());
    }
    return true;
}

void ask(const CodeIndex& index, PdqHash query) {
    for (const std::uint32_t radius : {0U, 12U, 31U, 256U}) {
        std::vector<CodeMatch> matches;
        CodeScratch scratch;
        if (!index.find_within(query, static_cast<int>(radius), matches, scratch)) {
            return;
        }
        check(std::ranges::all_of(matches, [&](const CodeMatch& match) {
            return match.code < index.size() && match.distance <= radius;
        }));
        if (!read_rows(index, matches)) {
            return;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto* const bytes = reinterpret_cast<const std::byte*>(data);
    Bytes file(bytes + 1, bytes + size);
    if (data[0] % 2 == 1) {
        make_checksums_good(file);
    }
    const auto index = CodeIndex::from_bytes(file);
    if (!index) {
        return 0;
    }
    check(index->bytes() == file.size());
    ask(*index, PdqHash());
    if (const auto codes = index->codes(); codes && !codes->empty()) {
        check(codes->size() == index->size());
        ask(*index, (*codes)[data[0] % codes->size()]);
    }
    (void)index->verify(); // either is right; it must end
    return 0;
}
