// SPDX-License-Identifier: Apache-2.0
// The first half of the input says in what order fields are read (one byte each), the rest is the
// message. What a reader gives, written again, must be the bytes that it took.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "rempart/core/wire.hpp"

namespace {

using namespace rempart;

// Reads one field of the kind that `step` names and writes it again.
void copy_field(std::uint8_t step, WireReader& reader, WireWriter& writer) {
    switch (step % 8) {
    case 0: writer.u8(reader.u8()); return;
    case 1: writer.u16(reader.u16()); return;
    case 2: writer.u32(reader.u32()); return;
    case 3: writer.u64(reader.u64()); return;
    case 4: writer.i64(reader.i64()); return;
    case 5: writer.bytes(reader.bytes()); return;
    case 6: writer.text(reader.text()); return;
    default: writer.error(reader.error()); return;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input = std::as_bytes(std::span(data, size));
    const ByteView message = input.subspan(size / 2);
    WireReader reader(message);
    WireWriter writer;
    for (const std::byte step : input.first(size / 2)) {
        WireWriter field;
        copy_field(std::to_integer<std::uint8_t>(step), reader, field);
        if (!reader.ok()) {
            break;
        }
        for (const std::byte byte : field.message()) {
            writer.u8(std::to_integer<std::uint8_t>(byte));
        }
    }
    const Bytes& copy = writer.message();
    const bool same = copy.size() <= message.size() &&
                      (copy.empty() || std::memcmp(copy.data(), message.data(), copy.size()) == 0);
    const bool all = reader.finish().has_value();
    if (!same || (all && copy.size() != message.size())) {
        std::abort();
    }
    return 0;
}
