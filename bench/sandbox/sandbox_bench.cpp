// SPDX-License-Identifier: Apache-2.0
// What confinement costs an item. Workloads:
//   bare_fork        fork, _exit in the child, wait: what the system itself asks for a process
//   confined         run_confined: the same with limits, Landlock, the system-call filter and a
//   16-byte answer
// The figure that counts is the ratio of confined to bare_fork in one run.
#include <sys/wait.h>
#include <unistd.h>

#include <benchmark/benchmark.h>

#include "rempart/sandbox/child.hpp"
#include "rempart/sandbox/confined.hpp"

namespace rempart::sandbox {
namespace {

void bare_fork(benchmark::State& state) {
    for (auto _ : state) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::_exit(0);
        }
        ::waitpid(pid, nullptr, 0);
    }
}
BENCHMARK(bare_fork)->Unit(benchmark::kMicrosecond)->UseRealTime();

void confined(benchmark::State& state) {
    for (auto _ : state) {
        const auto result = run_confined({}, {}, [] { return Result<Bytes>(Bytes(16)); });
        if (!result) {
            state.SkipWithError(result.error().message.c_str());
            return;
        }
    }
}
BENCHMARK(confined)->Unit(benchmark::kMicrosecond)->UseRealTime();

} // namespace
} // namespace rempart::sandbox
