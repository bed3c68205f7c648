// SPDX-License-Identifier: Apache-2.0
// Digests of a content, in bytes a second.
//   BM_Digester/SET/SIZE   MD5, SHA-1 and SHA-256 in one pass (0), MD5 only (1), the two SHA (2),
//                          ed2k only (4), the first three and ed2k (5)
//   BM_Evp/ALGORITHM       OpenSSL's own digest over the same memory: MD5 (0), SHA-1 (1), SHA-256
//                          (2). The sum of their times is what one pass cannot fall below.
#include "rempart/recognise/digest.hpp"

#include <vector>

#include <benchmark/benchmark.h>
#include <openssl/evp.h>

namespace rempart::recognise {
namespace {

constexpr std::size_t kLarge = std::size_t{64} << 20;

void BM_Digester(benchmark::State& state) {
    const std::vector<std::byte> content(static_cast<std::size_t>(state.range(1)), std::byte{7});
    Digester digester(static_cast<DigestSet>(state.range(0)));
    for (auto _ : state) {
        digester.update(content);
        benchmark::DoNotOptimize(digester.finish());
    }
    state.SetBytesProcessed(state.iterations() * state.range(1));
}
BENCHMARK(BM_Digester)
    ->Args({0, kLarge})
    ->Args({1, kLarge})
    ->Args({2, kLarge})
    ->Args({4, kLarge})
    ->Args({5, kLarge})
    ->Args({0, 20'000})
    ->Args({0, 0});

void BM_Evp(benchmark::State& state) {
    constexpr std::array kNames{"MD5", "SHA1", "SHA256"};
    const std::vector<std::byte> content(kLarge, std::byte{7});
    EVP_MD* const algorithm =
        EVP_MD_fetch(nullptr, kNames.at(static_cast<std::size_t>(state.range(0))), nullptr);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    for (auto _ : state) {
        EVP_Digest(content.data(), content.size(), digest.data(), nullptr, algorithm, nullptr);
        benchmark::DoNotOptimize(digest);
    }
    EVP_MD_free(algorithm);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kLarge));
}
BENCHMARK(BM_Evp)->Arg(0)->Arg(1)->Arg(2);

} // namespace
} // namespace rempart::recognise
