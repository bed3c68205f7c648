// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/list_wire.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "rempart/core/text.hpp"
#include "rempart/core/wire.hpp"

namespace rempart::recognise {
namespace {

enum class Tag : std::uint8_t { hashes, alive, summary, failure };

// The head of a record.
constexpr unsigned kKindMask = 7;
constexpr unsigned kSameEntry = 8;
constexpr unsigned kNextEntry = 16;
constexpr unsigned kLabel = 32;
constexpr unsigned kCategory = 64;
constexpr unsigned kMarked = 128;
// Behind the kinds: a PDQ hash that is a video's frame, with its time behind its bytes.
constexpr unsigned kFrameKind = static_cast<unsigned>(kLastHashKind) + 1;
static_assert(kFrameKind <= kKindMask);

Bytes message_of(Tag tag) {
    return {static_cast<std::byte>(tag)};
}

void put_optional(WireWriter& out, std::optional<std::uint64_t> value) {
    out.u8(value ? 1 : 0);
    out.u64(value.value_or(0));
}

std::optional<std::uint64_t> take_optional(WireReader& in) {
    const bool present = in.u8() != 0;
    const std::uint64_t value = in.u64();
    return present ? std::optional(value) : std::nullopt;
}

void put(WireWriter& out, const std::vector<ListCount>& counts) {
    out.u32(static_cast<std::uint32_t>(counts.size()));
    for (const ListCount& each : counts) {
        out.text(each.what);
        out.u64(each.count);
    }
}

std::vector<ListCount> take_counts(WireReader& in) {
    const std::size_t size = in.u32();
    if (size > kMaxListCounts) {
        in.reject();
    }
    std::vector<ListCount> counts;
    for (std::size_t i = 0; i < size && in.ok(); ++i) {
        std::string what = in.text(kMaxListNameBytes);
        counts.push_back({std::move(what), in.u64()});
    }
    const bool is_sorted = std::ranges::adjacent_find(counts, std::ranges::greater_equal{},
                                                      &ListCount::what) == counts.end();
    if (!is_sorted) {
        in.reject();
    }
    return counts;
}

Result<HashListSummary> decode_summary(ByteView message) {
    WireReader in(message);
    HashListSummary summary;
    summary.format = in.text(kMaxListNameBytes);
    summary.records = in.u64();
    summary.hashes = in.u64();
    summary.comments = in.u64();
    summary.empty_file_hashes = in.u64();
    summary.degenerate_hashes = in.u64();
    summary.unterminated_last_line = in.u64();
    summary.deleted = in.u64();
    summary.skipped = take_counts(in);
    summary.marks = take_counts(in);
    summary.stated_name = in.text(kMaxListNameBytes);
    summary.stated_version = in.text(kMaxListNameBytes);
    summary.stated_scheme = in.text(kMaxListNameBytes);
    summary.stated_polarity = in.enumerator(kLastStatedPolarity);
    summary.describes_only = in.u8() != 0;
    if (auto done = in.finish(); !done) {
        return fail(done.error());
    }
    return summary;
}

/// The parts of records, from a message that may say anything.
class RecordReader {
  public:
    explicit RecordReader(ByteView rest) : rest_(rest) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool ok() const { return ok_; }

    [[nodiscard]] ByteView take(std::uint64_t size) {
        if (size > rest_.size()) {
            ok_ = false;
            return {};
        }
        const ByteView bytes = rest_.first(static_cast<std::size_t>(size));
        rest_ = rest_.subspan(bytes.size());
        return bytes;
    }
    [[nodiscard]] unsigned byte() {
        const ByteView one = take(1);
        return one.empty() ? 0 : std::to_integer<unsigned>(one[0]);
    }
    [[nodiscard]] std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 63; shift += 7) {
            const unsigned next = byte();
            value |= std::uint64_t{next & 0x7FU} << shift;
            if (next < 0x80) {
                return value;
            }
        }
        ok_ = false; // 2^63 and more: no entry, no length
        return 0;
    }
    void text(std::string& into) {
        const std::uint64_t size = number();
        const std::string_view value = chars_of(take(size));
        if (value.size() > kMaxListTextBytes || !is_utf8(value)) {
            ok_ = false;
            return;
        }
        into = value;
    }

  private:
    ByteView rest_;
    bool ok_ = true;
};

Error nonsense() {
    return {Errc::bad_answer, "the list reader contradicts itself"};
}

bool read_frame(RecordReader& in, ListedHash& hash) {
    constexpr auto kMost = static_cast<std::uint64_t>(kMaxFrameMs);
    const std::uint64_t from = in.number();
    const std::uint64_t lasts = in.number();
    if (from > kMost || lasts > kMost - from) {
        return false;
    }
    hash.frame =
        FrameSpan{static_cast<std::int64_t>(from), static_cast<std::int64_t>(from + lasts)};
    return true;
}

// The next record; `hash` holds the one before.
bool read_record(RecordReader& in, ListedHash& hash) {
    const unsigned head = in.byte();
    const unsigned kind = head & kKindMask;
    if (kind > kFrameKind) {
        return false;
    }
    hash.kind = kind == kFrameKind ? HashKind::pdq : static_cast<HashKind>(kind);
    hash.marked = (head & kMarked) != 0;
    const std::uint64_t step = (head & kSameEntry) != 0   ? 0
                               : (head & kNextEntry) != 0 ? 1
                                                          : in.number();
    hash.entry += step; // less than 2^63 each: checked before the next
    if ((head & kLabel) != 0) {
        in.text(hash.label);
    }
    if ((head & kCategory) != 0) {
        in.text(hash.category);
    }
    const ByteView bytes = in.take(size_bytes(hash.kind));
    hash.bytes = {};
    std::ranges::copy(bytes, hash.bytes.begin());
    hash.frame.reset();
    if (kind == kFrameKind && !read_frame(in, hash)) {
        return false;
    }
    return in.ok() && hash.entry > 0 && hash.entry >> 62 == 0 &&
           use_of(hash.kind, hash.bytes) == HashUse::listed;
}

} // namespace

Bytes encode_list_request(const ListReadRequest& request) {
    WireWriter out;
    out.text(request.format);
    out.u8(request.options.kind ? 1 + static_cast<std::uint8_t>(*request.options.kind) : 0);
    put_optional(out, request.options.expected_hashes);
    out.u64(request.options.limits.max_line_bytes);
    out.u64(request.options.limits.max_hashes);
    out.u64(request.options.limits.max_record_bytes);
    return out.take();
}

Result<ListReadRequest> decode_list_request(ByteView message) {
    WireReader in(message);
    ListReadRequest request;
    request.format = in.text(kMaxListNameBytes);
    const std::uint8_t kind = in.u8();
    if (kind > 1 + static_cast<std::uint8_t>(kLastHashKind)) {
        in.reject();
    } else if (kind > 0) {
        request.options.kind = static_cast<HashKind>(kind - 1);
    }
    request.options.expected_hashes = take_optional(in);
    request.options.limits.max_line_bytes = in.u64();
    request.options.limits.max_hashes = in.u64();
    request.options.limits.max_record_bytes = in.u64();
    if (auto done = in.finish(); !done) {
        return fail(done.error());
    }
    return request;
}

Bytes encode_alive() {
    return message_of(Tag::alive);
}

Bytes encode_summary(const HashListSummary& summary) {
    WireWriter out;
    out.u8(static_cast<std::uint8_t>(Tag::summary));
    out.text(summary.format);
    out.u64(summary.records);
    out.u64(summary.hashes);
    out.u64(summary.comments);
    out.u64(summary.empty_file_hashes);
    out.u64(summary.degenerate_hashes);
    out.u64(summary.unterminated_last_line);
    out.u64(summary.deleted);
    put(out, summary.skipped);
    put(out, summary.marks);
    out.text(cut_utf8(summary.stated_name, kMaxListNameBytes));
    out.text(cut_utf8(summary.stated_version, kMaxListNameBytes));
    out.text(cut_utf8(summary.stated_scheme, kMaxListNameBytes));
    out.u8(static_cast<std::uint8_t>(summary.stated_polarity));
    out.u8(summary.describes_only ? 1 : 0);
    return out.take();
}

Bytes encode_failure(const Error& why) {
    WireWriter out;
    out.u8(static_cast<std::uint8_t>(Tag::failure));
    out.error(why);
    return out.take();
}

void HashBatch::number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
        message_.push_back(static_cast<std::byte>(value | 0x80));
    }
    message_.push_back(static_cast<std::byte>(value));
}

void HashBatch::text(std::string_view value) {
    number(value.size());
    const ByteView bytes = bytes_of(value);
    message_.insert(message_.end(), bytes.begin(), bytes.end());
}

void HashBatch::add(const ListedHash& hash) {
    if (message_.empty()) {
        message_ = message_of(Tag::hashes);
    }
    const std::uint64_t step = hash.entry - last_.entry;
    const bool new_label = hash.label != last_.label;
    const bool new_category = hash.category != last_.category;
    const unsigned kind = hash.frame ? kFrameKind : static_cast<unsigned>(hash.kind);
    const unsigned head = kind |
                          (step == 0   ? kSameEntry
                           : step == 1 ? kNextEntry
                                       : 0U) |
                          (new_label ? kLabel : 0U) | (new_category ? kCategory : 0U) |
                          (hash.marked ? kMarked : 0U);
    message_.push_back(static_cast<std::byte>(head));
    if (step > 1) {
        number(step);
    }
    if (new_label) {
        text(hash.label);
        last_.label = hash.label;
    }
    if (new_category) {
        text(hash.category);
        last_.category = hash.category;
    }
    last_.entry = hash.entry;
    const auto bytes = std::span(hash.bytes).first(size_bytes(hash.kind));
    message_.insert(message_.end(), bytes.begin(), bytes.end());
    if (hash.frame) {
        number(static_cast<std::uint64_t>(hash.frame->from_ms));
        number(static_cast<std::uint64_t>(hash.frame->to_ms - hash.frame->from_ms));
    }
}

Result<void> ListAnswers::accept_hashes(ByteView rest,
                                        const std::function<Result<void>(ListedHash&&)>& take) {
    // The shortest that a hash can be written is 16 bytes, as EnCase has its MD5s.
    const std::uint64_t max_hashes =
        std::min<std::uint64_t>(file_bytes_ / 16, options_.limits.max_hashes);
    RecordReader in(rest);
    do {
        if (!read_record(in, last_) || ++hashes_ > max_hashes) {
            return fail(nonsense());
        }
        if (auto taken = take(ListedHash(last_)); !taken) {
            return taken;
        }
    } while (!in.at_end());
    return {};
}

bool ListAnswers::is_sound(const HashListSummary& summary) const {
    const bool is_asked = format_.empty() ? hash_list_format_named(summary.format) != nullptr
                                          : summary.format == format_;
    const std::uint64_t written =
        summary.hashes + summary.empty_file_hashes + summary.degenerate_hashes;
    const bool are_possible = std::ranges::all_of(
        std::initializer_list<std::uint64_t>{summary.records, summary.comments, summary.deleted,
                                             summary.empty_file_hashes, summary.degenerate_hashes},
        [&](std::uint64_t count) { return count <= file_bytes_; });
    const bool is_expected = !options_.expected_hashes || *options_.expected_hashes == written;
    return is_asked && are_possible && is_expected && summary.hashes == hashes_ &&
           summary.unterminated_last_line <= 1;
}

Result<std::optional<HashListSummary>> ListAnswers::accept_summary(ByteView body) {
    ended_ = true;
    auto summary = decode_summary(body);
    if (!summary) {
        return fail(summary.error());
    }
    if (!is_sound(*summary)) {
        return fail(nonsense());
    }
    return std::move(*summary);
}

Result<std::optional<HashListSummary>>
ListAnswers::accept(ByteView message, const std::function<Result<void>(ListedHash&&)>& take) {
    // Every byte of the list makes at most 4 of a label, and a short hash has a head beside it.
    const std::uint64_t max_received = (std::uint64_t{1} << 20) + 16 * file_bytes_;
    received_bytes_ += message.size();
    if (message.empty() || ended_ || received_bytes_ > max_received) {
        return fail(nonsense());
    }
    const ByteView body = message.subspan(1);
    switch (static_cast<Tag>(message.front())) {
    case Tag::hashes:
        if (auto taken = accept_hashes(body, take); !taken) {
            return fail(taken.error());
        }
        return std::nullopt;
    case Tag::alive:
        // A reader goes over a list at most twice, and over a database at most a few times.
        if (!body.empty() || ++alive_ > 16 + 16 * (file_bytes_ / kAliveBytes)) {
            return fail(nonsense());
        }
        return std::nullopt;
    case Tag::summary: return accept_summary(body);
    case Tag::failure: {
        ended_ = true;
        WireReader in(body);
        Error why = in.error();
        const auto done = in.finish();
        return done ? fail(std::move(why)) : fail(done.error());
    }
    }
    return fail(nonsense());
}

} // namespace rempart::recognise
