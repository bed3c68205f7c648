// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "examine/archive_reader/archive_walk.hpp"
#include "recording_sink.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::examine {

inline Result<void> no_heartbeat() {
    return {};
}

inline UniqueFd memory_file(std::string_view bytes) {
    auto file = make_memory_file("archive under test");
    EXPECT_TRUE(file && write_all(file->get(), bytes_of(bytes)));
    return file ? std::move(*file) : UniqueFd();
}

/// The items of the archive in `bytes`; the walk must end well.
inline std::vector<Recorded> walk_bytes(std::string_view bytes, const ArchiveLimits& limits = {},
                                        std::size_t room_bytes = 4096) {
    static const auto environment = ArchiveEnvironment::prepare();
    const UniqueFd file = memory_file(bytes);
    RecordingSink sink(room_bytes);
    const auto walked = walk_archive(environment.value(), file.get(), limits, sink, no_heartbeat);
    EXPECT_TRUE(walked);
    EXPECT_TRUE(sink.items.empty() || sink.items.back().ended);
    return std::move(sink.items);
}

} // namespace rempart::examine
