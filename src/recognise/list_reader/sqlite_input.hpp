// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// An SQLite database that is opened from a ListInput: no path, no journal, no lock, no temporary
/// file, and nothing in it that could run.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "recognise/list_reader/list_input.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// A database from a hostile hand, for reading tables from their beginning to their end.
///
/// What holds it (sqlite.org/security.html, and what our use allows beyond): the schema is not
/// trusted, cells are checked when a page is read, defensive mode, no views, no triggers, no
/// functions, no extensions; only tables that are stored in the file can be asked; sizes and the
/// number of steps are bounded by the size of the file.
class SqliteInput {
  public:
    /// The input must outlive it. \return `malformed`, `io`.
    [[nodiscard]] static Result<std::unique_ptr<SqliteInput>> open(ListInput& input);
    SqliteInput(const SqliteInput&) = delete;
    SqliteInput& operator=(const SqliteInput&) = delete;
    ~SqliteInput();

    /// Whether the file holds a table of that name, in any case: no view, no virtual table.
    [[nodiscard]] Result<bool> has_table(std::string_view name);

    /// The texts of one row; empty for NULL. Views: for the time of the call.
    using Row = std::span<const std::string_view>;
    /// Gives the rows of `columns` ("a, b") of `table`, in the order in which they are stored.
    /// \pre both are ours, not the file's
    /// \return `malformed` if the table has no such columns, a value is neither text nor NULL, the
    ///         database is damaged or gives more rows than it can hold; `io`; what `take` returned.
    [[nodiscard]] Result<void> each_row(std::string_view table, std::string_view columns,
                                        const std::function<Result<void>(Row)>& take);

  private:
    struct State;
    explicit SqliteInput(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace rempart::recognise
