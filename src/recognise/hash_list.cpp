// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_list.hpp"

#include <algorithm>

#include "rempart/core/text.hpp"
#include "rempart/recognise/pdq_hash.hpp"

namespace rempart::recognise {
namespace {

// An explicit table, not objects that register themselves: a linker may drop what nothing refers
// to, and the order of tries would hang on the order of linking. What is most particular stands
// first: nearly every table of hashes is also a CSV.
constexpr std::array kFormats{
    HashListFormat{"nsrl3", "NSRL RDS 3 (SQLite), minimal and full", true},
    HashListFormat{"encase", "EnCase 4 to 6 hash sets (.hash)", true},
    HashListFormat{"ncmec", "NCMEC hash sharing 2 (XML)", true},
    HashListFormat{"hashdeep", "hashdeep 1.0: size, digests, file name", true},
    HashListFormat{"vics", "Project VIC, VICS 1.1 to 2.0 (JSON): media or cases", true},
    HashListFormat{"fingerprint", "what `rempart fingerprint --json` prints", true},
    HashListFormat{"vpdq", "frames of one video, as vpdq-hash-video writes them", true},
    HashListFormat{"threatexchange", "ThreatExchange's threat_updates (JSON)", true},
    HashListFormat{"nsrl", "NSRL RDS 1.5 and 2 (NSRLFile.txt)", true},
    HashListFormat{"hashkeeper", "HashKeeper hashes (.hsh), and their description (.hke)", true},
    HashListFormat{"ilook", "iLook 3 and 4 hashes (.hsh)", true},
    HashListFormat{"signals", "a signal type and a signal a line (pdq, md5, sha1, sha256)", true},
    HashListFormat{"csv", "a table whose header names a column md5, sha1, sha256 or pdq", true},
    HashListFormat{"bsd", "MD5 (name) = hash, as BSD's md5 and openssl dgst write it", true},
    HashListFormat{"plain", "a hash a line, then a label or not (md5sum, sha256sum, md5deep)",
                   false},
};

template <typename... Values>
constexpr std::array<std::byte, 32> bytes(Values... values) {
    return {static_cast<std::byte>(values)...};
}

// The digests of no bytes at all (RFC 1321; FIPS 180-4 examples; RFC 1320), by HashKind; a
// fingerprint has none.
constexpr std::array kEmptyFile{
    bytes(0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42,
          0x7e),
    bytes(0xda, 0x39, 0xa3, 0xee, 0x5e, 0x6b, 0x4b, 0x0d, 0x32, 0x55, 0xbf, 0xef, 0x95, 0x60, 0x18,
          0x90, 0xaf, 0xd8, 0x07, 0x09),
    bytes(0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
          0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
          0xb8, 0x55),
    bytes(),
    bytes(0x31, 0xd6, 0xcf, 0xe0, 0xd1, 0x6a, 0xe9, 0x31, 0xb7, 0x3c, 0x59, 0xd7, 0xe0, 0xc0, 0x89,
          0xc0),
};
static_assert(kEmptyFile.size() == static_cast<std::size_t>(kLastHashKind) + 1);

} // namespace

std::string_view name(StatedPolarity polarity) noexcept {
    switch (polarity) {
    case StatedPolarity::none: break;
    case StatedPolarity::alert: return "alert";
    case StatedPolarity::allow: return "allow";
    }
    return "";
}

void count_as(std::vector<ListCount>& counts, std::string_view what, std::uint64_t count) {
    constexpr std::string_view kRest = "other";
    what = cut_utf8(what, kMaxListNameBytes);
    auto place = std::ranges::lower_bound(counts, what, {}, &ListCount::what);
    const bool is_known = place != counts.end() && place->what == what;
    if (!is_known && counts.size() + 1 >= kMaxListCounts && what != kRest) {
        count_as(counts, kRest, count);
        return;
    }
    if (!is_known) {
        place = counts.insert(place, {std::string(what), 0});
    }
    place->count += count;
}

HashUse use_of(HashKind kind, const std::array<std::byte, 32>& hash) noexcept {
    if (kind != HashKind::pdq) {
        return hash == kEmptyFile[static_cast<std::size_t>(kind)] ? HashUse::empty_file
                                                                  : HashUse::listed;
    }
    const int ones = PdqHash::from_bytes(hash).count_ones();
    return ones >= kMinListedOnes && ones <= kMaxListedOnes ? HashUse::listed : HashUse::degenerate;
}

std::span<const HashListFormat> hash_list_formats() noexcept {
    return kFormats;
}

const HashListFormat* hash_list_format_named(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(kFormats, name, &HashListFormat::name);
    return found == kFormats.end() ? nullptr : found;
}

} // namespace rempart::recognise
