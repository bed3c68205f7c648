// SPDX-License-Identifier: Apache-2.0
// fingerprint and match: pictures and codes without a case.
#include <filesystem>

#include <fmt/format.h>

#include "rempart/commands.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/files.hpp"
#include "rempart/media/picture.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/read_list.hpp"
#include "rempart/recognise/known_set.hpp"
#include "rempart/recognise/pdq_scan.hpp"
#include "rempart/rows_json.hpp"
#include "rempart/sandbox/child.hpp"

namespace rempart::cli {
namespace {

using recognise::HashKind;
using recognise::ListedHash;
using recognise::PdqHash;

Result<media::Pool> start_pool() {
    const auto role = sandbox::find_role("media_worker");
    if (!role) {
        return fail(role.error());
    }
    return media::Pool::create(
        {.worker_program = *role, .workers = 1, .picture = {}, .sandbox = {}});
}

/// What a file of the user's own is, read once for its digests and once by the decoder.
struct Looked {
    recognise::Digests digests;
    Result<media::PictureFacts> facts;
};

Result<Looked> look_at(media::Pool& pool, const std::string& path) {
    const auto mapped = MappedFile::open(path);
    if (!mapped) {
        return fail(mapped.error());
    }
    recognise::Digester digester;
    digester.update(bytes_of(mapped->text()));
    const auto file = open_read_only(std::filesystem::canonical(path));
    if (!file) {
        return fail(file.error());
    }
    return Looked{digester.finish(), pool.examine_picture(file->get())};
}

/// Every entry of the lists of a `match`.
struct Lists {
    struct Entry {
        std::size_t list = 0;
        std::uint64_t line = 0;
    };
    std::vector<std::string> names;
    std::vector<Entry> entries;
    std::vector<ListedHash> hashes; ///< Beside `entries`.
};

/// Here a list is held in memory, some 100 bytes a hash; one that is larger belongs into a case.
constexpr std::size_t kMaxHashesInMemory = 100'000'000;

int read_lists(const Match& args, std::optional<HashKind> assumed, Lists& lists) {
    const auto choice = choose_list_format(args.format, args.algorithm);
    if (!choice) {
        return report_error("match", choice.error());
    }
    const auto reader = list_reader_config();
    if (!reader) {
        return report_error("match", reader.error());
    }
    for (const std::string& path : args.lists) {
        const auto file = open_own_file(path);
        if (!file) {
            return report_error(path, file.error());
        }
        const std::size_t number = lists.names.size();
        lists.names.push_back(to_utf8(std::filesystem::path(path).filename().string()));
        const auto take = [&](ListedHash&& hash) -> Result<void> {
            lists.entries.push_back({number, hash.entry});
            lists.hashes.push_back(std::move(hash));
            return {};
        };
        recognise::HashListOptions options;
        options.kind = choice->kind;
        options.limits.max_hashes = kMaxHashesInMemory;
        auto read = pipeline::read_list(file->get(), choice->format, options, *reader, take);
        if (!read && read.error().code == Errc::invalid_argument && !options.kind && assumed) {
            options.kind = assumed; // codes are PDQ, so a list that does not say is taken for PDQ
            read = pipeline::read_list(file->get(), choice->format, options, *reader, take);
        }
        if (!read) {
            return report_error(path, read.error());
        }
        for (const std::string& notice : list_notices(read->summary, "")) {
            talk(fmt::format("{}: {}", path, notice));
        }
    }
    return kOk;
}

std::string text_of(const MatchLine& line) {
    return fmt::format(
        "{}  {} {} {} bits  {} entry {}",
        line.path.empty() ? fmt::format("code {}", line.query) : to_terminal(line.path), line.match,
        line.algorithm, line.distance, to_terminal(line.list), line.entry);
}

int match_codes(const Match& args) {
    Lists lists;
    if (const int status = read_lists(args, HashKind::pdq, lists); status != kOk) {
        return status;
    }
    std::vector<PdqHash> codes;
    std::vector<Lists::Entry> entries;
    for (std::size_t i = 0; i < lists.hashes.size(); ++i) {
        if (lists.hashes[i].kind == HashKind::pdq) {
            codes.push_back(PdqHash::from_bytes(lists.hashes[i].bytes));
            entries.push_back(lists.entries[i]);
        }
    }
    const auto reader = list_reader_config();
    const auto queries = open_own_file(args.codes);
    if (!reader || !queries) {
        return reader ? report_error(args.codes, queries.error())
                      : report_error("match", reader.error());
    }
    const auto print = [&](ListedHash&& query) -> Result<void> {
        for (const auto& match :
             recognise::find_within(PdqHash::from_bytes(query.bytes), codes, args.radius)) {
            MatchLine line;
            line.query = query.entry;
            line.list = lists.names[entries[match.index].list];
            line.entry = entries[match.index].line;
            line.match = match.distance == 0 ? "exact" : "near";
            line.algorithm = "pdq";
            line.distance = match.distance;
            print_line(args.json ? to_json(line) : text_of(line));
        }
        return {};
    };
    const auto read = pipeline::read_list(
        queries->get(), recognise::hash_list_format_named("plain"),
        {.kind = HashKind::pdq, .expected_hashes = {}, .limits = {}}, *reader, print);
    return read ? kOk : report_error(args.codes, read.error());
}

recognise::KnownSet known_set(const Lists& lists, int radius) {
    recognise::KnownSet::Builder builder;
    for (std::size_t i = 0; i < lists.names.size(); ++i) {
        builder.set_radius(static_cast<std::uint32_t>(i), radius);
    }
    for (std::size_t i = 0; i < lists.hashes.size(); ++i) {
        const ListedHash& hash = lists.hashes[i];
        builder.add(static_cast<std::uint32_t>(lists.entries[i].list), static_cast<std::int64_t>(i),
                    hash.kind, std::span(hash.bytes).first(size_bytes(hash.kind)));
    }
    return std::move(builder).build();
}

std::vector<recognise::PdqFingerprint> queries_of(const media::PictureFacts& facts) {
    std::vector<recognise::PdqFingerprint> queries;
    for (const media::RawFingerprint& raw : facts.fingerprints) {
        auto& query = queries.emplace_back();
        query.quality = raw.quality;
        for (std::size_t i = 0; i < raw.orientations.size() && i < recognise::kOrientations; ++i) {
            query.hashes[i] = PdqHash::from_bytes(std::span(raw.orientations[i]).first<32>());
        }
    }
    return queries;
}

int match_files(const Match& args) {
    Lists lists;
    if (const int status = read_lists(args, std::nullopt, lists); status != kOk) {
        return status;
    }
    auto pool = start_pool();
    if (!pool) {
        return report_error("match", pool.error());
    }
    const auto known = known_set(lists, args.radius);
    int status = kOk;
    for (const std::string& path : args.files) {
        const auto looked = look_at(*pool, path);
        if (!looked) {
            static_cast<void>(report_error(path, looked.error()));
            status = kIncomplete;
            continue;
        }
        const auto print = [&](MatchLine line, std::int64_t row) {
            const Lists::Entry& entry = lists.entries[static_cast<std::size_t>(row)];
            line.path = to_utf8(path);
            line.list = lists.names[entry.list];
            line.entry = entry.line;
            print_line(args.json ? to_json(line) : text_of(line));
        };
        for (const auto& hit : known.find_exact(looked->digests)) {
            MatchLine line;
            line.match = "exact";
            line.algorithm = name(hit.kind);
            print(std::move(line), hit.entry_row);
        }
        if (!looked->facts) { // no picture: its digests were compared, and that was all there is
            continue;
        }
        for (const auto& hit : known.find_near(queries_of(*looked->facts))) {
            MatchLine line;
            line.match = "near";
            line.algorithm = name(HashKind::pdq);
            line.variant = looked->facts->fingerprints[hit.query].variant;
            line.orientation = name(hit.orientation);
            line.distance = hit.distance;
            print(std::move(line), hit.entry_row);
        }
    }
    return status;
}

std::string text_of(const FingerprintLine& line) {
    if (line.facts == nullptr) {
        return fmt::format("{}  ({}: {})", to_terminal(line.path), name(line.error.code),
                           to_terminal(line.error.message));
    }
    std::string text;
    for (const media::RawFingerprint& fingerprint : line.facts->fingerprints) {
        text += fmt::format("{}{}  pdq {:<12} quality {:>3}  {}", text.empty() ? "" : "\n",
                            encode_hex(fingerprint.orientations.front()), fingerprint.variant,
                            fingerprint.quality, to_terminal(line.path));
    }
    return text.empty() ? fmt::format("{}  (too small for a fingerprint)", to_terminal(line.path))
                        : text;
}

} // namespace

int run(const Fingerprint& args) {
    auto pool = start_pool();
    if (!pool) {
        return report_error("fingerprint", pool.error());
    }
    int status = kOk;
    for (const std::string& path : args.files) {
        FingerprintLine line;
        line.path = to_utf8(path);
        const auto looked = look_at(*pool, path);
        if (!looked) {
            line.error = looked.error();
        } else {
            line.sha256 = encode_hex(looked->digests.sha256);
            if (looked->facts) {
                line.facts = &*looked->facts;
            } else {
                line.error = looked->facts.error();
            }
        }
        if (line.facts == nullptr) {
            status = kIncomplete;
        }
        print_line(args.json ? to_json(line) : text_of(line));
    }
    return status;
}

int run(const Match& args) {
    if (args.codes.empty() == args.files.empty()) {
        talk("match: give either files or --codes");
        return kWrongUse;
    }
    return args.codes.empty() ? match_files(args) : match_codes(args);
}

} // namespace rempart::cli
