// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The rule of two persons: one asks, another decides, both with a record of the log. What needs an
/// approval asks approved_decision() before it acts.
///
/// On a server the database sees to it that who asks and who decides is the user who is logged in,
/// that the one who decides is a reviewer and another than who asked, and that nothing is changed
/// once decided. In a folder persons are told apart by their user of the operating system, and
/// nothing but this program keeps the rule: a folder cannot enforce who somebody is.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

/// What needs two persons. The order is that of kDecisionKinds.
enum class DecisionKind : std::uint8_t { export_out, erasure, list_publication };
inline constexpr std::array<std::string_view, 3> kDecisionKinds{"export", "erasure",
                                                                "list-publication"};
[[nodiscard]] constexpr std::string_view name(DecisionKind kind) {
    return kDecisionKinds[static_cast<std::size_t>(kind)];
}
[[nodiscard]] std::optional<DecisionKind> decision_kind_named(std::string_view name) noexcept;

enum class Verdict : std::uint8_t { approved, refused };
[[nodiscard]] constexpr std::string_view name(Verdict verdict) {
    return verdict == Verdict::approved ? "approved" : "refused";
}

struct Decision {
    RowId id = 0;
    DecisionKind kind{};
    std::string subject; ///< What exactly: a digest or a label, never evidence content.
    std::string reason, asked_by;
    TimeValue asked;
    /// None while it is open; with it decided_by and decided. The time is the database's.
    std::optional<Verdict> verdict;
    std::string decided_by, note;
    TimeValue decided;
};

/// \return the id; `invalid_argument` for a blank subject or reason, or text that is not UTF-8;
///         `refused` if the user's roles do not let them ask; as Case's writing.
[[nodiscard]] Result<RowId> ask_decision(Case& file, DecisionKind kind, const std::string& subject,
                                         const std::string& reason);
/// \return `not_found`; `refused` to who asked, to who is no reviewer (on a server), and for what
///         is decided already; `invalid_argument` for a note that is not UTF-8.
[[nodiscard]] Result<void> decide(Case& file, RowId id, Verdict verdict, const std::string& note);

/// All, in the order they were asked.
[[nodiscard]] Result<std::vector<Decision>> decisions(Case& file);
/// The last decision on that subject, if it approves: a later refusal withdraws an approval.
[[nodiscard]] Result<std::optional<Decision>> approved_decision(Case& file, DecisionKind kind,
                                                                const std::string& subject);

} // namespace rempart::casefile
