// SPDX-License-Identifier: Apache-2.0
#include "rempart/output.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <unistd.h>

#include <fmt/format.h>

#include "rempart/core/text.hpp"

namespace rempart::cli {

void print_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
}

void talk(std::string_view line) {
    fmt::print(stderr, "rempart: {}\n", to_terminal(line));
}

std::string shown_place(std::string_view place) {
    std::string shown(place);
    constexpr std::string_view kHidden = "***";
    if (!place.starts_with("postgres://") && !place.starts_with("postgresql://")) {
        return shown;
    }
    const std::size_t authority = place.find("://") + 3;
    // A password may hold whatever it likes, unescaped too: the last @ ends it.
    const std::size_t query = std::min(shown.find('?'), shown.size());
    const std::size_t at = shown.rfind('@', query);
    const std::size_t colon = shown.find(':', authority);
    if (at != std::string::npos && colon != std::string::npos && colon < at) {
        shown.replace(colon + 1, at - colon - 1, kHidden);
    }
    constexpr std::string_view kKey = "password="; // and libpq's "sslpassword="
    for (std::size_t key = shown.find(kKey); key != std::string::npos;
         key = shown.find(kKey, key + kKey.size())) {
        const std::size_t value = key + kKey.size();
        shown.replace(value, std::min(shown.find('&', value), shown.size()) - value, kHidden);
    }
    return shown;
}

int report_error(std::string_view about, const Error& error) {
    talk(fmt::format("{}: {}", shown_place(about), error.message));
    switch (error.code) {
    case Errc::invalid_argument: return kWrongUse;
    case Errc::integrity: return kIntegrity;
    case Errc::interrupted: return kInterrupted;
    default: return kFailed;
    }
}

std::string human_bytes(std::uint64_t bytes) {
    constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

ProgressBar::ProgressBar(std::string label)
    : label_(to_terminal(label)), on_terminal_(::isatty(STDERR_FILENO) == 1) {
}

namespace {

std::string time_left(const pipeline::Progress& progress) {
    constexpr double kMinSeconds = 2; // before that a rate means nothing
    if (progress.total_bytes == 0 || progress.bytes == 0 || progress.seconds < kMinSeconds) {
        return {};
    }
    const double share =
        static_cast<double>(progress.bytes) / static_cast<double>(progress.total_bytes);
    if (share >= 1) {
        return {};
    }
    const auto seconds = static_cast<int>(progress.seconds / share * (1 - share));
    return fmt::format(", at most {}:{:02}:{:02} left", seconds / 3600, seconds / 60 % 60,
                       seconds % 60);
}

std::string progress_text(const std::string& label, const pipeline::Progress& progress) {
    const double rate =
        progress.seconds > 0 ? static_cast<double>(progress.bytes) / progress.seconds : 0;
    return fmt::format(
        "{}: {} items, {} ({}/s), {} hits, {} not fully read{}{}", label, progress.items,
        human_bytes(progress.bytes), human_bytes(static_cast<std::uint64_t>(rate)), progress.hits,
        progress.problems, progress.verifying ? ", verifying" : "", time_left(progress));
}

} // namespace

void ProgressBar::show(const pipeline::Progress& progress) {
    constexpr double kLinePeriodSeconds = 10;
    const std::string text = progress_text(label_, progress);
    if (on_terminal_) {
        fmt::print(stderr, "\r\x1b[K{}", text);
        std::fflush(stderr);
        drawn_ = true;
    } else if (progress.seconds - last_line_seconds_ >= kLinePeriodSeconds) {
        last_line_seconds_ = progress.seconds;
        fmt::print(stderr, "rempart: {}\n", text);
    }
}

void ProgressBar::clear() {
    if (drawn_) {
        fmt::print(stderr, "\r\x1b[K");
        drawn_ = false;
    }
}

} // namespace rempart::cli
