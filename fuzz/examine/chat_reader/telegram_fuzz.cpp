// SPDX-License-Identifier: Apache-2.0
// Any bytes as a Telegram export. Checked: the counts are those of what was told, places lie in the
// file, the parent accepts the stream, and every record survives the wire unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "examine/chat_protocol.hpp"
#include "examine/chat_reader/readers.hpp"
#include "rempart/core/fd.hpp"

namespace {

using namespace rempart;
using namespace rempart::examine;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

struct CheckingSink : ChatSink {
    ChatOrder order;
    explicit CheckingSink(std::uint64_t file_bytes) : order(file_bytes) {}
    Result<void> put(const ChatEvent& event) override {
        WireWriter sent;
        encode_chat_record(sent, event);
        const auto received = decode_chat_answer(sent.message());
        require(received && received->size() == 1);
        WireWriter again;
        encode_chat_record(again, received->front());
        require(again.message() == sent.message());
        require(order.accept(received->front()).has_value());
        return {};
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto file = make_memory_file("fuzz");
    require(file && write_all(file->get(), std::as_bytes(std::span(data, size))));
    CheckingSink sink(size);
    (void)chat_reader::read_telegram({.descriptor = file->get(),
                                      .limits = {.max_record_bytes = 1 << 16, .max_depth = 16},
                                      .alive = {}},
                                     sink);
    return 0;
}
