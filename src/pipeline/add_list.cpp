// SPDX-License-Identifier: Apache-2.0
// Adds a list to a case: reads it, stores and compiles its entries, and asks what is there already.
#include "rempart/pipeline/add_list.hpp"

#include <utility>

#include "pipeline/ask_case.hpp"
#include "pipeline/list_compiler.hpp"
#include "pipeline/list_sources.hpp"

namespace rempart::pipeline {
namespace {

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

Result<ListAdded> store_list(casefile::Case& file, std::span<const ListSource> sources,
                             const ListRequest& request) {
    ListAdded added{};
    added.list = list_record(sources, request);
    auto writer = casefile::ListWriter::begin(file, added.list);
    if (!writer) {
        return fail(writer.error());
    }
    added.list.id = writer->list();
    auto compiler = ListCompiler::begin(file.list_folder(), added.list);
    if (!compiler) {
        return fail(compiler.error());
    }
    auto read = read_sources(sources, request, added, [&](casefile::ListEntryRecord&& entry) {
        return put(*writer, *compiler, std::move(entry));
    });
    if (!read) {
        return fail(std::move(read).error());
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

} // namespace

Result<ListAdded> add_list(casefile::Case& file, std::span<const ListSource> sources,
                           const ListRequest& request) {
    // What an earlier call left to do, because it ended in between.
    if (auto asked = ask_due_lists(file, request.threads); !asked) {
        return fail(std::move(asked).error());
    }
    auto added = store_list(file, sources, request);
    if (!added) {
        return added;
    }
    const auto matcher = Matcher::load(file, added->list.id);
    if (!matcher) {
        return fail(matcher.error());
    }
    const auto asked = ask_case(file, *matcher, request.threads);
    if (!asked) {
        return fail(asked.error());
    }
    added->new_hits = asked->hits;
    added->without_ed2k = asked->without_ed2k;
    if (auto settled = casefile::list_was_asked(file, {added->list.id, 0}); !settled) {
        return fail(std::move(settled).error());
    }
    return added;
}

} // namespace rempart::pipeline
