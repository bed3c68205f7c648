// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The parent's side: start a confined program, talk to it in bounded messages, tell how it ended.
///
/// A child is a program of libexec/rempart whose main calls `enter_confinement` (confined.hpp)
/// before it looks at a byte of evidence. It gets descriptors, never paths. Whatever it answers is
/// untrusted: decode it with WireReader.

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::sandbox {

struct ChildSpec {
    std::filesystem::path program;      ///< Absolute path of the role.
    std::vector<std::string> arguments; ///< Without argv[0]; never taken from evidence.
    Limits limits;
};

/// One confined child process. Movable, not for use by two threads at once. The destructor kills
/// and reaps it.
class Child {
  public:
    /// Starts the program and waits for its first message, which says what confines it.
    /// \return `not_found`, `io`; `unsupported` if the kernel offers no seccomp filter.
    [[nodiscard]] static Result<Child> start(const ChildSpec& spec);

    Child(Child&&) noexcept;
    Child& operator=(Child&&) noexcept;
    ~Child();

    /// Sends `request` with `descriptors` and waits for one answer, at most limits.deadline.
    /// After any failure the child is dead (`alive()` is false) and the error tells how it ended:
    /// `crashed`, `deadline`, `memory`, `refused` (the confinement stopped it) or `bad_answer`.
    [[nodiscard]] Result<Bytes> call(ByteView request, std::span<const int> descriptors = {});
    /// The same with a deadline of its own, for requests that differ much in size.
    [[nodiscard]] Result<Bytes> call(ByteView request, std::span<const int> descriptors,
                                     std::chrono::milliseconds deadline);

    /// The halves of `call`, for streams. `receive` gives an empty message never; a child that ends
    /// its stream says so in its own protocol, and an end of file is `crashed`.
    [[nodiscard]] Result<void> send(ByteView message, std::span<const int> descriptors = {});
    [[nodiscard]] Result<Bytes> receive();

    [[nodiscard]] bool alive() const;
    [[nodiscard]] const Confinement& confinement() const;
    /// Largest resident size seen so far, in bytes, from the kernel's accounting.
    [[nodiscard]] std::uint64_t peak_memory_bytes() const;

    /// Kills and reaps. Safe from another thread than the one that waits in receive(), which then
    /// returns `interrupted`.
    void stop();

  private:
    struct State;
    explicit Child(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What this kernel offers, found by trying it in a throw-away child.
[[nodiscard]] Confinement probe_confinement();

/// Where the confined programs lie: "../libexec/rempart" seen from the running program, or from the
/// installed one. \return `not_found` if `role` is not there.
[[nodiscard]] Result<std::filesystem::path> find_role(std::string_view role);

} // namespace rempart::sandbox
