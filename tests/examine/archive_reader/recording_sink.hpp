// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rempart/core/bytes.hpp"
#include "rempart/examine/item_stream.hpp"

namespace rempart::examine {

struct Recorded {
    ItemHead head;
    std::string content;
    ItemEnd end;
    bool ended = false;

    /// The first of the two errors that an item can have.
    [[nodiscard]] const Error* error() const {
        return head.error ? &*head.error : end.error ? &*end.error : nullptr;
    }
};

/// Keeps all that a walk tells, and fails the test where the walk breaks the contract of ItemSink.
class RecordingSink final : public ItemSink {
  public:
    /// \param room_bytes small, to see that a walk copes with pieces.
    explicit RecordingSink(std::size_t room_bytes = 4096) : room_(room_bytes) {}

    [[nodiscard]] Result<bool> begin(const ItemHead& head) override {
        EXPECT_TRUE(items.empty() || items.back().ended);
        EXPECT_TRUE(head.kind != ItemKind::problem || head.error);
        items.push_back({.head = head, .content = {}, .end = {}});
        return true;
    }
    [[nodiscard]] Result<std::span<std::byte>> room() override {
        EXPECT_FALSE(items.empty() || items.back().ended);
        return std::span(room_);
    }
    [[nodiscard]] Result<void> wrote(std::size_t size_bytes) override {
        EXPECT_LE(size_bytes, room_.size());
        EXPECT_EQ(items.back().head.kind, ItemKind::file);
        bytes += size_bytes;
        if (keep_content) {
            items.back().content += chars_of(ByteView(room_).first(size_bytes));
        }
        return {};
    }
    [[nodiscard]] Result<void> end(const ItemEnd& how) override {
        EXPECT_FALSE(items.empty() || items.back().ended);
        items.back().end = how;
        items.back().ended = true;
        return {};
    }

    std::vector<Recorded> items;
    std::uint64_t bytes = 0;
    bool keep_content = true;

  private:
    Bytes room_;
};

} // namespace rempart::examine
