// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The digests of a medium as a whole, computed beside the walk, and what they are compared with.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "rempart/casefile/records.hpp"
#include "rempart/core/result.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::pipeline {

struct MediumFacts {
    std::string md5, sha1, sha256; ///< Lower-case hex; "" for a digest that nothing asked for.
    std::string stored_md5, stored_sha1;
    std::vector<examine::UnreadRange> unread;
};

/// Reads the medium on a thread of its own.
class MediumCheck {
  public:
    /// \param wants_md5 MD5 costs as much as the two others: only where there is one to compare
    /// with.
    MediumCheck(const examine::ExhibitPlan& plan, const examine::ReaderConfig& readers,
                bool wants_md5, const std::atomic<bool>* stop);
    MediumCheck(const MediumCheck&) = delete;
    MediumCheck& operator=(const MediumCheck&) = delete;
    /// Abandons the reading if it is not done.
    ~MediumCheck();

    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_.load(); }
    [[nodiscard]] bool done() const { return done_.load(); }
    /// Waits for the end. \return `interrupted`, or why the medium could not be read at all.
    [[nodiscard]] Result<MediumFacts> wait();

  private:
    [[nodiscard]] Result<MediumFacts> read(const std::stop_token& abandoned);

    examine::ExhibitPlan plan_;
    examine::ReaderConfig readers_;
    bool wants_md5_;
    const std::atomic<bool>* stop_;
    std::atomic<std::uint64_t> bytes_read_ = 0;
    std::atomic<bool> done_ = false;
    Result<MediumFacts> facts_;
    std::jthread thread_;
};

/// "verified", "failed", or "nothing-to-compare": the computed digests against those that the
/// container stores and the one that the user gave ("sha256:…"). One that differs is enough to
/// fail.
[[nodiscard]] std::string verdict_on(const MediumFacts& facts, std::string_view acquired_hash);

/// "sha256:HEX" and the like in lower case. \return `invalid_argument`.
[[nodiscard]] Result<std::string> checked_acquired_hash(std::string_view text);

} // namespace rempart::pipeline
