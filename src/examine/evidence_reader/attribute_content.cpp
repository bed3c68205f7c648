// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/attribute_content.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "examine/evidence_reader/recovery.hpp"
#include "examine/stream_messages.hpp"

namespace rempart::examine {
namespace {

constexpr std::size_t kRetryBytes = 4096;
/// Whole pieces of which nothing can be read, one behind the other, before the rest is given up.
/// Our choice: 16 MiB of nothing; a medium cut short has no more to give.
constexpr int kMaxDeadPieces = 16;

/// Reads are a multiple of a page but for the last, so that libtsk never has to copy.
std::size_t piece_size(std::size_t room, std::uint64_t done, std::uint64_t size) {
    const std::uint64_t left = size - done;
    if (left <= room) {
        return static_cast<std::size_t>(left);
    }
    const std::uint64_t end = (done + room) / kRetryBytes * kRetryBytes;
    return end > done ? static_cast<std::size_t>(end - done) : room;
}

class ContentReader {
  public:
    ContentReader(const ContentPlace& place, const TSK_FS_ATTR& attribute, ItemSink& sink)
        : place_(place), attribute_(attribute), sink_(sink) {}

    Result<ItemEnd> run();

  private:
    [[nodiscard]] std::uint64_t size_bytes() const {
        return static_cast<std::uint64_t>(std::max<TSK_OFF_T>(attribute_.size, 0));
    }
    [[nodiscard]] std::uint64_t readable_bytes() const;
    [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> out) const;
    /// False if nothing of the piece could be read.
    bool read_piece(std::uint64_t offset, std::span<std::byte> out);
    void add_unread_blocks();
    void add_unread(std::uint64_t from, std::uint64_t count);
    [[nodiscard]] ItemEnd ending(std::uint64_t done) const;

    ContentPlace place_;
    const TSK_FS_ATTR& attribute_;
    ItemSink& sink_;
    DamageMap unread_;
    bool is_doubtful_ = false; ///< Damage, at places of the content that cannot be told.
};

std::uint64_t ContentReader::readable_bytes() const {
    const bool has_plain_map =
        (attribute_.flags & TSK_FS_ATTR_NONRES) != 0 && (attribute_.flags & TSK_FS_ATTR_COMP) == 0;
    if (!has_plain_map) {
        return size_bytes();
    }
    const BlockMap map = follow_blocks(place_.file_system, attribute_, AskAllocation::no);
    // What was never written reads as zeros, wherever the map ends.
    const bool all_written = attribute_.nrd.initsize >= attribute_.size;
    return all_written ? std::min(size_bytes(), map.mapped_bytes) : size_bytes();
}

bool ContentReader::read(std::uint64_t offset, std::span<std::byte> out) const {
    const ssize_t got = tsk_fs_attr_read(&attribute_, static_cast<TSK_OFF_T>(offset),
                                         reinterpret_cast<char*>(out.data()), out.size(),
                                         TSK_FS_FILE_READ_FLAG_NONE);
    return got == static_cast<ssize_t>(out.size());
}

bool ContentReader::read_piece(std::uint64_t offset, std::span<std::byte> out) {
    if (read(offset, out)) {
        return true;
    }
    bool any = false;
    for (std::size_t done = 0; done < out.size(); done += kRetryBytes) {
        const std::span<std::byte> block =
            out.subspan(done, std::min(kRetryBytes, out.size() - done));
        if (read(offset + done, block)) {
            any = true;
        } else {
            std::ranges::fill(block, std::byte{0});
            unread_.add({offset + done, block.size()});
        }
    }
    tsk_error_reset();
    return any;
}

// By now every block of the attribute was read once, so the medium knows of all damage in it; and
// libtsk gave zeros where it does not know the block.
void ContentReader::add_unread_blocks() {
    if ((attribute_.flags & TSK_FS_ATTR_NONRES) == 0) {
        return; // resident content lies in a metadata entry, which would not have been valid
    }
    const DamageMap& damage = place_.medium.damage();
    const std::uint64_t block_bytes = place_.file_system.block_size;
    for (const TSK_FS_ATTR_RUN* run = attribute_.nrd.run; run != nullptr; run = run->next) {
        if (is_gap(place_.file_system, *run)) {
            add_unread(run->offset * block_bytes, run->len * block_bytes);
            continue;
        }
        if (is_hole(place_.file_system, *run) || damage.empty()) {
            continue;
        }
        const std::uint64_t on_medium = place_.offset_bytes + run->addr * block_bytes;
        for (const UnreadRange& range : damage.inside({on_medium, run->len * block_bytes})) {
            add_unread(run->offset * block_bytes + (range.offset_bytes - on_medium),
                       range.size_bytes);
        }
    }
}

void ContentReader::add_unread(std::uint64_t from, std::uint64_t count) {
    if ((attribute_.flags & TSK_FS_ATTR_COMP) != 0) {
        is_doubtful_ = true;
    } else if (from < size_bytes()) {
        unread_.add({from, std::min(count, size_bytes() - from)});
    }
}

ItemEnd ContentReader::ending(std::uint64_t done) const {
    ItemEnd end;
    end.unread = unread_.ranges();
    if (!end.unread.empty()) {
        end.error = Error{Errc::damaged,
                          fmt::format("{} bytes unreadable, first at offset {}",
                                      total_bytes(end.unread), end.unread.front().offset_bytes)};
        if (end.unread.size() > kMaxUnread) {
            end.error->message +=
                fmt::format("; {} more stretches are not listed", end.unread.size() - kMaxUnread);
            end.unread.resize(kMaxUnread);
        }
    } else if (is_doubtful_) {
        end.error = Error{Errc::damaged, "compressed, and stored in damaged blocks"};
    } else if (done < size_bytes()) {
        end.error = Error{Errc::truncated, fmt::format("the block map ends after {} of {} bytes",
                                                       done, size_bytes())};
    }
    return end;
}

Result<ItemEnd> ContentReader::run() {
    const std::uint64_t size = readable_bytes();
    std::uint64_t done = 0;
    int dead_pieces = 0;
    while (done < size && dead_pieces < kMaxDeadPieces) {
        Result<std::span<std::byte>> room = sink_.room();
        if (!room) {
            return fail(room.error());
        }
        const std::span<std::byte> piece = room->first(piece_size(room->size(), done, size));
        dead_pieces = read_piece(done, piece) ? 0 : dead_pieces + 1;
        if (Result<void> wrote = sink_.wrote(piece.size()); !wrote) {
            return fail(wrote.error());
        }
        done += piece.size();
    }
    add_unread_blocks();
    return ending(done);
}

} // namespace

std::optional<Error> reason_to_skip(const ContentPlace& place, const TSK_FS_ATTR& attribute) {
    const auto size_bytes = static_cast<std::uint64_t>(std::max<TSK_OFF_T>(attribute.size, 0));
    if (size_bytes <= kMaxHoleBytes || (attribute.flags & TSK_FS_ATTR_NONRES) == 0) {
        return std::nullopt;
    }
    const BlockMap map = follow_blocks(place.file_system, attribute, AskAllocation::no);
    const std::uint64_t stored = map.mapped_bytes - std::min(map.sparse_bytes, map.mapped_bytes);
    const bool mostly_holes = map.sparse_bytes > kMaxHoleBytes && map.sparse_bytes / 16 > stored;
    if (mostly_holes || is_beyond_reason(size_bytes, place.medium.size_bytes())) {
        return Error{Errc::skipped,
                     fmt::format("{} bytes stated, {} stored: mostly holes", size_bytes, stored)};
    }
    return std::nullopt;
}

Result<ItemEnd> read_content(const ContentPlace& place, const TSK_FS_ATTR& attribute,
                             ItemSink& sink) {
    return ContentReader(place, attribute, sink).run();
}

} // namespace rempart::examine
