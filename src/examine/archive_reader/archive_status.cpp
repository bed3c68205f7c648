// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_status.hpp"

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "examine/instant.hpp"
#include "rempart/core/text.hpp"

namespace rempart::examine {
namespace {

/// DOS clocks begin on 1980-01-01; what lies before is a field that was never set.
constexpr std::int64_t kFirstDosSecond = 315'532'800;
constexpr std::size_t kMaxQuotedBytes = 160;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool contains_any(std::string_view text, std::span<const std::string_view> parts) {
    for (const std::string_view part : parts) {
        if (contains(text, part)) {
            return true;
        }
    }
    return false;
}

// The words of libarchive 3.6.2; its error numbers do not tell these apart.
constexpr std::array<std::string_view, 3> kOfEncryption{"ncrypt", "assphrase", "assword"};
constexpr std::array<std::string_view, 6> kOfTruncation{
    "runcated", "remature end", "nexpected end", "nd of file", "beyond end", "No progress"};
constexpr std::array<std::string_view, 5> kOfSupport{"nsupported", "not supported", "unavailable",
                                                     "not fully supported", "many filters"};

// Some of libarchive's messages end in a line break.
std::string_view without_end_of_line(std::string_view text) {
    const std::size_t last = text.find_last_not_of(" \r\n");
    return text.substr(0, last + 1); // npos + 1 is 0: nothing but line breaks
}

Errc code_of(int number, int status, std::string_view text, const ArchiveInput& input) {
    if (number == ENOMEM || contains(text, "allocate")) {
        return Errc::memory;
    }
    if (contains_any(text, kOfEncryption)) {
        return Errc::encrypted;
    }
    if (contains_any(text, kOfTruncation)) {
        return Errc::truncated;
    }
    if (contains_any(text, kOfSupport)) {
        return Errc::unsupported;
    }
    return status == ARCHIVE_FATAL && input.at_end() ? Errc::truncated : Errc::damaged;
}

std::string_view words_for(Errc code) {
    switch (code) {
    case Errc::memory: return "not enough memory to decode";
    case Errc::encrypted: return "encrypted";
    case Errc::truncated: return "the archive is cut off";
    case Errc::unsupported: return "a method that cannot be decoded";
    default: return "damaged";
    }
}

// Whether a clock reading of the format is an instant or the wall clock of an unknown zone.
TimeKind time_kind_of(int family, archive_entry* entry) {
    switch (family) {
    case ARCHIVE_FORMAT_ZIP: {
        // A second stamp comes only from an extended field, whose stamps are all UTC.
        const bool extended = archive_entry_atime(entry) != 0 || archive_entry_ctime(entry) != 0;
        return extended ? TimeKind::utc : TimeKind::local_unknown;
    }
    case ARCHIVE_FORMAT_RAR: // version 4
    case ARCHIVE_FORMAT_CAB:
    case ARCHIVE_FORMAT_LHA: return TimeKind::local_unknown;
    default: return TimeKind::utc;
    }
}

TimeValue stamp(int family, TimeKind kind, std::int64_t seconds, std::int64_t nanoseconds) {
    const bool dos = kind == TimeKind::local_unknown;
    const bool never_set =
        dos ? seconds < kFirstDosSecond : family == ARCHIVE_FORMAT_ZIP && seconds == 0;
    return never_set ? TimeValue{} : instant(kind, seconds, nanoseconds);
}

ItemTimes times_of(int family, archive_entry* entry) {
    ItemTimes times;
    const TimeKind kind = time_kind_of(family, entry);
    if (archive_entry_mtime_is_set(entry) != 0) {
        times.modified =
            stamp(family, kind, archive_entry_mtime(entry), archive_entry_mtime_nsec(entry));
    }
    if (archive_entry_atime_is_set(entry) != 0) {
        times.accessed =
            stamp(family, kind, archive_entry_atime(entry), archive_entry_atime_nsec(entry));
    }
    if (archive_entry_birthtime_is_set(entry) != 0) {
        times.created = stamp(family, kind, archive_entry_birthtime(entry),
                              archive_entry_birthtime_nsec(entry));
    }
    if (archive_entry_ctime_is_set(entry) != 0) {
        const TimeValue third =
            stamp(family, kind, archive_entry_ctime(entry), archive_entry_ctime_nsec(entry));
        // Info-ZIP's extra field 0x5455 ("UT") has the creation time in third place.
        (family == ARCHIVE_FORMAT_ZIP ? times.created : times.changed) = third;
    }
    return times;
}

ItemKind kind_of(archive_entry* entry) {
    const bool has_bytes = archive_entry_size_is_set(entry) != 0 && archive_entry_size(entry) > 0;
    if (archive_entry_filetype(entry) == AE_IFLNK ||
        (archive_entry_hardlink(entry) != nullptr && !has_bytes)) {
        return ItemKind::symlink;
    }
    switch (archive_entry_filetype(entry)) {
    case AE_IFCHR:
    case AE_IFBLK:
    case AE_IFIFO:
    case AE_IFSOCK: return ItemKind::special;
    default: return ItemKind::file;
    }
}

} // namespace

int format_family(archive* reader) {
    return archive_format(reader) & ARCHIVE_FORMAT_BASE_MASK;
}

Error error_of_status(archive* reader, int status, const ArchiveInput& input) {
    if (const auto& fault = input.fault()) {
        return *fault;
    }
    const char* words = archive_error_string(reader);
    const std::string_view text = without_end_of_line(words == nullptr ? "" : words);
    const Errc code = code_of(archive_errno(reader), status, text, input);
    const la_int64_t position = archive_filter_bytes(reader, -1); // below 0 before the first header
    const std::uint64_t byte =
        position < 0 ? input.consumed_bytes() : static_cast<std::uint64_t>(position);
    std::string message =
        fmt::format("{} at byte {} of {}", words_for(code), byte, input.size_bytes());
    // ISO 9660 and xar put names of members into their messages.
    const int family = format_family(reader);
    if (!text.empty() && family != ARCHIVE_FORMAT_ISO9660 && family != ARCHIVE_FORMAT_XAR) {
        message += fmt::format(" ({})", cut_utf8(to_terminal(text), kMaxQuotedBytes));
    }
    return {code, std::move(message)};
}

ItemHead head_of_entry(archive* reader, archive_entry* entry) {
    ItemHead head;
    head.kind = kind_of(entry);
    head.state = ItemState::embedded;
    if (head.kind == ItemKind::file && archive_entry_size_is_set(entry) != 0) {
        const std::int64_t size = archive_entry_size(entry);
        head.size_bytes = size < 0 ? 0 : static_cast<std::uint64_t>(size);
    }
    head.times = times_of(format_family(reader), entry);
    if (archive_entry_is_encrypted(entry) != 0) {
        head.error = Error{Errc::encrypted, "the member can be read with its password only"};
    }
    return head;
}

} // namespace rempart::examine
