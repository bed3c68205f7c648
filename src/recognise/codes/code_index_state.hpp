// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a CodeIndex holds, for itself and its builder.

#include <memory>
#include <utility>

#include "recognise/codes/code_search.hpp"
#include "recognise/codes/snapshot_image.hpp"
#include "rempart/recognise/code_index.hpp"

namespace rempart::recognise {

struct CodeIndex::State {
    explicit State(std::unique_ptr<SnapshotImage> of) : image(std::move(of)), search(*image) {}

    [[nodiscard]] const SnapshotShape& shape() const { return image->layout().shape; }

    std::unique_ptr<SnapshotImage> image;
    CodeSearch search;
};

} // namespace rempart::recognise
