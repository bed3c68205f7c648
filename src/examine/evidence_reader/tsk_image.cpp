// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/tsk_image.hpp"

#include <cstdio>
#include <limits>
#include <type_traits>

namespace rempart::examine {
namespace {

static_assert(std::is_standard_layout_v<TskImage::Handle>); // info lies at the beginning

constexpr std::uint64_t kPasses = 3; ///< Our choice: names, orphans, and one to spare.

ssize_t read_image(TSK_IMG_INFO* info, TSK_OFF_T offset, char* buffer, std::size_t size) {
    auto& handle = *reinterpret_cast<TskImage::Handle*>(info);
    if (handle.writer->items() != handle.items_before) {
        handle.items_before = handle.writer->items();
        handle.bytes_since_item = 0;
    }
    handle.bytes_since_item += size;
    constexpr std::uint64_t kSmallMedium = std::uint64_t{1} << 30;
    if (handle.bytes_since_item <= kPasses * handle.medium->size_bytes() + kSmallMedium &&
        !handle.writer->alive()) {
        return -1; // the parent is gone
    }
    if (offset < 0 || static_cast<std::uint64_t>(offset) >= handle.medium->size_bytes()) {
        tsk_error_reset();
        tsk_error_set_errno(TSK_ERR_IMG_READ_OFF);
        return -1;
    }
    const std::size_t got = handle.medium->read(static_cast<std::uint64_t>(offset),
                                                std::as_writable_bytes(std::span(buffer, size)));
    return static_cast<ssize_t>(got);
}

void close_image(TSK_IMG_INFO* /*info*/) {
}

void describe_image(TSK_IMG_INFO* /*info*/, FILE* /*out*/) {
}

} // namespace

Result<std::unique_ptr<TskImage>> TskImage::open(Medium& medium, ItemStreamWriter& writer) {
    if (medium.size_bytes() > static_cast<std::uint64_t>(std::numeric_limits<TSK_OFF_T>::max())) {
        return fail(Errc::unsupported, "the medium is larger than 8 EiB");
    }
    std::unique_ptr<TskImage> image(new TskImage());
    image->handle_.medium = &medium;
    image->handle_.writer = &writer;
    const TSK_IMG_INFO* opened =
        tsk_img_open_external(&image->handle_, static_cast<TSK_OFF_T>(medium.size_bytes()),
                              medium.sector_bytes(), read_image, close_image, describe_image);
    if (opened == nullptr) {
        return fail(take_tsk_error("the medium cannot be given to libtsk"));
    }
    // A libtsk with another idea of the structure would have put this elsewhere.
    if (image->handle_.info.read != read_image || image->handle_.info.imgstat != describe_image) {
        return fail(Errc::unsupported, "libtsk has another layout than its headers say");
    }
    return image;
}

} // namespace rempart::examine
