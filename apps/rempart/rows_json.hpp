// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The rows of a case as JSON lines. The keys are a contract (docs/cli.md): add, never change.

#include <string>

#include "rempart/casefile/audit_verify.hpp"
#include "rempart/casefile/chats.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/groups.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/media_files.hpp"
#include "rempart/pipeline/add_list.hpp"
#include "rempart/pipeline/ingest.hpp"
#include "rempart/pipeline/worker.hpp"

namespace rempart::cli {

[[nodiscard]] std::string to_json(const casefile::CaseInfo& info, const casefile::Totals& totals);
[[nodiscard]] std::string to_json(const casefile::ExhibitRecord& exhibit,
                                  const casefile::Totals& totals);
/// A list with its entries that are off and what people said of its hits.
struct ListLine {
    casefile::ListRecord list;
    std::vector<casefile::EntryOff> off;
    casefile::FeedbackCounts feedback;
    std::vector<casefile::ListVersionRecord> versions;
};
[[nodiscard]] std::string to_json(const ListLine& line);
[[nodiscard]] std::string to_json(const pipeline::ListAdded& added);
[[nodiscard]] std::string to_json(const pipeline::ListUpdated& updated);
[[nodiscard]] std::string to_json(const casefile::ItemView& view);
[[nodiscard]] std::string to_json(const casefile::HitView& view);
[[nodiscard]] std::string to_json(const casefile::MessageView& view);
[[nodiscard]] std::string to_json(const casefile::FoundView& view);
[[nodiscard]] std::string to_json(const casefile::AuditFault& fault);
[[nodiscard]] std::string to_json(const casefile::AuditVerdict& verdict);
[[nodiscard]] std::string to_json(const pipeline::WorkerSummary& summary);
[[nodiscard]] std::string to_json(const casefile::WorkerRecord& worker);
[[nodiscard]] std::string to_json(const casefile::JobCounts& jobs);
[[nodiscard]] std::string to_json(const casefile::FailureRecord& failure);
[[nodiscard]] std::string to_json(const pipeline::IngestSummary& summary);
[[nodiscard]] std::string triage_json(const pipeline::IngestSummary& summary);

[[nodiscard]] std::string to_json(const casefile::QueuedGroup& group);

/// The answer of `fingerprint` for one file.
struct FingerprintLine {
    std::string path, sha256;
    const MediaFacts* facts = nullptr; ///< Null if it could not be read: then `error` says why.
    Error error;
};
[[nodiscard]] std::string to_json(const FingerprintLine& line);

/// A hit of `match`, against codes or files.
struct MatchLine {
    std::string path;        ///< "" for a code.
    std::uint64_t query = 0; ///< Line of the code, from 1.
    std::string list;
    std::uint64_t entry = 0;
    std::string match, algorithm, variant, orientation;
    int distance = 0;
    std::vector<recognise::HitSegment> segments; ///< Of a video, or of a picture in a listed one.
};
[[nodiscard]] std::string to_json(const MatchLine& line);
/// A file that `match` could not read, or not whole.
[[nodiscard]] std::string error_json(const std::string& path, const Error& error);

} // namespace rempart::cli
