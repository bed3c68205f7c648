// SPDX-License-Identifier: Apache-2.0
#include "pipeline/walk.hpp"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "rempart/casefile/work_queue.hpp"

namespace rempart::pipeline {
namespace {

// Our choices: enough items in flight that no worker waits for a slow picture, few enough that the
// waiting rows stay small (about 1 KiB each).
constexpr std::uint64_t kWindowItems = 4'096;
constexpr std::size_t kMaxWaitingDecodes = 64;
constexpr std::uint64_t kMaxWaitingBytes = std::uint64_t{16} << 30; // or one item, if it is larger

casefile::ItemRecord item_record(const examine::ItemHead& head, std::string path) {
    casefile::ItemRecord item;
    item.path = std::move(path);
    item.stream = head.stream;
    item.kind = name(head.kind);
    item.state = name(head.state);
    item.recovery = name(head.recovery);
    item.size_bytes = head.size_bytes;
    item.created = head.times.created;
    item.modified = head.times.modified;
    item.accessed = head.times.accessed;
    item.changed = head.times.changed;
    item.error = head.error;
    return item;
}

} // namespace

Error given_up_error() {
    return {Errc::crashed, fmt::format("given up: {} workers died while they worked on it",
                                       casefile::kMaxAttempts)};
}

/// A source in the stack: the exhibit itself, or an archive inside it.
struct Walk::Level {
    std::unique_ptr<examine::Source> source;
    std::optional<std::uint64_t> parent_seq;
    std::string prefix;          ///< "" or "archive!".
    std::shared_ptr<void> owner; ///< Keeps the archive's descriptor open.
};

/// The item that the source on top of the stack is telling.
struct Walk::Current {
    std::uint64_t seq = 0;
    std::string path;
    bool in_case_already = false;
    bool given_up = false;
    std::shared_ptr<ItemWork> work;
};

/// Spools that decoders have yet to read: bounded, so that a fast reader cannot fill the disk.
struct Walk::Gate : std::enable_shared_from_this<Gate> {
    std::mutex mutex;
    std::condition_variable freed;
    std::size_t taken = 0;
    std::uint64_t taken_bytes = 0;

    /// Waits for a free place; it is given back when the ticket is destroyed.
    std::shared_ptr<void> take(std::uint64_t bytes) {
        std::unique_lock lock(mutex);
        freed.wait(lock, [&] {
            return taken == 0 ||
                   (taken < kMaxWaitingDecodes && taken_bytes + bytes <= kMaxWaitingBytes);
        });
        ++taken;
        taken_bytes += bytes;
        return {nullptr,
                [gate = shared_from_this(), bytes](std::nullptr_t) { gate->give_back(bytes); }};
    }

  private:
    void give_back(std::uint64_t bytes) {
        {
            const std::scoped_lock lock(mutex);
            --taken;
            taken_bytes -= bytes;
        }
        freed.notify_one();
    }
};

Walk::Walk(const Context& context, Committer& committer, const examine::ReaderConfig& readers,
           const ResumePoint& start)
    : context_(context), committer_(committer), readers_(readers), resume_at_seq_(start.next_seq),
      end_ordinal_(start.end_ordinal), suspects_(start.suspects), next_seq_(start.first_seq),
      gate_(std::make_shared<Gate>()) {
}

Walk::~Walk() = default;

Result<WalkResult> Walk::run(std::unique_ptr<examine::Source> source) {
    levels_.push_back({std::move(source), std::nullopt, {}, {}});
    while (!levels_.empty()) {
        if (must_stop()) {
            result_.stopped = true;
            break;
        }
        if (auto done = step(); !done) {
            return fail(done.error());
        }
    }
    result_.end_seq = next_seq_;
    return std::move(result_);
}

bool Walk::must_stop() {
    const bool asked = context_.options.stop != nullptr && context_.options.stop->load();
    return asked || committer_.failed();
}

Result<void> Walk::step() {
    auto event = levels_.back().source->next();
    if (!event) {
        source_failed(event.error());
        return {};
    }
    if (auto* item = std::get_if<examine::ItemBegin>(&*event)) {
        return begin(std::move(*item));
    }
    if (auto* file = std::get_if<examine::ItemFile>(&*event)) {
        return current_->work->file(std::move(file->descriptor));
    }
    if (auto* chunk = std::get_if<examine::ItemChunk>(&*event)) {
        return current_->work->chunk(std::move(chunk->chunk));
    }
    if (auto* ended = std::get_if<examine::ItemEnd>(&*event)) {
        return end(std::move(*ended));
    }
    source_end(std::move(std::get<examine::SourceEnd>(*event)));
    return {};
}

bool Walk::is_next_part(const examine::ItemBegin& event) const {
    return levels_.size() == 1 && end_ordinal_ && event.ordinal >= *end_ordinal_;
}

Result<void> Walk::begin(examine::ItemBegin&& event) {
    if (is_next_part(event)) {
        levels_.pop_back(); // its reader is stopped
        return {};
    }
    const Level& level = levels_.back();
    auto item = item_record(event.head, level.prefix + event.head.path);
    item.seq = next_seq_++;
    item.parent_seq = level.parent_seq;
    current_ = std::make_unique<Current>();
    current_->seq = item.seq;
    current_->path = item.stream.empty() ? item.path : item.path + ':' + item.stream;
    current_->in_case_already = item.seq < resume_at_seq_;
    const std::uint64_t window = suspects_ > 0 ? 1 : kWindowItems;
    if (!current_->in_case_already && !committer_.wait_for_window(item.seq, window)) {
        return {}; // the loop sees that the committer failed
    }
    if (!current_->in_case_already && suspects_ > 0) {
        const auto may = committer_.begin_suspect(item.seq);
        if (!may) {
            return fail(may.error());
        }
        current_->given_up = !*may;
        if (--suspects_ == 0) {
            committer_.trust_again();
        }
    }
    auto done = [seq = item.seq, &committer = committer_](Result<Finished>&& finished) {
        committer.take(seq, std::move(finished));
    };
    current_->work = std::make_shared<ItemWork>(context_, std::move(item), std::move(done));
    return {};
}

Result<void> Walk::end(examine::ItemEnd&& event) {
    const std::unique_ptr<Current> item = std::move(current_);
    const Handling handling = item->work->handling();
    if (item->given_up) {
        event.error = given_up_error();
        item->work->forget_content();
    }
    const bool too_deep = handling.is_archive && levels_.size() > kMaxArchiveDepth;
    if (too_deep && !event.error) {
        event.error = Error{Errc::limit_exceeded,
                            fmt::format("archives nested more than {} deep", kMaxArchiveDepth)};
    }
    if (!item->in_case_already && !item->given_up && handling.wants_spool() &&
        !handling.is_archive) {
        item->work->hold(gate_->take(item->work->copied_bytes()));
    }
    const auto bytes = item->work->end(
        std::move(event), item->in_case_already ? ItemWork::Use::none : ItemWork::Use::work);
    if (!bytes) {
        return fail(bytes.error());
    }
    if (handling.is_archive && !too_deep && !item->given_up) {
        open_archive(*item, *bytes);
    }
    return {};
}

void Walk::open_archive(const Current& item, const ItemBytes& bytes) {
    levels_.push_back({nullptr, item.seq, item.path + '!', bytes.owner});
    auto source = examine::open_archive(bytes.descriptor, readers_, {});
    if (!source) {
        source_failed(source.error());
        return;
    }
    levels_.back().source = std::move(*source);
}

void Walk::source_end(examine::SourceEnd&& event) {
    if (levels_.size() == 1) {
        result_.reached_end = true;
        result_.end = std::move(event);
    }
    levels_.pop_back();
}

void Walk::source_failed(const Error& error) {
    if (levels_.size() == 1) {
        result_.reached_end = true;
        result_.ended_early = error;
    }
    add_problem(error);
    levels_.pop_back();
}

// A place in the walk for what has none of its own: the rest of a source that broke off.
void Walk::add_problem(const Error& error) {
    Finished finished;
    finished.item.seq = next_seq_++;
    finished.item.parent_seq = levels_.back().parent_seq;
    finished.item.path = levels_.back().prefix;
    finished.item.kind = name(examine::ItemKind::problem);
    finished.item.state =
        name(levels_.size() == 1 ? examine::ItemState::allocated : examine::ItemState::embedded);
    finished.item.error =
        Error{error.code, fmt::format("the rest could not be read: {}", error.message)};
    if (finished.item.seq >= resume_at_seq_) {
        committer_.take(finished.item.seq, std::move(finished));
    }
}

} // namespace rempart::pipeline
