// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The system calls that confined code may make, as a program for the kernel's filter.

#include <vector>

#include <linux/filter.h>

#include "rempart/core/result.hpp"
#include "rempart/sandbox/confined.hpp"

namespace rempart::sandbox {

struct FilterSpec {
    Threads threads = Threads::none;
    int keep_open = -1; ///< A descriptor that the confined code cannot close; -1: none.
};

/// A compiled filter. Made before a fork, because making it allocates; installing does not.
class Filter {
  public:
    /// \return `unsupported` if libseccomp knows no such call on this machine, or `io`.
    [[nodiscard]] static Result<Filter> make(const FilterSpec& spec);

    /// Confines all threads of the process for good. Needs no_new_privs. Allocates nothing.
    /// \return 0 or an errno.
    [[nodiscard]] int install() noexcept;

  private:
    std::vector<sock_filter> program_;
};

} // namespace rempart::sandbox
