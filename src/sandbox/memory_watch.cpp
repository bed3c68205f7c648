// SPDX-License-Identifier: Apache-2.0
#include "sandbox/memory_watch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

#include <fmt/format.h>

#include "sandbox/sanitized.hpp"

namespace rempart::sandbox {
namespace {

// The number at the front of `text`, after blanks; 0 if there is none. `text` moves behind it.
std::uint64_t take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
    return value;
}

// proc(5): VmHWM is the peak resident set size in KiB.
std::uint64_t peak_resident_bytes(int status_fd) {
    std::array<std::byte, 4096> text{};
    const auto size = read_at(status_fd, 0, text);
    const std::string_view all = chars_of(ByteView(text).first(size.value_or(0)));
    constexpr std::string_view kKey = "VmHWM:";
    const std::size_t at = all.find(kKey);
    if (at == std::string_view::npos) {
        return 0;
    }
    std::string_view rest = all.substr(at + kKey.size());
    return take_number(rest) * 1024;
}

} // namespace

MemorySizes memory_sizes(int fd) {
    std::array<std::byte, 128> text{};
    const auto size = read_at(fd, 0, text);
    std::string_view rest = chars_of(ByteView(text).first(size.value_or(0)));
    static const auto kPageBytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t virtual_pages = take_number(rest);
    return {virtual_pages * kPageBytes, take_number(rest) * kPageBytes};
}

MemoryWatch::MemoryWatch(pid_t pid, std::uint64_t memory_bytes) {
    const auto open_of = [pid](std::string_view what) {
        auto file = open_read_only(fmt::format("/proc/{}/{}", pid, what));
        return file ? std::move(*file) : UniqueFd();
    };
    sizes_ = open_of("statm");
    status_ = open_of("status");
    const MemorySizes now = memory_sizes(sizes_.get());
    resident_limit_bytes_ = now.resident_bytes + memory_bytes;
    if constexpr (!kSanitized) {
        const std::uint64_t space = now.virtual_bytes + memory_bytes;
        const rlimit bound{space, space};
        bounded_ = ::prlimit(pid, RLIMIT_AS, &bound, nullptr) == 0;
    }
}

bool MemoryWatch::exceeded() {
    const std::uint64_t resident = memory_sizes(sizes_.get()).resident_bytes;
    peak_bytes_ = std::max(peak_bytes_, resident);
    return resident > resident_limit_bytes_;
}

std::uint64_t MemoryWatch::peak_bytes() {
    if (status_) {
        peak_bytes_ = std::max(peak_bytes_, peak_resident_bytes(status_.get()));
    }
    return peak_bytes_;
}

} // namespace rempart::sandbox
