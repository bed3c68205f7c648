// SPDX-License-Identifier: Apache-2.0
#include "casefile/file_ops.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <fmt/format.h>

#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
    const std::filesystem::path parent = file.parent_path();
    return parent.empty() ? "." : parent;
}

} // namespace

Error system_error(std::string_view what) {
    return {Errc::io, fmt::format("{}: {}", what, std::strerror(errno))};
}

Result<std::string> make_uuid() {
    std::array<std::byte, 16> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        return fail(system_error("no random bytes"));
    }
    bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40}; // version 4: random
    bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80}; // variant of RFC 9562
    std::string text = encode_hex(bytes);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        text.insert(dash, 1, '-');
    }
    return text;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        return fail(system_error("the folder cannot be flushed"));
    }
    return {};
}

Result<void> rename_to_free_name(const std::filesystem::path& from,
                                 const std::filesystem::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    if (errno == EEXIST) {
        return fail(Errc::invalid_argument, "something lies there already");
    }
    return fail(system_error("rename failed"));
}

NewFile::NewFile(UniqueFd fd, std::filesystem::path path, std::filesystem::path target)
    : fd_(std::move(fd)), path_(std::move(path)), target_(std::move(target)) {
}

NewFile::NewFile(NewFile&& other) noexcept
    : fd_(std::move(other.fd_)), path_(std::move(other.path_)), target_(std::move(other.target_)) {
    other.path_.clear();
}

NewFile::~NewFile() {
    if (!path_.empty()) {
        ::unlink(path_.c_str());
        ::unlink((path_.string() + "-journal").c_str()); // SQLite's, if a copy broke off
    }
}

Result<NewFile> NewFile::beside(const std::filesystem::path& target) {
    std::error_code ignored;
    if (std::filesystem::exists(std::filesystem::symlink_status(target, ignored))) {
        return fail(Errc::invalid_argument, "the target of the export exists already");
    }
    const auto unique = make_uuid();
    if (!unique) {
        return fail(unique.error());
    }
    std::filesystem::path path =
        folder_of(target) / fmt::format(".{}.{}.part", target.filename().string(), *unique);
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd) {
        return fail(system_error("the export cannot be created"));
    }
    return NewFile(std::move(fd), std::move(path), target);
}

Result<void> NewFile::publish() {
    if (::fsync(fd_.get()) != 0) {
        return fail(system_error("the export cannot be flushed"));
    }
    if (auto renamed = rename_to_free_name(path_, target_); !renamed) {
        return renamed;
    }
    path_.clear();
    return sync_folder(folder_of(target_));
}

} // namespace rempart::casefile
