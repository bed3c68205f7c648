// SPDX-License-Identifier: Apache-2.0
#include "recognise/md4.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace rempart::recognise {
namespace {

using Word = std::uint32_t;

// The functions of RFC 1320, section 3.4, the first two with one operation less each.
Word choose(Word x, Word y, Word z) {
    return ((y ^ z) & x) ^ z;
}
Word majority(Word x, Word y, Word z) {
    return (x & y) | (z & (x | y));
}
Word parity(Word x, Word y, Word z) {
    return x ^ y ^ z;
}

constexpr Word kRound2 = 0x5a827999; // the square root of 2
constexpr Word kRound3 = 0x6ed9eba1; // the square root of 3

template <Word (*Function)(Word, Word, Word), int Shift>
void step(Word& a, Word b, Word c, Word d, Word addend) {
    a = std::rotl(a + Function(b, c, d) + addend, Shift);
}

} // namespace

void Md4::transform(Chain& chain, const std::byte* block) {
    static_assert(std::endian::native == std::endian::little);
    std::array<Word, 16> x;
    std::memcpy(x.data(), block, sizeof x);
    auto [a, b, c, d] = chain;
    for (const std::size_t i : {0U, 4U, 8U, 12U}) {
        step<choose, 3>(a, b, c, d, x[i]);
        step<choose, 7>(d, a, b, c, x[i + 1]);
        step<choose, 11>(c, d, a, b, x[i + 2]);
        step<choose, 19>(b, c, d, a, x[i + 3]);
    }
    for (const std::size_t i : {0U, 1U, 2U, 3U}) {
        step<majority, 3>(a, b, c, d, x[i] + kRound2);
        step<majority, 5>(d, a, b, c, x[i + 4] + kRound2);
        step<majority, 9>(c, d, a, b, x[i + 8] + kRound2);
        step<majority, 13>(b, c, d, a, x[i + 12] + kRound2);
    }
    for (const std::size_t i : {0U, 2U, 1U, 3U}) {
        step<parity, 3>(a, b, c, d, x[i] + kRound3);
        step<parity, 9>(d, a, b, c, x[i + 8] + kRound3);
        step<parity, 11>(c, d, a, b, x[i + 4] + kRound3);
        step<parity, 15>(b, c, d, a, x[i + 12] + kRound3);
    }
    chain.a += a;
    chain.b += b;
    chain.c += c;
    chain.d += d;
}

void Md4::update(ByteView bytes) {
    const std::size_t held = bytes_ % waiting_.size();
    bytes_ += bytes.size();
    if (held > 0) {
        const ByteView head = bytes.first(std::min(bytes.size(), waiting_.size() - held));
        std::ranges::copy(head, waiting_.begin() + static_cast<std::ptrdiff_t>(held));
        bytes = bytes.subspan(head.size());
        if (held + head.size() < waiting_.size()) {
            return;
        }
        transform(chain_, waiting_.data());
    }
    Chain chain = chain_; // in registers for the loop
    while (bytes.size() >= waiting_.size()) {
        transform(chain, bytes.data());
        bytes = bytes.subspan(waiting_.size());
    }
    chain_ = chain;
    std::ranges::copy(bytes, waiting_.begin());
}

std::array<std::byte, 16> Md4::finish() {
    const std::uint64_t bits = bytes_ * 8;
    std::array<std::byte, 128> end{}; // one bit, zeroes, and the length in bits
    end[0] = std::byte{0x80};
    const std::size_t held = bytes_ % waiting_.size();
    const std::size_t zeroes_to = (held < 56 ? 56 : 120) - held;
    std::memcpy(end.data() + zeroes_to, &bits, sizeof bits);
    update(std::span(end).first(zeroes_to + sizeof bits));
    std::array<std::byte, 16> digest;
    std::memcpy(digest.data(), &chain_, sizeof chain_);
    static_assert(sizeof chain_ == sizeof digest);
    *this = {};
    return digest;
}

void Ed2k::update(ByteView bytes) {
    while (!bytes.empty()) {
        const ByteView slice = bytes.first(std::min(bytes.size(), kPartBytes - in_part_));
        part_.update(slice);
        in_part_ += slice.size();
        bytes = bytes.subspan(slice.size());
        if (in_part_ == kPartBytes) {
            end_part();
        }
    }
}

void Ed2k::end_part() {
    const auto digest = part_.finish();
    if (full_ == 0) {
        first_ = digest;
    }
    parts_.update(digest);
    ++full_;
    in_part_ = 0;
}

Ed2k::Digests Ed2k::finish() {
    Digests out;
    const auto last = part_.finish(); // of no bytes, if the size is a multiple of a part
    if (full_ == 0) {
        out = {.red = last, .blue = last};
    } else {
        Md4 all = parts_;
        all.update(last);
        out.red = all.finish();
        const bool multiple = in_part_ == 0;
        out.blue = !multiple ? out.red : full_ == 1 ? first_ : parts_.finish();
    }
    *this = {};
    return out;
}

} // namespace rempart::recognise
