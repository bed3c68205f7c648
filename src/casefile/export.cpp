// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/export.hpp"

#include "casefile/canonical.hpp"
#include "casefile/case_place.hpp"
#include "casefile/case_tables.hpp"
#include "casefile/database.hpp"
#include "casefile/file_ops.hpp"
#include "casefile/migrations.hpp"

namespace rempart::casefile {

namespace {

Result<void> fill_with_rows_of(Database& from, Database& to) {
    if (auto made = migrate_empty(to, migrations()); !made) {
        return made;
    }
    auto all = Transaction::begin(to);
    if (!all) {
        return fail(std::move(all).error());
    }
    auto copied = copy_rows(from, to);
    return copied ? all->commit() : copied;
}

} // namespace

Result<void> export_database(Case& file, const std::filesystem::path& target) {
    auto copy = NewFile::beside(target);
    if (!copy) {
        return fail(std::move(copy).error());
    }
    if (file.on_server()) {
        auto made = create_in_file(
            copy->path(), [&](Database& to) { return fill_with_rows_of(file.database(), to); });
        return made ? copy->publish() : made;
    }
    // VACUUM INTO takes an empty file, copies one consistent state, and leaves no journal: the copy
    // is not in WAL mode.
    const Database::WriteWindow window(file.database());
    if (auto copied = file.database().run("VACUUM main INTO $1", copy->path().string()); !copied) {
        return copied;
    }
    return copy->publish();
}

// Rows are copied, never the file: it may hold more than a case does (triggers, views), or another
// schema under the same names.
Result<void> import_case(const std::filesystem::path& file, const std::string& place) {
    auto driver = open_file(file);
    if (!driver) {
        return fail(std::move(driver).error());
    }
    Database from(std::move(*driver), Access::read);
    if (auto known = migrate(from, migrations()); !known) {
        return known;
    }
    if (auto sound = check_file(from); !sound) {
        return sound;
    }
    const auto fill = [&](Database& to) { return fill_with_rows_of(from, to); };
    return is_postgres_url(place) ? create_on_server(place, fill) : create_in_folder(place, fill);
}

Result<void> export_canonical(Case& file, const std::filesystem::path& target) {
    auto out = NewFile::beside(target);
    if (!out) {
        return fail(std::move(out).error());
    }
    const auto snapshot = Snapshot::begin(file.database());
    if (!snapshot) {
        return fail(snapshot.error());
    }
    auto numbers = ItemNumbers::read(file);
    if (!numbers) {
        return fail(std::move(numbers).error());
    }
    CanonicalFile lines(out->fd(), std::move(*numbers));
    for (const auto section :
         {write_exhibits, write_contents, write_lists, write_hits, write_groups, write_chats}) {
        if (auto written = section(file, lines); !written) {
            return written;
        }
    }
    if (auto flushed = lines.flush(); !flushed) {
        return flushed;
    }
    return out->publish();
}

} // namespace rempart::casefile
