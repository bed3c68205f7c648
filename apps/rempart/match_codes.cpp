// SPDX-License-Identifier: Apache-2.0
// match --codes: fingerprints of elsewhere against lists.
#include "rempart/match_lists.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "rempart/core/fd.hpp"
#include "rempart/files.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/in_order.hpp"
#include "rempart/pipeline/read_list.hpp"
#include "rempart/recognise/listed_codes.hpp"
#include "rempart/stop_signal.hpp"

namespace rempart::cli {
namespace {

using recognise::HashKind;
using recognise::ListedCodes;
using recognise::ListedHash;
using recognise::PdqHash;

// So many are read before they are asked, and a thread takes so many at once: our choices. The
// first one bounds the memory, the second one how long a thread works before it is told.
constexpr std::size_t kQueriesAtOnce = std::size_t{1} << 18;
constexpr std::size_t kQueriesAThread = 256;

/// The codes of `--codes`, asked in portions of kQueriesAtOnce.
class CodeQueries {
  public:
    CodeQueries(const Match& args, MatchLists lists, std::uint64_t size_bytes)
        : args_(args), lists_(std::move(lists)), bar_("match") {
        progress_.total_bytes = size_bytes;
    }

    Result<void> add(const ListedHash& query) {
        codes_.push_back(PdqHash::from_bytes(query.bytes));
        lines_.push_back(query.entry);
        return codes_.size() < kQueriesAtOnce ? Result<void>() : ask();
    }

    /// Asks those that wait. \return `interrupted` after Ctrl-C.
    Result<void> ask() {
        const auto listed = prepared();
        if (!listed) {
            return fail(listed.error());
        }
        const std::size_t portions = (codes_.size() + kQueriesAThread - 1) / kQueriesAThread;
        const std::size_t told = pipeline::in_order(
            portions,
            {.jobs = args_.jobs, .stop = &heed_stop_signals(), .on_wait = [&] { show(); }},
            [&](std::size_t portion) { return search(**listed, portion); });
        bar_.clear();
        codes_.clear();
        lines_.clear();
        if (failure_) {
            return fail(*failure_);
        }
        return told == portions ? Result<void>() : fail(Errc::interrupted, "interrupted");
    }

  private:
    // The first portion tells whether many are asked.
    Result<const ListedCodes*> prepared() {
        if (listed_) {
            return &*listed_;
        }
        std::vector<PdqHash> codes;
        for (std::size_t i = 0; i < lists_.hashes.size(); ++i) {
            if (lists_.hashes[i].kind == HashKind::pdq) {
                codes.push_back(PdqHash::from_bytes(lists_.hashes[i].bytes));
                entries_.push_back(lists_.entries[i]);
            }
        }
        if (codes.empty()) {
            return fail(Errc::invalid_argument, "no PDQ hash in the lists: no code can match");
        }
        lists_.hashes = {}; // the codes are all that is asked
        lists_.entries = {};
        auto listed = ListedCodes::of(std::move(codes), codes_.size());
        if (!listed) {
            return fail(std::move(listed).error());
        }
        return &listed_.emplace(std::move(*listed));
    }

    // On any thread.
    std::function<void()> search(const ListedCodes& listed, std::size_t portion) {
        const std::size_t first = portion * kQueriesAThread;
        const auto queries =
            std::span(codes_).subspan(first, std::min(kQueriesAThread, codes_.size() - first));
        auto found = listed.find_within(queries, args_.radius);
        // Shared only because a std::function must be copyable.
        const auto matches = std::make_shared<decltype(found)>(std::move(found));
        return [this, first, count = queries.size(), matches] { tell(first, count, *matches); };
    }

    void tell(std::size_t first, std::size_t count,
              const Result<std::vector<recognise::ListedMatch>>& matches) {
        if (!matches) {
            failure_ = failure_.value_or(matches.error());
            return;
        }
        bar_.clear();
        for (const recognise::ListedMatch& match : *matches) {
            MatchLine line;
            line.query = lines_[first + match.query];
            line.list = lists_.names[entries_[match.index].list];
            line.entry = entries_[match.index].line;
            line.match = match.distance == 0 ? "exact" : "near";
            line.algorithm = "pdq";
            line.distance = match.distance;
            print_line(args_.json ? to_json(line) : text_of(line));
        }
        std::fflush(stdout);
        constexpr std::uint64_t kLineBytes = PdqHash::kBits / 4 + 1; // in hex, with its end
        progress_.items += count;
        progress_.bytes = std::min(progress_.items * kLineBytes, progress_.total_bytes);
        progress_.hits += matches->size();
    }

    void show() {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
        progress_.seconds = took.count();
        bar_.show(progress_);
    }

    const Match& args_;
    MatchLists lists_;
    std::vector<MatchLists::Entry> entries_; ///< Of the codes that are asked.
    std::optional<ListedCodes> listed_;
    std::vector<PdqHash> codes_;
    std::vector<std::uint64_t> lines_; ///< Beside `codes_`.
    std::optional<Error> failure_;
    ProgressBar bar_;
    pipeline::Progress progress_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace

int match_codes(const Match& args) {
    MatchLists lists;
    if (const int status = read_lists(args, HashKind::pdq, lists); status != kOk) {
        return status;
    }
    const auto reader = list_reader_config();
    const auto file = open_own_file(args.codes);
    if (!reader || !file) {
        return reader ? report_error(args.codes, file.error())
                      : report_error("match", reader.error());
    }
    CodeQueries queries(args, std::move(lists), size_of(file->get()).value_or(0));
    const auto read =
        pipeline::read_list(file->get(), recognise::hash_list_format_named("plain"),
                            {.kind = HashKind::pdq, .expected_hashes = {}, .limits = {}}, *reader,
                            [&](ListedHash&& query) { return queries.add(query); });
    if (!read) {
        return report_error(args.codes, read.error());
    }
    const auto asked = queries.ask();
    return asked ? kOk : report_error(args.codes, asked.error());
}

} // namespace rempart::cli
