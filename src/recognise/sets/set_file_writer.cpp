// SPDX-License-Identifier: Apache-2.0
#include "recognise/sets/set_file_writer.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "recognise/sets/chunk_guard.hpp"
#include "recognise/spill_file.hpp"

namespace rempart::recognise {
namespace {

tl::unexpected<Error> refused(std::string_view what) {
    return fail(Errc::io, fmt::format("{}: {}", what, std::strerror(errno)));
}

std::filesystem::path folder_of(const std::filesystem::path& target) {
    return target.has_parent_path() ? target.parent_path() : ".";
}

} // namespace

SetFileWriter::SetFileWriter(std::filesystem::path target, UniqueFd file)
    : target_(std::move(target)), file_(std::move(file)) {
    chunk_.reserve(kSetChunkBytes);
}

Result<SetFileWriter> SetFileWriter::create(std::filesystem::path target) {
    auto file = make_nameless_file(folder_of(target));
    if (!file) {
        return fail(file.error());
    }
    SetFileWriter writer(std::move(target), std::move(*file));
    // Zeroes are no header: even a file that got its name too early would not be taken for a set.
    if (auto written = write_all(writer.file_.get(), Bytes(kSetHeaderBytes)); !written) {
        return fail(written.error());
    }
    return writer;
}

Result<void> SetFileWriter::append(ByteView bytes) {
    data_bytes_ += bytes.size();
    while (!bytes.empty()) {
        const ByteView some = bytes.first(std::min(bytes.size(), kSetChunkBytes - chunk_.size()));
        chunk_.insert(chunk_.end(), some.begin(), some.end());
        bytes = bytes.subspan(some.size());
        const bool full = chunk_.size() == kSetChunkBytes;
        if (auto ended = full ? end_chunk() : Result<void>{}; !ended) {
            return ended;
        }
    }
    return {};
}

Result<void> SetFileWriter::end_chunk() {
    const auto value = check_value(sha256_, chunk_);
    table_.insert(table_.end(), value.begin(), value.end());
    auto written = write_all(file_.get(), chunk_);
    chunk_.clear();
    return written;
}

Result<void> SetFileWriter::align() {
    constexpr std::array<std::byte, 64> kZeroes{};
    return append(std::span(kZeroes).first((64 - data_bytes_ % 64) % 64));
}

Result<void> SetFileWriter::commit(SetHeader& header) {
    if (!chunk_.empty()) {
        if (auto ended = end_chunk(); !ended) {
            return ended;
        }
    }
    assert(data_bytes_ == plan_of(header).data_bytes);
    sha256_.update(table_);
    header.table_sha256 = sha256_.finish().sha256;
    if (auto written = write_all(file_.get(), table_); !written) {
        return written;
    }
    const auto bytes = encode_set_header(header);
    if (::lseek(file_.get(), 0, SEEK_SET) != 0) {
        return refused("the hash set cannot be written");
    }
    if (auto written = write_all(file_.get(), bytes); !written) {
        return written;
    }
    if (::fsync(file_.get()) != 0) {
        return refused("the hash set cannot be synced");
    }
    return give_name();
}

// A file without a name can get one, but not one that is taken: so it gets another beside it first.
Result<void> SetFileWriter::give_name() const {
    std::filesystem::path beside = target_;
    beside += fmt::format(".{}.unfinished", ::getpid());
    ::unlink(beside.c_str()); // of a process that had this number and died
    const std::string self = fmt::format("/proc/self/fd/{}", file_.get());
    if (::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, beside.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        return refused("the hash set cannot be named");
    }
    if (::rename(beside.c_str(), target_.c_str()) != 0) {
        const auto failed = refused("the hash set cannot be named");
        ::unlink(beside.c_str());
        return failed;
    }
    const UniqueFd folder(::open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) {
        return refused("the folder of the hash set cannot be synced");
    }
    return {};
}

} // namespace rempart::recognise
