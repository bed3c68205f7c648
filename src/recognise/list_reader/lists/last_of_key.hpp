// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Which record of a key is the last: an exchange tells the same entry several times, changed or
/// withdrawn, and what it says last counts.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// First all records in their order are noted, then, after `seal`, each can be asked for. Memory:
/// 20 bytes a record. Keys are told apart by 128 bits of their SHA-256.
class LastOfKey {
  public:
    /// Our choice: an exchange's file holds a page or a whole fetch; this is some 400 MiB.
    static constexpr std::size_t kMaxRecords = 10'000'000;

    /// The next record has this key. \return `limit_exceeded`.
    [[nodiscard]] Result<void> note(std::string_view key);
    void seal();
    /// Whether no later record has the key of this one, counted from 0; false for one that was not
    /// noted (the file has changed). \pre sealed
    [[nodiscard]] bool is_last(std::uint64_t record) const {
        return record < is_last_.size() && is_last_[record];
    }

  private:
    struct Noted {
        std::array<std::byte, 16> key;
        std::uint32_t record;
        friend auto operator<=>(const Noted&, const Noted&) = default;
    };
    std::vector<Noted> noted_;
    std::vector<bool> is_last_;
};

} // namespace rempart::recognise
