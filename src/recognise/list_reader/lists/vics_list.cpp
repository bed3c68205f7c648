// SPDX-License-Identifier: Apache-2.0
// Project VIC's exchange format, generations 1.x and 2.0:
//
//     list    := "{" context "," ... "value":[ element ("," element)* ] ... "}"
//     context := "odata.metadata" | "@odata.context" ":" URL that ends in #Media or #Cases
//     element := media                                            of #Media
//              | { ... "Media":[ media ("," media)* ] ... }       of #Cases
//     media   := { MD5, SHA1, AlternativeHashes:[{HashName,HashValue}], MediaID, Category, ... }
//
// Keys in any case; those without a meaning here are passed over, but must be JSON. The context
// must stand before the value, as OData's order of control information asks and as all writers
// have it. Memory: one media object, at most HashListLimits::max_record_bytes.
//
// Source: the specification is not public; field names and contexts are those that several public
// tools read and write (IPED HashDBTool, GLEAPP projectvic, Griffeye scripts).
#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "recognise/list_reader/lists/json_pieces.hpp"
#include "recognise/list_reader/lists/json_text.hpp"
#include "recognise/list_reader/lists/list_lines.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

namespace dom = simdjson::dom;

enum class Elements : std::uint8_t { media, cases };

struct Context {
    Elements elements;
    std::string region; ///< "US": which table of categories; empty in 1.x.
};

bool is_context_key(std::string_view lower) {
    return lower == "odata.metadata" || lower == "@odata.context";
}

// Takes the first of `choices` that `text` starts with off it.
template <std::size_t N>
std::optional<std::size_t> take_one_of(std::string_view& text,
                                       const std::array<std::string_view, N>& choices) {
    for (std::size_t i = 0; i < N; ++i) {
        if (text.starts_with(choices[i])) {
            text.remove_prefix(choices[i].size());
            return i;
        }
    }
    return std::nullopt;
}

// http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media
// http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Cases
std::optional<Context> parse_context(std::string_view url) {
    constexpr std::array<std::string_view, 2> kSchemes{"http://", "https://"};
    constexpr std::array<std::string_view, 2> kOwners{
        "github.com/icmec/projectvic/datamodels/",
        "github.com/vicsdatamodel/projectvic/datamodels/"};
    constexpr std::array<std::string_view, 4> kVersions{"1.1.xml", "1.2.xml", "1.3.xml", "2.0.xml"};
    constexpr std::string_view kMetadata = "/$metadata";
    const std::string lower = ascii_lower(url);
    std::string_view rest = lower;
    if (!take_one_of(rest, kSchemes) || !take_one_of(rest, kOwners) ||
        !take_one_of(rest, kVersions)) {
        return std::nullopt;
    }
    const std::size_t hash = rest.find('#');
    if (hash == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view path = url.substr(url.size() - rest.size(), hash); // in its own case
    if (!path.empty()) {
        if (!rest.substr(0, hash).ends_with(kMetadata)) {
            return std::nullopt;
        }
        path.remove_suffix(kMetadata.size());
        path.remove_prefix(path.empty() ? 0 : 1);
        if (path.find('/') != std::string_view::npos) {
            return std::nullopt;
        }
    }
    const std::string_view kind = rest.substr(hash);
    if (kind != "#media" && kind != "#cases") {
        return std::nullopt;
    }
    return Context{kind == "#media" ? Elements::media : Elements::cases, std::string(path)};
}

Result<std::string> number_or_text(dom::element value) {
    std::int64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) {
        return std::to_string(number);
    }
    const auto text = text_or_null(value);
    if (!text) {
        return fail(text.error());
    }
    return std::string(*text);
}

/// What is read of one media object. Views: into the parsed object.
struct Media {
    std::array<std::string_view, static_cast<std::size_t>(kLastHashKind) + 1> hashes;
    std::string id;
    std::string category;
    std::vector<std::string> skipped; ///< The names of hashes that are not looked up here.

    // The same hash may stand in its field and among the alternatives.
    Result<void> add(HashKind kind, dom::element value) {
        const auto text = text_or_null(value);
        if (!text) {
            return fail(text.error());
        }
        std::string_view& known = hashes[static_cast<std::size_t>(kind)];
        if (!known.empty() && !text->empty() && ascii_lower(known) != ascii_lower(*text)) {
            return fail(Errc::malformed, fmt::format("two different values of {}", name(kind)));
        }
        known = text->empty() ? known : *text;
        return {};
    }
};

std::optional<HashKind> kind_of_name(std::string_view written) {
    std::string lower = ascii_lower(written);
    std::erase_if(lower, [](char c) { return c == '-' || c == '_' || c == ' '; });
    return hash_kind_named(lower);
}

Result<void> add_alternative(Media& media, dom::element alternative) {
    dom::object fields;
    if (alternative.get(fields) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "an alternative hash is no object");
    }
    std::optional<dom::element> hash_name;
    std::optional<dom::element> value;
    for (const auto [key, element] : fields) {
        const std::string lower = ascii_lower(key);
        if (lower == "hashname") {
            hash_name = element;
        } else if (lower == "hashvalue") {
            value = element;
        }
    }
    const auto text = hash_name ? text_or_null(*hash_name) : std::string_view{};
    if (!text) {
        return fail(text.error());
    }
    const auto kind = kind_of_name(*text);
    if (kind && value) {
        return media.add(*kind, *value);
    }
    if (value && !value->is_null()) { // of a kind that is not looked up here: F1, MSE...
        media.skipped.emplace_back(*text);
    }
    return {};
}

Result<void> add_alternatives(Media& media, dom::element value) {
    if (value.is_null()) {
        return {};
    }
    dom::array alternatives;
    if (value.get(alternatives) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "the alternative hashes are no array");
    }
    for (const dom::element alternative : alternatives) {
        if (auto added = add_alternative(media, alternative); !added) {
            return added;
        }
    }
    return {};
}

Result<void> add_field(Media& media, std::string_view key, dom::element value) {
    const std::string lower = ascii_lower(key);
    if (lower == "alternativehashes") {
        return add_alternatives(media, value);
    }
    if (lower == "mediaid" || lower == "category") {
        auto text = number_or_text(value);
        if (!text) {
            return fail(text.error());
        }
        (lower == "mediaid" ? media.id : media.category) = std::move(*text);
        return {};
    }
    if (lower == "photodna" && !value.is_null()) {
        media.skipped.emplace_back("PhotoDNA");
    }
    const auto kind = hash_kind_named(lower);
    return kind ? media.add(*kind, value) : Result<void>{};
}

class VicsReader {
  public:
    VicsReader(ListText& text, const HashListOptions& options, const TakeHash& take)
        : cursor_(text, options.limits.max_record_bytes), taker_(options, take) {}

    Result<HashListSummary> read() {
        if (auto done = read_document(); !done) {
            if (const std::optional<Error>& failure = cursor_.failure(); failure) {
                return fail(*failure);
            }
            return fail(done.error().code, fmt::format("media {}, byte {}: {}", record_.entry,
                                                       cursor_.offset(), done.error().message));
        }
        return std::move(taker_.summary());
    }

  private:
    Result<void> read_document() {
        if (!cursor_.take('{')) {
            return fail(Errc::malformed, "not a JSON object");
        }
        bool has_value = false;
        for (bool first = true;;) {
            const auto key = cursor_.next_key(first);
            if (!key) {
                return fail(key.error());
            }
            if (key->empty()) {
                break;
            }
            const std::string lower = ascii_lower(*key);
            const bool is_value = lower == "value";
            if (is_value && has_value) {
                return fail(Errc::malformed, "a second value");
            }
            has_value = has_value || is_value;
            const auto done = is_context_key(lower) ? read_context()
                              : is_value            ? read_value()
                                                    : skip_value();
            if (!done) {
                return done;
            }
        }
        if (!cursor_.at_end()) {
            return fail(Errc::malformed, "text behind the end of the list");
        }
        return has_value ? Result<void>{} : fail(Errc::malformed, "no value, as OData calls it");
    }

    Result<void> read_context() {
        const auto value = parse_value();
        if (!value) {
            return fail(value.error());
        }
        const auto url = text_or_null(*value);
        const auto context = url ? parse_context(*url) : std::nullopt;
        if (!context) {
            return fail(Errc::unsupported,
                        "the context is none of VICS 1.1, 1.2, 1.3 or 2.0 with #Media or #Cases");
        }
        if (context_) {
            return fail(Errc::malformed, "a second context");
        }
        context_ = context;
        taker_.summary().stated_scheme = context->region;
        return {};
    }

    Result<void> read_value() {
        if (!context_) {
            return fail(Errc::malformed, "the context must stand before the value");
        }
        const bool media = context_->elements == Elements::media;
        return read_array([&] { return media ? read_media() : read_case(); });
    }

    template <typename ReadElement>
    Result<void> read_array(const ReadElement& read_element) {
        if (!cursor_.take('[')) {
            return fail(Errc::malformed, "an array is missing");
        }
        for (bool first = true;;) {
            const auto more = cursor_.next_element(first);
            if (!more) {
                return fail(more.error());
            }
            if (!*more) {
                return {};
            }
            if (auto done = read_element(); !done) {
                return done;
            }
        }
    }

    Result<void> read_case() {
        if (!cursor_.take('{')) {
            return fail(Errc::malformed, "a case is no object");
        }
        for (bool first = true;;) {
            const auto key = cursor_.next_key(first);
            if (!key) {
                return fail(key.error());
            }
            if (key->empty()) {
                return {};
            }
            const auto done = ascii_lower(*key) == "media"
                                  ? read_array([&] { return read_media(); })
                                  : skip_value();
            if (!done) {
                return done;
            }
        }
    }

    Result<void> read_media() {
        ++record_.entry;
        const auto value = parse_value();
        if (!value) {
            return fail(value.error());
        }
        dom::object fields;
        if (value->get(fields) != simdjson::SUCCESS) {
            return fail(Errc::malformed, "a media is no object");
        }
        Media media;
        for (const auto [key, element] : fields) {
            if (auto added = add_field(media, key, element); !added) {
                return added;
            }
        }
        if (media.hashes[static_cast<std::size_t>(HashKind::md5)].empty()) {
            return fail(Errc::malformed, "no MD5");
        }
        record_.hashes.clear();
        for (std::size_t i = 0; i < media.hashes.size(); ++i) {
            if (!media.hashes[i].empty()) {
                record_.hashes.push_back({static_cast<HashKind>(i), media.hashes[i]});
            }
        }
        for (const std::string& kind : media.skipped) {
            taker_.count_skipped(kind);
        }
        record_.label = media.id;
        record_.category = media.category;
        return taker_.take(record_);
    }

    Result<dom::element> parse_value() {
        const auto text = cursor_.take_value();
        if (!text) {
            return fail(text.error());
        }
        return json_.parse(*text);
    }

    Result<void> skip_value() { // but not what is no JSON
        return parse_value().map([](dom::element) {});
    }

    JsonCursor cursor_;
    JsonText json_;
    ListTaker taker_;
    std::optional<Context> context_;
    ListRecord record_; ///< Its entry counts the media objects.
};

} // namespace

bool claims_vics_list(std::string_view head) {
    constexpr std::size_t kContextWithin = 4096; // our choice: writers have it first
    const std::string start = ascii_lower(head.substr(0, kContextWithin));
    const std::size_t text = start.find_first_not_of(" \t\r\n");
    return text != std::string::npos && start[text] == '{' &&
           (start.find("\"odata.metadata\"") != std::string::npos ||
            start.find("\"@odata.context\"") != std::string::npos);
}

Result<HashListSummary> read_vics_list(ListText& text, const HashListOptions& options,
                                       const TakeHash& take) {
    return VicsReader(text, options, take).read();
}

} // namespace rempart::recognise
