// SPDX-License-Identifier: Apache-2.0
#include "media/type_table.hpp"

#include "media/type_tests.hpp"

namespace rempart::media {
namespace {

using namespace std::string_view_literals;
using enum FileFamily;

// One line a signature; the columns are what a reader compares, so no formatter may wrap them.
// clang-format off
constexpr std::array kLines{
    TypeLine{{"jpeg", "image/jpeg", picture}, {{{0, "\xFF\xD8\xFF"sv}}}},
    TypeLine{{"png", "image/png", picture}, {{{0, "\x89PNG\r\n\x1A\n"sv}}}},
    TypeLine{{"gif", "image/gif", picture}, {{{0, "GIF87a"sv}}}},
    TypeLine{{"gif", "image/gif", picture}, {{{0, "GIF89a"sv}}}},
    TypeLine{{"webp", "image/webp", picture}, {{{0, "RIFF"sv}, {8, "WEBP"sv}}}},
    TypeLine{{"tiff", "image/tiff", picture}, {{{0, "II\x2A\0"sv}}}},
    TypeLine{{"tiff", "image/tiff", picture}, {{{0, "MM\0\x2A"sv}}}},
    TypeLine{{"tiff", "image/tiff", picture}, {{{0, "II\x2B\0\x08\0\0\0"sv}}}},
    TypeLine{{"tiff", "image/tiff", picture}, {{{0, "MM\0\x2B\0\x08\0\0"sv}}}},
    TypeLine{{"bmp", "image/bmp", picture}, {{{0, "BM"sv}}}, is_bmp},
    TypeLine{{"heic", "image/heic", picture}, {{{4, "ftyp"sv}}}, is_heic},
    TypeLine{{"avif", "image/avif", picture}, {{{4, "ftyp"sv}}}, is_avif},
    TypeLine{{"cr3", "image/x-canon-cr3", picture}, {{{4, "ftyp"sv}}}, is_cr3},
    TypeLine{{"jp2", "image/jp2", picture}, {{{0, "\0\0\0\x0CjP  \r\n\x87\n"sv}}}},
    TypeLine{{"jp2", "image/jp2", picture}, {{{0, "\xFF\x4F\xFF\x51"sv}}}},
    TypeLine{{"jxl", "image/jxl", picture}, {{{0, "\0\0\0\x0CJXL \r\n\x87\n"sv}}}},
    TypeLine{{"jxl", "image/jxl", picture}, {{{0, "\xFF\x0A"sv}}}},
    TypeLine{{"psd", "image/vnd.adobe.photoshop", picture}, {{{0, "8BPS\0\x01"sv}}}},
    TypeLine{{"psd", "image/vnd.adobe.photoshop", picture}, {{{0, "8BPS\0\x02"sv}}}},
    TypeLine{{"ico", "image/vnd.microsoft.icon", picture}, {{{0, "\0\0"sv}}}, is_ico},
    TypeLine{{"rw2", "image/x-panasonic-rw2", picture}, {{{0, "IIU\0"sv}}}},
    TypeLine{{"orf", "image/x-olympus-orf", picture}, {{{0, "IIRO"sv}}}},
    TypeLine{{"raf", "image/x-fuji-raf", picture}, {{{0, "FUJIFILMCCD-RAW"sv}}}},

    TypeLine{{"mov", "video/quicktime", video}, {}, is_mov},
    TypeLine{{"3gp", "video/3gpp", video}, {{{4, "ftyp"sv}}}, is_3gp},
    TypeLine{{"m4a", "audio/mp4", audio}, {{{4, "ftyp"sv}}}, is_m4a},
    TypeLine{{"mp4", "video/mp4", video}, {{{4, "ftyp"sv}}}, is_mp4},
    TypeLine{{"webm", "video/webm", video}, {{{0, "\x1A\x45\xDF\xA3"sv}}}, is_webm},
    TypeLine{{"mkv", "video/matroska", video}, {{{0, "\x1A\x45\xDF\xA3"sv}}}, is_matroska},
    TypeLine{{"avi", "video/vnd.avi", video}, {{{0, "RIFF"sv}, {8, "AVI "sv}}}},
    TypeLine{{"mpeg", "video/mpeg", video}, {{{0, "\0\0\x01\xBA"sv}}}},
    TypeLine{{"mpeg", "video/mpeg", video}, {{{0, "\0\0\x01\xB3"sv}}}},
    TypeLine{{"mpegts", "video/mp2t", video}, {}, is_mpeg_ts},
    TypeLine{{"flv", "video/x-flv", video}, {{{0, "FLV\x01"sv}}}},
    TypeLine{{"asf", "video/x-ms-asf", video}, {{{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"sv}}}},
    TypeLine{{"rm", "application/vnd.rn-realmedia", video}, {{{0, ".RMF\0\0\0"sv}}}},
    TypeLine{{"ogv", "video/ogg", video}, {{{0, "OggS\0"sv}, {28, "\x80theora"sv}}}},

    TypeLine{{"opus", "audio/opus", audio}, {{{0, "OggS\0"sv}, {28, "OpusHead"sv}}}},
    TypeLine{{"ogg", "audio/ogg", audio}, {{{0, "OggS\0"sv}}}, is_other_ogg},
    TypeLine{{"mp3", "audio/mpeg", audio}, {{{0, "ID3"sv}}}},
    TypeLine{{"mp3", "audio/mpeg", audio}, {}, is_mp3_frames},
    TypeLine{{"aac", "audio/aac", audio}, {}, is_adts},
    TypeLine{{"wav", "audio/vnd.wave", audio}, {{{0, "RIFF"sv}, {8, "WAVE"sv}}}},
    TypeLine{{"flac", "audio/flac", audio}, {{{0, "fLaC\0"sv}}}},
    TypeLine{{"amr", "audio/amr", audio}, {{{0, "#!AMR\n"sv}}}},
    TypeLine{{"amr", "audio/amr", audio}, {{{0, "#!AMR-WB\n"sv}}}},
    TypeLine{{"aiff", "audio/aiff", audio}, {{{0, "FORM"sv}, {8, "AIF"sv}}}},
    TypeLine{{"caf", "audio/x-caf", audio}, {{{0, "caff\0\x01\0\0"sv}}}},

    TypeLine{{"zip", "application/zip", archive}, {{{0, "PK\x03\x04"sv}}}},
    TypeLine{{"zip", "application/zip", archive}, {{{0, "PK\x05\x06"sv}}}},
    TypeLine{{"zip", "application/zip", archive}, {{{0, "PK\x07\x08PK\x03\x04"sv}}}},
    TypeLine{{"7z", "application/x-7z-compressed", archive}, {{{0, "7z\xBC\xAF\x27\x1C"sv}}}},
    TypeLine{{"rar", "application/vnd.rar", archive}, {{{0, "Rar!\x1A\x07\x00"sv}}}},
    TypeLine{{"rar", "application/vnd.rar", archive}, {{{0, "Rar!\x1A\x07\x01\x00"sv}}}},
    TypeLine{{"gzip", "application/gzip", archive}, {{{0, "\x1F\x8B\x08"sv}}}},
    TypeLine{{"bzip2", "application/x-bzip2", archive}, {{{0, "BZh"sv}}}, is_bzip2},
    TypeLine{{"xz", "application/x-xz", archive}, {{{0, "\xFD" "7zXZ\0"sv}}}},
    TypeLine{{"zstd", "application/zstd", archive}, {{{0, "\x28\xB5\x2F\xFD"sv}}}},
    TypeLine{{"lz4", "application/x-lz4", archive}, {{{0, "\x04\x22\x4D\x18"sv}}}},
    TypeLine{{"tar", "application/x-tar", archive}, {{{257, "ustar"sv}}}},
    TypeLine{{"cpio", "application/x-cpio", archive}, {{{0, "070701"sv}}}},
    TypeLine{{"cpio", "application/x-cpio", archive}, {{{0, "070702"sv}}}},
    TypeLine{{"cpio", "application/x-cpio", archive}, {{{0, "070707"sv}}}, is_old_cpio},
    TypeLine{{"deb", "application/vnd.debian.binary-package", archive}, {{{0, "!<arch>\n"sv}}}, is_deb},
    TypeLine{{"ar", "application/x-archive", archive}, {{{0, "!<arch>\n"sv}}}, is_plain_ar},
    TypeLine{{"cab", "application/vnd.ms-cab-compressed", archive}, {{{0, "MSCF\0\0\0\0"sv}}}},
    TypeLine{{"lha", "application/x-lzh-compressed", archive}, {{{2, "-l"sv}}}, is_lha},
    TypeLine{{"xar", "application/x-xar", archive}, {{{0, "xar!\0"sv}}}},

    TypeLine{{"ewf", "application/x-ewf", disk_image}, {{{0, "EVF\x09\x0D\x0A\xFF\x00"sv}}}},
    TypeLine{{"ewf", "application/x-ewf", disk_image}, {{{0, "EVF2\x0D\x0A\x81\x00"sv}}}},
    TypeLine{{"lef", "application/x-ewf-logical", disk_image}, {{{0, "LVF\x09\x0D\x0A\xFF\x00"sv}}}},
    TypeLine{{"lef", "application/x-ewf-logical", disk_image}, {{{0, "LEF2\x0D\x0A\x81\x00"sv}}}},
    TypeLine{{"aff", "application/x-aff", disk_image}, {{{0, "AFF10\r\n\0"sv}}}},
    TypeLine{{"qcow", "application/x-qemu-disk", disk_image}, {{{0, "QFI\xFB"sv}}}},
    TypeLine{{"vmdk", "application/x-vmdk", disk_image}, {{{0, "KDMV"sv}}}},
    TypeLine{{"vmdk", "application/x-vmdk", disk_image}, {{{0, "# Disk DescriptorFile"sv}}}},
    TypeLine{{"vhdx", "application/x-vhdx", disk_image}, {{{0, "vhdxfile"sv}}}},
    TypeLine{{"vdi", "application/x-virtualbox-vdi", disk_image}, {{{64, "\x7F\x10\xDA\xBE"sv}}}},
    TypeLine{{"luks", "application/x-luks", disk_image}, {{{0, "LUKS\xBA\xBE"sv}}}},
    TypeLine{{"bitlocker", "application/x-bitlocker", disk_image}, {{{3, "-FVE-FS-"sv}}}},

    TypeLine{{"pdf", "application/pdf", document}, {{{0, "%PDF-"sv}}}},
    TypeLine{{"ole2", "application/x-ole-storage", document}, {{{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv}}}},
    TypeLine{{"rtf", "application/rtf", document}, {{{0, "{\\rtf"sv}}}},
    TypeLine{{"sqlite", "application/vnd.sqlite3", document}, {{{0, "SQLite format 3\0"sv}}}},
    TypeLine{{"pst", "application/vnd.ms-outlook", document}, {{{0, "!BDN"sv}}}},
    TypeLine{{"bplist", "application/x-bplist", document}, {{{0, "bplist0"sv}}}},

    TypeLine{{"json", "application/json", text}, {}, is_json},
    TypeLine{{"html", "text/html", text}, {}, is_html},
    TypeLine{{"xml", "application/xml", text}, {}, is_xml},
    TypeLine{{"text", "text/plain", text}, {}, is_text},
};
// clang-format on

constexpr std::size_t count_types() {
    std::size_t count = 1;
    for (std::size_t i = 1; i < kLines.size(); ++i) {
        count += kLines[i].type.id != kLines[i - 1].type.id ? 1U : 0U;
    }
    return count;
}

// The lines of one type stand together: so each change of the id is a new type.
constexpr auto kTypes = [] {
    std::array<FileType, count_types()> types{kLines[0].type};
    std::size_t count = 1;
    for (std::size_t i = 1; i < kLines.size(); ++i) {
        if (kLines[i].type.id != kLines[i - 1].type.id) {
            types[count++] = kLines[i].type;
        }
    }
    return types;
}();

} // namespace

std::span<const TypeLine> type_lines() noexcept {
    return kLines;
}

std::span<const FileType> file_types() noexcept {
    return kTypes;
}

} // namespace rempart::media
