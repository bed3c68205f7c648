// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/input.hpp"

#include <string>
#include <utility>

#include <sys/mman.h>

#include "rempart/core/fd.hpp"

namespace rempart::media {
namespace {

constexpr std::uint64_t kMaxReadBytes = std::uint64_t{64} << 20;

} // namespace

Input::Input(Input&& other) noexcept
    : read_(std::move(other.read_)), mapped_(std::exchange(other.mapped_, {})) {
}

Input::~Input() {
    if (!mapped_.empty()) {
        munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
    }
}

Result<Input> Input::open(int descriptor, std::uint64_t max_bytes) {
    const auto size = size_of(descriptor);
    if (!size) {
        return fail(size.error());
    }
    if (*size == 0) {
        return fail(Errc::truncated, "the file is empty");
    }
    if (*size > max_bytes) {
        return fail(Errc::limit_exceeded, "the file has " + std::to_string(*size) +
                                              " bytes, limit " + std::to_string(max_bytes));
    }
    Input input;
    if (*size <= kMaxReadBytes) {
        input.read_.resize(*size);
        const auto read = read_at(descriptor, 0, input.read_);
        if (!read) {
            return fail(read.error());
        }
        input.read_.resize(*read); // shorter if the file shrank meanwhile
        return input;
    }
    void* memory = mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (memory == MAP_FAILED) {
        return fail(Errc::memory, "no memory to map a file of " + std::to_string(*size) + " bytes");
    }
    input.mapped_ = {static_cast<const std::byte*>(memory), *size};
    return input;
}

} // namespace rempart::media
