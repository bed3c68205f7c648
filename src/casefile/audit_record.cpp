// SPDX-License-Identifier: Apache-2.0
#include "casefile/audit_record.hpp"

#include <charconv>

#include <fmt/format.h>

#include "casefile/json_writer.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"

namespace rempart::casefile {
namespace {

void write_hash(JsonWriter& out, const std::optional<audit::Hash>& hash) {
    hash ? out.value(encode_hex(*hash)) : out.null();
}

// Reads the form from left to right; after the first fault nothing is read any more.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

    bool next_is(std::string_view literal) {
        if (!ok_ || !text_.substr(at_).starts_with(literal)) {
            return false;
        }
        at_ += literal.size();
        return true;
    }
    void expect(std::string_view literal) { ok_ = next_is(literal); }

    template <typename T>
    T number() {
        T value{};
        const char* begin = text_.data() + at_;
        const auto [end, fault] = std::from_chars(begin, text_.data() + text_.size(), value);
        ok_ = ok_ && fault == std::errc();
        at_ += ok_ ? static_cast<std::size_t>(end - begin) : 0;
        return value;
    }
    std::string string();
    audit::Hash hash() {
        audit::Hash hash{};
        const std::string digits = string();
        ok_ = ok_ && decode_hex(digits, hash).has_value();
        return hash;
    }
    std::optional<audit::Hash> hash_or_null() {
        return next_is("null") ? std::nullopt : std::optional(hash());
    }
    /// [a,b,...] or {a,b,...} with `item` for each.
    template <typename Item>
    void list(std::string_view open, std::string_view close, Item&& item) {
        expect(open);
        for (bool first = true; ok_ && !next_is(close); first = false) {
            if (!first) {
                expect(",");
            }
            item();
        }
    }

  private:
    char escaped();

    std::string_view text_;
    std::size_t at_ = 0;
    bool ok_ = true;
};

// What follows a backslash. The form is checked as a whole by writing it again.
char Reader::escaped() {
    const char kind = at_ < text_.size() ? text_[at_++] : '\0';
    switch (kind) {
    case '"':
    case '\\': return kind;
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: break;
    }
    std::array<std::byte, 2> code{};
    if (kind != 'u' || text_.size() - at_ < 4 || !decode_hex(text_.substr(at_, 4), code) ||
        code[0] != std::byte{0}) {
        ok_ = false;
        return '\0';
    }
    at_ += 4;
    return static_cast<char>(code[1]);
}

std::string Reader::string() {
    std::string value;
    expect("\"");
    while (ok_) {
        if (at_ == text_.size()) {
            ok_ = false;
            break;
        }
        const char c = text_[at_++];
        if (c == '"') {
            return value;
        }
        value += c == '\\' ? escaped() : c;
    }
    return value;
}

void read_details(Reader& in, AuditEntry& entry) {
    in.list("{", "}", [&] {
        AuditDetail& detail = entry.subject.emplace_back();
        detail.name = in.string();
        in.expect(":");
        detail.value = in.string();
    });
}

void read_seals(Reader& in, AuditEntry& entry) {
    in.list("[", "]", [&] {
        RowSeal& seal = entry.seals.emplace_back();
        in.expect("[");
        seal.table = in.string();
        in.expect(",");
        seal.first = in.number<RowId>();
        in.expect(",");
        seal.last = in.number<RowId>();
        in.expect(",");
        seal.count = in.number<std::uint64_t>();
        in.expect(",");
        seal.sha256 = in.hash();
        in.expect("]");
    });
}

void read_changes(Reader& in, AuditEntry& entry) {
    in.list("[", "]", [&] {
        RowChange& change = entry.changes.emplace_back();
        in.expect("[");
        change.table = in.string();
        in.expect(",");
        change.key = in.number<RowId>();
        in.expect(",");
        change.was = in.hash_or_null();
        in.expect(",");
        change.now = in.hash_or_null();
        in.expect("]");
    });
}

AuditRecord read_record(Reader& in) {
    AuditRecord record;
    in.expect(R"({"v":1,"n":)");
    record.index = in.number<std::uint64_t>();
    in.expect(R"(,"act":)");
    if (const auto act = audit_act_named(in.string())) {
        record.entry.act = *act;
    } else {
        in.expect("\x01"); // no such act: stop here, for no record holds this byte
    }
    in.expect(R"(,"who":)");
    record.entry.who = in.string();
    in.expect(R"(,"at_us":)");
    record.entry.at = {TimeKind::utc, in.number<std::int64_t>()};
    in.expect(R"(,"purpose":)");
    record.entry.purpose = in.string();
    in.expect(R"(,"subject":)");
    read_details(in, record.entry);
    if (in.next_is(R"(,"seals":)")) {
        read_seals(in, record.entry);
    }
    if (in.next_is(R"(,"changes":)")) {
        read_changes(in, record.entry);
    }
    in.expect("}");
    return record;
}

} // namespace

std::string audit_record_text(std::uint64_t index, const AuditEntry& entry) {
    JsonWriter out;
    out.begin_object()
        .member("v", 1)
        .member("n", index)
        .member("act", facts_of(entry.act).name)
        .member("who", entry.who)
        .member("at_us", entry.at.micros)
        .member("purpose", entry.purpose)
        .key("subject")
        .begin_object();
    for (const AuditDetail& detail : entry.subject) {
        out.member(detail.name, detail.value);
    }
    out.end_object();
    if (!entry.seals.empty()) {
        out.key("seals").begin_array();
        for (const RowSeal& seal : entry.seals) {
            out.begin_array()
                .value(seal.table)
                .value(seal.first)
                .value(seal.last)
                .value(seal.count)
                .value(encode_hex(seal.sha256))
                .end_array();
        }
        out.end_array();
    }
    if (!entry.changes.empty()) {
        out.key("changes").begin_array();
        for (const RowChange& change : entry.changes) {
            out.begin_array().value(change.table).value(change.key);
            write_hash(out, change.was);
            write_hash(out, change.now);
            out.end_array();
        }
        out.end_array();
    }
    return out.end_object().text();
}

Result<AuditRecord> parse_audit_record(std::string_view text) {
    Reader in(text);
    AuditRecord record = read_record(in);
    if (!in.ok() || !in.at_end()) {
        return fail(Errc::malformed, fmt::format("byte {}: not the form of a record", in.at()));
    }
    // One act, one form: no other spelling of the same values passes.
    if (!is_utf8(text) || audit_record_text(record.index, record.entry) != text) {
        return fail(Errc::malformed, "byte 0: not the one form of this record");
    }
    return record;
}

} // namespace rempart::casefile
