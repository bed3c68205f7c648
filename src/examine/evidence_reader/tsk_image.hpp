// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A medium as libtsk wants to see it.

#include <cstdint>
#include <memory>

#include "examine/evidence_reader/medium.hpp"
#include "examine/evidence_reader/tsk.hpp"
#include "examine/item_stream_writer.hpp"

namespace rempart::examine {

/// libtsk reads through it; each read also tells the parent that the walk lives, as long as the
/// reads since the last item are no more than a few passes over the medium: a loop in libtsk ends
/// with the deadline.
class TskImage {
  public:
    /// Both outlive the image. \return `unsupported` if libtsk is not the one we were built for.
    [[nodiscard]] static Result<std::unique_ptr<TskImage>> open(Medium& medium,
                                                                ItemStreamWriter& writer);
    [[nodiscard]] TSK_IMG_INFO* get() { return &handle_.info; }
    [[nodiscard]] Medium& medium() { return *handle_.medium; }
    void tell_damage(bool tell) { tells_damage_ = tell; }
    [[nodiscard]] bool tells_damage() const { return tells_damage_; }

    /// For tests of the layout: what libtsk knows of the image.
    struct Handle {
        TSK_IMG_INFO info; ///< First: libtsk casts between the two.
        Medium* medium;
        ItemStreamWriter* writer;
        std::uint64_t items_before;
        std::uint64_t bytes_since_item;
    };

  private:
    TskImage() = default;
    Handle handle_{};
    bool tells_damage_ = true;
};

} // namespace rempart::examine
