// SPDX-License-Identifier: Apache-2.0
#include "recognise/codes/spill_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace rempart::recognise {

Result<SpillFile> SpillFile::make(const std::filesystem::path& directory) {
    UniqueFd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!fd) { // not every file system has nameless files
        std::string name = directory / ".rempart-run-XXXXXX";
        fd.reset(::mkostemp(name.data(), O_CLOEXEC));
        if (!fd) {
            return fail(Errc::io, fmt::format("a file for sorting: {}", std::strerror(errno)));
        }
        ::unlink(name.c_str());
    }
    return SpillFile(std::move(fd));
}

Result<void> SpillFile::append(ByteView bytes) {
    const auto written = write_all(fd_.get(), bytes);
    bytes_ += written ? bytes.size() : 0;
    return written;
}

Result<void> SpillFile::read(std::uint64_t offset, std::span<std::byte> out) const {
    const auto got = read_at(fd_.get(), offset, out);
    if (!got) {
        return fail(got.error());
    }
    return *got == out.size() ? Result<void>() : fail(Errc::io, "a file for sorting ends early");
}

} // namespace rempart::recognise
