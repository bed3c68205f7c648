// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The way of one item's bytes: to the digests, and to a spool if something will decode them.

#include <functional>
#include <memory>
#include <vector>

#include "pipeline/context.hpp"
#include "rempart/examine/source.hpp"
#include "rempart/media/file_type.hpp"

namespace rempart::pipeline {

/// Called once an item is worked on, from any thread. An error is one of the case or the machine
/// (disk full), not of the evidence, and ends the ingest.
using FinishedCallback = std::function<void(Result<Finished>&&)>;

/// What to do with an item, told from its first bytes.
struct Handling {
    media::FileType type;
    bool is_archive = false, is_picture = false, is_video = false; ///< To be opened.
    bool is_too_large =
        false; ///< A video that would have been copied first: see kMaxVideoCopyBytes.
    const examine::ChatFormat* chat = nullptr;
    [[nodiscard]] bool is_media() const { return is_picture || is_video; }
    [[nodiscard]] bool wants_spool() const { return is_archive || is_media() || chat != nullptr; }
};
/// A video in an image or archive is copied to the disk of the case to be decoded; a larger one is
/// not, and becomes a counted row with its cause: the disk must not be filled. Our choice: eight
/// hours of a camera's full HD.
inline constexpr std::uint64_t kMaxVideoCopyBytes = std::uint64_t{32} << 30;

[[nodiscard]] Handling handling_of(Depth depth, ByteView head, std::string_view path);

/// Bytes that can be read again.
struct ItemBytes {
    int descriptor = -1;
    std::shared_ptr<void> owner; ///< Keeps the descriptor open.
};

/// One item while its source tells it. The walk calls from one thread; the work is done on others.
class ItemWork : public std::enable_shared_from_this<ItemWork> {
  public:
    ItemWork(const Context& context, casefile::ItemRecord item, FinishedCallback done)
        : context_(context), item_(std::move(item)), done_(std::move(done)) {}

    /// The content is all of `descriptor`. Call at most once, instead of `chunk`.
    [[nodiscard]] Result<void> file(UniqueFd descriptor);
    [[nodiscard]] Result<void> chunk(examine::Chunk chunk);
    /// Nothing is done with the bytes: before `end`.
    void forget_content();
    /// How much of it was copied so that it can be read again.
    [[nodiscard]] std::uint64_t copied_bytes() const { return spool_ ? size_bytes_ : 0; }
    /// Kept as long as the item is worked on.
    void hold(std::shared_ptr<void> ticket) { ticket_ = std::move(ticket); }

    enum class Use : std::uint8_t {
        work, ///< Hand the item to the workers.
        none, ///< The case has it already: only its bytes matter, for an archive.
    };
    /// No more bytes. \return the bytes, if the item wants a spool or is a file; `io`.
    [[nodiscard]] Result<ItemBytes> end(examine::ItemEnd how, Use use);

    [[nodiscard]] const Handling& handling() const { return handling_; }

  private:
    struct Lanes; // the digests of a large item that streams past: MD5 beside SHA-1 and SHA-256

    void start_work();
    void start_lanes();
    void post_to_lanes(const examine::Chunk& chunk);
    void finish(Result<recognise::Digests> digests);
    void work_on_file();
    void work_on_chunks();

    const Context& context_;
    casefile::ItemRecord item_;
    FinishedCallback done_;
    Handling handling_;
    bool has_content_ = false;
    std::uint64_t size_bytes_ = 0;
    Bytes head_;                         ///< The first bytes of a file.
    std::vector<examine::Chunk> chunks_; ///< Of a small item.
    std::shared_ptr<Lanes> lanes_;
    std::shared_ptr<Spool> spool_;
    ItemBytes bytes_; ///< The file, or the spool once it is whole.
    std::shared_ptr<void> ticket_;
};

} // namespace rempart::pipeline
