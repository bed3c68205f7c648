// SPDX-License-Identifier: Apache-2.0
#include "casefile/exhibits.hpp"

#include "casefile/audited_change.hpp"

namespace rempart::casefile {

Result<std::vector<ExhibitRecord>> exhibits(Case& file) {
    std::vector<ExhibitRecord> all;
    auto read = file.database().each(
        "SELECT id, label, kind, source, size_bytes, medium_md5, medium_sha1, medium_sha256, "
        "stored_md5, stored_sha1, acquired_hash, verification, state, error_code, error_text "
        "FROM exhibits ORDER BY id",
        [&](Row& row) -> Result<void> {
            ExhibitRecord& record = all.emplace_back();
            if (!row.take(record.id, record.label, record.kind, record.source, record.size_bytes,
                          record.medium_md5, record.medium_sha1, record.medium_sha256,
                          record.stored_md5, record.stored_sha1, record.acquired_hash,
                          record.verification, record.state, record.error)) {
                return Row::damaged();
            }
            return {};
        });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<std::optional<ExhibitRecord>> exhibit_labelled(Case& file, std::string_view label) {
    auto all = exhibits(file); // a case has few
    if (!all) {
        return fail(std::move(all).error());
    }
    for (ExhibitRecord& record : *all) {
        if (record.label == label) {
            return std::move(record);
        }
    }
    return std::nullopt;
}

Result<RowId> add_exhibit(Case& file, const ExhibitRecord& record) {
    Database& database = file.database();
    auto change = AuditedChange::begin(database, AuditAct::exhibit_added);
    if (!change) {
        return fail(std::move(change).error());
    }
    const auto id = database.scalar(
        "INSERT INTO exhibits (id, label, kind, source, size_bytes, medium_md5, medium_sha1, "
        "medium_sha256, stored_md5, stored_sha1, acquired_hash, verification, state, error_code, "
        "error_text) VALUES ((SELECT COALESCE(max(id), 0) + 1 FROM exhibits), "
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id",
        record.label, record.kind, record.source, record.size_bytes, record.medium_md5,
        record.medium_sha1, record.medium_sha256, record.stored_md5, record.stored_sha1,
        record.acquired_hash, record.verification, record.state, record.error);
    if (!id) {
        return fail(id.error());
    }
    change->entry().subject = {{"exhibit", record.label}};
    if (auto sealed = change->seal(SealedTable::exhibits, id->value()); !sealed) {
        return fail(std::move(sealed).error());
    }
    if (auto committed = change->commit(); !committed) {
        return fail(std::move(committed).error());
    }
    return id->value();
}

Result<void> update_exhibit(Case& file, const ExhibitRecord& record) {
    auto change = AuditedChange::begin(file.database(), AuditAct::rows_changed);
    if (!change) {
        return fail(std::move(change).error());
    }
    if (auto updated = update_exhibit_row(file.database(), *change, record); !updated) {
        return updated;
    }
    return change->commit();
}

Result<std::optional<ExhibitRecord>> exhibit_of(Case& file, RowId id) {
    auto all = exhibits(file);
    if (!all) {
        return fail(std::move(all).error());
    }
    for (ExhibitRecord& record : *all) {
        if (record.id == id) {
            return std::move(record);
        }
    }
    return std::nullopt;
}

Result<void> change_exhibit(Case& file, RowId id,
                            const std::function<void(ExhibitRecord&)>& change_record,
                            const std::function<Result<void>(Database&)>& also) {
    auto change = AuditedChange::begin(file.database(), AuditAct::rows_changed);
    if (!change) {
        return fail(std::move(change).error());
    }
    auto record = exhibit_of(file, id);
    if (!record) {
        return fail(std::move(record).error());
    }
    if (!*record) {
        return fail(Errc::not_found, "the case has no such exhibit");
    }
    change_record(**record);
    if (auto updated = update_exhibit_row(file.database(), *change, **record); !updated) {
        return updated;
    }
    if (also) {
        if (auto done = also(file.database()); !done) {
            return done;
        }
    }
    return change->commit();
}

Result<void> update_exhibit_row(Database& database, AuditedChange& change,
                                const ExhibitRecord& record) {
    if (auto touched = change.touch(SealedTable::exhibits, record.id); !touched) {
        return touched;
    }
    change.entry().subject = {{"exhibit", record.label}, {"state", record.state}};
    const auto changed = database.scalar(
        "UPDATE exhibits SET label = $1, kind = $2, source = $3, size_bytes = $4, medium_md5 = $5, "
        "medium_sha1 = $6, medium_sha256 = $7, stored_md5 = $8, stored_sha1 = $9, "
        "acquired_hash = $10, verification = $11, state = $12, error_code = $13, error_text = $14 "
        "WHERE id = $15 RETURNING id",
        record.label, record.kind, record.source, record.size_bytes, record.medium_md5,
        record.medium_sha1, record.medium_sha256, record.stored_md5, record.stored_sha1,
        record.acquired_hash, record.verification, record.state, record.error, record.id);
    if (!changed) {
        return fail(changed.error());
    }
    if (!*changed) {
        return fail(Errc::not_found, "the case has no such exhibit");
    }
    return {};
}

Result<void> replace_volumes(Case& file, RowId exhibit, std::span<const VolumeRecord> volumes) {
    Database& database = file.database();
    auto change = AuditedChange::begin(database, AuditAct::rows_changed);
    if (!change) {
        return fail(std::move(change).error());
    }
    if (auto touched = change->touch(SealedTable::volumes, exhibit); !touched) {
        return touched;
    }
    if (auto gone = database.run("DELETE FROM volumes WHERE exhibit_id = $1", exhibit); !gone) {
        return gone;
    }
    auto insert = database.prepare(
        "INSERT INTO volumes (exhibit_id, ordinal, offset_bytes, size_bytes, label, file_system, "
        "items, error_code, error_text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    if (!insert) {
        return fail(std::move(insert).error());
    }
    for (std::size_t i = 0; i < volumes.size(); ++i) {
        const VolumeRecord& volume = volumes[i];
        if (auto added = insert->run(exhibit, i, volume.offset_bytes, volume.size_bytes,
                                     volume.label, volume.file_system, volume.items, volume.error);
            !added) {
            return added;
        }
    }
    return change->commit();
}

Result<std::vector<VolumeRecord>> volumes(Case& file, RowId exhibit) {
    std::vector<VolumeRecord> all;
    auto read = file.database().each(
        "SELECT offset_bytes, size_bytes, label, file_system, items, error_code, error_text "
        "FROM volumes WHERE exhibit_id = $1 ORDER BY ordinal",
        [&](Row& row) -> Result<void> {
            VolumeRecord& volume = all.emplace_back();
            if (!row.take(volume.offset_bytes, volume.size_bytes, volume.label, volume.file_system,
                          volume.items, volume.error)) {
                return Row::damaged();
            }
            return {};
        },
        exhibit);
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

Result<RowId> add_run(Case& file, const RunRecord& record) {
    // One without an exhibit read something else, a list: no ingest starts.
    auto change = AuditedChange::begin(file.database(), record.exhibit ? AuditAct::ingest_started
                                                                       : AuditAct::rows_changed);
    if (!change) {
        return fail(std::move(change).error());
    }
    const auto id = file.database().scalar(
        "INSERT INTO runs (id, exhibit_id, command, program_version, confinement, outcome, jobs, "
        "started_us, started_kind, ended_us, ended_kind) "
        "VALUES ((SELECT COALESCE(max(id), 0) + 1 FROM runs), $1, $2, $3, $4, $5, $6, $7, $8, $9, "
        "$10) RETURNING id",
        record.exhibit, record.command, record.program_version, record.confinement, record.outcome,
        record.jobs, record.started, record.ended);
    if (!id) {
        return fail(id.error());
    }
    change->entry().subject = {{"command", record.command}};
    if (auto sealed = change->seal(SealedTable::runs, id->value()); !sealed) {
        return fail(std::move(sealed).error());
    }
    if (auto committed = change->commit(); !committed) {
        return fail(std::move(committed).error());
    }
    return id->value();
}

Result<void> finish_run(Case& file, const RunRecord& record) {
    auto change = AuditedChange::begin(file.database(), AuditAct::ingest_finished);
    if (!change) {
        return fail(std::move(change).error());
    }
    if (auto touched = change->touch(SealedTable::runs, record.id); !touched) {
        return touched;
    }
    change->entry().subject = {{"command", record.command}, {"outcome", record.outcome}};
    const auto changed = file.database().scalar(
        "UPDATE runs SET exhibit_id = $1, confinement = $2, outcome = $3, jobs = $4, "
        "ended_us = $5, ended_kind = $6 WHERE id = $7 RETURNING id",
        record.exhibit, record.confinement, record.outcome, record.jobs, record.ended, record.id);
    if (!changed) {
        return fail(changed.error());
    }
    if (!*changed) {
        return fail(Errc::not_found, "the case has no such run");
    }
    return change->commit();
}

Result<std::vector<RunRecord>> runs(Case& file) {
    std::vector<RunRecord> all;
    auto read = file.database().each(
        "SELECT id, exhibit_id, command, program_version, confinement, outcome, jobs, started_us, "
        "started_kind, ended_us, ended_kind FROM runs ORDER BY id",
        [&](Row& row) -> Result<void> {
            RunRecord& run = all.emplace_back();
            if (!row.take(run.id, run.exhibit, run.command, run.program_version, run.confinement,
                          run.outcome, run.jobs, run.started, run.ended)) {
                return Row::damaged();
            }
            return {};
        });
    if (!read) {
        return fail(std::move(read).error());
    }
    return all;
}

} // namespace rempart::casefile
