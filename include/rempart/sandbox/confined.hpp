// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The child's side: a role's main calls `enter_confinement`, then receives requests and answers.
/// And `run_confined`, which runs one function of the caller's in a forked, confined child.

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::sandbox {

struct Received {
    Bytes message;
    std::vector<UniqueFd> descriptors;
};

/// The child's end of the channel.
class Channel {
  public:
    explicit Channel(UniqueFd socket) : socket_(std::move(socket)) {}
    /// The next request; nothing when the parent has closed the channel. \return `io`, `malformed`.
    [[nodiscard]] Result<std::optional<Received>> receive();
    [[nodiscard]] Result<void> send(ByteView message);

  private:
    UniqueFd socket_;
};

/// Whether the role has threads: those that its libraries started before (they are confined too)
/// and those that it starts later. Without, a second thread is refused.
enum class Threads : std::uint8_t { none, allowed };

/// Confines this process for good and greets the parent. To be called after libraries are loaded
/// and initialised (they may read files then), before any byte of evidence is looked at. Afterwards
/// no file can be opened, no socket made, no process started; descriptors that were handed over
/// work.
/// \return `io` if the program was not started by Child::start; `unsupported` without seccomp, or
///         if threads run although `threads` is none.
[[nodiscard]] Result<Channel> enter_confinement(Threads threads = Threads::none);

/// The usual main of a role: receives a request, answers it, until the parent closes the channel.
/// An Error from `answer` is for the request as a whole and ends the process. Returns the exit
/// status for main.
[[nodiscard]] int serve(Channel& channel, const std::function<Result<Bytes>(Received)>& answer);

/// Runs `body` in a forked and confined child, which may use only memory it has and descriptors in
/// `descriptors`; all others are closed. One child an item: less than 1 ms each. The caller must
/// have no threads that hold locks which `body` needs: it is a fork.
/// \return what `body` returned; its own Error; or `crashed`, `deadline`, `memory`, `refused`,
///         `bad_answer`.
[[nodiscard]] Result<Bytes> run_confined(const Limits& limits, std::span<const int> descriptors,
                                         const std::function<Result<Bytes>()>& body);

} // namespace rempart::sandbox
