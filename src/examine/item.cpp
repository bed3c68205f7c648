// SPDX-License-Identifier: Apache-2.0
#include "rempart/examine/item.hpp"

#include "rempart/examine/source.hpp"

namespace rempart::examine {

std::string_view name(ItemKind kind) noexcept {
    switch (kind) {
    case ItemKind::file: return "file";
    case ItemKind::symlink: return "symlink";
    case ItemKind::special: return "special";
    case ItemKind::problem: return "problem";
    }
    return "unknown";
}

std::string_view name(ItemState state) noexcept {
    switch (state) {
    case ItemState::allocated: return "allocated";
    case ItemState::deleted: return "deleted";
    case ItemState::carved: return "carved";
    case ItemState::embedded: return "embedded";
    }
    return "unknown";
}

std::string_view name(Recovery recovery) noexcept {
    switch (recovery) {
    case Recovery::none: return "";
    case Recovery::intact: return "intact";
    case Recovery::contiguity_assumed: return "contiguity-assumed";
    case Recovery::partial: return "partial";
    case Recovery::overwritten: return "overwritten";
    }
    return "unknown";
}

std::string_view name(ExhibitKind kind) noexcept {
    switch (kind) {
    case ExhibitKind::folder: return "folder";
    case ExhibitKind::file: return "file";
    case ExhibitKind::disk_raw: return "disk-raw";
    case ExhibitKind::disk_e01: return "disk-e01";
    }
    return "unknown";
}

} // namespace rempart::examine
