// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Files that the user names on the command line: mapped, hashed, read as lists.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/pipeline/read_list.hpp"
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

/// A regular file of the user's own, open for reading; his own symbolic link is followed.
/// \return `not_found`, `io`, `unsupported` for anything but a regular file.
[[nodiscard]] Result<UniqueFd> open_own_file(const std::filesystem::path& path);

/// A new file for its owner only, or none: nothing that exists is overwritten.
[[nodiscard]] UniqueFd open_new_file(const std::filesystem::path& path);

/// SHA-256 of `text`, hex.
[[nodiscard]] std::string sha256_hex(std::string_view text);
/// SHA-256 of the whole file, hex. \return `io`.
[[nodiscard]] Result<std::string> sha256_hex(int descriptor);

/// How lists are read: by the list_reader that is installed with this program. \return `not_found`.
[[nodiscard]] Result<pipeline::ListReaderConfig> list_reader_config();

/// One sentence for each thing about a list that its user must hear of: `polarity` is what was
/// asked for, "" if nothing was.
[[nodiscard]] std::vector<std::string> list_notices(const recognise::HashListSummary& summary,
                                                    std::string_view polarity);

/// What --format and --algorithm mean together.
struct ListFormatChoice {
    const recognise::HashListFormat* format = nullptr; ///< Null: automatic.
    std::optional<recognise::HashKind> kind;
};
/// \return `invalid_argument` naming the formats there are.
[[nodiscard]] Result<ListFormatChoice> choose_list_format(std::string_view format,
                                                          std::string_view algorithm);

} // namespace rempart::cli
