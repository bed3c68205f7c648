// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The sections of the canonical export. Each writes its lines in an order that its values alone
/// decide, never a row number; docs/case-file.md lists the keys.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "casefile/json_writer.hpp"
#include "rempart/casefile/case.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"

namespace rempart::casefile {

/// Items are numbered from 0 through the whole exhibit, however it was split into parts: their seq
/// tells the part, which depends on the run.
class ItemNumbers {
  public:
    [[nodiscard]] static Result<ItemNumbers> read(Case& file);
    /// \return `seq` itself for an item that the case did not have when it was read.
    [[nodiscard]] std::uint64_t of(std::string_view exhibit, std::uint64_t seq) const;

  private:
    /// By exhibit and part: how many items stand in the parts before it.
    std::map<std::string, std::map<std::uint64_t, std::uint64_t>, std::less<>> before_;
};

/// Gathers lines and writes them in large pieces. The descriptor must outlive it.
class CanonicalFile {
  public:
    CanonicalFile(int fd, ItemNumbers numbers) : fd_(fd), numbers_(std::move(numbers)) {}

    /// Begins the line of one object of that type: the caller adds its members.
    JsonWriter& begin(std::string_view type);
    [[nodiscard]] Result<void> end();
    [[nodiscard]] Result<void> flush();
    [[nodiscard]] std::uint64_t number_of(std::string_view exhibit, std::uint64_t seq) const {
        return numbers_.of(exhibit, seq);
    }

  private:
    int fd_;
    ItemNumbers numbers_;
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
