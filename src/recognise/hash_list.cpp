// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_list.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "recognise/lists/list_lines.hpp"
#include "recognise/lists/list_readers.hpp"

namespace rempart::recognise {
namespace {

// An explicit table, not objects that register themselves: a linker may drop what nothing refers
// to, and the order of tries would hang on the order of linking. What is most particular stands
// first: nearly every table of hashes is also a CSV.
constexpr std::array kFormats{
    HashListFormat{.name = "hashdeep",
                   .title = "hashdeep 1.0: size, digests, file name",
                   .names_kind = true,
                   .claims = claims_hashdeep_list,
                   .read = read_hashdeep_list},
    HashListFormat{.name = "vics",
                   .title = "Project VIC, VICS 1.1 to 2.0 (JSON): media or cases",
                   .names_kind = true,
                   .claims = claims_vics_list,
                   .read = read_vics_list},
    HashListFormat{.name = "fingerprint",
                   .title = "what `rempart fingerprint --json` prints",
                   .names_kind = true,
                   .claims = claims_fingerprint_list,
                   .read = read_fingerprint_list},
    HashListFormat{.name = "vpdq",
                   .title = "frames of one video, as vpdq-hash-video writes them",
                   .names_kind = true,
                   .claims = claims_vpdq_list,
                   .read = read_vpdq_list},
    HashListFormat{.name = "nsrl",
                   .title = "NSRL RDS 1.5 and 2 (NSRLFile.txt)",
                   .names_kind = true,
                   .claims = claims_nsrl_list,
                   .read = read_nsrl_list},
    HashListFormat{.name = "hashkeeper",
                   .title = "HashKeeper hashes (.hsh)",
                   .names_kind = true,
                   .claims = claims_hashkeeper_list,
                   .read = read_hashkeeper_list},
    HashListFormat{.name = "ilook",
                   .title = "iLook 3 and 4 hashes (.hsh)",
                   .names_kind = true,
                   .claims = claims_ilook_list,
                   .read = read_ilook_list},
    HashListFormat{.name = "csv",
                   .title = "a table whose header names a column md5, sha1, sha256 or pdq",
                   .names_kind = true,
                   .claims = claims_csv_list,
                   .read = read_csv_list},
    HashListFormat{.name = "bsd",
                   .title = "MD5 (name) = hash, as BSD's md5 and openssl dgst write it",
                   .names_kind = true,
                   .claims = claims_bsd_list,
                   .read = read_bsd_list},
    HashListFormat{.name = "plain",
                   .title = "a hash a line, then a label or not (md5sum, sha256sum, md5deep)",
                   .names_kind = false,
                   .claims = claims_plain_list,
                   .read = read_plain_list},
};

// What `claims` gets to see at most (HashListFormat).
constexpr std::size_t kHeadBytes = std::size_t{64} << 10;

// Why a text that nothing claims is none of ours, as far as its beginning tells.
std::string reason_of_refusal(std::string_view head) {
    constexpr std::string_view kUtf16Little("\xff\xfe", 2);
    constexpr std::string_view kUtf16Big("\xfe\xff", 2);
    if (head.starts_with(kUtf16Little) || head.starts_with(kUtf16Big)) {
        return "UTF-16 text: convert the list to UTF-8 first";
    }
    if (head.starts_with(std::string_view("SQLite format 3\0", 16))) {
        return "an SQLite database, as NSRL RDS 3 is: not read yet";
    }
    if (ascii_lower(first_line(head)).starts_with("\"hashset_id\",\"name\"")) {
        return "a HashKeeper description (.hke) holds no hashes: give the .hsh file that belongs "
               "to it";
    }
    return "not a list in a known format";
}

} // namespace

std::span<const HashListFormat> hash_list_formats() noexcept {
    return kFormats;
}

const HashListFormat* hash_list_format_named(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(kFormats, name, &HashListFormat::name);
    return found == kFormats.end() ? nullptr : found;
}

Result<HashListSummary> read_hash_list(std::string_view text, const HashListFormat* format,
                                       const HashListOptions& options, const TakeHash& take) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (text.starts_with(kByteOrderMark)) {
        text.remove_prefix(kByteOrderMark.size());
    }
    const std::string_view head = text.substr(0, kHeadBytes);
    if (format == nullptr) {
        const auto* const found =
            std::ranges::find_if(kFormats, [&](const auto& f) { return f.claims(head); });
        if (found == kFormats.end()) {
            return fail(Errc::unsupported, reason_of_refusal(head));
        }
        format = found;
    }
    if (format->names_kind == options.kind.has_value()) {
        return fail(Errc::invalid_argument,
                    fmt::format("format {}: the kind of its hashes must {}be stated", format->name,
                                format->names_kind ? "not " : ""));
    }
    auto summary = format->read(text, options, take);
    if (!summary) {
        return summary;
    }
    const std::uint64_t written =
        summary->hashes + summary->empty_file_hashes + summary->degenerate_hashes;
    if (summary->hashes == 0) {
        return fail(Errc::malformed, written == 0
                                         ? "no hash in the list"
                                         : "no hash in the list that could match anything");
    }
    if (options.expected_hashes && *options.expected_hashes != written) {
        return fail(Errc::malformed,
                    fmt::format("{} hashes, {} expected", written, *options.expected_hashes));
    }
    summary->format = format->name;
    return summary;
}

} // namespace rempart::recognise
