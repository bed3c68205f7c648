// SPDX-License-Identifier: Apache-2.0
// EnCase hash sets, versions 4 to 6:
//
//     list   := "HASH" 0D 0A FF 00, ..., the name at 1032 (UTF-16LE, 39 units), record*, from 1152
//     record := the 16 bytes of an MD5, 2 bytes without a meaning here
//
// A cut between two records cannot be seen; one inside a record refuses the list.
//
// Source: the layout as The Sleuth Kit's tsk/hashdb/encase.cpp reads it. EnCase 7 and later write
// another format.
#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::recognise {
namespace {

constexpr std::string_view kMagic("HASH\r\n\xff\0", 8);
constexpr std::size_t kNameAt = 1032;
constexpr std::size_t kNameBytes = 78;
constexpr std::size_t kRecordsAt = 1152;
constexpr std::size_t kRecordBytes = 18;
constexpr std::size_t kRecordsAtOnce = 4096;

Result<std::string> name_in(ByteView header) {
    std::string utf16 = "\xff\xfe"; // the order of the bytes, as a text would state it
    utf16 += chars_of(header.subspan(kNameAt, kNameBytes));
    for (std::size_t i = 2; i + 1 < utf16.size(); i += 2) {
        if (utf16[i] == 0 && utf16[i + 1] == 0) {
            utf16.resize(i);
        }
    }
    MemoryInput input(utf16);
    ListText text(input);
    const auto name = text.peek(utf16.size());
    if (!name) {
        return fail(Errc::malformed, "the name of the set is not UTF-16");
    }
    return std::string(*name);
}

Result<void> take_records(ByteView bytes, ListTaker& taker, ListRecord& record) {
    for (; !bytes.empty(); bytes = bytes.subspan(kRecordBytes)) {
        ++record.entry;
        const std::string digits = encode_hex(bytes.first(size_bytes(HashKind::md5)));
        record.hashes = {{HashKind::md5, digits}};
        if (auto taken = taker.take(record); !taken) {
            return fail(taken.error().code,
                        fmt::format("record {}: {}", record.entry, taken.error().message));
        }
    }
    return {};
}

} // namespace

bool claims_encase_list(std::string_view head) {
    return head.starts_with(kMagic);
}

Result<HashListSummary> read_encase_list(ListInput& input, const HashListOptions& options,
                                         const TakeHash& take) {
    Bytes buffer(std::max(kRecordsAt, kRecordsAtOnce * kRecordBytes));
    const auto header = input.read_at(0, std::span(buffer).first(kRecordsAt));
    if (!header) {
        return fail(header.error());
    }
    if (*header < kRecordsAt || !claims_encase_list(chars_of(buffer))) {
        return fail(Errc::malformed, "not an EnCase hash set, or cut in its header");
    }
    if ((input.size_bytes() - kRecordsAt) % kRecordBytes != 0) {
        return fail(Errc::malformed, "the last record is cut");
    }
    auto name = name_in(buffer);
    if (!name) {
        return fail(name.error());
    }
    ListTaker taker(options, take);
    taker.summary().stated_name = std::move(*name);
    ListRecord record;
    std::uint64_t offset = kRecordsAt;
    while (offset < input.size_bytes()) {
        const auto read = input.read_at(offset, buffer);
        if (!read) {
            return fail(read.error());
        }
        if (*read == 0 || *read % kRecordBytes != 0) {
            return fail(Errc::io, "the list has become shorter while it was read");
        }
        if (auto taken = take_records(ByteView(buffer).first(*read), taker, record); !taken) {
            return fail(taken.error());
        }
        offset += *read;
    }
    return std::move(taker.summary());
}

} // namespace rempart::recognise
