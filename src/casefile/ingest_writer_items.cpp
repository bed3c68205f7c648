// SPDX-License-Identifier: Apache-2.0
// The part of IngestWriter that writes contents with their facts, items and hits.
#include <cassert>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "casefile/contents.hpp"
#include "casefile/ingest_writer_state.hpp"

namespace rempart::casefile {

namespace {

std::string partial_reason_of(const ContentRecord& content) {
    return content.picture ? content.picture->partial_reason
           : content.video ? content.video->partial_reason
                           : std::string();
}

} // namespace

Result<RowId> IngestWriter::State::insert_content(const ContentRecord& content) {
    const auto known = contents.find(content.sha256);
    if (!known) {
        return fail(known.error());
    }
    if (*known != nullptr) {
        return fail(Errc::invalid_argument, "the content is stored already");
    }
    const RowId id = ++last.content;
    if (auto added = insert(sql.content, SealedTable::contents, id, id, content.sha256,
                            content.sha1, content.md5, content.size_bytes, content.type,
                            content.mime, content.family, content.media_error);
        !added) {
        return fail(std::move(added).error());
    }
    contents.add(content.sha256,
                 {.id = id,
                  .size_bytes = content.size_bytes,
                  .is_picture = content.family == "picture",
                  .is_video = content.family == "video",
                  .error_code = content.media_error ? std::string(name(content.media_error->code))
                                                    : std::string(),
                  .partial_reason = partial_reason_of(content)});
    if (auto facts = insert_facts(id, content); !facts) {
        return fail(std::move(facts).error());
    }
    if (content.ed2k) {
        ed2k.emplace_back(id, *content.ed2k);
    }
    return id;
}

Result<void> IngestWriter::State::insert_facts(RowId id, const ContentRecord& content) {
    if (content.picture) {
        const PictureRecord& picture = *content.picture;
        if (auto added = insert(sql.picture, SealedTable::pictures, id, id, picture.format,
                                picture.width, picture.height, picture.frames,
                                picture.exif_orientation, picture.partial_reason);
            !added) {
            return added;
        }
    }
    if (content.video) {
        if (auto added = insert_video(id, *content.video, content.frames); !added) {
            return added;
        }
    }
    for (std::size_t i = 0; i < content.fingerprints.size(); ++i) {
        const FingerprintRecord& print = content.fingerprints[i];
        if (auto added =
                insert(sql.fingerprint, SealedTable::fingerprints, id, id, i, print.algorithm,
                       print.variant, print.quality, print.value, print.orientations);
            !added) {
            return added;
        }
    }
    for (const MetadataRecord& field : content.metadata) {
        sealer.add(SealedTable::metadata, id, id, field.name, field.value);
        if (auto added = sql.metadata.row(++last.metadata, id, field.name, field.value); !added) {
            return added;
        }
    }
    return content.thumbnail.empty()
               ? Result<void>()
               : insert(sql.thumbnail, SealedTable::thumbnails, id, id, content.thumbnail);
}

Result<void> IngestWriter::State::insert_video(RowId id, const VideoRecord& video,
                                               std::span<const VideoFrameRecord> frames) {
    auto added = insert(sql.video, SealedTable::videos, id, id, video.format, video.codec,
                        video.width, video.height, video.rotation, video.duration_ms,
                        video.decoded_frames, video.partial_reason);
    std::int64_t whole = 0;
    std::int64_t trimmed = kFirstTrimmedFrame;
    for (std::size_t i = 0; added && i < frames.size(); ++i) {
        const VideoFrameRecord& frame = frames[i];
        const std::int64_t ordinal = frame.is_trimmed ? trimmed++ : whole++;
        added = insert(sql.frame, SealedTable::video_frames, id, id, ordinal, frame.from_ms,
                       frame.to_ms, frame.quality, frame.orientations);
    }
    return added;
}

Result<void> IngestWriter::add_ed2k(RowId row, const Ed2kRecord& ed2k) {
    return state_->guarded([&]() -> Result<void> {
        state_->ed2k.emplace_back(row, ed2k);
        return {};
    });
}

Result<void> IngestWriter::State::insert_ed2k() {
    for (const auto& [content, digests] : ed2k) {
        const ByteView red(digests.ed2k), blue(digests.ed2k_blue);
        const auto stored = sql.ed2k.scalar(content, red, blue);
        if (!stored) {
            return fail(stored.error());
        }
        if (*stored) {
            sealer.add(SealedTable::content_ed2k, content, content, red, blue);
        }
    }
    ed2k.clear();
    return {};
}

Result<RowId> IngestWriter::add_content(const ContentRecord& content) {
    return state_->guarded([&] { return state_->insert_content(content); });
}

// The content was sealed without its facts when it was stored: each of its units changes.
Result<void> IngestWriter::State::complete(RowId row, const ContentRecord& content) {
    const auto found = contents.find(row);
    if (!found) {
        return fail(found.error());
    }
    if (*found == nullptr || (*found)->error_code != name(Errc::skipped)) {
        return {};
    }
    const StoredContent was = **found;
    if (auto flushed = sql.flush(); !flushed) { // it may be of this very transaction
        return flushed;
    }
    assert(change); // guarded() began it
    for (const SealedTable table :
         {SealedTable::contents, SealedTable::pictures, SealedTable::videos,
          SealedTable::video_frames, SealedTable::fingerprints, SealedTable::metadata,
          SealedTable::thumbnails}) {
        if (auto touched = change->touch(table, row); !touched) {
            return touched;
        }
    }
    if (auto done = sql.complete.run(content.media_error, row); !done) {
        return done;
    }
    RowSealer unsealed; // what is written now is told as a change, not as new rows
    std::swap(unsealed, sealer);
    auto facts = insert_facts(row, content);
    std::swap(unsealed, sealer);
    if (facts) {
        facts = sql.flush();
    }
    return facts ? count_completed(was, content) : facts;
}

Result<void> IngestWriter::State::count_completed(const StoredContent& was,
                                                  const ContentRecord& content) {
    StoredContent now = was;
    now.error_code = content.media_error ? name(content.media_error->code) : "";
    now.partial_reason = partial_reason_of(content);
    contents.change(now);
    return tallies.completed(*database, was, now);
}

Result<void> IngestWriter::complete_content(RowId row, const ContentRecord& content) {
    return state_->guarded([&]() -> Result<void> {
        if (content.media_error && content.media_error->code == Errc::skipped) {
            return {};
        }
        return state_->complete(row, content);
    });
}

Result<void> IngestWriter::State::insert_item(const ItemRecord& item) {
    if (item.seq != next_seq) {
        return fail(Errc::invalid_argument,
                    fmt::format("item {} was given where {} is the next", item.seq, next_seq));
    }
    // Before its row is there: whether the exhibit has seen its content is asked for here.
    if (auto counted = count_item(item); !counted) {
        return counted;
    }
    const RowId id = ++last.item;
    if (auto added = insert(sql.item, SealedTable::items, id, id, exhibit, item.seq,
                            item.parent_seq, item.path, item.stream, item.kind, item.state,
                            item.recovery, item.size_bytes, item.created, item.modified,
                            item.accessed, item.changed, item.error, item.content);
        !added) {
        return added;
    }
    for (std::size_t i = 0; i < item.unread.size(); ++i) {
        if (auto added = insert(sql.unread, SealedTable::item_unread, id, id, i,
                                item.unread[i].offset_bytes, item.unread[i].size_bytes);
            !added) {
            return added;
        }
    }
    ++next_seq;
    return {};
}

Result<void> IngestWriter::State::count_item(const ItemRecord& item) {
    tallies.item(exhibit, item.error);
    if (!item.content) {
        return {};
    }
    const auto content = contents.find(*item.content);
    if (!content) {
        return fail(content.error());
    }
    if (*content == nullptr) {
        return fail(Errc::invalid_argument, "the item's content is not stored");
    }
    tallies.content(exhibit, **content, contents.is_new(**content));
    (*content)->is_seen_here = true;
    return {};
}

Result<void> IngestWriter::add_item(const ItemRecord& item) {
    return state_->guarded([&] { return state_->insert_item(item); });
}

Result<void> IngestWriter::add_hits(std::span<const HitRecord> hits) {
    return state_->guarded([&]() -> Result<void> {
        state_->hits.insert(state_->hits.end(), hits.begin(), hits.end());
        return {};
    });
}

Result<void> IngestWriter::State::insert_hits() {
    const RowId last_before = last.hit;
    for (const HitRecord& hit : hits) {
        const auto added = insert_hit(sql.hit, sql.segment, sealer, last.hit + 1, hit);
        if (!added) {
            return fail(added.error());
        }
        last.hit += *added ? 1 : 0;
    }
    hits.clear();
    return last.hit > last_before ? tallies.hits(*database, last_before) : Result<void>();
}

} // namespace rempart::casefile
