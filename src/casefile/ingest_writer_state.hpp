// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What the parts of IngestWriter share: the transaction of the rows that are not committed yet,
/// and what is known of them. ingest_writer.cpp opens, begins and commits it; the other parts write
/// into it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "casefile/audited_change.hpp"
#include "casefile/content_index.hpp"
#include "casefile/database.hpp"
#include "casefile/ingest_statements.hpp"
#include "casefile/row_seal.hpp"
#include "casefile/tallies.hpp"
#include "rempart/casefile/evidence.hpp"

namespace rempart::casefile {

struct IngestWriter::State {
    Database* database = nullptr;
    RowId exhibit = 0;
    std::string exhibit_label, purpose;
    std::uint64_t next_seq = 0, first_uncommitted = 0;
    ResumeRecord resume;
    IngestStatements sql;
    LastRows last;
    ContentIndex contents;
    Tallies tallies;
    std::vector<HitRecord> hits;                    ///< Of this transaction: refer to contents.
    std::vector<std::pair<RowId, Ed2kRecord>> ed2k; ///< As hits.
    std::optional<AuditedChange> change; ///< The transaction, and the record that goes with it.
    RowSealer sealer;
    std::uint64_t unflushed_messages = 0;
    std::function<Result<void>(Database&)> at_begin, at_commit;
    std::optional<Error> failure; ///< The first one: after it nothing is written any more.

    // Every writing call goes through here. A failed write may have undone the whole transaction,
    // so what follows it could be stored without what preceded: the writer is finished then.
    template <typename Work>
    auto guarded(Work&& work) -> decltype(work()) {
        if (failure) {
            return fail(*failure);
        }
        if (auto ready = ensure_transaction(); !ready) {
            failure = ready.error();
            return fail(*failure);
        }
        auto result = work();
        if (!result) {
            failure = result.error();
        }
        return result;
    }

    Result<void> ensure_transaction();
    Result<void> begin();
    Result<void> finish();
    void roll_back();
    void end();

    // Contents, items and hits: ingest_writer_items.cpp.
    Result<RowId> insert_content(const ContentRecord& content);
    Result<void> count_item(const ItemRecord& item);
    Result<void> insert_facts(RowId id, const ContentRecord& content);
    Result<void> insert_video(RowId id, const VideoRecord& video,
                              std::span<const VideoFrameRecord> frames);
    Result<void> complete(RowId row, const ContentRecord& content);
    Result<void> count_completed(const StoredContent& was, const ContentRecord& content);
    Result<void> insert_item(const ItemRecord& item);
    Result<void> insert_hits();
    Result<void> insert_ed2k();

    // Chats: ingest_writer_chats.cpp.
    Result<void> insert_message(const MessageRecord& record);
    Result<void> insert_chat_export(const ChatExportRecord& record);
    Result<void> check_export_seq(std::uint64_t item_seq) const;

    /// One row into a table and into its seal.
    template <typename... Values>
    Result<void> insert(Inserter& into, SealedTable table, RowId key, const Values&... values) {
        sealer.add(table, key, values...);
        return into.row(values...);
    }
};

} // namespace rempart::casefile
