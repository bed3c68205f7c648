// SPDX-License-Identifier: Apache-2.0
#include "rempart/media/file_type.hpp"

#include <algorithm>
#include <array>

#include "media/type_table.hpp"

namespace rempart::media {
namespace {

bool stands(const Magic& magic, ByteView head) {
    return head.size() >= magic.offset + magic.bytes.size() &&
           chars_of(head.subspan(magic.offset, magic.bytes.size())) == magic.bytes;
}

} // namespace

std::string_view name(FileFamily family) noexcept {
    constexpr std::array<std::string_view, 8> kNames{"unknown", "picture",    "video", "audio",
                                                     "archive", "disk_image", "text",  "document"};
    const auto index = static_cast<std::size_t>(family);
    return index < kNames.size() ? kNames[index] : kNames[0];
}

bool claims(const TypeLine& line, ByteView head) {
    return std::ranges::all_of(
               line.all, [&](const Magic& m) { return m.bytes.empty() || stands(m, head); }) &&
           (line.test == nullptr || line.test(head));
}

FileType detect_type(ByteView head) {
    head = head.first(std::min(head.size(), kTypeHeadBytes));
    for (const TypeLine& line : type_lines()) {
        if (claims(line, head)) {
            return line.type;
        }
    }
    return {"", "application/octet-stream", FileFamily::unknown};
}

} // namespace rempart::media
