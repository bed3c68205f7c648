// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/answer_sink.hpp"

namespace rempart::recognise {
namespace {

// Our choice: some 7,000 hashes; a system call and a wake-up cost nothing beside them.
constexpr std::size_t kBatchBytes = std::size_t{128} << 10;

} // namespace

Result<void> AnswerSink::put(const ListedHash& hash) {
    batch_.add(hash);
    return batch_.message().size() < kBatchBytes ? Result<void>() : flush();
}

Result<void> AnswerSink::put_alive() {
    if (auto sent = flush(); !sent) {
        return sent;
    }
    return channel_.send(encode_alive());
}

Result<void> AnswerSink::end(const Result<HashListSummary>& summary) {
    if (!summary) { // whatever was not sent yet is worth nothing
        return channel_.send(encode_failure(summary.error()));
    }
    if (auto sent = flush(); !sent) {
        return sent;
    }
    return channel_.send(encode_summary(*summary));
}

Result<void> AnswerSink::flush() {
    if (batch_.empty()) {
        return {};
    }
    auto sent = channel_.send(batch_.message());
    batch_.clear();
    return sent;
}

} // namespace rempart::recognise
