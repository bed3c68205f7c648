// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The bytes of archive members, counted against the limits while they come.

#include <cstdint>
#include <optional>

#include <archive.h>

#include "examine/archive_reader/archive_end.hpp"
#include "examine/archive_reader/archive_input.hpp"
#include "examine/archive_reader/crc32.hpp"
#include "rempart/examine/item_stream.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

/// What is known of a member's content before it comes.
struct ContentStated {
    std::optional<std::uint64_t> size_bytes;
    std::optional<ContentCheck> check;
};

/// How one member's content ended.
struct ContentEnd {
    ItemEnd how;
    /// The archive ends here: what the decoder said, or the limit that was reached.
    std::optional<Error> archive_over;
};

class MemberContent {
  public:
    MemberContent(archive* reader, const ArchiveInput& input, const ArchiveLimits& limits,
                  ItemSink& sink)
        : reader_(reader), input_(&input), limits_(&limits), sink_(&sink) {}

    /// Copies the content of the member at hand, which `sink` has begun. Holes of sparse members
    /// are zeros and count.
    /// \return what the sink returned.
    [[nodiscard]] Result<ContentEnd> copy(const ContentStated& stated);

  private:
    struct Block;
    [[nodiscard]] Result<void> put(ByteView bytes);
    [[nodiscard]] Result<void> put_zeros(std::uint64_t count);
    [[nodiscard]] Result<bool> take(const Block& block, ContentEnd& end);
    [[nodiscard]] std::optional<Error> limit_for(std::uint64_t more_bytes) const;
    [[nodiscard]] std::optional<Error> fault_against(const ContentStated& stated) const;
    [[nodiscard]] Result<void> run(ContentEnd& end);
    [[nodiscard]] Result<void> reach(std::int64_t offset, ContentEnd& end);

    archive* reader_;
    const ArchiveInput* input_;
    const ArchiveLimits* limits_;
    ItemSink* sink_;
    std::uint64_t total_bytes_ = 0;  ///< Of all members.
    std::uint64_t member_bytes_ = 0; ///< Of the member at hand.
    std::optional<Crc32> crc_;       ///< Of the member at hand, if it is to be checked.
    bool has_holes_ = false;         ///< The format's offsets are to be believed.
};

} // namespace rempart::examine
