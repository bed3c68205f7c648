// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/read_hash_list.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

constexpr std::array kReaders{
    ListReader{"nsrl3", claims_nsrl3_list, nullptr, read_nsrl3_list},
    ListReader{"encase", claims_encase_list, nullptr, read_encase_list},
    ListReader{"ncmec", claims_ncmec_list, nullptr, read_ncmec_list},
    ListReader{"hashdeep", claims_hashdeep_list, read_hashdeep_list, nullptr},
    ListReader{"vics", claims_vics_list, read_vics_list, nullptr},
    ListReader{"fingerprint", claims_fingerprint_list, read_fingerprint_list, nullptr},
    ListReader{"vpdq", claims_vpdq_list, read_vpdq_list, nullptr},
    ListReader{"threatexchange", claims_threatexchange_list, nullptr, read_threatexchange_list},
    ListReader{"nsrl", claims_nsrl_list, read_nsrl_list, nullptr},
    ListReader{"hashkeeper", claims_hashkeeper_list, read_hashkeeper_list, nullptr},
    ListReader{"ilook", claims_ilook_list, read_ilook_list, nullptr},
    ListReader{"signals", claims_signals_list, read_signals_list, nullptr},
    ListReader{"csv", claims_csv_list, read_csv_list, nullptr},
    ListReader{"bsd", claims_bsd_list, read_bsd_list, nullptr},
    ListReader{"plain", claims_plain_list, read_plain_list, nullptr},
};

// What `claims` gets to see at most (ListReader).
constexpr std::size_t kHeadBytes = std::size_t{64} << 10;

Result<const ListReader*> reader_for(ListInput& input, const HashListFormat* format) {
    if (format != nullptr) {
        return std::ranges::find(kReaders, format->name, &ListReader::format);
    }
    ListText text(input, kHeadBytes);
    const auto head = text.peek(kHeadBytes);
    if (!head) {
        return fail(head.error());
    }
    const std::string_view start = head->substr(0, kHeadBytes);
    const auto* const found =
        std::ranges::find_if(kReaders, [&](const auto& reader) { return reader.claims(start); });
    if (found == kReaders.end()) {
        return fail(Errc::unsupported, "not a list in a known format");
    }
    return found;
}

// Of a list that was read to its end.
Result<void> check_counts(const HashListSummary& summary, const HashListOptions& options) {
    const std::uint64_t written =
        summary.hashes + summary.empty_file_hashes + summary.degenerate_hashes;
    if (summary.hashes == 0 && written > 0) {
        return fail(Errc::malformed, "no hash in the list that could match anything");
    }
    if (summary.hashes == 0 && !summary.describes_only && summary.deleted == 0) {
        return fail(Errc::malformed, "no hash in the list");
    }
    if (options.expected_hashes && *options.expected_hashes != written) {
        return fail(Errc::malformed,
                    fmt::format("{} hashes, {} expected", written, *options.expected_hashes));
    }
    return {};
}

} // namespace

std::span<const ListReader> list_readers() noexcept {
    return kReaders;
}

Result<HashListSummary> read_hash_list(ListInput& input, const HashListFormat* format,
                                       const HashListOptions& options, const TakeHash& take) {
    const auto found = reader_for(input, format);
    if (!found) {
        return fail(found.error());
    }
    const ListReader& reader = **found;
    const HashListFormat& known = *hash_list_format_named(reader.format);
    if (known.names_kind == options.kind.has_value()) {
        return fail(Errc::invalid_argument,
                    fmt::format("format {}: the kind of its hashes must {}be stated", known.name,
                                known.names_kind ? "not " : ""));
    }
    ListText text(input);
    auto summary = reader.read_text != nullptr ? reader.read_text(text, options, take)
                                               : reader.read_bytes(input, options, take);
    if (!summary) {
        return summary;
    }
    if (auto sound = check_counts(*summary, options); !sound) {
        return fail(sound.error());
    }
    summary->format = known.name;
    return summary;
}

} // namespace rempart::recognise
