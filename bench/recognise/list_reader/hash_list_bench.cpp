// SPDX-License-Identifier: Apache-2.0
// Reading lists, in records a second.
//   BM_ReadNsrl      a million lines of NSRLFile.txt, two hashes each
//   BM_ReadVics      a hundred thousand media objects of VICS 2.0, 400 bytes each
//   BM_ReadHashdeep  a hundred thousand lines of three digests
#include "recognise/list_reader/read_hash_list.hpp"

#include <random>
#include <string>

#include <benchmark/benchmark.h>

namespace rempart::recognise {
namespace {

std::string digits(std::mt19937_64& rng, std::size_t count) {
    std::string text(count, '0');
    for (char& c : text) {
        c = "0123456789abcdef"[rng() % 16];
    }
    return text;
}

template <typename MakeRecord>
std::string make_list(std::string head, std::int64_t records, const MakeRecord& make_record) {
    std::mt19937_64 rng(1);
    for (std::int64_t i = 0; i < records; ++i) {
        head += make_record(rng, i);
    }
    return head;
}

void read_whole(benchmark::State& state, const std::string& text) {
    for (auto _ : state) {
        std::uint64_t sum = 0;
        MemoryInput input(text);
        const auto summary =
            read_hash_list(input, nullptr, {}, [&](ListedHash&& hash) -> Result<void> {
                sum += hash.label.size();
                return {};
            });
        if (!summary || summary->records != static_cast<std::uint64_t>(state.range(0))) {
            state.SkipWithError("not read whole");
            return;
        }
        benchmark::DoNotOptimize(sum);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void BM_ReadNsrl(benchmark::State& state) {
    read_whole(state, make_list(R"("SHA-1","MD5","CRC32","FileName","FileSize","ProductCode",)"
                                R"("OpSystemCode","SpecialCode")"
                                "\r\n",
                                state.range(0), [](auto& rng, std::int64_t i) {
                                    return '"' + digits(rng, 40) + "\",\"" + digits(rng, 32) +
                                           R"(","00000000","file )" + std::to_string(i) +
                                           R"(.dll",1234,567,"WIN","")" + "\r\n";
                                }));
}
BENCHMARK(BM_ReadNsrl)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void BM_ReadVics(benchmark::State& state) {
    read_whole(
        state,
        make_list(R"({"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/)"
                  R"(2.0.xml/US/$metadata#Media","value":[)",
                  state.range(0),
                  [](auto& rng, std::int64_t i) {
                      return std::string(i == 0 ? "{" : ",{") + "\"MediaID\":" + std::to_string(i) +
                             ",\"Category\":5,\"MD5\":\"" + digits(rng, 32) + "\",\"SHA1\":\"" +
                             digits(rng, 40) +
                             "\",\"MediaSize\":1234,\"MimeType\":\"image/jpeg\"," +
                             "\"VictimIdentified\":false,\"MediaFiles\":[{\"MD5\":\"" +
                             digits(rng, 32) + R"(","FileName":"picture.jpg","FilePath":"a\\b",)" +
                             R"("Created":"2023-06-07T02:31:49.8300Z"}],"Comments":")" +
                             std::string(80, 'x') + "\"}";
                  }) +
            "]}");
}
BENCHMARK(BM_ReadVics)->Arg(100'000)->Unit(benchmark::kMillisecond);

void BM_ReadHashdeep(benchmark::State& state) {
    read_whole(state, make_list("%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,sha256,filename\n",
                                state.range(0), [](auto& rng, std::int64_t i) {
                                    return "1234," + digits(rng, 32) + ',' + digits(rng, 40) + ',' +
                                           digits(rng, 64) + ",/evidence/file " +
                                           std::to_string(i) + '\n';
                                }));
}
BENCHMARK(BM_ReadHashdeep)->Arg(100'000)->Unit(benchmark::kMillisecond);

} // namespace
} // namespace rempart::recognise
