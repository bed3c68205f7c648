// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A case whose exhibits hold generated fingerprints, and short ways to finish and to read it.

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"
#include "rempart/casefile/work_queue.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/pipeline/queue.hpp"
#include "rempart/recognise/pdq.hpp"
#include "support/kept_groups.hpp"

namespace rempart::pipeline {

using namespace casefile; // NOLINT(google-build-using-namespace,google-global-names-in-headers)
using recognise::PdqHash;

constexpr std::size_t kHashBytes = 32;

inline Bytes random_hash(std::mt19937_64& random) {
    Bytes bytes(kHashBytes);
    std::ranges::generate(bytes, [&] { return static_cast<std::byte>(random() & 0xFFU); });
    return bytes;
}

inline Bytes flipped(Bytes hash, int bits, std::mt19937_64& random) {
    std::set<std::size_t> which;
    while (which.size() < static_cast<std::size_t>(bits)) {
        which.insert(random() % (kHashBytes * 8));
    }
    for (const std::size_t bit : which) {
        hash[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
    return hash;
}

// `hash` in that orientation, the others at random: what is near it is near in that one.
inline Bytes turned(const Bytes& hash, std::size_t orientation, std::mt19937_64& random) {
    Bytes all;
    for (std::size_t i = 0; i < recognise::kOrientations; ++i) {
        const Bytes one = i == orientation ? hash : random_hash(random);
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

inline FingerprintRecord print_of(std::string variant, int quality, Bytes orientations) {
    FingerprintRecord print{.algorithm = "pdq",
                            .variant = std::move(variant),
                            .quality = quality,
                            .value = {},
                            .orientations = std::move(orientations)};
    print.value.assign(print.orientations.begin(), print.orientations.begin() + kHashBytes);
    return print;
}

inline ContentRecord content_number(std::uint64_t number, std::string family) {
    ContentRecord content;
    content.sha256 = digest_of(number);
    content.size_bytes = number;
    content.family = std::move(family);
    return content;
}

inline ContentRecord picture_with(std::uint64_t number, std::vector<FingerprintRecord> prints) {
    ContentRecord content = content_number(number, "picture");
    content.picture =
        PictureRecord{.format = "jpeg", .width = 640, .height = 480, .partial_reason = {}};
    content.fingerprints = std::move(prints);
    return content;
}

// A video of these looks, one every five seconds.
inline ContentRecord video_with(std::uint64_t number, const std::vector<Bytes>& looks,
                                std::mt19937_64& random, int quality = 100) {
    ContentRecord content = content_number(number, "video");
    content.video = VideoRecord{.format = "mp4",
                                .codec = "h264",
                                .width = 640,
                                .height = 480,
                                .duration_ms = static_cast<std::int64_t>(looks.size()) * 5'000,
                                .partial_reason = {}};
    std::int64_t at_ms = 0;
    for (const Bytes& look : looks) {
        content.frames.push_back({.from_ms = at_ms,
                                  .to_ms = at_ms,
                                  .quality = quality,
                                  .orientations = turned(look, 0, random)});
        at_ms += 5'000;
    }
    return content;
}

/// A case whose exhibits are read first and finished in any order.
class Groups : public ::testing::Test {
  protected:
    // Its items are stored, and all of its jobs done but the last.
    RowId read_exhibit(const std::string& label, const std::vector<ContentRecord>& contents) {
        ExhibitRecord record = some_exhibit(label);
        const RowId exhibit = value_of(add_exhibit(file_, record));
        const PartRecord part{
            .ordinal = 0, .first_ordinal = 0, .end_ordinal = {}, .depth = "recognition"};
        expect_ok(plan_work(file_, exhibit, std::span(&part, 1), false));
        IngestWriter writer = value_of(IngestWriter::open(file_, exhibit));
        std::uint64_t seq = 0;
        for (const ContentRecord& content : contents) {
            const auto stored = value_of(writer.find_content(content.sha256));
            const RowId row = stored ? *stored : value_of(writer.add_content(content));
            if (stored) {
                expect_ok(writer.complete_content(row, content));
            }
            expect_ok(writer.add_item(some_item(seq++, "x", row)));
        }
        expect_ok(writer.commit());
        casefile::Claim wanted;
        wanted.worker = "w";
        wanted.exhibit = exhibit;
        const auto jobs = value_of(claim(file_, wanted));
        EXPECT_EQ(jobs.size(), 1U);
        expect_ok(complete(file_, jobs));
        return exhibit;
    }
    GroupChanged finish(RowId exhibit, unsigned threads = 2) {
        const auto jobs = value_of(
            claim(file_, {.worker = "w", .exhibit = exhibit, .operation = Operation::finish}));
        EXPECT_EQ(jobs.size(), 1U);
        return value_of(finish_exhibit(file_, jobs.at(0), threads));
    }
    // Everything that is kept of groups, as text.
    std::string told() {
        std::map<RowId, std::string> names;
        for (const MediaView& view : value_of(all_media(file_))) {
            names.emplace(view.content, view.sha256.substr(0, 8));
        }
        std::string text;
        for (const GroupRecord& group : value_of(groups(file_))) {
            text += fmt::format("{} {} {} {}:", group.id.substr(0, 8),
                                names[group.worth.representative], group.worth.unknown_members,
                                group.worth.points);
            for (const ReasonRecord& reason : group.worth.reasons) {
                text += fmt::format(" {} ({})", reason.fact, reason.source);
            }
            for (const GroupMember& member : group.members) {
                text += fmt::format("\n  {} {} {}", names[member.content], member.distance.value(),
                                    member.orientation);
            }
            text += '\n';
        }
        return text;
    }
    // The same from the beginning, in one run.
    std::string told_anew() {
        expect_ok(file_.database().exec("UPDATE near_group_state SET rule = 0"));
        value_of(update_queue(file_, 1));
        return told();
    }
    // Short names of the members of each group, by its leader's number.
    std::map<std::uint64_t, std::set<std::uint64_t>> by_leader(std::uint64_t most) {
        std::map<std::string, std::uint64_t> numbers;
        for (std::uint64_t i = 0; i <= most; ++i) {
            numbers.emplace(encode_hex(digest_of(i)), i);
        }
        std::map<RowId, std::uint64_t> of_row;
        for (const MediaView& view : value_of(all_media(file_))) {
            of_row.emplace(view.content, numbers.at(view.sha256));
        }
        std::map<std::uint64_t, std::set<std::uint64_t>> all;
        for (const GroupRecord& group : value_of(groups(file_))) {
            for (const GroupMember& member : group.members) {
                all[numbers.at(group.id)].insert(of_row.at(member.content));
            }
        }
        return all;
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
    std::mt19937_64 random_{7};
};

} // namespace rempart::pipeline
