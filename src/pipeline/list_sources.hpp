// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The files of a list, read one behind the other.

#include <functional>
#include <span>

#include "rempart/casefile/records.hpp"
#include "rempart/pipeline/add_list.hpp"

namespace rempart::pipeline {

/// What the request and the files say of a list before they are read.
[[nodiscard]] casefile::ListRecord list_record(std::span<const ListSource> sources,
                                               const ListRequest& request);

/// Gives `take` each hash that the case takes, as an entry without a row; entries are numbered on
/// from one file to the next. Counts in `counts`.
/// \return as add_list, and what `take` returned
[[nodiscard]] Result<void>
read_sources(std::span<const ListSource> sources, const ListRequest& request, ListAdded& counts,
             const std::function<Result<void>(casefile::ListEntryRecord&&)>& take);

} // namespace rempart::pipeline
