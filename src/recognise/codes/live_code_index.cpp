// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/live_code_index.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "recognise/codes/code_levels.hpp"

namespace rempart::recognise {
namespace {

using Rows = std::vector<CodeRow>; // ascending, each once

/// Never changed once others can see it. Parts are shared with the states before and after.
struct LiveState {
    std::shared_ptr<const CodeIndex> base;
    CodeLevels sealed; ///< Being written into the next snapshot: not merged with what comes later.
    CodeLevels added;
    std::shared_ptr<const Rows> disabled = std::make_shared<const Rows>();
};

Rows ascending(std::span<const CodeRow> rows) {
    Rows sorted(rows.begin(), rows.end());
    std::ranges::sort(sorted);
    sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
    return sorted;
}

Result<void> append_hits(const CodeIndex& index, PdqHash query, int radius,
                         std::vector<LiveHit>& hits) {
    CodeScratch scratch;
    std::vector<CodeMatch> matches;
    if (auto found = index.find_within(query, radius, matches, scratch); !found) {
        return found;
    }
    std::vector<CodeRow> rows;
    for (const auto& [code, distance] : matches) {
        rows.clear();
        if (auto got = index.append_rows(code, rows); !got) {
            return got;
        }
        for (const CodeRow& row : rows) {
            hits.push_back({.row = row, .distance = distance});
        }
    }
    return {};
}

template <typename Visit>
Result<void> each_index(const LiveState& state, const Visit& visit) {
    Result<void> done = visit(*state.base);
    for (const CodeLevels* levels : {&state.sealed, &state.added}) {
        for (const auto& level : levels->levels()) {
            done = done ? visit(*level) : done;
        }
    }
    return done;
}

Result<CodeIndex> written(const LiveState& state, const std::filesystem::path& path,
                          const CodeIndexBuilder::Options& options) {
    CodeIndexBuilder builder(options);
    const auto add = [&](const PdqHash& code, CodeRow row) { return builder.add(code, row); };
    auto done = each_index(state, [&](const CodeIndex& index) {
                    return each_row(index, add);
                }).and_then([&] { return std::move(builder).write(path); });
    return done ? CodeIndex::open(path) : fail(std::move(done).error());
}

} // namespace

struct LiveCodeIndex::Shared {
    [[nodiscard]] std::shared_ptr<const LiveState> now() const {
        const std::lock_guard lock(pointer);
        return state;
    }
    void become(LiveState next) {
        auto made = std::make_shared<const LiveState>(std::move(next));
        const std::lock_guard lock(pointer);
        state.swap(made); // the old one is freed after the lock, or by its last reader
    }

    mutable std::mutex pointer;             ///< Held for the copy of `state`, nothing else.
    std::mutex writers;                     ///< Held from reading a state to replacing it.
    std::mutex compaction;                  ///< One at a time.
    std::shared_ptr<const LiveState> state; ///< Shared with the searches that work on it.
};

LiveCodeIndex::LiveCodeIndex(CodeIndex base) : shared_(std::make_unique<Shared>()) {
    LiveState first;
    first.base = std::make_shared<const CodeIndex>(std::move(base));
    shared_->become(std::move(first));
}
LiveCodeIndex::LiveCodeIndex(LiveCodeIndex&&) noexcept = default;
LiveCodeIndex& LiveCodeIndex::operator=(LiveCodeIndex&&) noexcept = default;
LiveCodeIndex::~LiveCodeIndex() = default;

Result<void> LiveCodeIndex::add(std::span<const CodeEntry> entries) {
    const std::lock_guard lock(shared_->writers);
    LiveState next = *shared_->now();
    auto added = next.added.add(entries);
    if (added) {
        shared_->become(std::move(next));
    }
    return added;
}

void LiveCodeIndex::disable(std::span<const CodeRow> rows) {
    const Rows more = ascending(rows);
    const std::lock_guard lock(shared_->writers);
    LiveState next = *shared_->now();
    Rows all;
    std::ranges::set_union(*next.disabled, more, std::back_inserter(all));
    next.disabled = std::make_shared<const Rows>(std::move(all));
    shared_->become(std::move(next));
}

void LiveCodeIndex::enable(std::span<const CodeRow> rows) {
    const Rows fewer = ascending(rows);
    const std::lock_guard lock(shared_->writers);
    LiveState next = *shared_->now();
    Rows left;
    std::ranges::set_difference(*next.disabled, fewer, std::back_inserter(left));
    next.disabled = std::make_shared<const Rows>(std::move(left));
    shared_->become(std::move(next));
}

Result<std::vector<LiveHit>> LiveCodeIndex::find_within(PdqHash query, int radius) const {
    const auto state = shared_->now();
    std::vector<LiveHit> hits;
    auto found = each_index(
        *state, [&](const CodeIndex& index) { return append_hits(index, query, radius, hits); });
    if (!found) {
        return fail(std::move(found).error());
    }
    std::erase_if(hits, [&](const LiveHit& hit) {
        return std::ranges::binary_search(*state->disabled, hit.row);
    });
    std::ranges::sort(hits);
    return hits;
}

Result<void> LiveCodeIndex::compact(const std::filesystem::path& path,
                                    const CodeIndexBuilder::Options& options) {
    const std::lock_guard one_at_a_time(shared_->compaction);
    LiveState before;
    {
        const std::lock_guard lock(shared_->writers);
        before = *shared_->now();
        before.sealed.append(before.added);
        before.added = {};
        shared_->become(before);
    }
    auto base = written(before, path, options);
    if (!base) { // what was sealed goes on to be asked, and into the next attempt
        return fail(std::move(base).error());
    }
    const std::lock_guard lock(shared_->writers);
    LiveState next = *shared_->now();
    next.base = std::make_shared<const CodeIndex>(std::move(*base));
    next.sealed = {};
    shared_->become(std::move(next));
    return {};
}

std::uint64_t LiveCodeIndex::label() const {
    return shared_->now()->base->label();
}
std::size_t LiveCodeIndex::added_count() const {
    const auto state = shared_->now();
    return state->sealed.rows() + state->added.rows();
}
std::size_t LiveCodeIndex::disabled_count() const {
    return shared_->now()->disabled->size();
}

} // namespace rempart::recognise
