// SPDX-License-Identifier: Apache-2.0
#include "pipeline/ask_case.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <set>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace rempart::pipeline {
namespace {

using casefile::HitRecord;

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
        auto of_one = matcher_.match({.digests = {.md5 = keys.md5,
                                                  .sha1 = keys.sha1,
                                                  .sha256 = keys.sha256,
                                                  .ed2k = ed2k.ed2k,
                                                  .ed2k_blue = ed2k.ed2k_blue},
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

Result<Asked> ask_case(casefile::Case& file, const Matcher& matcher, unsigned threads,
                       casefile::RowId after) {
    Asked asked;
    Asking asking(matcher, threads);
    const bool asks_ed2k = matcher.digest_set() == recognise::DigestSet::all_and_ed2k;
    auto done = casefile::each_content(file, [&](const casefile::ContentKeys& keys) {
        asked.without_ed2k += asks_ed2k && !keys.ed2k ? 1U : 0U;
        return asking.take(keys);
    });
    if (done) {
        done = asking.ask();
    }
    std::erase_if(asking.hits(), [&](const HitRecord& hit) { return hit.entry <= after; });
    if (done) {
        done = casefile::add_hits(file, asking.hits());
    }
    if (!done) {
        return fail(std::move(done).error());
    }
    std::set<std::pair<casefile::RowId, std::string_view>> told; // as the case counts them
    for (const HitRecord& hit : asking.hits()) {
        told.emplace(hit.content, hit.match);
    }
    asked.hits = told.size();
    return asked;
}

Result<void> ask_due_lists(casefile::Case& file, unsigned threads,
                           std::optional<casefile::RowId> finishing) {
    const auto all = casefile::lists_due(file);
    if (!all) {
        return fail(all.error());
    }
    for (const casefile::ListDue& due : *all) {
        const auto matcher = Matcher::load(file, due.list);
        if (!matcher) {
            return fail(matcher.error());
        }
        if (const auto asked = ask_case(file, *matcher, threads); !asked) {
            return fail(asked.error());
        }
        if (auto settled = casefile::list_was_asked(file, due, finishing); !settled) {
            return settled;
        }
    }
    return {};
}

} // namespace rempart::pipeline
