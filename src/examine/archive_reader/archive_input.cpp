// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "rempart/core/fd.hpp"

namespace rempart::examine {
namespace {

/// Our choice: the system calls cost nothing beside the decoding, and a seek wastes little.
constexpr std::size_t kBlockBytes = std::size_t{128} << 10;

/// Our choice: no format needs to read an archive more than a few times; members that overlap by
/// the thousand do.
constexpr std::uint64_t kMaxRereads = 64;
constexpr std::uint64_t kRereadGrace = std::uint64_t{1} << 30;

} // namespace

ArchiveInput::ArchiveInput(int descriptor, std::uint64_t size_bytes, const Alive& alive)
    : descriptor_(descriptor), size_bytes_(size_bytes), alive_(&alive), block_(kBlockBytes) {
}

int ArchiveInput::open(archive* reader) {
    archive_read_set_callback_data(reader, this);
    archive_read_set_read_callback(reader, read_block);
    archive_read_set_seek_callback(reader, seek_to);
    archive_read_set_skip_callback(reader, skip_over);
    return archive_read_open1(reader);
}

std::uint64_t ArchiveInput::consumed_bytes() const {
    return std::min(delivered_, size_bytes_);
}

bool ArchiveInput::refill() {
    filled_ = 0;
    if (fault_ || abandoned_) {
        return false;
    }
    if (auto heard = (*alive_)(); !heard) {
        abandoned_ = heard.error();
        return false;
    }
    if (delivered_ > kRereadGrace && delivered_ / kMaxRereads > size_bytes_) {
        fault_ = Error{Errc::limit_exceeded, "the archive's parts overlap: read 64 times over"};
        return false;
    }
    const std::uint64_t left = position_ < size_bytes_ ? size_bytes_ - position_ : 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, block_.size()));
    const auto got = read_at(descriptor_, position_, std::span(block_).first(wanted));
    if (!got) {
        fault_ = got.error();
        return false;
    }
    filled_ = *got;
    position_ += filled_;
    delivered_ += filled_;
    at_end_ = filled_ == 0;
    return true;
}

la_ssize_t ArchiveInput::read_block(archive* reader, void* self, const void** block) {
    auto& input = *static_cast<ArchiveInput*>(self);
    if (!input.refill()) {
        archive_set_error(reader, EIO, "read failed");
        return ARCHIVE_FATAL;
    }
    *block = input.block_.data();
    return static_cast<la_ssize_t>(input.filled_);
}

la_int64_t ArchiveInput::seek_to(archive* reader, void* self, la_int64_t offset, int whence) {
    auto& input = *static_cast<ArchiveInput*>(self);
    const auto size = static_cast<la_int64_t>(input.size_bytes_);
    const la_int64_t base = whence == SEEK_SET   ? 0
                            : whence == SEEK_END ? size
                                                 : static_cast<la_int64_t>(input.position_);
    la_int64_t target = 0;
    // Behind the end is allowed, as with lseek: the next read finds the end there.
    if (__builtin_add_overflow(base, offset, &target) || target < 0) {
        archive_set_error(reader, EINVAL, "seek before the beginning");
        return ARCHIVE_FATAL;
    }
    input.position_ = static_cast<std::uint64_t>(target);
    input.at_end_ = false;
    return target;
}

// Never past the end, or a member that was cut off would look whole.
la_int64_t ArchiveInput::skip_over(archive* /*reader*/, void* self, la_int64_t request) {
    auto& input = *static_cast<ArchiveInput*>(self);
    if (request <= 0 || input.position_ >= input.size_bytes_) {
        return 0;
    }
    const std::uint64_t step =
        std::min(static_cast<std::uint64_t>(request), input.size_bytes_ - input.position_);
    input.position_ += step;
    return static_cast<la_int64_t>(step);
}

} // namespace rempart::examine
