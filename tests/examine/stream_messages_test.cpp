// SPDX-License-Identifier: Apache-2.0
#include "examine/stream_messages.hpp"

#include <gtest/gtest.h>

#include "examine/shared_area.hpp"
#include "support/result.hpp"

namespace rempart::examine {
namespace {

ItemBegin sample_begin(std::uint64_t ordinal) {
    ItemBegin begin;
    begin.ordinal = ordinal;
    begin.head = {.path = "a/é.jpg",
                  .stream = "ADS",
                  .kind = ItemKind::file,
                  .state = ItemState::deleted,
                  .recovery = Recovery::overwritten,
                  .size_bytes = 77,
                  .times = {.created = TimeValue::utc(5),
                            .modified = {TimeKind::local_unknown, 9},
                            .accessed = {},
                            .changed = TimeValue::utc(-1)},
                  .error = Error{Errc::damaged, "why"}};
    return begin;
}

std::vector<StreamRecord> sample_records() {
    return {sample_begin(0),
            SlotBytes{1, 64, 100},
            SlotDone{1},
            ItemEnd{Error{Errc::damaged, "12 bytes"}, {{5, 12}, {20, 1}}},
            VolumeInfo{512, 1024, "partition 1", "ext4", 1, Error{Errc::encrypted, "LUKS"}},
            StreamAlive{},
            StreamFinish{std::string(32, 'a'), std::string(40, '0')}};
}

Bytes encode(const std::vector<StreamRecord>& records) {
    WireWriter out;
    for (const StreamRecord& record : records) {
        put_record(out, record);
    }
    return out.take();
}

/// Equality of what was decoded, by encoding it again.
TEST(StreamMessages, EveryRecordSurvivesTheWire) {
    const Bytes message = encode(sample_records());
    const auto decoded = decode_batch(message);
    ASSERT_TRUE(decoded.has_value());
    ASSERT_EQ(decoded->size(), sample_records().size());
    EXPECT_EQ(encode(*decoded), message);
    EXPECT_EQ(std::get<ItemBegin>(decoded->front()).head, sample_begin(0).head);
    StreamOrder order(0, 24);
    for (const StreamRecord& record : *decoded) {
        EXPECT_TRUE(order.accept(record).has_value());
    }
    EXPECT_TRUE(order.ended());
}

TEST(StreamMessages, EveryTruncationInsideARecordIsRefused) {
    for (const StreamRecord& record : sample_records()) {
        const Bytes message = encode({record});
        for (std::size_t size = 1; size < message.size(); ++size) {
            const auto decoded = decode_batch(ByteView(message).first(size));
            EXPECT_EQ(error_of(decoded).code, Errc::bad_answer);
        }
    }
}

TEST(StreamMessages, AFlippedBitNeverGivesAnEventOutsideTheBounds) {
    const Bytes message = encode(sample_records());
    for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
        Bytes flipped = message;
        flipped[bit / 8] ^= std::byte{1} << (bit % 8);
        const auto decoded = decode_batch(flipped);
        if (!decoded) {
            continue;
        }
        StreamOrder order(0, 24);
        for (const StreamRecord& record : *decoded) {
            if (!order.accept(record)) {
                break;
            }
            if (const auto* bytes = std::get_if<SlotBytes>(&record)) {
                EXPECT_LT(bytes->slot, 24U);
                EXPECT_LE(bytes->offset + bytes->size, kSlotBytes);
            }
        }
    }
}

TEST(StreamMessages, ABatchOfTooManyRecordsIsRefused) {
    const std::vector<StreamRecord> many(kMaxBatchRecords, StreamAlive{});
    EXPECT_TRUE(decode_batch(encode(many)).has_value());
    Bytes more = encode(many);
    more.push_back(more.back());
    EXPECT_EQ(error_of(decode_batch(more)).code, Errc::bad_answer);
}

TEST(StreamMessages, ARequestSurvivesTheWireAndNoCutOfItDoes) {
    const StreamStart start{.first_ordinal = 7,
                            .items = {{9, {Errc::crashed, "signal 11"}}},
                            .steps = {{3, {Errc::deadline, "30 s"}, 8}},
                            .flush_each = true,
                            .only = {{8, 9}, {20, 31}}};
    const ByteView body = bytes_of("body");
    const Bytes message =
        encode_request({.descriptors = 5, .start = start, .body = Bytes(body.begin(), body.end())});
    const auto request = decode_request(message);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->descriptors, 5U);
    EXPECT_EQ(request->start, start);
    EXPECT_EQ(chars_of(request->body), "body");
    for (std::size_t size = 0; size < message.size(); ++size) {
        EXPECT_FALSE(decode_request(ByteView(message).first(size)).has_value());
    }
}

TEST(StreamMessages, RunsOfOrdinalsThatTouchFallOrHoldNothingAreRefused) {
    const std::vector<OrdinalRun> wrong[] = {
        {{3, 3}}, {{4, 3}}, {{1, 3}, {3, 4}}, {{5, 6}, {1, 2}}, {{1, 9}, {4, 20}}};
    for (const std::vector<OrdinalRun>& only : wrong) {
        const Bytes message = encode_request(
            {.descriptors = 2, .start = {.items = {}, .steps = {}, .only = only}, .body = {}});
        EXPECT_FALSE(decode_request(message).has_value()) << only[0].first;
    }
}

TEST(StreamOrder, TakesExactlyTheItemsThatWereAskedFor) {
    const std::vector<OrdinalRun> only{{2, 4}, {7, 8}};
    StreamOrder order(1, 24, only);
    for (const std::uint64_t ordinal : {2U, 3U, 7U}) {
        for (std::uint64_t other = 0; other < 10; ++other) {
            StreamOrder copy = order;
            EXPECT_EQ(copy.accept(sample_begin(other)).has_value(), other == ordinal)
                << other << " where " << ordinal << " is due";
        }
        EXPECT_TRUE(order.accept(sample_begin(ordinal)).has_value());
        EXPECT_TRUE(order.accept(ItemEnd{}).has_value());
    }
    EXPECT_FALSE(order.accept(sample_begin(8)).has_value());
}

TEST(StreamOrder, OnlyAMemberOfAnArchiveMayHaveAnAbsoluteName) {
    for (int s = 0; s <= static_cast<int>(kLastItemState); ++s) {
        ItemBegin begin = sample_begin(0);
        begin.head.path = "/etc/x";
        begin.head.state = static_cast<ItemState>(s);
        EXPECT_EQ(StreamOrder(0, 24).accept(begin).has_value(),
                  begin.head.state == ItemState::embedded)
            << s;
    }
}

/// Each line: records that are refused at the last one.
TEST(StreamOrder, RefusesEachRecordThatMayNotComeNow) {
    const auto begin = [](std::uint64_t ordinal, auto change) {
        ItemBegin made = sample_begin(ordinal);
        change(made.head);
        return made;
    };
    const auto as_is = [](ItemHead&) {};
    const StreamRecord item = begin(0, as_is);
    const std::vector<std::vector<StreamRecord>> refused{
        {begin(1, as_is)},                  // an ordinal left out
        {item, ItemEnd{}, begin(0, as_is)}, // an ordinal twice
        {item, begin(1, as_is)},            // an item inside an item
        {begin(0, [](ItemHead& head) { head.path = "/x"; })},
        {begin(0, [](ItemHead& head) { head.path = std::string(1, '\0'); })},
        {begin(0, [](ItemHead& head) { head.stream = std::string("a\0", 2); })},
        {begin(0,
               [](ItemHead& head) {
                   head.kind = ItemKind::problem;
                   head.error.reset();
               })},
        {begin(0, [](ItemHead& head) { head.kind = ItemKind::symlink; }), SlotBytes{0, 0, 1}},
        {ItemEnd{}},
        {SlotBytes{0, 0, 1}},        // content of nothing
        {item, SlotBytes{24, 0, 1}}, // a slot that is none
        {item, SlotBytes{0, 0, 0}},
        {item, SlotBytes{0, kSlotBytes, 1}},
        {item, SlotBytes{0, 1, kSlotBytes}},
        {item, SlotBytes{0, 0xFFFF'FFFF, 2}},
        {item, SlotBytes{0, 10, 10}, SlotBytes{0, 19, 1}}, // overlap
        {item, SlotBytes{0, 0, 1}, SlotBytes{1, 0, 1}},    // two slots open
        {item, SlotDone{0}},
        {item, SlotBytes{0, 0, 1}, SlotDone{1}},
        {item, ItemEnd{{}, {{5, 0}}}},
        {item, ItemEnd{{}, {{5, 10}, {14, 1}}}},       // not merged
        {item, ItemEnd{{}, {{2, ~std::uint64_t{0}}}}}, // overflow
        {item, VolumeInfo{}},
        {item, StreamFinish{}},
        {StreamFinish{"xyz", ""}},
        {StreamFinish{}, StreamAlive{}},
        {StreamFailed{}, item},
    };
    for (std::size_t i = 0; i < refused.size(); ++i) {
        StreamOrder order(0, 24);
        for (std::size_t j = 0; j + 1 < refused[i].size(); ++j) {
            EXPECT_TRUE(order.accept(refused[i][j]).has_value()) << "line " << i;
        }
        EXPECT_FALSE(order.accept(refused[i].back()).has_value()) << "line " << i;
    }
}

} // namespace
} // namespace rempart::examine
