// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <cstddef>

#include "media/media_worker/picture_sink.hpp"

namespace rempart::media {
namespace {

// Where upright row `row`, column 0 lies in the stored plane, and how to go on to the next column.
struct Walk {
    std::ptrdiff_t start = 0;
    std::ptrdiff_t step = 1;
};

// TIFF 6.0, tag 274: on which visual side the 0th stored row and the 0th stored column lie.
//   1 top, left     2 top, right    3 bottom, right   4 bottom, left
//   5 left, top     6 right, top    7 right, bottom   8 left, bottom
Walk walk_of(const StoredPlane& stored, int orientation, std::ptrdiff_t row) {
    const auto width = static_cast<std::ptrdiff_t>(stored.width);
    const std::ptrdiff_t right = width - 1;
    const std::ptrdiff_t bottom = static_cast<std::ptrdiff_t>(stored.height) - 1;
    switch (orientation) {
    case 2: return {.start = row * width + right, .step = -1};
    case 3: return {.start = (bottom - row) * width + right, .step = -1};
    case 4: return {.start = (bottom - row) * width, .step = 1};
    case 5: return {.start = row, .step = width};
    case 6: return {.start = bottom * width + row, .step = -width};
    case 7: return {.start = bottom * width + (right - row), .step = -width};
    case 8: return {.start = right - row, .step = width};
    default: return {.start = row * width, .step = 1};
    }
}

// The columns `from` to `to` of one upright row.
void copy_columns(const StoredPlane& stored, const Walk& walk, std::size_t from, std::size_t to,
                  std::uint8_t* out) {
    const std::uint8_t* in = stored.luma.data() + walk.start;
    for (std::size_t x = from; x < to; ++x) {
        out[x] = in[static_cast<std::ptrdiff_t>(x) * walk.step];
    }
}

} // namespace

void read_upright(const StoredPlane& stored, int orientation, std::uint32_t first,
                  std::span<std::uint8_t> rows) {
    const std::size_t columns = orientation >= 5 ? stored.height : stored.width;
    assert(rows.size() % columns == 0);
    const std::size_t count = rows.size() / columns;
    // Column by column inside a block of rows: turned by 90 degrees, a column of the block is a
    // stretch of one stored row, and each cache line is read once instead of once a row.
    constexpr std::size_t kColumns = 64;
    for (std::size_t from = 0; from < columns; from += kColumns) {
        const std::size_t to = std::min(columns, from + kColumns);
        for (std::size_t i = 0; i < count; ++i) {
            const Walk walk = walk_of(stored, orientation, static_cast<std::ptrdiff_t>(first + i));
            copy_columns(stored, walk, from, to, rows.data() + i * columns);
        }
    }
}

} // namespace rempart::media
