// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The lists of a case, ready to be asked, and what follows when one is added.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/core/result.hpp"
#include "rempart/pipeline/read_list.hpp"
#include "rempart/recognise/hash_list.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/listed_videos.hpp"

namespace rempart::pipeline {

/// Known material of one case. Immutable after `load`, then thread-safe.
class Matcher {
  public:
    /// Reads every list of the case into memory.
    [[nodiscard]] static Result<Matcher> load(casefile::Case& file);

    [[nodiscard]] bool empty() const { return known_.empty(); }
    /// What a content is compared by.
    struct Keys {
        recognise::Digests digests;
        std::span<const casefile::FingerprintRecord> fingerprints; ///< Of a picture.
        std::span<const casefile::VideoFrameRecord> frames;        ///< Of a video.
        casefile::RowId content = 0;                               ///< For the rows.
    };
    /// All exact and near hits, as rows; of videos with the stretches that they share.
    [[nodiscard]] std::vector<casefile::HitRecord> match(const Keys& keys) const;

  private:
    [[nodiscard]] Result<void> take(std::uint32_t list, const casefile::ListEntryRecord& entry,
                                    recognise::KnownSet::Builder& builder);

    recognise::KnownSet known_;
    recognise::ListedVideos videos_;
    std::vector<casefile::RowId> lists_; ///< By the number that known_ has for the list.
};

/// One file of a list: large lists come in several.
struct ListSource {
    int descriptor = -1; ///< Of the file, open for reading; the caller's.
    std::string name;    ///< For messages and the record; the last part of its path.
    std::string sha256;  ///< Of the file, hex.
};

struct ListRequest {
    std::string name;
    std::string polarity; ///< "alert", "allow", "note".
    std::string scheme;   ///< "" takes what the list says of itself.
    int radius = 31;
    TimeValue added;
    const recognise::HashListFormat* format = nullptr; ///< Null: the one that claims it.
    recognise::HashListOptions options;
    ListReaderConfig reader;
};

struct ListAdded {
    casefile::ListRecord list;
    recognise::HashListSummary summary; ///< Over all files.
    /// Hashes that an allow list does not take, because the list itself marks their entries as
    /// other than the rest (ListedHash::marked): NSRL's malicious files are no known good ones.
    std::uint64_t withheld = 0;
    std::uint64_t entries = 0; ///< The last number given.
    /// Contents that the case holds already and that it knows, exact and near ones apart.
    std::uint64_t new_hits = 0;
    /// What held the process that read the files: sandbox::Confinement::describe.
    std::string confinement{}; // NOLINT(readability-redundant-member-init)
};

/// Reads one list from its files into the case, whole or not at all, and matches it against what
/// was ingested before. With several files the entries are numbered on from one to the next, and
/// the record's source digest is the SHA-256 of the lines "DIGEST  NAME\n" of the files in order.
/// \return `invalid_argument` if the name is taken; what read_list returns, with the file's name;
///         `malformed` if there is no hash in all files together.
[[nodiscard]] Result<ListAdded> add_list(casefile::Case& file, std::span<const ListSource> sources,
                                         const ListRequest& request);

/// The fingerprints of a stored row or an answer that can be asked for. Nothing if the algorithm or
/// the size is not known here.
[[nodiscard]] std::optional<recognise::PdqFingerprint>
pdq_fingerprint(const casefile::FingerprintRecord& row);
/// Stored frames to be asked for; none of another size than PDQ's.
[[nodiscard]] std::vector<recognise::VideoLook>
video_looks(std::span<const casefile::VideoFrameRecord> frames);

} // namespace rempart::pipeline
