// SPDX-License-Identifier: Apache-2.0
#include "rempart/match_lists.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/read_list.hpp"

namespace rempart::cli {
namespace {

/// Here a list is held in memory, some 100 bytes a hash; one that is larger belongs into a case.
constexpr std::size_t kMaxHashesInMemory = 100'000'000;

std::string span_text(const std::optional<recognise::FrameSpan>& span) {
    return span ? fmt::format("{:.3f} - {:.3f} s", static_cast<double>(span->from_ms) / 1000,
                              static_cast<double>(span->to_ms) / 1000)
                : "the picture";
}

std::string segment_text(const recognise::HitSegment& segment) {
    return fmt::format("{} is {} of the entry", span_text(segment.query), span_text(segment.entry));
}

} // namespace

int read_lists(const Match& args, std::optional<recognise::HashKind> assumed, MatchLists& lists) {
    const auto choice = choose_list_format(args.format, args.algorithm);
    if (!choice) {
        return report_error("match", choice.error());
    }
    const auto reader = list_reader_config();
    if (!reader) {
        return report_error("match", reader.error());
    }
    for (const std::string& path : args.lists) {
        const auto file = open_own_file(path);
        if (!file) {
            return report_error(path, file.error());
        }
        const std::size_t number = lists.names.size();
        lists.names.push_back(to_utf8(std::filesystem::path(path).filename().string()));
        const auto take = [&](recognise::ListedHash&& hash) -> Result<void> {
            lists.entries.push_back({number, hash.entry});
            lists.hashes.push_back(std::move(hash));
            return {};
        };
        recognise::HashListOptions options;
        options.kind = choice->kind;
        options.limits.max_hashes = kMaxHashesInMemory;
        auto read = pipeline::read_list(file->get(), choice->format, options, *reader, take);
        if (!read && read.error().code == Errc::invalid_argument && !options.kind && assumed) {
            options.kind = assumed; // codes are PDQ, so a list that does not say is taken for PDQ
            read = pipeline::read_list(file->get(), choice->format, options, *reader, take);
        }
        if (!read) {
            return report_error(path, read.error());
        }
        for (const std::string& notice : list_notices(read->summary, "")) {
            talk(fmt::format("{}: {}", path, notice));
        }
    }
    return kOk;
}

std::string text_of(const MatchLine& line) {
    std::string text =
        fmt::format("{}  {} {} {} bits  {} entry {}",
                    line.path.empty() ? fmt::format("code {}", line.query) : to_terminal(line.path),
                    line.match, line.algorithm, line.distance, to_terminal(line.list), line.entry);
    for (const recognise::HitSegment& segment : line.segments) {
        text += "\n    " + segment_text(segment);
    }
    return text;
}

} // namespace rempart::cli
