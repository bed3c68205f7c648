// SPDX-License-Identifier: Apache-2.0
#include "pipeline/thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace rempart::pipeline {
namespace {

TEST(ThreadPool, RunsEverythingThatWasGivenBeforeItEnds) {
    std::atomic<int> ran = 0;
    {
        ThreadPool pool(4);
        for (int i = 0; i < 1'000; ++i) {
            pool.submit([&] { ++ran; });
        }
    }
    EXPECT_EQ(ran, 1'000);
}

TEST(Strand, KeepsItsOrderBesideOthers) {
    constexpr int kTasks = 2'000;
    std::vector<int> first;
    std::vector<int> second;
    {
        ThreadPool pool(4);
        const auto a = std::make_shared<Strand>(pool);
        const auto b = std::make_shared<Strand>(pool);
        for (int i = 0; i < kTasks; ++i) {
            a->post([&, i] { first.push_back(i); });
            b->post([&, i] { second.push_back(i); });
        }
        // The pool drains before it ends: a strand that is running keeps taking its own tasks.
    }
    ASSERT_EQ(first.size(), static_cast<std::size_t>(kTasks));
    ASSERT_EQ(second.size(), static_cast<std::size_t>(kTasks));
    EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
    EXPECT_TRUE(std::is_sorted(second.begin(), second.end()));
}

} // namespace
} // namespace rempart::pipeline
