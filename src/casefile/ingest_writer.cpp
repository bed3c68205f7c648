// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include "casefile/exhibits.hpp"
#include "casefile/index_lead.hpp"
#include "casefile/ingest_resume.hpp"
#include "casefile/ingest_writer_state.hpp"

namespace rempart::casefile {

Result<void> IngestWriter::State::ensure_transaction() {
    if (!change) {
        return begin();
    }
    if (!database->in_transaction()) {
        return fail(Errc::io, "case database: the transaction was rolled back");
    }
    return {};
}

Result<void> IngestWriter::State::begin() {
    auto begun = AuditedChange::begin(*database, AuditAct::ingest_commit);
    if (!begun) {
        return fail(std::move(begun).error());
    }
    if (auto may = at_begin ? at_begin(*database) : Result<void>(); !may) {
        return may;
    }
    if (auto led = lead_by_indexes(*database, LeadFor::transaction); !led) {
        return led;
    }
    change.emplace(std::move(*begun));
    first_uncommitted = next_seq;
    auto rows = sql.last_rows(); // within: nobody else adds any until the commit
    if (!rows) {
        return fail(std::move(rows).error());
    }
    last = *rows;
    return {};
}

void IngestWriter::State::roll_back() {
    change.reset();
    ed2k.clear();
    sealer.clear();
    end();
}

void IngestWriter::State::end() {
    contents.clear();
    tallies.clear();
}

Result<void> IngestWriter::State::finish() {
    if (auto flushed = sql.flush(); !flushed) {
        return flushed;
    }
    for (const auto& stored :
         {insert_hits(), insert_ed2k(), contents.store(last.content), tallies.store(*database)}) {
        if (!stored) {
            return stored;
        }
    }
    if (at_commit) {
        if (auto done = at_commit(*database); !done) {
            return done;
        }
    }
    assert(change); // guarded() began it
    AuditEntry& entry = change->entry();
    entry.purpose = purpose;
    entry.subject = {{"exhibit", exhibit_label},
                     {"first_seq", std::to_string(first_uncommitted)},
                     {"items", std::to_string(next_seq - first_uncommitted)}};
    sealer.move_into(entry);
    return change->commit();
}

IngestWriter::IngestWriter(std::unique_ptr<State> state) : state_(std::move(state)) {
}
IngestWriter::IngestWriter(IngestWriter&&) noexcept = default;
IngestWriter& IngestWriter::operator=(IngestWriter&& other) noexcept {
    if (this != &other) {
        if (state_) {
            state_->roll_back();
        }
        state_ = std::move(other.state_);
    }
    return *this;
}
IngestWriter::~IngestWriter() {
    if (state_) {
        state_->roll_back();
    }
}

Result<IngestWriter> IngestWriter::open(Case& file, RowId exhibit, std::uint64_t part) {
    Database& database = file.database();
    if (database.in_transaction()) {
        return fail(Errc::invalid_argument, "the case is being written to already");
    }
    auto state = std::make_unique<State>();
    bool known = false;
    auto read = database.each(
        "SELECT label FROM exhibits WHERE id = $1",
        [&](Row& row) -> Result<void> {
            known = row.take(state->exhibit_label);
            return {};
        },
        exhibit);
    if (!read) {
        return fail(std::move(read).error());
    }
    if (!known) {
        return fail(Errc::invalid_argument, "the case has no such exhibit");
    }
    auto resume = read_resume_point(database, exhibit, part);
    if (!resume) {
        return fail(std::move(resume).error());
    }
    state->database = &database;
    state->exhibit = exhibit;
    state->purpose = database.purpose();
    state->next_seq = resume->next_seq;
    state->resume = *resume;
    auto statements = IngestStatements::prepare(database);
    if (!statements) {
        return fail(std::move(statements).error());
    }
    state->sql = std::move(*statements);
    auto contents = ContentIndex::prepare(database, exhibit);
    if (!contents) {
        return fail(std::move(contents).error());
    }
    state->contents = std::move(*contents);
    return IngestWriter(std::move(state));
}

ResumeRecord IngestWriter::resume_point() const {
    return state_->resume;
}

std::uint64_t IngestWriter::next_seq() const {
    return state_->next_seq;
}

void IngestWriter::at_begin(std::function<Result<void>(Database&)> check) {
    state_->at_begin = std::move(check);
}

void IngestWriter::at_commit(std::function<Result<void>(Database&)> work) {
    state_->at_commit = std::move(work);
}

Result<void> IngestWriter::look_up(std::span<const std::array<std::byte, 32>> digests) {
    return state_->guarded([&] { return state_->contents.look_up(digests); });
}

Result<std::optional<RowId>> IngestWriter::find_content(std::span<const std::byte, 32> sha256) {
    audit::Hash key{};
    std::copy(sha256.begin(), sha256.end(), key.begin());
    return state_->guarded([&]() -> Result<std::optional<RowId>> {
        const auto found = state_->contents.find(key);
        if (!found) {
            return fail(found.error());
        }
        return *found == nullptr ? std::nullopt : std::optional<RowId>((*found)->id);
    });
}

Result<void> IngestWriter::commit() {
    if (const auto& failure = state_->failure) {
        return fail(*failure);
    }
    if (!state_->change) {
        return {};
    }
    auto committed = state_->guarded([&] { return state_->finish(); });
    if (committed) {
        state_->change.reset();
        state_->end();
    }
    return committed;
}

Result<void> IngestWriter::finish_exhibit(const ExhibitRecord& exhibit) {
    if (auto updated = state_->guarded(
            [&] { return update_exhibit_row(*state_->database, *state_->change, exhibit); });
        !updated) {
        return updated;
    }
    return commit();
}

} // namespace rempart::casefile
