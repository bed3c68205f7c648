// SPDX-License-Identifier: Apache-2.0
// What the parent makes of a batch that a hostile reader sends.
#include <cstdint>
#include <cstdlib>

#include "examine/shared_area.hpp"
#include "examine/stream_messages.hpp"

using namespace rempart;
using namespace rempart::examine;

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

Bytes encoded(const std::vector<StreamRecord>& records) {
    WireWriter out;
    for (const StreamRecord& record : records) {
        put_record(out, record);
    }
    return out.take();
}

/// What the parent relies on once a record was accepted.
void check_accepted(const StreamRecord& record) {
    if (const auto* bytes = std::get_if<SlotBytes>(&record)) {
        require(bytes->slot < kDefaultSlots && bytes->size > 0 &&
                std::uint64_t{bytes->offset} + bytes->size <= kSlotBytes);
    } else if (const auto* begin = std::get_if<ItemBegin>(&record)) {
        require(begin->head.path.size() <= kMaxPathBytes &&
                begin->head.path.find('\0') == std::string::npos);
        require(begin->head.kind != ItemKind::problem || begin->head.error.has_value());
    } else if (const auto* end = std::get_if<ItemEnd>(&record)) {
        require(end->unread.size() <= kMaxUnread);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Result<std::vector<StreamRecord>> records =
        decode_batch(std::as_bytes(std::span(data, size)));
    if (!records) {
        require(records.error().code == Errc::bad_answer);
        return 0;
    }
    require(records->size() <= kMaxBatchRecords);
    const Bytes once = encoded(*records);
    const Result<std::vector<StreamRecord>> again = decode_batch(once);
    require(again.has_value() && encoded(*again) == once);
    StreamOrder order(0, kDefaultSlots);
    std::uint64_t begun = 0;
    for (const StreamRecord& record : *records) {
        if (!order.accept(record)) {
            break;
        }
        check_accepted(record);
        begun += std::holds_alternative<ItemBegin>(record) ? 1U : 0U;
        require(order.next_ordinal() == begun);
    }
    return 0;
}
