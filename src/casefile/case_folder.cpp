// SPDX-License-Identifier: Apache-2.0
// A case in a folder of its own: case.sqlite and the write lock.
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "casefile/case_files.hpp"
#include "casefile/case_place.hpp"
#include "casefile/file_ops.hpp"
#include "casefile/sqlite_driver.hpp"
#include "casefile/write_lock.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

// "RMPT": so that file(1) and other tools can tell what the file is.
constexpr const char* kMark = "PRAGMA application_id = 0x524D5054";

// A folder under construction: removed again unless it got its name.
class NewFolder {
  public:
    explicit NewFolder(fs::path path) : path_(std::move(path)) {}
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    ~NewFolder() {
        if (!path_.empty()) {
            std::error_code ignored;
            fs::remove_all(path_, ignored);
        }
    }
    [[nodiscard]] const fs::path& path() const { return path_; }
    void keep() { path_.clear(); }

  private:
    fs::path path_;
};

Result<void> make_database(const fs::path& file, const FillCase& fill, const char* journal) {
    auto driver = open_sqlite(file, Access::write, UniqueFd());
    if (!driver) {
        return fail(std::move(driver).error());
    }
    Database database(std::move(*driver), Access::write);
    for (const char* pragma : {journal, kMark}) {
        if (auto done = database.exec(pragma); !done) {
            return done;
        }
    }
    return fill(database);
}

Result<void> check_plain_file(const fs::path& file) {
    struct stat status{};
    if (::lstat(file.c_str(), &status) != 0) {
        const Errc code = errno == ENOENT || errno == ENOTDIR ? Errc::not_found : Errc::io;
        return fail(code, "there is no case");
    }
    return S_ISREG(status.st_mode) ? Result<void>()
                                   : fail(Errc::malformed, "the case is not a plain file");
}

} // namespace

Result<void> create_in_file(const fs::path& file, const FillCase& fill) {
    return make_database(file, fill, "PRAGMA journal_mode = DELETE");
}

Result<void> create_in_folder(const fs::path& folder, const FillCase& fill) {
    if (folder.empty()) {
        return fail(Errc::invalid_argument, "a case needs a folder");
    }
    const fs::path place = folder.has_filename() ? folder : folder.parent_path();
    if (fs::exists(fs::symlink_status(place))) {
        return fail(Errc::invalid_argument, "something lies there already");
    }
    const auto id = make_uuid();
    if (!id) {
        return fail(id.error());
    }
    const fs::path parent = place.has_parent_path() ? place.parent_path() : fs::path(".");
    NewFolder building(parent / fmt::format(".{}.{}.part", place.filename().string(), *id));
    if (::mkdir(building.path().c_str(), 0700) != 0) {
        return fail(system_error("the folder of the case cannot be made"));
    }
    const fs::path file = building.path() / kDatabaseName;
    if (const UniqueFd made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        !made) {
        return fail(system_error("the case cannot be created"));
    }
    if (auto made = make_database(file, fill, "PRAGMA journal_mode = WAL"); !made) {
        return made;
    }
    if (auto named = rename_to_free_name(building.path(), place); !named) {
        return named;
    }
    building.keep();
    return sync_folder(parent);
}

Result<std::unique_ptr<ConnectionDriver>> open_in_folder(const fs::path& folder, Access access) {
    if (folder.empty()) {
        return fail(Errc::invalid_argument, "a case needs a folder");
    }
    const fs::path file = folder / kDatabaseName;
    if (auto plain = check_plain_file(file); !plain) {
        return fail(std::move(plain).error());
    }
    UniqueFd lock;
    if (access == Access::write) {
        auto taken = take_write_lock(folder);
        if (!taken) {
            return fail(std::move(taken).error());
        }
        lock = std::move(*taken);
    }
    return open_sqlite(file, access, std::move(lock));
}

Result<std::unique_ptr<ConnectionDriver>> open_file(const fs::path& file) {
    if (auto plain = check_plain_file(file); !plain) {
        return fail(std::move(plain).error());
    }
    return open_sqlite(file, Access::read, UniqueFd());
}

Result<void> check_file(Database& database) {
    std::string fault;
    const auto first_line = [&](Row& row) -> Result<void> {
        std::string line;
        if (row.take(line) && line != "ok" && fault.empty()) {
            fault = line;
        }
        return {};
    };
    if (auto ran = database.each("PRAGMA integrity_check(1)", first_line); !ran) {
        return ran;
    }
    if (!fault.empty()) {
        return fail(Errc::integrity, fmt::format("the case file is damaged: {}", fault));
    }
    if (auto ran = database.each("SELECT \"table\" || ' row ' || rowid || ' names a missing row "
                                 "of ' || parent FROM pragma_foreign_key_check LIMIT 1",
                                 first_line);
        !ran) {
        return ran;
    }
    if (!fault.empty()) {
        return fail(Errc::integrity,
                    fmt::format("the case file does not hold together: {}", fault));
    }
    return {};
}

} // namespace rempart::casefile
