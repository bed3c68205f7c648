// SPDX-License-Identifier: Apache-2.0
#include "pipeline/recognise_work.hpp"

#include <span>
#include <utility>
#include <vector>

#include "pipeline/walk.hpp"

namespace rempart::pipeline {
namespace {

using casefile::ContentRecord;

// Our choices: what is left aside is taken in rounds, so that the way to it stays within some tens
// of MiB; enough pictures under way that no thread waits, few enough that their bytes fit on the
// disk; a commit about once a second.
constexpr std::size_t kPicturesPerRound = 100'000;
constexpr std::size_t kMostAwaited = 64;
constexpr std::uint64_t kMostAwaitedBytes = std::uint64_t{16} << 30; // or one, if it is larger
constexpr std::size_t kPicturesPerCommit = 500;
constexpr std::chrono::milliseconds kTimePerCommit{1'000};

constexpr std::size_t kSuspects = kMostAwaited + kPicturesPerCommit; // after a worker's death

constexpr std::string_view kNotMet =
    "it was not met again where it lay when the exhibit was read the second time";

// What stands for a picture that could not be looked at: never `skipped`, which would leave it to
// yet another pass.
ContentRecord without_facts(const ContentDigest& sha256, Error why) {
    if (why.code == Errc::skipped) {
        why.code = Errc::integrity;
    }
    ContentRecord content;
    content.sha256 = sha256;
    content.media_error = std::move(why);
    return content;
}

ContentRecord facts_in(Finished&& finished, const ContentDigest& sha256) {
    if (!finished.content) {
        return without_facts(
            sha256, finished.item.error.value_or(Error{Errc::integrity, std::string(kNotMet)}));
    }
    if (finished.content->sha256 != sha256) {
        return without_facts(sha256, {Errc::integrity, "other bytes came from its place when the "
                                                       "exhibit was read the second time"});
    }
    return std::move(*finished.content);
}

std::future<Result<Finished>> finished_already(Result<Finished>&& finished) {
    std::promise<Result<Finished>> promise;
    promise.set_value(std::move(finished));
    return promise.get_future();
}

} // namespace

RecogniseWork::RecogniseWork(const PartWork::Setup& setup)
    : setup_(setup), options_(setup.options), suspects_(setup.job.attempts > 1 ? kSuspects : 0),
      spool_space_(setup.file.spool_folder(), kMaxSpoolMemoryBytes), threads_(setup.threads) {
    options_.depth = Depth::recognition;
    context_.emplace(Context{.options = options_,
                             .threads = threads_,
                             .media = setup.media,
                             .videos = setup.videos,
                             .matcher = setup.matcher,
                             .stored = setup.stored,
                             .spool_space = spool_space_,
                             .counters = setup.counters});
}

bool RecogniseWork::asked_to_stop() const {
    return options_.stop != nullptr && options_.stop->load();
}

Result<JobOutcome> RecogniseWork::run() {
    auto part = part_of(setup_.file, setup_.job);
    if (!part) {
        return fail(std::move(part).error());
    }
    part_ = std::move(*part);
    auto writer = casefile::IngestWriter::open(setup_.file, setup_.job.exhibit, setup_.job.part);
    if (!writer) {
        return fail(std::move(writer).error());
    }
    writer_.emplace(std::move(*writer));
    writer_->at_begin([this](casefile::Database& database) {
        return casefile::check_ours(database, setup_.job);
    });
    // While it is not known which picture is at fault, a worker that vanishes makes the next one
    // careful too.
    writer_->at_commit([this](casefile::Database& database) {
        return casefile::advance(database, setup_.job, suspects_ > 0 ? 1 : 0);
    });
    for (bool more = true; more;) {
        auto done = one_round();
        if (!done || asked_to_stop()) {
            threads_.discard_waiting();
            return done ? Result<JobOutcome>(JobOutcome::stopped) : fail(std::move(done).error());
        }
        more = *done;
    }
    auto ended = casefile::complete(setup_.file, std::span(&setup_.job, 1));
    return ended ? Result<JobOutcome>(JobOutcome::done) : fail(std::move(ended).error());
}

/// \return whether there may be more.
Result<bool> RecogniseWork::one_round() {
    const bool medium_is_read = setup_.exhibit.verification != "left-out";
    auto left =
        left_aside(setup_.file, setup_.job.exhibit, setup_.job.part,
                   {.first_ordinal = part_.first_ordinal,
                    .most = kPicturesPerRound,
                    .problems_depend_on_reading = is_disk(setup_.plan.kind) && !medium_is_read});
    if (!left) {
        return fail(std::move(left).error());
    }
    left_ = std::move(*left);
    if (left_.pictures == 0) {
        return false;
    }
    auto source = open_evidence(setup_.plan, setup_.readers,
                                {.first_ordinal = part_.first_ordinal,
                                 .tell_volume_damage = !medium_is_read,
                                 .only = left_.exhibit.runs()});
    if (!source) {
        return fail(std::move(source).error());
    }
    levels_.push_back({.source = std::move(*source), .in = &left_.exhibit, .next = 0, .owner = {}});
    auto walked = walk();
    levels_.clear();
    current_.reset();
    if (!walked) {
        return fail(std::move(walked).error());
    }
    return left_.pictures == kPicturesPerRound;
}

Result<void> RecogniseWork::walk() {
    while (!levels_.empty() && !asked_to_stop()) {
        const Level& level = levels_.back();
        if (!current_ && level.next == level.in->members.size()) {
            levels_.pop_back(); // its reader is stopped: nothing more is wanted of it
            continue;
        }
        auto done = keep_up(kMostAwaited);
        if (done) {
            done = step();
        }
        if (!done) {
            return done;
        }
    }
    if (!asked_to_stop()) {
        if (auto done = keep_up(0); !done) {
            return done;
        }
    }
    return flush();
}

Result<void> RecogniseWork::step() {
    auto event = levels_.back().source->next();
    if (!event) {
        leave_level(event.error());
        return {};
    }
    if (auto* item = std::get_if<examine::ItemBegin>(&*event)) {
        return begin(std::move(*item));
    }
    if (auto* file = std::get_if<examine::ItemFile>(&*event)) {
        return current_->work ? current_->work->file(std::move(file->descriptor)) : Result<void>();
    }
    if (auto* chunk = std::get_if<examine::ItemChunk>(&*event)) {
        return current_->work ? current_->work->chunk(std::move(chunk->chunk)) : Result<void>();
    }
    if (auto* ended = std::get_if<examine::ItemEnd>(&*event)) {
        return end(std::move(*ended));
    }
    leave_level({Errc::integrity, std::string(kNotMet)});
    return {};
}

Result<void> RecogniseWork::begin(examine::ItemBegin&& event) {
    Level& level = levels_.back();
    const auto& members = level.in->members;
    while (level.next < members.size() && members[level.next].ordinal < event.ordinal) {
        give_up(members[level.next++], {Errc::integrity, std::string(kNotMet)});
    }
    current_.emplace();
    if (level.next == members.size() || members[level.next].ordinal != event.ordinal) {
        return {};
    }
    const WantedItem& wanted = members[level.next++];
    const auto may = may_begin(wanted);
    if (!may) {
        return fail(may.error());
    }
    if (!*may) {
        give_up(wanted, given_up_error());
        return {};
    }
    casefile::ItemRecord item;
    item.seq = wanted.seq;
    item.path = std::move(event.head.path);
    item.kind = name(event.head.kind);
    item.size_bytes = event.head.size_bytes;
    item.error = std::move(event.head.error);
    const auto promise = std::make_shared<std::promise<Result<Finished>>>();
    current_->wanted = &wanted;
    current_->finished = promise->get_future();
    current_->work = std::make_shared<ItemWork>(
        *context_, std::move(item),
        [promise](Result<Finished>&& finished) { promise->set_value(std::move(finished)); });
    return {};
}

/// Whether an item that may have ended earlier workers is tried once more.
Result<bool> RecogniseWork::may_begin(const WantedItem& wanted) {
    if (suspects_ == 0) {
        return true;
    }
    auto stored = keep_up(0);
    if (stored) {
        stored = flush();
    }
    if (!stored) {
        return fail(std::move(stored).error());
    }
    // An archive is on the way to each of its pictures, so it is noted only while it may be at
    // fault itself: else its note would hide theirs.
    const auto& started = setup_.job.started_seq;
    if (!wanted.sha256 && started && *started > wanted.seq && *started <= wanted.last_seq()) {
        return true;
    }
    --suspects_;
    return begin_suspect(setup_.file, setup_.job, wanted.seq);
}

Result<void> RecogniseWork::end(examine::ItemEnd&& event) {
    Current item = std::move(*current_);
    current_.reset();
    if (!item.work) {
        return {};
    }
    const bool is_picture = item.wanted->sha256.has_value();
    const std::uint64_t copied_bytes = item.work->copied_bytes();
    const auto bytes =
        item.work->end(std::move(event), is_picture ? ItemWork::Use::work : ItemWork::Use::none);
    if (!bytes) {
        return fail(bytes.error());
    }
    if (is_picture) {
        awaited_.push_back({item.wanted, std::move(item.finished), copied_bytes});
        awaited_bytes_ += copied_bytes;
    } else if (item.work->handling().is_archive) {
        open_archive(*item.wanted, *bytes);
    } else {
        give_up(*item.wanted, {Errc::integrity, std::string(kNotMet)});
    }
    return {};
}

void RecogniseWork::open_archive(const WantedItem& archive, const ItemBytes& bytes) {
    auto source =
        examine::open_archive(bytes.descriptor, setup_.readers, {}, {.only = archive.runs()});
    if (!source) {
        give_up(archive, source.error());
        return;
    }
    levels_.push_back(
        {.source = std::move(*source), .in = &archive, .next = 0, .owner = bytes.owner});
}

void RecogniseWork::leave_level(const Error& why) {
    if (current_ && current_->wanted != nullptr) {
        give_up(*current_->wanted, why);
    }
    current_.reset();
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    for (std::size_t i = level.next; i < level.in->members.size(); ++i) {
        give_up(level.in->members[i], why);
    }
}

void RecogniseWork::give_up(const WantedItem& wanted, const Error& why) {
    if (wanted.sha256) {
        Finished finished;
        finished.item.error = why;
        awaited_.push_back({&wanted, finished_already(std::move(finished)), 0});
    }
    for (const WantedItem& member : wanted.members) {
        give_up(member, why);
    }
}

/// Takes what is done, in the order of the walk, and waits while more is under way than allowed.
Result<void> RecogniseWork::keep_up(std::size_t most_awaited) {
    const auto is_done = [](const Awaited& awaited) {
        return awaited.finished.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    while (!awaited_.empty() && (awaited_.size() > most_awaited ||
                                 awaited_bytes_ > kMostAwaitedBytes || is_done(awaited_.front()))) {
        if (auto taken = take_first(); !taken) {
            return taken;
        }
    }
    const bool due = !batch_.empty() && (batch_.size() >= kPicturesPerCommit ||
                                         std::chrono::steady_clock::now() >= batch_due_);
    return due ? flush() : Result<void>();
}

Result<void> RecogniseWork::take_first() {
    Awaited first = std::move(awaited_.front());
    awaited_.pop_front();
    awaited_bytes_ -= first.copied_bytes;
    auto finished = first.finished.get();
    if (!finished) {
        return fail(std::move(finished).error());
    }
    if (batch_.empty()) {
        batch_due_ = std::chrono::steady_clock::now() + kTimePerCommit;
    }
    Looked& looked = batch_.emplace_back();
    looked.hits = std::move(finished->hits);
    looked.content = facts_in(std::move(*finished), *first.wanted->sha256);
    if (!looked.content.picture && !looked.content.video) {
        looked.hits.clear(); // they are of other bytes, or stored already
    }
    return {};
}

Result<void> RecogniseWork::flush() {
    if (batch_.empty()) {
        return {};
    }
    std::vector<ContentDigest> digests;
    digests.reserve(batch_.size());
    for (const Looked& looked : batch_) {
        digests.push_back(looked.content.sha256);
    }
    if (auto looked_up = writer_->look_up(digests); !looked_up) {
        return looked_up;
    }
    for (Looked& looked : batch_) {
        if (auto stored = store(looked); !stored) {
            return stored;
        }
    }
    if (auto committed = writer_->commit(); !committed) {
        return committed;
    }
    for (const Looked& looked : std::exchange(batch_, {})) {
        if (auto told = tell_near_hits(looked); !told) {
            return told;
        }
    }
    return {};
}

Result<void> RecogniseWork::store(Looked& looked) {
    const auto row = writer_->find_content(looked.content.sha256);
    if (!row) {
        return fail(row.error());
    }
    if (!*row) {
        return fail(Errc::integrity, "a content that was left aside is not in the case any more");
    }
    if (has_facts(looked.content)) { // else somebody else looked at it meanwhile
        if (auto completed = writer_->complete_content(**row, looked.content); !completed) {
            return completed;
        }
        setup_.counters.problems += lacks_something(looked.content) ? 1U : 0U;
    }
    for (casefile::HitRecord& hit : looked.hits) {
        hit.content = **row;
    }
    return looked.hits.empty() ? Result<void>() : writer_->add_hits(looked.hits);
}

Result<void> RecogniseWork::tell_near_hits(const Looked& looked) {
    if (!options_.on_hit || looked.hits.empty()) {
        return {};
    }
    // In the other exhibits too: for those places nobody looks at this content again.
    return casefile::each_hit_of_content(setup_.file, looked.hits.front().content,
                                         [&](const casefile::HitView& hit) -> Result<void> {
                                             if (hit.hit.match == "near") { // the others were told
                                                 ++setup_.counters.hits;
                                                 options_.on_hit(hit);
                                             }
                                             return {};
                                         });
}

} // namespace rempart::pipeline
