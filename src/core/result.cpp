// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/result.hpp"

namespace rempart {

std::string_view name(Errc code) noexcept {
    switch (code) { // no default: the compiler reports a missing enumerator (-Wswitch)
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::malformed: return "malformed";
    case Errc::limit_exceeded: return "limit_exceeded";
    case Errc::not_found: return "not_found";
    case Errc::io: return "io";
    case Errc::unsupported: return "unsupported";
    case Errc::damaged: return "damaged";
    case Errc::encrypted: return "encrypted";
    case Errc::integrity: return "integrity";
    case Errc::crashed: return "crashed";
    case Errc::deadline: return "deadline";
    case Errc::memory: return "memory";
    case Errc::refused: return "refused";
    case Errc::bad_answer: return "bad_answer";
    case Errc::truncated: return "truncated";
    case Errc::skipped: return "skipped";
    case Errc::interrupted: return "interrupted";
    case Errc::unavailable: return "unavailable";
    }
    return "unknown";
}

std::optional<Errc> errc_named(std::string_view text) noexcept {
    for (int i = 0; i <= static_cast<int>(kLastErrc); ++i) {
        if (name(static_cast<Errc>(i)) == text) {
            return static_cast<Errc>(i);
        }
    }
    return std::nullopt;
}

} // namespace rempart
