// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The fields of one line of comma separated values.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// Reusable: the fields of a line are good until the next line is split.
///
/// Source: RFC 4180, with any delimiter, and a line is always a record: a quoted field cannot hold
/// a line end (no list that we know of needs it, and one lost quote would swallow records).
class CsvFields {
  public:
    /// \return `malformed` for a quote that is not closed, or one inside an unquoted field.
    [[nodiscard]] Result<void> split(std::string_view line, char delimiter);

    [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }

  private:
    [[nodiscard]] Result<std::string_view> take_field(std::string_view& rest, char delimiter);
    [[nodiscard]] Result<std::string_view> take_quoted(std::string_view& rest);

    std::vector<std::string_view> fields_;
    std::string unescaped_; ///< Of those that hold a doubled quote.
};

} // namespace rempart::recognise
