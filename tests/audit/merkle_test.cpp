// SPDX-License-Identifier: Apache-2.0
#include "rempart/audit/merkle.hpp"

#include <bit>
#include <random>

#include <gtest/gtest.h>

#include "rempart/core/hex.hpp"
#include "support/result.hpp"

namespace rempart::audit {
namespace {

using Leaves = std::span<const Hash>;

// The definitions of RFC 9162, 2.1, word for word and slow: what the fast code is held against.
std::size_t split(std::size_t n) {
    std::size_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    return k;
}

Hash plain_root(Leaves d) {
    if (d.empty()) {
        return sha256({});
    }
    if (d.size() == 1) {
        return d[0];
    }
    const std::size_t k = split(d.size());
    return node_hash(plain_root(d.first(k)), plain_root(d.subspan(k)));
}

std::vector<Hash> plain_path(std::size_t m, Leaves d) {
    if (d.size() == 1) {
        return {};
    }
    const std::size_t k = split(d.size());
    auto path = m < k ? plain_path(m, d.first(k)) : plain_path(m - k, d.subspan(k));
    path.push_back(m < k ? plain_root(d.subspan(k)) : plain_root(d.first(k)));
    return path;
}

std::vector<Hash> plain_subproof(std::size_t m, Leaves d, bool whole) {
    if (m == d.size()) {
        return whole ? std::vector<Hash>{} : std::vector<Hash>{plain_root(d)};
    }
    const std::size_t k = split(d.size());
    auto proof =
        m <= k ? plain_subproof(m, d.first(k), whole) : plain_subproof(m - k, d.subspan(k), false);
    proof.push_back(m <= k ? plain_root(d.subspan(k)) : plain_root(d.first(k)));
    return proof;
}

std::vector<Hash> some_leaves(std::size_t count) {
    std::vector<Hash> leaves;
    for (std::size_t i = 0; i < count; ++i) {
        leaves.push_back(leaf_hash(bytes_of("record " + std::to_string(i))));
    }
    return leaves;
}

// Complete nodes by their definition.
NodeSource nodes_of(Leaves leaves) {
    return [leaves](unsigned height, std::uint64_t index) -> Result<Hash> {
        const std::size_t count = std::size_t{1} << height;
        if ((index + 1) * count > leaves.size()) {
            return fail(Errc::not_found, "asked for a node that is not complete");
        }
        return plain_root(leaves.subspan(index * count, count));
    };
}

Hash hash_of(std::string_view hex) {
    Hash hash{};
    EXPECT_TRUE(decode_hex(hex, hash).has_value());
    return hash;
}

// The records, roots and proofs with which the implementations of Certificate Transparency test
// themselves (google/certificate-transparency, merkletree/merkle_tree_test.cc).
std::vector<Hash> published_leaves() {
    std::vector<Hash> leaves;
    for (const char* hex : {"", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                            "606162636465666768696a6b6c6d6e6f"}) {
        Bytes record(std::string_view(hex).size() / 2);
        EXPECT_TRUE(decode_hex(hex, record).has_value());
        leaves.push_back(leaf_hash(record));
    }
    return leaves;
}

TEST(Merkle, GivesThePublishedRoots) {
    const char* const roots[] = {
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    Frontier frontier;
    EXPECT_EQ(frontier.root(),
              hash_of("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    const auto leaves = published_leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        frontier.append(leaves[i]);
        EXPECT_EQ(frontier.root(), hash_of(roots[i])) << i;
    }
}

TEST(Merkle, GivesThePublishedProofs) {
    const auto leaves = published_leaves();
    const auto nodes = nodes_of(leaves);
    const std::vector<Hash> path{
        hash_of("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
        hash_of("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
        hash_of("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")};
    EXPECT_EQ(inclusion_proof(0, 8, nodes).value(), path);
    const std::vector<Hash> continued{
        hash_of("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
        hash_of("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
        hash_of("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")};
    EXPECT_EQ(consistency_proof(6, 8, nodes).value(), continued);
}

TEST(Merkle, AppendsAndProvesAsTheDefinitionSays) {
    const auto leaves = some_leaves(300);
    std::mt19937 random(1);
    Frontier frontier;
    for (std::size_t size = 0; size <= leaves.size(); ++size) {
        const Leaves part = Leaves(leaves).first(size);
        const TreeHead tree{size, plain_root(part)};
        ASSERT_EQ(frontier.root(), tree.root) << size;
        ASSERT_EQ(root_of(size, nodes_of(part)).value(), tree.root) << size;
        for (int tries = 0; size > 0 && tries < 3; ++tries) {
            const std::size_t index = tries == 0 ? size - 1 : random() % size;
            const auto proof = inclusion_proof(index, size, nodes_of(part)).value();
            ASSERT_EQ(proof, plain_path(index, part)) << index << " of " << size;
            ASSERT_TRUE(verify_inclusion(index, part[index], proof, tree).has_value());
            const std::size_t old_size = index + 1;
            const TreeHead earlier{old_size, plain_root(part.first(old_size))};
            const auto continued = consistency_proof(old_size, size, nodes_of(part)).value();
            ASSERT_EQ(continued, plain_subproof(old_size, part, true)) << old_size << " " << size;
            ASSERT_TRUE(verify_consistency(earlier, tree, continued).has_value());
        }
        if (size < leaves.size()) {
            frontier.append(leaves[size], [&](unsigned height, std::uint64_t at, const Hash& hash) {
                ASSERT_EQ(hash, nodes_of(Leaves(leaves).first(size + 1))(height, at).value());
            });
        }
    }
}

TEST(Merkle, ProvesInLargerTreesAsTheDefinitionSays) {
    const auto leaves = some_leaves(5000);
    std::mt19937 random(2);
    for (int tries = 0; tries < 20; ++tries) {
        const std::size_t size = 301 + random() % (leaves.size() - 300);
        const std::size_t index = random() % size;
        const Leaves part = Leaves(leaves).first(size);
        const TreeHead tree{size, plain_root(part)};
        const auto proof = inclusion_proof(index, size, nodes_of(part)).value();
        EXPECT_EQ(proof, plain_path(index, part));
        EXPECT_TRUE(verify_inclusion(index, part[index], proof, tree).has_value());
        EXPECT_EQ(consistency_proof(index + 1, size, nodes_of(part)).value(),
                  plain_subproof(index + 1, part, true));
    }
}

TEST(Merkle, RefusesEveryOtherProof) {
    const auto leaves = some_leaves(21);
    const TreeHead tree{21, plain_root(leaves)};
    for (std::size_t index = 0; index < leaves.size(); ++index) {
        const auto proof = plain_path(index, leaves);
        for (std::size_t other = 0; other < leaves.size(); ++other) {
            EXPECT_EQ(verify_inclusion(other, leaves[index], proof, tree).has_value(),
                      other == index);
        }
        for (std::size_t i = 0; i < proof.size(); ++i) {
            auto changed = proof;
            changed[i][0] ^= std::byte{1};
            EXPECT_EQ(error_of(verify_inclusion(index, leaves[index], changed, tree)).code,
                      Errc::integrity);
        }
        auto longer = proof;
        longer.push_back(leaves[0]);
        EXPECT_FALSE(verify_inclusion(index, leaves[index], longer, tree).has_value());
        EXPECT_FALSE(
            verify_inclusion(index, leaves[index], std::span(proof).first(proof.size() - 1), tree)
                .has_value());
    }
    EXPECT_FALSE(verify_inclusion(21, leaves[0], {}, tree).has_value());
    EXPECT_FALSE(verify_inclusion(0, leaves[0], {}, {0, sha256({})}).has_value());
}

TEST(Merkle, RefusesALogThatDoesNotContinueTheEarlierOne) {
    auto leaves = some_leaves(21);
    const TreeHead tree{21, plain_root(leaves)};
    for (std::size_t old_size = 1; old_size <= leaves.size(); ++old_size) {
        const TreeHead earlier{old_size, plain_root(Leaves(leaves).first(old_size))};
        const auto proof = plain_subproof(old_size, leaves, true);
        EXPECT_TRUE(verify_consistency(earlier, tree, proof).has_value());
        auto rewritten = leaves;
        rewritten[0][0] ^= std::byte{1};
        const TreeHead other{21, plain_root(rewritten)};
        EXPECT_FALSE(verify_consistency(earlier, other, plain_subproof(old_size, rewritten, true))
                         .has_value())
            << old_size;
        if (old_size > 1 && old_size < 21) {
            EXPECT_FALSE(verify_consistency({old_size - 1, earlier.root}, tree, proof).has_value());
        }
        for (std::size_t i = 0; i < proof.size(); ++i) {
            auto changed = proof;
            changed[i][5] ^= std::byte{8};
            EXPECT_FALSE(verify_consistency(earlier, tree, changed).has_value());
        }
    }
    EXPECT_FALSE(verify_consistency(tree, {20, plain_root(Leaves(leaves).first(20))}, {}));
    EXPECT_TRUE(verify_consistency({0, sha256({})}, tree, {}));
    EXPECT_FALSE(verify_consistency({0, tree.root}, tree, {}));
}

TEST(Merkle, RefusesProofsOfWhatIsNotThere) {
    const auto leaves = some_leaves(3);
    const auto nodes = nodes_of(leaves);
    EXPECT_EQ(error_of(inclusion_proof(3, 3, nodes)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(consistency_proof(0, 3, nodes)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(consistency_proof(4, 3, nodes)).code, Errc::invalid_argument);
    EXPECT_EQ(error_of(inclusion_proof(0, 4, nodes)).code, Errc::not_found) << "the source's own";
}

TEST(Frontier, ComesBackFromItsBytesAndFromNoOthers) {
    Frontier frontier;
    for (const Hash& leaf : some_leaves(70)) {
        const Bytes bytes = frontier.serialised();
        EXPECT_EQ(Frontier::parse(bytes).value(), frontier);
        EXPECT_EQ(error_of(Frontier::parse(ByteView(bytes).first(bytes.size() - 1))).code,
                  Errc::malformed);
        Bytes longer = bytes;
        longer.push_back({});
        EXPECT_EQ(error_of(Frontier::parse(longer)).code, Errc::malformed);
        frontier.append(leaf);
    }
    EXPECT_EQ(error_of(Frontier::parse(Bytes(8 + 64 * 32, std::byte{0xFF}))).code, Errc::malformed);
}

} // namespace
} // namespace rempart::audit
