// SPDX-License-Identifier: Apache-2.0
#include "examine/shared_area.hpp"

#include <cassert>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

namespace rempart::examine {
namespace {

Error system_error(const char* what) {
    return {Errc::io, std::string(what) + ": " + std::strerror(errno)};
}

} // namespace

Result<std::unique_ptr<SharedArea>> SharedArea::create(std::uint32_t slots) {
    if (slots == 0 || slots > kMaxSlots) {
        return fail(Errc::invalid_argument, "a shared area has 1 to 64 slots");
    }
    UniqueFd memory(::memfd_create("rempart-items", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    UniqueFd slot_returned(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!memory || !slot_returned) {
        return fail(system_error("no shared memory"));
    }
    if (::ftruncate(memory.get(), static_cast<off_t>(kWordsBytes + slots * kSlotBytes)) != 0 ||
        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return fail(system_error("shared memory cannot be sized"));
    }
    // Not make_unique: the constructor is private.
    std::unique_ptr<SharedArea> area(
        new SharedArea(std::move(memory), std::move(slot_returned), slots));
    if (Result<void> mapped = area->map(); !mapped) {
        return fail(mapped.error());
    }
    auto* words = std::construct_at(reinterpret_cast<Words*>(area->base_));
    for (std::uint32_t i = 0; i < slots; ++i) {
        words->is_free[i].store(1, std::memory_order_relaxed);
    }
    return area;
}

Result<std::unique_ptr<SharedArea>> SharedArea::attach(UniqueFd memory, UniqueFd slot_returned) {
    const Result<std::uint64_t> size_bytes = size_of(memory.get());
    if (!size_bytes) {
        return fail(size_bytes.error());
    }
    const std::uint64_t slots =
        *size_bytes < kWordsBytes ? 0 : (*size_bytes - kWordsBytes) / kSlotBytes;
    if (slots == 0 || slots > kMaxSlots || *size_bytes != kWordsBytes + slots * kSlotBytes) {
        return fail(Errc::bad_answer, "the descriptor is no item area");
    }
    std::unique_ptr<SharedArea> area(new SharedArea(std::move(memory), std::move(slot_returned),
                                                    static_cast<std::uint32_t>(slots)));
    if (Result<void> mapped = area->map(); !mapped) {
        return fail(mapped.error());
    }
    return area;
}

SharedArea::~SharedArea() {
    if (base_ != nullptr) {
        ::munmap(base_, kWordsBytes + slots_ * kSlotBytes);
    }
}

Result<void> SharedArea::map() {
    void* base = ::mmap(nullptr, kWordsBytes + slots_ * kSlotBytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED, memory_.get(), 0);
    if (base == MAP_FAILED) {
        return fail(system_error("shared memory cannot be mapped"));
    }
    base_ = static_cast<std::byte*>(base);
    return {};
}

SharedArea::Words& SharedArea::words() const {
    return *std::launder(reinterpret_cast<Words*>(base_));
}

std::span<std::byte> SharedArea::slot(std::uint32_t index) const {
    assert(index < slots_);
    return {base_ + kWordsBytes + index * kSlotBytes, kSlotBytes};
}

void SharedArea::give_back(std::uint32_t index) const {
    words().is_free[index].store(1, std::memory_order_release);
    const std::uint64_t one = 1;
    // It can only fail when the counter is full, and then the child is awake anyway.
    [[maybe_unused]] const ssize_t written = ::write(slot_returned_.get(), &one, sizeof one);
}

bool SharedArea::take(std::uint32_t index) const {
    return words().is_free[index].exchange(0, std::memory_order_acquire) == 1;
}

Result<bool> SharedArea::wait_for_slot(int timeout_ms) const {
    pollfd waited{.fd = slot_returned_.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waited, 1, timeout_ms);
    if (ready < 0 && errno != EINTR) {
        return fail(system_error("waiting for a slot"));
    }
    if (ready > 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t got = ::read(slot_returned_.get(), &count, sizeof count);
    }
    return ready > 0;
}

void SharedArea::set_parent_waiting(bool waiting) const {
    words().parent_waiting.store(waiting ? 1 : 0, std::memory_order_relaxed);
}

bool SharedArea::parent_waiting() const {
    return words().parent_waiting.load(std::memory_order_relaxed) != 0;
}

void SharedArea::set_position(const Position& position) const {
    words().reading.store(position.reading ? 1 : 0, std::memory_order_relaxed);
    words().ordinal.store(position.ordinal, std::memory_order_relaxed);
    words().step.store(position.step, std::memory_order_relaxed);
}

Position SharedArea::position() const {
    return {.ordinal = words().ordinal.load(std::memory_order_relaxed),
            .step = words().step.load(std::memory_order_relaxed),
            .reading = words().reading.load(std::memory_order_relaxed) == 1};
}

} // namespace rempart::examine
