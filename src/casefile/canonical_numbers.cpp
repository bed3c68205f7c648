// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "casefile/canonical.hpp"
#include "casefile/database.hpp"

namespace rempart::casefile {

Result<ItemNumbers> ItemNumbers::read(Case& file) {
    ItemNumbers numbers;
    std::string last_label;
    std::uint64_t before = 0;
    auto read = file.database().each(
        fmt::format("SELECT x.label, i.seq / {0}, max(i.seq % {0}) + 1 FROM items i "
                    "JOIN exhibits x ON x.id = i.exhibit_id GROUP BY x.label, i.seq / {0} "
                    "ORDER BY x.label, i.seq / {0}",
                    kItemsPerPart),
        [&](Row& row) -> Result<void> {
            std::string label;
            std::uint64_t part = 0;
            std::uint64_t items = 0;
            if (!row.take(label, part, items)) {
                return Row::damaged();
            }
            before = label == last_label ? before : 0;
            numbers.before_[label][part] = before;
            before += items;
            last_label = std::move(label);
            return {};
        });
    return read ? Result<ItemNumbers>(std::move(numbers)) : fail(std::move(read).error());
}

std::uint64_t ItemNumbers::of(std::string_view exhibit, std::uint64_t seq) const {
    constexpr auto kPart = static_cast<std::uint64_t>(kItemsPerPart);
    const auto parts = before_.find(exhibit);
    if (parts == before_.end()) {
        return seq;
    }
    const auto part = parts->second.find(seq / kPart);
    return part == parts->second.end() ? seq : part->second + seq % kPart;
}

} // namespace rempart::casefile
