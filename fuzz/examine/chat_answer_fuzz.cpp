// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of a chat_reader that has been taken over. Checked: what is accepted can
// be encoded and is accepted again, unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "examine/chat_protocol.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    using namespace rempart::examine;
    const auto records = decode_chat_answer(std::as_bytes(std::span(data, size)));
    if (!records) {
        return 0;
    }
    ChatOrder order(1 << 20);
    WireWriter out;
    for (const ChatRecord& record : *records) {
        (void)order.accept(record);
        encode_chat_record(out, record);
    }
    const auto again = decode_chat_answer(out.message());
    if (!again || again->size() != records->size()) {
        std::abort();
    }
    WireWriter twice;
    for (const ChatRecord& record : *again) {
        encode_chat_record(twice, record);
    }
    if (twice.message() != out.message()) {
        std::abort();
    }
    return 0;
}
