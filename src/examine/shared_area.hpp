// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The memory that a confined reader and the main program share: a page of words and a row of
/// slots for content.
///
/// The child may write anywhere in it at any time, also while the parent reads. Nothing in it is
/// trusted: the parent takes numbers from messages only, and content is read ONCE. Whoever needs
/// the same bytes twice (a digest and a decoder that must agree) copies them first; what is hashed
/// and what is looked at could otherwise differ if the child is hostile.
///
/// The size is sealed: the child cannot make the parent fault by cutting the file.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::examine {

inline constexpr std::size_t kSlotBytes = std::size_t{1} << 20;
inline constexpr std::uint32_t kMaxSlots = 64;
/// Our choice: enough that a reader is a few milliseconds ahead of two hashing threads, and small
/// against the 512 MiB of an ingest.
inline constexpr std::uint32_t kDefaultSlots = 24;

/// Where the child is, so that its death can be laid to something. Written by the child.
struct Position {
    std::uint64_t ordinal = 0; ///< Of the item being read, or of the next one.
    std::uint64_t step = 0;    ///< Risky steps of the walk so far, see ItemStreamWriter::step.
    bool reading = false;      ///< In the content of `ordinal`; else on the way to it.
};

class SharedArea {
  public:
    /// The parent's. \return `io`, `invalid_argument` (0 or more than kMaxSlots slots).
    [[nodiscard]] static Result<std::unique_ptr<SharedArea>> create(std::uint32_t slots);
    /// The child's: maps what it was handed. \return `io`, `bad_answer` (not such an area).
    [[nodiscard]] static Result<std::unique_ptr<SharedArea>> attach(UniqueFd memory,
                                                                    UniqueFd slot_returned);
    SharedArea(const SharedArea&) = delete;
    SharedArea& operator=(const SharedArea&) = delete;
    ~SharedArea();

    [[nodiscard]] int memory_descriptor() const { return memory_.get(); }
    [[nodiscard]] int return_descriptor() const { return slot_returned_.get(); }
    [[nodiscard]] std::uint32_t slots() const { return slots_; }
    [[nodiscard]] std::span<std::byte> slot(std::uint32_t index) const;

    /// Parent: the slot may be filled again. Any thread.
    void give_back(std::uint32_t index) const;
    /// Child: takes a slot that was given back, or nothing.
    [[nodiscard]] bool take(std::uint32_t index) const;
    /// Child: waits until a slot comes back, at most `timeout_ms`. False: time is over.
    [[nodiscard]] Result<bool> wait_for_slot(int timeout_ms) const;

    /// Parent: whether it waits for a message now; the child then hurries.
    void set_parent_waiting(bool waiting) const;
    [[nodiscard]] bool parent_waiting() const;
    void set_position(const Position& position) const;
    [[nodiscard]] Position position() const;

  private:
    struct Words {
        std::atomic<std::uint64_t> ordinal;
        std::atomic<std::uint64_t> step;
        std::atomic<std::uint32_t> reading;
        std::atomic<std::uint32_t> parent_waiting;
        std::array<std::atomic<std::uint32_t>, kMaxSlots> is_free;
    };
    static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
    static constexpr std::size_t kWordsBytes = 4096;
    static_assert(sizeof(Words) <= kWordsBytes);

    SharedArea(UniqueFd memory, UniqueFd slot_returned, std::uint32_t slots)
        : memory_(std::move(memory)), slot_returned_(std::move(slot_returned)), slots_(slots) {}
    [[nodiscard]] Result<void> map();
    [[nodiscard]] Words& words() const;

    UniqueFd memory_;
    UniqueFd slot_returned_; ///< An eventfd: written after each give_back.
    std::uint32_t slots_ = 0;
    std::byte* base_ = nullptr;
};

} // namespace rempart::examine
