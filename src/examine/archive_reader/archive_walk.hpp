// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The walk over the members of one archive: libarchive in, items out. docs/formats/archives.md
/// states the rules.

#include "examine/archive_reader/archive_environment.hpp"
#include "examine/archive_reader/archive_input.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/item_stream.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

/// Tells every member of the archive behind `descriptor` to `sink`, in the order in which they lie.
/// Whatever is wrong with the archive becomes an error of a member or an item of kind `problem`
/// with path "": an archive is never silently empty or short.
/// \return only what `sink` or `alive` returned: then nobody listens any more.
[[nodiscard]] Result<void> walk_archive(const ArchiveEnvironment& environment, int descriptor,
                                        const ArchiveLimits& limits, ItemSink& sink,
                                        const Alive& alive);

} // namespace rempart::examine
