// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "rempart/core/bytes.hpp"
#include "rempart/examine/source.hpp"
#include "support/result.hpp"
#include "support/shared_data.hpp"
#include "support/temp_dir.hpp"
#include "support/walked_items.hpp"

namespace rempart::examine {

inline ReaderConfig test_reader_config() {
    return {.libexec_dir = REMPART_LIBEXEC_DIR, .limits = {}};
}

inline ExhibitPlan plan_of(const std::filesystem::path& image) {
    Result<ExhibitPlan> plan = plan_exhibit(image);
    if (!plan) {
        ADD_FAILURE() << image << ": " << plan.error().message;
        return {};
    }
    return *plan;
}

inline Walked walk_disk_image(const std::filesystem::path& image, WalkStart start = {}) {
    Result<std::unique_ptr<Source>> source = open_disk(plan_of(image), test_reader_config(), start);
    if (!source) {
        ADD_FAILURE() << source.error().message;
        return {};
    }
    return walk_all(**source);
}

inline Walked walk_medium_of(const std::filesystem::path& image) {
    Result<std::unique_ptr<Source>> source = open_medium(plan_of(image), test_reader_config());
    if (!source) {
        ADD_FAILURE() << source.error().message;
        return {};
    }
    return walk_all(**source);
}

inline void run_command(const std::string& command) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe,bugprone-command-processor): tools of the test machine
    const int status = std::system((command + " >/dev/null 2>&1").c_str());
    EXPECT_EQ(status, 0) << command;
}

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.is_open()) << path;
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary)
        .write(content.data(), static_cast<std::streamsize>(content.size()));
}

/// One file of a zip of ../shared/evidence, unpacked into `folder`; "" if the folder is absent.
inline std::filesystem::path unpacked(const std::string& zip, const std::string& member,
                                      const TempDir& folder) {
    const std::filesystem::path archive = shared_path("evidence/" + zip);
    if (archive.empty()) {
        return {};
    }
    run_command("unzip -o -j '" + archive.native() + "' '*" + member + "' -d '" +
                folder.path().native() + "'");
    return folder.path() / member;
}

} // namespace rempart::examine
