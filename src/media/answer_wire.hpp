// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the answers of both media workers have in common on the wire. The readers reject, as
/// WireReader does, whatever a sound worker would not have said.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/wire.hpp"
#include "rempart/media/picture.hpp"

namespace rempart::media {

inline constexpr std::size_t kMaxFieldNameBytes = 256;
inline constexpr std::size_t kMaxFieldValueBytes = 1024;
inline constexpr std::size_t kMaxReasonBytes = 512;

void write_metadata(WireWriter& out, const std::vector<MetadataField>& fields);
/// Sorted by name; at most so many fields, and bytes of names and values.
[[nodiscard]] std::vector<MetadataField> read_metadata(WireReader& in, std::uint32_t max_fields,
                                                       std::uint32_t max_bytes);

/// A JPEG of at most `max_bytes`, or nothing.
[[nodiscard]] Bytes read_jpeg(WireReader& in, std::size_t max_bytes);

void write_partial(WireWriter& out, bool partial, const std::string& reason);
/// A reason is there if and only if it is partial.
void read_partial(WireReader& in, bool& partial, std::string& reason);

/// An outcome of a worker: its facts by `write(out, facts)`, or its error.
template <typename Facts, typename Write>
[[nodiscard]] Bytes encode_outcome(const Result<Facts>& outcome, const Write& write) {
    WireWriter out;
    out.u8(outcome ? 1 : 0);
    if (outcome) {
        write(out, *outcome);
    } else {
        out.error(outcome.error());
    }
    return out.take();
}

/// \param failures  the errors that such a worker may give
/// \param read      `read(in)` gives the facts
/// \return `bad_answer`
template <typename Facts, typename Read>
[[nodiscard]] Result<Result<Facts>> decode_outcome(ByteView message, std::span<const Errc> failures,
                                                   const Read& read) {
    WireReader in(message);
    const std::uint8_t kind = in.u8();
    Result<Facts> outcome;
    if (kind == 1) {
        outcome = read(in);
    } else if (kind == 0) {
        Error error = in.error();
        if (error.message.size() > kMaxReasonBytes ||
            std::ranges::find(failures, error.code) == failures.end()) {
            in.reject();
        }
        outcome = fail(std::move(error));
    } else {
        in.reject();
    }
    if (auto finished = in.finish(); !finished) {
        return fail(std::move(finished).error());
    }
    return outcome;
}

} // namespace rempart::media
