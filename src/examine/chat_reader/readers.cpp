// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/readers.hpp"

#include <algorithm>
#include <array>

#include "examine/chat_reader/telegram_walk.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::examine::chat_reader {
namespace {

constexpr std::array kReaders{
    Reader{"telegram_json", read_telegram},
};

} // namespace

std::span<const Reader> readers() noexcept {
    return kReaders;
}

const Reader* find_reader(std::string_view format) noexcept {
    const auto* const found = std::ranges::find(kReaders, format, &Reader::format);
    return found == kReaders.end() ? nullptr : found;
}

Result<void> read_telegram(const ReadJob& job, ChatSink& sink) {
    const auto size_bytes = size_of(job.descriptor);
    if (!size_bytes) {
        return fail(size_bytes.error());
    }
    FileWindow file(job.descriptor, *size_bytes, {.alive = job.alive});
    TelegramEmitter emitter(sink, job.limits);
    return TelegramWalk(file, emitter, job.limits).run();
}

} // namespace rempart::examine::chat_reader
