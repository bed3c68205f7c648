// SPDX-License-Identifier: Apache-2.0
#include "casefile/canonical.hpp"

#include <algorithm>

#include "casefile/items.hpp"
#include "rempart/casefile/evidence.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::casefile {
namespace {

constexpr std::size_t kPendingBytes = std::size_t{1} << 20;

void write_exhibit(JsonWriter& out, const ExhibitRecord& exhibit) {
    out.member("label", exhibit.label)
        .member("kind", exhibit.kind)
        .member("size_bytes", exhibit.size_bytes)
        .member("medium_md5", exhibit.medium_md5)
        .member("medium_sha1", exhibit.medium_sha1)
        .member("medium_sha256", exhibit.medium_sha256)
        .member("stored_md5", exhibit.stored_md5)
        .member("stored_sha1", exhibit.stored_sha1)
        .member("acquired_hash", exhibit.acquired_hash)
        .member("verification", exhibit.verification)
        .member("state", exhibit.state);
    write_error(out, "error", exhibit.error);
}

void write_volume(JsonWriter& out, const ExhibitRecord& exhibit, const VolumeRecord& volume) {
    out.member("exhibit", exhibit.label)
        .member("offset_bytes", volume.offset_bytes)
        .member("size_bytes", volume.size_bytes)
        .member("label", volume.label)
        .member("file_system", volume.file_system)
        .member("items", volume.items);
    write_error(out, "error", volume.error);
}

void write_unread(JsonWriter& out, const std::vector<UnreadRecord>& stretches) {
    out.key("unread").begin_array();
    for (const UnreadRecord& stretch : stretches) {
        out.begin_array().value(stretch.offset_bytes).value(stretch.size_bytes).end_array();
    }
    out.end_array();
}

void write_item(CanonicalFile& file, const ItemView& view) {
    const ItemRecord& item = view.item;
    JsonWriter& out = file.begin("item");
    out.member("exhibit", view.exhibit_label)
        .member("seq", file.number_of(view.exhibit_label, item.seq))
        .key("parent");
    if (item.parent_seq) {
        out.begin_object()
            .member("seq", file.number_of(view.exhibit_label, *item.parent_seq))
            .member("path", view.parent_path.value_or(""))
            .end_object();
    } else {
        out.null();
    }
    out.member("path", item.path)
        .member("stream", item.stream)
        .member("kind", item.kind)
        .member("state", item.state)
        .member("recovery", item.recovery)
        .member("size_bytes", item.size_bytes);
    write_time(out, "created", item.created);
    write_time(out, "modified", item.modified);
    write_time(out, "accessed", item.accessed);
    write_time(out, "changed", item.changed);
    write_error(out, "error", item.error);
    out.key("sha256");
    view.sha256.empty() ? out.null() : out.value(view.sha256);
    write_unread(out, item.unread);
}

Result<void> write_volumes(Case& file, CanonicalFile& out, const ExhibitRecord& exhibit) {
    const auto all = volumes(file, exhibit.id);
    if (!all) {
        return fail(all.error());
    }
    for (const VolumeRecord& volume : *all) {
        write_volume(out.begin("volume"), exhibit, volume);
        if (auto ended = out.end(); !ended) {
            return ended;
        }
    }
    return {};
}

} // namespace

JsonWriter& CanonicalFile::begin(std::string_view type) {
    line_.clear();
    return line_.begin_object().member("type", type);
}

Result<void> CanonicalFile::end() {
    pending_ += line_.end_object().text();
    pending_ += '\n';
    return pending_.size() < kPendingBytes ? Result<void>() : flush();
}

Result<void> CanonicalFile::flush() {
    auto written = write_all(fd_, bytes_of(pending_));
    pending_.clear();
    return written;
}

void write_time(JsonWriter& out, std::string_view key, TimeValue time) {
    out.key(key);
    if (time.kind == TimeKind::none) {
        out.null();
        return;
    }
    out.begin_object().member("kind", name(time.kind)).member("micros", time.micros).end_object();
}

void write_error(JsonWriter& out, std::string_view key, const std::optional<Error>& error) {
    out.key(key);
    if (!error) {
        out.null();
        return;
    }
    out.begin_object()
        .member("code", name(error->code))
        .member("what", error->message)
        .end_object();
}

Result<std::vector<ExhibitRecord>> exhibits_by_label(Case& file) {
    auto all = exhibits(file);
    if (all) {
        std::sort(all->begin(), all->end(),
                  [](const auto& a, const auto& b) { return a.label < b.label; });
    }
    return all;
}

Result<void> write_exhibits(Case& file, CanonicalFile& out) {
    const auto all = exhibits_by_label(file);
    if (!all) {
        return fail(all.error());
    }
    for (const ExhibitRecord& exhibit : *all) {
        write_exhibit(out.begin("exhibit"), exhibit);
        if (auto ended = out.end(); !ended) {
            return ended;
        }
        if (auto written = write_volumes(file, out, exhibit); !written) {
            return written;
        }
        auto written = each_item_of(file.database(), exhibit, [&](const ItemView& view) {
            write_item(out, view);
            return out.end();
        });
        if (!written) {
            return written;
        }
    }
    return {};
}

} // namespace rempart::casefile
