// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

#include "casefile/database.hpp"
#include "casefile/id_batches.hpp"
#include "casefile/known_by.hpp"
#include "rempart/casefile/groups.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

// Pictures and videos with their own facts; what is known of their places is filled in from the
// other tables, a batch of contents at a time.
class MediaTable {
  public:
    explicit MediaTable(Database& database) : database_(database) {}

    Result<void> read(std::span<const RowId> ids) {
        return in_batches(ids, [&](const std::string& batch) -> Result<void> {
            for (const auto step :
                 {&MediaTable::read_facts, &MediaTable::read_places, &MediaTable::read_messages,
                  &MediaTable::read_hits, &MediaTable::read_metadata}) {
                if (auto done = (this->*step)(batch); !done) {
                    return done;
                }
            }
            return {};
        });
    }
    [[nodiscard]] std::vector<MediaView> take() {
        std::ranges::sort(all_, {}, &MediaView::sha256);
        return std::move(all_);
    }

  private:
    Result<void> read_facts(const std::string& batch);
    Result<void> read_places(const std::string& batch);
    Result<void> read_messages(const std::string& batch);
    Result<void> read_hits(const std::string& batch);
    Result<void> read_metadata(const std::string& batch);

    [[nodiscard]] MediaView* find(RowId content) {
        const auto found = place_of_.find(content);
        return found == place_of_.end() ? nullptr : &all_[found->second];
    }

    Database& database_;
    std::vector<MediaView> all_;
    std::unordered_map<RowId, std::size_t> place_of_; // looked up only, never walked
};

Result<void> MediaTable::read_facts(const std::string& batch) {
    const auto take_row = [&](Row& row) -> Result<void> {
        MediaView& view = all_.emplace_back();
        PictureRecord picture;
        VideoRecord video;
        std::optional<std::string> picture_format, video_format;
        Bytes sha256;
        if (!row.take(view.content, sha256, view.size_bytes, picture_format, picture.width,
                      picture.height, picture.frames, picture.exif_orientation,
                      picture.partial_reason, video_format, video.codec, video.width, video.height,
                      video.rotation, video.duration_ms, video.decoded_frames,
                      video.partial_reason)) {
            return Row::damaged();
        }
        view.sha256 = encode_hex(sha256);
        if (picture_format) {
            picture.format = std::move(*picture_format);
            view.picture = std::move(picture);
        }
        if (video_format) {
            video.format = std::move(*video_format);
            view.video = std::move(video);
        }
        place_of_.emplace(view.content, all_.size() - 1);
        return {};
    };
    return database_.each(
        fmt::format("SELECT c.id, c.sha256, c.size_bytes, p.format, COALESCE(p.width, 0), "
                    "COALESCE(p.height, 0), COALESCE(p.frames, 0), "
                    "COALESCE(p.exif_orientation, 0), COALESCE(p.partial_reason, ''), v.format, "
                    "COALESCE(v.codec, ''), COALESCE(v.width, 0), COALESCE(v.height, 0), "
                    "COALESCE(v.rotation, 0), COALESCE(v.duration_ms, 0), "
                    "COALESCE(v.decoded_frames, 0), COALESCE(v.partial_reason, '') "
                    "FROM contents c LEFT JOIN pictures p ON p.content_id = c.id "
                    "LEFT JOIN videos v ON v.content_id = c.id WHERE c.id IN ({})",
                    batch),
        take_row);
}

// A copied folder may hold a content ten thousand times, so its places are counted there.
Result<void> MediaTable::read_places(const std::string& batch) {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0;
        std::uint64_t places = 0, deleted = 0;
        if (!row.take(content, places, deleted)) {
            return Row::damaged();
        }
        if (MediaView* view = find(content)) {
            view->seen_deleted = deleted == places && (view->exhibits == 0 || view->seen_deleted);
            view->places += places;
            ++view->exhibits;
        }
        return {};
    };
    return database_.each(
        fmt::format("SELECT i.content_id, count(*), "
                    "count(CASE WHEN i.state = 'deleted' THEN 1 END) FROM items i "
                    "JOIN exhibits e ON e.id = i.exhibit_id WHERE e.state = 'complete' "
                    "AND i.content_id IN ({}) GROUP BY i.content_id, i.exhibit_id",
                    batch),
        take_row);
}

Result<void> MediaTable::read_messages(const std::string& batch) {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0;
        std::uint64_t messages = 0;
        if (!row.take(content, messages)) {
            return Row::damaged();
        }
        if (MediaView* view = find(content)) {
            view->messages = messages;
        }
        return {};
    };
    return database_.each(
        fmt::format("SELECT content_id, count(DISTINCT message_id) FROM attachments "
                    "WHERE content_id IS NOT NULL AND content_id IN ({}) GROUP BY content_id",
                    batch),
        take_row);
}

Result<void> MediaTable::read_hits(const std::string& batch) {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0;
        std::int64_t known = 0;
        if (!row.take(content, known)) {
            return Row::damaged();
        }
        if (MediaView* view = find(content)) {
            view->known_by = known_by(known);
        }
        return {};
    };
    return database_.each(
        fmt::format("SELECT c.id, {} FROM contents c WHERE c.id IN ({}) AND EXISTS "
                    "(SELECT 1 FROM hits h WHERE h.content_id = c.id)",
                    known_by_sql("c.id"), batch),
        take_row);
}

// Names as exiv2 gives them (exiv2.org/tags.html), and of videos as FFmpeg gives those of the
// QuickTime and ISO containers that telephones write.
struct FieldNames {
    std::string_view names;
    bool MediaView::* fact;
};
constexpr std::array kFields{
    FieldNames{"'Exif.Image.Make', 'Exif.Image.Model', 'Video.make', 'Video.model', "
               "'Video.com.apple.quicktime.make', 'Video.com.apple.quicktime.model', "
               "'Video.com.android.manufacturer', 'Video.com.android.model'",
               &MediaView::has_camera},
    FieldNames{"'Exif.GPSInfo.GPSLatitude', 'Exif.GPSInfo.GPSLongitude', 'Video.location', "
               "'Video.com.apple.quicktime.location.ISO6709'",
               &MediaView::has_location},
};

Result<void> MediaTable::read_metadata(const std::string& batch) {
    for (const auto& [names, fact] : kFields) {
        const auto take_row = [&](Row& row) -> Result<void> {
            RowId content = 0;
            if (!row.take(content)) {
                return Row::damaged();
            }
            if (MediaView* view = find(content)) {
                view->*fact = true;
            }
            return {};
        };
        auto done =
            database_.each(fmt::format("SELECT DISTINCT content_id FROM metadata WHERE value <> '' "
                                       "AND name IN ({}) AND content_id IN ({})",
                                       names, batch),
                           take_row);
        if (!done) {
            return done;
        }
    }
    return {};
}

} // namespace

Result<std::vector<MediaView>> media_views(Case& file, std::span<const RowId> ids) {
    const auto snapshot = Snapshot::begin(file.database());
    if (auto ready = snapshot ? look_up_by_index(file.database()) : fail(snapshot.error());
        !ready) {
        return fail(std::move(ready).error());
    }
    MediaTable table(file.database());
    if (auto read = table.read(ids); !read) {
        return fail(std::move(read).error());
    }
    return table.take();
}

} // namespace rempart::casefile
