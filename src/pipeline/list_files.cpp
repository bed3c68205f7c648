// SPDX-License-Identifier: Apache-2.0
#include "pipeline/list_files.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>

#include <fmt/format.h>

#include "pipeline/list_compiler.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/recognise/code_index.hpp"
#include "rempart/recognise/hash_set.hpp"

namespace rempart::pipeline {
namespace {

namespace fs = std::filesystem;
using casefile::ListFileRecord;
using recognise::CodeIndex;
using recognise::HashKind;
using recognise::HashSet;

constexpr const char* kLockName = ".compiling";

/// An open file of a list.
using OpenFile = std::variant<HashSet, CodeIndex>;

Result<OpenFile> open_codes(const fs::path& path, const ListFileRecord& record) {
    auto codes = CodeIndex::open(path);
    if (!codes) {
        return fail(std::move(codes).error());
    }
    return codes->digest() == record.id
               ? Result<OpenFile>(std::move(*codes))
               : fail(Errc::integrity, "another file under the name of a compiled list");
}

Result<OpenFile> open_one(const fs::path& folder, casefile::RowId list,
                          const ListFileRecord& record) {
    const auto kind = recognise::hash_kind_named(record.algorithm);
    if (!kind) {
        return fail(Errc::unsupported, "a compiled list of an unknown kind of hash");
    }
    const fs::path path = list_file(folder, list, *kind);
    if (*kind == HashKind::pdq) {
        return open_codes(path, record);
    }
    auto set = HashSet::open(path, {.kind = kind, .id = record.id});
    return set ? Result<OpenFile>(std::move(*set)) : fail(std::move(set).error());
}

/// All files of a list, or none.
Result<std::vector<OpenFile>> open_all(const fs::path& folder, casefile::RowId list,
                                       std::span<const ListFileRecord> records) {
    std::vector<OpenFile> files;
    for (const ListFileRecord& record : records) {
        auto file = open_one(folder, list, record);
        if (!file) {
            return fail(std::move(file).error());
        }
        files.push_back(std::move(*file));
    }
    return files;
}

/// Whether every byte of it is as it was written.
bool is_sound(const fs::path& folder, casefile::RowId list, const ListFileRecord& record) {
    const auto open = open_one(folder, list, record);
    return open && std::visit([](const auto& file) { return file.verify().has_value(); }, *open);
}

/// Waits while another process of this machine compiles into the folder.
Result<UniqueFd> lock_folder(const fs::path& folder) {
    UniqueFd lock(
        ::open((folder / kLockName).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    while (lock && ::flock(lock.get(), LOCK_EX) != 0) {
        if (errno != EINTR) {
            return fail(Errc::io, "the folder of compiled lists cannot be locked");
        }
    }
    return lock ? Result<UniqueFd>(std::move(lock))
                : fail(Errc::io, "the folder of compiled lists cannot be written to");
}

Result<std::vector<ListFileRecord>> compile(casefile::Case& file,
                                            const casefile::ListRecord& list) {
    auto compiler = ListCompiler::begin(file.list_folder(), list);
    if (!compiler) {
        return fail(std::move(compiler).error());
    }
    auto read = casefile::each_entry(file, list.id,
                                     [&](const auto& entry) { return compiler->add(entry); });
    if (!read) {
        return fail(std::move(read).error());
    }
    auto files = compiler->finish();
    if (files) {
        compiler->keep();
    }
    return files;
}

bool is_of_this_format(std::span<const ListFileRecord> records) {
    return !records.empty() && std::ranges::all_of(records, [](const ListFileRecord& record) {
        return record.format == kListFilesFormat;
    });
}

/// What makes a file worth compiling again; anything else (memory, a disk that fails) would fail
/// again.
bool is_replaceable(Errc why) {
    return why == Errc::not_found || why == Errc::malformed || why == Errc::truncated ||
           why == Errc::integrity || why == Errc::unsupported || why == Errc::invalid_argument;
}

/// The files under the ids that the case has for them. \return null where they are to be compiled
Result<std::optional<std::vector<OpenFile>>>
open_known(const fs::path& folder, casefile::RowId list, std::span<const ListFileRecord> known) {
    if (!is_of_this_format(known)) {
        return std::nullopt;
    }
    auto files = open_all(folder, list, known);
    if (!files && is_replaceable(files.error().code)) {
        return std::nullopt;
    }
    return files ? Result<std::optional<std::vector<OpenFile>>>(std::move(*files))
                 : fail(std::move(files).error());
}

/// \return false if a newer version of the list came meanwhile
Result<bool> compile_and_store(casefile::Case& file, const casefile::ListRecord& list) {
    const auto version = casefile::newest_version(file, list.id);
    const auto known = casefile::list_files(file, list.id);
    const auto compiled =
        version && known ? compile(file, list) : fail(version ? known.error() : version.error());
    if (!compiled) {
        return fail(compiled.error());
    }
    if (!is_of_this_format(*known)) {
        return casefile::store_list_files(file, {list.id, *version}, *compiled);
    }
    const auto still = casefile::newest_version(file, list.id);
    if (!still) {
        return fail(still.error());
    }
    return *still != *version || *compiled == *known
               ? Result<bool>(*still == *version)
               : fail(Errc::integrity,
                      fmt::format("the entries of the list \"{}\" are not those that it was "
                                  "compiled from when it was added",
                                  list.name));
}

Result<std::vector<OpenFile>> open_or_compile(casefile::Case& file,
                                              const casefile::ListRecord& list) {
    const fs::path folder = file.list_folder();
    if (auto made = make_list_folder(folder); !made) {
        return fail(std::move(made).error());
    }
    UniqueFd lock; // from the first miss on: another process may be compiling the same
    for (;;) {
        const auto known = casefile::list_files(file, list.id);
        auto files = known ? open_known(folder, list.id, *known) : fail(known.error());
        if (!files || *files) {
            return files ? Result<std::vector<OpenFile>>(std::move(**files))
                         : fail(std::move(files).error());
        }
        if (!lock) {
            auto taken = lock_folder(folder);
            if (!taken) {
                return fail(std::move(taken).error());
            }
            lock = std::move(*taken);
            continue;
        }
        if (const auto stored = compile_and_store(file, list); !stored) {
            return fail(stored.error());
        }
    }
}

} // namespace

Result<void> open_list_files(casefile::Case& file, const casefile::ListRecord& list,
                             std::uint32_t number, recognise::KnownSet::Builder& builder) {
    auto files = open_or_compile(file, list);
    if (!files) {
        return fail(std::move(files).error());
    }
    for (OpenFile& open : *files) {
        std::visit([&](auto& one) { builder.add(number, std::move(one)); }, open);
    }
    return {};
}

namespace {

Result<std::size_t> discard_damaged(casefile::Case& file, casefile::RowId list) {
    const auto known = casefile::list_files(file, list);
    if (!known) {
        return fail(known.error());
    }
    const fs::path folder = file.list_folder();
    std::size_t removed = 0;
    for (const ListFileRecord& record : *known) {
        const auto kind = recognise::hash_kind_named(record.algorithm);
        if (kind && !is_sound(folder, list, record)) {
            std::error_code ignored; // what is there no more need not be removed
            removed += fs::remove(list_file(folder, list, *kind), ignored) ? 1U : 0U;
        }
    }
    return removed;
}

} // namespace

Result<std::size_t> discard_damaged_list_files(casefile::Case& file) {
    const auto lists = casefile::lists(file);
    if (!lists) {
        return fail(lists.error());
    }
    std::size_t removed = 0;
    for (const casefile::ListRecord& list : *lists) {
        const auto of_list = discard_damaged(file, list.id);
        if (!of_list) {
            return of_list;
        }
        removed += *of_list;
    }
    return removed;
}

} // namespace rempart::pipeline
