// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The few calls that make files of a case and of its exports appear whole or not at all.

#include <filesystem>
#include <string_view>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// "what: strerror" as an `io` error; no path in it.
[[nodiscard]] Error system_error(std::string_view what);

/// 16 random bytes as the text of a version 4 UUID (RFC 9562, section 5.4), from getrandom.
[[nodiscard]] Result<std::string> make_uuid();

/// A file that is written beside its target and then takes the target's name. What is not
/// published is removed when this is destroyed.
class NewFile {
  public:
    /// Makes an empty file, readable for its owner only. \return `invalid_argument` if the target
    /// exists, `io`.
    [[nodiscard]] static Result<NewFile> beside(const std::filesystem::path& target);
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    /// Flushes the bytes to the disk, then gives the file its name, which must still be free.
    /// \return `io`, `invalid_argument` if the target exists by now.
    [[nodiscard]] Result<void> publish();

  private:
    NewFile(UniqueFd fd, std::filesystem::path path, std::filesystem::path target);
    UniqueFd fd_;
    std::filesystem::path path_, target_;
};

/// Flushes a folder's own entries to the disk. \return `io`.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

/// Gives `from` the name `to`, which must be free. \return `invalid_argument` if it is not, `io`.
[[nodiscard]] Result<void> rename_to_free_name(const std::filesystem::path& from,
                                               const std::filesystem::path& to);

} // namespace rempart::casefile
