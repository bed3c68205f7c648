// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/list_input.hpp"

#include <algorithm>
#include <cstring>

#include "rempart/core/fd.hpp"
#include "rempart/recognise/list_wire.hpp"

namespace rempart::recognise {

Result<std::size_t> MemoryInput::read_at(std::uint64_t offset, std::span<std::byte> out) {
    const std::string_view rest =
        bytes_.substr(static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size())));
    const std::size_t size = std::min(rest.size(), out.size());
    std::copy_n(bytes_of(rest).begin(), size, out.begin());
    return size;
}

Result<std::size_t> FileInput::read_at(std::uint64_t offset, std::span<std::byte> out) {
    auto read = rempart::read_at(descriptor_, offset, out);
    if (!read) {
        return read;
    }
    read_bytes_ += *read;
    if (read_bytes_ >= kAliveBytes) {
        read_bytes_ = 0;
        if (auto told = alive_(); !told) {
            return fail(told.error());
        }
    }
    return read;
}

} // namespace rempart::recognise
