// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// HashKeeper's .hke file: it describes the sets whose hashes stand in the .hsh file beside it.

#include <string_view>

#include "recognise/list_reader/list_text.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

[[nodiscard]] bool is_hashkeeper_description(std::string_view head);

/// A summary without a hash: the name and version of the first set, and what its flags say of all
/// of them. \return `malformed`, `limit_exceeded`, with the line.
[[nodiscard]] Result<HashListSummary> read_hashkeeper_description(ListText& text,
                                                                  const HashListOptions& options);

} // namespace rempart::recognise
