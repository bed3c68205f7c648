// SPDX-License-Identifier: Apache-2.0
#include "sandbox/memory_watch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
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

// The number behind `key` in /proc/PID/status, opened as `fd`: proc(5).
std::optional<std::uint64_t> status_number(int fd, std::string_view key) {
    std::array<std::byte, 4096> text{};
    const auto size = read_at(fd, 0, text);
    const std::string_view all = chars_of(ByteView(text).first(size.value_or(0)));
    const std::size_t at = all.find(key);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view rest = all.substr(at + key.size());
    return take_number(rest);
}

} // namespace

MemorySizes memory_sizes(int fd) {
    std::array<std::byte, 128> text{};
    const auto size = read_at(fd, 0, text);
    std::string_view rest = chars_of(ByteView(text).first(size.value_or(0)));
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t virtual_pages = take_number(rest);
    return {virtual_pages * page_bytes, take_number(rest) * page_bytes};
}

MemoryWatch::MemoryWatch(pid_t pid) : pid_(pid) {
    const auto open_of = [pid](std::string_view what) {
        auto file = open_read_only(fmt::format("/proc/{}/{}", pid, what));
        return file ? std::move(*file) : UniqueFd();
    };
    sizes_ = open_of("statm");
    status_ = open_of("status");
}

void MemoryWatch::bound(std::uint64_t memory_bytes) {
    const MemorySizes now = memory_sizes(sizes_.get());
    resident_limit_bytes_ = now.resident_bytes + memory_bytes * kResidentFactor;
    if constexpr (!kSanitized) {
        const std::uint64_t space = now.virtual_bytes + memory_bytes;
        const rlimit limit{space, space};
        ::prlimit(pid_, RLIMIT_AS, &limit, nullptr); // fails only if the process has ended
    }
}

bool MemoryWatch::exceeded() {
    const std::uint64_t resident = memory_sizes(sizes_.get()).resident_bytes;
    peak_bytes_ = std::max(peak_bytes_, resident);
    return resident > resident_limit_bytes_;
}

std::uint64_t MemoryWatch::peak_bytes() {
    const std::uint64_t kib = status_number(status_.get(), "\nVmHWM:").value_or(0);
    peak_bytes_ = std::max(peak_bytes_, kib * 1024);
    return peak_bytes_;
}

bool MemoryWatch::kernel_confirms_confinement() const {
    constexpr std::uint64_t kFilterMode = 2; // SECCOMP_MODE_FILTER
    return status_number(status_.get(), "\nNoNewPrivs:").value_or(1) == 1 &&
           status_number(status_.get(), "\nSeccomp:").value_or(kFilterMode) == kFilterMode;
}

} // namespace rempart::sandbox
