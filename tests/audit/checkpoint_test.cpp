// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/checkpoint.hpp"

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "audit/base64.hpp"
#include "rempart/audit/proof_file.hpp"
#include "support/result.hpp"

namespace rempart::audit {
namespace {

namespace fs = std::filesystem;

Checkpoint some_checkpoint(std::uint64_t size = 1) {
    return {"rempart/case/1", {size, leaf_hash(bytes_of("a record"))}};
}

class KeyFolder {
  public:
    KeyFolder() {
        std::string name = (fs::temp_directory_path() / "rempart-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    KeyFolder(const KeyFolder&) = delete;
    KeyFolder& operator=(const KeyFolder&) = delete;
    ~KeyFolder() { fs::remove_all(path_); }
    [[nodiscard]] fs::path operator/(const char* name) const { return path_ / name; }

  private:
    fs::path path_;
};

TEST(Base64, HasOneSpelling) {
    for (const auto& [plain, coded] : {std::pair{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(encode_base64(bytes_of(plain)), coded); // RFC 4648, section 10
        EXPECT_EQ(chars_of(decode_base64(coded).value()), plain);
    }
    for (const char* wrong :
         {"Z", "Zg", "Zg=", "Zh==", "Zg==\n", "Zm9v=", "Zm9v====", "Zm 9v", "=", "Zm9-"}) {
        EXPECT_EQ(error_of(decode_base64(wrong)).code, Errc::malformed) << wrong;
    }
}

TEST(Keys, VerifyThePublishedNoteOfSignedNote) {
    // The example of golang.org/x/mod/sumdb/note, whose form C2SP's signed-note states.
    const auto raw = decode_base64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").value();
    std::array<std::byte, 32> key{};
    ASSERT_EQ(raw.size(), 33U);
    std::copy(raw.begin() + 1, raw.end(), key.begin());
    const std::string text = "If you think cryptography is the answer to your problem,\n"
                             "then you don't know what your problem is.\n";
    const auto signed_bytes =
        decode_base64("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
                      "Zb6KE6RyyBwJnAM=")
            .value();
    ASSERT_EQ(signed_bytes.size(), 68U);
    Signature signature{};
    std::copy(signed_bytes.begin() + 4, signed_bytes.end(), signature.begin());
    const PublicKey made = PublicKey::from_raw(key).value();
    EXPECT_TRUE(made.verify(bytes_of(text), signature).has_value());
    EXPECT_EQ(error_of(made.verify(bytes_of(text + "x"), signature)).code, Errc::integrity);
}

TEST(Keys, ComeBackFromTheirFilesThatOnlyTheOwnerReads) {
    const KeyFolder folder;
    const SigningKey key = std::move(SigningKey::make()).value();
    ASSERT_TRUE(key.write(folder / "key.pem").has_value());
    EXPECT_EQ(error_of(key.write(folder / "key.pem")).code, Errc::io) << "never overwritten";
    struct stat status{};
    ASSERT_EQ(::stat((folder / "key.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    const SigningKey back = std::move(SigningKey::read(folder / "key.pem")).value();
    const PublicKey open = key.public_key().value();
    EXPECT_EQ(back.public_key().value().raw(), open.raw());
    EXPECT_EQ(PublicKey::from_pem(open.to_pem().value()).value().raw(), open.raw());
    ASSERT_EQ(::chmod((folder / "key.pem").c_str(), 0640), 0);
    EXPECT_EQ(error_of(SigningKey::read(folder / "key.pem")).code, Errc::refused);
    EXPECT_EQ(error_of(SigningKey::read(folder / "none.pem")).code, Errc::not_found);
    EXPECT_EQ(error_of(PublicKey::from_pem("no key")).code, Errc::malformed);
    EXPECT_EQ(error_of(SigningKey::from_pem("no key")).code, Errc::malformed);
}

TEST(Checkpoint, IsOpenedWithTheKeyThatSignedIt) {
    const SigningKey key = std::move(SigningKey::make()).value();
    const PublicKey open = key.public_key().value();
    const std::string note = sign_checkpoint(some_checkpoint(), key).value();
    EXPECT_TRUE(note.starts_with("rempart/case/1\n1\n")) << note;
    EXPECT_EQ(open_checkpoint(note, open).value(), some_checkpoint());
    const PublicKey other = std::move(SigningKey::make()).value().public_key().value();
    EXPECT_EQ(error_of(open_checkpoint(note, other)).code, Errc::integrity);
    // A witness's line beside ours, whose key is another's.
    const std::string witnessed =
        note + "\u2014 witness.example " + encode_base64(Bytes(20, std::byte{7})) + "\n";
    EXPECT_TRUE(open_checkpoint(witnessed, open).has_value());
}

TEST(Checkpoint, WithAnyOtherByteIsRefused) {
    const SigningKey key = std::move(SigningKey::make()).value();
    const PublicKey open = key.public_key().value();
    const std::string note = sign_checkpoint(some_checkpoint(12345), key).value();
    for (std::size_t i = 0; i < note.size(); ++i) {
        std::string changed = note;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(open_checkpoint(changed, open).has_value()) << i;
        EXPECT_FALSE(open_checkpoint(note.substr(0, i), open).has_value()) << i;
    }
    EXPECT_FALSE(open_checkpoint(note + "\n", open).has_value());
}

TEST(Checkpoint, SaysWhichLineIsWrong) {
    const SigningKey key = std::move(SigningKey::make()).value();
    const std::string note = sign_checkpoint(some_checkpoint(), key).value();
    const std::string root = encode_base64(some_checkpoint().tree.root);
    const std::pair<std::string, std::string> wrong[] = {
        {"", "line 1"},
        {"a b\n1\n", "line 1"},
        {"log\n01\n", "line 2"},
        {"log\n+1\n", "line 2"},
        {"log\n9999999999999999999\n", "line 2"},
        {"log\n1\nAAAA\n", "line 3"},
        {"log\n1\n" + root + "\nextension\n", "line 4"},
        {"log\n1\n" + root + "\n\n", "line 5"},
        {"log\n1\n" + root + "\n\n- log AAAA\n", "line 5"},
        {"log\n1\n" + root + "\n\n\u2014 log AAAA", "line 5"},
    };
    for (const auto& [text, line] : wrong) {
        const Error error = error_of(parse_checkpoint(text));
        EXPECT_EQ(error.code, Errc::malformed);
        EXPECT_TRUE(error.message.starts_with(line)) << text << error.message;
    }
    EXPECT_EQ(error_of(parse_checkpoint(std::string(kMaxCheckpointBytes + 1, 'a'))).code,
              Errc::limit_exceeded);
}

TEST(ProofFile, IsCheckedWithTheKeyAlone) {
    const SigningKey key = std::move(SigningKey::make()).value();
    const PublicKey open = key.public_key().value();
    std::vector<Hash> leaves;
    Frontier frontier;
    for (int i = 0; i < 5; ++i) {
        leaves.push_back(leaf_hash(bytes_of("record " + std::to_string(i))));
        frontier.append(leaves.back());
    }
    const NodeSource nodes = [&](unsigned height, std::uint64_t index) -> Result<Hash> {
        Frontier part;
        for (std::uint64_t i = index << height; i < (index + 1) << height; ++i) {
            part.append(leaves[i]);
        }
        return part.root();
    };
    RecordProof proof;
    proof.record = "record 3";
    proof.index = 3;
    proof.hashes = inclusion_proof(3, 5, nodes).value();
    proof.checkpoint = sign_checkpoint({"rempart/case/1", {5, frontier.root()}}, key).value();
    const std::string text = proof_text(proof);
    const RecordProof back = parse_proof(text).value();
    EXPECT_EQ(proof_text(back), text);
    EXPECT_EQ(check_proof(back, open).value().tree.size, 5U);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        const auto read = parse_proof(changed);
        EXPECT_FALSE(read && check_proof(*read, open)) << i;
        EXPECT_FALSE(parse_proof(text.substr(0, i)).has_value()) << i;
    }
    EXPECT_TRUE(error_of(parse_proof("rempart-audit-proof v2\n")).message.starts_with("line 1"));
    EXPECT_TRUE(error_of(parse_proof("rempart-audit-proof v1\nrecord x\nindex -1\n"))
                    .message.starts_with("line 3"));
}

} // namespace
} // namespace rempart::audit
