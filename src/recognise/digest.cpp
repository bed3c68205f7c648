// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/digest.hpp"

#include <algorithm>
#include <cassert>
#include <new>

#include <openssl/evp.h>
#include <openssl/provider.h>

#include "recognise/md4.hpp"

namespace rempart::recognise {
namespace {

struct KindRow {
    HashKind kind;
    std::string_view name;
    std::size_t size_bytes;
};

// In the order of the enumerators.
constexpr std::array kKinds{
    KindRow{HashKind::md5, "md5", 16},       KindRow{HashKind::sha1, "sha1", 20},
    KindRow{HashKind::sha256, "sha256", 32}, KindRow{HashKind::pdq, "pdq", 32},
    KindRow{HashKind::ed2k, "ed2k", 16},
};
static_assert(kKinds.size() == static_cast<std::size_t>(kLastHashKind) + 1);
static_assert([] {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (kKinds[i].kind != static_cast<HashKind>(i)) {
            return false;
        }
    }
    return true;
}());

// Our choice: what all digests of a set take before the next bytes are touched, so that only the
// first of them waits for memory. 32 KiB stays in the first or second cache of any machine.
constexpr std::size_t kSliceBytes = std::size_t{32} << 10;

// The deleters of OpenSSL's handles.
struct Free {
    void operator()(OSSL_LIB_CTX* library) const { OSSL_LIB_CTX_free(library); }
    void operator()(OSSL_PROVIDER* provider) const { OSSL_PROVIDER_unload(provider); }
    void operator()(EVP_MD* algorithm) const { EVP_MD_free(algorithm); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <typename T>
using Handle = std::unique_ptr<T, Free>;

// OpenSSL's own digests, whatever the machine's configuration switches off (MD5, in FIPS mode) are
// part of libcrypto itself: a call fails only where memory does.
template <typename T>
Handle<T> owned(T* raw) {
    if (raw == nullptr) {
        throw std::bad_alloc();
    }
    return Handle<T>(raw);
}

// The algorithms, fetched once for the whole process: a fetch costs as much as hashing a small
// file. Constant after its making, so any thread may use it. The order of the members is the order
// in which they must be made, and undone in reverse.
struct Library {
    Handle<OSSL_LIB_CTX> context = owned(OSSL_LIB_CTX_new());
    Handle<OSSL_PROVIDER> provider = owned(OSSL_PROVIDER_load(context.get(), "default"));
    Handle<EVP_MD> md5 = owned(EVP_MD_fetch(context.get(), "MD5", nullptr));
    Handle<EVP_MD> sha1 = owned(EVP_MD_fetch(context.get(), "SHA1", nullptr));
    Handle<EVP_MD> sha256 = owned(EVP_MD_fetch(context.get(), "SHA256", nullptr));
};

const Library& library() {
    static const Library fetched;
    return fetched;
}

// Without an algorithm it computes nothing, and leaves zeros.
class OneDigest {
  public:
    explicit OneDigest(const EVP_MD* algorithm) : algorithm_(algorithm) {
        if (algorithm_ != nullptr) {
            context_ = owned(EVP_MD_CTX_new());
            start();
        }
    }

    void update(ByteView bytes) {
        if (algorithm_ == nullptr) {
            return;
        }
        [[maybe_unused]] const int done =
            EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
        assert(done == 1);
    }

    void finish(std::span<std::byte> out) {
        if (algorithm_ == nullptr) {
            return;
        }
        unsigned written = 0;
        [[maybe_unused]] const int done = EVP_DigestFinal_ex(
            context_.get(), reinterpret_cast<unsigned char*>(out.data()), &written);
        assert(done == 1 && written == out.size());
        start();
    }

  private:
    void start() {
        if (EVP_DigestInit_ex2(context_.get(), algorithm_, nullptr) != 1) {
            throw std::bad_alloc();
        }
    }

    const EVP_MD* algorithm_;
    Handle<EVP_MD_CTX> context_;
};

bool computes(DigestSet set, HashKind kind) {
    switch (set) {
    case DigestSet::all: return kind != HashKind::ed2k;
    case DigestSet::md5_only: return kind == HashKind::md5;
    case DigestSet::sha_only: return kind == HashKind::sha1 || kind == HashKind::sha256;
    case DigestSet::sha256_only: return kind == HashKind::sha256;
    case DigestSet::ed2k_only: return kind == HashKind::ed2k;
    case DigestSet::all_and_ed2k: return true;
    }
    return false;
}

} // namespace

std::string_view name(HashKind kind) noexcept {
    return kKinds[static_cast<std::size_t>(kind)].name;
}

std::optional<HashKind> hash_kind_named(std::string_view name) noexcept {
    const auto* const row = std::ranges::find(kKinds, name, &KindRow::name);
    return row == kKinds.end() ? std::nullopt : std::optional(row->kind);
}

std::size_t size_bytes(HashKind kind) noexcept {
    return kKinds[static_cast<std::size_t>(kind)].size_bytes;
}

struct Digester::State {
    explicit State(DigestSet set)
        : md5(computes(set, HashKind::md5) ? library().md5.get() : nullptr),
          sha1(computes(set, HashKind::sha1) ? library().sha1.get() : nullptr),
          sha256(computes(set, HashKind::sha256) ? library().sha256.get() : nullptr) {
        if (computes(set, HashKind::ed2k)) {
            ed2k = std::make_unique<Ed2k>();
        }
    }

    OneDigest md5;
    OneDigest sha1;
    OneDigest sha256;
    std::unique_ptr<Ed2k> ed2k; // if computed
};

Digester::Digester(DigestSet set) : state_(std::make_unique<State>(set)) {
}
Digester::Digester(Digester&&) noexcept = default;
Digester& Digester::operator=(Digester&&) noexcept = default;
Digester::~Digester() = default;

void Digester::update(ByteView bytes) {
    while (!bytes.empty()) {
        const ByteView slice = bytes.first(std::min(bytes.size(), kSliceBytes));
        for (OneDigest* digest : {&state_->md5, &state_->sha1, &state_->sha256}) {
            digest->update(slice);
        }
        if (state_->ed2k) {
            state_->ed2k->update(slice);
        }
        bytes = bytes.subspan(slice.size());
    }
}

Digests Digester::finish() {
    Digests digests;
    state_->md5.finish(digests.md5);
    state_->sha1.finish(digests.sha1);
    state_->sha256.finish(digests.sha256);
    if (state_->ed2k) {
        const Ed2k::Digests both = state_->ed2k->finish();
        digests.ed2k = both.red;
        digests.ed2k_blue = both.blue;
    }
    return digests;
}

} // namespace rempart::recognise
