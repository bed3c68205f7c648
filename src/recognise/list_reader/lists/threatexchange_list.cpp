// SPDX-License-Identifier: Apache-2.0
// What ThreatExchange's /threat_updates answers, one page or several merged:
//
//     list   := "{" ... "data":[ update ("," update)* ] ... "}" | "[" update ("," update)* "]"
//     update := { "id", "indicator", "type", "should_delete", "descriptors":{"data":[ ... ]}, ... }
//     descriptor := { "status", "tags":[text] | {"data":[{"text"}]}, ... }
//
// What an update says last of an id counts. One that should be deleted, or has no descriptors
// (issue 834 of facebook/ThreatExchange: a deletion too), is counted and not taken, and so is an
// earlier one of the same id. Types that nothing here compares are counted by name, and so are PDQ
// hashes that are none: exchanges are known to hold some (issue 1609), and one of them must not
// keep the others out. Any other hash that is none refuses the list. The label is the id with its
// tags, the category the statuses.
//
// Source: exchanges/clients/fb_threatexchange (threat_updates.py, descriptor.py) of
// facebook/ThreatExchange. Memory: one update, and 20 bytes for each.
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "recognise/list_reader/lists/json_pieces.hpp"
#include "recognise/list_reader/lists/json_text.hpp"
#include "recognise/list_reader/lists/last_of_key.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"

namespace rempart::recognise {
namespace {

namespace dom = simdjson::dom;

struct IndicatorType {
    std::string_view name;
    HashKind kind;
};

constexpr std::array kTypes{
    IndicatorType{"HASH_PDQ", HashKind::pdq}, IndicatorType{"HASH_MD5", HashKind::md5},
    IndicatorType{"HASH_VIDEO_MD5", HashKind::md5}, IndicatorType{"HASH_SHA1", HashKind::sha1},
    IndicatorType{"HASH_SHA256", HashKind::sha256}};

/// What is read of one update.
struct Update {
    std::string id, indicator, type;
    bool deleted = false;
    bool has_descriptors = false;
    std::set<std::string> statuses, tags;
};

Result<void> set_text(std::string& target, dom::element value) {
    std::int64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) { // ids may be written either way
        target = std::to_string(number);
        return {};
    }
    const auto text = text_or_null(value);
    if (!text) {
        return fail(text.error());
    }
    target = *text;
    return {};
}

// What stands under "data", as the Graph API has its lists, or else the value itself.
dom::element under_data(dom::element value) {
    dom::element inner;
    const bool is_wrapped =
        value.is_object() && value.at_key("data").get(inner) == simdjson::SUCCESS;
    return is_wrapped ? inner : value;
}

void add_tags(Update& update, dom::element value) {
    dom::array tags;
    if (under_data(value).get(tags) != simdjson::SUCCESS) {
        return;
    }
    for (dom::element tag : tags) {
        dom::element text_element;
        std::string_view text;
        if (tag.is_object() && tag.at_key("text").get(text_element) == simdjson::SUCCESS) {
            tag = text_element;
        }
        if (tag.get(text) == simdjson::SUCCESS) {
            update.tags.emplace(text);
        }
    }
}

Result<void> add_descriptor(Update& update, dom::element descriptor) {
    dom::object fields;
    if (descriptor.get(fields) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "a descriptor is no object");
    }
    for (const auto [key, field] : fields) {
        std::string_view status;
        if (key == "status" && field.get(status) == simdjson::SUCCESS) {
            update.statuses.emplace(status);
        } else if (key == "tags") {
            add_tags(update, field);
        }
    }
    return {};
}

Result<void> add_descriptors(Update& update, dom::element value) {
    if (value.is_null()) {
        return {};
    }
    dom::array descriptors;
    if (under_data(value).get(descriptors) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "the descriptors are no array");
    }
    update.has_descriptors = true;
    for (const dom::element descriptor : descriptors) {
        if (auto added = add_descriptor(update, descriptor); !added) {
            return added;
        }
    }
    return {};
}

Result<void> add_field(Update& update, std::string_view key, dom::element field) {
    if (key == "id") {
        return set_text(update.id, field);
    }
    if (key == "indicator") {
        return set_text(update.indicator, field);
    }
    if (key == "type") {
        return set_text(update.type, field);
    }
    if (key == "descriptors") {
        return add_descriptors(update, field);
    }
    const bool is_flag = key == "should_delete" && !field.is_null();
    return is_flag && field.get(update.deleted) != simdjson::SUCCESS
               ? fail(Errc::malformed, "should_delete is neither true nor false")
               : Result<void>{};
}

Result<Update> parse_update(dom::element value) {
    dom::object fields;
    if (value.get(fields) != simdjson::SUCCESS) {
        return fail(Errc::malformed, "an update is no object");
    }
    Update update;
    for (const auto [key, field] : fields) {
        if (auto added = add_field(update, key, field); !added) {
            return fail(added.error());
        }
    }
    if (update.id.empty()) {
        return fail(Errc::malformed, "an update without an id");
    }
    update.deleted = update.deleted || !update.has_descriptors;
    return update;
}

bool is_hash(std::string_view text, HashKind kind) {
    return text.size() == 2 * size_bytes(kind) &&
           text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// One walk over all updates of a list.
class UpdateWalk {
  public:
    UpdateWalk(ListInput& input, const HashListLimits& limits)
        : text_(input), cursor_(text_, limits.max_record_bytes) {}

    /// \return with the number of the update and the byte.
    template <typename TakeUpdate>
    Result<void> each(const TakeUpdate& take) {
        Result<void> done = walk(take);
        if (const std::optional<Error>& failure = cursor_.failure(); failure) {
            return fail(*failure);
        }
        return done.map_error([&](const Error& e) {
            return Error{e.code, fmt::format("update {}, byte {}: {}", updates_, cursor_.offset(),
                                             e.message)};
        });
    }

  private:
    template <typename TakeUpdate>
    Result<void> walk(const TakeUpdate& take) {
        Result<void> done;
        if (cursor_.take('[')) {
            done = walk_array(take);
        } else if (cursor_.take('{')) {
            done = walk_object(take);
        } else {
            return fail(Errc::malformed, "neither a JSON object nor an array");
        }
        if (done && !cursor_.at_end()) {
            return fail(Errc::malformed, "text behind the end of the list");
        }
        return done;
    }

    template <typename TakeUpdate>
    Result<void> walk_object(const TakeUpdate& take) {
        bool has_data = false;
        for (bool first = true;;) {
            const auto key = cursor_.next_key(first);
            if (!key) {
                return fail(key.error());
            }
            if (key->empty()) {
                return has_data ? Result<void>{} : fail(Errc::malformed, "no data");
            }
            const bool is_data = *key == "data";
            if (is_data && has_data) {
                return fail(Errc::malformed, "data stands there twice");
            }
            has_data = has_data || is_data;
            if (auto done = is_data ? walk_data(take) : skip_value(); !done) {
                return done;
            }
        }
    }

    template <typename TakeUpdate>
    Result<void> walk_data(const TakeUpdate& take) {
        return cursor_.take('[') ? walk_array(take) : fail(Errc::malformed, "data is no array");
    }

    template <typename TakeUpdate>
    Result<void> walk_array(const TakeUpdate& take) {
        for (bool first = true;;) {
            const auto more = cursor_.next_element(first);
            if (!more || !*more) {
                return more ? Result<void>{} : fail(more.error());
            }
            ++updates_;
            const auto value = parse_value();
            const auto update = value ? parse_update(*value) : fail(value.error());
            if (!update) {
                return fail(update.error());
            }
            if (auto taken = take(*update, updates_); !taken) {
                return taken;
            }
        }
    }

    Result<dom::element> parse_value() {
        const auto text = cursor_.take_value();
        return text ? json_.parse(*text) : fail(text.error());
    }
    Result<void> skip_value() { // but not what is no JSON
        return parse_value().map([](dom::element) {});
    }

    ListText text_;
    JsonCursor cursor_;
    JsonText json_;
    std::uint64_t updates_ = 0;
};

Result<void> take_update(const Update& update, std::uint64_t number, ListTaker& taker) {
    const auto* const type = std::ranges::find(kTypes, update.type, &IndicatorType::name);
    if (type == kTypes.end()) {
        taker.count_skipped(update.type.empty() ? "without a type" : update.type);
        return {};
    }
    if (type->kind == HashKind::pdq && !is_hash(update.indicator, HashKind::pdq)) {
        taker.count_skipped("HASH_PDQ that is no PDQ hash");
        return {};
    }
    constexpr std::string_view kNegative = "NON_MALICIOUS";
    const bool has_negative = update.statuses.contains(std::string(kNegative));
    const std::string category = fmt::format("{}", fmt::join(update.statuses, ","));
    const std::string label = update.tags.empty()
                                  ? update.id
                                  : fmt::format("{} [{}]", update.id, fmt::join(update.tags, ", "));
    ListRecord record;
    record.entry = number;
    record.hashes = {{type->kind, update.indicator}};
    record.label = label;
    record.category = category;
    record.mark = !has_negative                 ? ""
                  : update.statuses.size() == 1 ? "NON_MALICIOUS"
                                                : "NON_MALICIOUS to some";
    return taker.take(record);
}

} // namespace

bool claims_threatexchange_list(std::string_view head) {
    constexpr std::size_t kWithin = 4096; // our choice: the first update begins there
    const std::string_view start = head.substr(0, kWithin);
    const std::size_t text = start.find_first_not_of(" \t\r\n");
    return text != std::string_view::npos && (start[text] == '{' || start[text] == '[') &&
           (start.find("\"indicator\"") != std::string_view::npos ||
            start.find("\"should_delete\"") != std::string_view::npos);
}

Result<HashListSummary> read_threatexchange_list(ListInput& input, const HashListOptions& options,
                                                 const TakeHash& take) {
    LastOfKey last;
    auto noted = UpdateWalk(input, options.limits).each([&](const Update& update, std::uint64_t) {
        return last.note(update.id);
    });
    if (!noted) {
        return fail(noted.error());
    }
    last.seal();
    ListTaker taker(options, take);
    auto taken = UpdateWalk(input, options.limits)
                     .each([&](const Update& update, std::uint64_t number) -> Result<void> {
                         if (update.deleted) {
                             taker.count_deleted();
                             return {};
                         }
                         if (!last.is_last(number - 1)) {
                             taker.count_skipped("earlier state of an entry");
                             return {};
                         }
                         return take_update(update, number, taker);
                     });
    if (!taken) {
        return fail(taken.error());
    }
    taker.summary().stated_polarity = StatedPolarity::alert;
    return std::move(taker.summary());
}

} // namespace rempart::recognise
