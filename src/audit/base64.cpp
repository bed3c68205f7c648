// SPDX-License-Identifier: Apache-2.0
#include "audit/base64.hpp"

#include <cstdint>

namespace rempart::audit {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string encode_base64(ByteView bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group <<= 8;
            group |= i + k < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += i + k > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * k)) & 63];
        }
    }
    return text;
}

Result<Bytes> decode_base64(std::string_view text) {
    Bytes bytes;
    std::uint32_t group = 0;
    unsigned bits = 0;
    std::string_view digits = text;
    for (int padding = 0; padding < 2 && digits.ends_with('='); ++padding) {
        digits.remove_suffix(1);
    }
    for (const char c : digits) {
        const std::size_t digit = kDigits.find(c);
        if (digit == std::string_view::npos) {
            return fail(Errc::malformed, "not base64");
        }
        group = (group << 6) | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::byte>(group >> bits));
        }
    }
    // Also refuses a wrong amount of padding and bits that no byte uses.
    if (encode_base64(bytes) != text) {
        return fail(Errc::malformed, "not base64 in its one form");
    }
    return bytes;
}

} // namespace rempart::audit
