// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {
namespace {

namespace fs = std::filesystem;
using namespace std::string_view_literals;

struct Magic {
    std::size_t offset_bytes;
    std::string_view bytes;
};

// Single files, by the signatures that their own specifications give. Only what evidence is handed
// in as; module media knows file types in full, and stands beside this one.
constexpr std::array kFiles{
    Magic{0, "PK\x03\x04"sv},
    Magic{0, "PK\x05\x06"sv}, // zip
    Magic{0, "7z\xBC\xAF\x27\x1C"sv},
    Magic{0, "Rar!\x1A\x07"sv},
    Magic{0, "\x1F\x8B"sv},
    Magic{0, "BZh"sv},
    Magic{0, "\xFD"
             "7zXZ\0"sv},
    Magic{0, "\x28\xB5\x2F\xFD"sv}, // zstd
    Magic{257, "ustar"sv},
    Magic{0, "070701"sv}, // tar, cpio
    Magic{0, "!<arch>\n"sv},
    Magic{0, "MSCF"sv}, // ar, cab
    Magic{0, "xar!"sv},
    Magic{2, "-lh"sv}, // lha
    Magic{0, "\xFF\xD8\xFF"sv},
    Magic{0, "\x89PNG\r\n\x1A\n"sv},
    Magic{0, "GIF8"sv},
    Magic{8, "WEBP"sv},
    Magic{0, "II*\0"sv},
    Magic{0, "MM\0*"sv}, // tiff
    Magic{4, "ftyp"sv},
    Magic{0, "\x1A\x45\xDF\xA3"sv}, // mp4 and heic, matroska
    Magic{8, "AVI "sv},
    Magic{8, "WAVE"sv},
    Magic{0, "ID3"sv},
    Magic{0, "OggS"sv},
    Magic{0, "fLaC"sv},
    Magic{0, "%PDF-"sv},
    Magic{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv}, // OLE documents
    Magic{0, "SQLite format 3\0"sv},
    Magic{0, "\x7F"
             "ELF"sv},
    Magic{0, "{\\rtf"sv},
    Magic{0, "<!DOCTYPE"sv},
    Magic{0, "<?xml"sv},
    Magic{0, "<html"sv},
    Magic{0, "\xFF\xFE"sv}, // UTF-16
    Magic{0, "\xFE\xFF"sv},
};

// Media whose first bytes may look like a file. Only long signatures: what is no known file is
// taken for a medium anyway.
constexpr std::array kMedia{
    Magic{512, "EFI PART"sv}, Magic{4096, "EFI PART"sv}, Magic{3, "NTFS    "sv},
    Magic{3, "EXFAT   "sv},   Magic{3, "-FVE-FS-"sv},    Magic{32, "NXSB"sv},
    Magic{32'769, "CD001"sv},
};
constexpr std::size_t kHeadBytes = 36'864;

constexpr std::array kMediaExtensions{".dd"sv,  ".raw"sv,   ".img"sv,   ".bin"sv, ".iso"sv,
                                      ".dmg"sv, ".vmdk"sv,  ".qcow2"sv, ".vhd"sv, ".vhdx"sv,
                                      ".vdi"sv, ".image"sv, ".ima"sv,   ".e01"sv, ".ex01"sv};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c)); // NOLINT(concurrency-mt-unsafe)
    });
    return text;
}

template <std::size_t N>
bool any_matches(const std::array<Magic, N>& magics, std::string_view head) {
    return std::ranges::any_of(magics, [&](const Magic& magic) {
        return head.size() >= magic.offset_bytes + magic.bytes.size() &&
               head.substr(magic.offset_bytes, magic.bytes.size()) == magic.bytes;
    });
}

/// Text that is evidence by itself: JSON, mail, CSV… A medium's first bytes are never only text.
bool is_text(std::string_view head) {
    return !head.empty() && std::ranges::none_of(head, [](unsigned char c) {
        return c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f';
    });
}

/// The place of a segment in its image: 1 for the first. Nothing if the extension counts nothing.
struct SegmentNumbering {
    enum class Scheme : std::uint8_t { e01, decimal, letters };
    Scheme scheme;
    std::uint64_t number = 0;
};

bool all_in(std::string_view text, char low, char high) {
    return !text.empty() &&
           std::ranges::all_of(text, [&](char c) { return c >= low && c <= high; });
}

std::uint64_t letters_value(std::string_view letters) {
    std::uint64_t value = 0;
    for (const char c : letters) {
        value = value * 26 + static_cast<std::uint64_t>(c - 'a');
    }
    return value;
}

/// .E01 to .E99, then .EAA to .EZZ, .FAA to .ZZZ (Expert Witness Compression Format, section on
/// segment files): 99 + 22 * 676 segments.
std::optional<std::uint64_t> e01_number(std::string_view extension) {
    if (extension.size() != 3 || extension[0] < 'e' || extension[0] > 'z') {
        return std::nullopt;
    }
    const std::string_view rest = extension.substr(1);
    if (extension[0] == 'e' && all_in(rest, '0', '9')) {
        const auto number = static_cast<std::uint64_t>((rest[0] - '0') * 10 + rest[1] - '0');
        return number > 0 ? std::optional(number) : std::nullopt;
    }
    if (!all_in(rest, 'a', 'z')) {
        return std::nullopt;
    }
    return 100 + static_cast<std::uint64_t>(extension[0] - 'e') * 676 + letters_value(rest);
}

/// .001, .002… (also .000 as the first), .0001…; .aa, .ab…, .aaa….
std::optional<SegmentNumbering> raw_number(std::string_view extension) {
    constexpr std::size_t kMaxDigits = 6;
    if (extension.size() >= 3 && extension.size() <= kMaxDigits && all_in(extension, '0', '9')) {
        return SegmentNumbering{SegmentNumbering::Scheme::decimal,
                                static_cast<std::uint64_t>(std::stoul(std::string(extension)))};
    }
    if (extension.size() >= 2 && extension.size() <= 4 && all_in(extension, 'a', 'z')) {
        return SegmentNumbering{SegmentNumbering::Scheme::letters, letters_value(extension)};
    }
    return std::nullopt;
}

std::string bare_extension(const fs::path& path) {
    const std::string extension = lower(path.extension().native());
    return extension.empty() ? extension : extension.substr(1);
}

/// The files beside `first` that share its name up to the extension, by their number.
template <typename NumberOf>
std::map<std::uint64_t, fs::path> siblings(const fs::path& first, NumberOf number_of) {
    std::map<std::uint64_t, fs::path> found;
    std::error_code error;
    const std::string stem = lower(first.stem().native());
    const fs::path folder = first.parent_path().empty() ? fs::path(".") : first.parent_path();
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (lower(entry->path().stem().native()) != stem || !entry->is_regular_file(error)) {
            continue;
        }
        if (const auto number = number_of(bare_extension(entry->path()))) {
            found.emplace(*number, first.parent_path() / entry->path().filename());
        }
    }
    return found;
}

/// The run of segments that begins with `number`; `malformed` if one is missing before the last.
Result<std::vector<fs::path>> run_from(const std::map<std::uint64_t, fs::path>& found,
                                       std::uint64_t number) {
    std::vector<fs::path> run;
    for (auto next = found.find(number); next != found.end(); ++next, ++number) {
        if (next->first != number) {
            return fail(Errc::malformed,
                        fmt::format("segment {} of the image is missing", run.size() + 1));
        }
        run.push_back(next->second);
    }
    return run;
}

Result<ExhibitPlan> with_sizes(ExhibitPlan plan) {
    for (const fs::path& segment : plan.segments) {
        const Result<UniqueFd> descriptor = open_read_only(segment);
        const Result<std::uint64_t> size_bytes =
            descriptor ? size_of(descriptor->get()) : fail(descriptor.error());
        if (!size_bytes) {
            return fail(size_bytes.error());
        }
        plan.size_bytes += *size_bytes;
    }
    return plan;
}

Result<Bytes> head_of(const fs::path& path) {
    const Result<UniqueFd> descriptor = open_read_only(path);
    if (!descriptor) {
        return fail(descriptor.error());
    }
    Bytes head(kHeadBytes);
    const Result<std::size_t> got = read_at(descriptor->get(), 0, head);
    if (!got) {
        return fail(got.error());
    }
    head.resize(*got);
    return head;
}

bool is_ewf(std::string_view head) {
    return head.starts_with("EVF\x09\r\n\xFF\0"sv);
}

Result<ExhibitPlan> plan_e01(const fs::path& path) {
    ExhibitPlan plan{.kind = ExhibitKind::disk_e01, .segments = {path}, .size_bytes = 0};
    if (e01_number(bare_extension(path))) { // any segment stands for the whole image
        std::map<std::uint64_t, fs::path> found = siblings(path, e01_number);
        std::erase_if(found, [](const auto& candidate) { // image.iso beside image.E01
            const Result<Bytes> head = head_of(candidate.second);
            return !head || !is_ewf(chars_of(*head));
        });
        Result<std::vector<fs::path>> run = run_from(found, 1);
        if (!run || run->empty()) {
            return run ? fail(Errc::malformed, "segment 1 of the image is missing")
                       : fail(run.error());
        }
        plan.segments = std::move(*run);
    }
    return with_sizes(std::move(plan));
}

Result<ExhibitPlan> plan_raw(const fs::path& path) {
    ExhibitPlan plan{.kind = ExhibitKind::disk_raw, .segments = {path}, .size_bytes = 0};
    const std::string extension = bare_extension(path);
    const auto own = raw_number(extension);
    if (!own) {
        return with_sizes(std::move(plan));
    }
    const auto same_scheme = [&](std::string_view other) -> std::optional<std::uint64_t> {
        const auto number = raw_number(other);
        return number && number->scheme == own->scheme && other.size() == extension.size()
                   ? std::optional(number->number)
                   : std::nullopt;
    };
    const std::map<std::uint64_t, fs::path> found = siblings(path, same_scheme);
    // Any segment stands for the whole image. Without a first and without a neighbour it is a
    // file whose extension only looks like a number.
    const bool counts_from_1 = own->scheme == SegmentNumbering::Scheme::decimal;
    const std::uint64_t first = counts_from_1 && !found.contains(0) ? 1 : 0;
    if (found.contains(first)) {
        Result<std::vector<fs::path>> run = run_from(found, first);
        if (!run) {
            return fail(run.error());
        }
        plan.segments = std::move(*run);
    } else if (counts_from_1 &&
               (found.contains(own->number - 1) || found.contains(own->number + 1))) {
        return fail(Errc::malformed, "segment 1 of the image is missing");
    }
    return with_sizes(std::move(plan));
}

} // namespace

Result<ExhibitPlan> plan_exhibit(const fs::path& named) {
    std::error_code error;
    const fs::path path = fs::canonical(named, error); // a link that the user names is followed
    if (error) {
        return fail(error == std::errc::no_such_file_or_directory ? Errc::not_found : Errc::io,
                    "the exhibit cannot be found: " + error.message());
    }
    if (fs::is_directory(path, error)) {
        return ExhibitPlan{.kind = ExhibitKind::folder, .segments = {path}, .size_bytes = 0};
    }
    const Result<Bytes> head = head_of(path);
    if (!head) {
        return fail(head.error());
    }
    const std::string_view text = chars_of(*head);
    const std::string extension = lower(path.extension().native());
    if (is_ewf(text)) {
        return plan_e01(path);
    }
    const bool named_medium =
        std::ranges::find(kMediaExtensions, extension) != kMediaExtensions.end();
    const bool is_medium = any_matches(kMedia, text) || fs::is_block_file(path, error);
    const bool is_file = any_matches(kFiles, text) || is_text(text);
    if (is_file && !is_medium && !named_medium) {
        return with_sizes({.kind = ExhibitKind::file, .segments = {path}, .size_bytes = 0});
    }
    return plan_raw(path);
}

} // namespace rempart::examine
