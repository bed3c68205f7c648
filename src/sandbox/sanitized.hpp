// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rempart::sandbox {

/// Whether this build carries a sanitizer. Its run-time reserves terabytes of address space, makes
/// a few more system calls and writes reports to stderr, so that some bounds differ.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

} // namespace rempart::sandbox
