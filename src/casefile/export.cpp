// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/export.hpp"

#include "casefile/canonical.hpp"
#include "casefile/database.hpp"
#include "casefile/file_ops.hpp"

namespace rempart::casefile {

Result<void> export_database(Case& file, const std::filesystem::path& target) {
    auto copy = NewFile::beside(target);
    if (!copy) {
        return fail(std::move(copy).error());
    }
    // VACUUM INTO takes an empty file, copies one consistent state, and leaves no journal: the copy
    // is not in WAL mode.
    const Database::WriteWindow window(file.database());
    if (auto copied = file.database().run("VACUUM main INTO $1", copy->path().string()); !copied) {
        return copied;
    }
    return copy->publish();
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
