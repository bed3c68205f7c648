// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Work on many inputs by all cores, whose outcomes are told in the order of the inputs.

#include <atomic>
#include <cstddef>
#include <functional>

namespace rempart::pipeline {

/// How many inputs a thread may be ahead: our choice. One large video holds up no thread while so
/// many others are worked on, and no more outcomes than that wait in memory.
inline constexpr std::size_t kInOrderWindow = 16;

struct InOrderOptions {
    unsigned jobs = 0;                       ///< Threads; 0: all cores.
    const std::atomic<bool>* stop = nullptr; ///< Set it to end early.
    /// Called by the thread that called in_order, about four times a second while it waits.
    std::function<void()> on_wait;
};

/// How many threads `jobs` means.
[[nodiscard]] unsigned thread_count(unsigned jobs);

/// Calls `work` for 0..count-1, by several threads at once, and what each call returned by the
/// calling thread, one after the other, in the order of the numbers. `work` is begun on at most
/// kInOrderWindow numbers a thread that are not told yet. After a stop nothing more is begun or
/// told, and what is under way is waited for. An empty function is not called.
/// \return how many were told: `count`, or less after a stop.
[[nodiscard]] std::size_t in_order(std::size_t count, const InOrderOptions& options,
                                   const std::function<std::function<void()>(std::size_t)>& work);

} // namespace rempart::pipeline
