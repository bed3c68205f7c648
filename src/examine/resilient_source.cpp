// SPDX-License-Identifier: Apache-2.0
#include "examine/resilient_source.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace rempart::examine {
namespace {

bool is_death(Errc code) {
    return code == Errc::crashed || code == Errc::deadline || code == Errc::memory ||
           code == Errc::refused || code == Errc::bad_answer;
}

bool has(const std::vector<Poison>& list, std::uint64_t number) {
    return std::ranges::find(list, number, &Poison::number) != list.end();
}

} // namespace

Result<std::unique_ptr<Source>> ResilientSource::open(ReaderRequest request, ReaderConfig config,
                                                      WalkStart start) {
    const StreamStart first{
        .first_ordinal = start.first_ordinal, .items = {}, .steps = {}, .only = start.only};
    Result<std::unique_ptr<StreamSource>> run = StreamSource::start(request, config, first);
    if (!run) {
        return fail(run.error());
    }
    return std::unique_ptr<Source>(
        new ResilientSource(std::move(request), std::move(config), start, std::move(*run)));
}

ResilientSource::ResilientSource(ReaderRequest request, ReaderConfig config, WalkStart start,
                                 std::unique_ptr<StreamSource> run)
    : request_(std::move(request)), config_(std::move(config)), run_(std::move(run)),
      told_items_(start.first_ordinal) {
    start_.first_ordinal = start.first_ordinal;
    start_.only = std::move(start.only);
}

Result<Event> ResilientSource::next() {
    for (;;) {
        if (ending_ != Ending::none) {
            return give_up(death_);
        }
        Result<Event> event = run_->next();
        if (!event && (!run_->died() || !is_death(event.error().code))) {
            return event;
        }
        std::optional<Event> told = event ? pass_on(std::move(*event)) : survive(event.error());
        if (told) {
            return std::move(*told);
        }
    }
}

std::optional<Event> ResilientSource::pass_on(Event event) {
    if (replay_bytes_) {
        return pass_on_replayed(std::move(event));
    }
    if (const auto* begin = std::get_if<ItemBegin>(&event)) {
        told_items_ = begin->ordinal + 1;
        open_item_ = begin->head;
        told_bytes_ = 0;
    } else if (const auto* content = std::get_if<ItemChunk>(&event)) {
        told_bytes_ += content->chunk.bytes().size();
    } else if (std::holds_alternative<ItemEnd>(event)) {
        open_item_.reset();
    }
    return event;
}

std::optional<Event> ResilientSource::pass_on_replayed(Event event) {
    if (const auto* begin = std::get_if<ItemBegin>(&event)) {
        if (begin->head == open_item_) {
            return std::nullopt;
        }
        // The walk is not what it was: nothing that follows can be joined to what was told.
        replay_bytes_.reset();
        death_ = {Errc::bad_answer, "the reader told another item after its restart"};
        ending_ = Ending::end_item;
        return std::nullopt;
    }
    if (auto* content = std::get_if<ItemChunk>(&event)) {
        const ByteView bytes = content->chunk.bytes();
        const std::uint64_t left = replay_bytes_.value_or(0);
        const auto known = static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size()));
        replay_bytes_ = left - known;
        if (known == bytes.size()) {
            return std::nullopt;
        }
        replay_bytes_.reset();
        // The view keeps the slot of the whole chunk.
        const auto slot = std::make_shared<Chunk>(std::move(content->chunk));
        return pass_on(ItemChunk{Chunk(bytes.subspan(known), slot)});
    }
    replay_bytes_.reset();
    return pass_on(std::move(event));
}

std::optional<Event> ResilientSource::survive(const Error& death) {
    // A lie is laid to the item whose turn it was; else the child's word is asked for where it was,
    // and believed only where it can be true.
    Position position = run_->position();
    if (death.code == Errc::bad_answer) {
        position.reading = true;
        position.ordinal = open_item_ ? told_items_ - 1 : next_wanted(start_.only, told_items_);
    }
    const bool in_open_item = open_item_ && position.ordinal < told_items_;
    const bool blamed = in_open_item || blame(death, position);
    if (in_open_item) {
        open_item_.reset();
    }
    replay_bytes_.reset();
    start_.first_ordinal = open_item_ ? told_items_ - 1 : told_items_;
    // The last run tells each item at once: where the walk ends must not depend on timing.
    const bool was_last = is_last_run_;
    is_last_run_ = !blamed || restarts_ + 1 >= kMaxRestarts;
    start_.flush_each = is_last_run_ || suspect_step_ != 0;
    if (was_last || !restart()) {
        death_ = death;
        ending_ = open_item_ ? Ending::end_item : Ending::begin_problem;
    } else if (open_item_) {
        replay_bytes_ = told_bytes_;
    }
    return in_open_item ? std::optional<Event>(ItemEnd{.error = death, .unread = {}})
                        : std::nullopt;
}

bool ResilientSource::blame(const Error& death, const Position& position) {
    if (position.reading && position.ordinal >= told_items_ &&
        !has(start_.items, position.ordinal)) {
        start_.items.push_back({.number = position.ordinal, .error = death});
        return true;
    }
    if (position.reading || position.step == 0 || has(start_.steps, position.step)) {
        return false;
    }
    // Items of the step may not have been heard of yet. A second run, which tells each at once,
    // brings them; when it dies there too, the step is left out from behind the last of them.
    if (suspect_step_ != position.step) {
        suspect_step_ = position.step;
    } else {
        suspect_step_ = 0;
        start_.steps.push_back({position.step, death, told_items_});
    }
    return true;
}

bool ResilientSource::restart() {
    volumes_ = run_->volumes();
    confinement_ = run_->confinement();
    ++restarts_;
    run_.reset(); // its memory goes before the next run's comes
    Result<std::unique_ptr<StreamSource>> run = StreamSource::start(request_, config_, start_);
    if (run) {
        run_ = std::move(*run);
    }
    return run.has_value();
}

Event ResilientSource::give_up(const Error& death) {
    switch (ending_) {
    case Ending::end_item:
        ending_ = Ending::begin_problem;
        open_item_.reset();
        return ItemEnd{.error = death, .unread = {}};
    case Ending::begin_problem: {
        ending_ = Ending::end_problem;
        ItemHead head;
        head.kind = ItemKind::problem;
        const std::string where = told_items_ == 0 ? "before the first item"
                                                   : fmt::format("after item {}", told_items_ - 1);
        head.error =
            Error{death.code, fmt::format("the walk ended early {}: {}", where, death.message)};
        return ItemBegin{told_items_++, std::move(head)};
    }
    case Ending::end_problem: ending_ = Ending::end_source; return ItemEnd{};
    case Ending::end_source:
    case Ending::none: break;
    }
    SourceEnd end;
    end.volumes = run_ ? run_->volumes() : volumes_;
    end.confinement = run_ ? run_->confinement() : confinement_;
    return end;
}

} // namespace rempart::examine
