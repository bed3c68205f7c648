// SPDX-License-Identifier: Apache-2.0
/// An item that ends its worker, whatever the worker does: the rest is done, it is given up and
/// listed, and nobody else is blamed.
#include <filesystem>
#include <fstream>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rempart/casefile/evidence.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/pipeline/ingest.hpp"
#include "support/postgres_server.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace rempart::pipeline {
namespace {

namespace fs = std::filesystem;
using casefile::Access;
using casefile::Case;

constexpr int kPictures = 40;
constexpr int kPoisonAt = 23;

/// A folder with the roles' programs, the media worker replaced.
fs::path deadly_libexec(const fs::path& folder) {
    const fs::path libexec = folder / "libexec";
    fs::create_directory(libexec);
    for (const auto& entry : fs::directory_iterator(REMPART_LIBEXEC_DIR)) {
        fs::create_symlink(entry.path(), libexec / entry.path().filename());
    }
    fs::remove(libexec / "media_worker");
    fs::copy_file(fs::path(REMPART_LIBEXEC_DIR) / "../../tests/deadly_worker_program",
                  libexec / "media_worker");
    return libexec;
}

void make_evidence(const fs::path& folder) {
    fs::create_directory(folder);
    for (int i = 0; i < kPictures; ++i) {
        std::ofstream file(folder / fmt::format("p{:02}.jpg", i), std::ios::binary);
        file << "\xFF\xD8\xFF\xE0 no real picture " << i << (i == kPoisonAt ? " POISON" : "");
    }
}

Result<IngestSummary> ingest_once(const std::string& place, const fs::path& folder, Depth depth) {
    auto file = Case::open(place, Access::write);
    if (!file) {
        return fail(file.error());
    }
    IngestOptions options;
    options.label = "E";
    options.depth = depth;
    options.jobs = 3;
    options.parts = 1;
    options.libexec_dir = folder / "libexec";
    options.lease = std::chrono::milliseconds(300); // of a worker that died just now
    return ingest(*file, folder / "evidence", options);
}

/// Ingests in a process of its own, as often as it is killed. \return how often it was.
int ingest_until_done(const std::string& place, const fs::path& folder,
                      Depth depth = Depth::recognition) {
    for (int deaths = 0; deaths < 20; ++deaths) {
        const pid_t child = ::fork();
        if (child == 0) {
            const auto done = ingest_once(place, folder, depth);
            ::_exit(done ? 0 : 1);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (WIFEXITED(status)) {
            EXPECT_EQ(WEXITSTATUS(status), 0);
            return deaths;
        }
    }
    ADD_FAILURE() << "it is never done";
    return -1;
}

void expect_only_the_poison_given_up(const std::string& place) {
    auto file = Case::open(place, Access::read);
    ASSERT_TRUE(file.has_value());
    int items = 0, given_up = 0, with_content = 0;
    const auto read =
        casefile::each_item(*file, [&](const casefile::ItemView& view) -> Result<void> {
            ++items;
            with_content += view.item.content ? 1 : 0;
            if (view.item.error) {
                ++given_up;
                EXPECT_EQ(view.item.path, fmt::format("p{:02}.jpg", kPoisonAt));
                EXPECT_EQ(view.item.error->code, Errc::crashed);
            }
            EXPECT_FALSE(view.media_error) << view.item.path << " was blamed for its neighbour";
            return {};
        });
    EXPECT_TRUE(read.has_value());
    EXPECT_EQ(items, kPictures);
    EXPECT_EQ(given_up, 1);
    EXPECT_EQ(with_content, kPictures - 1);
    const auto failures = casefile::failures(*file);
    ASSERT_TRUE(failures.has_value());
    ASSERT_EQ(failures->size(), 1U);
    EXPECT_EQ(failures->front().item_seq, std::uint64_t{kPoisonAt});
    EXPECT_EQ((*casefile::exhibits(*file))[0].state, "complete");
}

casefile::CaseInfo some_info() {
    return {.id = {},
            .name = "Harbour",
            .authority = "Example authority",
            .legal_basis = "Example act, art. 1",
            .purpose = "A test",
            .review_date = "2030-02-28",
            .created = TimeValue::utc(1'700'000'000)};
}

class Poison : public ::testing::TestWithParam<bool> {};

TEST_P(Poison, IsGivenUpAfterThreeAttemptsAndNothingElseIs) {
    const TempDir temp;
    const std::string place =
        GetParam() ? PostgresServer::shared().fresh_database() : (temp.path() / "case").string();
    deadly_libexec(temp.path());
    make_evidence(temp.path() / "evidence");
    ASSERT_TRUE(Case::create(place, some_info()).has_value());
    const int deaths = ingest_until_done(place, temp.path());
    EXPECT_GE(deaths, casefile::kMaxAttempts);
    EXPECT_LE(deaths, casefile::kMaxAttempts + 1) << "once among others, then three times alone";
    expect_only_the_poison_given_up(place);
}

TEST_P(Poison, InTheSecondPassCostsItsPictureAndNothingElse) {
    const TempDir temp;
    const std::string place =
        GetParam() ? PostgresServer::shared().fresh_database() : (temp.path() / "case").string();
    deadly_libexec(temp.path());
    make_evidence(temp.path() / "evidence");
    ASSERT_TRUE(Case::create(place, some_info()).has_value());
    const int deaths = ingest_until_done(place, temp.path(), Depth::triage);
    EXPECT_GE(deaths, casefile::kMaxAttempts);
    EXPECT_LE(deaths, casefile::kMaxAttempts + 1) << "once among others, then three times alone";
    auto file = Case::open(place, Access::read);
    ASSERT_TRUE(file.has_value());
    int with_content = 0;
    const auto read =
        casefile::each_item(*file, [&](const casefile::ItemView& view) -> Result<void> {
            with_content += view.item.content ? 1 : 0;
            EXPECT_FALSE(view.item.error);
            const bool is_poison = view.item.path == fmt::format("p{:02}.jpg", kPoisonAt);
            EXPECT_EQ(view.media_error.has_value(), is_poison) << view.item.path;
            EXPECT_EQ(view.media_error ? view.media_error->code : Errc::crashed, Errc::crashed);
            return {};
        });
    EXPECT_TRUE(read.has_value());
    EXPECT_EQ(with_content, kPictures);
    const auto failures = casefile::failures(*file);
    ASSERT_TRUE(failures.has_value());
    ASSERT_EQ(failures->size(), 1U);
    EXPECT_EQ(failures->front().operation, "recognise");
    EXPECT_EQ(failures->front().item_seq, std::uint64_t{kPoisonAt});
    EXPECT_EQ((*casefile::exhibits(*file))[0].state, "complete");
}

INSTANTIATE_TEST_SUITE_P(OnBothStores, Poison, ::testing::Bool(),
                         [](const auto& store) { return store.param ? "Postgresql" : "Sqlite"; });

} // namespace
} // namespace rempart::pipeline
