// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/in_order.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "pipeline/thread_pool.hpp"

namespace rempart::pipeline {
namespace {

using Tell = std::function<void()>;

// Outcomes between the threads and the one that tells them. A number has its slot to itself from
// when it is begun until it is told.
class Window {
  public:
    explicit Window(std::size_t slots) : slots_(slots) {}

    void put(std::size_t number, Tell tell) {
        {
            const std::scoped_lock lock(mutex_);
            slots_[number % slots_.size()] = std::move(tell);
        }
        filled_.notify_one();
    }

    /// The outcome of `number`; none if it is not there after a while.
    std::optional<Tell> take(std::size_t number) {
        constexpr std::chrono::milliseconds kPatience{250};
        std::unique_lock lock(mutex_);
        auto& slot = slots_[number % slots_.size()];
        filled_.wait_for(lock, kPatience, [&] { return slot.has_value(); });
        return std::exchange(slot, std::nullopt);
    }

    [[nodiscard]] std::size_t size() const { return slots_.size(); }

  private:
    std::vector<std::optional<Tell>> slots_;
    std::mutex mutex_;
    std::condition_variable filled_;
};

void begin(std::size_t number, const std::function<Tell(std::size_t)>& work, ThreadPool& pool,
           Window& window) {
    pool.submit([&work, &window, number] { window.put(number, work(number)); });
}

void call_if_any(const Tell& tell) {
    if (tell) {
        tell();
    }
}

} // namespace

unsigned thread_count(unsigned jobs) {
    return jobs > 0 ? jobs : std::max(std::thread::hardware_concurrency(), 1U);
}

std::size_t in_order(std::size_t count, const InOrderOptions& options,
                     const std::function<Tell(std::size_t)>& work) {
    const auto threads = static_cast<unsigned>(
        std::min<std::size_t>(thread_count(options.jobs), std::max<std::size_t>(count, 1)));
    Window window(threads * kInOrderWindow);
    ThreadPool pool(threads); // ends before the window does: its tasks put into it
    const auto stopped = [&] { return options.stop != nullptr && options.stop->load(); };
    std::size_t begun = 0;
    std::size_t told = 0;
    while (told < count && !stopped()) {
        for (; begun < std::min(count, told + window.size()); ++begun) {
            begin(begun, work, pool, window);
        }
        const auto tell = window.take(told);
        call_if_any(tell ? *tell : options.on_wait);
        told += tell ? 1U : 0U;
    }
    pool.discard_waiting();
    return told;
}

} // namespace rempart::pipeline
