// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_end.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "examine/archive_reader/archive_status.hpp"
#include "examine/archive_reader/rar_blocks.hpp"
#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/wire.hpp"

namespace rempart::examine {
namespace {

constexpr std::string_view kZipEnd("PK\x05\x06", 4);
constexpr std::size_t kZipEndBytes = 22; // APPNOTE.TXT 6.3.10, 4.3.16
constexpr std::size_t kMaxCommentBytes = 65'535;
constexpr la_int64_t kTarBlockBytes = 512;
constexpr std::size_t kGzipTrailerBytes = 8; // RFC 1952, section 2.3: CRC32, ISIZE

std::optional<Error> cut(std::string_view what, std::uint64_t size_bytes) {
    return Error{Errc::truncated,
                 fmt::format("the archive may be cut off at byte {}: {}", size_bytes, what)};
}

std::optional<Error> left_over(std::uint64_t bytes) {
    return Error{Errc::skipped,
                 fmt::format("{} bytes behind the compressed data were not read", bytes)};
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

std::optional<Error> rar_end(RarVersion version, const RarPlace& place) {
    switch (find_rar_end(version, place)) {
    case RarEnd::there: return std::nullopt;
    case RarEnd::continues:
        return Error{Errc::truncated, "the archive continues in a further volume"};
    case RarEnd::missing: return cut("no end of archive block", place.size_bytes);
    }
    return std::nullopt;
}

std::uint64_t position_of(la_int64_t position) {
    return position < 0 ? 0 : static_cast<std::uint64_t>(position);
}

// What is known of formats whose bytes lie in the file as they are.
std::optional<Error> plain_end(archive* reader, int descriptor, std::uint64_t size_bytes) {
    // The last header call began behind the last member and found no further one there.
    const std::uint64_t behind = position_of(archive_read_header_position(reader));
    const RarPlace place{.descriptor = descriptor, .size_bytes = size_bytes, .at = behind};
    switch (format_family(reader)) {
    case ARCHIVE_FORMAT_ZIP:
        return zip_end_is_there(descriptor, size_bytes)
                   ? std::nullopt
                   : cut("no end record of the central directory", size_bytes);
    case ARCHIVE_FORMAT_RAR: return rar_end(RarVersion::rar4, place);
    case ARCHIVE_FORMAT_RAR_V5: return rar_end(RarVersion::rar5, place);
    case ARCHIVE_FORMAT_LHA:
        return behind < size_bytes ? std::nullopt : cut("no end mark", size_bytes);
    case ARCHIVE_FORMAT_AR:
        return behind >= size_bytes ? std::nullopt : cut("an incomplete header", size_bytes);
    default: return std::nullopt;
    }
}

} // namespace

std::optional<Error> missing_end(archive* reader, int descriptor, std::uint64_t size_bytes) {
    if (format_family(reader) == ARCHIVE_FORMAT_TAR) {
        const la_int64_t read_since =
            archive_filter_bytes(reader, 0) - archive_read_header_position(reader);
        return read_since >= kTarBlockBytes ? std::nullopt
                                            : cut("no end mark of zero blocks", size_bytes);
    }
    if (format_family(reader) == ARCHIVE_FORMAT_RAW) {
        const std::uint64_t read = position_of(archive_filter_bytes(reader, -1));
        return read >= size_bytes ? std::nullopt : left_over(size_bytes - read);
    }
    const bool is_compressed = archive_filter_code(reader, 0) != ARCHIVE_FILTER_NONE;
    return is_compressed ? std::nullopt : plain_end(reader, descriptor, size_bytes);
}

std::optional<ContentCheck> content_check(archive* reader, int descriptor,
                                          std::uint64_t size_bytes) {
    const bool is_compressed = archive_filter_code(reader, 0) != ARCHIVE_FILTER_NONE;
    if (format_family(reader) == ARCHIVE_FORMAT_RAR_V5 && !is_compressed) {
        const std::uint64_t at = position_of(archive_read_header_position(reader));
        if (const auto crc =
                stored_rar5_crc({.descriptor = descriptor, .size_bytes = size_bytes, .at = at})) {
            return ContentCheck{.crc32 = *crc, .size_mod_2_32 = std::nullopt};
        }
    }
    const bool is_gzip =
        archive_filter_count(reader) == 2 && archive_filter_code(reader, 0) == ARCHIVE_FILTER_GZIP;
    if (format_family(reader) == ARCHIVE_FORMAT_RAW && is_gzip) {
        const Bytes trailer = tail_of(descriptor, size_bytes, kGzipTrailerBytes);
        WireReader in(trailer);
        ContentCheck check;
        check.crc32 = in.u32();
        check.size_mod_2_32 = in.u32();
        return in.ok() ? std::optional(check) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace rempart::examine
