// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/in_order.hpp"

#include <algorithm>
#include <latch>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace rempart::pipeline {
namespace {

TEST(InOrder, TellsEachOnceInTheOrderOfTheNumbersOnTheCallingThread) {
    constexpr std::size_t kCount = 5'000;
    const auto caller = std::this_thread::get_id();
    std::vector<std::size_t> told;
    const auto work = [&](std::size_t number) -> std::function<void()> {
        if (number % 7 == 0) {
            std::this_thread::yield(); // others overtake it
        }
        return [&, number] {
            EXPECT_EQ(std::this_thread::get_id(), caller);
            told.push_back(number);
        };
    };
    EXPECT_EQ(in_order(kCount, {.jobs = 4, .stop = nullptr, .on_wait = {}}, work), kCount);
    std::vector<std::size_t> wanted(kCount);
    std::iota(wanted.begin(), wanted.end(), std::size_t{0});
    EXPECT_EQ(told, wanted);
}

TEST(InOrder, WorksOnAsManyAtOnceAsThereAreThreads) {
    std::latch all(4); // none passes before four are here
    const auto work = [&](std::size_t) -> std::function<void()> {
        all.arrive_and_wait();
        return {};
    };
    EXPECT_EQ(in_order(4, {.jobs = 4, .stop = nullptr, .on_wait = {}}, work), 4U);
}

TEST(InOrder, NothingBeyondTheWindowIsBegunBeforeTheFirstIsTold) {
    constexpr unsigned kJobs = 2;
    constexpr std::size_t kWindow = kJobs * kInOrderWindow;
    std::atomic<std::size_t> begun = 0;
    std::latch others(static_cast<std::ptrdiff_t>(kWindow) - 1);
    std::size_t begun_at_first = 0;
    const auto work = [&](std::size_t number) -> std::function<void()> {
        ++begun;
        if (number == 0) {
            others.wait(); // the whole window but this one is done
            return [&] { begun_at_first = begun; };
        }
        if (number < kWindow) {
            others.count_down();
        }
        return {};
    };
    EXPECT_EQ(in_order(1'000, {.jobs = kJobs, .stop = nullptr, .on_wait = {}}, work), 1'000U);
    EXPECT_EQ(begun_at_first, kWindow);
}

TEST(InOrder, AfterAStopNothingMoreIsToldAndWhatWasIsTheBeginning) {
    std::atomic<bool> stop = false;
    std::vector<std::size_t> told;
    const auto work = [&](std::size_t number) -> std::function<void()> {
        return [&, number] {
            told.push_back(number);
            stop = number == 20;
        };
    };
    EXPECT_EQ(in_order(1'000, {.jobs = 3, .stop = &stop, .on_wait = {}}, work), 21U);
    EXPECT_EQ(told.size(), 21U);
    EXPECT_TRUE(std::ranges::is_sorted(told));
}

TEST(InOrder, TellsThatItWaits) {
    std::atomic<bool> waited = false;
    const auto work = [&](std::size_t) -> std::function<void()> {
        waited.wait(false); // until the caller was asked to show how far it is
        return {};
    };
    const auto on_wait = [&] {
        waited = true;
        waited.notify_all();
    };
    EXPECT_EQ(in_order(1, {.jobs = 1, .stop = nullptr, .on_wait = on_wait}, work), 1U);
}

TEST(InOrder, OfNothingIsNothing) {
    EXPECT_EQ(in_order(0, {}, [](std::size_t) { return std::function<void()>(); }), 0U);
}

} // namespace
} // namespace rempart::pipeline
