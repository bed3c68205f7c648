// SPDX-License-Identifier: Apache-2.0
#include "rempart/recognise/code_index.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "recognise/codes/code_index_state.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::recognise {
namespace {

// A whole file in memory of its own.
Result<Pages> load(int fd, std::size_t bytes) {
    auto pages = Pages::reserve(bytes);
    if (!pages) {
        return pages;
    }
    constexpr std::size_t kPiece = std::size_t{1} << 26;
    for (std::size_t done = 0; done < bytes;) {
        const auto got =
            read_at(fd, done, pages->writable().subspan(done, std::min(kPiece, bytes - done)));
        if (!got) {
            return fail(got.error());
        }
        if (*got == 0) {
            return fail(Errc::io, "the file became shorter while it was read");
        }
        done += *got;
    }
    return pages;
}

std::uint64_t number_at(const std::byte* column, std::size_t place, std::uint32_t bytes) {
    std::uint64_t number = 0;
    std::memcpy(&number, column + place * bytes, bytes); // the machine is little-endian
    return number;
}

void keep_order(std::vector<CodeMatch>& matches) {
    std::ranges::sort(matches);
}

} // namespace

CodeIndex::CodeIndex() = default;
CodeIndex::CodeIndex(CodeIndex&&) noexcept = default;
CodeIndex& CodeIndex::operator=(CodeIndex&&) noexcept = default;
CodeIndex::~CodeIndex() = default;
CodeIndex::CodeIndex(std::unique_ptr<State> state) : state_(std::move(state)) {
}

Result<CodeIndex> CodeIndex::open(const std::filesystem::path& path) {
    return open(path, OpenOptions{});
}

Result<CodeIndex> CodeIndex::open(const std::filesystem::path& path, OpenOptions options) {
    const auto fd = open_read_only(path);
    if (!fd) {
        return fail(fd.error());
    }
    const auto bytes = size_of(fd->get());
    if (!bytes) {
        return fail(bytes.error());
    }
    if (*bytes == 0) {
        return fail(Errc::truncated, "an empty file");
    }
    const bool resident = options.loading == Loading::resident;
    auto pages = resident ? load(fd->get(), *bytes) : Pages::map(fd->get(), *bytes);
    if (!pages) {
        return fail(std::move(pages).error());
    }
    auto image = SnapshotImage::adopt(std::move(*pages));
    if (!image) {
        return fail(std::move(image).error());
    }
    if (options.verify || resident) {
        if (const auto verified = (*image)->verify(); !verified) {
            return fail(verified.error());
        }
    }
    return CodeIndex(std::make_unique<State>(std::move(*image)));
}

Result<CodeIndex> CodeIndex::from_bytes(ByteView snapshot) {
    if (snapshot.empty()) {
        return fail(Errc::truncated, "no bytes");
    }
    auto pages = Pages::reserve(snapshot.size());
    if (!pages) {
        return fail(std::move(pages).error());
    }
    std::ranges::copy(snapshot, pages->writable().begin());
    auto image = SnapshotImage::adopt(std::move(*pages));
    if (!image) {
        return fail(std::move(image).error());
    }
    return CodeIndex(std::make_unique<State>(std::move(*image)));
}

std::size_t CodeIndex::size() const {
    return state_ ? state_->shape().codes : 0;
}
std::uint64_t CodeIndex::row_count() const {
    return state_ ? state_->shape().rows : 0;
}
unsigned CodeIndex::band_count() const {
    return state_ ? state_->shape().bands : 0;
}
std::uint64_t CodeIndex::label() const {
    return state_ ? state_->shape().label : 0;
}
std::uint64_t CodeIndex::bytes() const {
    return state_ ? state_->image->layout().file_bytes() : 0;
}

const std::array<std::byte, 32>& CodeIndex::digest() const {
    static constexpr Sha256 kNone{};
    return state_ ? state_->image->digest() : kNone;
}

Result<void> CodeIndex::verify() const {
    return state_ ? state_->image->verify() : Result<void>();
}

Result<std::span<const PdqHash>> CodeIndex::codes() const {
    if (!state_) {
        return std::span<const PdqHash>();
    }
    if (!state_->image->is_verified() &&
        !state_->image->ensure(state_->image->section(SectionKind::codes))) {
        return fail(state_->image->damage());
    }
    return state_->search.codes();
}

Result<void> CodeIndex::find_within(PdqHash query, int radius, std::vector<CodeMatch>& matches,
                                    CodeScratch& scratch) const {
    matches.clear();
    if (!state_ || radius < 0) {
        return {};
    }
    const auto banded = state_->search.find_in_bands(query, radius, matches, scratch);
    if (!banded) {
        return fail(banded.error());
    }
    if (*banded) {
        keep_order(matches);
        return {};
    }
    const auto all = codes();
    if (!all) {
        return fail(all.error());
    }
    best_code_kernel().scan(query, *all, static_cast<std::uint32_t>(radius), 0, matches);
    return {};
}

Result<std::vector<CodeHit>> CodeIndex::find_within(std::span<const PdqHash> queries,
                                                    int radius) const {
    std::vector<CodeHit> hits;
    std::vector<std::uint32_t> crowded;
    std::vector<CodeMatch> matches;
    CodeScratch scratch;
    for (std::uint32_t query = 0; state_ && radius >= 0 && query < queries.size(); ++query) {
        matches.clear();
        const auto banded = state_->search.find_in_bands(queries[query], radius, matches, scratch);
        if (!banded) {
            return fail(banded.error());
        }
        if (!*banded) {
            crowded.push_back(query);
        }
        for (const auto& [code, distance] : matches) {
            hits.push_back({.query = query, .code = code, .distance = distance});
        }
    }
    if (!crowded.empty()) {
        const auto all = codes();
        if (!all) {
            return fail(all.error());
        }
        scan_many(queries, crowded, *all, static_cast<std::uint32_t>(radius), hits);
    }
    std::ranges::sort(hits);
    return hits;
}

Result<std::vector<CodeHit>> CodeIndex::scan_within(std::span<const PdqHash> queries,
                                                    int radius) const {
    std::vector<CodeHit> hits;
    const auto all = codes();
    if (!all) {
        return fail(all.error());
    }
    if (radius >= 0) {
        std::vector<std::uint32_t> which(queries.size());
        for (std::uint32_t query = 0; query < which.size(); ++query) {
            which[query] = query;
        }
        scan_many(queries, which, *all, static_cast<std::uint32_t>(radius), hits);
    }
    std::ranges::sort(hits);
    return hits;
}

Result<void> CodeIndex::append_rows(std::uint32_t code, std::vector<CodeRow>& rows) const {
    assert(code < size());
    const SnapshotImage& image = *state_->image;
    const SnapshotShape& shape = state_->shape();
    std::uint64_t begin = code;
    std::uint64_t end = begin + 1;
    if (shape.rows != shape.codes) {
        const ByteView starts = image.section(SectionKind::row_starts).subspan(begin * 4, 8);
        if (!image.is_verified() && !image.ensure(starts)) {
            return fail(image.damage());
        }
        end = number_at(starts.data(), 1, 4);
        begin = number_at(starts.data(), 0, 4);
        if (begin > end || end > shape.rows) {
            return fail(Errc::malformed, "a code's rows are not among the rows");
        }
    }
    const ByteView numbers = image.section(SectionKind::rows);
    const ByteView lists = image.section(SectionKind::lists);
    if (!image.is_verified() &&
        (!image.ensure(numbers.subspan(begin * shape.row_bytes, (end - begin) * shape.row_bytes)) ||
         !image.ensure(
             lists.subspan(begin * shape.list_bytes, (end - begin) * shape.list_bytes)))) {
        return fail(image.damage());
    }
    for (std::uint64_t place = begin; place < end; ++place) {
        rows.push_back(
            {.list = static_cast<std::uint32_t>(number_at(lists.data(), place, shape.list_bytes)),
             .row = number_at(numbers.data(), place, shape.row_bytes)});
    }
    return {};
}

} // namespace rempart::recognise
