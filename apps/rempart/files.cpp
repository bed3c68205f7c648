// SPDX-License-Identifier: Apache-2.0
#include "rempart/files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "rempart/core/bytes.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/hex.hpp"

namespace rempart::cli {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    std::error_code gone;
    const auto real = std::filesystem::canonical(path, gone); // the user's own link is followed
    const auto file = open_read_only(gone ? path : real);
    if (!file) {
        return fail(file.error());
    }
    struct stat status{};
    if (::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return fail(Errc::unsupported, "not a regular file");
    }
    MappedFile mapped;
    const auto size = static_cast<std::size_t>(status.st_size);
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
            std::string names = "auto, md5, sha1, sha256, pdq";
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
