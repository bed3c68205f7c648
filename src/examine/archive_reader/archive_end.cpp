// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_end.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "examine/archive_reader/archive_status.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::examine {
namespace {

constexpr std::string_view kZipEnd("PK\x05\x06", 4);
constexpr std::size_t kZipEndBytes = 22; // APPNOTE.TXT 6.3.10, 4.3.16
constexpr std::size_t kMaxCommentBytes = 65'535;
constexpr la_int64_t kTarBlockBytes = 512;

std::optional<Error> cut(std::string_view what, std::uint64_t size_bytes) {
    return Error{Errc::truncated,
                 fmt::format("the archive may be cut off at byte {}: {}", size_bytes, what)};
}

// The last `count` bytes at most; fewer, also after a read error, which is then told as a cut.
Bytes tail_of(int descriptor, std::uint64_t size_bytes, std::size_t count) {
    Bytes tail(static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, count)));
    const auto got = read_at(descriptor, size_bytes - tail.size(), tail);
    tail.resize(got ? *got : 0);
    return tail;
}

bool zip_end_is_there(int descriptor, std::uint64_t size_bytes) {
    const Bytes tail = tail_of(descriptor, size_bytes, kZipEndBytes + kMaxCommentBytes);
    const std::string_view text = chars_of(tail);
    const std::size_t at = text.rfind(kZipEnd);
    return at != std::string_view::npos && text.size() - at >= kZipEndBytes;
}

} // namespace

std::optional<Error> missing_end(archive* reader, int descriptor, std::uint64_t size_bytes) {
    const bool is_compressed = archive_filter_code(reader, 0) != ARCHIVE_FILTER_NONE;
    switch (format_family(reader)) {
    case ARCHIVE_FORMAT_TAR: {
        // The last header call begins behind the last member and reads on through the mark.
        const la_int64_t read_since =
            archive_filter_bytes(reader, 0) - archive_read_header_position(reader);
        return read_since >= kTarBlockBytes ? std::nullopt
                                            : cut("no end mark of zero blocks", size_bytes);
    }
    case ARCHIVE_FORMAT_ZIP:
        return is_compressed || zip_end_is_there(descriptor, size_bytes)
                   ? std::nullopt
                   : cut("no end record of the central directory", size_bytes);
    default: return std::nullopt;
    }
}

} // namespace rempart::examine
