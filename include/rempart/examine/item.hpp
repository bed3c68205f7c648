// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// An item: one thing with a place in the evidence, as a reader saw it. Its bytes come apart.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::examine {

enum class ItemKind : std::uint8_t {
    file, ///< A stream of bytes: a file, an attribute or alternate data stream, an archive member.
    symlink, ///< A symbolic or hard link to elsewhere: recorded, never followed.
    special, ///< A device, socket or FIFO: recorded, never opened.
    problem, ///< No item of its own: a part of the evidence that could not be read, with its
             ///< reason.
};
inline constexpr ItemKind kLastItemKind = ItemKind::problem;

enum class ItemState : std::uint8_t {
    allocated, ///< Live in its file system or archive-free folder.
    deleted,   ///< Its name or its metadata is marked as deleted.
    carved,    ///< Found by content, without a file system's word.
    embedded,  ///< Inside another item (archive member).
};
inline constexpr ItemState kLastItemState = ItemState::embedded;

/// How far the bytes of a deleted item can be trusted. `none` for items that are not deleted.
enum class Recovery : std::uint8_t {
    none,
    intact,             ///< The file system still holds the full map of its blocks, none reused.
    contiguity_assumed, ///< The map is lost (FAT): the bytes after the first block are a guess.
    partial,            ///< Some blocks are known to be missing.
    overwritten,        ///< Blocks are in use by another file: the bytes are probably not its own.
};
inline constexpr Recovery kLastRecovery = Recovery::overwritten;

[[nodiscard]] std::string_view name(ItemKind kind) noexcept;
[[nodiscard]] std::string_view name(ItemState state) noexcept;
/// "contiguity-assumed", as in the command line's contract; "" for none.
[[nodiscard]] std::string_view name(Recovery recovery) noexcept;

struct ItemTimes {
    TimeValue created, modified, accessed, changed;
    friend bool operator==(const ItemTimes&, const ItemTimes&) = default;
};

struct ItemHead {
    /// Inside its source, '/' between parts, valid UTF-8 (core to_utf8); no leading '/' but in the
    /// name of an `embedded` item, which stands behind its archive's. Only a label: never used as a
    /// path on the machine that examines.
    std::string path;
    std::string stream; ///< The name of an alternate data stream or attribute; "" for the main one.
    ItemKind kind = ItemKind::file;
    ItemState state = ItemState::allocated;
    Recovery recovery = Recovery::none;
    std::uint64_t size_bytes = 0; ///< As the source states it; what could be read may be less.
    ItemTimes times;
    /// Why it could not be read or not fully, known before its bytes. A `problem` always has one.
    std::optional<Error> error;
    friend bool operator==(const ItemHead&, const ItemHead&) = default;
};

/// One volume or file system found on a medium, or a stretch that is neither.
struct VolumeInfo {
    std::uint64_t offset_bytes = 0;
    std::uint64_t size_bytes = 0;
    std::string label;       ///< "partition 2 (Linux)" or "whole medium".
    std::string file_system; ///< "ext4", "ntfs"; "" if none was recognised.
    std::uint64_t items = 0;
    std::optional<Error> error;
    friend bool operator==(const VolumeInfo&, const VolumeInfo&) = default;
};

} // namespace rempart::examine
