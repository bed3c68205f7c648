// SPDX-License-Identifier: Apache-2.0
// Takes over a newer version of a list: what is the same is left alone, what is new is asked.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "pipeline/ask_case.hpp"
#include "pipeline/list_sources.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/pipeline/add_list.hpp"
#include "rempart/recognise/digest.hpp"
#include "rempart/recognise/known_set.hpp"

namespace rempart::pipeline {
namespace {

using casefile::ListEntryRecord;

/// What an entry says, whatever its number and the order of its hashes: the sum of 128 bits of the
/// SHA-256 of each. Zeroes: no such entry.
using EntryKey = std::array<std::uint64_t, 2>;

EntryKey key_of(const ListEntryRecord& hash, recognise::Digester& digester) {
    const std::string text = fmt::format(
        "{}\n{}\n{}\n{}\n{}\n", hash.algorithm, hash.frame_ms ? hash.frame_ms->first : -1,
        hash.frame_ms ? hash.frame_ms->second : -1, hash.label.size(), hash.category.size());
    digester.update(bytes_of(text));
    digester.update(bytes_of(hash.label));
    digester.update(bytes_of(hash.category));
    digester.update(hash.value);
    EntryKey key{};
    std::memcpy(key.data(), digester.finish().sha256.data(), sizeof key);
    return key;
}

/// The keys of the entries of a list, by their numbers.
class EntryKeys {
  public:
    void add(const ListEntryRecord& hash) {
        if (hash.entry >= keys_.size()) {
            keys_.resize(hash.entry + 1);
        }
        const EntryKey key = key_of(hash, digester_);
        keys_[hash.entry][0] += key[0];
        keys_[hash.entry][1] += key[1];
    }
    /// The last number, 0 without entries.
    [[nodiscard]] std::uint64_t last() const { return keys_.empty() ? 0 : keys_.size() - 1; }
    /// Those that there are, by key and then by number.
    [[nodiscard]] std::vector<std::pair<EntryKey, std::uint64_t>> sorted() const {
        std::vector<std::pair<EntryKey, std::uint64_t>> all;
        for (std::uint64_t entry = 0; entry < keys_.size(); ++entry) {
            if (keys_[entry] != EntryKey{}) {
                all.emplace_back(keys_[entry], entry);
            }
        }
        std::ranges::sort(all);
        return all;
    }
    friend bool operator==(const EntryKeys& a, const EntryKeys& b) { return a.keys_ == b.keys_; }

  private:
    recognise::Digester digester_{recognise::DigestSet::sha256_only};
    std::vector<EntryKey> keys_;
};

/// What a newer version changes.
struct Difference {
    std::vector<bool> is_new;                       ///< By the number in the version.
    std::vector<std::uint64_t> withdrawn, returned; ///< Numbers in the list, ascending.
    std::uint64_t kept = 0, added = 0;
};

using States = std::map<std::uint64_t, std::string>;

Difference difference(const EntryKeys& list, const EntryKeys& version, const States& states) {
    Difference changed;
    changed.is_new.resize(version.last() + 1);
    const auto there = list.sorted();
    std::vector<bool> is_found(there.size());
    for (const auto& [key, entry] : version.sorted()) {
        const auto same =
            std::ranges::equal_range(there, key, {}, &std::pair<EntryKey, std::uint64_t>::first);
        for (auto at = same.begin(); at != same.end(); ++at) {
            is_found[static_cast<std::size_t>(at - there.begin())] = true;
        }
        changed.is_new[entry] = same.empty();
        ++(same.empty() ? changed.added : changed.kept);
    }
    for (std::size_t i = 0; i < there.size(); ++i) {
        const auto state = states.find(there[i].second);
        const std::string_view is = state == states.end() ? std::string_view() : state->second;
        if (is_found[i] && is == name(casefile::EntryAct::withdrawn)) {
            changed.returned.push_back(there[i].second);
        }
        if (!is_found[i] && (is.empty() || is == name(casefile::EntryAct::quarantined))) {
            changed.withdrawn.push_back(there[i].second);
        }
    }
    std::ranges::sort(changed.returned);
    std::ranges::sort(changed.withdrawn);
    return changed;
}

Result<States> states_of(casefile::Case& file, casefile::RowId list) {
    const auto off = casefile::entries_off(file);
    if (!off) {
        return fail(off.error());
    }
    States states;
    for (const casefile::EntryOff& entry : *off) {
        if (entry.list == list) {
            states.emplace(entry.entry, entry.state);
        }
    }
    return states;
}

Result<std::optional<casefile::ListRecord>> list_named(casefile::Case& file,
                                                       const std::string& name) {
    auto all = casefile::lists(file);
    if (!all) {
        return fail(std::move(all).error());
    }
    const auto found = std::ranges::find(*all, name, &casefile::ListRecord::name);
    return found == all->end() ? std::nullopt : std::optional(std::move(*found));
}

/// One update under way.
class Update {
  public:
    Update(casefile::Case& file, std::span<const ListSource> sources, ListRequest request)
        : file_(file), sources_(sources), request_(std::move(request)) {}

    Result<ListUpdated> run();

  private:
    Result<void> compare();
    Result<void> collect_what_is_new();
    Result<void> add_what_is_new();
    Result<void> put(ListEntryRecord& entry);
    Result<void> finish();
    Result<void> ask();

    casefile::Case& file_;
    std::span<const ListSource> sources_;
    ListRequest request_;
    ListUpdated updated_;
    std::optional<casefile::ListWriter> writer_;
    EntryKeys version_;
    Difference changed_;
    std::int64_t newest_ = 0; ///< Version, when it was compared.
    std::vector<ListEntryRecord> new_entries_;
    recognise::KnownSet::Builder new_hashes_;
    casefile::RowId last_before_ = 0; ///< Row of an entry.
    bool has_frames_ = false;
};

Result<void> Update::compare() {
    const auto newest = casefile::newest_version(file_, updated_.read.list.id);
    if (!newest) {
        return fail(newest.error());
    }
    newest_ = *newest;
    EntryKeys list;
    auto read = casefile::each_entry(file_, updated_.read.list.id,
                                     [&](const ListEntryRecord& hash) -> Result<void> {
                                         list.add(hash);
                                         return {};
                                     });
    if (read) {
        read = read_sources(sources_, request_, updated_.read,
                            [&](ListEntryRecord&& hash) -> Result<void> {
                                version_.add(hash);
                                return {};
                            });
    }
    const auto states = states_of(file_, updated_.read.list.id);
    if (!read || !states) {
        return read ? fail(states.error()) : read;
    }
    changed_ = difference(list, version_, *states);
    updated_.version.first_entry = list.last() + 1;
    return {};
}

Result<void> Update::put(ListEntryRecord& entry) {
    entry.entry += updated_.version.first_entry - 1;
    const auto row = writer_->add(entry);
    if (!row) {
        return fail(row.error());
    }
    last_before_ = last_before_ == 0 ? *row - 1 : last_before_;
    has_frames_ = has_frames_ || entry.frame_ms;
    if (const auto kind = recognise::hash_kind_named(entry.algorithm)) {
        new_hashes_.add(0, *row, *kind, entry.value);
    }
    return {};
}

// Before the list is locked: reading takes as long as whoever wrote the list pleases.
Result<void> Update::collect_what_is_new() {
    EntryKeys again;
    ListAdded counted_before;
    auto read = read_sources(
        sources_, request_, counted_before, [&](ListEntryRecord&& hash) -> Result<void> {
            again.add(hash);
            if (hash.entry < changed_.is_new.size() && changed_.is_new[hash.entry]) {
                new_entries_.push_back(std::move(hash));
            }
            return {};
        });
    return !read || again == version_ ? read
                                      : fail(Errc::integrity, "the list changed while it was read");
}

Result<void> Update::add_what_is_new() {
    auto writer = casefile::ListWriter::extend(file_, request_.name);
    if (!writer) {
        return fail(std::move(writer).error());
    }
    writer_.emplace(std::move(*writer));
    const auto newest = casefile::newest_version(file_, updated_.read.list.id);
    if (!newest || *newest != newest_) {
        return newest ? fail(Errc::refused, "somebody else brought the list up to date meanwhile")
                      : fail(newest.error());
    }
    for (ListEntryRecord& entry : std::exchange(new_entries_, {})) {
        if (auto added = put(entry); !added) {
            return added;
        }
    }
    return {};
}

Result<void> Update::finish() {
    const casefile::ListRecord said = list_record(sources_, request_);
    const ListAdded& read = updated_.read;
    casefile::ListVersionRecord& version = updated_.version;
    version.format = read.summary.format;
    version.source_name = said.source_name;
    version.source_sha256 = said.source_sha256;
    version.records = read.summary.records;
    version.hashes = read.summary.hashes - read.withheld;
    version.kept = changed_.kept;
    version.added = changed_.added;
    version.withdrawn = changed_.withdrawn.size();
    version.returned = changed_.returned.size();
    version.taken = request_.added;
    const auto row = writer_->finish_version(version, changed_.withdrawn, changed_.returned);
    writer_.reset();
    return row ? Result<void>() : fail(row.error());
}

/// Of videos all entries are asked: one that has a frame more is known by all of its frames.
Result<void> Update::ask() {
    const casefile::RowId list = updated_.read.list.id;
    const auto version = casefile::newest_version(file_, list);
    if (!version) {
        return fail(version.error());
    }
    if (changed_.added > 0) {
        auto matcher = has_frames_ ? Matcher::load(file_, list)
                                   : Matcher::over(std::move(new_hashes_).build(), list);
        if (!matcher) {
            return fail(std::move(matcher).error());
        }
        const auto asked = ask_case(file_, *matcher, request_.threads, last_before_);
        if (!asked) {
            return fail(asked.error());
        }
        updated_.read.new_hits = asked->hits;
        updated_.read.without_ed2k = asked->without_ed2k;
    }
    return casefile::list_was_asked(file_, {list, *version});
}

Result<ListUpdated> Update::run() {
    auto list = list_named(file_, request_.name);
    if (!list) {
        return fail(std::move(list).error());
    }
    if (!*list) {
        return fail(Errc::not_found, "the case has no list of that name");
    }
    updated_.read.list = std::move(**list);
    request_.polarity = updated_.read.list.polarity;
    new_hashes_.set_radius(0, updated_.read.list.radius);
    // What an earlier call left to do, because it ended in between: of this list too.
    if (auto asked = ask_due_lists(file_, request_.threads); !asked) {
        return fail(std::move(asked).error());
    }
    using Step = Result<void> (Update::*)();
    for (const Step step : {&Update::compare, &Update::collect_what_is_new,
                            &Update::add_what_is_new, &Update::finish, &Update::ask}) {
        if (auto done = (this->*step)(); !done) {
            return fail(std::move(done).error());
        }
    }
    return std::move(updated_);
}

} // namespace

Result<ListUpdated> update_list(casefile::Case& file, std::span<const ListSource> sources,
                                const ListRequest& request) {
    return Update(file, sources, request).run();
}

} // namespace rempart::pipeline
