// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/xml_walk.hpp"

#include <memory>
#include <optional>

#include <expat.h>

#include <fmt/format.h>

#include "rempart/core/bytes.hpp"

namespace rempart::recognise {
namespace {

constexpr std::size_t kMaxDepth = 32; // our choice: the formats here have nine
constexpr char kNamespaceEnd = '|';

struct ParserEnd {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

std::string_view local_name(const XML_Char* name) {
    const std::string_view whole(name);
    return whole.substr(whole.rfind(kNamespaceEnd) + 1); // npos + 1 is 0
}

/// The state of one walk. Exceptions must not fly through expat, and nothing here throws but for
/// memory, which ends the program.
class Walk {
  public:
    Walk(std::size_t max_record_bytes, const XmlHandler& handler)
        : handler_(handler), max_record_bytes_(max_record_bytes),
          parser_(XML_ParserCreateNS(nullptr, kNamespaceEnd)) {}

    Result<void> run(ListInput& input) {
        if (!parser_) {
            return fail(Errc::memory, "no XML parser");
        }
        XML_SetUserData(parser_.get(), this);
        XML_SetElementHandler(parser_.get(), begin, end);
        XML_SetCharacterDataHandler(parser_.get(), text);
        XML_SetStartDoctypeDeclHandler(parser_.get(), doctype);
        constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
        Bytes piece(kPieceBytes);
        std::uint64_t offset = 0;
        bool is_last = false;
        while (!is_last) {
            const auto read = input.read_at(offset, piece);
            if (!read) {
                return fail(read.error());
            }
            offset += *read;
            is_last = *read < piece.size() || offset >= input.size_bytes();
            if (auto done = feed(ByteView(piece).first(*read), offset, is_last); !done) {
                return done;
            }
        }
        return {};
    }

  private:
    Result<void> feed(ByteView piece, std::uint64_t offset, bool is_last) {
        const auto* const text = reinterpret_cast<const char*>(piece.data());
        const auto status =
            XML_Parse(parser_.get(), text, static_cast<int>(piece.size()), is_last ? 1 : 0);
        if (failure_) {
            return fail(at_line(*failure_));
        }
        if (status != XML_STATUS_OK) {
            const XML_Error code = XML_GetErrorCode(parser_.get());
            return fail(at_line({code == XML_ERROR_NO_MEMORY ? Errc::memory : Errc::malformed,
                                 fmt::format("not valid XML: {}", XML_ErrorString(code))}));
        }
        // A tag that does not end: expat keeps what it has of it.
        const XML_Index done = XML_GetCurrentByteIndex(parser_.get());
        if (!is_last && offset - static_cast<std::uint64_t>(done) > max_record_bytes_) {
            return fail(too_long());
        }
        return {};
    }

    [[nodiscard]] Error at_line(const Error& error) const {
        return {error.code,
                fmt::format("line {}: {}", XML_GetCurrentLineNumber(parser_.get()), error.message)};
    }
    [[nodiscard]] Error too_long() const {
        return at_line(
            {Errc::limit_exceeded, fmt::format("longer than {} bytes", max_record_bytes_)});
    }

    void give_up(Error why) {
        if (!failure_) {
            failure_ = std::move(why);
            XML_StopParser(parser_.get(), XML_FALSE);
        }
    }

    static void begin(void* self, const XML_Char* name, const XML_Char** attributes) {
        static_cast<Walk*>(self)->begin_element(name, attributes);
    }
    static void end(void* self, const XML_Char*) { static_cast<Walk*>(self)->end_element(); }
    static void text(void* self, const XML_Char* text, int size) {
        static_cast<Walk*>(self)->add_text({text, static_cast<std::size_t>(size)});
    }
    static void doctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        static_cast<Walk*>(self)->give_up(
            {Errc::unsupported, "a document type, which could hold entities without end"});
    }

    void begin_element(const XML_Char* name, const XML_Char** attributes) {
        if (failure_) {
            return;
        }
        if (path_.size() == kMaxDepth) {
            give_up({Errc::limit_exceeded, fmt::format("more than {} levels", kMaxDepth)});
            return;
        }
        path_.emplace_back(local_name(name));
        text_.clear();
        is_leaf_ = true;
        attributes_.clear();
        for (; *attributes != nullptr; attributes += 2) {
            attributes_.emplace_back(local_name(attributes[0]), attributes[1]);
        }
        if (auto done = handler_.begin(path_, attributes_); !done) {
            give_up(done.error());
        }
    }

    void end_element() {
        if (failure_) {
            return;
        }
        if (auto done = handler_.end(path_, is_leaf_ ? std::string_view(text_) : ""); !done) {
            give_up(done.error());
        }
        path_.pop_back();
        is_leaf_ = false;
    }

    void add_text(std::string_view text) {
        if (failure_ || !is_leaf_) {
            return;
        }
        if (text_.size() + text.size() > max_record_bytes_) {
            give_up({Errc::limit_exceeded, fmt::format("longer than {} bytes", max_record_bytes_)});
            return;
        }
        text_ += text;
    }

    const XmlHandler& handler_;
    std::size_t max_record_bytes_;
    std::unique_ptr<XML_ParserStruct, ParserEnd> parser_;
    std::vector<std::string> path_;
    std::vector<std::pair<std::string_view, std::string_view>> attributes_;
    std::string text_;
    bool is_leaf_ = false;
    std::optional<Error> failure_;
};

} // namespace

Result<void> walk_xml(ListInput& input, std::size_t max_record_bytes, const XmlHandler& handler) {
    return Walk(max_record_bytes, handler).run(input);
}

} // namespace rempart::recognise
