// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Large working memory in huge pages: fewer page faults, and fewer misses where it is written or
/// read here and there.

#include <cstdint>
#include <vector>

#include <sys/mman.h>

namespace rempart::recognise {

/// Asks for huge pages for what `vector` has reserved. Only speed depends on it.
template <typename T>
void prefer_huge_pages(std::vector<T>& vector) {
    constexpr std::uintptr_t kHuge = std::uintptr_t{1} << 21;
    const auto begin = reinterpret_cast<std::uintptr_t>(vector.data());
    const std::uintptr_t bytes = vector.capacity() * sizeof(T);
    const std::uintptr_t before = (kHuge - begin % kHuge) % kHuge; // of the first huge page
    if (bytes >= before + kHuge) {
        (void)::madvise(reinterpret_cast<char*>(vector.data()) + before,
                        (bytes - before) / kHuge * kHuge, MADV_HUGEPAGE);
    }
}

} // namespace rempart::recognise
