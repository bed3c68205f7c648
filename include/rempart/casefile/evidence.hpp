// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Exhibits, items, contents, hits: written while an exhibit is ingested, read by everything else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"

namespace rempart::casefile {

[[nodiscard]] Result<std::vector<ExhibitRecord>> exhibits(Case& file);
[[nodiscard]] Result<std::optional<ExhibitRecord>> exhibit_labelled(Case& file,
                                                                    std::string_view label);
[[nodiscard]] Result<RowId> add_exhibit(Case& file, const ExhibitRecord& record);
[[nodiscard]] Result<void> update_exhibit(Case& file, const ExhibitRecord& record);
[[nodiscard]] Result<std::optional<ExhibitRecord>> exhibit_of(Case& file, RowId id);
/// Reads the exhibit's row, lets `change` change it, and stores it, with what `also` does, in one
/// transaction: so that two workers do not undo each other's part of it.
[[nodiscard]] Result<void>
change_exhibit(Case& file, RowId id, const std::function<void(ExhibitRecord&)>& change,
               const std::function<Result<void>(Database&)>& also = nullptr);
[[nodiscard]] Result<void> replace_volumes(Case& file, RowId exhibit,
                                           std::span<const VolumeRecord> volumes);
[[nodiscard]] Result<std::vector<VolumeRecord>> volumes(Case& file, RowId exhibit);

[[nodiscard]] Result<RowId> add_run(Case& file, const RunRecord& record);
[[nodiscard]] Result<void> finish_run(Case& file, const RunRecord& record);
[[nodiscard]] Result<std::vector<RunRecord>> runs(Case& file);

/// What all lists together say of a content by the hits that count. What follows from it is
/// recognise::standing_of's to say.
struct KnownBy {
    bool alert_exact = false, alert_near = false, note = false;
    bool allow_by_sha = false,
         allow_by_md5 = false; ///< Equal to an entry; a near allow is nothing.
    friend bool operator==(const KnownBy&, const KnownBy&) = default;
};

/// A hit at a place where the content was seen.
struct HitView {
    HitRecord hit; ///< The strongest, if several digests or entries of the list agree.
    std::string exhibit_label, item_path, item_stream, sha256;
    std::string list_name, polarity, scheme, entry_label, category;
    std::uint64_t entry = 0;             ///< Line or object in the list's source.
    std::vector<std::string> algorithms; ///< All that agree, the strongest first.
    std::uint64_t entries = 1;           ///< How many entries of the list match; `entry` is one.
    KnownBy known_by;                    ///< Of the content.
    /// "", or of a hit that does not count the state of its entry: EntryOff::state
    /// (list_entries.hpp).
    std::string entry_state;
};

/// One hit a content, list and kind of match, from what IngestWriter::hits_of gives, in its order.
/// Strongest is, of exact ones, SHA-256 before SHA-1 before MD5; of near ones, the least distance,
/// then the variant "full" before "nearest512"; then the first entry.
[[nodiscard]] std::vector<HitView> strongest_hits(std::vector<HitView> hits);

/// What an exhibit has in the case, for going on with it.
struct ResumeRecord {
    std::uint64_t next_seq = 0;           ///< Items in the case.
    std::uint64_t top_level_items = 0;    ///< Those without a parent.
    std::uint64_t last_top_level_seq = 0; ///< Meaningless if there is none.
};

/// Writes the items of one part of an exhibit in the order of their seq. Everything between two
/// commits is in the case whole or not at all, with its record in the log and seals over its rows:
/// after a crash the case holds exactly the items below `next_seq()`, with all their contents, hits
/// and messages.
///
/// The first writing call after a commit waits until no other connection writes to the case, and
/// from then on others wait for this: write what is ready, and commit at once.
class IngestWriter {
  public:
    [[nodiscard]] static Result<IngestWriter> open(Case& file, RowId exhibit,
                                                   std::uint64_t part = 0);
    IngestWriter(IngestWriter&&) noexcept;
    IngestWriter& operator=(IngestWriter&&) noexcept;
    ~IngestWriter(); ///< Rolls back what was not committed.

    [[nodiscard]] std::uint64_t next_seq() const;
    /// Where the walk goes on: also the last item that stands in no archive.
    [[nodiscard]] ResumeRecord resume_point() const;
    /// Asks once about many contents that the next calls are about: on a server this is a hundred
    /// times as fast as one by one.
    [[nodiscard]] Result<void> look_up(std::span<const std::array<std::byte, 32>> digests);
    /// Whether this content is stored already (also by another exhibit, also uncommitted here).
    [[nodiscard]] Result<std::optional<RowId>> find_content(std::span<const std::byte, 32> sha256);
    /// \pre not stored yet.
    [[nodiscard]] Result<RowId> add_content(const ContentRecord& content);
    /// Adds ed2k digests to a content that was stored without; ignores them where it has some.
    [[nodiscard]] Result<void> add_ed2k(RowId row, const Ed2kRecord& ed2k);
    /// Adds picture or video, fingerprints, frames, metadata, thumbnail and media_error to a
    /// content that was stored with media_error `skipped`; leaves any other content as it is.
    [[nodiscard]] Result<void> complete_content(RowId row, const ContentRecord& content);
    /// \pre item.seq == next_seq()
    [[nodiscard]] Result<void> add_item(const ItemRecord& item);
    /// Ignores hits that are stored already.
    [[nodiscard]] Result<void> add_hits(std::span<const HitRecord> hits);

    /// For the chat export that is the item next_seq(): call before add_item, in one transaction
    /// with it.
    [[nodiscard]] Result<RowId> add_conversation(const ConversationRecord& record);
    [[nodiscard]] Result<void> add_account(const AccountRecord& record);
    [[nodiscard]] Result<void> add_message(const MessageRecord& record);
    [[nodiscard]] Result<void> add_chat_export(const ChatExportRecord& record);

    /// Is called where a transaction begins, before anything is written in it; its failure is that
    /// of the call that began it. For what must hold so that there is anything to write.
    void at_begin(std::function<Result<void>(Database&)> check);
    /// Is called in every commit, before it is one; its failure undoes the commit. For what has to
    /// last together with the rows: the progress of the job.
    void at_commit(std::function<Result<void>(Database&)> work);
    [[nodiscard]] Result<void> commit();
    /// Updates the exhibit's row and commits it with everything before, in one transaction.
    [[nodiscard]] Result<void> finish_exhibit(const ExhibitRecord& exhibit);

  private:
    struct State;
    explicit IngestWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Joins attachments to the contents of the items that they name, in the same exhibit and the same
/// archive (or none) as their export. Repeatable. Returns how many are joined in all.
[[nodiscard]] Result<std::uint64_t> join_attachments(Case& file, RowId exhibit);

/// An item with what belongs to it, for reading out.
struct ItemView {
    ItemRecord item;
    RowId exhibit = 0;
    std::string exhibit_label;
    std::optional<std::string> parent_path;
    std::string md5, sha1, sha256; ///< Hex; "" without content.
    std::string type, mime, family;
    std::optional<Error> media_error;
    std::optional<Error> partial_picture; ///< What a picture or video decoded in part lacks.

    /// Why it was not read whole, in the order of weight: the item, its content, its picture.
    [[nodiscard]] const std::optional<Error>& error() const;
};

/// What is stored of a picture that decoded only in part (docs/formats/pictures.md: "truncated: "
/// or "damaged: ", then the place) as an error. Null for ""; `truncated` for a reason that names no
/// error.
[[nodiscard]] std::optional<Error> partial_picture(std::string_view partial_reason);

/// No end to the rows that are told.
inline constexpr std::size_t kAllRows = std::numeric_limits<std::size_t>::max();

/// The first `most` items, by exhibit (in the order added) and seq.
[[nodiscard]] Result<void> each_item(Case& file,
                                     const std::function<Result<void>(const ItemView&)>& take,
                                     std::size_t most = kAllRows);
/// Of these the ones that were not read whole: the item, its content or its picture has an error.
[[nodiscard]] Result<void> each_problem(Case& file,
                                        const std::function<Result<void>(const ItemView&)>& take);

/// Whether hits count: those of an entry that is disabled do not, nor the near ones of one in
/// quarantine (list_entries.hpp).
enum class HitsThat : std::uint8_t { count, do_not_count };

/// The first `most` hits, one a place, list and kind of match (as strongest_hits): by list and
/// least distance; then by content, in the order of the first 8 bytes of its SHA-256; then by
/// match, exhibit, seq. The first come at once, however many there are.
[[nodiscard]] Result<void> each_hit(Case& file,
                                    const std::function<Result<void>(const HitView&)>& take,
                                    std::size_t most = kAllRows, HitsThat which = HitsThat::count);

/// The hits that count of the items of an exhibit whose seq lies in [first, end), one a place: by
/// seq, list, match, entry.
[[nodiscard]] Result<void>
each_hit_of_items(Case& file, RowId exhibit, std::uint64_t first_seq, std::uint64_t end_seq,
                  const std::function<Result<void>(const HitView&)>& take);

/// The same for one content, wherever it lies in the case: by exhibit, then as above.
[[nodiscard]] Result<void>
each_hit_of_content(Case& file, RowId content,
                    const std::function<Result<void>(const HitView&)>& take);

/// An item of a part, as much of it as is needed to find the way back to what was left aside.
struct PlaceRecord {
    std::uint64_t seq = 0;
    std::optional<std::uint64_t> parent_seq;
    bool is_problem = false;
    std::optional<Errc> error;
    /// Of its content, if that is a picture or video that nobody has looked at yet (media_error
    /// `skipped`).
    std::optional<std::array<std::byte, 32>> left_aside;
};
/// Every item of a part, in the order of seq.
[[nodiscard]] Result<void> each_place(Case& file, RowId exhibit, std::uint64_t part,
                                      const std::function<Result<void>(const PlaceRecord&)>& take);

/// Whether a content is stored with all its facts, not with media_error `skipped`.
[[nodiscard]] Result<bool> is_examined(Case& file, std::span<const std::byte, 32> sha256);

/// The digests of each content, for matching a list that is added later. In the order of rows.
struct ContentKeys {
    RowId content = 0;
    std::array<std::byte, 32> sha256{};
    std::array<std::byte, 20> sha1{};
    std::array<std::byte, 16> md5{};
    std::optional<Ed2kRecord> ed2k; ///< Nothing if it was not computed.
    std::vector<FingerprintRecord> fingerprints;
    std::vector<VideoFrameRecord> frames; ///< Of a video.
};
[[nodiscard]] Result<void>
each_content(Case& file, const std::function<Result<void>(const ContentKeys&)>& take);
[[nodiscard]] Result<void> add_hits(Case& file, std::span<const HitRecord> hits);

/// The thumbnail of a content, of a video its contact sheet; empty if there is none.
[[nodiscard]] Result<Bytes> thumbnail(Case& file, RowId content);

struct Totals {
    std::uint64_t items = 0, contents = 0, bytes = 0, messages = 0;
    std::uint64_t pictures =
        0;                    ///< Contents of the family "picture", also those that do not decode.
    std::uint64_t videos = 0; ///< The same of the family "video".
    std::uint64_t hits_exact = 0, hits_near = 0; ///< Distinct (content, list) pairs.
    /// With unknown members; of an exhibit: with one seen in it, once it is complete.
    std::uint64_t groups = 0;
    /// Items and contents by error code, a picture that decoded only in part among them.
    std::map<std::string, std::uint64_t> errors;
    friend bool operator==(const Totals&, const Totals&) = default;
};
/// As kept with every commit, so that it costs the same in a case of any size. Of one exhibit, or
/// of the whole case.
[[nodiscard]] Result<Totals> totals(Case& file, std::optional<RowId> exhibit);

} // namespace rempart::casefile
