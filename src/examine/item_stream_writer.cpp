// SPDX-License-Identifier: Apache-2.0
#include "examine/item_stream_writer.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "rempart/core/text.hpp"

namespace rempart::examine {
namespace {

// Our choices, measured with bench/examine/stream_bench: a message costs two system calls and a
// switch to the parent, some 10 us; so the parent hears of at least 64 items or 1 MiB at a time,
// or of what there is after 1 ms if it has nothing else to do.
constexpr std::size_t kBatchBytes = 64 << 10;
constexpr std::size_t kBatchItems = 64;
constexpr std::chrono::milliseconds kHurry{1};
constexpr std::chrono::milliseconds kAlive{250}; // far below any sensible deadline
constexpr int kWaitMs = 250;
constexpr std::size_t kLeastRoom = 32 << 10; ///< Less than that left over: take the next slot.
constexpr std::size_t kAlignment = 64;       ///< Content begins at a cache line.

Error bounded(const Error& error) {
    const std::string text = to_utf8(error.message);
    return {error.code, std::string(cut_utf8(text, kMaxErrorBytes))};
}

std::optional<Error> bounded(const std::optional<Error>& error) {
    return error ? std::optional<Error>(bounded(*error)) : std::nullopt;
}

const Poison* poison_of(const std::vector<Poison>& list, std::uint64_t number) {
    const auto found = std::ranges::find(list, number, &Poison::number);
    return found == list.end() ? nullptr : &*found;
}

bool within_bounds(const ItemHead& head) {
    return head.path.size() <= kMaxPathBytes && head.stream.size() <= kMaxPathBytes &&
           (!head.error || head.error->message.size() <= kMaxErrorBytes);
}

ItemHead bounded(const ItemHead& head) {
    ItemHead cut = head;
    cut.error = bounded(head.error);
    if (head.path.size() > kMaxPathBytes || head.stream.size() > kMaxPathBytes) {
        cut.path = cut_utf8(head.path, kMaxPathBytes);
        cut.stream = cut_utf8(head.stream, kMaxPathBytes);
        if (!cut.error) {
            cut.error = Error{Errc::limit_exceeded, "the path is longer than 32768 bytes, cut"};
        }
    }
    return cut;
}

} // namespace

ItemStreamWriter::ItemStreamWriter(sandbox::Channel& channel, std::unique_ptr<SharedArea> area,
                                   StreamStart start)
    : channel_(&channel), area_(std::move(area)), start_(std::move(start)) {
    tell_position(false);
}

void ItemStreamWriter::tell_position(bool reading) {
    area_->set_position({.ordinal = reading ? next_ordinal_ - 1 : next_ordinal_,
                         .step = steps_,
                         .reading = reading});
}

Result<bool> ItemStreamWriter::begin(const ItemHead& head) {
    const std::uint64_t ordinal = next_ordinal_++;
    if (ordinal < start_.first_ordinal || next_wanted(start_.only, ordinal) != ordinal) {
        tell_position(false);
        return false;
    }
    tell_position(true);
    if (within_bounds(head)) {
        put_begin(batch_, ordinal, head);
    } else {
        put_begin(batch_, ordinal, bounded(head));
    }
    ++records_;
    if (const Poison* poison = poison_of(start_.items, ordinal)) {
        const Result<void> ended = end({.error = poison->error, .unread = {}});
        return ended ? Result<bool>(false) : fail(ended.error());
    }
    return true;
}

Result<std::span<std::byte>> ItemStreamWriter::room() {
    if (!slot_ || kSlotBytes - used_ < kLeastRoom) {
        if (Result<void> found = next_slot(); !found) {
            return fail(found.error());
        }
    }
    assert(slot_);
    return area_->slot(*slot_).subspan(used_);
}

Result<void> ItemStreamWriter::wrote(std::size_t size_bytes) {
    assert(slot_ && size_bytes <= kSlotBytes - used_);
    used_ += size_bytes;
    if (used_ == kSlotBytes) {
        put_slot_done();
        return flush();
    }
    return {};
}

Result<void> ItemStreamWriter::end(const ItemEnd& how) {
    put_pending();
    if (slot_) {
        used_ = std::min(kSlotBytes, (used_ + kAlignment - 1) / kAlignment * kAlignment);
        pending_from_ = used_;
    }
    assert(how.unread.size() <= kMaxUnread);
    put_record(batch_, ItemEnd{bounded(how.error), how.unread});
    ++records_;
    ++ends_;
    tell_position(false);
    return flush_if_due();
}

Result<void> ItemStreamWriter::tell(const ItemHead& head) {
    const Result<bool> begun = begin(head);
    if (!begun) {
        return fail(begun.error());
    }
    return *begun ? end({}) : Result<void>{};
}

std::optional<Error> ItemStreamWriter::step() {
    const Poison* poison = poison_of(start_.steps, ++steps_);
    if (poison != nullptr) {
        next_ordinal_ = std::max(next_ordinal_, poison->told_items);
    }
    tell_position(false);
    return poison == nullptr ? std::nullopt : std::optional<Error>(poison->error);
}

Result<void> ItemStreamWriter::volume(const VolumeInfo& info) {
    VolumeInfo told = info;
    told.error = bounded(info.error);
    put_record(batch_, told);
    ++records_;
    return flush_if_due();
}

Result<void> ItemStreamWriter::alive() {
    if (Clock::now() - last_flush_ < kAlive) {
        return {};
    }
    if (batch_.message().empty()) {
        put_record(batch_, StreamAlive{});
    }
    return flush();
}

Result<void> ItemStreamWriter::finish(const StreamFinish& digests) {
    put_record(batch_, digests);
    return flush();
}

Result<void> ItemStreamWriter::failed(const Error& why) {
    put_record(batch_, StreamFailed{bounded(why)});
    return flush();
}

void ItemStreamWriter::put_pending() {
    if (slot_ && pending_from_ < used_) {
        put_record(batch_, SlotBytes{*slot_, static_cast<std::uint32_t>(pending_from_),
                                     static_cast<std::uint32_t>(used_ - pending_from_)});
        ++records_;
        pending_from_ = used_;
    }
}

void ItemStreamWriter::put_slot_done() {
    put_pending();
    assert(slot_);
    put_record(batch_, SlotDone{*slot_});
    ++records_;
    slot_.reset();
}

bool ItemStreamWriter::take_free_slot() {
    for (std::uint32_t i = 0; i < area_->slots(); ++i) {
        const std::uint32_t candidate = (next_to_try_ + i) % area_->slots();
        if (area_->take(candidate)) {
            slot_ = candidate;
            next_to_try_ = candidate + 1;
            used_ = pending_from_ = 0;
            return true;
        }
    }
    return false;
}

Result<void> ItemStreamWriter::next_slot() {
    if (slot_) {
        if (pending_from_ == 0 && used_ == 0) {
            return {};
        }
        put_slot_done();
        if (Result<void> flushed = flush(); !flushed) {
            return flushed;
        }
    }
    while (!take_free_slot()) {
        // The parent may hold all slots for long. It must hear what is in hand, and that we live.
        const bool in_hand = !batch_.message().empty();
        if (Result<void> flushed = in_hand ? flush() : Result<void>{}; !flushed) {
            return flushed;
        }
        const Result<bool> returned = area_->wait_for_slot(kWaitMs);
        if (!returned) {
            return fail(returned.error());
        }
        if (Result<void> told = *returned ? Result<void>{} : alive(); !told) {
            return told;
        }
    }
    return {};
}

Result<void> ItemStreamWriter::flush_if_due() {
    const bool due = start_.flush_each || batch_.message().size() >= kBatchBytes ||
                     ends_ >= kBatchItems ||
                     (area_->parent_waiting() && Clock::now() - last_flush_ >= kHurry);
    return due ? flush() : Result<void>{};
}

Result<void> ItemStreamWriter::flush() {
    last_flush_ = Clock::now();
    Result<void> sent = channel_->send(batch_.message());
    batch_.clear();
    records_ = ends_ = 0;
    return sent;
}

namespace {

/// One message, its descriptors put behind `descriptors`; nothing if the parent went away.
Result<std::optional<Bytes>> receive_part(sandbox::Channel& channel,
                                          std::vector<UniqueFd>& descriptors) {
    Result<std::optional<sandbox::Received>> answer = channel.receive();
    if (!answer) {
        return fail(answer.error());
    }
    std::optional<sandbox::Received>& received = *answer;
    if (!received) {
        return std::nullopt;
    }
    std::ranges::move(received->descriptors, std::back_inserter(descriptors));
    return std::move(received->message);
}

/// The request with all its descriptors; nothing if the parent went away.
Result<std::optional<StreamRequest>> receive_request(sandbox::Channel& channel,
                                                     std::vector<UniqueFd>& descriptors) {
    const Result<std::optional<Bytes>> first = receive_part(channel, descriptors);
    if (!first) {
        return fail(first.error());
    }
    const std::optional<Bytes>& message = *first;
    if (!message) {
        return std::nullopt;
    }
    Result<StreamRequest> request = decode_request(*message);
    if (!request || request->descriptors < 2 || request->descriptors > kMaxDescriptors) {
        return fail(Errc::bad_answer, "not a request for an item stream");
    }
    while (descriptors.size() < request->descriptors) {
        const Result<std::optional<Bytes>> more = receive_part(channel, descriptors);
        if (!more) {
            return fail(more.error());
        }
        if (!*more) {
            return std::nullopt;
        }
    }
    return std::move(*request);
}

Result<void> serve_request(sandbox::Channel& channel, const Walk& walk) {
    std::vector<UniqueFd> descriptors;
    Result<std::optional<StreamRequest>> received = receive_request(channel, descriptors);
    if (!received) {
        return fail(received.error());
    }
    std::optional<StreamRequest>& request = *received;
    if (!request) {
        return {};
    }
    Result<std::unique_ptr<SharedArea>> area =
        SharedArea::attach(std::move(descriptors[0]), std::move(descriptors[1]));
    if (!area) {
        return fail(area.error());
    }
    descriptors.erase(descriptors.begin(), descriptors.begin() + 2);
    ItemStreamWriter writer(channel, std::move(*area), std::move(request->start));
    const Result<void> walked = walk(request->body, std::move(descriptors), writer);
    return walked ? walked : writer.failed(walked.error());
}

} // namespace

int serve_stream(const Walk& walk) {
    Result<sandbox::Channel> channel = sandbox::enter_confinement();
    if (!channel) {
        return 1;
    }
    return serve_request(*channel, walk) ? 0 : 1;
}

} // namespace rempart::examine
