// SPDX-License-Identifier: Apache-2.0
// What NCMEC's hash sharing interface, version 2, answers to /entries; one page or several merged:
//
//     list    := <queryResult> <images> entry* </images> <videos> entry* </videos> ...
//     entry   := <image>|<video> member@id, id, [classification], fingerprints, [feedback]
//              | <deletedImage>|<deletedVideo> member@id, id
//     fingerprints := (<md5>|<sha1>|<sha256>|<pdq> digits | others, which are counted by name)*
//     feedback     := (<affirmativeFeedback>|<negativeFeedback> ...)*
//
// An entry is known by its member and its id; what is said of it last counts. Deletions are
// counted, and what they delete is not taken. An entry that has negative feedback is taken and
// marked, which the summary tells. The label is "member/id", the category the classification.
// Namespaces and unknown elements are passed over; a document type is refused.
//
// Source: exchanges/clients/ncmec of facebook/ThreatExchange (hash_api.py and its tests' data);
// NCMEC's own documentation is for members. Memory: one entry, and 20 bytes for each.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "recognise/list_reader/lists/last_of_key.hpp"
#include "recognise/list_reader/lists/list_readers.hpp"
#include "recognise/list_reader/lists/list_taker.hpp"
#include "recognise/list_reader/lists/xml_walk.hpp"

namespace rempart::recognise {
namespace {

using Path = std::span<const std::string>;

struct Entry {
    std::string member, id, classification;
    std::vector<std::pair<HashKind, std::string>> hashes;
    std::vector<std::string> other_fingerprints;
    bool deleted = false;
    bool negative = false;
};

constexpr std::size_t kEntryDepth = 3; // queryResult/images/image

std::string trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t start = text.find_first_not_of(kSpace);
    return start == std::string_view::npos
               ? ""
               : std::string(text.substr(start, text.find_last_not_of(kSpace) - start + 1));
}

bool is_deleted(std::string_view name) {
    return name == "deletedImage" || name == "deletedVideo";
}

bool is_entry(Path path) {
    return path.size() == kEntryDepth &&
           (path[2] == "image" || path[2] == "video" || is_deleted(path[2]));
}

/// Puts entries together while the document goes by.
class EntryReader {
  public:
    using TakeEntry = std::function<Result<void>(const Entry&, std::uint64_t number)>;

    explicit EntryReader(TakeEntry take) : take_(std::move(take)) {}

    Result<void> read(ListInput& input, const HashListLimits& limits) {
        const XmlHandler handler{
            .begin = [this](Path path,
                            XmlHandler::Attributes attributes) { return begin(path, attributes); },
            .end = [this](Path path, std::string_view text) { return end(path, text); }};
        return walk_xml(input, limits.max_record_bytes, handler);
    }

  private:
    Result<void> begin(Path path, XmlHandler::Attributes attributes) {
        if (path.size() == 1) {
            return path[0] == "queryResult"
                       ? Result<void>{}
                       : fail(Errc::malformed, "the document is no queryResult");
        }
        if (is_entry(path)) {
            ++number_;
            entry_ = {};
            entry_.deleted = is_deleted(path[2]);
            in_entry_ = true;
        } else if (in_entry_ && path.size() == kEntryDepth + 1 && path[3] == "member") {
            const auto id =
                std::ranges::find(attributes, "id", [](const auto& a) { return a.first; });
            entry_.member = id == attributes.end() ? "" : std::string(id->second);
        } else if (in_entry_ && path.back() == "negativeFeedback") {
            entry_.negative = true;
        }
        return {};
    }

    Result<void> end(Path path, std::string_view text) {
        if (!in_entry_) {
            return {};
        }
        if (path.size() == kEntryDepth) {
            in_entry_ = false;
            return take_entry();
        }
        if (path.size() == kEntryDepth + 1 && path[3] == "id") {
            entry_.id = trimmed(text);
        } else if (path.size() == kEntryDepth + 1 && path[3] == "classification") {
            entry_.classification = trimmed(text);
        } else if (path.size() == kEntryDepth + 2 && path[3] == "fingerprints") {
            add_fingerprint(path[4], trimmed(text));
        }
        return {};
    }

    void add_fingerprint(const std::string& tag, std::string digits) {
        const auto kind = hash_kind_named(tag);
        if (kind && !digits.empty()) {
            entry_.hashes.emplace_back(*kind, std::move(digits));
        } else { // of no use here, or empty, because it must be asked for by itself
            entry_.other_fingerprints.push_back(kind ? tag + " kept elsewhere" : tag);
        }
    }

    Result<void> take_entry() {
        if (entry_.member.empty() || entry_.id.empty()) {
            return fail(Errc::malformed, fmt::format("entry {}: no member or no id", number_));
        }
        return take_(entry_, number_).map_error([&](const Error& e) {
            return Error{e.code, fmt::format("entry {}: {}", number_, e.message)};
        });
    }

    TakeEntry take_;
    Entry entry_;
    bool in_entry_ = false;
    std::uint64_t number_ = 0;
};

std::string key_of(const Entry& entry) {
    return fmt::format("{}/{}", entry.member, entry.id);
}

Result<void> take_entry(const Entry& entry, std::uint64_t number, ListTaker& taker) {
    for (const std::string& tag : entry.other_fingerprints) {
        taker.count_skipped(tag);
    }
    if (entry.hashes.empty()) {
        taker.count_skipped("entry without a hash that is read here");
        return {};
    }
    const std::string label = key_of(entry);
    ListRecord record;
    record.entry = number;
    for (const auto& [kind, digits] : entry.hashes) {
        record.hashes.push_back({kind, digits});
    }
    record.label = label;
    record.category = entry.classification;
    record.mark = entry.negative ? "negative feedback" : "";
    return taker.take(record);
}

} // namespace

bool claims_ncmec_list(std::string_view head) {
    constexpr std::size_t kWithin = 4096; // our choice: behind a declaration and comments
    const std::string_view start = head.substr(0, kWithin);
    const std::size_t text = start.find_first_not_of(" \t\r\n");
    return text != std::string_view::npos && start[text] == '<' &&
           start.find("queryResult") != std::string_view::npos;
}

Result<HashListSummary> read_ncmec_list(ListInput& input, const HashListOptions& options,
                                        const TakeHash& take) {
    LastOfKey last;
    EntryReader noting([&](const Entry& entry, std::uint64_t) { return last.note(key_of(entry)); });
    if (auto noted = noting.read(input, options.limits); !noted) {
        return fail(noted.error());
    }
    last.seal();
    ListTaker taker(options, take);
    EntryReader taking([&](const Entry& entry, std::uint64_t number) -> Result<void> {
        if (entry.deleted) {
            taker.count_deleted();
            return {};
        }
        if (!last.is_last(number - 1)) {
            taker.count_skipped("earlier state of an entry");
            return {};
        }
        return take_entry(entry, number, taker);
    });
    if (auto taken = taking.read(input, options.limits); !taken) {
        return fail(taken.error());
    }
    taker.summary().stated_polarity = StatedPolarity::alert;
    taker.summary().stated_scheme = "NCMEC";
    return std::move(taker.summary());
}

} // namespace rempart::recognise
