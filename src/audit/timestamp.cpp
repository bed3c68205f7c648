// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/timestamp.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "rempart/audit/hash.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::audit {
namespace {

template <auto Function>
struct Free {
    template <typename T>
    void operator()(T* value) const {
        Function(value);
    }
};
using Request = std::unique_ptr<TS_REQ, Free<TS_REQ_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Free<TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Free<X509_ALGOR_free>>;
using Response = std::unique_ptr<TS_RESP, Free<TS_RESP_free>>;
using Verifier = std::unique_ptr<TS_VERIFY_CTX, Free<TS_VERIFY_CTX_free>>;
using Store = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using InputBio = std::unique_ptr<BIO, Free<BIO_vfree>>;

Result<Request> request_for(ByteView data) {
    const Hash digest = sha256(data);
    Request request(TS_REQ_new());
    const Imprint imprint(TS_MSG_IMPRINT_new());
    const Algorithm algorithm(X509_ALGOR_new());
    const auto* bytes = reinterpret_cast<const unsigned char*>(digest.data());
    std::array<unsigned char, sizeof(Hash)> copy{};
    std::copy_n(bytes, copy.size(), copy.begin()); // OpenSSL 3.0 takes it as not const
    if (!request || !imprint || !algorithm ||
        X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) != 1 ||
        TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) != 1 ||
        TS_MSG_IMPRINT_set_msg(imprint.get(), copy.data(), static_cast<int>(copy.size())) != 1 ||
        TS_REQ_set_version(request.get(), 1) != 1 ||
        TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1 ||
        TS_REQ_set_cert_req(request.get(), 1) != 1) {
        return fail(Errc::io, "OpenSSL makes no request for a time stamp");
    }
    return request;
}

Result<Store> store_of(std::string_view ca_pem) {
    Store store(X509_STORE_new());
    const InputBio bio(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())));
    int certificates = 0;
    while (const Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
        X509_STORE_add_cert(store.get(), certificate.get());
        ++certificates;
    }
    ERR_clear_error(); // the end of the file is an error to OpenSSL
    if (certificates == 0) {
        return fail(Errc::malformed, "no certificate in PEM in the file of the authority");
    }
    return store;
}

std::string reason() {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return text == nullptr ? "no reason given" : text;
}

Result<Timestamp> told_by(TS_TST_INFO* info) {
    tm time{};
    if (info == nullptr || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &time) != 1) {
        return fail(Errc::malformed, "the time stamp bears no time");
    }
    const auto micros = micros_of({.year = time.tm_year + 1900,
                                   .month = time.tm_mon + 1,
                                   .day = time.tm_mday,
                                   .hour = time.tm_hour,
                                   .minute = time.tm_min,
                                   .second = time.tm_sec});
    if (!micros) {
        return fail(micros.error());
    }
    const ASN1_INTEGER* serial = TS_TST_INFO_get_serial(info);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(serial));
    const auto* bytes = reinterpret_cast<const std::byte*>(ASN1_STRING_get0_data(serial));
    return Timestamp{.at = {TimeKind::utc, *micros}, .serial = encode_hex({bytes, size})};
}

} // namespace

Result<Bytes> timestamp_query(ByteView data) {
    const auto request = request_for(data);
    if (!request) {
        return fail(request.error());
    }
    unsigned char* der = nullptr;
    const int size = i2d_TS_REQ(request->get(), &der);
    if (size <= 0) {
        return fail(Errc::io, "OpenSSL does not write the request for a time stamp");
    }
    const auto* first = reinterpret_cast<const std::byte*>(der);
    Bytes bytes(first, first + size);
    OPENSSL_free(der);
    return bytes;
}

Result<Timestamp> verify_timestamp(ByteView reply, ByteView data, std::string_view ca_pem) {
    if (reply.size() > kMaxTimestampBytes) {
        return fail(Errc::limit_exceeded, "too large for an answer with a time stamp");
    }
    if (reply.empty()) {
        return fail(Errc::malformed, "an empty answer");
    }
    const auto* der = reinterpret_cast<const unsigned char*>(reply.data());
    const auto* end = der + reply.size();
    const Response response(d2i_TS_RESP(nullptr, &der, static_cast<long>(reply.size())));
    if (!response || der != end) {
        ERR_clear_error();
        return fail(Errc::malformed, "not an answer of RFC 3161");
    }
    auto store = store_of(ca_pem);
    if (!store) {
        return fail(std::move(store).error());
    }
    const auto request = request_for(data);
    if (!request) {
        return fail(request.error());
    }
    // Everything that the request states must be in the token; then the signature too.
    const Verifier verifier(TS_REQ_to_TS_VERIFY_CTX(request->get(), nullptr));
    if (!verifier) {
        return fail(Errc::io, "OpenSSL cannot verify a time stamp");
    }
    TS_VERIFY_CTX_add_flags(verifier.get(), TS_VFY_SIGNATURE);
    TS_VERIFY_CTX_set_store(verifier.get(), store->release());
    if (TS_RESP_verify_response(verifier.get(), response.get()) != 1) {
        return fail(Errc::integrity, "the time stamp does not hold: " + reason());
    }
    return told_by(TS_RESP_get_tst_info(response.get()));
}

} // namespace rempart::audit
