// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the libraries of the list_reader do at their first use (choose instructions, look around):
/// done before the confinement.

namespace rempart::recognise {

/// Whether all libraries are ready.
[[nodiscard]] bool warm_up_list_reader();

} // namespace rempart::recognise
