// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/lists/last_of_key.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "rempart/recognise/digest.hpp"

namespace rempart::recognise {

Result<void> LastOfKey::note(std::string_view key) {
    if (noted_.size() == kMaxRecords) {
        return fail(Errc::limit_exceeded,
                    fmt::format("more than {} records in one file: split it", kMaxRecords));
    }
    Digester digester(DigestSet::sha_only);
    digester.update(bytes_of(key));
    const auto digest = digester.finish().sha256;
    Noted noted{{}, static_cast<std::uint32_t>(noted_.size())};
    std::copy_n(digest.begin(), noted.key.size(), noted.key.begin());
    noted_.push_back(noted);
    return {};
}

void LastOfKey::seal() {
    std::ranges::sort(noted_);
    is_last_.assign(noted_.size(), false);
    for (std::size_t i = 0; i < noted_.size(); ++i) {
        const bool last = i + 1 == noted_.size() || noted_[i + 1].key != noted_[i].key;
        is_last_[noted_[i].record] = last;
    }
    noted_ = {};
}

} // namespace rempart::recognise
