// SPDX-License-Identifier: Apache-2.0
#include "recognise/spill_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace rempart::recognise {

Result<UniqueFd> make_nameless_file(const std::filesystem::path& folder) {
    UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        std::string name = (folder / ".rempart-XXXXXX").native(); // where there is no O_TMPFILE
        file.reset(::mkostemp(name.data(), O_CLOEXEC));
        if (file) {
            ::unlink(name.c_str());
        }
    }
    if (!file) {
        return fail(Errc::io, fmt::format("no temporary file: {}", std::strerror(errno)));
    }
    return file;
}

Result<void> SpillFile::append(ByteView bytes) {
    while (!bytes.empty()) {
        const ByteView some = bytes.first(std::min(bytes.size(), kBufferBytes - buffer_.size()));
        buffer_.insert(buffer_.end(), some.begin(), some.end());
        bytes = bytes.subspan(some.size());
        const bool full = buffer_.size() == kBufferBytes;
        if (auto flushed = full ? flush() : Result<void>{}; !flushed) {
            return flushed;
        }
    }
    return {};
}

Result<void> SpillFile::flush() {
    if (!file_) {
        auto made = make_nameless_file(folder_);
        if (!made) {
            return fail(made.error());
        }
        file_ = std::move(*made);
    }
    if (auto written = write_all(file_.get(), buffer_); !written) {
        return written;
    }
    spilled_ += buffer_.size();
    buffer_.clear();
    return {};
}

Result<void> SpillFile::read(std::uint64_t offset, std::span<std::byte> out) const {
    const auto read = read_at(file_.get(), offset, out);
    if (!read) {
        return fail(read.error());
    }
    if (*read != out.size()) {
        return fail(Errc::io, "a temporary file has lost its end");
    }
    return {};
}

Result<void> SpillFile::replay(const std::function<Result<void>(ByteView)>& take) {
    Bytes block;
    for (std::uint64_t at = 0; at < spilled_; at += block.size()) {
        block.resize(std::min<std::uint64_t>(kBufferBytes, spilled_ - at));
        if (auto got = read(at, block); !got) {
            return got;
        }
        if (auto taken = take(block); !taken) {
            return taken;
        }
    }
    return buffer_.empty() ? Result<void>{} : take(buffer_);
}

} // namespace rempart::recognise
