// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Compiles the entries of a list into the files that list_files.hpp tells of.

#include <filesystem>
#include <memory>
#include <vector>

#include "rempart/casefile/lists.hpp"
#include "rempart/core/result.hpp"
#include "rempart/recognise/digest.hpp"

namespace rempart::pipeline {

/// The format of the files and the choice of what goes into them: to be raised when the same
/// entries give other files than before.
inline constexpr int kListFilesFormat = 1;

/// Compiles one list. Destroyed before keep() it leaves no file behind. Not for two threads.
class ListCompiler {
  public:
    /// \param folder made if it is not there, for this user alone
    /// \return `refused` if the folder is somebody else's; `io`
    [[nodiscard]] static Result<ListCompiler> begin(const std::filesystem::path& folder,
                                                    const casefile::ListRecord& list);
    ListCompiler(ListCompiler&&) noexcept;
    ListCompiler& operator=(ListCompiler&&) noexcept;
    ~ListCompiler();

    /// \pre entry.id is its row; rows rise from call to call
    /// \return `integrity` for what is no hash of its algorithm; `io` (disk full); `limit_exceeded`
    [[nodiscard]] Result<void> add(const casefile::ListEntryRecord& entry);
    /// Writes the files under their names. \return what they are; `io`
    [[nodiscard]] Result<std::vector<casefile::ListFileRecord>> finish();
    void keep() noexcept;

  private:
    struct State;
    explicit ListCompiler(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Where the file of a list's hashes of one kind lies.
[[nodiscard]] std::filesystem::path list_file(const std::filesystem::path& folder,
                                              casefile::RowId list, recognise::HashKind kind);
/// Makes the folder if it is not there. \return as ListCompiler::begin
[[nodiscard]] Result<void> make_list_folder(const std::filesystem::path& folder);

} // namespace rempart::pipeline
