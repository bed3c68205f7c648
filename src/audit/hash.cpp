// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/hash.hpp"

#include <new>

#include <openssl/evp.h>

namespace rempart::audit {
namespace {

// With SHA-256 none of these calls fails but for memory.
void require(int done) {
    if (done != 1) {
        throw std::bad_alloc();
    }
}

} // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
    EVP_MD_CTX_free(context);
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr ? 1 : 0);
    require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
}

void Sha256::update(ByteView bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

Hash Sha256::finish() {
    Hash digest{};
    require(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                               nullptr));
    // Without naming the algorithm again: looking it up costs more than a short digest.
    require(EVP_DigestInit_ex(context_.get(), nullptr, nullptr));
    return digest;
}

Hash sha256(ByteView bytes) {
    thread_local Sha256 hasher; // no state between calls: it only saves making it each time
    hasher.update(bytes);
    return hasher.finish();
}

} // namespace rempart::audit
