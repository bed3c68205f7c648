// SPDX-License-Identifier: Apache-2.0
// Adds a list to a case: reads it, stores and compiles its entries, and asks it about what is
// there.
#include <algorithm>
#include <future>
#include <iterator>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "pipeline/list_compiler.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/pipeline/matching.hpp"

namespace rempart::pipeline {
namespace {

using casefile::HitRecord;

casefile::ListRecord list_record(std::span<const ListSource> sources, const ListRequest& request) {
    casefile::ListRecord list;
    list.name = request.name;
    list.polarity = request.polarity;
    list.scheme = request.scheme;
    list.radius = request.radius;
    list.added = request.added;
    std::string lines;
    for (const ListSource& source : sources) {
        list.source_name += (list.source_name.empty() ? "" : ", ") + source.name;
        lines += source.sha256 + "  " + source.name + '\n';
    }
    recognise::Digester digester;
    digester.update(bytes_of(lines));
    list.source_sha256 =
        sources.size() == 1 ? sources[0].sha256 : encode_hex(digester.finish().sha256);
    return list;
}

void add_text(const std::string& from, std::string& to) {
    if (to.empty()) {
        to = from;
    }
}

void add_counts(const recognise::HashListSummary& from, recognise::HashListSummary& to) {
    to.format = from.describes_only && !to.format.empty() ? to.format : from.format;
    to.records += from.records;
    to.hashes += from.hashes;
    to.comments += from.comments;
    to.empty_file_hashes += from.empty_file_hashes;
    to.degenerate_hashes += from.degenerate_hashes;
    to.unterminated_last_line += from.unterminated_last_line;
    to.deleted += from.deleted;
    for (const auto& [what, count] : from.skipped) {
        recognise::count_as(to.skipped, what, count);
    }
    for (const auto& [what, count] : from.marks) {
        recognise::count_as(to.marks, what, count);
    }
    add_text(from.stated_scheme, to.stated_scheme);
    add_text(from.stated_name, to.stated_name);
    add_text(from.stated_version, to.stated_version);
    if (to.stated_polarity == recognise::StatedPolarity::none) {
        to.stated_polarity = from.stated_polarity;
    }
}

std::optional<std::pair<std::int64_t, std::int64_t>> frame_of(const recognise::ListedHash& hash) {
    return hash.frame ? std::optional(std::pair(hash.frame->from_ms, hash.frame->to_ms))
                      : std::nullopt;
}

/// Stores an entry and compiles it, in one pass over the list.
Result<void> put(casefile::ListWriter& writer, ListCompiler& compiler,
                 casefile::ListEntryRecord&& entry) {
    const auto row = writer.add(entry);
    if (!row) {
        return fail(row.error());
    }
    entry.id = *row;
    return compiler.add(entry);
}

// Reads one file behind those before it; the entries are numbered on.
Result<void> store_source(casefile::ListWriter& writer, ListCompiler& compiler,
                          const ListSource& source, const ListRequest& request, ListAdded& added) {
    const bool is_allow = request.polarity == "allow";
    const std::uint64_t entries_before = added.entries;
    std::uint64_t last_entry = 0;
    const auto take = [&](recognise::ListedHash&& hash) -> Result<void> {
        last_entry = std::max(last_entry, hash.entry);
        if (is_allow && hash.marked) {
            ++added.withheld;
            return {};
        }
        const auto value = std::span(hash.bytes).first(size_bytes(hash.kind));
        return put(writer, compiler,
                   {.id = 0,
                    .algorithm = std::string(name(hash.kind)),
                    .value = Bytes(value.begin(), value.end()),
                    .entry = entries_before + hash.entry,
                    .label = std::move(hash.label),
                    .category = std::move(hash.category),
                    .frame_ms = frame_of(hash)});
    };
    const auto read =
        read_list(source.descriptor, request.format, request.options, request.reader, take);
    if (!read) {
        return fail(read.error().code, fmt::format("{}: {}", source.name, read.error().message));
    }
    add_counts(read->summary, added.summary);
    added.entries += last_entry;
    return {};
}

Result<ListAdded> store_list(casefile::Case& file, std::span<const ListSource> sources,
                             const ListRequest& request) {
    ListAdded added{.list = list_record(sources, request),
                    .summary = {},
                    .withheld = 0,
                    .entries = 0,
                    .new_hits = 0,
                    .without_ed2k = 0};
    auto writer = casefile::ListWriter::begin(file, added.list);
    if (!writer) {
        return fail(writer.error());
    }
    added.list.id = writer->list();
    auto compiler = ListCompiler::begin(file.list_folder(), added.list);
    if (!compiler) {
        return fail(compiler.error());
    }
    for (const ListSource& source : sources) {
        if (auto stored = store_source(*writer, *compiler, source, request, added); !stored) {
            return fail(stored.error());
        }
    }
    if (added.summary.hashes == added.withheld) {
        return fail(Errc::malformed, "no hash in the list that it could take");
    }
    casefile::ListRecord& list = added.list;
    list.format = added.summary.format;
    if (list.scheme.empty()) {
        list.scheme = added.summary.stated_scheme;
    }
    list.records = added.summary.records;
    list.hashes = added.summary.hashes - added.withheld;
    list.empty_file_hashes = added.summary.empty_file_hashes;
    const auto files = compiler->finish();
    if (!files) {
        return fail(files.error());
    }
    if (const auto row = writer->finish(list, *files); !row) {
        return fail(row.error());
    }
    compiler->keep();
    return added;
}

/// Asks a list about contents that the case holds, some hundred at a time on all threads. The hits
/// stand in the order of the contents.
class Asking {
  public:
    Asking(const Matcher& matcher, unsigned threads)
        : matcher_(matcher),
          threads_(threads > 0 ? threads : std::max(1U, std::thread::hardware_concurrency())) {}

    Result<void> take(const casefile::ContentKeys& keys) {
        waiting_.push_back(keys);
        return waiting_.size() < kContentsAtOnce * threads_ ? Result<void>() : ask();
    }
    Result<void> ask();
    [[nodiscard]] std::vector<HitRecord>& hits() { return hits_; }

  private:
    // Our choice: as long as a thread takes to start does not matter beside so many questions.
    static constexpr std::size_t kContentsAtOnce = 256;
    using Hits = Result<std::vector<HitRecord>>;

    [[nodiscard]] Hits ask(std::span<const casefile::ContentKeys> contents) const;

    const Matcher& matcher_;
    std::size_t threads_;
    std::vector<casefile::ContentKeys> waiting_;
    std::vector<HitRecord> hits_;
};

Asking::Hits Asking::ask(std::span<const casefile::ContentKeys> contents) const {
    std::vector<HitRecord> hits;
    for (const casefile::ContentKeys& keys : contents) {
        const casefile::Ed2kRecord ed2k = keys.ed2k.value_or(casefile::Ed2kRecord{});
        auto of_one = matcher_.match({.digests = {.md5 = keys.md5, .sha1 = keys.sha1, .sha256 = keys.sha256, .ed2k = ed2k.ed2k, .ed2k_blue = ed2k.ed2k_blue},
                            .fingerprints = keys.fingerprints,
                            .frames = keys.frames,
                            .content = keys.content});
        if (!of_one) {
            return of_one;
        }
        std::ranges::move(*of_one, std::back_inserter(hits));
    }
    return hits;
}

Result<void> Asking::ask() {
    const std::span<const casefile::ContentKeys> all(waiting_);
    const std::size_t each = (all.size() + threads_ - 1) / threads_;
    std::vector<std::future<Hits>> parts;
    for (std::size_t first = 0; first < all.size(); first += each) {
        const auto part = all.subspan(first, std::min(each, all.size() - first));
        parts.push_back(std::async(std::launch::async, [this, part] { return ask(part); }));
    }
    Result<void> asked;
    for (std::future<Hits>& part : parts) {
        auto hits = part.get();
        if (hits && asked) {
            std::ranges::move(*hits, std::back_inserter(hits_));
        } else if (asked) {
            asked = fail(hits.error());
        }
    }
    waiting_.clear();
    return asked;
}

} // namespace

Result<ListAdded> add_list(casefile::Case& file, std::span<const ListSource> sources,
                           const ListRequest& request) {
    auto added = store_list(file, sources, request);
    if (!added) {
        return added;
    }
    const auto matcher = Matcher::load(file, added->list.id);
    if (!matcher) {
        return fail(matcher.error());
    }
    Asking asking(*matcher, request.threads);
    const bool asks_ed2k = matcher->digest_set() == recognise::DigestSet::all_and_ed2k;
    auto asked = casefile::each_content(file, [&](const casefile::ContentKeys& keys) {
        added->without_ed2k += asks_ed2k && !keys.ed2k ? 1U : 0U;
        return asking.take(keys);
    });
    if (asked) {
        asked = asking.ask();
    }
    if (!asked) {
        return fail(std::move(asked).error());
    }
    std::set<std::pair<casefile::RowId, std::string_view>> told; // as the case counts them
    for (const HitRecord& hit : asking.hits()) {
        told.emplace(hit.content, hit.match);
    }
    added->new_hits = told.size();
    if (auto stored = casefile::add_hits(file, asking.hits()); !stored) {
        return fail(stored.error());
    }
    return added;
}

} // namespace rempart::pipeline
