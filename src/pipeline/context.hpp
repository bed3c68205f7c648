// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What every thread of one ingest shares, and what a worked-on item carries to the committer.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "pipeline/spool.hpp"
#include "pipeline/thread_pool.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/examine/chat.hpp"
#include "rempart/media/picture.hpp"
#include "rempart/media/video.hpp"
#include "rempart/pipeline/ingest.hpp"
#include "rempart/pipeline/matching.hpp"

namespace rempart::pipeline {

/// Asks the case, on a connection of its own, whether a content was examined before. Thread-safe.
class StoredContents {
  public:
    [[nodiscard]] static Result<std::unique_ptr<StoredContents>>
    open(const std::string& case_place);
    /// True if the content is committed with all its facts: no need to decode it again.
    [[nodiscard]] Result<bool> is_examined(std::span<const std::byte, 32> sha256);

  private:
    explicit StoredContents(casefile::Case file) : file_(std::move(file)) {}
    std::mutex mutex_;
    casefile::Case file_;
};

/// Counters that progress is told from.
struct Counters {
    std::atomic<std::uint64_t> items = 0, bytes = 0, hits = 0, problems = 0;
    std::atomic<std::uint64_t> regrouped = 0; ///< Contents that came into another group.
};

/// Everything here outlives every task.
struct Context {
    const IngestOptions& options;
    ThreadPool& threads;
    media::Pool& media;
    media::VideoPool& videos;
    const Matcher& matcher;
    StoredContents& stored;
    SpoolSpace& spool_space;
    Counters& counters;
};

/// Whether its picture or video was looked at, with whatever outcome.
[[nodiscard]] inline bool has_facts(const casefile::ContentRecord& content) {
    return content.picture || content.video || content.media_error;
}

/// Whether its picture or video could not be read, or not whole.
[[nodiscard]] inline bool lacks_something(const casefile::ContentRecord& content) {
    return content.media_error || (content.picture && !content.picture->partial_reason.empty()) ||
           (content.video && !content.video->partial_reason.empty());
}

/// One item with all that was learnt, on its way to the case.
struct Finished {
    casefile::ItemRecord item;
    std::optional<casefile::ContentRecord> content;
    std::vector<casefile::HitRecord> hits;     ///< Without the content's row.
    const examine::ChatFormat* chat = nullptr; ///< Set if it is a chat export, with its bytes:
    std::shared_ptr<void> chat_owner;          ///< keeps the descriptor open.
    int chat_descriptor = -1;
};

} // namespace rempart::pipeline
