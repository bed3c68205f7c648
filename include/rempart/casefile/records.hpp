// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The rows of a case, as values. The case knows rows, not meaning: kinds and states are the stable
/// names that the modules above give them. All text is valid UTF-8.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"

namespace rempart::casefile {

using RowId = std::int64_t; ///< 0: not stored yet.

/// Items are numbered within the part of the exhibit that one worker read: `seq` is the part's
/// number times this, plus the place in the part. Within an exhibit that is the order of the walk;
/// what is exported counts without the gaps. Our choice: more than any medium holds files.
inline constexpr std::int64_t kItemsPerPart = std::int64_t{1} << 32;

struct CaseInfo {
    std::string id; ///< UUID, made when the case is.
    std::string name, authority, legal_basis, purpose;
    std::string review_date; ///< YYYY-MM-DD: when the need for the data is looked at again.
    TimeValue created;       ///< utc.
};

/// A medium, folder or file that was seized or received, with what was verified about it.
struct ExhibitRecord {
    RowId id = 0;
    std::string label;  ///< Unique in the case.
    std::string kind;   ///< "folder", "file", "disk-raw", "disk-e01".
    std::string source; ///< Where it lay on the examining machine: never in a canonical export.
    std::uint64_t size_bytes = 0;
    std::string medium_md5, medium_sha1, medium_sha256; ///< Hex; "" until known or for a folder.
    std::string stored_md5, stored_sha1;                ///< What the container says; "" if nothing.
    std::string acquired_hash;  ///< "sha256:…" as the user gave it, lower case; "" if none.
    std::string verification;   ///< "pending", "verified", "failed", "nothing-to-compare",
                                ///< "not-applicable", "left-out".
    std::string state;          ///< "open" or "complete".
    std::optional<Error> error; ///< Why the walk as a whole ended early.
};

struct VolumeRecord {
    std::uint64_t offset_bytes = 0, size_bytes = 0;
    std::string label, file_system;
    std::uint64_t items = 0;
    std::optional<Error> error;
};

struct UnreadRecord {
    std::uint64_t offset_bytes = 0, size_bytes = 0;
};

/// A place where something was seen. `seq` numbers the items of an exhibit from 0 in the order of
/// the walk, members of an archive right behind it.
struct ItemRecord {
    std::uint64_t seq = 0;
    std::optional<std::uint64_t> parent_seq; ///< The archive that it is a member of.
    std::string path; ///< From the root of the exhibit; an archive's member is "archive!member".
    std::string stream;
    std::string kind, state, recovery; ///< examine's names; recovery "" where it has no meaning.
    std::uint64_t size_bytes = 0;
    TimeValue created, modified, accessed, changed;
    std::optional<Error> error;
    std::optional<RowId>
        content; ///< Null: no bytes (link, problem), or nothing of it could be read.
    std::vector<UnreadRecord> unread;
};

struct PictureRecord {
    std::string format;
    std::uint32_t width = 0, height = 0, frames = 1;
    int exif_orientation = 1;
    std::string partial_reason; ///< "" if it decoded whole.
};

struct FingerprintRecord {
    std::string algorithm, variant;
    int quality = 0;
    Bytes value;        ///< 32 bytes for PDQ.
    Bytes orientations; ///< 8 times 32 bytes for PDQ, the first is `value`.
};

struct VideoRecord {
    std::string format, codec;
    std::uint32_t width = 0, height = 0;
    int rotation = 0; ///< Degrees clockwise.
    std::int64_t duration_ms = 0;
    std::uint64_t decoded_frames = 0;
    std::string partial_reason; ///< "" if it decoded whole.
};

/// A frame of a video, or a run of them that look alike. Times are milliseconds since its start.
struct VideoFrameRecord {
    std::int64_t from_ms = 0, to_ms = 0;
    int quality = 0;
    Bytes orientations; ///< 8 times 32 bytes of PDQ, the first as it is.
    /// Without the black bars that all frames have. These follow behind all whole ones.
    bool is_trimmed = false;
};

struct MetadataRecord {
    std::string name, value;
};

/// Distinct bytes, by SHA-256, with the facts that were learnt from them.
/// Both forms of it (recognise::Digests).
struct Ed2kRecord {
    std::array<std::byte, 16> ed2k{}, ed2k_blue{};
    friend bool operator==(const Ed2kRecord&, const Ed2kRecord&) = default;
};

struct ContentRecord {
    std::array<std::byte, 32> sha256{};
    std::array<std::byte, 20> sha1{};
    std::array<std::byte, 16> md5{};
    std::optional<Ed2kRecord> ed2k;
    std::uint64_t size_bytes = 0;
    std::string type, mime, family;   ///< media::FileType; "" for unknown.
    std::optional<Error> media_error; ///< Why its picture (or archive, or chat) could not be read.
    std::optional<PictureRecord> picture;
    std::optional<VideoRecord> video;
    std::vector<FingerprintRecord> fingerprints;
    std::vector<VideoFrameRecord> frames; ///< Of a video.
    std::vector<MetadataRecord> metadata;
    Bytes thumbnail; ///< Of a video: its contact sheet.
};

/// Where a hit is, in milliseconds: in the video of the case, and in the listed one. Either is
/// missing where that side is a picture.
struct SegmentRecord {
    std::optional<std::int64_t> from_ms, to_ms, entry_from_ms, entry_to_ms;
    std::uint64_t entry = 0; ///< Line or object in the list's source; for reading out.
    friend bool operator==(const SegmentRecord&, const SegmentRecord&) = default;
};

struct HitRecord {
    RowId content = 0;
    RowId list = 0;
    RowId entry = 0;       ///< Row of the listed hash.
    std::string match;     ///< "exact" or "near".
    std::string algorithm; ///< "md5", "sha1", "sha256", "ed2k", "pdq".
    std::string variant;   ///< "" for exact.
    int distance = 0;
    std::string orientation; ///< "" for exact.
    /// Of a near hit with a video on either side.
    std::vector<SegmentRecord> segments{}; // NOLINT(readability-redundant-member-init)
};

struct ListRecord {
    RowId id = 0;
    std::string name;     ///< Unique in the case.
    std::string polarity; ///< "alert", "allow", "note".
    std::string scheme, format, source_name, source_sha256;
    int radius = 31;
    std::uint64_t records = 0, hashes = 0, empty_file_hashes = 0;
    TimeValue added;
};

struct ListEntryRecord {
    RowId id = 0; ///< Set by the case.
    std::string algorithm;
    Bytes value;
    std::uint64_t entry = 0; ///< Line or object in the source.
    std::string label, category;
    /// Of a frame of a listed video: from when to when, in milliseconds.
    std::optional<std::pair<std::int64_t, std::int64_t>>
        frame_ms{}; // NOLINT(readability-redundant-member-init)
};

struct ConversationRecord {
    RowId id = 0;
    std::uint64_t item_seq = 0; ///< The export it was read from.
    std::string platform, native_id, kind, title;
};

struct AccountRecord {
    std::uint64_t item_seq = 0;
    std::string platform, native_id, name;
    bool is_owner = false;
};

struct AttachmentRecord {
    std::string claimed_path; ///< As the export writes it.
    std::string
        resolved_path; ///< The item path it means, or "" (absent, or it would leave the export).
    std::string name, mime, status, role;
    std::optional<std::uint64_t> size_bytes;
    std::optional<RowId> content; ///< Filled by join_attachments.
};

struct MessageRecord {
    RowId conversation = 0;
    std::uint64_t item_seq = 0, ordinal = 0;
    std::string native_id, kind, sender_id, sender_name, body;
    std::string sent_raw, edited_raw;
    TimeValue sent_utc, sent_local, edited_utc;
    std::string reply_to, forwarded_from, service_action, members_json, extra_json;
    std::uint64_t raw_offset = 0, raw_size = 0;
    std::vector<AttachmentRecord> attachments;
};

/// What became of one chat export as a whole.
struct ChatExportRecord {
    std::uint64_t item_seq = 0;
    std::string format;
    std::uint64_t parsed = 0, rejected = 0, skipped = 0, repairs = 0;
    bool truncated = false;
    std::string known_losses_json;
    std::vector<std::string> reject_reasons; ///< "byte 1234: …", the first 1,000.
};

struct RunRecord {
    RowId id = 0;
    std::optional<RowId> exhibit;
    std::string command, program_version, confinement, outcome; ///< outcome "" while running.
    unsigned jobs = 0;
    TimeValue started, ended;
};

} // namespace rempart::casefile
