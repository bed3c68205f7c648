// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committer.hpp"

#include <utility>

#include "pipeline/chat_ingest.hpp"

namespace rempart::pipeline {
namespace {

// Our choice: few enough commits that they cost nothing, often enough that a crash costs a second.
constexpr std::uint64_t kItemsPerCommit = 2'000;
constexpr std::chrono::seconds kTimePerCommit{1};

bool lacks_something(const casefile::ContentRecord& content) {
    return content.media_error || (content.picture && !content.picture->partial_reason.empty());
}

} // namespace

Committer::Committer(Setup setup, casefile::IngestWriter writer)
    : setup_(std::move(setup)), writer_(std::move(writer)), next_seq_(writer_.next_seq()),
      last_commit_(std::chrono::steady_clock::now()), thread_([this] { run(); }) {
}

Committer::~Committer() {
    if (thread_.joinable()) {
        static_cast<void>(finish(0, true));
    }
}

void Committer::take(std::uint64_t seq, Result<Finished>&& finished) {
    bool is_next = false;
    {
        const std::scoped_lock lock(mutex_);
        waiting_.emplace(seq, std::move(finished));
        is_next = seq == next_seq_;
    }
    if (is_next) { // any other wakes nobody: the committer waits for one item only
        ready_.notify_one();
    }
}

bool Committer::wait_for_window(std::uint64_t seq, std::uint64_t ahead) {
    std::unique_lock lock(mutex_);
    walk_waits_ = true;
    advanced_.wait(lock, [&] { return failure_ || seq < next_seq_ + ahead; });
    walk_waits_ = false;
    return !failure_;
}

bool Committer::failed() {
    const std::scoped_lock lock(mutex_);
    return failure_.has_value();
}

Result<void> Committer::finish(std::uint64_t end_seq, bool cut_short) {
    {
        const std::scoped_lock lock(mutex_);
        end_seq_ = end_seq;
        cut_short_ = cut_short;
    }
    ready_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
    if (failure_) {
        return fail(*failure_);
    }
    return writer_.commit();
}

std::optional<Result<Finished>> Committer::next() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [&] {
        return waiting_.contains(next_seq_) || (end_seq_ && (cut_short_ || next_seq_ >= *end_seq_));
    });
    const auto found = waiting_.find(next_seq_);
    if (found == waiting_.end()) {
        return std::nullopt;
    }
    auto finished = std::move(found->second);
    waiting_.erase(found);
    return finished;
}

void Committer::run() {
    std::uint64_t written = 0;
    while (auto finished = next()) {
        auto done = *finished ? write(**finished) : fail((*finished).error());
        if (done) {
            done = commit_if_due(++written);
        }
        bool wake_walk = false;
        {
            const std::scoped_lock lock(mutex_);
            if (!done) {
                failure_ = done.error();
            } else {
                ++next_seq_;
            }
            wake_walk = walk_waits_;
        }
        if (wake_walk) {
            advanced_.notify_one();
        }
        if (!done) {
            return;
        }
    }
}

Result<void> Committer::commit_if_due(std::uint64_t written) {
    const auto now = std::chrono::steady_clock::now();
    if (written % kItemsPerCommit != 0 && now - last_commit_ < kTimePerCommit) {
        return {};
    }
    last_commit_ = now;
    return writer_.commit();
}

Result<void> Committer::write(Finished& finished) {
    casefile::ItemRecord& item = finished.item;
    if (finished.content) {
        const auto content = write_content(finished);
        if (!content) {
            return fail(content.error());
        }
        item.content = *content;
    }
    if (finished.chat != nullptr) {
        auto read = ingest_chat({.writer = writer_,
                                 .item = item,
                                 .format = *finished.chat,
                                 .descriptor = finished.chat_descriptor,
                                 .readers = setup_.readers});
        if (!read) {
            return fail(read.error());
        }
        if (*read && !item.error) {
            item.error = std::move(**read);
        }
    }
    const bool problem =
        item.error.has_value() || (finished.content && lacks_something(*finished.content));
    setup_.counters.problems += problem ? 1 : 0;
    ++setup_.counters.items;
    if (auto added = writer_.add_item(item); !added) {
        return added;
    }
    return tell_hits(finished);
}

Result<casefile::RowId> Committer::write_content(Finished& finished) {
    casefile::ContentRecord& content = *finished.content;
    const auto stored = writer_.find_content(content.sha256);
    if (!stored) {
        return fail(stored.error());
    }
    casefile::RowId row = 0;
    if (!*stored) {
        const auto added = writer_.add_content(content);
        if (!added) {
            return added;
        }
        row = *added;
    } else {
        row = **stored;
        const bool has_facts = content.picture.has_value() || content.media_error.has_value();
        if (has_facts) { // of use only if an earlier run left pictures out
            if (auto completed = writer_.complete_content(row, content); !completed) {
                return fail(completed.error());
            }
        }
    }
    for (casefile::HitRecord& hit : finished.hits) {
        hit.content = row;
    }
    if (!finished.hits.empty()) {
        if (auto added = writer_.add_hits(finished.hits); !added) {
            return fail(added.error());
        }
    }
    return row;
}

Result<void> Committer::tell_hits(const Finished& finished) {
    if (!setup_.options.on_hit || !finished.item.content) {
        return {};
    }
    auto hits = writer_.hits_of(*finished.item.content);
    if (!hits) {
        return fail(hits.error());
    }
    for (casefile::HitView& hit : casefile::strongest_hits(std::move(*hits))) {
        hit.exhibit_label = setup_.exhibit_label;
        hit.item_path = finished.item.path;
        hit.item_stream = finished.item.stream;
        ++setup_.counters.hits;
        setup_.options.on_hit(hit);
    }
    return {};
}

} // namespace rempart::pipeline
