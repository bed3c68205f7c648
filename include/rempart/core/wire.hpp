// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The binary form of the small messages between the main program and its confined children.
///
/// Integers are little-endian and fixed in width; text and bytes carry a u32 length in front. The
/// sender may be hostile: the reader checks every length against what is there, and turns sticky:
/// after the first fault every further read gives zero or nothing and `ok()` is false. So a decoder
/// reads all fields and asks once, and a fault can never be read past.

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart {

/// Appends values to a message. Never fails but for memory.
class WireWriter {
  public:
    void u8(std::uint8_t value) { number(value); }
    void u16(std::uint16_t value) { number(value); }
    void u32(std::uint32_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }
    void i64(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
    void bytes(ByteView value); ///< \pre value.size() < 2^32
    void raw(ByteView value);   ///< Without a length: the reader knows how many there are.
    void text(std::string_view value) { bytes(bytes_of(value)); }
    void time(TimeValue value);
    void error(const Error& value);

    [[nodiscard]] const Bytes& message() const { return message_; }
    [[nodiscard]] Bytes take() { return std::move(message_); }
    void clear() { message_.clear(); }

  private:
    template <std::unsigned_integral T>
    void number(T value) {
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            message_.push_back(static_cast<std::byte>(value >> (8 * i)));
        }
    }
    Bytes message_;
};

/// Reads values in the order in which they were written. Holds a view: the message must outlive it.
class WireReader {
  public:
    explicit WireReader(ByteView message) : rest_(message) {}

    [[nodiscard]] std::uint8_t u8() { return number<std::uint8_t>(); }
    [[nodiscard]] std::uint16_t u16() { return number<std::uint16_t>(); }
    [[nodiscard]] std::uint32_t u32() { return number<std::uint32_t>(); }
    [[nodiscard]] std::uint64_t u64() { return number<std::uint64_t>(); }
    [[nodiscard]] std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    /// A view into the message; empty after a fault or if longer than `max_size`, which is a fault.
    [[nodiscard]] ByteView bytes(std::size_t max_size = 0xFFFF'FFFF);
    /// Fills `out` from bytes that were written as `raw`; leaves it as it is after a fault.
    void raw(std::span<std::byte> out);
    /// As `bytes`, of text; anything but valid UTF-8 is a fault.
    [[nodiscard]] std::string text(std::size_t max_size = 65'536);
    /// An enumerator not above `last`; a larger one is a fault.
    template <typename Enum>
    [[nodiscard]] Enum enumerator(Enum last) {
        const std::uint8_t value = u8();
        if (value > static_cast<std::uint8_t>(last)) {
            ok_ = false;
            return {};
        }
        return static_cast<Enum>(value);
    }
    [[nodiscard]] TimeValue time();
    [[nodiscard]] Error error();

    /// Marks the message as faulty: for checks of meaning that the caller makes.
    void reject() { ok_ = false; }
    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t remaining() const { return ok_ ? rest_.size() : 0; }
    /// `bad_answer` after a fault or if bytes are left over.
    [[nodiscard]] Result<void> finish() const;

  private:
    template <std::unsigned_integral T>
    T number() {
        if (!ok_ || rest_.size() < sizeof(T)) {
            ok_ = false;
            return 0;
        }
        T value = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i) {
            value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(rest_[i]) << (8 * i)));
        }
        rest_ = rest_.subspan(sizeof(T));
        return value;
    }
    ByteView rest_;
    bool ok_ = true;
};

} // namespace rempart
