// SPDX-License-Identifier: Apache-2.0
#include "pipeline/context.hpp"

#include <utility>

namespace rempart::pipeline {

Result<std::unique_ptr<StoredContents>> StoredContents::open(const std::string& case_place) {
    auto file = casefile::Case::open(case_place, casefile::Access::read);
    if (!file) {
        return fail(file.error());
    }
    return std::unique_ptr<StoredContents>(new StoredContents(std::move(*file)));
}

Result<bool> StoredContents::is_examined(std::span<const std::byte, 32> sha256) {
    const std::scoped_lock lock(mutex_);
    return casefile::is_examined(file_, sha256);
}

} // namespace rempart::pipeline
