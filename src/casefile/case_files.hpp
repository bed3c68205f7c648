// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The names of what lies in a case's folder.

namespace rempart::casefile {

inline constexpr const char* kDatabaseName = "case.sqlite";
/// Signed checkpoints of the log and its keys.
inline constexpr const char* kAuditFolder = "audit";
/// Compiled files of lists: made anew from the case's rows where they are missing.
inline constexpr const char* kListFolder = "lists";

} // namespace rempart::casefile
