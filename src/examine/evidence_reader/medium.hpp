// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A medium: the sectors that an image holds, whatever its container.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "examine/disk_request.hpp"
#include "examine/evidence_reader/damage_map.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/result.hpp"

namespace rempart::examine {

/// Not thread-safe.
class Medium {
  public:
    virtual ~Medium() = default;
    [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
    [[nodiscard]] virtual std::uint32_t sector_bytes() const = 0;
    /// Fills `out` from `offset_bytes`, less only at the end of the medium. What cannot be read, or
    /// fails its checksum, becomes zeros and stands in damage().
    [[nodiscard]] virtual std::size_t read(std::uint64_t offset_bytes,
                                           std::span<std::byte> out) = 0;
    [[nodiscard]] const DamageMap& damage() const { return damage_; }
    /// What is wrong with the container itself, whatever can be read through it.
    [[nodiscard]] virtual std::optional<Error> container_fault() const { return std::nullopt; }
    /// Digests that the container stores, lower-case hex; "" if none.
    [[nodiscard]] virtual std::string stored_md5() const { return {}; }
    [[nodiscard]] virtual std::string stored_sha1() const { return {}; }

  protected:
    DamageMap damage_;
};

/// Segments one behind the other, byte for byte. \return `io`.
[[nodiscard]] Result<std::unique_ptr<Medium>> open_raw_medium(std::vector<UniqueFd> segments);

/// EWF (E01) through libewf, which gets no name of a file, only these descriptors.
/// \return `malformed` if libewf does not take it.
[[nodiscard]] Result<std::unique_ptr<Medium>> open_ewf_medium(std::vector<UniqueFd> segments);

} // namespace rempart::examine
