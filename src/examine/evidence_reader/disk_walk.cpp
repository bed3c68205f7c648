// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/disk_walk.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "examine/evidence_reader/volume_signature.hpp"
#include "examine/evidence_reader/volume_walk.hpp"
#include "rempart/core/text.hpp"

namespace rempart::examine {
namespace {

class DiskWalk {
  public:
    DiskWalk(TskImage& image, ItemStreamWriter& writer) : image_(image), writer_(writer) {}
    Result<void> run();

  private:
    [[nodiscard]] Result<void> walk_partitions(const TSK_VS_INFO& volumes);
    [[nodiscard]] Result<void> walk_partition(const TSK_VS_INFO& volumes,
                                              const TSK_VS_PART_INFO& part);
    [[nodiscard]] Result<void> walk_whole(IfUnknown if_unknown);
    [[nodiscard]] Result<TskVolumes> open_volume_system();
    [[nodiscard]] std::uint64_t medium_bytes() const { return image_.medium().size_bytes(); }
    [[nodiscard]] Result<bool> tell_foreign_container();

    TskImage& image_;
    ItemStreamWriter& writer_;
    int partitions_ = 0;
    bool begins_with_partition_ = false; ///< One lies at byte 0 of the medium.
};

Result<bool> DiskWalk::tell_foreign_container() {
    constexpr std::uint64_t kSectorBytes = 512;
    Bytes head(static_cast<std::size_t>(std::min(kSectorBytes, medium_bytes())));
    head.resize(image_.medium().read(0, head));
    Bytes tail(head.size());
    tail.resize(image_.medium().read(medium_bytes() - tail.size(), tail));
    const VolumeSignature* container = foreign_container(head, tail);
    if (container == nullptr) {
        return false;
    }
    const Error error{container->code, fmt::format("not read: {}", container->what)};
    const VolumeInfo whole{.offset_bytes = 0,
                           .size_bytes = medium_bytes(),
                           .label = "whole medium",
                           .file_system = "",
                           .items = 0,
                           .error = error};
    Result<void> told = tell_problem(writer_, "", error);
    if (told) {
        told = writer_.volume(whole);
    }
    return told ? Result<bool>(true) : fail(told.error());
}

Result<TskVolumes> DiskWalk::open_volume_system() {
    if (const std::optional<Error> deadly = writer_.step()) {
        const Result<void> told = tell_problem(
            writer_, "", {deadly->code, "reading the partition table: " + deadly->message});
        return told ? Result<TskVolumes>(TskVolumes()) : fail(told.error());
    }
    TskVolumes volumes(tsk_vs_open(image_.get(), 0, TSK_VS_TYPE_DETECT));
    const char* text = volumes ? nullptr : tsk_error_get();
    const bool is_ambiguous =
        text != nullptr && std::string_view(text).find(" or ") != std::string_view::npos;
    tsk_error_reset();
    if (!is_ambiguous) {
        return volumes;
    }
    // libtsk sees two systems and takes none. GPT's protective MBR is the usual second.
    for (const TSK_VS_TYPE_ENUM type :
         {TSK_VS_TYPE_GPT, TSK_VS_TYPE_DOS, TSK_VS_TYPE_MAC, TSK_VS_TYPE_SUN, TSK_VS_TYPE_BSD}) {
        volumes.reset(tsk_vs_open(image_.get(), 0, type));
        tsk_error_reset();
        if (volumes) {
            break;
        }
    }
    const Error error{Errc::malformed,
                      fmt::format("more than one partition table; {} is used",
                                  volumes ? tsk_vs_type_toname(volumes->vstype) : "none")};
    if (Result<void> told = tell_problem(writer_, "", error); !told) {
        return fail(told.error());
    }
    return volumes;
}

Result<void> DiskWalk::walk_partition(const TSK_VS_INFO& volumes, const TSK_VS_PART_INFO& part) {
    const std::uint64_t block_bytes = volumes.block_size;
    VolumePlace place;
    place.offset_bytes = part.start * block_bytes;
    place.size_bytes = part.len * block_bytes;
    const std::string described = to_utf8(part.desc == nullptr ? "" : part.desc);
    if ((part.flags & TSK_VS_PART_FLAG_ALLOC) == 0) {
        return writer_.volume({.offset_bytes = place.offset_bytes,
                               .size_bytes = place.size_bytes,
                               .label = "unallocated",
                               .file_system = "",
                               .items = 0,
                               .error = {}});
    }
    ++partitions_;
    begins_with_partition_ = begins_with_partition_ || part.start == 0;
    place.label = fmt::format("partition {} ({})", partitions_, cut_utf8(described, 200));
    place.name = fmt::format("partition-{}", partitions_);
    const Result<bool> walked = walk_volume(image_, writer_, place, IfUnknown::tell);
    return walked ? Result<void>{} : fail(walked.error());
}

Result<void> DiskWalk::walk_partitions(const TSK_VS_INFO& volumes) {
    // Our choice: more than any real table; a crafted chain of extended partitions has no end.
    constexpr int kMaxParts = 1000;
    int seen = 0;
    for (const TSK_VS_PART_INFO* part = volumes.part_list; part != nullptr; part = part->next) {
        if ((part->flags & TSK_VS_PART_FLAG_META) != 0) {
            continue;
        }
        if (++seen > kMaxParts) {
            return tell_problem(writer_, "",
                                {Errc::limit_exceeded, "more than 1000 partitions: the rest is "
                                                       "not read"});
        }
        if (Result<void> walked = walk_partition(volumes, *part); !walked) {
            return walked;
        }
    }
    return {};
}

Result<void> DiskWalk::walk_whole(IfUnknown if_unknown) {
    const VolumePlace whole{
        .offset_bytes = 0, .size_bytes = medium_bytes(), .label = "whole medium", .name = ""};
    const Result<bool> walked = walk_volume(image_, writer_, whole, if_unknown);
    return walked ? Result<void>{} : fail(walked.error());
}

Result<void> DiskWalk::run() {
    if (medium_bytes() == 0) {
        return tell_problem(writer_, "", {Errc::malformed, "the medium is empty: 0 bytes"});
    }
    const Result<bool> is_foreign = tell_foreign_container();
    if (!is_foreign || *is_foreign) {
        return is_foreign ? Result<void>{} : fail(is_foreign.error());
    }
    const Result<TskVolumes> volumes = open_volume_system();
    if (!volumes) {
        return fail(volumes.error());
    }
    if (*volumes) {
        if (Result<void> walked = walk_partitions(**volumes); !walked) {
            return walked;
        }
    }
    // A file system may lie beside a partition table (hybrid discs, a table that was left over).
    return begins_with_partition_
               ? Result<void>{}
               : walk_whole(partitions_ > 0 ? IfUnknown::ignore : IfUnknown::tell);
}

} // namespace

Result<void> walk_disk(Medium& medium, ItemStreamWriter& writer, bool tell_damage) {
    Result<std::unique_ptr<TskImage>> image = TskImage::open(medium, writer);
    if (!image) {
        return fail(image.error());
    }
    (*image)->tell_damage(tell_damage);
    if (Result<void> walked = DiskWalk(**image, writer).run(); !walked) {
        return walked;
    }
    if (const std::optional<Error> fault = medium.container_fault()) {
        if (Result<void> told = tell_problem(writer, "", *fault); !told) {
            return told;
        }
    }
    if (writer.items() == 0) {
        if (Result<void> told =
                tell_problem(writer, "", {Errc::not_found, "no file was found on the medium"});
            !told) {
            return told;
        }
    }
    return writer.finish({.stored_md5 = medium.stored_md5(), .stored_sha1 = medium.stored_sha1()});
}

Result<void> walk_medium(Medium& medium, ItemStreamWriter& writer) {
    ItemHead head;
    head.size_bytes = medium.size_bytes();
    const Result<bool> begun = writer.begin(head);
    if (!begun) {
        return fail(begun.error());
    }
    std::uint64_t done = 0;
    while (*begun && done < medium.size_bytes()) {
        const Result<std::span<std::byte>> room = writer.room();
        if (!room) {
            return fail(room.error());
        }
        const std::size_t got = medium.read(done, *room);
        if (Result<void> wrote = writer.wrote(got); !wrote) {
            return wrote;
        }
        done += got;
    }
    if (*begun) {
        ItemEnd end{.error = medium.container_fault(), .unread = medium.damage().ranges()};
        if (!end.unread.empty()) {
            end.error = Error{Errc::damaged, fmt::format("{} bytes unreadable, first at offset {}",
                                                         total_bytes(end.unread),
                                                         end.unread.front().offset_bytes)};
            end.unread.resize(std::min(end.unread.size(), kMaxUnread));
        }
        if (Result<void> ended = writer.end(end); !ended) {
            return ended;
        }
    }
    return writer.finish({.stored_md5 = medium.stored_md5(), .stored_sha1 = medium.stored_sha1()});
}

} // namespace rempart::examine
