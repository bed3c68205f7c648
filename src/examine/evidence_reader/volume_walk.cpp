// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/volume_walk.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "examine/evidence_reader/file_system_walk.hpp"
#include "examine/evidence_reader/volume_signature.hpp"
#include "rempart/core/text.hpp"

namespace rempart::examine {
namespace {

// What libtsk is asked to see in a volume. YAFFS2 is left out: libtsk searches the whole volume for
// it, and it does not occur on media with a block interface. APFS comes through a pool.
constexpr std::array kDetected{TSK_FS_TYPE_NTFS_DETECT, TSK_FS_TYPE_FAT_DETECT,
                               TSK_FS_TYPE_EXT_DETECT,  TSK_FS_TYPE_FFS_DETECT,
                               TSK_FS_TYPE_HFS_DETECT,  TSK_FS_TYPE_ISO9660_DETECT};

std::string type_name(const TSK_FS_INFO& file_system) {
    if (file_system.ftype == TSK_FS_TYPE_HFS) {
        return "hfs+"; // libtsk says "hfs", as it does for its whole family
    }
    const char* name = tsk_fs_type_toname(file_system.ftype);
    std::string text = to_utf8(name == nullptr ? "" : name);
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

/// "partition-2/" and the like; "" for the whole medium.
std::string prefix_of(const std::string& name, const std::string& inner) {
    const std::string prefix = name.empty() ? "" : name + "/";
    return inner.empty() ? prefix : prefix + inner + "/";
}

std::string without_slash(const std::string& prefix) {
    return prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
}

Error not_opened(const Error& deadly, TSK_FS_TYPE_ENUM type) {
    const char* name = tsk_fs_type_toname(type);
    return {deadly.code,
            fmt::format("opening it as {}: {}", name == nullptr ? "?" : name, deadly.message)};
}

class VolumeWalk {
  public:
    VolumeWalk(TskImage& image, ItemStreamWriter& writer, const VolumePlace& place)
        : image_(image), writer_(writer), place_(place) {}

    Result<bool> run(IfUnknown if_unknown);

  private:
    [[nodiscard]] Result<std::vector<TskFileSystem>> open_each();
    [[nodiscard]] Result<bool> walk_plain();
    [[nodiscard]] Result<bool> walk_pool();
    [[nodiscard]] Result<void> walk_pool_volume(const TSK_POOL_INFO& pool,
                                                const TSK_POOL_VOLUME_INFO& volume,
                                                const std::string& inner);
    /// \param base_bytes where block 0 of the file system's own count lies on the medium.
    [[nodiscard]] Result<void> walk_file_system(TSK_FS_INFO& file_system, std::uint64_t base_bytes,
                                                const std::string& inner);
    [[nodiscard]] Result<void> tell_unknown();
    [[nodiscard]] VolumeInfo info(std::string file_system) const;
    [[nodiscard]] std::optional<Error> cut_off() const;
    [[nodiscard]] std::optional<Error> damage() const;
    [[nodiscard]] Bytes head() const;

    TskImage& image_;
    ItemStreamWriter& writer_;
    const VolumePlace& place_;
};

VolumeInfo VolumeWalk::info(std::string file_system) const {
    return {.offset_bytes = place_.offset_bytes,
            .size_bytes = place_.size_bytes,
            .label = place_.label,
            .file_system = std::move(file_system),
            .items = 0,
            .error = cut_off()};
}

std::optional<Error> VolumeWalk::cut_off() const {
    const std::uint64_t medium_bytes = image_.medium().size_bytes();
    const std::uint64_t there = medium_bytes - std::min(medium_bytes, place_.offset_bytes);
    if (place_.size_bytes <= there) {
        return std::nullopt;
    }
    return Error{Errc::truncated, fmt::format("the volume ends {} bytes behind the medium",
                                              place_.size_bytes - there)};
}

std::optional<Error> VolumeWalk::damage() const {
    const std::vector<UnreadRange> ranges =
        image_.medium().damage().inside({place_.offset_bytes, place_.size_bytes});
    if (ranges.empty() || !image_.tells_damage()) {
        return std::nullopt;
    }
    return Error{Errc::damaged,
                 fmt::format("{} bytes of the volume are unreadable, first at byte {} of the "
                             "medium; names and files that lay there are missing",
                             total_bytes(ranges), ranges.front().offset_bytes)};
}

Bytes VolumeWalk::head() const {
    Bytes bytes(
        static_cast<std::size_t>(std::min<std::uint64_t>(kSignatureBytes, place_.size_bytes)));
    bytes.resize(image_.medium().read(place_.offset_bytes, bytes));
    return bytes;
}

Result<void> VolumeWalk::walk_file_system(TSK_FS_INFO& file_system, std::uint64_t base_bytes,
                                          const std::string& inner) {
    const std::uint64_t items_before = writer_.items();
    const std::string prefix = prefix_of(place_.name, inner);
    if (const std::optional<Error> deadly = writer_.step()) { // killed by what comes before a name
        VolumeInfo told = info(type_name(file_system));
        told.error = deadly;
        const Result<void> problem = tell_problem(writer_, without_slash(prefix), *deadly);
        return problem ? writer_.volume(told) : problem;
    }
    const ContentPlace place{image_.medium(), file_system, base_bytes};
    if (Result<void> walked = FileSystemWalk(place, file_system, prefix, writer_).run(); !walked) {
        return walked;
    }
    VolumeInfo told = info(type_name(file_system));
    told.items = writer_.items() - items_before;
    for (const std::optional<Error>& error : {cut_off(), damage()}) {
        if (!error) {
            continue;
        }
        told.error = error;
        if (Result<void> problem = tell_problem(writer_, without_slash(prefix), *error); !problem) {
            return problem;
        }
    }
    return writer_.volume(told);
}

// Each file system that libtsk sees at the volume's beginning.
Result<std::vector<TskFileSystem>> VolumeWalk::open_each() {
    std::vector<TskFileSystem> found;
    for (const TSK_FS_TYPE_ENUM type : kDetected) {
        const std::optional<Error> deadly = writer_.step();
        const Result<void> told =
            deadly ? tell_problem(writer_, place_.name, not_opened(*deadly, type)) : Result<void>{};
        if (!told) {
            return fail(told.error());
        }
        if (deadly) {
            continue;
        }
        TskFileSystem file_system(
            tsk_fs_open_img(image_.get(), static_cast<TSK_OFF_T>(place_.offset_bytes), type));
        tsk_error_reset();
        if (file_system) {
            found.push_back(std::move(file_system));
        }
    }
    return found;
}

Result<bool> VolumeWalk::walk_plain() {
    const Result<std::vector<TskFileSystem>> opened = open_each();
    if (!opened) {
        return fail(opened.error());
    }
    const std::vector<TskFileSystem>& found = *opened;
    if (found.size() > 1) {
        std::string names;
        for (const TskFileSystem& file_system : found) {
            names += (names.empty() ? "" : " and ") + type_name(*file_system);
        }
        if (Result<void> told = tell_problem(
                writer_, place_.name,
                {Errc::malformed, fmt::format("{} at one place: each is listed", names)});
            !told) {
            return fail(told.error());
        }
    }
    for (const TskFileSystem& file_system : found) {
        const std::string inner = found.size() > 1 ? type_name(*file_system) : "";
        if (Result<void> walked = walk_file_system(*file_system, place_.offset_bytes, inner);
            !walked) {
            return fail(walked.error());
        }
    }
    return !found.empty();
}

Result<bool> VolumeWalk::walk_pool() {
    if (const std::optional<Error> deadly = writer_.step()) {
        const Result<void> told = tell_problem(
            writer_, place_.name, {deadly->code, "opening it as APFS: " + deadly->message});
        return told ? Result<bool>(false) : fail(told.error());
    }
    const TskPool pool(tsk_pool_open_img_sing(
        image_.get(), static_cast<TSK_OFF_T>(place_.offset_bytes), TSK_POOL_TYPE_APFS));
    tsk_error_reset();
    if (!pool) {
        return false;
    }
    int number = 0;
    for (const TSK_POOL_VOLUME_INFO* volume = pool->vol_list; volume != nullptr;
         volume = volume->next) {
        const std::string inner =
            pool->num_vols > 1 ? fmt::format("volume-{}", ++number) : std::string();
        if (Result<void> walked = walk_pool_volume(*pool, *volume, inner); !walked) {
            return fail(walked.error());
        }
    }
    return pool->vol_list != nullptr;
}

Result<void> VolumeWalk::walk_pool_volume(const TSK_POOL_INFO& pool,
                                          const TSK_POOL_VOLUME_INFO& volume,
                                          const std::string& inner) {
    std::optional<Error> error = writer_.step();
    TskPoolImage pool_image;
    TskFileSystem file_system; // closed before its image
    if (!error && (volume.flags & TSK_POOL_VOLUME_FLAG_ENCRYPTED) != 0) {
        error = Error{Errc::encrypted, "not read: encrypted APFS volume"};
    }
    if (!error) {
        pool_image.reset(pool.get_img_info(&pool, volume.block));
        file_system.reset(pool_image ? tsk_fs_open_img(pool_image.get(), 0, TSK_FS_TYPE_APFS)
                                     : nullptr);
        if (file_system) {
            return walk_file_system(*file_system, place_.offset_bytes, inner);
        }
        error = take_tsk_error("the APFS volume cannot be opened");
    }
    if (Result<void> told =
            tell_problem(writer_, without_slash(prefix_of(place_.name, inner)), *error);
        !told) {
        return told;
    }
    VolumeInfo told = info("apfs");
    told.error = error;
    return writer_.volume(told);
}

Result<void> VolumeWalk::tell_unknown() {
    VolumeInfo told = info("");
    const Error unknown = describe_unknown(head());
    if (Result<void> problem = tell_problem(writer_, place_.name, unknown); !problem) {
        return problem;
    }
    if (!told.error) {
        told.error = unknown;
    }
    return writer_.volume(told);
}

Result<bool> VolumeWalk::run(IfUnknown if_unknown) {
    constexpr std::size_t kPoolMagicAt = 32;
    const Bytes start = head();
    const std::string_view text = chars_of(start);
    const bool is_pool = text.size() > kPoolMagicAt + 4 && text.substr(kPoolMagicAt, 4) == "NXSB";
    Result<bool> found = is_pool ? walk_pool() : Result<bool>(false);
    if (found && !*found) {
        found = walk_plain();
    }
    if (!found || *found || if_unknown == IfUnknown::ignore) {
        return found;
    }
    if (Result<void> told = tell_unknown(); !told) {
        return fail(told.error());
    }
    return false;
}

} // namespace

Result<bool> walk_volume(TskImage& image, ItemStreamWriter& writer, const VolumePlace& place,
                         IfUnknown if_unknown) {
    return VolumeWalk(image, writer, place).run(if_unknown);
}

Result<void> tell_problem(ItemStreamWriter& writer, const std::string& path, const Error& error) {
    ItemHead head;
    head.path = path;
    head.kind = ItemKind::problem;
    head.error = error;
    return writer.tell(head);
}

} // namespace rempart::examine
