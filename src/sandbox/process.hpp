// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One started role program, before it says anything: its process, and what the parent holds of it.

#include <sys/types.h>

#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::sandbox {

/// What the parent holds of a started program.
///
/// The lifeline is the writing end of a pipe. Nothing is ever written to it; when the parent dies,
/// however it dies, the kernel closes it and sends the child SIGKILL (O_ASYNC with F_SETSIG on the
/// reading end). PR_SET_PDEATHSIG would not do: it fires when the thread that started the child
/// ends, and workers outlive the thread that started them.
struct StartedProcess {
    pid_t pid = -1;
    UniqueFd handle; ///< pidfd: readable once the process has ended.
    UniqueFd channel;
    UniqueFd lifeline;
};

/// Starts spec.program in its own session, with the channel, the lifeline and nothing else of ours:
/// stdin, stdout and stderr are /dev/null (decoders write names and content there; a sanitized
/// build keeps stderr for its reports), the environment is empty (but for a sanitizer's options),
/// signals are as by default, the fixed limits are set.
/// \return `not_found` if there is no such program; `io`.
[[nodiscard]] Result<StartedProcess> start_process(const ChildSpec& spec);

} // namespace rempart::sandbox
