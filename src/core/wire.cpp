// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/wire.hpp"

#include <algorithm>
#include <cassert>

#include "rempart/core/text.hpp"

namespace rempart {

void WireWriter::bytes(ByteView value) {
    assert(value.size() <= 0xFFFF'FFFFU);
    u32(static_cast<std::uint32_t>(value.size()));
    message_.insert(message_.end(), value.begin(), value.end());
}

void WireWriter::raw(ByteView value) {
    message_.insert(message_.end(), value.begin(), value.end());
}

void WireWriter::time(TimeValue value) {
    u8(static_cast<std::uint8_t>(value.kind));
    i64(value.micros);
}

void WireWriter::error(const Error& value) {
    u8(static_cast<std::uint8_t>(value.code));
    text(value.message);
}

void WireReader::raw(std::span<std::byte> out) {
    if (!ok_ || out.size() > rest_.size()) {
        ok_ = false;
        return;
    }
    std::copy_n(rest_.begin(), out.size(), out.begin());
    rest_ = rest_.subspan(out.size());
}

ByteView WireReader::bytes(std::size_t max_size) {
    const std::size_t size = u32();
    if (!ok_ || size > max_size || size > rest_.size()) {
        ok_ = false;
        return {};
    }
    const ByteView value = rest_.first(size);
    rest_ = rest_.subspan(size);
    return value;
}

std::string WireReader::text(std::size_t max_size) {
    const std::string_view value = chars_of(bytes(max_size));
    if (!is_utf8(value)) {
        ok_ = false;
        return {};
    }
    return std::string(value);
}

TimeValue WireReader::time() {
    const auto kind = enumerator(TimeKind::ambiguous);
    const std::int64_t micros = i64();
    return kind == TimeKind::none || !ok_ ? TimeValue{} : TimeValue{kind, micros};
}

Error WireReader::error() {
    constexpr std::size_t kMaxMessageBytes = 1024;
    const auto code = enumerator(kLastErrc);
    return {code, text(kMaxMessageBytes)};
}

Result<void> WireReader::finish() const {
    if (!ok_ || !rest_.empty()) {
        return fail(Errc::bad_answer, ok_ ? "bytes left over in a message" : "malformed message");
    }
    return {};
}

} // namespace rempart
