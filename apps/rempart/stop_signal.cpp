// SPDX-License-Identifier: Apache-2.0
#include "rempart/stop_signal.hpp"

#include <csignal>

namespace rempart::cli {
namespace {

// The only global: a signal handler can reach nothing else.
std::atomic<bool> stop_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free);

void ask_to_stop(int signal) {
    stop_asked = true;
    std::signal(signal, SIG_DFL); // a second Ctrl-C ends at once; the case still resumes
}

} // namespace

const std::atomic<bool>& heed_stop_signals() {
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGTERM, ask_to_stop);
    return stop_asked;
}

} // namespace rempart::cli
