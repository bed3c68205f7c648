// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Files that the user names on the command line: mapped, hashed, read as lists.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::cli {

/// A file in memory as long as this lives. Movable.
class MappedFile {
  public:
    /// \return `not_found`, `io`, `unsupported` for anything but a regular file.
    [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& path);
    [[nodiscard]] std::string_view text() const { return text_; }

  private:
    std::string_view text_;
    std::shared_ptr<void> mapping_; ///< Shared only to have a deleter of its own.
};

/// A new file for its owner only, or none: nothing that exists is overwritten.
[[nodiscard]] UniqueFd open_new_file(const std::filesystem::path& path);

/// SHA-256 of `text`, hex.
[[nodiscard]] std::string sha256_hex(std::string_view text);

/// Said of a list whose HashListSummary has an unterminated_last_line.
inline constexpr std::string_view kUnterminatedNotice =
    "a last line without an end was taken, because it ends in a whole hash; the list may have been "
    "cut there";

/// What --format and --algorithm mean together.
struct ListFormatChoice {
    const recognise::HashListFormat* format = nullptr; ///< Null: automatic.
    std::optional<recognise::HashKind> kind;
};
/// \return `invalid_argument` naming the formats there are.
[[nodiscard]] Result<ListFormatChoice> choose_list_format(std::string_view format,
                                                          std::string_view algorithm);

} // namespace rempart::cli
