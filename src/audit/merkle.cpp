// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/merkle.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace rempart::audit {
namespace {

constexpr std::size_t kSizeBytes = 8;

Sha256& hasher() {
    thread_local Sha256 one; // no state between calls: it only saves making it each time
    return one;
}

// The largest power of two below `count`: how many of `count` records are in the left subtree.
std::uint64_t left_part(std::uint64_t count) {
    return std::bit_floor(count - 1);
}

// Records [begin, end) that are one subtree of a tree: MTH of RFC 9162, 2.1.1.
Result<Hash> subtree(std::uint64_t begin, std::uint64_t end, const NodeSource& nodes) {
    const std::uint64_t count = end - begin;
    if (std::has_single_bit(count)) {
        const auto height = static_cast<unsigned>(std::countr_zero(count));
        return nodes(height, begin >> height);
    }
    const std::uint64_t middle = begin + left_part(count);
    auto left = subtree(begin, middle, nodes);
    if (!left) {
        return left;
    }
    auto right = subtree(middle, end, nodes); // at most 62 deep
    return right ? Result<Hash>(node_hash(*left, *right)) : right;
}

// A proof is followed from a node to the root: the place of the node on its level, and that of the
// last node there (fn and sn of RFC 9162, 2.1.3.2 and 2.1.4.2).
struct Climb {
    std::uint64_t fn;
    std::uint64_t sn;

    [[nodiscard]] bool at_root() const { return sn == 0; }

    void up() {
        fn >>= 1;
        sn >>= 1;
    }

    // Whether the next hash of the proof stands left of the node. Goes to the node of both; a node
    // that is the last of its level has no partner there and is taken up to where it has.
    bool joins_from_left() {
        const bool from_left = (fn & 1) != 0 || fn == sn;
        while (from_left && (fn & 1) == 0 && fn != 0) {
            up();
        }
        up();
        return from_left;
    }
};

Result<void> take(std::vector<Hash>& proof, std::uint64_t begin, std::uint64_t end,
                  const NodeSource& nodes) {
    const auto hash = subtree(begin, end, nodes);
    if (!hash) {
        return fail(hash.error());
    }
    proof.push_back(*hash);
    return {};
}

tl::unexpected<Error> not_included() {
    return fail(Errc::integrity, "the record is not at that place of the log");
}

tl::unexpected<Error> not_continued() {
    return fail(Errc::integrity, "the later log does not continue the earlier one");
}

} // namespace

Hash leaf_hash(ByteView record) {
    constexpr std::byte kPrefix{0x00};
    hasher().update({&kPrefix, 1});
    hasher().update(record);
    return hasher().finish();
}

Hash node_hash(const Hash& left, const Hash& right) {
    std::array<std::byte, 1 + 2 * sizeof(Hash)> input{std::byte{0x01}};
    std::copy(left.begin(), left.end(), input.begin() + 1);
    std::copy(right.begin(), right.end(), input.begin() + 1 + sizeof(Hash));
    hasher().update(input);
    return hasher().finish();
}

Result<Frontier> Frontier::parse(ByteView bytes) {
    if (bytes.size() < kSizeBytes) {
        return fail(Errc::malformed, "the head of the log is cut");
    }
    Frontier frontier;
    for (const std::byte byte : bytes.first(kSizeBytes)) {
        frontier.size_ = (frontier.size_ << 8) | std::to_integer<std::uint64_t>(byte);
    }
    bytes = bytes.subspan(kSizeBytes);
    const auto nodes = static_cast<std::size_t>(std::popcount(frontier.size_));
    if (frontier.size_ > kMaxRecords || bytes.size() != nodes * sizeof(Hash)) {
        return fail(Errc::malformed, "the head of the log does not fit its size");
    }
    for (; !bytes.empty(); bytes = bytes.subspan(sizeof(Hash))) {
        std::copy_n(bytes.begin(), sizeof(Hash), frontier.nodes_.emplace_back().begin());
    }
    return frontier;
}

Bytes Frontier::serialised() const {
    Bytes bytes;
    bytes.reserve(kSizeBytes + nodes_.size() * sizeof(Hash));
    for (std::size_t i = kSizeBytes; i-- > 0;) {
        bytes.push_back(static_cast<std::byte>(size_ >> (8 * i)));
    }
    for (const Hash& node : nodes_) {
        bytes.insert(bytes.end(), node.begin(), node.end());
    }
    return bytes;
}

Hash Frontier::root() const {
    if (nodes_.empty()) {
        return sha256({});
    }
    Hash root = nodes_.back();
    for (std::size_t i = nodes_.size() - 1; i-- > 0;) {
        root = node_hash(nodes_[i], root);
    }
    return root;
}

Result<Hash> root_of(std::uint64_t size, const NodeSource& nodes) {
    return size == 0 ? Result<Hash>(sha256({})) : subtree(0, size, nodes);
}

// PATH of RFC 9162, 2.1.3.1, from the root down.
Result<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                          const NodeSource& nodes) {
    if (index >= size) {
        return fail(Errc::invalid_argument, "the log has no record of that number");
    }
    std::vector<Hash> proof;
    std::uint64_t begin = 0;
    std::uint64_t end = size;
    while (end - begin > 1) {
        const std::uint64_t middle = begin + left_part(end - begin);
        const bool is_left = index < middle;
        auto taken = is_left ? take(proof, middle, end, nodes) : take(proof, begin, middle, nodes);
        if (!taken) {
            return fail(std::move(taken).error());
        }
        (is_left ? end : begin) = middle;
    }
    std::reverse(proof.begin(), proof.end());
    return proof;
}

// SUBPROOF of RFC 9162, 2.1.4.1, from the root down.
Result<std::vector<Hash>> consistency_proof(std::uint64_t old_size, std::uint64_t new_size,
                                            const NodeSource& nodes) {
    if (old_size == 0 || old_size > new_size) {
        return fail(Errc::invalid_argument, "the earlier log is empty or longer than the later");
    }
    std::vector<Hash> proof;
    std::uint64_t begin = 0;
    std::uint64_t end = new_size;
    while (end != old_size) {
        const std::uint64_t middle = begin + left_part(end - begin);
        const bool is_left = old_size <= middle;
        auto taken = is_left ? take(proof, middle, end, nodes) : take(proof, begin, middle, nodes);
        if (!taken) {
            return fail(std::move(taken).error());
        }
        (is_left ? end : begin) = middle;
    }
    if (begin != 0) { // else it is the earlier log's own root, which the checker has
        if (auto taken = take(proof, begin, end, nodes); !taken) {
            return fail(std::move(taken).error());
        }
    }
    std::reverse(proof.begin(), proof.end());
    return proof;
}

Result<void> verify_inclusion(std::uint64_t index, const Hash& leaf, std::span<const Hash> proof,
                              const TreeHead& tree) {
    if (index >= tree.size) {
        return not_included();
    }
    Climb climb{.fn = index, .sn = tree.size - 1};
    Hash r = leaf;
    for (const Hash& p : proof) {
        if (climb.at_root()) {
            return not_included();
        }
        r = climb.joins_from_left() ? node_hash(p, r) : node_hash(r, p);
    }
    return climb.at_root() && r == tree.root ? Result<void>() : not_included();
}

Result<void> verify_consistency(const TreeHead& earlier, const TreeHead& later,
                                std::span<const Hash> proof) {
    if (earlier.size == 0 || earlier.size >= later.size) {
        const bool same = earlier == later || (earlier.size == 0 && earlier.root == sha256({}));
        return same && proof.empty() && earlier.size <= later.size ? Result<void>()
                                                                   : not_continued();
    }
    Climb climb{.fn = earlier.size - 1, .sn = later.size - 1};
    while ((climb.fn & 1) != 0) {
        climb.up();
    }
    const bool own_root = std::has_single_bit(earlier.size); // then the proof leaves it out
    if (!own_root && proof.empty()) {
        return not_continued();
    }
    Hash fr = own_root ? earlier.root : proof.front();
    Hash sr = fr;
    for (const Hash& c : own_root ? proof : proof.subspan(1)) {
        if (climb.at_root()) {
            return not_continued();
        }
        if (climb.joins_from_left()) {
            fr = node_hash(c, fr);
            sr = node_hash(c, sr);
        } else {
            sr = node_hash(sr, c);
        }
    }
    const bool holds = climb.at_root() && fr == earlier.root && sr == later.root;
    return holds ? Result<void>() : not_continued();
}

} // namespace rempart::audit
