// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rempart::sandbox {

/// Denies this thread, and all threads and processes it starts, every access to the file system
/// (and, where the kernel's ABI has them, TCP, abstract sockets and signals to others) for good.
/// Needs no_new_privs. Allocates nothing: it may be called after a fork.
/// \return the ABI of the running kernel; 0 if it has no Landlock or refuses.
[[nodiscard]] int deny_by_landlock() noexcept;

} // namespace rempart::sandbox
