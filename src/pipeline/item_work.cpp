// SPDX-License-Identifier: Apache-2.0
#include "pipeline/item_work.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "pipeline/content_facts.hpp"

namespace rempart::pipeline {
namespace {

using recognise::DigestSet;

// Our choices. An item up to one slot of a reader is hashed by one task; a file from kTwoThreads on
// is worth a second thread; the head serves the type and the claims of chat formats.
constexpr std::uint64_t kSmallBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kTwoThreadsBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kHeadBytes = std::uint64_t{64} << 10;
constexpr std::uint64_t kReadBytes = std::uint64_t{256} << 10;

std::string_view last_part(std::string_view path) {
    return path.substr(path.find_last_of("/!") + 1); // npos + 1 is 0: the whole path
}

// Hashes what follows the head. \return how many bytes there were in all.
Result<std::uint64_t> hash_rest(int descriptor, ByteView head, recognise::Digester& digester) {
    digester.update(head);
    Bytes buffer(kReadBytes);
    std::uint64_t at = head.size();
    while (true) {
        const auto got = read_at(descriptor, at, buffer);
        if (!got) {
            return fail(got.error());
        }
        if (*got == 0) {
            return at;
        }
        digester.update(std::span(buffer).first(*got));
        at += *got;
    }
}

struct Hashed {
    recognise::Digests digests;
    std::uint64_t size_bytes = 0;
};

/// The digests of a large content, each group in a pass of its own: MD5 takes as long as both SHA.
struct Passes {
    explicit Passes(DigestSet wanted) {
        if (wanted == DigestSet::all_and_ed2k) {
            ed2k.emplace(DigestSet::ed2k_only);
        }
    }
    recognise::Digester md5{DigestSet::md5_only};
    recognise::Digester sha{DigestSet::sha_only};
    std::optional<recognise::Digester> ed2k;

    [[nodiscard]] recognise::Digests finish() {
        recognise::Digests digests = sha.finish();
        digests.md5 = md5.finish().md5;
        if (ed2k) {
            const recognise::Digests of_ed2k = ed2k->finish();
            digests.ed2k = of_ed2k.ed2k;
            digests.ed2k_blue = of_ed2k.ed2k_blue;
        }
        return digests;
    }
};

Result<Hashed> hash_beside_each_other(int descriptor, ByteView head, DigestSet set) {
    Passes passes(set);
    Result<std::uint64_t> md5_read, ed2k_read = 0;
    {
        const std::jthread md5([&] { md5_read = hash_rest(descriptor, head, passes.md5); });
        std::jthread ed2k;
        if (passes.ed2k) {
            ed2k = std::jthread([&] { ed2k_read = hash_rest(descriptor, head, *passes.ed2k); });
        }
        if (auto sha_read = hash_rest(descriptor, head, passes.sha); !sha_read) {
            return fail(sha_read.error());
        }
    }
    if (!md5_read || !ed2k_read) {
        return fail(md5_read ? ed2k_read.error() : md5_read.error());
    }
    return Hashed{passes.finish(), *md5_read};
}

Result<Hashed> hash_file(int descriptor, ByteView head, std::uint64_t size_bytes, DigestSet set) {
    if (size_bytes >= kTwoThreadsBytes) {
        return hash_beside_each_other(descriptor, head, set);
    }
    recognise::Digester digester(set);
    if (size_bytes == head.size()) { // the common small file: read once, by the walk
        digester.update(head);
        return Hashed{digester.finish(), size_bytes};
    }
    const auto read = hash_rest(descriptor, head, digester);
    if (!read) {
        return fail(read.error());
    }
    return Hashed{digester.finish(), *read};
}

} // namespace

Handling handling_of(Depth depth, ByteView head, std::string_view path) {
    Handling handling;
    handling.type = media::detect_type(head.first(std::min(head.size(), media::kTypeHeadBytes)));
    handling.is_picture =
        depth == Depth::recognition && handling.type.family == media::FileFamily::picture;
    handling.is_video =
        depth == Depth::recognition && handling.type.family == media::FileFamily::video;
    if (depth != Depth::catalogue) {
        handling.is_archive = handling.type.family == media::FileFamily::archive;
        handling.chat =
            examine::claim_chat(head.first(std::min(head.size(), kHeadBytes)), last_part(path));
    }
    return handling;
}

struct ItemWork::Lanes {
    Lanes(ThreadPool& threads, DigestSet set) : passes(set) {
        add(threads, passes.md5);
        add(threads, passes.sha);
        if (passes.ed2k) {
            add(threads, *passes.ed2k);
        }
    }
    struct Lane {
        std::shared_ptr<Strand> strand;
        recognise::Digester* digester;
    };
    void add(ThreadPool& threads, recognise::Digester& digester) {
        lanes.push_back({std::make_shared<Strand>(threads), &digester});
    }

    Passes passes;
    std::vector<Lane> lanes;
    std::atomic<std::size_t> ended = 0;
};

Result<void> ItemWork::file(UniqueFd descriptor) {
    has_content_ = true;
    const int fd = descriptor.get();
    bytes_ = {fd, std::make_shared<UniqueFd>(std::move(descriptor))};
    head_.resize(std::min(kHeadBytes, item_.size_bytes));
    const auto got = read_at(fd, 0, head_);
    if (!got) { // the item keeps its place; its bytes are the loss
        item_.error = got.error();
        has_content_ = false;
        return {};
    }
    head_.resize(*got);
    handling_ = handling_of(context_.options.depth, head_, item_.path);
    return {};
}

Result<void> ItemWork::chunk(examine::Chunk chunk) {
    const ByteView bytes = chunk.bytes();
    if (!has_content_) {
        has_content_ = true;
        handling_ = handling_of(context_.options.depth, bytes, item_.path);
        handling_.is_too_large = handling_.is_video && item_.size_bytes > kMaxVideoCopyBytes;
        handling_.is_video = handling_.is_video && !handling_.is_too_large;
        if (handling_.wants_spool()) {
            spool_ = std::make_shared<Spool>(context_.spool_space);
        }
    }
    size_bytes_ += bytes.size();
    if (spool_) {
        return spool_->append(bytes);
    }
    if (lanes_) {
        post_to_lanes(chunk);
        return {};
    }
    chunks_.push_back(std::move(chunk));
    if (size_bytes_ > kSmallBytes) {
        start_lanes();
    }
    return {};
}

void ItemWork::start_lanes() {
    lanes_ = std::make_shared<Lanes>(context_.threads, context_.matcher.digest_set());
    for (const examine::Chunk& waiting : std::exchange(chunks_, {})) {
        post_to_lanes(waiting);
    }
}

void ItemWork::post_to_lanes(const examine::Chunk& chunk) {
    for (const Lanes::Lane& lane : lanes_->lanes) {
        lane.strand->post(
            [lanes = lanes_, digester = lane.digester, chunk] { digester->update(chunk.bytes()); });
    }
}

Result<ItemBytes> ItemWork::end(examine::ItemEnd how, Use use) {
    if (how.error) {
        item_.error = std::move(how.error);
    }
    for (const examine::UnreadRange& range : how.unread) {
        item_.unread.push_back({range.offset_bytes, range.size_bytes});
    }
    if (spool_) {
        const auto descriptor = spool_->descriptor();
        if (!descriptor) {
            return fail(descriptor.error());
        }
        bytes_ = {*descriptor, spool_};
    }
    ItemBytes bytes = bytes_; // the workers may be done with `this` before this function is
    if (use == Use::work) {
        start_work();
    }
    return bytes;
}

void ItemWork::forget_content() {
    has_content_ = false;
    handling_ = {};
    chunks_.clear();
    spool_.reset();
    bytes_ = {};
}

void ItemWork::start_work() {
    const bool empty_file = item_.kind == name(examine::ItemKind::file) && !item_.error;
    if (!has_content_ && !empty_file) {
        Finished finished;
        finished.item = std::move(item_);
        done_(std::move(finished));
        return;
    }
    if (lanes_) {
        const auto last = [self = shared_from_this()] {
            if (++self->lanes_->ended == self->lanes_->lanes.size()) {
                self->finish(self->lanes_->passes.finish());
            }
        };
        for (const Lanes::Lane& lane : lanes_->lanes) {
            lane.strand->post(last);
        }
        return;
    }
    const bool is_file = bytes_.owner && !spool_;
    context_.threads.submit([self = shared_from_this(), is_file] {
        is_file ? self->work_on_file() : self->work_on_chunks();
    });
}

void ItemWork::work_on_file() {
    const auto hashed =
        hash_file(bytes_.descriptor, head_, item_.size_bytes, context_.matcher.digest_set());
    if (!hashed) {
        item_.error = hashed.error();
        Finished finished;
        finished.item = std::move(item_);
        done_(std::move(finished));
        return;
    }
    if (hashed->size_bytes != item_.size_bytes && !item_.error) {
        item_.error =
            Error{Errc::damaged, fmt::format("{} bytes read where the file system states {}",
                                             hashed->size_bytes, item_.size_bytes)};
    }
    size_bytes_ = hashed->size_bytes;
    finish(hashed->digests);
}

void ItemWork::work_on_chunks() {
    if (spool_) { // from the spool, so that what is hashed is what is decoded
        finish(digests_of(bytes_.descriptor, size_bytes_, context_.matcher.digest_set()));
        return;
    }
    recognise::Digester digester(context_.matcher.digest_set());
    for (const examine::Chunk& chunk : std::exchange(chunks_, {})) {
        digester.update(chunk.bytes());
    }
    finish(digester.finish());
}

void ItemWork::finish(Result<recognise::Digests> digests) {
    if (!digests) {
        done_(fail(digests.error()));
        return;
    }
    context_.counters.bytes += size_bytes_;
    Finished finished;
    finished.item = std::move(item_);
    const auto learnt = learn(context_,
                              {.digests = *digests,
                               .size_bytes = size_bytes_,
                               .type = handling_.type,
                               .descriptor = handling_.is_media() ? bytes_.descriptor : -1,
                               .is_too_large = handling_.is_too_large},
                              finished);
    if (!learnt) {
        done_(fail(learnt.error()));
        return;
    }
    if (handling_.chat != nullptr) {
        finished.chat = handling_.chat;
        finished.chat_owner = bytes_.owner;
        finished.chat_descriptor = bytes_.descriptor;
    }
    done_(std::move(finished));
}

} // namespace rempart::pipeline
