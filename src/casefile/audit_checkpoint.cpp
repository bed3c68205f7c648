// SPDX-License-Identifier: Apache-2.0
#include "rempart/casefile/audit_checkpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "casefile/audit_log.hpp"
#include "casefile/case_files.hpp"
#include "casefile/database.hpp"
#include "casefile/file_ops.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::casefile {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSigningKey = "signing-key.pem";
constexpr const char* kPublicKey = "public-key.pem";
constexpr const char* kCheckpointSuffix = ".checkpoint";

// A case on a server has no folder: whoever signs keeps key and checkpoints at home, away from the
// server whose log they vouch for.
fs::path audit_folder(const Case& file) {
    if (!file.on_server()) {
        return fs::path(file.place()) / kAuditFolder;
    }
    const char* state = std::getenv("XDG_STATE_HOME");
    const char* home = std::getenv("HOME");
    const fs::path base = state != nullptr && *state != '\0'
                              ? fs::path(state)
                              : fs::path(home != nullptr ? home : "/") / ".local" / "state";
    return base / "rempart" / kAuditFolder / file.info().id;
}

Result<void> write_new(const fs::path& path, std::string_view text) {
    auto made = NewFile::beside(path);
    if (!made) {
        return fail(std::move(made).error());
    }
    if (auto written = write_all(made->fd(), bytes_of(text)); !written) {
        return written;
    }
    return made->publish();
}

Result<std::string> read_checkpoint(const fs::path& path) {
    const auto fd = open_read_only(path);
    if (!fd) {
        return fail(fd.error());
    }
    std::string text(audit::kMaxCheckpointBytes + 1, '\0');
    const auto size = read_at(fd->get(), 0, std::as_writable_bytes(std::span(text)));
    if (!size) {
        return fail(size.error());
    }
    text.resize(*size); // one byte too many is refused by the parser
    return text;
}

Result<audit::SigningKey> signing_key(const Case& file) {
    const fs::path folder = audit_folder(file);
    std::error_code ignored; // the last part tells
    fs::create_directories(folder.parent_path(), ignored);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        return fail(system_error("the folder of the audit key cannot be made"));
    }
    auto key = audit::SigningKey::read(folder / kSigningKey);
    if (!key && key.error().code == Errc::not_found) {
        key = audit::SigningKey::make();
        if (key) {
            if (auto written = key->write(folder / kSigningKey); !written) {
                return fail(std::move(written).error());
            }
        }
    }
    if (!key) {
        return key;
    }
    if (!fs::exists(folder / kPublicKey)) {
        const auto open = key->public_key();
        const auto pem = open ? open->to_pem() : fail(open.error());
        if (!pem) {
            return fail(pem.error());
        }
        if (auto written = write_new(folder / kPublicKey, *pem); !written) {
            return fail(std::move(written).error());
        }
    }
    return key;
}

audit::NodeSource nodes_of(Database& database) {
    return [&database](unsigned height, std::uint64_t index) {
        return stored_node(database, height, index);
    };
}

// A log that was rewritten must not get a new signature over it.
Result<void> check_continues(Case& file, const audit::TreeHead& tree) {
    const auto kept = kept_checkpoints(file);
    if (!kept) {
        return fail(kept.error());
    }
    if (kept->empty()) {
        return {};
    }
    const auto newest = audit::parse_checkpoint(kept->back().note);
    if (!newest) {
        return fail(Errc::integrity,
                    fmt::format("checkpoint {}: {}", kept->back().name, newest.error().message));
    }
    const audit::TreeHead& earlier = newest->checkpoint.tree;
    const auto root = earlier.size <= tree.size
                          ? audit::root_of(earlier.size, nodes_of(file.database()))
                          : fail(Errc::integrity, "it is shorter");
    if (!root || *root != earlier.root) {
        return fail(Errc::integrity,
                    fmt::format("the log does not continue checkpoint {}: it is not signed; "
                                "\"case verify\" says more",
                                kept->back().name));
    }
    return {};
}

} // namespace

fs::path public_key_path(const Case& file) {
    return audit_folder(file) / kPublicKey;
}

Result<std::optional<audit::PublicKey>> public_key(const Case& file) {
    auto key = audit::PublicKey::read(public_key_path(file));
    if (key) {
        return std::optional(*key);
    }
    if (key.error().code == Errc::not_found) {
        return std::optional<audit::PublicKey>();
    }
    return fail(std::move(key).error());
}

Result<std::vector<KeptCheckpoint>> kept_checkpoints(const Case& file) {
    std::vector<KeptCheckpoint> kept;
    std::error_code problem;
    fs::directory_iterator entry(audit_folder(file), problem);
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
        const fs::path& path = entry->path();
        if (path.extension() != kCheckpointSuffix) {
            continue;
        }
        auto note = read_checkpoint(path);
        if (!note) {
            return fail(std::move(note).error());
        }
        kept.push_back({path.filename().string(), std::move(*note)});
    }
    if (problem && problem != std::errc::no_such_file_or_directory) {
        return fail(Errc::io, "the folder of the checkpoints cannot be read");
    }
    std::sort(kept.begin(), kept.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return kept;
}

Result<std::string> make_checkpoint(Case& file) {
    const auto snapshot = Snapshot::begin(file.database());
    if (!snapshot) {
        return fail(snapshot.error());
    }
    const auto tree = audit_head(file.database());
    if (!tree) {
        return fail(tree.error());
    }
    if (auto continues = check_continues(file, *tree); !continues) {
        return fail(std::move(continues).error());
    }
    const auto key = signing_key(file);
    if (!key) {
        return fail(key.error());
    }
    auto note = audit::sign_checkpoint({log_origin(file.info()), *tree}, *key);
    if (!note) {
        return note;
    }
    // Twelve digits: names sort as numbers for longer than any log will last.
    const fs::path path =
        audit_folder(file) / fmt::format("{:012}{}", tree->size, kCheckpointSuffix);
    if (!fs::exists(path)) { // Ed25519 signs the same the same way
        if (auto written = write_new(path, *note); !written) {
            return fail(std::move(written).error());
        }
    }
    return note;
}

Result<audit::RecordProof> prove_record(Case& file, std::uint64_t index) {
    audit::RecordProof proof;
    proof.index = index;
    bool found = false;
    auto read = file.database().each(
        "SELECT record FROM audit_log WHERE idx = $1",
        [&](Row& row) -> Result<void> {
            found = true;
            row.take(proof.record);
            return {};
        },
        index);
    if (!read) {
        return fail(std::move(read).error());
    }
    if (!found) {
        return fail(Errc::invalid_argument, "the log has no record of that number");
    }
    auto note = make_checkpoint(file);
    if (!note) {
        return fail(std::move(note).error());
    }
    proof.checkpoint = std::move(*note);
    const auto signed_tree = audit::parse_checkpoint(proof.checkpoint);
    if (!signed_tree) {
        return fail(signed_tree.error());
    }
    auto hashes =
        audit::inclusion_proof(index, signed_tree->checkpoint.tree.size, nodes_of(file.database()));
    if (!hashes) {
        return fail(std::move(hashes).error());
    }
    proof.hashes = std::move(*hashes);
    // What is handed out has been checked: a tampered record gets no proof.
    if (auto holds = audit::verify_inclusion(index, audit::leaf_hash(bytes_of(proof.record)),
                                             proof.hashes, signed_tree->checkpoint.tree);
        !holds) {
        return fail(std::move(holds).error());
    }
    return proof;
}

Result<void>
each_log_record(Case& file,
                const std::function<Result<void>(std::uint64_t, const std::string&)>& take) {
    return each_record_text(file.database(), take);
}

Result<void>
each_record_text(Database& database,
                 const std::function<Result<void>(std::uint64_t, const std::string&)>& take) {
    return database.each("SELECT idx, record FROM audit_log ORDER BY idx",
                         [&](Row& row) -> Result<void> {
                             std::uint64_t index = 0;
                             std::string record;
                             if (!row.take(index, record)) {
                                 return Row::damaged();
                             }
                             return take(index, record);
                         });
}

} // namespace rempart::casefile
