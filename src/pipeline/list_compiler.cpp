// SPDX-License-Identifier: Apache-2.0
#include "pipeline/list_compiler.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "rempart/recognise/code_index_builder.hpp"
#include "rempart/recognise/hash_set_builder.hpp"
#include "rempart/recognise/listed_videos.hpp"

namespace rempart::pipeline {
namespace {

namespace fs = std::filesystem;
using casefile::ListFileRecord;
using recognise::CodeIndex;
using recognise::HashKind;
using recognise::PdqHash;

constexpr std::size_t kPdqBytes = 32;
// Our choice: a list of three kinds and fingerprints then stays below 1 GiB.
constexpr std::size_t kSetMemoryBytes = std::size_t{192} << 20U;
constexpr std::size_t kIndexMemoryBytes = std::size_t{256} << 20U;

recognise::SetPolarity polarity_named(std::string_view polarity) {
    for (const auto known : {recognise::SetPolarity::allow, recognise::SetPolarity::note}) {
        if (name(known) == polarity) {
            return known;
        }
    }
    return recognise::SetPolarity::alert;
}

} // namespace

fs::path list_file(const fs::path& folder, casefile::RowId list, HashKind kind) {
    return folder /
           fmt::format("{}-{}.{}", list, name(kind), kind == HashKind::pdq ? "index" : "set");
}

// In a user's cache others may be able to make folders: what is not this user's is not used.
Result<void> make_list_folder(const fs::path& folder) {
    std::error_code failed;
    fs::create_directories(folder.parent_path(), failed);
    if (failed || (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)) {
        return fail(Errc::io, "the folder of compiled lists cannot be made");
    }
    struct stat status{};
    if (::lstat(folder.c_str(), &status) != 0) {
        return fail(Errc::io, "the folder of compiled lists cannot be looked at");
    }
    if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid()) {
        return fail(Errc::refused, "the folder of compiled lists is somebody else's");
    }
    // One that was copied may be open to others.
    return (status.st_mode & 077U) == 0 || ::chmod(folder.c_str(), 0700) == 0
               ? Result<void>()
               : fail(Errc::refused, "the folder of compiled lists is open to others");
}

struct ListCompiler::State {
    fs::path folder;
    casefile::ListRecord list;
    std::array<std::optional<recognise::HashSetBuilder>,
               static_cast<std::size_t>(recognise::kLastHashKind) + 1>
        sets;
    std::optional<recognise::CodeIndexBuilder> codes;
    recognise::ListedVideos videos; ///< Which frames go on with a run, and are in no file.
    std::vector<fs::path> named;    ///< To be removed again if they are not kept.

    Result<void> add_digest(HashKind kind, const casefile::ListEntryRecord& entry);
    Result<void> add_code(const casefile::ListEntryRecord& entry);
    Result<ListFileRecord> finish_codes(recognise::CodeIndexBuilder&& builder);
};

ListCompiler::ListCompiler(std::unique_ptr<State> state) : state_(std::move(state)) {
}
ListCompiler::ListCompiler(ListCompiler&&) noexcept = default;
ListCompiler& ListCompiler::operator=(ListCompiler&&) noexcept = default;

ListCompiler::~ListCompiler() {
    if (state_) {
        for (const fs::path& file : state_->named) {
            std::error_code ignored; // what stays is compiled over, or never asked for
            fs::remove(file, ignored);
        }
    }
}

void ListCompiler::keep() noexcept {
    state_->named.clear();
}

Result<ListCompiler> ListCompiler::begin(const fs::path& folder, const casefile::ListRecord& list) {
    if (auto made = make_list_folder(folder); !made) {
        return fail(std::move(made).error());
    }
    auto state = std::make_unique<State>();
    state->folder = folder;
    state->list = list;
    return ListCompiler(std::move(state));
}

Result<void> ListCompiler::State::add_digest(HashKind kind,
                                             const casefile::ListEntryRecord& entry) {
    if (std::ranges::all_of(entry.value, [](std::byte b) { return b == std::byte{0}; })) {
        return {}; // stands for "not computed" and can match nothing
    }
    auto& set = sets[static_cast<std::size_t>(kind)];
    if (!set) {
        recognise::HashSetBuilding building;
        building.kind = kind;
        building.memory_bytes = kSetMemoryBytes;
        building.label.polarity = polarity_named(list.polarity);
        building.label.name = list.name.substr(0, recognise::kMaxSetTextBytes);
        auto begun = recognise::HashSetBuilder::begin(list_file(folder, list.id, kind), building);
        if (!begun) {
            return fail(std::move(begun).error());
        }
        set.emplace(std::move(*begun));
    }
    return set->add(entry.value, static_cast<std::uint64_t>(entry.id));
}

Result<void> ListCompiler::State::add_code(const casefile::ListEntryRecord& entry) {
    const auto hash = PdqHash::from_bytes(std::span(entry.value).first<kPdqBytes>());
    if (entry.frame_ms) {
        const recognise::FrameSpan span{entry.frame_ms->first, entry.frame_ms->second};
        if (!videos.add(0, entry.entry, entry.id, hash, span)) {
            return {}; // it goes on with a run: what is near to it is near to the run's first
        }
    }
    if (!codes) {
        codes.emplace(
            recognise::CodeIndexBuilder::Options{.memory_limit_bytes = kIndexMemoryBytes,
                                                 .spill_directory = folder,
                                                 .label = static_cast<std::uint64_t>(list.id)});
    }
    return codes->add(hash, {.list = 0, .row = static_cast<std::uint64_t>(entry.id)});
}

Result<void> ListCompiler::add(const casefile::ListEntryRecord& entry) {
    const auto kind = recognise::hash_kind_named(entry.algorithm);
    if (!kind || entry.value.size() != recognise::size_bytes(*kind)) {
        return fail(Errc::integrity, "a listed hash in the case is not valid");
    }
    return *kind == HashKind::pdq ? state_->add_code(entry) : state_->add_digest(*kind, entry);
}

Result<ListFileRecord> ListCompiler::State::finish_codes(recognise::CodeIndexBuilder&& builder) {
    const fs::path path = list_file(folder, list.id, HashKind::pdq);
    if (auto written = std::move(builder).write(path); !written) {
        return fail(std::move(written).error());
    }
    named.push_back(path);
    const auto index = CodeIndex::open(path);
    if (!index) {
        return fail(index.error());
    }
    return ListFileRecord{.algorithm = std::string(name(HashKind::pdq)),
                          .format = kListFilesFormat,
                          .id = index->digest()};
}

Result<std::vector<ListFileRecord>> ListCompiler::finish() {
    std::vector<ListFileRecord> files;
    for (std::size_t i = 0; i < state_->sets.size(); ++i) {
        auto& set = state_->sets[i];
        if (!set) {
            continue;
        }
        const auto kind = static_cast<HashKind>(i);
        const auto info = set->finish();
        if (!info) {
            return fail(info.error());
        }
        set.reset();
        state_->named.push_back(list_file(state_->folder, state_->list.id, kind));
        files.push_back(
            {.algorithm = std::string(name(kind)), .format = kListFilesFormat, .id = info->id});
    }
    if (state_->codes) {
        auto index = state_->finish_codes(std::move(*state_->codes));
        if (!index) {
            return fail(std::move(index).error());
        }
        files.push_back(std::move(*index));
    }
    std::ranges::sort(files, {}, &ListFileRecord::algorithm); // as the case tells them
    return files;
}

} // namespace rempart::pipeline
