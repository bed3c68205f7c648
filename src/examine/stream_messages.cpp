// SPDX-License-Identifier: Apache-2.0
#include "examine/stream_messages.hpp"

#include <algorithm>
#include <limits>

#include "examine/shared_area.hpp"

namespace rempart::examine {
namespace {

enum class Tag : std::uint8_t { begin, bytes, slot_done, end, volume, alive, finish, failed };

void put_tag(WireWriter& out, Tag tag) {
    out.u8(static_cast<std::uint8_t>(tag));
}

void put_maybe(WireWriter& out, const std::optional<Error>& error) {
    out.u8(error ? 1 : 0);
    if (error) {
        out.error(*error);
    }
}

std::optional<Error> maybe_error(WireReader& in) {
    const std::uint8_t present = in.u8();
    if (present > 1) {
        in.reject();
    }
    return present == 1 ? std::optional<Error>(in.error()) : std::nullopt;
}

void put_fields(WireWriter& out, const ItemBegin& begin) {
    put_begin(out, begin.ordinal, begin.head);
}
void put_fields(WireWriter& out, const SlotBytes& bytes) {
    put_tag(out, Tag::bytes);
    out.u32(bytes.slot);
    out.u32(bytes.offset);
    out.u32(bytes.size);
}
void put_fields(WireWriter& out, const SlotDone& done) {
    put_tag(out, Tag::slot_done);
    out.u32(done.slot);
}
void put_fields(WireWriter& out, const ItemEnd& end) {
    put_tag(out, Tag::end);
    put_maybe(out, end.error);
    out.u32(static_cast<std::uint32_t>(end.unread.size()));
    for (const UnreadRange& range : end.unread) {
        out.u64(range.offset_bytes);
        out.u64(range.size_bytes);
    }
}
void put_fields(WireWriter& out, const VolumeInfo& volume) {
    put_tag(out, Tag::volume);
    out.u64(volume.offset_bytes);
    out.u64(volume.size_bytes);
    out.text(volume.label);
    out.text(volume.file_system);
    out.u64(volume.items);
    put_maybe(out, volume.error);
}
void put_fields(WireWriter& out, const StreamAlive&) {
    put_tag(out, Tag::alive);
}
void put_fields(WireWriter& out, const StreamFinish& finish) {
    put_tag(out, Tag::finish);
    out.text(finish.stored_md5);
    out.text(finish.stored_sha1);
}
void put_fields(WireWriter& out, const StreamFailed& failed) {
    put_tag(out, Tag::failed);
    out.error(failed.error);
}

ItemBegin read_begin(WireReader& in) {
    ItemBegin begin;
    begin.ordinal = in.u64();
    begin.head.path = in.text(kMaxPathBytes);
    begin.head.stream = in.text(kMaxPathBytes);
    begin.head.kind = in.enumerator(kLastItemKind);
    begin.head.state = in.enumerator(kLastItemState);
    begin.head.recovery = in.enumerator(kLastRecovery);
    begin.head.size_bytes = in.u64();
    begin.head.times = {in.time(), in.time(), in.time(), in.time()};
    begin.head.error = maybe_error(in);
    return begin;
}

ItemEnd read_end(WireReader& in) {
    ItemEnd end;
    end.error = maybe_error(in);
    const std::uint32_t count = in.u32();
    if (count > kMaxUnread) {
        in.reject();
        return end;
    }
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        const std::uint64_t offset_bytes = in.u64();
        end.unread.push_back({offset_bytes, in.u64()});
    }
    return end;
}

VolumeInfo read_volume(WireReader& in) {
    constexpr std::size_t kMaxLabelBytes = 1024;
    VolumeInfo volume;
    volume.offset_bytes = in.u64();
    volume.size_bytes = in.u64();
    volume.label = in.text(kMaxLabelBytes);
    volume.file_system = in.text(kMaxLabelBytes);
    volume.items = in.u64();
    volume.error = maybe_error(in);
    return volume;
}

StreamRecord read_record(WireReader& in) {
    switch (in.enumerator(Tag::failed)) {
    case Tag::begin: return read_begin(in);
    case Tag::bytes: {
        const std::uint32_t slot = in.u32();
        const std::uint32_t offset = in.u32();
        return SlotBytes{slot, offset, in.u32()};
    }
    case Tag::slot_done: return SlotDone{in.u32()};
    case Tag::end: return read_end(in);
    case Tag::volume: return read_volume(in);
    case Tag::alive: return StreamAlive{};
    case Tag::finish: {
        constexpr std::size_t kMaxDigestChars = 40;
        std::string md5 = in.text(kMaxDigestChars);
        return StreamFinish{std::move(md5), in.text(kMaxDigestChars)};
    }
    case Tag::failed: return StreamFailed{in.error()};
    }
    return StreamAlive{};
}

bool is_digest(const std::string& text, std::size_t digits) {
    return text.empty() || (text.size() == digits && std::ranges::all_of(text, [](char c) {
                                return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                            }));
}

void put_poison(WireWriter& out, const std::vector<Poison>& list) {
    out.u32(static_cast<std::uint32_t>(list.size()));
    for (const Poison& poison : list) {
        out.u64(poison.number);
        out.error(poison.error);
        out.u64(poison.told_items);
    }
}

std::vector<Poison> read_poison(WireReader& in) {
    constexpr std::uint32_t kMaxPoison = 10'000;
    const std::uint32_t count = in.u32();
    if (count > kMaxPoison) {
        in.reject();
    }
    std::vector<Poison> list;
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        const std::uint64_t number = in.u64();
        Error error = in.error();
        list.push_back({number, std::move(error), in.u64()});
    }
    return list;
}

void put_runs(WireWriter& out, const std::vector<OrdinalRun>& runs) {
    out.u32(static_cast<std::uint32_t>(runs.size()));
    for (const OrdinalRun& run : runs) {
        out.u64(run.first);
        out.u64(run.end);
    }
}

std::vector<OrdinalRun> read_runs(WireReader& in) {
    const std::uint32_t count = in.u32();
    if (count > kMaxOrdinalRuns) {
        in.reject();
    }
    std::vector<OrdinalRun> runs;
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        const std::uint64_t first = in.u64();
        runs.push_back({first, in.u64()});
    }
    if (!are_ordinal_runs(runs)) {
        in.reject();
    }
    return runs;
}

} // namespace

void put_begin(WireWriter& out, std::uint64_t ordinal, const ItemHead& head) {
    put_tag(out, Tag::begin);
    out.u64(ordinal);
    out.text(head.path);
    out.text(head.stream);
    out.u8(static_cast<std::uint8_t>(head.kind));
    out.u8(static_cast<std::uint8_t>(head.state));
    out.u8(static_cast<std::uint8_t>(head.recovery));
    out.u64(head.size_bytes);
    out.time(head.times.created);
    out.time(head.times.modified);
    out.time(head.times.accessed);
    out.time(head.times.changed);
    put_maybe(out, head.error);
}

void put_record(WireWriter& out, const StreamRecord& record) {
    std::visit([&out](const auto& fields) { put_fields(out, fields); }, record);
}

Result<std::vector<StreamRecord>> decode_batch(ByteView message) {
    WireReader in(message);
    std::vector<StreamRecord> records;
    while (in.remaining() > 0) {
        if (records.size() == kMaxBatchRecords) {
            return fail(Errc::bad_answer, "more records in a batch than allowed");
        }
        records.push_back(read_record(in));
    }
    if (Result<void> whole = in.finish(); !whole) {
        return fail(whole.error());
    }
    return records;
}

Result<void> StreamOrder::accept(const StreamRecord& record) {
    const bool good =
        !ended_ && std::visit([this](const auto& fields) { return fits(fields); }, record);
    if (!good) {
        return fail(Errc::bad_answer, "a record of the item stream that may not come here");
    }
    return {};
}

bool StreamOrder::fits(const ItemBegin& begin) {
    const ItemHead& head = begin.head;
    const bool clean_path = head.path.find('\0') == std::string::npos &&
                            head.stream.find('\0') == std::string::npos &&
                            (head.state == ItemState::embedded || !head.path.starts_with('/'));
    const bool states_problem = head.kind != ItemKind::problem || head.error.has_value();
    if (in_item_ || begin.ordinal != next_ordinal_ || !clean_path || !states_problem) {
        return false;
    }
    in_item_ = true;
    may_have_content_ = head.kind == ItemKind::file;
    next_ordinal_ = next_wanted(only_, next_ordinal_ + 1);
    return true;
}

bool StreamOrder::fits(const SlotBytes& bytes) {
    const bool same_slot = open_slot_ && open_slot_->slot == bytes.slot;
    if (!in_item_ || !may_have_content_ || bytes.slot >= slots_ || bytes.size == 0 ||
        bytes.size > kSlotBytes || bytes.offset > kSlotBytes - bytes.size ||
        (open_slot_ && (!same_slot || bytes.offset < open_slot_->offset))) {
        return false;
    }
    open_slot_ = SlotBytes{bytes.slot, bytes.offset + bytes.size, 0};
    return true;
}

bool StreamOrder::fits(const SlotDone& done) {
    if (!open_slot_ || open_slot_->slot != done.slot) {
        return false;
    }
    open_slot_.reset();
    return true;
}

bool StreamOrder::fits(const ItemEnd& end) {
    if (!in_item_) {
        return false;
    }
    in_item_ = false;
    std::uint64_t from = 0;
    for (const UnreadRange& range : end.unread) {
        if (range.size_bytes == 0 || range.offset_bytes < from ||
            range.size_bytes > std::numeric_limits<std::uint64_t>::max() - range.offset_bytes) {
            return false;
        }
        from = range.offset_bytes + range.size_bytes;
    }
    return true;
}

bool StreamOrder::fits(const VolumeInfo&) {
    return !in_item_ && ++volumes_ <= kMaxVolumes;
}

bool StreamOrder::fits(const StreamFinish& finish) {
    ended_ = true;
    return !in_item_ && is_digest(finish.stored_md5, 32) && is_digest(finish.stored_sha1, 40);
}

bool StreamOrder::fits(const StreamFailed&) {
    ended_ = true;
    return true;
}

Bytes encode_request(const StreamRequest& request) {
    WireWriter out;
    out.u32(request.descriptors);
    out.u64(request.start.first_ordinal);
    put_poison(out, request.start.items);
    put_poison(out, request.start.steps);
    out.u8(request.start.flush_each ? 1 : 0);
    put_runs(out, request.start.only);
    out.bytes(request.body);
    return out.take();
}

Result<StreamRequest> decode_request(ByteView message) {
    WireReader in(message);
    StreamRequest request;
    request.descriptors = in.u32();
    request.start.first_ordinal = in.u64();
    request.start.items = read_poison(in);
    request.start.steps = read_poison(in);
    request.start.flush_each = in.u8() == 1;
    request.start.only = read_runs(in);
    const ByteView body = in.bytes();
    request.body.assign(body.begin(), body.end());
    if (Result<void> whole = in.finish(); !whole) {
        return fail(whole.error());
    }
    return request;
}

} // namespace rempart::examine
