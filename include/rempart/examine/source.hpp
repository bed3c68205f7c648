// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One way to get items and their bytes, whatever they lie in: a stream of events.
///
///     source := (begin content? end)* source_end
///     content := file | chunk*
///
/// Items are numbered from 0 in the order of the walk ("ordinal"), and the walk of the same
/// evidence always has the same order: so a count is enough to resume, and two runs can be
/// compared.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/item.hpp"
#include "rempart/examine/ordinals.hpp"
#include "rempart/sandbox/limits.hpp"

namespace rempart::examine {

/// A piece of an item's content, in memory that its source owns. Give it back soon by destroying
/// it: the source stops when all its slots are out. May be destroyed by any thread, and after its
/// source.
class Chunk {
  public:
    Chunk() = default;
    Chunk(ByteView bytes, std::shared_ptr<const void> slot)
        : bytes_(bytes), slot_(std::move(slot)) {}
    [[nodiscard]] ByteView bytes() const { return bytes_; }

  private:
    ByteView bytes_;
    std::shared_ptr<const void> slot_; ///< Shared, because one slot holds many small files.
};

struct ItemBegin {
    std::uint64_t ordinal = 0;
    ItemHead head;
};
/// The content of the item begun last is this whole regular file.
struct ItemFile {
    UniqueFd descriptor;
};
/// The next bytes of the item begun last.
struct ItemChunk {
    Chunk chunk;
};
/// A stretch of an item that could not be read and reads as zeros.
struct UnreadRange {
    std::uint64_t offset_bytes = 0;
    std::uint64_t size_bytes = 0;
    friend bool operator==(const UnreadRange&, const UnreadRange&) = default;
};
/// The item begun last is complete; with an error if its bytes are not all there or not all sound.
struct ItemEnd {
    std::optional<Error> error;
    std::vector<UnreadRange> unread; ///< At most 1,000, merged, in order.
};
/// What is known at the end of the source.
struct SourceEnd {
    /// Counted, told or not; of a confined reader its own word, good for planning only.
    std::uint64_t items = 0;
    std::vector<VolumeInfo> volumes; ///< Disk images only.
    /// Digests that the evidence container stores of its medium, lower-case hex, "" if none.
    std::string stored_md5, stored_sha1;
    sandbox::Confinement confinement; ///< Of the reader; all false for folders, which need none.
};
using Event = std::variant<ItemBegin, ItemFile, ItemChunk, ItemEnd, SourceEnd>;

/// A walk in progress. Not for use by two threads at once.
class Source {
  public:
    virtual ~Source() = default;
    /// The next event; after SourceEnd no further call. An error ends the walk: what could be told
    /// about single items came as events.
    [[nodiscard]] virtual Result<Event> next() = 0;
};

/// Where to begin. Items below `first_ordinal` are counted, but neither read nor told.
struct WalkStart {
    std::uint64_t first_ordinal = 0;
    /// Whether a volume's unreadable stretches that this walk met become a `problem` at its end.
    /// Which these are depends on where the walk began: to be left out where the medium is read
    /// whole for itself, which tells of all of them (open_medium).
    bool tell_volume_damage = true;
    /// Of those above `first_ordinal`, only these, unless it is empty: the others are counted, but
    /// neither read nor told. At most kMaxOrdinalRuns.
    std::vector<OrdinalRun> only = {};
};

/// How confined readers are run.
struct ReaderConfig {
    std::filesystem::path libexec_dir; ///< Holds evidence_reader, archive_reader, chat_reader.
    sandbox::Limits limits;            ///< deadline: the longest silence while the parent waits.
};

enum class ExhibitKind : std::uint8_t { folder, file, disk_raw, disk_e01 };
[[nodiscard]] std::string_view name(ExhibitKind kind) noexcept;

/// What lies at a path that a user named as evidence.
struct ExhibitPlan {
    ExhibitKind kind = ExhibitKind::folder;
    std::vector<std::filesystem::path> segments; ///< In order; one for all but split images.
    std::uint64_t size_bytes = 0;                ///< Sum of the segments; 0 for a folder.
};

/// Looks at names, sizes and signatures only. A directory is a folder; "EVF" is E01 with its
/// further segments (.E02…); .001/.002… and .dd.aa… are split raw; a file whose type is known
/// (archive, picture, JSON…) is a single file; anything else is taken for a raw disk image.
/// \return `not_found`, `io`; `malformed` if a segment in the middle is missing.
[[nodiscard]] Result<ExhibitPlan> plan_exhibit(const std::filesystem::path& path);

/// A folder or a single file. Runs in this process: only the kernel's file names are looked at.
/// Order: entries of a directory by the bytes of their names, a directory's content at its place in
/// the order.
[[nodiscard]] Result<std::unique_ptr<Source>> open_folder(const ExhibitPlan& plan, WalkStart start);

/// The file systems of a disk image, through the evidence_reader. A reader that dies is started
/// again behind the item at fault, which becomes an item with the cause.
[[nodiscard]] Result<std::unique_ptr<Source>>
open_disk(const ExhibitPlan& plan, const ReaderConfig& config, WalkStart start);

/// The medium itself as one item with path "": what acquisition hashes are of. Damaged blocks are
/// zeros and stand in ItemEnd::unread.
[[nodiscard]] Result<std::unique_ptr<Source>> open_medium(const ExhibitPlan& plan,
                                                          const ReaderConfig& config);

struct ArchiveLimits {
    std::uint64_t max_entries = 1'000'000;
    std::uint64_t max_total_bytes = std::uint64_t{64} << 30; ///< Uncompressed, of one archive.
    std::uint64_t max_ratio = 200; ///< Uncompressed to compressed, once 64 MiB came out.
};

/// The members of the archive behind `descriptor` (zip, 7z, rar, tar and compressed tar, cpio, ar,
/// iso, cab, lha, xar; single .gz/.xz/.bz2/.zst), through the archive_reader. Members are
/// `embedded`; an encrypted member, a limit or a broken end is an item with its reason. What is
/// passed over counts for no limit and is not checked: where a whole walk meets neither, one that
/// passes over gives the same items.
[[nodiscard]] Result<std::unique_ptr<Source>> open_archive(int descriptor,
                                                           const ReaderConfig& config,
                                                           const ArchiveLimits& limits,
                                                           const WalkStart& start = {});

} // namespace rempart::examine
