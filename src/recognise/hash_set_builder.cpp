// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/hash_set_builder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "recognise/sets/external_sort.hpp"
#include "recognise/sets/filter_writer.hpp"
#include "recognise/sets/set_file_writer.hpp"

namespace rempart::recognise {
namespace {

// Our choice, of the memory that is allowed: a quarter for one filter, the rest for records, which
// give most of it back before they are merged.
constexpr std::size_t kFilterShare = 4;

Result<void> check(const HashSetBuilding& building) {
    if (building.kind == HashKind::pdq) {
        return fail(Errc::invalid_argument, "fingerprints are near or far: they make no hash set");
    }
    if (building.memory_bytes < kMinSetMemory) {
        return fail(Errc::invalid_argument,
                    fmt::format("a hash set needs {} bytes of memory", kMinSetMemory));
    }
    const HashSetLabel& label = building.label;
    if (label.name.size() > kMaxSetTextBytes || label.version.size() > kMaxSetTextBytes) {
        return fail(
            Errc::invalid_argument,
            fmt::format("a list's name or version of more than {} bytes", kMaxSetTextBytes));
    }
    return {};
}

ByteView bytes_of_number(const auto& number) {
    return std::as_bytes(std::span(&number, 1));
}

// What the sorted records become. Each part but the keys waits in a file of its own until its place
// in the set is known.
class Parts {
  public:
    Parts(const HashSetBuilding& building, std::uint64_t records, SetFileWriter& keys,
          const std::filesystem::path& folder)
        : key_bytes_(size_bytes(building.kind)), keep_rows_(building.keep_rows), keys_(keys),
          fine_bits_(set_radix_bits(records)), radix_(folder), rows_(folder), more_rows_(folder),
          filter_(records, building.memory_bytes / kFilterShare, folder) {}

    Result<void> add(const std::byte* record) {
        if (count_ == 0 || std::memcmp(record, key_.data(), key_bytes_) != 0) {
            if (auto ended = end_key(); !ended) {
                return ended;
            }
            if (auto begun = begin_key(record); !begun) {
                return begun;
            }
        }
        return keep_rows_ ? add_row(record) : Result<void>{};
    }

    Result<void> finish(SetHeader& header) {
        if (auto ended = end_key(); !ended) {
            return ended;
        }
        if (auto counted = count_up_to((std::uint64_t{1} << fine_bits_) + 1); !counted) {
            return counted;
        }
        if (auto finished = filter_.finish(); !finished) {
            return finished;
        }
        header.info.keys = count_;
        header.info.rows = keep_rows_ ? row_count_ : header.info.rows;
        header.more_rows = more_rows_.size_bytes() / 8;
        header.filter_bytes = filter_.filters().size_bytes();
        header.radix_bits = set_radix_bits(count_);
        header.shard_bits = filter_.shard_bits();
        return append_all(header.radix_bits);
    }

  private:
    Result<void> begin_key(const std::byte* digest) {
        if (count_ == 0xFFFF'FFFFU) {
            return fail(Errc::limit_exceeded, fmt::format("more than {} digests", count_));
        }
        std::memcpy(key_.data(), digest, key_bytes_);
        const std::uint64_t value = first_bits(leading_bits(digest), fine_bits_);
        if (auto counted = count_up_to(value + 1); !counted) {
            return counted;
        }
        ++count_;
        if (auto filtered = filter_.add(digest); !filtered) {
            return filtered;
        }
        return keys_.append({digest, key_bytes_});
    }

    // Writes how many keys begin with less than each value below `end`.
    Result<void> count_up_to(std::uint64_t end) {
        const auto count = static_cast<std::uint32_t>(count_);
        for (; values_ < end; ++values_) {
            if (auto appended = radix_.append(bytes_of_number(count)); !appended) {
                return appended;
            }
        }
        return {};
    }

    Result<void> add_row(const std::byte* record) {
        const std::uint64_t row = leading_bits(record + key_bytes_);
        if (pending_ == row) {
            return {};
        }
        ++row_count_;
        if (pending_) {
            if (!many_) {
                many_ = true;
                first_more_ = more_rows_.size_bytes() / 8;
            }
            if (auto appended = more_rows_.append(bytes_of_number(*pending_)); !appended) {
                return appended;
            }
        }
        pending_ = row;
        return {};
    }

    Result<void> end_key() {
        if (!pending_) {
            return {};
        }
        std::uint64_t word = *pending_;
        if (std::exchange(many_, false)) {
            const std::uint64_t last = word | kSetManyRows;
            if (auto appended = more_rows_.append(bytes_of_number(last)); !appended) {
                return appended;
            }
            word = first_more_ | kSetManyRows;
        }
        pending_.reset();
        return rows_.append(bytes_of_number(word));
    }

    Result<void> append_all(std::uint32_t radix_bits) {
        for (SpillFile* part : {&rows_, &more_rows_, &filter_.filters()}) {
            if (auto appended = append_part(*part); !appended) {
                return appended;
            }
        }
        if (auto appended = append_radix(radix_bits); !appended) {
            return appended;
        }
        if (auto aligned = keys_.align(); !aligned) {
            return aligned;
        }
        return keys_.append(filter_.shards());
    }

    Result<void> append_part(SpillFile& part) {
        if (auto aligned = keys_.align(); !aligned) {
            return aligned;
        }
        return part.replay([&](ByteView bytes) { return keys_.append(bytes); });
    }

    // The index was counted for as many keys as there are records; if many of these were equal, it
    // has too many numbers: every n-th of them is the index that is wanted.
    Result<void> append_radix(std::uint32_t bits) {
        if (auto aligned = keys_.align(); !aligned) {
            return aligned;
        }
        const std::uint64_t step = std::uint64_t{1} << (fine_bits_ - bits);
        std::uint64_t number = 0;
        return radix_.replay([&](ByteView numbers) {
            Bytes wanted;
            for (std::size_t at = 0; at < numbers.size(); at += 4, ++number) {
                const ByteView one = numbers.subspan(at, number % step == 0 ? 4 : 0);
                wanted.insert(wanted.end(), one.begin(), one.end());
            }
            return keys_.append(wanted);
        });
    }

    std::size_t key_bytes_;
    bool keep_rows_;
    SetFileWriter& keys_;
    std::uint64_t count_ = 0;
    std::array<std::byte, 32> key_{};
    std::uint32_t fine_bits_;
    std::uint64_t values_ = 0; // of which radix_ has the number
    SpillFile radix_;
    std::uint64_t row_count_ = 0;
    std::optional<std::uint64_t> pending_; // the last row of the key at hand
    bool many_ = false;
    std::uint64_t first_more_ = 0;
    SpillFile rows_;
    SpillFile more_rows_;
    FilterWriter filter_;
};

} // namespace

struct HashSetBuilder::State {
    HashSetBuilding building;
    std::filesystem::path folder; ///< For what waits.
    std::size_t key_bytes;
    SetFileWriter file;
    ExternalSort sort;
    std::uint64_t added = 0;
};

HashSetBuilder::HashSetBuilder(std::unique_ptr<State> state) : state_(std::move(state)) {
}
HashSetBuilder::HashSetBuilder(HashSetBuilder&&) noexcept = default;
HashSetBuilder& HashSetBuilder::operator=(HashSetBuilder&&) noexcept = default;
HashSetBuilder::~HashSetBuilder() = default;

Result<HashSetBuilder> HashSetBuilder::begin(std::filesystem::path target,
                                             const HashSetBuilding& building) {
    if (auto checked = check(building); !checked) {
        return fail(checked.error());
    }
    std::filesystem::path folder = building.temporary_folder;
    if (folder.empty()) {
        folder = target.has_parent_path() ? target.parent_path() : ".";
    }
    auto file = SetFileWriter::create(std::move(target));
    if (!file) {
        return fail(file.error());
    }
    const std::size_t key_bytes = size_bytes(building.kind);
    const std::size_t record_bytes = key_bytes + (building.keep_rows ? 8 : 0);
    const std::size_t memory = building.memory_bytes - building.memory_bytes / kFilterShare;
    return HashSetBuilder(
        std::unique_ptr<State>(new State{.building = building,
                                         .folder = folder,
                                         .key_bytes = key_bytes,
                                         .file = std::move(*file),
                                         .sort = ExternalSort(record_bytes, memory, folder)}));
}

Result<void> HashSetBuilder::add(ByteView digest, std::uint64_t row) {
    State& state = *state_;
    if (digest.size() != state.key_bytes) {
        return fail(Errc::invalid_argument, fmt::format("a digest of {} bytes, {} expected",
                                                        digest.size(), state.key_bytes));
    }
    if (std::ranges::all_of(digest, [](std::byte byte) { return byte == std::byte{0}; })) {
        return fail(Errc::invalid_argument, "a digest of zeroes only stands for none");
    }
    if (row >= kSetManyRows) {
        return fail(Errc::invalid_argument, fmt::format("row {} is too high a number", row));
    }
    std::array<std::byte, 40> record;
    std::ranges::copy(digest, record.begin());
    const std::uint64_t ordered = __builtin_bswap64(row);
    std::memcpy(record.data() + state.key_bytes, &ordered, sizeof ordered);
    ++state.added;
    return state.sort.add(record);
}

Result<HashSetInfo> HashSetBuilder::finish() {
    State& state = *state_;
    SetHeader header;
    header.info.kind = state.building.kind;
    header.info.label = state.building.label;
    header.info.has_rows = state.building.keep_rows;
    header.info.rows = state.added;
    Parts parts(state.building, state.sort.count(), state.file, state.folder);
    auto sorted = state.sort.finish([&](const std::byte* record) { return parts.add(record); });
    if (!sorted) {
        return fail(sorted.error());
    }
    if (auto finished = parts.finish(header); !finished) {
        return fail(finished.error());
    }
    if (auto committed = state.file.commit(header); !committed) {
        return fail(committed.error());
    }
    return header.info;
}

} // namespace rempart::recognise
