// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// How Rempart reports failure: `Result<T>` for whatever the outside world can cause (a damaged
/// file, a missing disk, a wrong argument), an exception never, an assertion for our own mistakes.
///
/// The type is `tl::expected` (Debian: libexpected-dev) because g++ 12 has `std::expected` only in
/// C++23 mode and without `and_then`. Only this file names `tl`, so a later switch is one line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace rempart {

/// What kind of failure it is: the part that code may branch on, and the `code` of a row that says
/// why something could not be read. Names never change once released; new ones go to the end.
enum class Errc : std::uint8_t {
    invalid_argument, ///< The caller's value is outside the documented range.
    malformed,        ///< The input's bytes do not follow their format.
    limit_exceeded,   ///< The input is well formed, but larger than a stated limit.
    not_found,        ///< The named thing does not exist.
    io,               ///< The operating system refused a read or a write.
    unsupported,      ///< Known and valid, but this build cannot handle it.
    damaged,          ///< A block of the medium is unreadable or fails its checksum.
    encrypted,        ///< Readable only with a key or password that was not given.
    integrity,        ///< A digest, signature or stored invariant does not hold.
    crashed,          ///< The confined child that worked on it died of its own fault.
    deadline,         ///< The confined child took longer than allowed and was stopped.
    memory,           ///< The confined child needed more memory than allowed.
    refused,          ///< The confined child tried what its confinement forbids.
    bad_answer,       ///< The confined child answered something that is not a valid answer.
    truncated,        ///< The input ends before its format says so; what precedes was used.
    skipped,          ///< Left out on purpose, by a stated rule.
    interrupted,      ///< The user or the system asked to stop.
    unavailable,      ///< The case's database cannot be reached now; trying again may help.
};

/// The last enumerator, for tables and loops over all codes.
inline constexpr Errc kLastErrc = Errc::unavailable;

/// The stable, lower-case name of `code` ("malformed"), as it stands in logs and in JSON.
[[nodiscard]] std::string_view name(Errc code) noexcept;

/// The code with that exact name, if there is one.
[[nodiscard]] std::optional<Errc> errc_named(std::string_view name) noexcept;

/// One failure: a code for programs and a sentence for people.
///
/// `message` says where and what ("line 12: 63 hex digits, 64 expected"). It never quotes evidence
/// content: messages end up in logs that more people may read than the evidence itself.
struct [[nodiscard]] Error {
    Errc code{};
    std::string message;

    friend bool operator==(const Error&, const Error&) = default;
};

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(Errc::malformed, "...")` from any function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string message) {
    return tl::unexpected<Error>(Error{code, std::move(message)});
}

/// The same for a failure that a callee reported: `return fail(std::move(result).error())`.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
    return tl::unexpected<Error>(std::move(error));
}

} // namespace rempart
