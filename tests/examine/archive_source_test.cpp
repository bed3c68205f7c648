// SPDX-License-Identifier: Apache-2.0
//
// The members of every fixture through the real, confined archive_reader.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rempart/core/fd.hpp"
#include "rempart/examine/source.hpp"
#include "sandbox/sanitized.hpp"
#include "support/archive_fixtures.hpp"
#include "support/result.hpp"

namespace rempart::examine {
namespace {

ReaderConfig config() {
    return {.libexec_dir = REMPART_LIBEXEC_DIR, .limits = {}};
}

struct Walked {
    std::string lines;
    sandbox::Confinement confinement;
};

// The items as lines, in the form of expected.tsv.
class Lines {
  public:
    void take(const ItemBegin& begin) {
        EXPECT_EQ(begin.ordinal, count_++);
        head_ = begin.head;
        content_.clear();
    }
    void take(const ItemChunk& chunk) { content_ += chars_of(chunk.chunk.bytes()); }
    void take(const ItemEnd& end) {
        const bool has_content = head_.kind == ItemKind::file && !head_.error;
        const auto& error = head_.error ? head_.error : end.error;
        text_ +=
            fmt::format("{} {} {} {} {}\n", name(head_.kind), head_.path,
                        has_content ? std::to_string(content_.size()) : "-",
                        has_content ? fnv1a64(content_) : "-", error ? name(error->code) : "-");
    }
    static void take(const ItemFile& /*file*/) { ADD_FAILURE() << "a member is no file"; }
    static void take(const SourceEnd& /*end*/) {}
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::uint64_t count_ = 0;
    ItemHead head_;
    std::string content_, text_;
};

Walked walk(std::string_view bytes, const ReaderConfig& reader, const ArchiveLimits& limits = {}) {
    auto file = make_memory_file("archive under test");
    EXPECT_TRUE(file && write_all(file->get(), bytes_of(bytes)));
    auto source = open_archive(file->get(), reader, limits);
    file->reset(); // the source has its own descriptor
    if (!source) {
        ADD_FAILURE() << source.error().message;
        return {};
    }
    Lines lines;
    while (true) {
        auto event = (*source)->next();
        if (!event) {
            ADD_FAILURE() << "an archive's walk never ends with an error: "
                          << event.error().message;
            return {};
        }
        std::visit([&lines](const auto& told) { lines.take(told); }, *event);
        if (const auto* end = std::get_if<SourceEnd>(&*event)) {
            return {lines.text(), end->confinement};
        }
    }
}

TEST(ArchiveSource, EveryFixtureGivesTheSameThroughTheConfinedReader) {
    for (const auto& [fixture, members] : expected_members()) {
        std::string expected;
        for (const ExpectedMember& member : members) {
            expected += fmt::format("{} {} {} {} {}\n", member.kind, member.path, member.size,
                                    member.fnv1a64, member.error);
        }
        const Walked walked = walk(fixture_bytes(fixture), config());
        EXPECT_EQ(walked.lines, expected) << fixture;
        EXPECT_TRUE(walked.confinement.seccomp);
    }
}

TEST(ArchiveSource, LimitsReachTheReader) {
    const Walked walked = walk(fixture_bytes("ustar.tar"), config(), {.max_entries = 2});
    EXPECT_TRUE(walked.lines.ends_with("problem  - - limit_exceeded\n")) << walked.lines;
}

// xz keeps the dictionary's size whatever the content's: the decoder asks for 768 MiB at once.
TEST(ArchiveSource, ADictionaryLargerThanTheMemoryIsAProblem) {
    if (sandbox::kSanitized) {
        return; // sanitizers watch what is used, not what is asked for
    }
    ReaderConfig small = config();
    small.limits.memory_bytes = std::uint64_t{512} << 20;
    const Walked walked = walk(fixture_bytes("large_dictionary.xz"), small);
    EXPECT_NE(walked.lines.find(" memory\n"), std::string::npos) << walked.lines;
}

TEST(ArchiveSource, AMissingReaderIsAnError) {
    const auto file = make_memory_file("archive under test");
    ASSERT_TRUE(file);
    ReaderConfig nowhere = config();
    nowhere.libexec_dir = "/nonexistent";
    EXPECT_EQ(error_of(open_archive(file->get(), nowhere, {})).code, Errc::not_found);
    EXPECT_EQ(error_of(open_archive(-1, config(), {})).code, Errc::io);
}

} // namespace
} // namespace rempart::examine
