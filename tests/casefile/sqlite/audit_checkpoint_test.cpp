// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/audit_checkpoint.hpp"

#include <algorithm>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "casefile/audit_log.hpp"
#include "casefile/case_fixture.hpp"

namespace rempart::casefile {
namespace {

class AuditCheckpoint : public ::testing::Test {
  protected:
    AuditCheckpoint() : file_(new_case(temp_.path() / "case")) { add(36); }

    void add(int records) {
        AuditEntry entry;
        entry.act = AuditAct::viewed;
        entry.purpose = "A test";
        for (int i = 0; i < records; ++i) {
            value_of(record_act(file_, entry));
        }
    }

    TempFolder temp_;
    Case file_;
};

TEST_F(AuditCheckpoint, IsSignedByAKeyThatIsMadeOnceAndKeptForItsOwner) {
    EXPECT_EQ(value_of(public_key(file_)).has_value(), false);
    EXPECT_TRUE(value_of(kept_checkpoints(file_)).empty());
    const std::string first = value_of(make_checkpoint(file_));
    EXPECT_EQ(value_of(make_checkpoint(file_)), first) << "the same log, the same bytes";
    const audit::PublicKey key = value_of(public_key(file_)).value();
    const auto checkpoint = value_of(audit::open_checkpoint(first, key));
    EXPECT_EQ(checkpoint.origin, "rempart/case/" + file_.info().id);
    EXPECT_EQ(checkpoint.tree, value_of(audit_head(file_.database())));
    add(1);
    expect_ok(audit::verify_signature(
        value_of(audit::parse_checkpoint(value_of(make_checkpoint(file_)))), key));
    const auto kept = value_of(kept_checkpoints(file_));
    ASSERT_EQ(kept.size(), 2U);
    EXPECT_EQ(kept[0].note, first);
    EXPECT_TRUE(value_of(verify_log(file_, kept, key)).sound());
    const std::filesystem::path folder = public_key_path(file_).parent_path();
    EXPECT_EQ(folder, temp_.path() / "case" / "audit");
    struct stat status{};
    ASSERT_EQ(::stat(folder.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700U);
    ASSERT_EQ(::stat((folder / "signing-key.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    ASSERT_EQ(::chmod((folder / "signing-key.pem").c_str(), 0644), 0);
    EXPECT_EQ(error_of(make_checkpoint(file_)).code, Errc::refused);
}

TEST_F(AuditCheckpoint, IsNotMadeOfALogThatDoesNotContinueTheLastOne) {
    value_of(make_checkpoint(file_));
    add(1);
    Database& database = file_.database();
    expect_ok(database.exec("UPDATE audit_log SET leaf = (SELECT leaf FROM audit_log WHERE idx = 0)"
                            " WHERE idx = 33")); // below the open end, which is read from leaves
    EXPECT_EQ(error_of(make_checkpoint(file_)).code, Errc::integrity);
}

TEST_F(AuditCheckpoint, ProvesEveryRecordAndNoTamperedOne) {
    const std::uint64_t size = value_of(audit_head(file_.database())).size;
    for (std::uint64_t index = 0; index < size; ++index) {
        const auto proof = value_of(prove_record(file_, index));
        const auto back = value_of(audit::parse_proof(audit::proof_text(proof)));
        value_of(audit::check_proof(back, value_of(public_key(file_)).value()));
    }
    EXPECT_EQ(error_of(prove_record(file_, size)).code, Errc::invalid_argument);
    expect_ok(file_.database().exec(
        "UPDATE audit_log SET record = replace(record, 'A test', 'Other') WHERE idx = 7"));
    EXPECT_EQ(error_of(prove_record(file_, 7)).code, Errc::integrity);
    value_of(prove_record(file_, 8));
}

TEST_F(AuditCheckpoint, GivesEachRecordInOrder) {
    std::vector<std::uint64_t> seen;
    expect_ok(each_log_record(file_, [&](std::uint64_t index, const std::string& record) {
        seen.push_back(index);
        EXPECT_TRUE(record.starts_with(R"({"v":1,"n":)" + std::to_string(index) + ","));
        return Result<void>();
    }));
    EXPECT_EQ(seen.size(), 37U);
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

} // namespace
} // namespace rempart::casefile
