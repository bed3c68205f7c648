// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/batch_sink.hpp"

#include <fmt/format.h>

namespace rempart::examine::chat_reader {
namespace {

// Our choice: some 300 messages; a system call costs nothing beside them.
constexpr std::size_t kBatchBytes = std::size_t{128} << 10;

} // namespace

Result<void> BatchSink::put(const ChatEvent& event) {
    return add(event);
}

Result<void> BatchSink::put_alive() {
    if (auto added = add(ChatAlive{}); !added) {
        return added;
    }
    return flush();
}

Result<void> BatchSink::put_failure(const Error& why) {
    if (auto added = add(why); !added) {
        return added;
    }
    return flush();
}

Result<void> BatchSink::add(const ChatRecord& record) {
    record_.clear();
    encode_chat_record(record_, record);
    const std::size_t size = record_.message().size();
    if (size > max_answer_bytes_) {
        return fail(Errc::limit_exceeded,
                    fmt::format("{} bytes to tell, at most {} allowed", size, max_answer_bytes_));
    }
    if (batch_.size() + size > max_answer_bytes_) {
        if (auto sent = flush(); !sent) {
            return sent;
        }
    }
    batch_.insert(batch_.end(), record_.message().begin(), record_.message().end());
    return batch_.size() < kBatchBytes ? Result<void>() : flush();
}

Result<void> BatchSink::flush() {
    if (batch_.empty()) {
        return {};
    }
    auto sent = channel_.send(batch_);
    batch_.clear();
    return sent;
}

} // namespace rempart::examine::chat_reader
