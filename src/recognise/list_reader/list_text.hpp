// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The text of a list through a bounded window, in UTF-8 or in whatever a list has if not UTF-16.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "recognise/list_reader/list_input.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Reads a list from its beginning to its end. A byte order mark is skipped; text that begins with
/// that of UTF-16, either order, becomes UTF-8 on the way (RFC 2781). Memory: the window or the
/// longest piece that was asked for, whichever is more.
///
/// The views that it gives are good until its next call.
class ListText {
  public:
    /// Our choice: so large that a system call costs nothing beside the parse.
    static constexpr std::size_t kWindowBytes = std::size_t{1} << 18;

    /// The input must outlive the text. Tests make the window small to meet every seam.
    explicit ListText(ListInput& input, std::size_t window_bytes = kWindowBytes)
        : input_(&input), window_bytes_(window_bytes) {}
    /// Text at hand, as it is: for what looks at a beginning only. It must outlive this.
    explicit ListText(std::string_view text) : rest_(text), started_(true) {}
    ListText(const ListText&) = delete;
    ListText& operator=(const ListText&) = delete;

    /// What follows: at least `wanted` bytes, or all that is left.
    /// \return `io`; `malformed` for UTF-16 that is none, with its byte.
    [[nodiscard]] Result<std::string_view> peek(std::size_t wanted);
    /// Goes on behind the first `size` bytes of what `peek` gave last.
    void advance(std::size_t size);
    /// Bytes of (decoded) text that were gone over.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

  private:
    enum class Encoding : std::uint8_t { bytes, utf16_little, utf16_big };

    [[nodiscard]] Result<void> start();
    [[nodiscard]] Result<void> fill();
    [[nodiscard]] Result<void> append_utf16(std::string_view raw);
    [[nodiscard]] bool at_end_of_input() const;

    ListInput* input_ = nullptr;
    std::size_t window_bytes_ = 0;
    std::string_view rest_; ///< Of buffer_, or of the text at hand.
    bool started_ = false;
    Encoding encoding_ = Encoding::bytes;
    std::uint64_t offset_ = 0;
    std::uint64_t input_offset_ = 0; ///< Of what is read next.
    std::string buffer_;
    std::string raw_;                    ///< UTF-16 as it was read.
    std::optional<char32_t> first_half_; ///< Of a pair whose second unit is not read yet.
};

} // namespace rempart::recognise
