// SPDX-License-Identifier: Apache-2.0
#include "rempart/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::cli {

Result<UniqueFd> open_own_file(const std::filesystem::path& path) {
    std::error_code gone;
    const auto real = std::filesystem::canonical(path, gone); // the user's own link is followed
    auto file = open_read_only(gone ? path : real);
    if (!file) {
        return file;
    }
    struct stat status{};
    if (::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return fail(Errc::unsupported, "not a regular file");
    }
    return file;
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const auto file = open_own_file(path);
    if (!file) {
        return fail(file.error());
    }
    const auto size_bytes = size_of(file->get());
    if (!size_bytes) {
        return fail(size_bytes.error());
    }
    MappedFile mapped;
    const auto size = static_cast<std::size_t>(*size_bytes);
    if (size == 0) {
        return mapped;
    }
    void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file->get(), 0);
    if (memory == MAP_FAILED) {
        return fail(Errc::io, "cannot be mapped into memory");
    }
    mapped.mapping_ = {memory, [size](void* start) { ::munmap(start, size); }};
    mapped.text_ = {static_cast<const char*>(memory), size};
    return mapped;
}

UniqueFd open_new_file(const std::filesystem::path& path) {
    return UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

std::string sha256_hex(std::string_view text) {
    recognise::Digester digester(recognise::DigestSet::sha_only);
    digester.update(bytes_of(text));
    return encode_hex(digester.finish().sha256);
}

Result<std::string> sha256_hex(int descriptor) {
    constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
    recognise::Digester digester(recognise::DigestSet::sha_only);
    Bytes piece(kPieceBytes);
    for (std::uint64_t offset = 0;;) {
        const auto read = read_at(descriptor, offset, piece);
        if (!read) {
            return fail(read.error());
        }
        digester.update(ByteView(piece).first(*read));
        offset += *read;
        if (*read < piece.size()) {
            return encode_hex(digester.finish().sha256);
        }
    }
}

Result<pipeline::ListReaderConfig> list_reader_config() {
    const auto program = sandbox::find_role("list_reader");
    if (!program) {
        return fail(program.error());
    }
    return pipeline::ListReaderConfig{.program = *program, .limits = {}};
}

std::vector<std::string> list_notices(const recognise::HashListSummary& summary,
                                      std::string_view polarity) {
    std::vector<std::string> notices;
    const std::string_view stated = name(summary.stated_polarity);
    if (!stated.empty() && !polarity.empty() && stated != polarity) {
        notices.push_back(fmt::format("it is added as {}, but what is known of it says {}: is that "
                                      "what you want?",
                                      polarity, stated));
    }
    for (const auto& [what, count] : summary.marks) {
        notices.push_back(
            fmt::format("{} records are marked by the list itself: {}{}", count, to_terminal(what),
                        polarity == "allow" ? "; an allow list does not take them" : ""));
    }
    for (const auto& [what, count] : summary.skipped) {
        notices.push_back(fmt::format("{} not taken: {}", count, to_terminal(what)));
    }
    if (summary.deleted > 0) {
        notices.push_back(fmt::format("{} records withdraw an entry; entries in other files, or "
                                      "added before, are not removed by them",
                                      summary.deleted));
    }
    if (summary.unterminated_last_line > 0) {
        notices.emplace_back("a last line without an end was taken, because it ends in a whole "
                             "hash; the list may have been cut there");
    }
    return notices;
}

Result<ListFormatChoice> choose_list_format(std::string_view format, std::string_view algorithm) {
    ListFormatChoice choice;
    constexpr std::string_view kPlainPrefix = "plain:";
    if (format.starts_with(kPlainPrefix)) {
        format.remove_prefix(kPlainPrefix.size());
    }
    choice.kind = recognise::hash_kind_named(format);
    if (choice.kind) {
        choice.format = recognise::hash_list_format_named("plain");
    } else if (format != "auto") {
        choice.format = recognise::hash_list_format_named(format);
        if (choice.format == nullptr) {
            std::string names = "auto, md5, sha1, sha256, ed2k, pdq";
            for (const auto& known : recognise::hash_list_formats()) {
                names += fmt::format(", {}", known.name);
            }
            return fail(Errc::invalid_argument, "no such list format; there are: " + names);
        }
    }
    if (!algorithm.empty()) {
        const auto stated = recognise::hash_kind_named(algorithm);
        if (choice.kind && choice.kind != stated) {
            return fail(Errc::invalid_argument, "--format and --algorithm contradict each other");
        }
        choice.kind = stated;
    }
    return choice;
}

} // namespace rempart::cli
