// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The child's side of the stream: hashes to the parent in batches.

#include <cstdint>

#include "rempart/core/result.hpp"
#include "rempart/recognise/list_wire.hpp"
#include "rempart/sandbox/confined.hpp"

namespace rempart::recognise {

class AnswerSink {
  public:
    /// The channel must outlive the sink.
    explicit AnswerSink(sandbox::Channel& channel) : channel_(channel) {}

    [[nodiscard]] Result<void> put(const ListedHash& hash);
    [[nodiscard]] Result<void> put_alive();
    /// The last answer.
    [[nodiscard]] Result<void> end(const Result<HashListSummary>& summary);

  private:
    [[nodiscard]] Result<void> flush();

    sandbox::Channel& channel_;
    HashBatch batch_;
};

} // namespace rempart::recognise
