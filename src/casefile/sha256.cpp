// SPDX-License-Identifier: Apache-2.0
#include "casefile/sha256.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

namespace rempart::casefile {
namespace {

// FIPS 180-4, 4.2.2.
constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using State = std::array<std::uint32_t, 8>;
using Block = std::array<std::byte, 64>;

std::uint32_t word_at(const Block& block, std::size_t i) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 4; ++k) {
        word = (word << 8) | std::to_integer<std::uint32_t>(block[4 * i + k]);
    }
    return word;
}

// FIPS 180-4, 6.2.2; the names a..h and the sums are the standard's.
void compress(State& state, const Block& block) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t t = 0; t < 16; ++t) {
        w[t] = word_at(block, t);
    }
    for (std::size_t t = 16; t < 64; ++t) {
        const std::uint32_t s0 =
            std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
        const std::uint32_t s1 =
            std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t t = 0; t < 64; ++t) {
        const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const std::uint32_t t1 = h + sum1 + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
        const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const std::uint32_t t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const State worked{a, b, c, d, e, f, g, h};
    for (std::size_t i = 0; i < state.size(); ++i) {
        state[i] += worked[i];
    }
}

void put_big_endian(std::uint64_t value, std::span<std::byte> out) {
    for (std::size_t i = out.size(); i-- > 0; value >>= 8) {
        out[i] = static_cast<std::byte>(value);
    }
}

} // namespace

std::array<std::byte, 32> sha256_of(ByteView bytes) {
    State state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, // FIPS 180-4, 5.3.3
                0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
    Block block{};
    while (bytes.size() >= block.size()) {
        std::copy_n(bytes.begin(), block.size(), block.begin());
        compress(state, block);
        bytes = bytes.subspan(block.size());
    }
    block.fill(std::byte{0});
    std::copy(bytes.begin(), bytes.end(), block.begin());
    block[bytes.size()] = std::byte{0x80};
    if (bytes.size() >= 56) { // no room for the length: it goes into a block of its own
        compress(state, block);
        block.fill(std::byte{0});
    }
    put_big_endian(bits, std::span(block).last(8));
    compress(state, block);
    std::array<std::byte, 32> digest{};
    for (std::size_t i = 0; i < state.size(); ++i) {
        put_big_endian(state[i], std::span(digest).subspan(4 * i, 4));
    }
    return digest;
}

} // namespace rempart::casefile
