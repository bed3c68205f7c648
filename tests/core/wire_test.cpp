// SPDX-License-Identifier: Apache-2.0
#include "rempart/core/wire.hpp"

#include <array>
#include <limits>

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart {
namespace {

using namespace std::string_view_literals;

Bytes one_of_each() {
    WireWriter writer;
    writer.u8(0xFE);
    writer.u16(0xFEDC);
    writer.u32(0xFEDC'BA98);
    writer.u64(0xFEDC'BA98'7654'3210);
    writer.i64(-2);
    writer.bytes(bytes_of("\0\xff"sv));
    writer.text("été");
    writer.time({TimeKind::local_unknown, -5});
    writer.error({Errc::damaged, "block 7"});
    return writer.take();
}

struct Fields {
    std::uint64_t numbers = 0;
    std::int64_t number = 0;
    std::string bytes;
    std::string text;
    TimeValue time;
    Error error;
    bool complete = false;
};

Fields read_one_of_each(ByteView message) {
    WireReader reader(message);
    Fields fields;
    fields.numbers = reader.u8();
    fields.numbers += reader.u16();
    fields.numbers += reader.u32();
    fields.numbers += reader.u64();
    fields.number = reader.i64();
    fields.bytes = chars_of(reader.bytes());
    fields.text = reader.text();
    fields.time = reader.time();
    fields.error = reader.error();
    fields.complete = reader.finish().has_value();
    return fields;
}

TEST(Wire, ReadsBackWhatWasWritten) {
    const Fields fields = read_one_of_each(one_of_each());
    EXPECT_TRUE(fields.complete);
    EXPECT_EQ(fields.numbers, 0xFEDC'BA98'7654'3210 + 0xFEDC'BA98 + 0xFEDC + 0xFE);
    EXPECT_EQ(fields.number, -2);
    EXPECT_EQ(fields.bytes, "\0\xff"sv);
    EXPECT_EQ(fields.text, "été");
    EXPECT_EQ(fields.time, (TimeValue{TimeKind::local_unknown, -5}));
    EXPECT_EQ(fields.error, (Error{Errc::damaged, "block 7"}));
}

// The form is fixed: a reader of another build and the documents rely on it.
TEST(Wire, IsLittleEndianWithLengthsInFront) {
    WireWriter writer;
    writer.u32(0x0102'0304);
    writer.text("ab");
    writer.time(TimeValue::utc(0, 1));
    EXPECT_EQ(chars_of(writer.message()), "\4\3\2\1\2\0\0\0ab\1\1\0\0\0\0\0\0\0"sv);
}

TEST(WireReader, EveryCutIsAFaultAndGivesNothingAfterIt) {
    const Bytes whole = one_of_each();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Fields fields = read_one_of_each(ByteView(whole).first(size));
        EXPECT_FALSE(fields.complete) << size;
        EXPECT_EQ(fields.error.message, "") << size;
    }
}

TEST(WireReader, BytesLeftOverAreAFault) {
    Bytes longer = one_of_each();
    longer.push_back(std::byte{0});
    EXPECT_FALSE(read_one_of_each(longer).complete);
}

TEST(WireReader, IsStickyAfterAFault) {
    WireReader reader(bytes_of("\xff\xff\xff\xff\1\2\3"sv));
    EXPECT_TRUE(reader.bytes().empty()); // 4 GiB are not there
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.u8(), 0);
    EXPECT_EQ(reader.text(), "");
    EXPECT_EQ(reader.time(), TimeValue{});
    EXPECT_EQ(reader.remaining(), 0U);
    EXPECT_EQ(error_of(reader.finish()).code, Errc::bad_answer);
}

TEST(WireReader, RejectMakesAWholeMessageAFault) {
    WireReader reader(bytes_of("\1"));
    EXPECT_EQ(reader.u8(), 1);
    EXPECT_TRUE(reader.finish());
    reader.reject();
    EXPECT_EQ(error_of(reader.finish()).code, Errc::bad_answer);
}

TEST(WireReader, HoldsTextToItsBoundAndToUtf8) {
    const auto read = [](std::string_view text, std::size_t max_size) {
        WireWriter writer;
        writer.text(text);
        WireReader reader(writer.message());
        const std::string value = reader.text(max_size);
        return reader.ok() ? value : "fault";
    };
    EXPECT_EQ(read("abc", 3), "abc");
    EXPECT_EQ(read("abcd", 3), "fault");
    EXPECT_EQ(read("\xff", 3), "fault");
    EXPECT_EQ(read("\0"sv, 3), "\0"sv);
}

TEST(WireReader, AnEnumeratorIsOneThatExists) {
    for (int value = 0; value < 256; ++value) {
        const std::array message{static_cast<std::byte>(value)};
        WireReader reader(message);
        const Errc code = reader.enumerator(kLastErrc);
        EXPECT_EQ(reader.ok(), value <= static_cast<int>(kLastErrc)) << value;
        EXPECT_EQ(code, reader.ok() ? static_cast<Errc>(value) : Errc{});
    }
}

TEST(WireReader, EveryFlippedBitIsReadWithoutHarm) {
    const Bytes whole = one_of_each();
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        Bytes flipped = whole;
        flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        const Fields fields = read_one_of_each(flipped);
        EXPECT_LE(fields.text.size(), whole.size()) << bit;
    }
}

} // namespace
} // namespace rempart
