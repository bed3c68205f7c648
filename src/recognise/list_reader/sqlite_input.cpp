// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/sqlite_input.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include <sqlite3.h>

#include <fmt/format.h>

namespace rempart::recognise {
namespace {

/// What the callbacks of SQLite find behind their pointers.
struct Access {
    ListInput* input = nullptr;
    std::optional<Error> failure; ///< Of the input, which SQLite only knows as a bad read.
    std::uint64_t steps = 0;
    std::uint64_t max_steps = 0;
};

struct File {
    sqlite3_file base;
    Access* access;
};

Access& access_of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file)->access;
}

int close_file(sqlite3_file*) {
    return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    Access& access = access_of(file);
    const std::span bytes(static_cast<std::byte*>(out), static_cast<std::size_t>(size));
    const auto read = access.input->read_at(static_cast<std::uint64_t>(offset), bytes);
    if (!read) {
        access.failure = read.error();
        return SQLITE_IOERR_READ;
    }
    std::ranges::fill(bytes.subspan(*read), std::byte{0});
    return *read == bytes.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int refuse_write(sqlite3_file*, const void*, int, sqlite3_int64) {
    return SQLITE_READONLY;
}
int refuse_truncate(sqlite3_file*, sqlite3_int64) {
    return SQLITE_READONLY;
}
int ignore_number(sqlite3_file*, int) {
    return SQLITE_OK;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(access_of(file).input->size_bytes());
    return SQLITE_OK;
}
int no_reserved_lock(sqlite3_file*, int* locked) {
    *locked = 0;
    return SQLITE_OK;
}
int no_control(sqlite3_file*, int, void*) {
    return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
    return 4096;
}
// Nobody changes it: no lock, no journal, no write-ahead log is looked for.
int immutable(sqlite3_file*) {
    return SQLITE_IOCAP_IMMUTABLE;
}

constexpr sqlite3_io_methods kMethods{.iVersion = 1,
                                      .xClose = close_file,
                                      .xRead = read_file,
                                      .xWrite = refuse_write,
                                      .xTruncate = refuse_truncate,
                                      .xSync = ignore_number,
                                      .xFileSize = file_size,
                                      .xLock = ignore_number,
                                      .xUnlock = ignore_number,
                                      .xCheckReservedLock = no_reserved_lock,
                                      .xFileControl = no_control,
                                      .xSectorSize = sector_size,
                                      .xDeviceCharacteristics = immutable,
                                      .xShmMap = nullptr,
                                      .xShmLock = nullptr,
                                      .xShmBarrier = nullptr,
                                      .xShmUnmap = nullptr,
                                      .xFetch = nullptr,
                                      .xUnfetch = nullptr};

int open_file(sqlite3_vfs* vfs, sqlite3_filename, sqlite3_file* file, int flags, int* out_flags) {
    std::memset(file, 0, sizeof(File));
    if ((flags & SQLITE_OPEN_MAIN_DB) == 0) {
        return SQLITE_CANTOPEN; // a journal or a temporary file
    }
    auto* const ours = reinterpret_cast<File*>(file);
    ours->access = static_cast<Access*>(vfs->pAppData);
    ours->base.pMethods = &kMethods;
    if (out_flags != nullptr) {
        *out_flags = SQLITE_OPEN_READONLY;
    }
    return SQLITE_OK;
}

int refuse_delete(sqlite3_vfs*, const char*, int) {
    return SQLITE_IOERR_DELETE;
}
int nothing_there(sqlite3_vfs*, const char*, int, int* result) {
    *result = 0;
    return SQLITE_OK;
}
int same_name(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}
int zeros(sqlite3_vfs*, int size, char* out) {
    std::memset(out, 0, static_cast<std::size_t>(size));
    return size;
}
int no_sleep(sqlite3_vfs*, int) {
    return 0;
}
int no_time(sqlite3_vfs*, double* now) {
    *now = 0;
    return SQLITE_OK;
}
int no_error(sqlite3_vfs*, int, char*) {
    return 0;
}

// Only reading of columns: no function, no recursion, no pragma, nothing that writes.
// NOLINTNEXTLINE(readability-function-size): SQLite's signature
int authorize(void*, int action, const char*, const char*, const char*, const char*) {
    return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

constexpr int kStepsAtOnce = 10'000;

int count_steps(void* context) {
    auto& access = *static_cast<Access*>(context);
    access.steps += kStepsAtOnce;
    return access.steps > access.max_steps ? 1 : 0;
}

struct StatementEnd {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementEnd>;

// A value of the current row: a text, or nothing for NULL.
Result<std::string_view> text_in(sqlite3_stmt* row, int column) {
    const int type = sqlite3_column_type(row, column);
    if (type == SQLITE_NULL) {
        return std::string_view{};
    }
    const auto* const text = sqlite3_column_text(row, column);
    if (type != SQLITE_TEXT || text == nullptr) {
        return fail(Errc::malformed, "a value that must be a text is not");
    }
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    return std::string_view(reinterpret_cast<const char*>(text), size);
}

} // namespace

struct SqliteInput::State {
    Access access;
    std::string vfs_name;
    sqlite3_vfs vfs{};
    sqlite3* database = nullptr;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        sqlite3_close(database);
        sqlite3_vfs_unregister(&vfs);
    }

    void register_vfs();
    bool restrict_database() const;
    [[nodiscard]] Error error() const;
    Result<Statement> prepare(const std::string& sql);
};

void SqliteInput::State::register_vfs() {
    vfs_name = fmt::format("rempart-{}", static_cast<const void*>(this));
    constexpr int kMaxName = 64;
    vfs = {.iVersion = 1,
           .szOsFile = sizeof(File),
           .mxPathname = kMaxName,
           .pNext = nullptr,
           .zName = vfs_name.c_str(),
           .pAppData = &access,
           .xOpen = open_file,
           .xDelete = refuse_delete,
           .xAccess = nothing_there,
           .xFullPathname = same_name,
           .xDlOpen = nullptr,
           .xDlError = nullptr,
           .xDlSym = nullptr,
           .xDlClose = nullptr,
           .xRandomness = zeros,
           .xSleep = no_sleep,
           .xCurrentTime = no_time,
           .xGetLastError = no_error,
           .xCurrentTimeInt64 = nullptr,
           .xSetSystemCall = nullptr,
           .xGetSystemCall = nullptr,
           .xNextSystemCall = nullptr};
    sqlite3_vfs_register(&vfs, 0);
}

bool SqliteInput::State::restrict_database() const {
    constexpr std::array kOff{SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_VIEW,
                              SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION,
                              SQLITE_DBCONFIG_DQS_DML,        SQLITE_DBCONFIG_DQS_DDL};
    bool done = sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr) == SQLITE_OK;
    for (const int setting : kOff) {
        done = sqlite3_db_config(database, setting, 0, nullptr) == SQLITE_OK && done;
    }
    // Our choice: NSRL's rows have seven short columns, its schema a dozen statements.
    constexpr std::array<std::pair<int, int>, 9> kLimits{{{SQLITE_LIMIT_LENGTH, 1 << 20},
                                                          {SQLITE_LIMIT_SQL_LENGTH, 64 << 10},
                                                          {SQLITE_LIMIT_COLUMN, 64},
                                                          {SQLITE_LIMIT_EXPR_DEPTH, 16},
                                                          {SQLITE_LIMIT_COMPOUND_SELECT, 2},
                                                          {SQLITE_LIMIT_VDBE_OP, 10'000},
                                                          {SQLITE_LIMIT_ATTACHED, 0},
                                                          {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                                                          {SQLITE_LIMIT_WORKER_THREADS, 0}}};
    for (const auto& [limit, value] : kLimits) {
        sqlite3_limit(database, limit, value);
    }
    const char* const pragmas = "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
                                "PRAGMA mmap_size=0; PRAGMA cache_size=-8192;";
    return sqlite3_exec(database, pragmas, nullptr, nullptr, nullptr) == SQLITE_OK && done;
}

// SQLite's own words name no content, but a damaged schema's may: only the code is told.
Error SqliteInput::State::error() const {
    if (access.failure) {
        return *access.failure;
    }
    const int code = sqlite3_errcode(database);
    if (code == SQLITE_NOMEM) {
        return {Errc::memory, "SQLite: out of memory"};
    }
    if (code == SQLITE_INTERRUPT) {
        return {Errc::malformed, "SQLite: more work than a file of this size can ask for"};
    }
    return {Errc::malformed, fmt::format("SQLite: {}", sqlite3_errstr(code))};
}

Result<Statement> SqliteInput::State::prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr);
    Statement owned(statement);
    if (code != SQLITE_OK || !owned) {
        return fail(error());
    }
    return owned;
}

SqliteInput::SqliteInput(std::unique_ptr<State> state) : state_(std::move(state)) {
}
SqliteInput::~SqliteInput() = default;

Result<std::unique_ptr<SqliteInput>> SqliteInput::open(ListInput& input) {
    auto state = std::make_unique<State>();
    state->access.input = &input;
    // A whole scan takes five steps a row, and a row with a hash at least 34 bytes.
    constexpr std::uint64_t kFreeSteps = 1'000'000;
    state->access.max_steps = kFreeSteps + input.size_bytes();
    state->register_vfs();
    const int opened =
        sqlite3_open_v2("list", &state->database, SQLITE_OPEN_READONLY, state->vfs_name.c_str());
    if (opened != SQLITE_OK) {
        return fail(state->error());
    }
    sqlite3_progress_handler(state->database, kStepsAtOnce, count_steps, &state->access);
    if (!state->restrict_database()) {
        return fail(state->error());
    }
    sqlite3_set_authorizer(state->database, authorize, nullptr);
    return std::unique_ptr<SqliteInput>(new SqliteInput(std::move(state)));
}

Result<bool> SqliteInput::has_table(std::string_view name) {
    // A virtual table has no root page.
    auto statement =
        state_->prepare(fmt::format("SELECT rootpage FROM sqlite_schema WHERE type = 'table' AND "
                                    "name = '{}' COLLATE NOCASE",
                                    name));
    if (!statement) {
        return fail(statement.error());
    }
    const int code = sqlite3_step(statement->get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        return fail(state_->error());
    }
    return code == SQLITE_ROW && sqlite3_column_int64(statement->get(), 0) > 0;
}

Result<void> SqliteInput::each_row(std::string_view table, std::string_view columns,
                                   const std::function<Result<void>(Row)>& take) {
    // NOT INDEXED: in the order of the file, not in that of an index as large as the table.
    auto statement =
        state_->prepare(fmt::format("SELECT {} FROM \"{}\" NOT INDEXED", columns, table));
    if (!statement) {
        return fail(statement.error());
    }
    sqlite3_stmt* const row = statement->get();
    std::vector<std::string_view> values(static_cast<std::size_t>(sqlite3_column_count(row)));
    int code = SQLITE_OK;
    while ((code = sqlite3_step(row)) == SQLITE_ROW) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto value = text_in(row, static_cast<int>(i));
            if (!value) {
                return fail(value.error());
            }
            values[i] = *value;
        }
        if (auto taken = take(values); !taken) {
            return taken;
        }
    }
    return code == SQLITE_DONE ? Result<void>{} : fail(state_->error());
}

} // namespace rempart::recognise
