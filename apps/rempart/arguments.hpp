// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the user asked for, as plain values. Every command and flag is defined once, in one of the
/// *arguments.cpp; help, the man page and the shell completion are made from that.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rempart::cli {

struct CaseNew {
    std::string folder, name, authority, legal_basis, purpose, review_date;
};
struct CaseInfoArgs {
    std::string folder;
    bool json = false;
};
struct CaseVerify {
    std::string folder;
    std::vector<std::string> checkpoints;
    std::string key;
    bool json = false;
};
struct CaseExport {
    std::string folder, target;
    bool canonical = false;
    std::string recipient;
    std::optional<std::string> purpose; ///< None: the case's own.
};
struct CaseImport {
    std::string source, folder;
};
struct AuditShow {
    std::string folder;
    std::optional<std::string> purpose;
    bool json = false;
};
struct AuditCheckpoint {
    std::string folder, out;
};
struct AuditProof {
    std::string folder, out;
    std::uint64_t index = 0;
    std::optional<std::string> purpose;
};
struct AuditCheck {
    std::string proof, key;
};
struct AuditStamp {
    std::string checkpoint, query, token, ca;
};
/// case grant, revoke, roles.
struct CaseRoles {
    enum class What { grant, revoke, show } what = What::show;
    std::string folder, user, role;
    bool enforce = false, json = false;
};
struct DecisionAsk {
    std::string folder, kind, subject, reason;
};
struct DecisionDecide {
    std::string folder, verdict, note;
    std::int64_t id = 0;
};
struct MemoryNew {
    std::string url, name, authority, legal_basis, purpose, review_date;
};
/// memory share, ask, withdraw.
struct MemoryActArgs {
    enum class What { share, ask, withdraw } what = What::share;
    std::string folder, memory, purpose;
    bool json = false;
};
/// memory verify, info, log.
struct MemoryLook {
    enum class What { verify, info, log } what = What::info;
    std::string url, purpose;
    bool json = false;
};
struct DecisionShow {
    std::string folder;
    bool json = false;
};
/// What `list add` and `list update` have in common.
struct ListFiles {
    std::string folder;
    std::vector<std::string> files;
    std::string name, format = "auto", algorithm;
    std::size_t expected_hashes = 0;
    std::optional<std::string> purpose;
    bool json = false;
};
struct ListAdd : ListFiles {
    std::string polarity, scheme;
    int radius = 31;
};
struct ListUpdate : ListFiles {};
struct ListShow {
    std::string folder;
    bool json = false;
};
/// list disable, enable.
struct ListSwitch {
    enum class What { disable, enable } what = What::disable;
    std::string folder, list, reason;
    std::vector<std::uint64_t> entries;
    std::optional<std::string> purpose;
    bool json = false;
};
struct ListFeedback {
    std::string folder, list, content, verdict, note;
    std::uint64_t entry = 0;
    std::optional<std::string> purpose;
};
struct Explain {
    std::string folder, content; ///< A SHA-256 or a path.
    std::optional<std::string> purpose;
    bool json = false;
};
struct IngestArgs {
    std::string folder;
    std::vector<std::string> paths;
    std::string exhibit, acquired_hash;
    unsigned jobs = 0, parts = 0;
    double lease_seconds = 60;
    std::optional<std::string> purpose;
    bool no_recognition = false, triage = false, no_medium_digest = false, enqueue = false,
         json = false;
};
struct WorkerArgs {
    std::string folder;
    unsigned jobs = 0;
    double lease_seconds = 60;
    std::optional<std::string> purpose;
    bool until_idle = false, json = false;
};
struct Status {
    std::string folder;
    bool json = false, metrics = false;
};
/// The commands that print rows of a case.
struct Show {
    enum class What { items, messages, hits, queue } what = What::items;
    std::string folder;
    std::uint64_t limit = 0; ///< 0: all.
    std::optional<std::string> purpose;
    bool all = false; ///< Of hits: those that do not count too.
    bool json = false;
};
struct Find {
    std::string folder, query;
    std::optional<std::string> purpose;
    bool json = false;
};
struct Fingerprint {
    std::vector<std::string> files;
    std::string frames; ///< "key", "second", "all"; "" for what the form wants.
    unsigned jobs = 0;  ///< 0: all cores.
    bool vpdq = false;
    bool json = false;
};
struct Match {
    std::vector<std::string> files, lists;
    std::string codes, format = "auto", algorithm;
    int radius = 31;
    unsigned jobs = 0; ///< 0: all cores.
    bool json = false;
};
struct Report {
    std::string folder, out, language = "en";
    std::optional<std::string> purpose;
    bool thumbnails = false;
};
/// Made from the definitions themselves.
struct Print {
    std::string text;
};

using Request =
    std::variant<CaseNew, CaseInfoArgs, CaseVerify, CaseExport, CaseImport, ListAdd, ListUpdate,
                 ListShow, IngestArgs, Show, Find, Fingerprint, Match, Report, Print, AuditShow,
                 AuditCheckpoint, AuditProof, AuditCheck, AuditStamp, WorkerArgs, Status, CaseRoles,
                 DecisionAsk, DecisionDecide, DecisionShow, MemoryNew, MemoryActArgs, MemoryLook,
                 ListSwitch, ListFeedback, Explain>;

/// Told what was typed, by the parse of the command.
using Choose = std::function<void(Request)>;

struct Parsed {
    int exit_status = 0; ///< 2 after wrong use, whose message went to stderr.
    bool run = false;    ///< Whether there is a request to carry out.
    Request request;
};

[[nodiscard]] Parsed parse_arguments(int argc, char** argv);

} // namespace rempart::cli
