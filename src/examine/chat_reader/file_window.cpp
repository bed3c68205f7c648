// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/file_window.hpp"

#include <algorithm>
#include <span>

#include "examine/chat_protocol.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::examine::chat_reader {

bool FileWindow::holds(std::uint64_t offset, std::size_t size) const {
    return offset >= begin_ && offset - begin_ <= buffer_.size() &&
           size <= buffer_.size() - static_cast<std::size_t>(offset - begin_);
}

Result<void> FileWindow::load(std::uint64_t offset, std::size_t size) {
    const std::uint64_t rest = size_bytes_ > offset ? size_bytes_ - offset : 0;
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size, rest)));
    begin_ = offset;
    const auto read = read_at(descriptor_, offset, std::as_writable_bytes(std::span(buffer_)));
    if (!read) {
        buffer_.clear();
        return fail(read.error());
    }
    if (*read < buffer_.size()) { // the file shrank since it was measured
        buffer_.resize(*read);
        size_bytes_ = offset + *read;
    }
    read_bytes_ += *read;
    if (read_bytes_ < kAliveBytes || !config_.alive) {
        return {};
    }
    read_bytes_ = 0;
    return config_.alive();
}

Result<std::string_view> FileWindow::from(std::uint64_t offset) {
    if (!holds(offset, 1)) {
        if (auto loaded = load(offset, config_.window_bytes); !loaded) {
            return fail(loaded.error());
        }
    }
    return std::string_view(buffer_).substr(static_cast<std::size_t>(offset - begin_));
}

Result<std::string_view> FileWindow::slice(std::uint64_t offset, std::size_t size) {
    const std::uint64_t rest = size_bytes_ > offset ? size_bytes_ - offset : 0;
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, rest));
    if (!holds(offset, size)) {
        if (auto loaded = load(offset, std::max(size, config_.window_bytes)); !loaded) {
            return fail(loaded.error());
        }
        size = std::min(size, buffer_.size());
    }
    return std::string_view(buffer_).substr(static_cast<std::size_t>(offset - begin_), size);
}

} // namespace rempart::examine::chat_reader
