// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The look-up itself: filter, index, keys, for many digests at once.

#include <vector>

#include "recognise/sets/set_state.hpp"

namespace rempart::recognise {

/// See HashSet::find. On failure `matches` may hold some of the batch.
[[nodiscard]] Result<void> find_keys(const HashSet::State& state, ByteView digests,
                                     std::vector<SetMatch>& matches);

} // namespace rempart::recognise
