// SPDX-License-Identifier: Apache-2.0
#include "sandbox/protocol.hpp"

#include "rempart/core/wire.hpp"

namespace rempart::sandbox {
namespace {

constexpr std::uint32_t kHelloMark = 0x50'4D'45'52; // "REMP"

} // namespace

Bytes encode_hello(const Confinement& confinement) {
    WireWriter writer;
    writer.u32(kHelloMark);
    writer.u8(confinement.no_new_privileges ? 1 : 0);
    writer.u8(confinement.seccomp ? 1 : 0);
    writer.u32(static_cast<std::uint32_t>(confinement.landlock_abi));
    writer.u8(confinement.resource_limits ? 1 : 0);
    return writer.take();
}

Result<Confinement> decode_hello(ByteView message) {
    WireReader reader(message);
    if (reader.u32() != kHelloMark) {
        reader.reject();
    }
    Confinement confinement;
    confinement.no_new_privileges = reader.u8() != 0;
    confinement.seccomp = reader.u8() != 0;
    confinement.landlock_abi = static_cast<int>(reader.u32() & 0xFFFFU);
    confinement.resource_limits = reader.u8() != 0;
    if (auto finished = reader.finish(); !finished) {
        return fail(std::move(finished).error());
    }
    return confinement;
}

void put_header(std::size_t size_bytes, std::byte* header) {
    for (std::size_t i = 0; i < kHeaderBytes; ++i) {
        header[i] = static_cast<std::byte>(size_bytes >> (8 * i));
    }
}

std::size_t header_size(const std::byte* header) {
    std::size_t size_bytes = 0;
    for (std::size_t i = 0; i < kHeaderBytes; ++i) {
        size_bytes |= std::to_integer<std::size_t>(header[i]) << (8 * i);
    }
    return size_bytes;
}

} // namespace rempart::sandbox
