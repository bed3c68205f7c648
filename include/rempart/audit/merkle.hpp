// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The Merkle tree of RFC 9162, section 2.1 (the same as RFC 6962's), with SHA-256: appending,
/// proofs that a record is in a tree and that one tree continues another, and their checks.
///
/// A *complete node* is the root of 2^height records that begin at a multiple of 2^height; it never
/// changes once it is there. Its place is (height, index), with index = first record / 2^height; a
/// record's own leaf hash is at height 0.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "rempart/audit/hash.hpp"
#include "rempart/core/result.hpp"

namespace rempart::audit {

/// SHA-256 of 0x00 and the record's bytes.
[[nodiscard]] Hash leaf_hash(ByteView record);
/// SHA-256 of 0x01 and both children.
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

/// More records than this are refused where sizes are read: sizes stay positive as int64.
inline constexpr std::uint64_t kMaxRecords = std::uint64_t{1} << 62;

/// The right edge of a tree: the complete nodes that its size is the sum of, largest first. All
/// that is needed to append and to know the root: at most 62 hashes. A value; not for two threads
/// at once while appending.
class Frontier {
  public:
    /// Reads what serialised() wrote. \return `malformed` for any other bytes.
    [[nodiscard]] static Result<Frontier> parse(ByteView bytes);
    /// The size as 8 bytes, most significant first, then each hash.
    [[nodiscard]] Bytes serialised() const;

    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// SHA-256 of nothing for the empty tree.
    [[nodiscard]] Hash root() const;
    /// Adds the record of that leaf hash. Calls completed(height, index, hash) for each complete
    /// node of height 1 and more that it makes, rising. \pre size() < kMaxRecords
    template <typename Completed>
    void append(const Hash& leaf, Completed&& completed) {
        Hash node = leaf;
        unsigned height = 0;
        for (; ((size_ >> height) & 1) != 0; ++height) {
            node = node_hash(nodes_.back(), node);
            nodes_.pop_back();
            completed(height + 1, size_ >> (height + 1), node);
        }
        nodes_.push_back(node);
        ++size_;
    }
    void append(const Hash& leaf) {
        append(leaf, [](unsigned, std::uint64_t, const Hash&) {});
    }

    friend bool operator==(const Frontier&, const Frontier&) = default;

  private:
    std::uint64_t size_ = 0;
    std::vector<Hash> nodes_;
};

/// Gives the complete node at (height, index). Called only for nodes of the tree in question.
using NodeSource = std::function<Result<Hash>(unsigned height, std::uint64_t index)>;

/// The root of the first `size` records. \return what `nodes` returns.
[[nodiscard]] Result<Hash> root_of(std::uint64_t size, const NodeSource& nodes);

/// The hashes that lead from record `index` to the root of the first `size` records, from below:
/// at most 62, about log2(size). \return `invalid_argument` unless index < size; what `nodes`
/// returns.
[[nodiscard]] Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                        const NodeSource& nodes);

/// The hashes that show that the tree of `new_size` begins with that of `old_size`.
/// \return `invalid_argument` unless 0 < old_size <= new_size; what `nodes` returns.
[[nodiscard]] Result<std::vector<Hash>>
consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const NodeSource& nodes);

/// A tree as a signed checkpoint states it.
struct TreeHead {
    std::uint64_t size = 0;
    Hash root{};
    friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// RFC 9162, 2.1.3.2. \return `integrity` if the record is not at that place of the tree.
[[nodiscard]] Result<void> verify_inclusion(std::uint64_t index, const Hash& leaf,
                                            std::span<const Hash> proof, const TreeHead& tree);

/// RFC 9162, 2.1.4.2; any tree continues the empty one and itself. \return `integrity` if `later`
/// does not continue `earlier`.
[[nodiscard]] Result<void> verify_consistency(const TreeHead& earlier, const TreeHead& later,
                                              std::span<const Hash> proof);

} // namespace rempart::audit
