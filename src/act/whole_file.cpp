// SPDX-License-Identifier: Apache-2.0
#include "act/whole_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::act {
namespace {

tl::unexpected<Error> refused(std::string_view what) {
    return fail(Errc::io, fmt::format("{}: {}", what, std::strerror(errno)));
}

Result<void> fill(const std::filesystem::path& path, std::string_view text) {
    const UniqueFd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) {
        return refused("the file cannot be made");
    }
    if (auto written = write_all(file.get(), bytes_of(text)); !written) {
        return written;
    }
    if (::fsync(file.get()) != 0) {
        return refused("the file cannot be synced");
    }
    return {};
}

} // namespace

Result<void> write_whole_file(const std::filesystem::path& target, std::string_view text) {
    std::filesystem::path beside = target;
    beside += fmt::format(".{}.unfinished", ::getpid());
    ::unlink(beside.c_str()); // of a process that had this number and died
    auto filled = fill(beside, text);
    if (filled && ::rename(beside.c_str(), target.c_str()) != 0) {
        filled = refused("the file cannot be renamed");
    }
    if (!filled) {
        ::unlink(beside.c_str());
        return filled;
    }
    const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
    const UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened || ::fsync(opened.get()) != 0) {
        return refused("the folder cannot be synced");
    }
    return {};
}

} // namespace rempart::act
