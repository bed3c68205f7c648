// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What parent and child agree on. Both are of one build, so there are no versions.
///
/// A message is a u32 length, little-endian, and as many bytes; never empty. Descriptors of the
/// parent travel with its first byte. The first message of a child is its hello.

#include <cstddef>
#include <cstdint>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::sandbox {

inline constexpr int kChannelFd = 3;  ///< The child's end of the channel.
inline constexpr int kLifelineFd = 4; ///< Hangs up when the parent is gone; see child_process.hpp.
inline constexpr std::size_t kHeaderBytes = 4;
/// The largest request. Bulk bytes travel by descriptor; our choice.
inline constexpr std::size_t kMaxRequestBytes = std::size_t{64} << 20;
/// Descriptors with one message; the kernel's own bound is 253 (SCM_MAX_FD).
inline constexpr std::size_t kMaxRequestDescriptors = 250;

/// A child's first message: what confines it.
[[nodiscard]] Bytes encode_hello(const Confinement& confinement);
[[nodiscard]] Result<Confinement> decode_hello(ByteView message);

/// The four bytes in front of a message of `size_bytes`, and what they say.
void put_header(std::size_t size_bytes, std::byte* header);
[[nodiscard]] std::size_t header_size(const std::byte* header);

} // namespace rempart::sandbox
