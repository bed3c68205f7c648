// SPDX-License-Identifier: Apache-2.0
#include "rempart/ingest_arguments.hpp"

#include <memory>

#include "rempart/command_line.hpp"

namespace rempart::cli {

void define_ingest(CLI::App& root, const Choose& choose) {
    const auto args = std::make_shared<IngestArgs>();
    CLI::App* app = command(root, choose, "ingest",
                            "Read evidence into the case, or go on where it stopped", args);
    case_folder(app, *args);
    app->add_option("PATH", args->paths,
                    "A folder, a disk image (raw, split raw, E01), an archive or any file")
        ->required();
    app->add_option("--exhibit", args->exhibit,
                    "Label of the exhibit (default: the last part of the path)");
    jobs_option(app, *args);
    app->add_option("--acquired-hash", args->acquired_hash,
                    "Digest of the medium at its acquisition: sha256:HEX, sha1:HEX or md5:HEX");
    app->add_flag("--no-recognition", args->no_recognition,
                  "Catalogue and digests only: pictures, archives and chats are not opened");
    app->add_flag("--triage", args->triage,
                  "Exact look-up in every PATH first, and pictures in a second pass: tells soon "
                  "what holds known material")
        ->excludes("--no-recognition");
    app->add_flag("--no-medium-digest", args->no_medium_digest,
                  "Do not read the whole medium for its digest; it then stays unverified");
    app->add_option("--parts", args->parts,
                    "Split the exhibit for so many workers (default: by its size on a server, one "
                    "part in a folder)")
        ->check(CLI::Range(1, 1024));
    app->add_flag("--enqueue", args->enqueue, "Plan the work and leave it to workers");
    app->add_option("--lease", args->lease_seconds,
                    "Seconds after which others may take over from a process that is silent")
        ->check(CLI::Range(1.0, 86400.0));
    purpose_option(app, *args);
    json_flag(app, *args);
}

void define_worker(CLI::App& root, const Choose& choose) {
    const auto args = std::make_shared<WorkerArgs>();
    CLI::App* app =
        command(root, choose, "worker", "Take work from a case on a server, until stopped", args);
    case_folder(app, *args);
    jobs_option(app, *args);
    app->add_flag("--until-idle", args->until_idle, "End when no job is left");
    app->add_option("--lease", args->lease_seconds,
                    "Seconds after which others may take over from a process that is silent")
        ->check(CLI::Range(1.0, 86400.0));
    purpose_option(app, *args);
    json_flag(app, *args);
}

} // namespace rempart::cli
