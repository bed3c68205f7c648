// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <gtest/gtest.h>

#include "rempart/examine/source.hpp"
#include "support/disk_images.hpp"

namespace rempart::examine {
namespace {

using namespace std::string_literals;

class ExhibitPlanning : public testing::Test {
  protected:
    void make(const std::string& name, const std::string& content) {
        write_file(folder_.path() / name, content);
    }
    [[nodiscard]] Result<ExhibitPlan> plan(const std::string& name) const {
        return plan_exhibit(folder_.path() / name);
    }
    [[nodiscard]] static std::vector<std::string> names_of(const ExhibitPlan& plan) {
        std::vector<std::string> names;
        for (const auto& segment : plan.segments) {
            names.push_back(segment.filename());
        }
        return names;
    }
    const std::string ewf_ = "EVF\x09\r\n\xFF\0"s + std::string(100, 'x');
    TempDir folder_;
};

TEST_F(ExhibitPlanning, AKindFollowsFromNameAndSignature) {
    const std::string noise = "\x01\x02\x03"s + std::string(60'000, '\x81');
    std::string tar(1024, '\0');
    tar.replace(257, 5, "ustar");
    std::string iso(40'000, '\0');
    iso.replace(32'769, 5, "CD001");
    const std::vector<std::tuple<std::string, std::string, ExhibitKind>> cases{
        {"a.zip", "PK\x03\x04"s + noise, ExhibitKind::file},
        {"a.tar", tar, ExhibitKind::file},
        {"a.jpg", "\xFF\xD8\xFF\xE0"s + noise, ExhibitKind::file},
        {"a.mp4", "\0\0\0\x20"s + "ftypisom" + noise, ExhibitKind::file},
        {"result.json", "{\"chats\": {}}\n", ExhibitKind::file},
        {"chat.txt",
         "\xEF\xBB\xBF"
         "bonjour\n",
         ExhibitKind::file},
        {"a.pdf", "%PDF-1.7\n"s + noise, ExhibitKind::file},
        {"disk.dd", noise, ExhibitKind::disk_raw},
        {"disk", noise, ExhibitKind::disk_raw},
        {"text.img", "only text\n", ExhibitKind::disk_raw},
        {"disc.bin2", "II*\0"s + iso.substr(4), ExhibitKind::disk_raw},
        {"image.E01", ewf_, ExhibitKind::disk_e01},
        {"image_without_extension", ewf_, ExhibitKind::disk_e01},
        {"empty", "", ExhibitKind::disk_raw},
        {"a.qcow2", "QFI\xFB"s + noise, ExhibitKind::disk_raw},
    };
    for (const auto& [file, content, kind] : cases) {
        make(file, content);
        const auto planned = plan(file);
        ASSERT_TRUE(planned.has_value()) << file;
        EXPECT_EQ(planned->kind, kind) << file;
        EXPECT_EQ(planned->size_bytes, content.size()) << file;
        EXPECT_EQ(names_of(*planned), std::vector{file});
    }
    EXPECT_EQ(plan(".")->kind, ExhibitKind::folder);
    EXPECT_EQ(plan(".")->size_bytes, 0U);
    EXPECT_EQ(error_of(plan("nothing")).code, Errc::not_found);
}

TEST_F(ExhibitPlanning, E01SegmentsAreFoundFromAnyOfThemInOrder) {
    std::vector<std::string> names;
    for (int i = 1; i <= 99; ++i) {
        names.push_back("Case.E" + std::string(i < 10 ? "0" : "") + std::to_string(i));
    }
    names.insert(names.end(), {"Case.EAA", "Case.EAB"});
    for (auto name = names.rbegin(); name != names.rend(); ++name) {
        make(*name, ewf_);
    }
    make("Case.iso", "not a segment");
    make("Other.E01", ewf_);
    for (const std::string start : {"Case.E01", "Case.E57", "Case.EAB"}) {
        const auto planned = plan(start);
        ASSERT_TRUE(planned.has_value()) << start;
        EXPECT_EQ(names_of(*planned), names);
        EXPECT_EQ(planned->size_bytes, ewf_.size() * 101);
    }
}

TEST_F(ExhibitPlanning, AMissingSegmentIsRefusedAndNamed) {
    for (const char* name : {"a.E01", "a.E02", "a.E04", "b.E02", "b.E03"}) {
        make(name, ewf_);
    }
    for (const char* name : {"c.001", "c.003", "d.002", "d.003", "e.aa", "e.ac"}) {
        make(name, std::string(10, '\x02'));
    }
    EXPECT_EQ(error_of(plan("a.E01")).code, Errc::malformed);
    EXPECT_NE(error_of(plan("a.E01")).message.find("segment 3"), std::string::npos);
    EXPECT_EQ(error_of(plan("b.E02")).code, Errc::malformed);
    EXPECT_EQ(error_of(plan("c.001")).code, Errc::malformed);
    EXPECT_EQ(error_of(plan("d.002")).code, Errc::malformed);
    EXPECT_EQ(error_of(plan("e.aa")).code, Errc::malformed);
}

TEST_F(ExhibitPlanning, RawSegmentsAreFoundByNumberOrLetters) {
    const std::string part(10, '\x02');
    for (const char* name : {"a.001", "a.002", "a.003", "b.dd.aa", "b.dd.ab", "b.dd.ac", "c.000",
                             "c.001", "year.2024", "b.dd.txt"}) {
        make(name, part);
    }
    EXPECT_EQ(names_of(*plan("a.001")), (std::vector<std::string>{"a.001", "a.002", "a.003"}));
    EXPECT_EQ(names_of(*plan("a.003")), (std::vector<std::string>{"a.001", "a.002", "a.003"}));
    EXPECT_EQ(names_of(*plan("b.dd.aa")),
              (std::vector<std::string>{"b.dd.aa", "b.dd.ab", "b.dd.ac"}));
    EXPECT_EQ(plan("b.dd.aa")->size_bytes, 30U);
    EXPECT_EQ(names_of(*plan("c.001")), (std::vector<std::string>{"c.000", "c.001"}));
    EXPECT_EQ(names_of(*plan("year.2024")), std::vector<std::string>{"year.2024"});
}

TEST_F(ExhibitPlanning, ALinkThatTheUserNamesIsFollowed) {
    make("real.dd", std::string(10, '\x02'));
    std::filesystem::create_symlink("real.dd", folder_.path() / "link");
    EXPECT_EQ(names_of(*plan("link")), std::vector<std::string>{"real.dd"});
}

} // namespace
} // namespace rempart::examine
