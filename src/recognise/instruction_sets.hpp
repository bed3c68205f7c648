// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// REMPART_CLONES before a function: one body, several instruction sets; the loader picks one when
/// the program starts.
///
/// Not under the thread sanitizer: the loader would call the choosing code before the sanitizer is
/// ready, and the program would crash at its start. Needs glibc (ifunc).

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define REMPART_NO_CLONES
#endif
#endif
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_THREAD__) &&                  \
    !defined(REMPART_NO_CLONES)
#define REMPART_CLONES(...) __attribute__((target_clones(__VA_ARGS__)))
#else
#define REMPART_CLONES(...)
#endif
