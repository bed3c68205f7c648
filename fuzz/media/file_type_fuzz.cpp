// SPDX-License-Identifier: Apache-2.0
// Any head has one type of the table or none, the same however often it is asked, and bytes beyond
// the head do not change it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "rempart/media/file_type.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const ByteView head = std::as_bytes(std::span(data, size));
    const media::FileType type = media::detect_type(head);
    const auto known = media::file_types();
    const bool in_table =
        std::ranges::any_of(known, [&](const media::FileType& t) { return t.id == type.id; });
    const auto again = media::detect_type(head.first(std::min(size, media::kTypeHeadBytes)));
    if ((!type.id.empty() && !in_table) || again.id != type.id ||
        (type.id.empty() != (type.family == media::FileFamily::unknown))) {
        std::abort();
    }
    return 0;
}
