// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What each command does. Every function returns the exit status.

#include "rempart/arguments.hpp"

namespace rempart::cli {

[[nodiscard]] int run(const CaseNew& args);
[[nodiscard]] int run(const CaseInfoArgs& args);
[[nodiscard]] int run(const CaseVerify& args);
[[nodiscard]] int run(const CaseExport& args);
[[nodiscard]] int run(const CaseImport& args);
[[nodiscard]] int run(const CaseRoles& args);
[[nodiscard]] int run(const DecisionAsk& args);
[[nodiscard]] int run(const DecisionDecide& args);
[[nodiscard]] int run(const DecisionShow& args);
[[nodiscard]] int run(const MemoryNew& args);
[[nodiscard]] int run(const MemoryActArgs& args);
[[nodiscard]] int run(const MemoryLook& args);
[[nodiscard]] int run(const ListAdd& args);
[[nodiscard]] int run(const ListUpdate& args);
[[nodiscard]] int run(const ListShow& args);
[[nodiscard]] int run(const ListSwitch& args);
[[nodiscard]] int run(const ListFeedback& args);
[[nodiscard]] int run(const Explain& args);
[[nodiscard]] int run(const IngestArgs& args);
[[nodiscard]] int run(const WorkerArgs& args);
[[nodiscard]] int run(const Status& args);
[[nodiscard]] int run(const Show& args);
[[nodiscard]] int run(const Find& args);
[[nodiscard]] int run(const Fingerprint& args);
[[nodiscard]] int run(const Match& args);
[[nodiscard]] int run(const Report& args);
[[nodiscard]] int run(const Print& args);
[[nodiscard]] int run(const AuditShow& args);
[[nodiscard]] int run(const AuditCheckpoint& args);
[[nodiscard]] int run(const AuditProof& args);
[[nodiscard]] int run(const AuditCheck& args);
[[nodiscard]] int run(const AuditStamp& args);

} // namespace rempart::cli
