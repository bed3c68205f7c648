// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Where a snapshot is written to, section by section, each from its beginning to its end.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "recognise/codes/snapshot_image.hpp"
#include "recognise/codes/snapshot_layout.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

class SnapshotTarget {
  public:
    virtual ~SnapshotTarget() = default;
    /// Whole chunks, anywhere in the data. \return `io`.
    [[nodiscard]] virtual Result<void> put(std::uint64_t offset, ByteView chunk) = 0;
    /// What was written there, valid as long as the target. \return `io`.
    [[nodiscard]] virtual Result<ByteView> view(const Section& section) = 0;
    /// Makes room for data of this size. \return `io`.
    [[nodiscard]] virtual Result<void> resize(std::uint64_t data_bytes) = 0;
};

/// Writes one section, chunk by chunk. Keeps a reference: the target must outlive it.
class SectionWriter {
  public:
    SectionWriter(SnapshotTarget& target, std::uint64_t offset, std::uint32_t chunk_bytes);
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// The rest of the last chunk is zeroes.
    [[nodiscard]] Result<void> finish();

  private:
    SnapshotTarget* target_;
    std::uint64_t offset_;
    Bytes chunk_;
    std::size_t filled_ = 0;
};

/// A file beside `path`, which gets that name when it is whole, or is removed.
class FileTarget final : public SnapshotTarget {
  public:
    /// \return `io`.
    [[nodiscard]] static Result<std::unique_ptr<FileTarget>> make(const std::filesystem::path& path,
                                                                  std::uint32_t chunk_bytes);
    FileTarget(const FileTarget&) = delete;
    FileTarget& operator=(const FileTarget&) = delete;
    ~FileTarget() override;

    Result<void> put(std::uint64_t offset, ByteView chunk) override;
    Result<ByteView> view(const Section& section) override;
    Result<void> resize(std::uint64_t data_bytes) override;
    /// Header, checksums, sync, rename, sync of the folder. \return `io`.
    [[nodiscard]] Result<void> commit(const SnapshotLayout& layout);

  private:
    FileTarget(UniqueFd fd, std::filesystem::path beside, std::filesystem::path path,
               std::uint32_t chunk_bytes);
    UniqueFd fd_;
    std::filesystem::path beside_, path_;
    std::uint32_t chunk_bytes_;
    std::vector<Sha256> sums_;
    Pages mapped_;
};

class MemoryTarget final : public SnapshotTarget {
  public:
    Result<void> put(std::uint64_t offset, ByteView chunk) override;
    Result<ByteView> view(const Section& section) override;
    Result<void> resize(std::uint64_t data_bytes) override;
    [[nodiscard]] Pages take() && { return std::move(pages_); }

  private:
    Pages pages_;
};

} // namespace rempart::recognise
