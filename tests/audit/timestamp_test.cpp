// SPDX-License-Identifier: Apache-2.0
// Against a certificate authority and a time-stamping authority that the program `openssl` makes.
#include "rempart/audit/timestamp.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::audit {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class TimestampTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = (fs::temp_directory_path() / "rempart-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
        std::ofstream(folder_ / "tsa.cnf")
            << "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\n"
               "signer_key = tsa.key\ncerts = ca.pem\nsigner_digest = sha256\n"
               "default_policy = 1.2.3.4\ndigests = sha256\nordering = no\n"
               "[weak]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
               "signer_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha512\n";
        std::ofstream(folder_ / "ext.cnf") << "extendedKeyUsage = critical,timeStamping\n";
        const std::string curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
        run("req -x509 " + curve + "-keyout ca.key -out ca.pem -days 3650 -subj '/CN=Example CA'");
        run("req " + curve + "-keyout tsa.key -out tsa.csr -subj '/CN=Example TSA'");
        run("x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 "
            "-extfile ext.cnf -out tsa.pem");
        run("req -x509 " + curve + "-keyout o.key -out other.pem -days 3650 -subj '/CN=Other CA'");
    }
    void TearDown() override { fs::remove_all(folder_); }

    void run(const std::string& arguments) const {
        const std::string line =
            "cd '" + folder_.string() + "' && openssl " + arguments + " >> log.txt 2>&1 </dev/null";
        ASSERT_EQ(std::system(line.c_str()), 0) << arguments << read_file(folder_ / "log.txt");
    }
    /// What the authority of that section answers to our request for `data`.
    std::string answer(std::string_view data, const std::string& section = "t") const {
        const Bytes query = timestamp_query(bytes_of(data)).value();
        std::ofstream(folder_ / "query.tsq", std::ios::binary) << chars_of(query);
        run("ts -reply -config tsa.cnf -section " + section +
            " -queryfile query.tsq -out reply.tsr");
        return read_file(folder_ / "reply.tsr");
    }
    std::string pem(const char* name) const { return read_file(folder_ / name); }

    fs::path folder_;
};

TEST_F(TimestampTest, HoldsForTheBytesItIsOver) {
    const std::string token = answer("a checkpoint");
    const auto stamp = verify_timestamp(bytes_of(token), bytes_of("a checkpoint"), pem("ca.pem"));
    ASSERT_TRUE(stamp.has_value()) << stamp.error().message;
    EXPECT_EQ(stamp->at.kind, TimeKind::utc);
    EXPECT_FALSE(stamp->serial.empty());
    const auto now = std::time(nullptr);
    EXPECT_NEAR(static_cast<double>(stamp->at.micros) / 1e6, static_cast<double>(now), 86'400.0);
    EXPECT_EQ(error_of(verify_timestamp(bytes_of(token), bytes_of("another"), pem("ca.pem"))).code,
              Errc::integrity);
    EXPECT_EQ(
        error_of(verify_timestamp(bytes_of(token), bytes_of("a checkpoint"), pem("other.pem")))
            .code,
        Errc::integrity);
    EXPECT_EQ(error_of(verify_timestamp(bytes_of(token), bytes_of("a checkpoint"), "none")).code,
              Errc::malformed);
}

TEST_F(TimestampTest, ThatWasRejectedIsRefusedThoughOpensslExitsWithZero) {
    const std::string token = answer("a checkpoint", "weak"); // accepts SHA-512 only
    const Error error =
        error_of(verify_timestamp(bytes_of(token), bytes_of("a checkpoint"), pem("ca.pem")));
    EXPECT_EQ(error.code, Errc::integrity) << error.message;
}

TEST_F(TimestampTest, WithAnotherByteIsRefused) {
    const std::string token = answer("a checkpoint");
    for (std::size_t i = 0; i < token.size(); i += 7) {
        std::string changed = token;
        changed[i] = static_cast<char>(changed[i] ^ 0x10);
        const auto stamp =
            verify_timestamp(bytes_of(changed), bytes_of("a checkpoint"), pem("ca.pem"));
        if (stamp) { // a byte of a text that the signature does not cover
            EXPECT_EQ(
                stamp->at,
                verify_timestamp(bytes_of(token), bytes_of("a checkpoint"), pem("ca.pem"))->at);
        }
        EXPECT_FALSE(
            verify_timestamp(bytes_of(token.substr(0, i)), bytes_of("a checkpoint"), pem("ca.pem"))
                .has_value());
    }
    EXPECT_EQ(
        error_of(verify_timestamp(bytes_of(token + "x"), bytes_of("a checkpoint"), pem("ca.pem")))
            .code,
        Errc::malformed);
}

} // namespace
} // namespace rempart::audit
