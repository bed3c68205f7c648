// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/keys.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "rempart/core/fd.hpp"

namespace rempart::audit {
namespace {

constexpr std::size_t kMaxKeyFileBytes =
    std::size_t{16} * 1024; // an Ed25519 key has some hundred bytes

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

const unsigned char* chars(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Bio reading(std::string_view text) {
    return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string written(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

Result<std::string> read_small_file(int fd) {
    std::string text(kMaxKeyFileBytes + 1, '\0');
    const auto size = read_at(fd, 0, std::as_writable_bytes(std::span(text)));
    if (!size) {
        return fail(size.error());
    }
    if (*size > kMaxKeyFileBytes) {
        return fail(Errc::malformed, "too large for a key");
    }
    text.resize(*size);
    return text;
}

// A key file of ours is never encrypted: without this OpenSSL would ask on the terminal.
int no_password(char*, int, int, void*) {
    return -1;
}

} // namespace

Result<PublicKey> PublicKey::from_raw(const std::array<std::byte, 32>& key) {
    PublicKey made;
    made.raw_ = key;
    return made;
}

Result<PublicKey> PublicKey::from_pem(std::string_view pem) {
    const Bio bio = reading(pem.substr(0, kMaxKeyFileBytes));
    const Key key(PEM_read_bio_PUBKEY(bio.get(), nullptr, no_password, nullptr));
    if (!key) {
        return fail(Errc::malformed, "no public key in PEM");
    }
    PublicKey made;
    std::size_t size = made.raw_.size();
    if (EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(made.raw_.data()),
                                    &size) != 1 ||
        size != made.raw_.size()) {
        return fail(Errc::unsupported, "not an Ed25519 key");
    }
    return made;
}

Result<PublicKey> PublicKey::read(const std::filesystem::path& file) {
    const auto fd = open_read_only(file);
    if (!fd) {
        return fail(fd.error());
    }
    const auto text = read_small_file(fd->get());
    return text ? from_pem(*text) : fail(text.error());
}

Result<std::string> PublicKey::to_pem() const {
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, chars(raw_), raw_.size()));
    const Bio bio(BIO_new(BIO_s_mem()));
    if (!key || !bio || PEM_write_bio_PUBKEY(bio.get(), key.get()) != 1) {
        return fail(Errc::io, "OpenSSL does not write the public key");
    }
    return written(bio.get());
}

Result<void> PublicKey::verify(ByteView message, const Signature& signature) const {
    const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, chars(raw_), raw_.size()));
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    if (!key || !context ||
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestVerify(context.get(), chars(signature), signature.size(), chars(message),
                         message.size()) != 1) {
        return fail(Errc::integrity, "the signature is not that of the key");
    }
    return {};
}

void SigningKey::Free::operator()(evp_pkey_st* key) const {
    EVP_PKEY_free(key);
}

Result<SigningKey> SigningKey::make() {
    EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    if (key == nullptr) {
        return fail(Errc::io, "OpenSSL makes no key");
    }
    return SigningKey(key);
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem) {
    const Bio bio = reading(pem.substr(0, kMaxKeyFileBytes));
    SigningKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
    if (!key.key_) {
        return fail(Errc::malformed, "no private key in PEM");
    }
    if (EVP_PKEY_id(key.key_.get()) != EVP_PKEY_ED25519) {
        return fail(Errc::unsupported, "not an Ed25519 key");
    }
    return key;
}

Result<SigningKey> SigningKey::read(const std::filesystem::path& file) {
    const auto fd = open_read_only(file);
    if (!fd) {
        return fail(fd.error());
    }
    struct stat status{};
    if (::fstat(fd->get(), &status) != 0) {
        return fail(Errc::io, "the key file cannot be examined");
    }
    if ((status.st_mode & 0077) != 0) {
        return fail(Errc::refused, "others than its owner may read the private key (chmod 600)");
    }
    const auto text = read_small_file(fd->get());
    return text ? from_pem(*text) : fail(text.error());
}

Result<void> SigningKey::write(const std::filesystem::path& file) const {
    const Bio bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                              nullptr) != 1) {
        return fail(Errc::io, "OpenSSL does not write the key");
    }
    const UniqueFd fd(
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd) {
        return fail(Errc::io, fmt::format("the key cannot be written: {}", std::strerror(errno)));
    }
    if (auto stored = write_all(fd.get(), bytes_of(written(bio.get()))); !stored) {
        return stored;
    }
    if (::fsync(fd.get()) != 0) {
        return fail(Errc::io, "the key cannot be flushed");
    }
    return {};
}

Result<PublicKey> SigningKey::public_key() const {
    std::array<std::byte, 32> raw{};
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                    &size) != 1) {
        return fail(Errc::io, "OpenSSL does not give the public key");
    }
    return PublicKey::from_raw(raw);
}

Result<Signature> SigningKey::sign(ByteView message) const {
    Signature signature{};
    std::size_t size = signature.size();
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       chars(message), message.size()) != 1 ||
        size != signature.size()) {
        return fail(Errc::io, "OpenSSL does not sign");
    }
    return signature;
}

} // namespace rempart::audit
