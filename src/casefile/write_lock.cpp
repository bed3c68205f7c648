// SPDX-License-Identifier: Apache-2.0
#include "casefile/write_lock.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>

#include "casefile/file_ops.hpp"

namespace rempart::casefile {

Result<UniqueFd> take_write_lock(const std::filesystem::path& folder) {
    constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    UniqueFd lock(::open((folder / "case.lock").c_str(), kFlags, 0600));
    if (!lock) {
        return fail(system_error("the case cannot be locked"));
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            return fail(Errc::refused, "another process is writing to this case");
        }
        return fail(system_error("the case cannot be locked"));
    }
    return lock;
}

} // namespace rempart::casefile
