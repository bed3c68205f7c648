// SPDX-License-Identifier: Apache-2.0
#include "rempart/media/file_type.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "media/type_table.hpp"

namespace rempart::media {
namespace {

using namespace std::string_literals;

struct Fixture {
    std::string_view id;
    std::string head;
};

std::string ftyp(const std::string& major, const std::string& compatible = "") {
    const auto size = static_cast<char>(16 + compatible.size());
    return "\0\0\0"s + size + "ftyp" + major + "\0\0\2\0"s + compatible + "\0\0\0\x08moov"s;
}

std::string ebml(const std::string& type) {
    return "\x1A\x45\xDF\xA3\x9F\x42\x86\x81\x01\x42\x82"s + static_cast<char>(0x80 | type.size()) +
           type + "\x42\x87\x81\x04"s;
}

std::string ogg(const std::string& packet) {
    return "OggS\0\2"s + std::string(22, '\1') + packet + std::string(8, '\2');
}

std::string frames(const std::string& header, std::size_t bytes) {
    return header + std::string(bytes - header.size(), '\0') + header + std::string(8, '\0');
}

std::string bmp(char header_bytes) {
    return "BM\x46\0\0\0\0\0\0\0\x36\0\0\0"s + header_bytes + "\0\0\0\2\0\0\0\2\0\0\0\1\0\x18\0"s;
}

std::vector<Fixture> pictures() {
    return {{"jpeg", "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1"s},
            {"png", "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1"s},
            {"gif", "GIF87a\2\0\2\0"s},
            {"gif", "GIF89a\2\0\2\0"s},
            {"webp", "RIFF\x24\0\0\0WEBPVP8 "s},
            {"tiff", "II\x2A\0\x08\0\0\0"s},
            {"tiff", "MM\0\x2A\0\0\0\x08"s},
            {"tiff", "II\x2B\0\x08\0\0\0\x10\0\0\0\0\0\0\0"s},
            {"tiff", "MM\0\x2B\0\x08\0\0\0\0\0\0\0\0\0\x10"s},
            {"bmp", bmp(40)},
            {"bmp", bmp(124)},
            {"heic", ftyp("heic", "mif1heic")},
            {"heic", ftyp("mif1", "mif1heic")},
            {"avif", ftyp("avif", "avifmif1miaf")},
            {"avif", ftyp("mif1", "mif1avif")},
            {"cr3", ftyp("crx ", "crx isom")},
            {"jp2", "\0\0\0\x0CjP  \r\n\x87\n\0\0\0\x14"s},
            {"jp2", "\xFF\x4F\xFF\x51\0\x29"s},
            {"jxl", "\0\0\0\x0CJXL \r\n\x87\n"s},
            {"jxl", "\xFF\x0A\xFA\x1F"s},
            {"psd", "8BPS\0\1\0\0"s},
            {"psd", "8BPS\0\2\0\0"s},
            {"ico", "\0\0\1\0\1\0\x10\x10\0\0\1\0\x20\0\x68\4\0\0\x16\0\0\0"s},
            {"rw2", "IIU\0\x18\0\0\0"s},
            {"orf", "IIRO\x08\0\0\0"s},
            {"raf", "FUJIFILMCCD-RAW 0201"s}};
}

std::vector<Fixture> films_and_sounds() {
    std::string ts(800, '\x11');
    std::string m2ts(800, '\x11');
    for (std::size_t i = 0; i < 4; ++i) {
        ts[188 * i] = '\x47';
        m2ts[4 + 192 * i] = '\x47';
    }
    return {{"mov", ftyp("qt  ", "qt  ")},
            {"mov", "\0\0\x01\0moov\0\0\0\x6Cmvhd"s},
            {"3gp", ftyp("3gp5", "3gp5isom")},
            {"m4a", ftyp("M4A ", "M4A mp42")},
            {"mp4", ftyp("isom", "isomiso2avc1mp41")},
            {"mp4", ftyp("mp42", "mp42heic")}, // the major brand decides
            {"webm", ebml("webm")},
            {"mkv", ebml("matroska")},
            {"avi", "RIFF\x24\0\0\0AVI LIST"s},
            {"mpeg", "\0\0\1\xBA\x44\0\4\0"s},
            {"mpeg", "\0\0\1\xB3\x14\0\xF0\x13"s},
            {"mpegts", ts},
            {"mpegts", m2ts},
            {"flv", "FLV\1\5\0\0\0\x09"s},
            {"asf", "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C\1\2"s},
            {"rm", ".RMF\0\0\0\x12\0"s},
            {"ogv", ogg("\x80theora\3\2\1"s)},
            {"opus", ogg("OpusHead\1\2"s)},
            {"ogg", ogg("\1vorbis\0\0"s)},
            {"mp3", "ID3\3\0\0\0\0\0\x21"s},
            {"mp3", frames("\xFF\xFB\x90\x64"s, 417)}, // 128 kbit/s, 44.1 kHz
            {"aac", frames("\xFF\xF1\x50\x80\x08\x1F\xFC"s, 64)},
            {"wav", "RIFF\x24\0\0\0WAVEfmt "s},
            {"flac", "fLaC\0\0\0\x22"s},
            {"amr", "#!AMR\n\x3C\x48"s},
            {"amr", "#!AMR-WB\n\x3C\x48"s},
            {"aiff", "FORM\0\0\1\0AIFFCOMM"s},
            {"caf", "caff\0\1\0\0desc"s}};
}

std::vector<Fixture> archives_and_images() {
    std::string tar(512, '\0');
    tar.replace(0, 6, "a.jpeg").replace(257, 8, "ustar\00000"s);
    std::string vdi = "<<< Oracle VM VirtualBox Disk Image >>>\n"s;
    vdi.resize(64, '\0');
    vdi += "\x7F\x10\xDA\xBE\1\0\1\0"s;
    return {{"zip", "PK\3\4\x14\0\0\0"s},
            {"zip", "PK\5\6\0\0\0\0"s},
            {"zip", "PK\7\x08PK\3\4\x14\0"s},
            {"7z", "7z\xBC\xAF\x27\x1C\0\4"s},
            {"rar", "Rar!\x1A\x07\0\xCF\x90"s},
            {"rar", "Rar!\x1A\x07\1\0\x33"s},
            {"gzip", "\x1F\x8B\x08\0\0\0\0\0"s},
            {"bzip2", "BZh91AY&SY\1\2"s},
            {"bzip2", "BZh9\x17\x72\x45\x38\x50\x90\0\0"s},
            {"xz", "\xFD"s + "7zXZ\0\0\4"s},
            {"zstd", "\x28\xB5\x2F\xFD\x24"s},
            {"lz4", "\x04\x22\x4D\x18\x64"s},
            {"tar", tar},
            {"cpio", "07070100000000"s},
            {"cpio", "07070200000000"s},
            {"cpio", "070707"s + std::string(70, '1') + "name"},
            {"deb", "!<arch>\ndebian-binary   1"s},
            {"ar", "!<arch>\nhello.o/        1"s},
            {"cab", "MSCF\0\0\0\0\x10\0"s},
            {"lha", "\x16\x7D-lh5-\x10\0"s},
            {"xar", "xar!\0\x1C\0\1"s},
            {"ewf", "EVF\x09\r\n\xFF\0\1\1\0"s},
            {"ewf", "EVF2\r\n\x81\0\2\1"s},
            {"lef", "LVF\x09\r\n\xFF\0\1\1\0"s},
            {"lef", "LEF2\r\n\x81\0\2\1"s},
            {"aff", "AFF10\r\n\0\1"s},
            {"qcow", "QFI\xFB\0\0\0\3"s},
            {"vmdk", "KDMV\1\0\0\0"s},
            {"vmdk", "# Disk DescriptorFile\nversion=1\n"s},
            {"vhdx", "vhdxfileM\0"s},
            {"vdi", vdi},
            {"luks", "LUKS\xBA\xBE\0\2"s},
            {"bitlocker", "\xEB\x58\x90-FVE-FS-\0\2"s}};
}

std::vector<Fixture> documents_and_text() {
    return {{"pdf", "%PDF-1.7\n%\xE2\xE3"s},
            {"ole2", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0"s},
            {"rtf", "{\\rtf1\\ansi"s},
            {"sqlite", "SQLite format 3\0\x10\0"s},
            {"pst", "!BDN\1\2\3\4"s},
            {"bplist", "bplist00\xD1\1"s},
            {"json", "{ \"name\": 1 }"s},
            {"json", "\xEF\xBB\xBF\r\n [ {\"a\":1}]"s},
            {"json", "[1, 2]"s},
            {"json", "[-1.5,2]"s},
            {"html", "<!DOCTYPE html>\n<html>"s},
            {"html", "\xEF\xBB\xBF<HTML lang=fr>"s},
            {"xml", "<?xml version=\"1.0\"?><a/>"s},
            {"text", "d\xC3\xA9j\xC3\xA0 vu\r\n\tligne"s},
            {"text", "\xFF\xFEh\0i\0"s},
            {"text", "\xFE\xFF\0h\0i"s},
            {"text", "[12/05/2024, 10:30:15] Alice: hello"s},
            {"text", "[2024] a year"s}};
}

std::vector<Fixture> fixtures() {
    std::vector<Fixture> all;
    for (auto part :
         {pictures(), films_and_sounds(), archives_and_images(), documents_and_text()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

bool is_text_line(const TypeLine& line) {
    return line.type.family == FileFamily::text;
}

TEST(FileType, EachFixtureHasItsType) {
    for (const Fixture& fixture : fixtures()) {
        const FileType type = detect_type(bytes_of(fixture.head));
        EXPECT_EQ(type.id, fixture.id) << testing::PrintToString(fixture.head.substr(0, 32));
    }
}

TEST(FileType, EachLineOfTheTableHasAFixture) {
    const auto all = fixtures();
    for (const TypeLine& line : type_lines()) {
        EXPECT_TRUE(std::ranges::any_of(all, [&](const Fixture& fixture) {
            return fixture.id == line.type.id && claims(line, bytes_of(fixture.head));
        })) << line.type.id;
    }
}

TEST(FileType, NoHeadIsClaimedByTwoTypesWhateverTheOrderOfTheTable) {
    for (const Fixture& fixture : fixtures()) {
        std::set<std::string_view> claimed;
        for (const TypeLine& line : type_lines()) {
            if (!is_text_line(line) && claims(line, bytes_of(fixture.head))) {
                claimed.insert(line.type.id);
            }
        }
        EXPECT_LE(claimed.size(), 1U) << fixture.id;
        if (!claimed.empty()) {
            EXPECT_EQ(*claimed.begin(), fixture.id);
        }
    }
}

TEST(FileType, EveryTruncationOfAHeadIsTheSameTypeOrUnknownOrText) {
    for (const Fixture& fixture : fixtures()) {
        for (std::size_t n = 0; n < fixture.head.size(); ++n) {
            const std::string cut = fixture.head.substr(0, n);
            const FileType type = detect_type(bytes_of(cut));
            EXPECT_TRUE(type.id == fixture.id || type.id.empty() || type.id == "text")
                << fixture.id << " cut at " << n << " became " << type.id;
        }
    }
}

TEST(FileType, WhatFollowsTheHeadDoesNotMatter) {
    for (const Fixture& fixture : fixtures()) {
        if (detect_type(bytes_of(fixture.head)).family == FileFamily::text) {
            continue;
        }
        std::string longer = fixture.head;
        longer.resize(3 * kTypeHeadBytes, '\xA5');
        EXPECT_EQ(detect_type(bytes_of(longer)).id, fixture.id);
    }
}

TEST(FileType, AFlippedBitGivesATypeOfTheTableOrNone) {
    std::set<std::string_view> ids{""};
    for (const FileType& type : file_types()) {
        ids.insert(type.id);
    }
    for (const Fixture& fixture : fixtures()) {
        for (std::size_t i = 0; i < std::min<std::size_t>(fixture.head.size(), 64); ++i) {
            for (const int bit : {0, 1, 5, 7}) {
                std::string flipped = fixture.head;
                flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
                EXPECT_TRUE(ids.contains(detect_type(bytes_of(flipped)).id));
            }
        }
    }
}

TEST(FileType, RandomBytesHaveNoTypeButForOneInAHundred) {
    std::mt19937 random(7);
    int typed = 0;
    for (int i = 0; i < 2000; ++i) {
        std::string noise(512, '\0');
        std::ranges::generate(noise, [&] { return static_cast<char>(random()); });
        typed += detect_type(bytes_of(noise)).id.empty() ? 0 : 1;
    }
    EXPECT_LT(typed, 20);
}

TEST(FileType, TextIsToldByItsBytes) {
    const auto id = [](const std::string& head) { return detect_type(bytes_of(head)).id; };
    EXPECT_EQ(id(""), "");
    EXPECT_EQ(id("a\0b"s), "");
    EXPECT_EQ(id("caf\xE9 au lait"s), ""); // Latin-1
    EXPECT_EQ(id("{"), "text");
    EXPECT_EQ(id("[note] to self"), "text");
    EXPECT_EQ(id("BM is a pair of letters, BMW is a car maker"), "text");
    const std::string accents(kTypeHeadBytes - 1, 'a');
    EXPECT_EQ(id(accents + "\xC3\xA9 and more"), "text"); // the head cuts a character
    EXPECT_EQ(id(accents.substr(3) + "\xA9\xA9\xA9\xA9"), "");
}

TEST(FileType, EachTypeStandsOnceInTheTableWithAnIdAMimeTypeAndAFamily) {
    std::set<std::string_view> ids;
    for (const FileType& type : file_types()) {
        EXPECT_TRUE(ids.insert(type.id).second) << type.id;
        EXPECT_NE(type.mime.find('/'), type.mime.npos) << type.id;
        EXPECT_NE(type.family, FileFamily::unknown) << type.id;
        EXPECT_NE(name(type.family), "unknown") << type.id;
    }
    EXPECT_EQ(detect_type({}).mime, "application/octet-stream");
    EXPECT_EQ(name(FileFamily::disk_image), "disk_image");
}

} // namespace
} // namespace rempart::media
