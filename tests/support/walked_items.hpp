// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "rempart/core/fd.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

/// A digest by OpenSSL, for tests only.
class TestDigest {
  public:
    explicit TestDigest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        EVP_DigestInit_ex(context_.get(), kind, nullptr);
    }
    void add(ByteView bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
    [[nodiscard]] std::string hex() {
        Bytes digest(EVP_MAX_MD_SIZE);
        unsigned size = 0;
        EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size);
        return encode_hex(ByteView(digest).first(size));
    }

  private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// An item as a source told it, its content reduced to digests.
struct WalkedItem {
    std::uint64_t ordinal = 0;
    ItemHead head;
    std::uint64_t bytes = 0;
    std::string md5, sha256;
    ItemEnd end;
};

struct Walked {
    std::vector<WalkedItem> items;
    std::optional<SourceEnd> end; ///< None if the walk ended with `error`.
    std::optional<Error> error;

    /// The items with that path and stream: usually one.
    [[nodiscard]] std::vector<const WalkedItem*> named(const std::string& path,
                                                       const std::string& stream = "") const {
        std::vector<const WalkedItem*> found;
        for (const WalkedItem& item : items) {
            if (item.head.path == path && item.head.stream == stream) {
                found.push_back(&item);
            }
        }
        return found;
    }
    [[nodiscard]] std::vector<const WalkedItem*> with_md5(const std::string& md5) const {
        std::vector<const WalkedItem*> found;
        for (const WalkedItem& item : items) {
            if (item.md5 == md5) {
                found.push_back(&item);
            }
        }
        return found;
    }
};

/// Drains a source, checking the grammar of its events.
inline Walked walk_all(Source& source) {
    Walked walked;
    std::optional<TestDigest> md5;
    std::optional<TestDigest> sha256;
    while (!walked.end) {
        Result<Event> event = source.next();
        if (!event) {
            walked.error = event.error();
            return walked;
        }
        if (auto* begin = std::get_if<ItemBegin>(&*event)) {
            EXPECT_FALSE(md5.has_value()) << "an item inside an item";
            walked.items.emplace_back();
            walked.items.back().ordinal = begin->ordinal;
            walked.items.back().head = std::move(begin->head);
            md5.emplace(EVP_md5());
            sha256.emplace(EVP_sha256());
        } else if (auto* content = std::get_if<ItemChunk>(&*event)) {
            if (!md5) {
                ADD_FAILURE() << "content of nothing";
                return walked;
            }
            md5->add(content->chunk.bytes());
            sha256->add(content->chunk.bytes());
            walked.items.back().bytes += content->chunk.bytes().size();
        } else if (auto* end = std::get_if<ItemEnd>(&*event)) {
            if (!md5) {
                ADD_FAILURE() << "an end of nothing";
                return walked;
            }
            walked.items.back().md5 = md5->hex();
            walked.items.back().sha256 = sha256->hex();
            walked.items.back().end = std::move(*end);
            md5.reset();
            sha256.reset();
        } else if (auto* last = std::get_if<SourceEnd>(&*event)) {
            EXPECT_FALSE(md5.has_value()) << "an item without an end";
            walked.end = std::move(*last);
        } else {
            ADD_FAILURE() << "an event that confined readers do not send";
            return walked;
        }
    }
    return walked;
}

/// For messages of failed tests: one line an item.
inline std::string listing(const Walked& walked) {
    std::string text;
    for (const WalkedItem& item : walked.items) {
        text += std::to_string(item.ordinal) + " " + std::string(name(item.head.kind)) + " " +
                std::string(name(item.head.state)) + " [" + std::string(name(item.head.recovery)) +
                "] " + item.head.path + (item.head.stream.empty() ? "" : ":" + item.head.stream) +
                " " + std::to_string(item.head.size_bytes) + " " + item.md5;
        for (const std::optional<Error>& error : {item.head.error, item.end.error}) {
            text +=
                error ? " {" + std::string(name(error->code)) + ": " + error->message + "}" : "";
        }
        text += "\n";
    }
    for (const VolumeInfo& volume : walked.end ? walked.end->volumes : std::vector<VolumeInfo>()) {
        text += "volume " + std::to_string(volume.offset_bytes) + "+" +
                std::to_string(volume.size_bytes) + " " + volume.label + " " + volume.file_system +
                " items " + std::to_string(volume.items) +
                (volume.error ? " {" + volume.error->message + "}" : "") + "\n";
    }
    if (walked.error) {
        text +=
            "error " + std::string(name(walked.error->code)) + ": " + walked.error->message + "\n";
    }
    return text;
}

} // namespace rempart::examine
