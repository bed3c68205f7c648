// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The sections of the canonical export. Each writes its lines in an order that its values alone
/// decide, never a row number; docs/case-file.md lists the keys.

#include <optional>
#include <string>
#include <string_view>

#include "casefile/json_writer.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Gathers lines and writes them in large pieces. The descriptor must outlive it.
class CanonicalFile {
  public:
    explicit CanonicalFile(int fd) : fd_(fd) {}

    /// Begins the line of one object of that type: the caller adds its members.
    JsonWriter& begin(std::string_view type);
    [[nodiscard]] Result<void> end();
    [[nodiscard]] Result<void> flush();

  private:
    int fd_;
    JsonWriter line_;
    std::string pending_;
};

void write_time(JsonWriter& out, std::string_view key, TimeValue time);
void write_error(JsonWriter& out, std::string_view key, const std::optional<Error>& error);

/// The exhibits by label; a lasting order, where the rows' own depends on which was added first.
[[nodiscard]] Result<std::vector<ExhibitRecord>> exhibits_by_label(Case& file);

[[nodiscard]] Result<void> write_exhibits(Case& file, CanonicalFile& out); ///< Volumes, items too.
[[nodiscard]] Result<void> write_contents(Case& file, CanonicalFile& out);
[[nodiscard]] Result<void> write_lists(Case& file, CanonicalFile& out);
[[nodiscard]] Result<void> write_hits(Case& file, CanonicalFile& out);
[[nodiscard]] Result<void> write_groups(Case& file, CanonicalFile& out);
[[nodiscard]] Result<void> write_chats(Case& file, CanonicalFile& out);

} // namespace rempart::casefile
