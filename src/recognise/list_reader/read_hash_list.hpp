// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Reads lists of known material: one call for every format that `hash_list_formats()` names. Runs
/// in the confined list_reader only (and in its tests).

#include <functional>
#include <span>
#include <string_view>

#include "recognise/list_reader/list_input.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

/// How a format is known and read. One of the two readers is set: of the text from beginning to
/// end, or of the bytes in any order.
struct ListReader {
    std::string_view format;               ///< HashListFormat::name.
    bool (*claims)(std::string_view head); ///< \param head the first 64 KiB of text at most
    Result<HashListSummary> (*read_text)(ListText& text, const HashListOptions& options,
                                         const TakeHash& take);
    Result<HashListSummary> (*read_bytes)(ListInput& input, const HashListOptions& options,
                                          const TakeHash& take);
};

/// Beside hash_list_formats(), line for line.
[[nodiscard]] std::span<const ListReader> list_readers() noexcept;

/// Reads a list and gives each hash to `take`, in the order of the list, in `format`, or, if null,
/// in the format that claims it. `take` may stop the reading by an error. On failure, forget what
/// was taken.
/// A byte order mark is skipped, UTF-16 is decoded; labels that are not UTF-8 are made so by
/// `to_utf8`.
/// \return `unsupported` if no format claims it; `invalid_argument` if `options.kind` is missing,
///         or stated for a format that names its kinds itself; `malformed` and `limit_exceeded`
///         with the place (line, record, object and byte); `malformed` also for a list without a
///         hash that could match, and for another count than `expected_hashes`; `io`; what `take`
///         returned.
[[nodiscard]] Result<HashListSummary> read_hash_list(ListInput& input, const HashListFormat* format,
                                                     const HashListOptions& options,
                                                     const TakeHash& take);

} // namespace rempart::recognise
