// SPDX-License-Identifier: Apache-2.0
#include "pipeline/committer.hpp"

#include <array>
#include <utility>
#include <vector>

#include "pipeline/chat_ingest.hpp"

namespace rempart::pipeline {
namespace {

// Our choices: few enough commits that they cost nothing, often enough that a crash costs a second.
constexpr std::size_t kItemsPerCommit = 2'000;
constexpr std::uint64_t kBytesPerCommit = std::uint64_t{16} << 20;
constexpr std::chrono::milliseconds kTimePerCommit{1'000};
constexpr std::chrono::milliseconds kFirstCommit{100}; // the user sees soon that it works

std::uint64_t bytes_of(const Finished& finished) {
    std::uint64_t bytes = 512 + finished.item.path.size();
    if (finished.content) {
        bytes += finished.content->thumbnail.size();
        for (const casefile::VideoFrameRecord& frame : finished.content->frames) {
            bytes += sizeof(frame) + frame.orientations.size();
        }
        for (const casefile::MetadataRecord& field : finished.content->metadata) {
            bytes += field.name.size() + field.value.size();
        }
    }
    return bytes;
}

} // namespace

Committer::Committer(Setup setup, casefile::IngestWriter writer)
    : setup_(std::move(setup)), pace_(setup_.pace), writer_(std::move(writer)),
      next_seq_(writer_.next_seq()), due_after_(kFirstCommit), thread_([this] { run(); }) {
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
    return failure_ ? fail(*failure_) : Result<void>();
}

Committer::Next Committer::next() {
    std::unique_lock lock(mutex_);
    const auto is_item = [&] { return waiting_.contains(next_seq_); };
    const auto is_end = [&] { return end_seq_ && (cut_short_ || next_seq_ >= *end_seq_); };
    const auto is_something = [&] { return is_item() || is_end(); };
    if (batch_.empty()) {
        ready_.wait(lock, is_something);
    } else if (!ready_.wait_until(lock, batch_due_, is_something)) {
        return Next::flush;
    }
    if (!is_item()) {
        return Next::end;
    }
    const auto found = waiting_.find(next_seq_);
    taken_.emplace(std::move(found->second));
    waiting_.erase(found);
    return Next::item;
}

void Committer::run() {
    if (setup_.at_commit) {
        writer_.at_commit(
            [this](casefile::Database& database) { return setup_.at_commit(database, pace_); });
    }
    for (bool more = true; more;) {
        const Next what = next();
        auto done = what == Next::item ? take_next() : flush();
        more = done && what != Next::end;
        bool wake_walk = false;
        {
            const std::scoped_lock lock(mutex_);
            if (!done) {
                failure_ = done.error();
            } else if (what == Next::item) {
                ++next_seq_;
            }
            wake_walk = walk_waits_;
        }
        if (wake_walk) {
            advanced_.notify_one();
        }
    }
}

Result<void> Committer::take_next() {
    if (!*taken_) {
        return fail(taken_->error());
    }
    return gather(std::move(**taken_));
}

Result<void> Committer::gather(Finished&& finished) {
    if (finished.chat != nullptr) { // its messages are read and written at once
        if (auto flushed = flush(); !flushed) {
            return flushed;
        }
    }
    if (batch_.empty()) {
        batch_due_ = std::chrono::steady_clock::now() + due_after_;
    }
    const bool alone = finished.chat != nullptr || pace_ == Pace::one_item;
    batch_bytes_ += bytes_of(finished);
    batch_.push_back(std::move(finished));
    const bool due = batch_.size() >= kItemsPerCommit || batch_bytes_ >= kBytesPerCommit ||
                     std::chrono::steady_clock::now() >= batch_due_;
    return alone || due ? flush() : Result<void>();
}

Result<void> Committer::flush() {
    if (batch_.empty()) {
        return {};
    }
    const std::uint64_t first_seq = batch_.front().item.seq;
    std::vector<std::array<std::byte, 32>> digests;
    for (const Finished& finished : batch_) {
        if (finished.content) {
            digests.push_back(finished.content->sha256);
        }
    }
    if (auto looked_up = writer_.look_up(digests); !looked_up) {
        return looked_up;
    }
    for (Finished& finished : batch_) {
        if (auto written = write(finished); !written) {
            return written;
        }
    }
    if (auto committed = writer_.commit(); !committed) {
        return committed;
    }
    batch_.clear();
    batch_bytes_ = 0;
    due_after_ = kTimePerCommit;
    return tell_hits(first_seq);
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
        if (auto read = write_chat(finished); !read) {
            return read;
        }
    }
    const bool problem =
        item.error.has_value() || (finished.content && lacks_something(*finished.content));
    setup_.counters.problems += problem ? 1 : 0;
    ++setup_.counters.items;
    return writer_.add_item(item);
}

Result<void> Committer::write_chat(Finished& finished) {
    auto read = ingest_chat({.writer = writer_,
                             .item = finished.item,
                             .format = *finished.chat,
                             .descriptor = finished.chat_descriptor,
                             .readers = setup_.readers});
    if (!read) {
        return fail(read.error());
    }
    if (*read && !finished.item.error) {
        finished.item.error = std::move(**read);
    }
    return {};
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
        if (content.ed2k) { // an earlier run may have met it before the case had a list of such
            if (auto added = writer_.add_ed2k(row, *content.ed2k); !added) {
                return fail(added.error());
            }
        }
        if (has_facts(content)) { // of use only if an earlier run left pictures out
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

Result<void> Committer::tell_hits(std::uint64_t first_seq) {
    if (!setup_.options.on_hit) {
        return {};
    }
    return casefile::each_hit_of_items(setup_.file, setup_.exhibit, first_seq, writer_.next_seq(),
                                       [&](const casefile::HitView& hit) -> Result<void> {
                                           ++setup_.counters.hits;
                                           setup_.options.on_hit(hit);
                                           return {};
                                       });
}

} // namespace rempart::pipeline
