// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rempart::sandbox {

// g++ says it by macros, clang by features.
#if defined(__has_feature)
#define REMPART_HAS_FEATURE(feature) __has_feature(feature)
#else
#define REMPART_HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || REMPART_HAS_FEATURE(address_sanitizer)
inline constexpr bool kAddressSanitizer = true;
#else
inline constexpr bool kAddressSanitizer = false;
#endif

#if defined(__SANITIZE_THREAD__) || REMPART_HAS_FEATURE(thread_sanitizer)
inline constexpr bool kThreadSanitizer = true; ///< It runs a thread of its own.
#else
inline constexpr bool kThreadSanitizer = false;
#endif

#undef REMPART_HAS_FEATURE

/// Whether this build carries a sanitizer. Its run-time reserves terabytes of address space, makes
/// a few more system calls and writes reports to stderr, so that some bounds differ.
inline constexpr bool kSanitized = kAddressSanitizer || kThreadSanitizer;

/// How much resident memory a byte of a program costs at most: the thread sanitizer keeps 4 bytes
/// of shadow and 1 of others with each (compiler-rt, tsan_platform.h).
inline constexpr std::uint64_t kResidentFactor = kThreadSanitizer ? 6 : 1;

} // namespace rempart::sandbox
