// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rempart::sandbox {

/// Denies this thread, and all threads and processes it starts, every access to the file system
/// (and, where the kernel's ABI has them, TCP, abstract sockets and signals to others) for good.
/// Needs no_new_privs. Allocates nothing: it may be called after a fork.
/// \return the ABI of the running kernel; 0 if it has no Landlock or refuses.
[[nodiscard]] int deny_by_landlock() noexcept;

/// The same for all other threads that run by now: Landlock holds for the calling thread alone, and
/// libraries keep pools that they start while they are initialised. Each is made to confine itself
/// by a signal. To be called before this thread is confined: it reads /proc/self/task.
/// \return whether each did, or there is none; false too without Landlock. A thread that blocks the
///         signal is waited for one second.
[[nodiscard]] bool deny_other_threads_by_landlock();

} // namespace rempart::sandbox
