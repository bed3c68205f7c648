// SPDX-License-Identifier: Apache-2.0
#include "pipeline/left_aside.hpp"

#include <utility>

namespace rempart::pipeline {
namespace {

// A reader that died once leaves out a stretch of the walk, in which it depends on what was read
// how the rest is numbered (examine/resilient_source.hpp).
bool is_death(Errc code) {
    return code == Errc::crashed || code == Errc::deadline || code == Errc::memory ||
           code == Errc::refused || code == Errc::bad_answer;
}

} // namespace

std::uint64_t WantedItem::last_seq() const {
    return members.empty() ? seq : members.back().last_seq();
}

std::vector<examine::OrdinalRun> WantedItem::runs() const {
    if (must_read_all) {
        return {};
    }
    std::vector<std::uint64_t> ordinals;
    ordinals.reserve(members.size());
    for (const WantedItem& member : members) {
        ordinals.push_back(member.ordinal);
    }
    return examine::ordinal_runs(ordinals);
}

// Members stand right behind their archive: the one that a place hangs on is the last item or one
// of those that hold it.
void LeftAsideBuilder::add(const casefile::PlaceRecord& place) {
    while (open_.size() > 1 && (!place.parent_seq || open_.back().item.seq != *place.parent_seq)) {
        close_last();
    }
    Open& parent = open_.back();
    parent.item.must_read_all = parent.item.must_read_all || is_fault(place);
    Open child;
    child.item.ordinal = parent.next_ordinal++;
    child.item.seq = place.seq;
    if (place.left_aside && taken_.size() < setup_.most &&
        taken_.insert(*place.left_aside).second) {
        child.item.sha256 = place.left_aside;
    }
    open_.push_back(std::move(child));
}

bool LeftAsideBuilder::is_fault(const casefile::PlaceRecord& place) const {
    if (open_.size() > 1) { // an archive: what is passed over is not checked
        return place.error.has_value();
    }
    return (place.error && is_death(*place.error)) ||
           (place.is_problem && setup_.problems_depend_on_reading);
}

void LeftAsideBuilder::close_last() {
    WantedItem item = std::move(open_.back().item);
    open_.pop_back();
    if (item.sha256 || !item.members.empty()) {
        open_.back().item.members.push_back(std::move(item));
    }
}

LeftAside LeftAsideBuilder::finish() && {
    while (open_.size() > 1) {
        close_last();
    }
    return {std::move(open_.front().item), taken_.size()};
}

Result<LeftAside> left_aside(casefile::Case& file, casefile::RowId exhibit, std::uint64_t part,
                             const LeftAsideBuilder::Setup& setup) {
    LeftAsideBuilder builder(setup);
    auto read = casefile::each_place(file, exhibit, part,
                                     [&](const casefile::PlaceRecord& place) -> Result<void> {
                                         builder.add(place);
                                         return {};
                                     });
    return read ? Result<LeftAside>(std::move(builder).finish()) : fail(std::move(read).error());
}

} // namespace rempart::pipeline
