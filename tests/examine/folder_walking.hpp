// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

namespace fs = std::filesystem;

inline void put(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
}

inline std::string content_of(int fd) {
    std::string content(size_of(fd).value(), '\0');
    const auto got = read_at(fd, 0, std::as_writable_bytes(std::span(content)));
    EXPECT_EQ(got.value(), content.size());
    return content;
}

// One item with what came for it. `content` is "-" if no file came.
struct Told {
    ItemBegin begin;
    std::string content = "-";
    bool ended = false;
};

inline std::string line_of(const Told& item) {
    const ItemHead& head = item.begin.head;
    return fmt::format("{} {} {} {} {}", item.begin.ordinal, name(head.kind), head.path,
                       item.content, head.error ? name(head.error->code) : "ok");
}

inline Result<std::unique_ptr<Source>> open_at(const fs::path& path, WalkStart start = {}) {
    return open_folder({.kind = ExhibitKind::folder, .segments = {path}, .size_bytes = 0}, start);
}

inline std::vector<Told> walk(Source& source) {
    std::vector<Told> items;
    while (true) {
        auto event = source.next();
        if (!event || std::holds_alternative<SourceEnd>(*event)) {
            EXPECT_TRUE(event) << "a folder's walk never ends with an error";
            return items;
        }
        if (auto* begin = std::get_if<ItemBegin>(&*event)) {
            EXPECT_TRUE(items.empty() || items.back().ended);
            items.push_back({.begin = std::move(*begin)});
        } else if (const auto* file = std::get_if<ItemFile>(&*event)) {
            EXPECT_FALSE(items.back().ended);
            items.back().content = content_of(file->descriptor.get());
        } else {
            EXPECT_TRUE(std::holds_alternative<ItemEnd>(*event));
            items.back().ended = true;
        }
    }
}

inline std::vector<std::string> lines(const std::vector<Told>& items) {
    std::vector<std::string> all;
    for (const Told& item : items) {
        all.push_back(line_of(item));
    }
    return all;
}

inline std::vector<std::string> lines_at(const fs::path& path, WalkStart start = {}) {
    auto source = open_at(path, start);
    EXPECT_TRUE(source);
    return source ? lines(walk(**source)) : std::vector<std::string>{};
}

using Lines = std::vector<std::string>;

} // namespace rempart::examine
