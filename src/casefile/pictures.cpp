// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/evidence.hpp"

#include <unordered_map>

#include "casefile/database.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::casefile {
namespace {

// All pictures with their own facts; what is known of their places is filled in by passes over the
// other tables, each in the order of an index, so that no query sorts or jumps.
class PictureTable {
  public:
    explicit PictureTable(Database& database) : database_(database) {}

    Result<void> read_pictures();
    Result<void> read_places();
    Result<void> read_messages();
    Result<void> read_hits();
    Result<void> read_metadata();
    [[nodiscard]] std::vector<PictureView> take() { return std::move(all_); }

  private:
    [[nodiscard]] PictureView* find(RowId content) {
        const auto found = place_of_.find(content);
        return found == place_of_.end() ? nullptr : &all_[found->second];
    }

    Database& database_;
    std::vector<PictureView> all_;
    std::unordered_map<RowId, std::size_t> place_of_; // looked up only, never walked
};

Result<void> PictureTable::read_pictures() {
    const auto take_row = [&](Row& row) -> Result<void> {
        PictureView& view = all_.emplace_back();
        PictureRecord& picture = view.picture;
        FingerprintRecord print;
        std::optional<std::string> algorithm;
        Bytes sha256;
        if (!row.take(view.content, sha256, view.size_bytes, picture.format, picture.width,
                      picture.height, picture.frames, picture.exif_orientation,
                      picture.partial_reason, algorithm, print.variant, print.quality, print.value,
                      print.orientations)) {
            return Row::damaged();
        }
        view.sha256 = encode_hex(sha256);
        if (algorithm) {
            print.algorithm = std::move(*algorithm);
            view.fingerprint = std::move(print);
        }
        place_of_.emplace(view.content, all_.size() - 1);
        return {};
    };
    return database_.each(
        "SELECT c.id, c.sha256, c.size_bytes, p.format, p.width, p.height, p.frames, "
        "p.exif_orientation, p.partial_reason, f.algorithm, f.variant, f.quality, f.value, "
        "f.orientations FROM pictures p JOIN contents c ON c.id = p.content_id "
        "LEFT JOIN fingerprints f ON f.content_id = p.content_id AND f.algorithm = 'pdq' "
        "AND f.variant = 'full' ORDER BY c.sha256",
        take_row);
}

Result<void> PictureTable::read_places() {
    std::unordered_map<RowId, RowId> last_exhibit;
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0, exhibit = 0;
        std::string label, path, state;
        if (!row.take(content, exhibit, label, path, state)) {
            return Row::damaged();
        }
        PictureView* view = find(content);
        if (view == nullptr) {
            return {};
        }
        if (view->places++ == 0) {
            view->first_exhibit = std::move(label);
            view->first_path = std::move(path);
        }
        if (const auto [last, is_new] = last_exhibit.try_emplace(content, exhibit);
            is_new || last->second != exhibit) {
            last->second = exhibit;
            ++view->exhibits;
        }
        view->seen_deleted = view->seen_deleted || state == "deleted";
        return {};
    };
    return database_.each("SELECT i.content_id, i.exhibit_id, e.label, i.path, i.state "
                          "FROM items i JOIN exhibits e ON e.id = i.exhibit_id "
                          "JOIN pictures p ON p.content_id = i.content_id "
                          "ORDER BY i.exhibit_id, i.seq",
                          take_row);
}

Result<void> PictureTable::read_messages() {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0;
        std::uint64_t messages = 0;
        if (!row.take(content, messages)) {
            return Row::damaged();
        }
        if (PictureView* view = find(content)) {
            view->messages = messages;
        }
        return {};
    };
    return database_.each("SELECT content_id, count(DISTINCT message_id) FROM attachments "
                          "WHERE content_id IS NOT NULL GROUP BY content_id",
                          take_row);
}

Result<void> PictureTable::read_hits() {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0;
        std::string polarity, match;
        if (!row.take(content, polarity, match)) {
            return Row::damaged();
        }
        if (PictureView* view = find(content)) {
            view->hit_alert = view->hit_alert || polarity == "alert";
            view->hit_alert_exact =
                view->hit_alert_exact || (polarity == "alert" && match == "exact");
            view->hit_note = view->hit_note || polarity == "note";
            // A near copy of something harmless is not thereby harmless.
            view->hit_allow_exact =
                view->hit_allow_exact || (polarity == "allow" && match == "exact");
        }
        return {};
    };
    return database_.each("SELECT h.content_id, l.polarity, h.match FROM told_hits h "
                          "JOIN lists l ON l.id = h.list_id",
                          take_row);
}

// Names as exiv2 gives them: exiv2.org/tags.html.
Result<void> PictureTable::read_metadata() {
    const auto take_row = [&](Row& row) -> Result<void> {
        RowId content = 0;
        std::string field;
        if (!row.take(content, field)) {
            return Row::damaged();
        }
        if (PictureView* view = find(content)) {
            if (field == "Exif.Image.Make" || field == "Exif.Image.Model") {
                view->has_camera = true;
            } else {
                view->has_location = true;
            }
        }
        return {};
    };
    return database_.each("SELECT content_id, name FROM metadata WHERE value <> '' AND name IN "
                          "('Exif.Image.Make', 'Exif.Image.Model', 'Exif.GPSInfo.GPSLatitude', "
                          "'Exif.GPSInfo.GPSLongitude')",
                          take_row);
}

} // namespace

Result<std::vector<PictureView>> pictures(Case& file) {
    const auto snapshot = Snapshot::begin(file.database());
    if (!snapshot) {
        return fail(snapshot.error());
    }
    PictureTable table(file.database());
    for (const auto step :
         {&PictureTable::read_pictures, &PictureTable::read_places, &PictureTable::read_messages,
          &PictureTable::read_hits, &PictureTable::read_metadata}) {
        if (auto read = (table.*step)(); !read) {
            return fail(std::move(read).error());
        }
    }
    return table.take();
}

} // namespace rempart::casefile
