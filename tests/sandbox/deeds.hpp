// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace rempart::sandbox {

/// What confined code may do wrong, by name. Returns if it was survived.
inline void do_deed(std::string_view deed) {
    if (deed == "segv") {
        ::raise(SIGSEGV);
    } else if (deed == "abort") {
        std::abort();
    } else if (deed == "exit") {
        ::_exit(0);
    } else if (deed == "loop") {
        for (volatile bool forever = true; forever;) {
        }
    } else if (deed == "fork") {
        static_cast<void>(::fork());
    } else if (deed == "huge") {
        std::vector<char> room(std::size_t{2} << 30, 'x');
        asm volatile("" : : "r"(room.data()) : "memory");
    }
}

} // namespace rempart::sandbox
