// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A small case with one row of everything, filled in an order that the test chooses.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "casefile/audited_change.hpp"
#include "casefile/case_fixture.hpp"
#include "rempart/casefile/decisions.hpp"
#include "rempart/casefile/list_entries.hpp"
#include "rempart/core/hex.hpp"
#include "support/kept_groups.hpp"

namespace rempart::casefile {

inline MessageRecord some_message(RowId conversation, std::uint64_t item_seq,
                                  std::uint64_t ordinal) {
    MessageRecord message;
    message.conversation = conversation;
    message.item_seq = item_seq;
    message.ordinal = ordinal;
    message.native_id = std::to_string(100 + ordinal);
    message.kind = "text";
    message.sender_id = ordinal % 2 == 0 ? "user1" : "user2";
    message.sender_name = ordinal % 2 == 0 ? "Anna" : "Bruno";
    message.body = fmt::format("The train leaves at {} o'clock", ordinal);
    message.sent_raw = "2024-05-01T09:30:00";
    message.sent_utc = TimeValue::utc(1'714'555'800 + static_cast<std::int64_t>(ordinal));
    message.sent_local = {TimeKind::local_unknown, 5};
    message.raw_offset = 10 * ordinal;
    message.raw_size = 9;
    return message;
}

inline AttachmentRecord some_attachment(std::string path) {
    AttachmentRecord file;
    file.claimed_path = "photos/" + path;
    file.resolved_path = std::move(path);
    file.name = "picture";
    file.mime = "image/jpeg";
    file.status = "claimed";
    file.role = "photo";
    file.size_bytes = 12;
    return file;
}

/// Writes the chat export that is the next item, with `messages` messages in two conversations.
inline void add_some_chat(IngestWriter& writer, std::string path, std::uint64_t messages,
                          const std::string& attached) {
    const std::uint64_t seq = writer.next_seq();
    std::vector<RowId> conversations;
    for (const char* id : {"private:1", "group:2"}) {
        conversations.push_back(value_of(writer.add_conversation({.id = 0,
                                                                  .item_seq = seq,
                                                                  .platform = "telegram",
                                                                  .native_id = id,
                                                                  .kind = "dm",
                                                                  .title = "Trains"})));
    }
    expect_ok(writer.add_account({seq, "telegram", "user1", "Anna", false}));
    expect_ok(writer.add_account({seq, "telegram", "user1", "Anna", true}));
    expect_ok(writer.add_account({seq, "telegram", "user1", "Anna B.", false}));
    for (std::uint64_t i = 0; i < messages; ++i) {
        MessageRecord message = some_message(conversations[i % 2], seq, i);
        if (i == 1) {
            message.attachments = {some_attachment(attached), some_attachment("absent.jpg")};
        }
        expect_ok(writer.add_message(message));
    }
    ChatExportRecord record;
    record.item_seq = seq;
    record.format = "telegram_json";
    record.parsed = messages;
    record.rejected = 1;
    record.truncated = true;
    record.known_losses_json = R"(["reactions"])";
    record.reject_reasons = {"byte 12: no object", "byte 99: no object"};
    expect_ok(writer.add_chat_export(record));
    expect_ok(writer.add_item(some_item(seq, std::move(path), std::nullopt)));
}

inline void fill_list(Case& file, const std::string& name, const std::string& polarity,
                      std::span<const std::uint64_t> numbers) {
    ListRecord list;
    list.name = name;
    list.polarity = polarity;
    list.source_name = "/media/" + name;
    list.source_sha256 = "ab";
    list.added = TimeValue::utc(static_cast<std::int64_t>(name.size()));
    ListWriter writer = value_of(ListWriter::begin(file, list));
    std::uint64_t entry = 0;
    for (const std::uint64_t number : numbers) {
        const auto value = digest_of(number);
        expect_ok(writer.add({.id = 0,
                              .algorithm = "sha256",
                              .value = Bytes(value.begin(), value.end()),
                              .entry = ++entry,
                              .label = "label \"quoted\"",
                              .category = "2"}));
    }
    list.records = list.hashes = numbers.size();
    value_of(writer.finish(list));
}

/// Exact hits of all contents of the case against one list.
inline void match_list(Case& file, const std::string& name) {
    for (const ListRecord& list : value_of(lists(file))) {
        if (list.name != name) {
            continue;
        }
        std::vector<HitRecord> hits;
        expect_ok(each_entry(file, list.id, [&](const ListEntryRecord& entry) -> Result<void> {
            return each_content(file, [&](const ContentKeys& keys) -> Result<void> {
                if (std::equal(keys.sha256.begin(), keys.sha256.end(), entry.value.begin())) {
                    hits.push_back({.content = keys.content,
                                    .list = list.id,
                                    .entry = entry.id,
                                    .match = "exact",
                                    .algorithm = "sha256",
                                    .variant = "",
                                    .distance = 0,
                                    .orientation = ""});
                }
                return {};
            });
        }));
        expect_ok(add_hits(file, hits));
    }
}

inline RowId store(IngestWriter& writer, const ContentRecord& content) {
    const auto known = value_of(writer.find_content(content.sha256));
    return known ? *known : value_of(writer.add_content(content));
}

/// An exhibit of pictures `first` to `last`, a file with unread stretches, and a chat export.
inline void fill_exhibit(Case& file, const std::string& label, std::uint64_t first,
                         std::uint64_t last) {
    ExhibitRecord exhibit = some_exhibit(label);
    exhibit.id = value_of(add_exhibit(file, exhibit));
    RunRecord run;
    run.exhibit = exhibit.id;
    run.started = TimeValue::utc(static_cast<std::int64_t>(first));
    run.id = value_of(add_run(file, run));
    expect_ok(replace_volumes(file, exhibit.id,
                              std::vector<VolumeRecord>{{0, 10, "one", "ext4", 5, std::nullopt}}));
    IngestWriter writer = value_of(IngestWriter::open(file, exhibit.id));
    for (std::uint64_t i = first; i <= last; ++i) {
        const RowId content = store(writer, some_picture(i));
        expect_ok(writer.add_item(
            some_item(writer.next_seq(), fmt::format("pictures/été_{}.jpg", i), content)));
    }
    ItemRecord damaged = some_item(writer.next_seq(), "tab\there.bin", std::nullopt);
    damaged.error = Error{Errc::damaged, "one stretch"};
    damaged.unread = {{0, 512}};
    expect_ok(writer.add_item(damaged));
    ItemRecord member = some_item(writer.next_seq(), "tab\there.bin!inside", std::nullopt);
    member.parent_seq = damaged.seq;
    expect_ok(writer.add_item(member));
    add_some_chat(writer, "result.json", 6, fmt::format("pictures/été_{}.jpg", first));
    exhibit.state = "complete";
    expect_ok(writer.finish_exhibit(exhibit));
    value_of(join_attachments(file, exhibit.id));
}

inline ContentRecord some_video(std::uint64_t number) {
    ContentRecord content = some_content(number);
    content.type = "mp4";
    content.mime = "video/mp4";
    content.family = "video";
    content.video = VideoRecord{.format = "mp4",
                                .codec = "h264",
                                .width = 640,
                                .height = 480,
                                .rotation = 90,
                                .duration_ms = 9'000,
                                .decoded_frames = 7,
                                .partial_reason = ""};
    content.frames = {{0, 2'000, 90, Bytes(256, std::byte{0})},
                      {2'500, 2'500, 90, Bytes(256, std::byte{25})}};
    content.thumbnail = Bytes(5, std::byte{1});
    return content;
}

/// An exhibit that is a video, a list of one video of two frames, and a near hit in two places.
inline void fill_video(Case& file, const std::string& label) {
    ExhibitRecord exhibit = some_exhibit(label);
    exhibit.id = value_of(add_exhibit(file, exhibit));
    IngestWriter writer = value_of(IngestWriter::open(file, exhibit.id));
    ContentRecord video = some_video(90);
    video.ed2k.emplace().ed2k.fill(std::byte{0xED});
    const RowId content = store(writer, video);
    expect_ok(writer.add_item(some_item(writer.next_seq(), "film.mp4", content)));
    expect_ok(writer.finish_exhibit(exhibit));
    ListRecord list;
    list.name = label + " films";
    list.polarity = "alert";
    ListWriter frames = value_of(ListWriter::begin(file, list));
    for (std::int64_t i = 0; i < 2; ++i) {
        expect_ok(frames.add({.id = 0,
                              .algorithm = "pdq",
                              .value = Bytes(32, static_cast<std::byte>(i)),
                              .entry = 1,
                              .label = "film",
                              .category = "",
                              .frame_ms = std::pair(i * 1'000, i * 1'000 + 500)}));
    }
    HitRecord hit;
    hit.content = content;
    hit.list = value_of(frames.finish(list));
    hit.match = "near";
    hit.algorithm = "pdq";
    hit.variant = "full";
    hit.distance = 4;
    hit.orientation = "flip_x";
    hit.segments = {{.from_ms = 0, .to_ms = 2'000, .entry_from_ms = 500, .entry_to_ms = 2'500},
                    {.from_ms = 5'000, .to_ms = 6'000, .entry_from_ms = {}, .entry_to_ms = {}}};
    expect_ok(each_entry(file, hit.list, [&](const ListEntryRecord& entry) -> Result<void> {
        hit.entry = entry.id;
        return {};
    }));
    expect_ok(add_hits(file, std::span(&hit, 1)));
}

/// Two groups over the pictures and videos, half of them in each.
inline void fill_groups(Case& file) {
    const auto all = value_of(all_media(file));
    std::vector<std::vector<RowId>> halves(2);
    for (std::size_t i = 0; i < all.size(); ++i) {
        halves[2 * i / all.size()].push_back(all[i].content);
    }
    value_of(set_groups(file, halves, [](std::span<const MediaView> members) {
        GroupWorth worth;
        worth.representative = members.back().content;
        worth.unknown_members = members.size();
        worth.points = 10;
        worth.reasons = {{"unknown", 10, "lists of this case"}};
        return worth;
    }));
}

/// A request that is open, and a change of roles as a server makes them.
inline void fill_decisions(Case& file) {
    value_of(ask_decision(file, DecisionKind::export_out, "digest 1", "For the court"));
    auto change = value_of(AuditedChange::begin(file.database(), AuditAct::role_given));
    const auto row = value_of(
        file.database().scalar("INSERT INTO role_changes (at_us, changed_by, person, role, given) "
                               "VALUES (5, 'anna', 'bruno', 'analyst', 1) RETURNING id"));
    expect_ok(change.seal(SealedTable::role_changes, row.value()));
    expect_ok(change.commit());
}

/// A newer version of the list, with one entry more.
inline void fill_list_version(Case& file, const std::string& list) {
    ListWriter writer = value_of(ListWriter::extend(file, list));
    expect_ok(writer.add({.id = 0,
                          .algorithm = "md5",
                          .value = Bytes(16, std::byte{7}),
                          .entry = 100,
                          .label = "",
                          .category = ""}));
    ListVersionRecord version;
    version.source_name = "/media/newer";
    version.source_sha256 = "cd";
    version.first_entry = 100;
    version.added = 1;
    version.taken = TimeValue::utc(9);
    value_of(writer.finish_version(version, {}, {}));
}

/// Entry 1 of the list, which has a hit on the content of that number, is judged and disabled.
inline void fill_entry_acts(Case& file, const std::string& list, std::uint64_t number) {
    expect_ok(give_feedback(file, {.list = list,
                                   .entry = 1,
                                   .sha256 = digest_of(number),
                                   .confirmed = false,
                                   .note = "Another harbour"}));
    expect_ok(switch_entries(
        file,
        {.list = list, .entries = {1}, .act = EntryAct::disabled, .reason = "Wrong harbour"}));
}

} // namespace rempart::casefile
