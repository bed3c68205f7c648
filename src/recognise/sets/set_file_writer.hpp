// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Writes a hash-set file from its first byte of data to its header, in bounded memory.

#include <cstdint>
#include <filesystem>

#include "recognise/sets/set_layout.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::recognise {

/// Until `commit` the file has no name: a crash leaves nothing. Memory: a thousandth of the file.
/// Not for two threads. After a failure only destruction is left.
class SetFileWriter {
  public:
    /// \param target  what the file is called in the end; a file of that name is replaced then
    /// \return `io`
    [[nodiscard]] static Result<SetFileWriter> create(std::filesystem::path target);

    /// Appends to the data. \return `io`
    [[nodiscard]] Result<void> append(ByteView bytes);
    /// Ends a part of the data: the next one begins at a multiple of 64. \return `io`
    [[nodiscard]] Result<void> align();

    /// Writes check values and header, syncs the file and gives it its name. Fills `header`.
    /// \pre what was appended is what plan_of(header) says
    /// \return `io`; whatever had the name before is then as it was
    [[nodiscard]] Result<void> commit(SetHeader& header);

  private:
    SetFileWriter(std::filesystem::path target, UniqueFd file);
    [[nodiscard]] Result<void> end_chunk();
    [[nodiscard]] Result<void> give_name() const;

    std::filesystem::path target_;
    UniqueFd file_;
    Digester sha256_{DigestSet::sha256_only};
    Bytes chunk_;
    Bytes table_;
    std::uint64_t data_bytes_ = 0;
};

} // namespace rempart::recognise
