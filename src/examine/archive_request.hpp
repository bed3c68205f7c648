// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the main program asks of the archive_reader, beside the descriptor: the limits.

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

[[nodiscard]] Bytes encode_archive_request(const ArchiveLimits& limits);
/// \return `bad_answer` for anything but what encode_archive_request makes.
[[nodiscard]] Result<ArchiveLimits> decode_archive_request(ByteView body);

} // namespace rempart::examine
