// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/member_content.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "examine/archive_reader/archive_status.hpp"

namespace rempart::examine {
namespace {

/// Small archives of text compress well: below this no ratio is an alarm.
constexpr std::uint64_t kRatioFreeBytes = std::uint64_t{64} << 20;
/// Our choice: calls in a row that bring nothing, before the decoder is taken for stuck.
constexpr int kMaxIdleCalls = 10'000;
/// Limits are looked at between pieces of this size, or a hole of 2^60 bytes would pass as one.
constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;

} // namespace

struct MemberContent::Block {
    int status = ARCHIVE_OK;
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
};

std::optional<Error> MemberContent::limit_for(std::uint64_t more_bytes) const {
    const std::uint64_t total = total_bytes_ + more_bytes; // no overflow: both stay below 2^63
    if (total > limits_->max_total_bytes) {
        return Error{Errc::limit_exceeded, fmt::format("more than {} bytes unpacked (limit of the "
                                                       "total): the rest is not read",
                                                       limits_->max_total_bytes)};
    }
    if (total > kRatioFreeBytes &&
        total / std::max<std::uint64_t>(input_->consumed_bytes(), 1) >= limits_->max_ratio) {
        return Error{Errc::limit_exceeded,
                     fmt::format("unpacks to more than {} times its size (limit of the ratio): "
                                 "the rest is not read",
                                 limits_->max_ratio)};
    }
    return std::nullopt;
}

Result<void> MemberContent::put(ByteView bytes) {
    while (!bytes.empty()) {
        auto room = sink_->room();
        if (!room) {
            return fail(room.error());
        }
        const std::size_t step = std::min(room->size(), bytes.size());
        std::memcpy(room->data(), bytes.data(), step);
        if (crc_) {
            crc_->add(bytes.first(step));
        }
        if (auto written = sink_->wrote(step); !written) {
            return written;
        }
        bytes = bytes.subspan(step);
    }
    return {};
}

Result<void> MemberContent::put_zeros(std::uint64_t count) {
    while (count > 0) {
        auto room = sink_->room();
        if (!room) {
            return fail(room.error());
        }
        const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(room->size(), count));
        std::memset(room->data(), 0, step);
        if (auto written = sink_->wrote(step); !written) {
            return written;
        }
        count -= step;
    }
    return {};
}

// Fills the hole up to `offset`, if there is one. Only tar has holes; xar's offsets count on over
// all members.
Result<void> MemberContent::reach(std::int64_t offset, ContentEnd& end) {
    while (has_holes_ && offset > 0 && !end.archive_over &&
           static_cast<std::uint64_t>(offset) > member_bytes_) {
        const std::uint64_t step =
            std::min(static_cast<std::uint64_t>(offset) - member_bytes_, kPieceBytes);
        end.archive_over = limit_for(step);
        if (end.archive_over) {
            break;
        }
        if (auto written = put_zeros(step); !written) {
            return written;
        }
        member_bytes_ += step;
        total_bytes_ += step;
    }
    return {};
}

// False: no more of this member.
Result<bool> MemberContent::take(const Block& block, ContentEnd& end) {
    if (has_holes_ &&
        (block.offset < 0 || static_cast<std::uint64_t>(block.offset) < member_bytes_)) {
        end.how.error = Error{Errc::damaged, "parts of the member overlap"};
        return false;
    }
    if (auto reached = reach(block.offset, end); !reached) {
        return fail(reached.error());
    }
    ByteView bytes(static_cast<const std::byte*>(block.data), block.size);
    while (!end.archive_over && !bytes.empty()) {
        const ByteView piece = bytes.first(std::min<std::size_t>(bytes.size(), kPieceBytes));
        end.archive_over = limit_for(piece.size());
        if (end.archive_over) {
            break;
        }
        if (auto written = put(piece); !written) {
            return fail(written.error());
        }
        member_bytes_ += piece.size();
        total_bytes_ += piece.size();
        bytes = bytes.subspan(piece.size());
    }
    return !end.archive_over;
}

// Whether the content that came agrees with what was stated.
std::optional<Error> MemberContent::fault_against(const ContentStated& stated) const {
    if (stated.size_bytes && *stated.size_bytes != member_bytes_) {
        return Error{Errc::damaged, fmt::format("{} bytes came, {} were stated", member_bytes_,
                                                *stated.size_bytes)};
    }
    const auto came_mod_2_32 = static_cast<std::uint32_t>(member_bytes_);
    if (stated.check && crc_ &&
        stated.check->size_mod_2_32.value_or(came_mod_2_32) == came_mod_2_32 &&
        crc_->value() != stated.check->crc32) {
        return Error{Errc::damaged, fmt::format("CRC {:08x}, {:08x} was stated", crc_->value(),
                                                stated.check->crc32)};
    }
    return std::nullopt;
}

// The decoder's blocks, until it or a limit ends the member.
Result<void> MemberContent::run(ContentEnd& end) {
    int idle_calls = 0;
    while (true) {
        Block block;
        block.status = archive_read_data_block(reader_, &block.data, &block.size, &block.offset);
        if (block.status == ARCHIVE_EOF) {
            return reach(block.offset, end);
        }
        const bool failed = block.status < ARCHIVE_OK && block.status != ARCHIVE_RETRY;
        if (failed && !end.how.error) {
            end.how.error = error_of_status(reader_, block.status, *input_);
        }
        if (block.status == ARCHIVE_FATAL) {
            end.archive_over = end.how.error;
        }
        if (block.status == ARCHIVE_FATAL || block.status == ARCHIVE_FAILED) {
            return {};
        }
        const bool idle = block.status == ARCHIVE_RETRY || block.size == 0 || block.data == nullptr;
        idle_calls = idle ? idle_calls + 1 : 0;
        if (idle_calls > kMaxIdleCalls) {
            end.how.error = Error{Errc::damaged, "the decoder does not get on"};
            end.archive_over = end.how.error;
            return {};
        }
        if (idle) {
            continue;
        }
        const auto more = take(block, end);
        if (!more) {
            return fail(more.error());
        }
        if (!*more) {
            return {};
        }
    }
}

Result<ContentEnd> MemberContent::copy(const ContentStated& stated) {
    ContentEnd end;
    member_bytes_ = 0;
    has_holes_ = format_family(reader_) == ARCHIVE_FORMAT_TAR;
    crc_ = stated.check ? std::optional(Crc32{}) : std::nullopt;
    if (auto done = run(end); !done) {
        return fail(done.error());
    }
    if (end.archive_over && !end.how.error) {
        end.how.error = end.archive_over;
    }
    if (!end.how.error) {
        end.how.error = fault_against(stated);
    }
    return end;
}

} // namespace rempart::examine
