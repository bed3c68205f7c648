// SPDX-License-Identifier: Apache-2.0
// case verify; audit show, checkpoint, proof, check, stamp.
#include <filesystem>

#include <fmt/format.h>

#include "rempart/audit/timestamp.hpp"
#include "rempart/casefile/audit_checkpoint.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/commands.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/logged.hpp"
#include "rempart/output.hpp"
#include "rempart/rows_json.hpp"
#include "rempart/verdict.hpp"

namespace rempart::cli {
namespace {

using casefile::Access;
using casefile::AuditAct;
using casefile::Case;

Result<void> write_file(const std::string& path, ByteView bytes) {
    const UniqueFd file(open_new_file(path));
    if (!file) {
        return fail(Errc::invalid_argument, "the file exists already or cannot be made");
    }
    return write_all(file.get(), bytes);
}

/// The checkpoints of the case's folder and those of the command line.
Result<std::vector<casefile::KeptCheckpoint>> all_checkpoints(const Case& file,
                                                              const CaseVerify& args) {
    auto kept = casefile::kept_checkpoints(file);
    if (!kept) {
        return kept;
    }
    for (const std::string& path : args.checkpoints) {
        const auto mapped = MappedFile::open(path);
        if (!mapped) {
            return fail(mapped.error().code,
                        fmt::format("{}: {}", to_utf8(path), mapped.error().message));
        }
        kept->push_back({to_utf8(path), std::string(mapped->text())});
    }
    return kept;
}

Result<std::optional<audit::PublicKey>> chosen_key(const Case& file, const std::string& path) {
    if (path.empty()) {
        return casefile::public_key(file);
    }
    const auto key = audit::PublicKey::read(path);
    if (!key) {
        return fail(key.error());
    }
    return std::optional(*key);
}

Result<casefile::AuditVerdict> verify(Case& file, const CaseVerify& args) {
    const auto checkpoints = all_checkpoints(file, args);
    if (!checkpoints) {
        return fail(checkpoints.error());
    }
    const auto key = chosen_key(file, args.key);
    if (!key) {
        return fail(key.error());
    }
    return casefile::verify_log(file, *checkpoints, *key);
}

int print_exhibits(Case& file, bool json) {
    const auto exhibits = casefile::exhibits(file);
    if (!exhibits) {
        return report_error("case verify", exhibits.error());
    }
    int status = kOk;
    for (const casefile::ExhibitRecord& exhibit : *exhibits) {
        const auto totals = casefile::totals(file, exhibit.id);
        if (!totals) {
            return report_error("case verify", totals.error());
        }
        print_line(json ? to_json(exhibit, *totals)
                        : fmt::format("{}: {}", to_terminal(exhibit.label), exhibit.verification));
        if (exhibit.verification == "failed") {
            status = kIntegrity;
        }
    }
    return status;
}

} // namespace

int run(const CaseVerify& args) {
    auto file = Case::open(args.folder, Access::read);
    if (!file) {
        return report_error(args.folder, file.error());
    }
    int status = kOk;
    if (auto sound = file->check(); !sound) {
        status = report_error(args.folder, sound.error());
        if (status != kIntegrity) {
            return status;
        }
    }
    const int exhibits = print_exhibits(*file, args.json);
    if (exhibits != kOk && exhibits != kIntegrity) {
        return exhibits;
    }
    const auto verdict = verify(*file, args);
    if (!verdict) {
        return report_error(args.folder, verdict.error());
    }
    const int log = print_verdict(*verdict, args.json);
    if (status != kOk || log != kOk) {
        return kIntegrity; // a log that was tampered with gets no further record
    }
    if (!args.json) {
        print_line("the case file is sound");
    }
    casefile::AuditEntry entry;
    entry.act = AuditAct::verified;
    entry.purpose = file->info().purpose;
    entry.subject = {{"records", std::to_string(verdict->tree.size)},
                     {"root", encode_hex(verdict->tree.root)}};
    if (const auto logged = casefile::record_act(*file, entry); !logged) {
        talk(fmt::format("the verification is not in the log: {}", logged.error().message));
    }
    return exhibits;
}

int run(const AuditShow& args) {
    auto file = open_logged(args.folder,
                            {.act = AuditAct::log_shown, .subject = {}, .purpose = args.purpose});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    auto shown = casefile::each_log_record(
        *file, [&](std::uint64_t index, const std::string& record) -> Result<void> {
            print_line(args.json ? record : fmt::format("{:>8}  {}", index, to_terminal(record)));
            return {};
        });
    return shown ? kOk : report_error(args.folder, shown.error());
}

int run(const AuditCheckpoint& args) {
    auto file = open_logged(args.folder,
                            {.act = AuditAct::checkpoint, .subject = {}, .purpose = std::nullopt});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto note = casefile::make_checkpoint(*file);
    if (!note) {
        return report_error("audit checkpoint", note.error());
    }
    if (auto written = write_file(args.out, bytes_of(*note)); !written) {
        return report_error(args.out, written.error());
    }
    talk(fmt::format("the key to check it with: {}", casefile::public_key_path(*file).string()));
    print_line(args.out);
    return kOk;
}

int run(const AuditProof& args) {
    auto file = open_logged(args.folder, {.act = AuditAct::proof_given,
                                          .subject = {{"record", std::to_string(args.index)}},
                                          .purpose = args.purpose});
    if (!file) {
        return report_error(args.folder, file.error());
    }
    const auto proof = casefile::prove_record(*file, args.index);
    if (!proof) {
        return report_error("audit proof", proof.error());
    }
    if (auto written = write_file(args.out, bytes_of(audit::proof_text(*proof))); !written) {
        return report_error(args.out, written.error());
    }
    talk(fmt::format("the key to check it with: {}", casefile::public_key_path(*file).string()));
    print_line(args.out);
    return kOk;
}

int run(const AuditCheck& args) {
    const auto key = audit::PublicKey::read(args.key);
    if (!key) {
        return report_error(args.key, key.error());
    }
    const auto mapped = MappedFile::open(args.proof);
    if (!mapped) {
        return report_error(args.proof, mapped.error());
    }
    const auto proof = audit::parse_proof(mapped->text());
    if (!proof) {
        return report_error(args.proof, proof.error());
    }
    const auto checkpoint = audit::check_proof(*proof, *key);
    if (!checkpoint) {
        return report_error(args.proof, checkpoint.error());
    }
    print_line(to_terminal(proof->record));
    talk(fmt::format("is record {} of the {} that {} had when it was signed", proof->index,
                     checkpoint->tree.size, checkpoint->origin));
    return kOk;
}

int run(const AuditStamp& args) {
    if (args.query.empty() == args.token.empty() || args.token.empty() != args.ca.empty()) {
        talk("audit stamp: give either --query, or --token and --ca");
        return kWrongUse;
    }
    const auto mapped = MappedFile::open(args.checkpoint);
    if (!mapped) {
        return report_error(args.checkpoint, mapped.error());
    }
    if (const auto note = audit::parse_checkpoint(mapped->text()); !note) {
        return report_error(args.checkpoint, note.error());
    }
    const ByteView bytes = bytes_of(mapped->text());
    if (!args.query.empty()) {
        const auto query = audit::timestamp_query(bytes);
        if (!query) {
            return report_error("audit stamp", query.error());
        }
        const auto written = write_file(args.query, *query);
        return written ? kOk : report_error(args.query, written.error());
    }
    const auto token = MappedFile::open(args.token);
    if (!token) {
        return report_error(args.token, token.error());
    }
    const auto ca = MappedFile::open(args.ca);
    if (!ca) {
        return report_error(args.ca, ca.error());
    }
    const auto stamp = audit::verify_timestamp(bytes_of(token->text()), bytes, ca->text());
    if (!stamp) {
        return report_error(args.token, stamp.error());
    }
    print_line(fmt::format("stamped {} (serial {})", format_time(stamp->at), stamp->serial));
    return kOk;
}

} // namespace rempart::cli
