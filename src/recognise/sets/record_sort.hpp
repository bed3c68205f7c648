// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Sorts records of a few bytes each as strings of bytes, in place.

#include <cstddef>
#include <cstdint>
#include <span>

namespace rempart::recognise {

/// \pre record_bytes is 16, 20, 24, 28, 32 or 40: a digest, with or without a row of 8 bytes behind
///      it, most significant byte first; records.size() is a multiple of it
void sort_records(std::span<std::byte> records, std::size_t record_bytes);

} // namespace rempart::recognise
