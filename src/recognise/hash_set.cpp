// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_set.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>

#include <fmt/format.h>

#include "recognise/sets/key_finder.hpp"
#include "recognise/sets/set_state.hpp"

namespace rempart::recognise {
namespace {

// Our choice: reading a megabyte takes less than a millisecond, and most lists are smaller.
constexpr std::uint64_t kCheckedAtOnce = std::uint64_t{1} << 20U;

// How many words of rows are asked for before the first is used, as for keys.
constexpr std::size_t kRowBatch = 32;

Result<SetHeader> read_header(int fd, const HashSetOpening& opening) {
    const auto bytes = size_of(fd);
    if (!bytes) {
        return fail(bytes.error());
    }
    std::array<std::byte, kSetHeaderBytes> buffer{};
    const auto read = read_at(fd, 0, buffer);
    if (!read) {
        return fail(read.error());
    }
    auto header = decode_set_header(std::span(buffer).first(*read), *bytes);
    if (!header) {
        return header;
    }
    if (opening.kind && *opening.kind != header->info.kind) {
        return fail(Errc::invalid_argument,
                    fmt::format("a hash set of {}, {} expected", name(header->info.kind),
                                name(*opening.kind)));
    }
    if (opening.id && *opening.id != header->info.id) {
        return fail(Errc::integrity, "not the hash set that was compiled: its id is another");
    }
    return header;
}

Result<Bytes> read_table(int fd, const SetHeader& header, const SetPlan& plan) {
    Bytes table(plan.table.bytes);
    const auto read = read_at(fd, plan.table.offset, table);
    if (!read) {
        return fail(read.error());
    }
    Digester digester(DigestSet::sha256_only);
    digester.update(table);
    if (*read != table.size() || digester.finish().sha256 != header.table_sha256) {
        return fail(Errc::integrity, "the check values of the hash set are damaged");
    }
    return table;
}

Result<void> read_shards(HashSet::State& state) {
    const SetSection& section = state.plan.shards;
    if (auto checked = state.guard.check(section.offset, section.bytes); !checked) {
        return checked;
    }
    state.shards.reserve(section.bytes / kSetShardBytes);
    for (std::uint64_t at = 0; at < section.bytes; at += kSetShardBytes) {
        const auto shard = decode_set_shard(
            {state.guard.resident(section.offset + at), kSetShardBytes}, state.header.filter_bytes);
        if (!shard) {
            return fail(shard.error());
        }
        state.shards.push_back(*shard);
    }
    return {};
}

tl::unexpected<Error> rows_lie() {
    return fail(Errc::malformed, "the rows of the hash set contradict themselves");
}

void ask_for_rows(const HashSet::State& state, std::span<const SetMatch> matches) {
    for (const SetMatch& match : matches) {
        __builtin_prefetch(state.at(state.plan.rows.offset + std::uint64_t{match.key} * 8));
    }
}

Result<void> append_rows(const HashSet::State& state, const SetMatch& match,
                         std::vector<SetRow>& rows) {
    const std::uint64_t at = state.plan.rows.offset + std::uint64_t{match.key} * 8;
    if (auto touched = state.touch(at, 8); !touched) {
        return touched;
    }
    const auto word = load_native<std::uint64_t>(state.at(at));
    if ((word & kSetManyRows) == 0) {
        rows.push_back({match.query, word});
        return {};
    }
    for (std::uint64_t i = word & ~kSetManyRows;; ++i) {
        if (i >= state.header.more_rows) {
            return rows_lie();
        }
        const std::uint64_t next = state.plan.more_rows.offset + i * 8;
        if (auto touched = state.touch(next, 8); !touched) {
            return touched;
        }
        const auto row = load_native<std::uint64_t>(state.at(next));
        rows.push_back({match.query, row & ~kSetManyRows});
        if ((row & kSetManyRows) != 0) {
            return {};
        }
    }
}

} // namespace

std::string_view name(SetPolarity polarity) noexcept {
    constexpr std::array<std::string_view, 3> kNames{"alert", "allow", "note"};
    return kNames[static_cast<std::size_t>(polarity)];
}

FileMapping::~FileMapping() {
    if (data_ != nullptr) {
        ::munmap(const_cast<std::byte*>(data_), bytes_);
    }
}

Result<void> FileMapping::map(int fd, std::uint64_t bytes) {
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED) {
        return fail(Errc::io, fmt::format("no memory map: {}", std::strerror(errno)));
    }
    data_ = static_cast<const std::byte*>(mapped);
    bytes_ = bytes;
    // Look-ups land anywhere: to read ahead of them would only push other pages out.
    ::madvise(mapped, bytes, MADV_RANDOM);
    ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    return {};
}

Result<HashSet> HashSet::open(const std::filesystem::path& path, const HashSetOpening& opening) {
    auto file = open_read_only(path);
    if (!file) {
        return fail(file.error());
    }
    return open(std::move(*file), opening);
}

Result<HashSet> HashSet::open(UniqueFd file, const HashSetOpening& opening) {
    auto header = read_header(file.get(), opening);
    if (!header) {
        return fail(header.error());
    }
    auto state = std::make_unique<State>();
    state->file = std::move(file);
    state->header = std::move(*header);
    state->plan = plan_of(state->header);
    state->key_bytes = size_bytes(state->header.info.kind);
    auto table = read_table(state->file.get(), state->header, state->plan);
    if (!table) {
        return fail(table.error());
    }
    if (auto mapped = state->mapping.map(state->file.get(), state->plan.file_bytes); !mapped) {
        return fail(mapped.error());
    }
    const bool all = opening.keys == HashSetOpening::Keys::in_memory;
    auto guarded = state->guard.open(state->file.get(), state->plan, std::move(*table),
                                     all ? kSetHeaderBytes : state->plan.filter.offset);
    if (!guarded) {
        return fail(guarded.error());
    }
    state->keys_and_rows =
        all ? state->guard.resident(kSetHeaderBytes) - kSetHeaderBytes : state->mapping.data();
    if (auto shards = read_shards(*state); !shards) {
        return fail(shards.error());
    }
    if (state->plan.data_bytes <= kCheckedAtOnce) {
        if (auto each = state->guard.check(kSetHeaderBytes, state->plan.data_bytes); !each) {
            return fail(each.error());
        }
    }
    return HashSet(std::move(state));
}

HashSet::HashSet(std::unique_ptr<State> state) : state_(std::move(state)) {
}
HashSet::HashSet(HashSet&&) noexcept = default;
HashSet& HashSet::operator=(HashSet&&) noexcept = default;
HashSet::~HashSet() = default;

const HashSetInfo& HashSet::info() const noexcept {
    return state_->header.info;
}

Result<std::optional<std::uint32_t>> HashSet::find(ByteView digest) const {
    assert(digest.size() == state_->key_bytes);
    std::vector<SetMatch> matches;
    if (auto found = find_keys(*state_, digest, matches); !found) {
        return fail(found.error());
    }
    return matches.empty() ? std::nullopt : std::optional(matches.front().key);
}

Result<void> HashSet::find(ByteView digests, std::vector<SetMatch>& matches) const {
    assert(digests.size() % state_->key_bytes == 0);
    const std::size_t before = matches.size();
    auto found = find_keys(*state_, digests, matches);
    if (!found) {
        matches.resize(before);
    }
    return found;
}

Result<void> HashSet::rows(const std::vector<SetMatch>& matches, std::vector<SetRow>& rows) const {
    assert(info().has_rows);
    const std::size_t before = rows.size();
    for (std::size_t i = 0; i < matches.size(); ++i) {
        if (i % kRowBatch == 0) {
            const std::size_t some = std::min(kRowBatch, matches.size() - i);
            ask_for_rows(*state_, std::span(matches).subspan(i, some));
        }
        assert(matches[i].key < info().keys);
        if (auto appended = append_rows(*state_, matches[i], rows); !appended) {
            rows.resize(before);
            return appended;
        }
    }
    return {};
}

Result<void> HashSet::read_keys(std::uint64_t first,
                                const std::function<bool(ByteView)>& take) const {
    const std::uint64_t per_block = kSetChunkBytes / state_->key_bytes;
    const std::uint64_t keys = info().keys;
    while (first < keys) {
        const std::uint64_t some = std::min(per_block, keys - first);
        const std::uint64_t at = state_->key_at(first);
        if (auto touched = state_->touch(at, some * state_->key_bytes); !touched) {
            return touched;
        }
        if (!take({state_->at(at), some * state_->key_bytes})) {
            return {};
        }
        first += some;
    }
    return {};
}

} // namespace rempart::recognise
