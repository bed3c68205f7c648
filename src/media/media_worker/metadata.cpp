// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/metadata.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <exiv2/exiv2.hpp>

#include "media/picture_protocol.hpp"
#include "rempart/core/text.hpp"

namespace rempart::media {
namespace {

constexpr std::string_view kErrorField = "Rempart.MetadataError";
constexpr std::string_view kLeftOutField = "Rempart.MetadataLeftOut";

// A value of more bytes is not printed but counted: maker's notes, embedded pictures, tables.
constexpr long kMaxPrintedBytes = 4096;

// What comes first when not all can be kept; what no prefix names comes last.
constexpr std::array<std::string_view, 7> kFirst{
    "Exif.Image.", "Exif.Photo.", "Exif.GPSInfo.", "Iptc.", "Xmp.", "Comment", "Exif.Iop."};

std::size_t rank(const MetadataField& field) {
    const auto* const found =
        std::ranges::find_if(kFirst, [&](auto prefix) { return field.name.starts_with(prefix); });
    return static_cast<std::size_t>(found - kFirst.begin());
}

std::string cut(std::string_view bytes, std::size_t max_bytes) {
    const std::string text = to_utf8(bytes);
    return std::string(cut_utf8(text, max_bytes));
}

MetadataField make_field(std::string_view name, std::string_view value) {
    return {cut(name, kMaxFieldNameBytes), cut(value, kMaxFieldValueBytes)};
}

// Asks for memory as if it could be refused: the worker's handler would end the process, and no
// metadata is worth the pixels.
class RefusableMemory {
  public:
    RefusableMemory() : before_(std::set_new_handler(nullptr)) {}
    RefusableMemory(const RefusableMemory&) = delete;
    RefusableMemory& operator=(const RefusableMemory&) = delete;
    ~RefusableMemory() { std::set_new_handler(before_); }

  private:
    std::new_handler before_;
};

// Runs `work`; the words for what it threw, "" if nothing. exiv2's own texts may quote the file, so
// its number stands for them (exiv2/error.hpp).
template <typename Work>
std::string caught(Work work) {
    try {
        work();
        return {};
    } catch (const Exiv2::Error& error) {
        return "exiv2 error " + std::to_string(error.code());
    } catch (const std::bad_alloc&) {
        return "not enough memory";
    } catch (const std::exception&) {
        return "exiv2 failed";
    }
}

template <typename Datum>
std::string printed(const Datum& datum, const Exiv2::ExifData& exif) {
    const bool opaque = datum.typeId() == Exiv2::undefined && datum.size() > 64;
    if (opaque || datum.size() > kMaxPrintedBytes) {
        return "(" + std::to_string(datum.size()) + " bytes)";
    }
    return datum.print(&exif);
}

template <typename Data>
std::string collect(const Data& data, const Exiv2::ExifData& exif,
                    std::vector<MetadataField>& fields) {
    std::string trouble;
    for (const auto& datum : data) {
        const std::string failure =
            caught([&] { fields.push_back(make_field(datum.key(), printed(datum, exif))); });
        trouble = failure.empty() ? trouble : failure;
    }
    return trouble;
}

int orientation_of(const Exiv2::ExifData& exif) {
    const auto found = exif.findKey(Exiv2::ExifKey("Exif.Image.Orientation"));
    if (found == exif.end() || found->count() < 1) {
        return 1;
    }
    const long value = found->toLong();
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

// What exiv2 finds in the file, all of it; the words of the first failure.
std::string read_all(ByteView file, Metadata& found) {
    std::unique_ptr<Exiv2::Image> image;
    std::string trouble = caught([&] {
        image.reset(Exiv2::ImageFactory::open(reinterpret_cast<const Exiv2::byte*>(file.data()),
                                              static_cast<long>(file.size()))
                        .release()); // exiv2 0.27 gives an auto_ptr
    });
    if (image == nullptr) {
        return trouble.empty() ? "exiv2 failed" : trouble;
    }
    const auto note = [&trouble](std::string failure) {
        trouble = trouble.empty() ? std::move(failure) : trouble;
    };
    note(caught([&] { image->readMetadata(); }));
    const Exiv2::ExifData& exif = image->exifData(); // after a failure: what came before it
    note(caught([&] { found.orientation = orientation_of(exif); }));
    note(collect(exif, exif, found.fields));
    note(collect(image->iptcData(), exif, found.fields));
    note(collect(image->xmpData(), exif, found.fields));
    if (!image->comment().empty()) {
        found.fields.push_back(make_field("Comment", image->comment()));
    }
    return trouble;
}

std::size_t bytes_of_field(const MetadataField& field) {
    return field.name.size() + field.value.size();
}

// The first fields by rank that the limits hold, with room for the two notes. How many went.
std::size_t keep_within(const PictureLimits& limits, std::vector<MetadataField>& fields) {
    constexpr std::size_t kNoteBytes = 128;
    std::ranges::stable_sort(fields, {}, rank);
    std::size_t bytes = 2 * kNoteBytes;
    std::size_t kept = 0;
    while (kept < fields.size() && kept + 2 < limits.max_metadata_fields) {
        bytes += bytes_of_field(fields[kept]);
        if (bytes > limits.max_metadata_bytes) {
            break;
        }
        ++kept;
    }
    const std::size_t left_out = fields.size() - kept;
    fields.resize(kept);
    return left_out;
}

} // namespace

void start_exiv2() {
    Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    Exiv2::XmpParser::initialize();
    Exiv2::enableBMFF(true);
}

Metadata read_metadata(ByteView file, std::string_view format, const PictureLimits& limits) {
    constexpr std::array<std::string_view, 6> kWithMetadata{"jpeg", "png",  "tiff",
                                                            "webp", "heic", "avif"};
    Metadata found;
    if (std::ranges::find(kWithMetadata, format) == kWithMetadata.end() ||
        limits.max_metadata_fields < 2 || limits.max_metadata_bytes < 512) {
        return found;
    }
    const RefusableMemory refusable;
    std::string trouble;
    const std::string outer = caught([&] { trouble = read_all(file, found); });
    trouble = trouble.empty() ? outer : trouble;
    const std::size_t left_out = keep_within(limits, found.fields);
    if (left_out > 0) {
        found.fields.push_back(make_field(kLeftOutField, std::to_string(left_out) + " fields"));
    }
    if (!trouble.empty()) {
        found.fields.push_back(make_field(kErrorField, trouble));
    }
    std::ranges::stable_sort(found.fields, {}, &MetadataField::name);
    return found;
}

} // namespace rempart::media
