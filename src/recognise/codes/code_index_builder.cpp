// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/code_index_builder.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "recognise/codes/band_writer.hpp"
#include "recognise/codes/code_bands.hpp"
#include "recognise/codes/code_index_state.hpp"
#include "recognise/codes/record_sorter.hpp"
#include "recognise/codes/snapshot_target.hpp"

namespace rempart::recognise {
namespace {

constexpr std::size_t kBatch = 4096;

// Numbers of few bytes each, one after the other.
class Column {
  public:
    Column(SnapshotTarget& target, std::uint64_t offset, std::uint32_t chunk_bytes,
           std::uint32_t bytes)
        : writer_(target, offset, chunk_bytes), bytes_(bytes) {}
    [[nodiscard]] Result<void> append(std::uint64_t number) {
        return writer_.append(std::as_bytes(std::span(&number, 1)).first(bytes_));
    }
    [[nodiscard]] Result<void> finish() { return writer_.finish(); }

  private:
    SectionWriter writer_;
    std::uint32_t bytes_;
};

} // namespace

struct CodeIndexBuilder::State {
    explicit State(Options with)
        : options(std::move(with)),
          memory(std::max(options.memory_limit_bytes, std::size_t{1} << 24)),
          sorter(memory, spill_directory()) {}

    [[nodiscard]] std::filesystem::path spill_directory() const {
        return options.spill_directory ? *options.spill_directory
                                       : std::filesystem::temp_directory_path();
    }
    [[nodiscard]] Result<SnapshotLayout> write_to(SnapshotTarget& target);
    [[nodiscard]] Result<void> write_rows(SnapshotTarget& target);
    [[nodiscard]] Result<void> append(const CodeRecord& record, SectionWriter& codes, Column& rows,
                                      Column& lists);
    [[nodiscard]] Result<void> note_start();
    [[nodiscard]] Result<void> write_row_starts(SnapshotTarget& target,
                                                const SnapshotLayout& layout);
    [[nodiscard]] Result<void> write_bands(SnapshotTarget& target, const SnapshotLayout& layout);

    Options options;
    std::size_t memory;
    RecordSorter sorter;
    std::uint64_t largest_row = 0;
    std::uint32_t largest_list = 0;
    SnapshotShape shape;
    std::optional<PdqHash> last;
    std::vector<std::uint32_t> row_starts;   ///< Those that are not yet in the file.
    std::optional<SpillFile> spilled_starts; ///< Their number is known when all are written.
    std::uint64_t rows_written = 0;
};

CodeIndexBuilder::CodeIndexBuilder() : CodeIndexBuilder(Options{}) {
}
CodeIndexBuilder::CodeIndexBuilder(Options options)
    : state_(std::make_unique<State>(std::move(options))) {
}
CodeIndexBuilder::CodeIndexBuilder(CodeIndexBuilder&&) noexcept = default;
CodeIndexBuilder& CodeIndexBuilder::operator=(CodeIndexBuilder&&) noexcept = default;
CodeIndexBuilder::~CodeIndexBuilder() = default;

Result<void> CodeIndexBuilder::add(PdqHash code, CodeRow row) {
    if (state_->sorter.count() == std::numeric_limits<std::uint32_t>::max() - 1) {
        return fail(Errc::limit_exceeded, "an index has at most 4294967294 rows");
    }
    state_->largest_row = std::max(state_->largest_row, row.row);
    state_->largest_list = std::max(state_->largest_list, row.list);
    return state_->sorter.add({.code = code, .row = row.row, .list = row.list});
}

Result<void> CodeIndexBuilder::write(const std::filesystem::path& path) && {
    auto target = FileTarget::make(path, chunk_bytes_for(state_->sorter.count()));
    if (!target) {
        return fail(std::move(target).error());
    }
    const auto layout = state_->write_to(**target);
    return layout ? (*target)->commit(*layout) : fail(layout.error());
}

Result<CodeIndex> CodeIndexBuilder::build() && {
    MemoryTarget target;
    auto layout = state_->write_to(target);
    if (!layout) {
        return fail(std::move(layout).error());
    }
    return CodeIndex(std::make_unique<CodeIndex::State>(
        std::make_unique<SnapshotImage>(std::move(*layout), std::move(target).take())));
}

// Rows, lists and codes come first: where they lie follows from the number of rows, which is known,
// unlike the number of different codes.
Result<SnapshotLayout> CodeIndexBuilder::State::write_to(SnapshotTarget& target) {
    shape.label = options.label;
    shape.rows = sorter.count();
    shape.codes = shape.rows; // until it is known
    shape.chunk_bytes = chunk_bytes_for(shape.rows);
    shape.row_bytes = bytes_to_hold(largest_row);
    shape.list_bytes = bytes_to_hold(largest_list);
    if (auto done = sorter.finish().and_then([&] { return write_rows(target); }); !done) {
        return fail(done.error());
    }
    shape.bands = shape.codes == 0     ? 0
                  : options.bands != 0 ? options.bands
                                       : best_band_count(shape.codes);
    shape.id_bytes = id_bytes_for(shape.codes);
    SnapshotLayout layout(shape);
    auto done = target.resize(layout.data_bytes)
                    .and_then([&] { return write_row_starts(target, layout); })
                    .and_then([&] { return write_bands(target, layout); });
    if (!done) {
        return fail(done.error());
    }
    return layout;
}

Result<void> CodeIndexBuilder::State::write_rows(SnapshotTarget& target) {
    const SnapshotLayout most(shape);
    if (auto room = target.resize(most.data_bytes); !room) {
        return room;
    }
    shape.codes = 0;
    const auto offset = [&](SectionKind kind) { return most.section(kind).offset; };
    SectionWriter codes(target, offset(SectionKind::codes), shape.chunk_bytes);
    Column rows(target, offset(SectionKind::rows), shape.chunk_bytes, shape.row_bytes);
    Column lists(target, offset(SectionKind::lists), shape.chunk_bytes, shape.list_bytes);
    std::vector<CodeRecord> batch(kBatch);
    for (;;) {
        const auto got = sorter.next(batch);
        if (!got) {
            return fail(got.error());
        }
        Result<void> put;
        for (const CodeRecord& record : std::span(batch).first(*got)) {
            put = put ? append(record, codes, rows, lists) : put;
        }
        if (!put) {
            return put;
        }
        if (*got < batch.size()) {
            break;
        }
    }
    sorter = RecordSorter(0, {}); // gives its memory back
    return codes.finish().and_then([&] { return rows.finish(); }).and_then([&] {
        return lists.finish();
    });
}

Result<void> CodeIndexBuilder::State::append(const CodeRecord& record, SectionWriter& codes,
                                             Column& rows, Column& lists) {
    if (!last || *last != record.code) {
        last = record.code;
        ++shape.codes;
        if (auto noted = note_start(); !noted) {
            return noted;
        }
        const auto& words = record.code.words();
        if (auto put = codes.append(std::as_bytes(std::span(words))); !put) {
            return put;
        }
    }
    ++rows_written;
    return rows.append(record.row).and_then([&] { return lists.append(record.list); });
}

Result<void> CodeIndexBuilder::State::note_start() {
    constexpr std::size_t kHeld = std::size_t{1} << 16;
    row_starts.push_back(static_cast<std::uint32_t>(rows_written));
    if (row_starts.size() < kHeld) {
        return {};
    }
    if (!spilled_starts) {
        spilled_starts.emplace(spill_directory());
    }
    auto put = spilled_starts->append(std::as_bytes(std::span(row_starts)));
    row_starts.clear();
    return put;
}

Result<void> CodeIndexBuilder::State::write_row_starts(SnapshotTarget& target,
                                                       const SnapshotLayout& layout) {
    if (shape.rows == shape.codes) {
        return {};
    }
    SectionWriter writer(target, layout.section(SectionKind::row_starts).offset, shape.chunk_bytes);
    if (spilled_starts) {
        auto put = spilled_starts->replay([&](ByteView piece) { return writer.append(piece); });
        if (!put) {
            return put;
        }
    }
    row_starts.push_back(static_cast<std::uint32_t>(rows_written));
    return writer.append(std::as_bytes(std::span(row_starts))).and_then([&] {
        return writer.finish();
    });
}

Result<void> CodeIndexBuilder::State::write_bands(SnapshotTarget& target,
                                                  const SnapshotLayout& layout) {
    if (shape.bands == 0) {
        return {};
    }
    const auto view = target.view(layout.section(SectionKind::codes));
    if (!view) {
        return fail(view.error());
    }
    const std::span codes(reinterpret_cast<const PdqHash*>(view->data()), shape.codes);
    const CodeBands bands(shape.bands);
    BandWriter writer(codes, bands, shape.id_bytes, memory * 3 / 4 / 8);
    for (unsigned band = 0; band < shape.bands; ++band) {
        const auto section = [&](SectionKind kind) {
            return SectionWriter(target, layout.section(kind, band).offset, shape.chunk_bytes);
        };
        SectionWriter starts = section(SectionKind::starts);
        Result<void> done;
        if (band == 0) {
            done = write_first_band(codes, bands[band], starts);
        } else {
            SectionWriter ids = section(SectionKind::ids);
            done = writer.write(band, starts, ids);
        }
        if (!done) {
            return done;
        }
    }
    return {};
}

} // namespace rempart::recognise
