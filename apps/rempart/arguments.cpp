// SPDX-License-Identifier: Apache-2.0
#include "rempart/arguments.hpp"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "rempart/casefile/decisions.hpp"
#include "rempart/casefile/roles.hpp"
#include "rempart/manual.hpp"
#include "rempart/memory_arguments.hpp"

namespace rempart::cli {
namespace {

// Filled by the parse of the command that was typed.
struct Definitions {
    Request request;
    bool chosen = false;
};

template <typename Args>
CLI::App* command(CLI::App& parent, Definitions& definitions, const std::string& name,
                  const std::string& what, const std::shared_ptr<Args>& args) {
    CLI::App* app = parent.add_subcommand(name, what);
    app->callback([&definitions, args] {
        definitions.request = *args;
        definitions.chosen = true;
    });
    return app;
}

template <typename Args>
void case_folder(CLI::App* app, Args& args) {
    app->add_option("CASE", args.folder, "Folder of the case, or postgresql://… of one on a server")
        ->required();
}

template <typename Args>
void json_flag(CLI::App* app, Args& args) {
    app->add_flag("--json", args.json, "One JSON object a line, with stable keys");
}

template <typename Args>
void purpose_option(CLI::App* app, Args& args) {
    app->add_option("--purpose", args.purpose,
                    "Why, for the log of the case (default: the purpose of the case)");
}

void define_roles(CLI::App& group, Definitions& definitions) {
    struct Row {
        const char* name;
        const char* what;
        CaseRoles::What kind;
    };
    constexpr Row kRows[] = {
        {"grant", "Give a user of the server a role in the case", CaseRoles::What::grant},
        {"revoke", "Take a role back", CaseRoles::What::revoke},
    };
    std::vector<std::string> names;
    for (const casefile::RoleFacts& role : casefile::kRoles) {
        names.emplace_back(role.name);
    }
    for (const Row& row : kRows) {
        const auto args = std::make_shared<CaseRoles>();
        args->what = row.kind;
        CLI::App* app = command(group, definitions, row.name, row.what, args);
        case_folder(app, *args);
        app->add_option("--user", args->user, "Name of the user on the server")->required();
        app->add_option("--role", args->role, "See docs/roles.md")
            ->required()
            ->check(CLI::IsMember(names));
    }
    const auto show = std::make_shared<CaseRoles>();
    CLI::App* app =
        command(group, definitions, "roles", "Who has which role in a case on a server", show);
    case_folder(app, *show);
    app->add_flag("--enforce", show->enforce,
                  "Make the roles on the server, or set their rights anew");
    json_flag(app, *show);
}

void define_case(CLI::App& root, Definitions& definitions) {
    CLI::App* group = root.add_subcommand("case", "Make, check, export and import a case");
    group->require_subcommand(1);
    const auto make = std::make_shared<CaseNew>();
    CLI::App* app = command(*group, definitions, "new", "Make an empty case", make);
    case_folder(app, *make);
    app->add_option("--name", make->name, "Name of the case")->required();
    app->add_option("--authority", make->authority, "Who is responsible for it")->required();
    app->add_option("--legal-basis", make->legal_basis, "The law it is worked on under")
        ->required();
    app->add_option("--purpose", make->purpose, "What the data may be used for")->required();
    app->add_option("--review-date", make->review_date,
                    "YYYY-MM-DD: when the need for the data is looked at again")
        ->required();
    const auto info = std::make_shared<CaseInfoArgs>();
    app = command(*group, definitions, "info", "Say what the case is and what it holds", info);
    case_folder(app, *info);
    json_flag(app, *info);
    const auto verify = std::make_shared<CaseVerify>();
    app = command(*group, definitions, "verify",
                  "Check the case's structure, its audit log with the rows that it seals, and the "
                  "verdicts on its exhibits",
                  verify);
    case_folder(app, *verify);
    app->add_option("--checkpoint", verify->checkpoints,
                    "A checkpoint that was kept elsewhere: finds what was rewritten as a whole")
        ->allow_extra_args(false);
    app->add_option("--key", verify->key,
                    "Public key of the checkpoints (default: the one in the case's folder)");
    json_flag(app, *verify);
    const auto out = std::make_shared<CaseExport>();
    app = command(*group, definitions, "export", "Write the whole case as one file", out);
    case_folder(app, *out);
    app->add_option("FILE", out->target, "The file to write; must not exist")->required();
    app->add_flag("--canonical", out->canonical,
                  "Sorted JSON lines without what depends on the run: equal evidence, equal bytes");
    app->add_option("--recipient", out->recipient, "Who is given the file, for the log");
    purpose_option(app, *out);
    const auto in = std::make_shared<CaseImport>();
    app = command(*group, definitions, "import",
                  "Make a case of a file that `case export` wrote, row for row", in);
    app->add_option("FILE", in->source, "The file; without --canonical")->required();
    case_folder(app, *in);
    define_roles(*group, definitions);
}

void define_decision(CLI::App& root, Definitions& definitions) {
    CLI::App* group =
        root.add_subcommand("decision", "What one person asks for and another decides");
    group->require_subcommand(1);
    const auto ask = std::make_shared<DecisionAsk>();
    CLI::App* app = command(*group, definitions, "ask", "Ask for a decision", ask);
    case_folder(app, *ask);
    app->add_option("--kind", ask->kind, "What needs two persons")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>(casefile::kDecisionKinds.begin(),
                                                       casefile::kDecisionKinds.end())));
    app->add_option("--subject", ask->subject, "What exactly: a digest or a label")->required();
    app->add_option("--reason", ask->reason, "Why")->required();
    const auto decide = std::make_shared<DecisionDecide>();
    app = command(*group, definitions, "decide", "Decide what somebody else asked for", decide);
    case_folder(app, *decide);
    app->add_option("ID", decide->id, "Number of the decision, as `decision show` prints it")
        ->required();
    app->add_option("--verdict", decide->verdict, "approved or refused")
        ->required()
        ->check(CLI::IsMember({"approved", "refused"}));
    app->add_option("--note", decide->note, "What speaks for the verdict");
    const auto show = std::make_shared<DecisionShow>();
    app = command(*group, definitions, "show", "Every decision, open ones too", show);
    case_folder(app, *show);
    json_flag(app, *show);
}

void define_list(CLI::App& root, Definitions& definitions) {
    CLI::App* group = root.add_subcommand("list", "Lists of known material");
    group->require_subcommand(1);
    const auto add = std::make_shared<ListAdd>();
    CLI::App* app = command(*group, definitions, "add",
                            "Add a list, whole or not at all; matches what the case holds", add);
    case_folder(app, *add);
    app->add_option("FILE", add->files, "The list; several files make one list together")
        ->required();
    app->add_option("--name", add->name, "Name of the list in the case")->required();
    app->add_option("--polarity", add->polarity,
                    "alert: known material to find; allow: known harmless files; note: mark only")
        ->required()
        ->check(CLI::IsMember({"alert", "allow", "note"}));
    app->add_option("--scheme", add->scheme,
                    "Whose categories the list uses (default: what the list says of itself)");
    app->add_option("--format", add->format,
                    "auto, or a format of docs/formats/hash-lists.md; md5, sha1, sha256 and pdq "
                    "mean a plain list of that algorithm");
    app->add_option("--algorithm", add->algorithm,
                    "What a plain list holds, which its digits do not say")
        ->check(CLI::IsMember({"md5", "sha1", "sha256", "pdq"}));
    app->add_option("--radius", add->radius, "Near matches up to this many bits")
        ->check(CLI::Range(0, 31));
    app->add_option("--expect", add->expected_hashes,
                    "How many hashes the sender says it holds: a cut list is then refused");
    purpose_option(app, *add);
    json_flag(app, *add);
    const auto show = std::make_shared<ListShow>();
    app = command(*group, definitions, "show", "The lists of the case", show);
    case_folder(app, *show);
    json_flag(app, *show);
}

void define_ingest(CLI::App& root, Definitions& definitions) {
    const auto args = std::make_shared<IngestArgs>();
    CLI::App* app = command(root, definitions, "ingest",
                            "Read evidence into the case, or go on where it stopped", args);
    case_folder(app, *args);
    app->add_option("PATH", args->paths,
                    "A folder, a disk image (raw, split raw, E01), an archive or any file")
        ->required();
    app->add_option("--exhibit", args->exhibit,
                    "Label of the exhibit (default: the last part of the path)");
    app->add_option("--jobs", args->jobs, "Worker threads (default: all cores)")
        ->check(CLI::Range(1, 1024));
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

void define_worker(CLI::App& root, Definitions& definitions) {
    const auto args = std::make_shared<WorkerArgs>();
    CLI::App* app = command(root, definitions, "worker",
                            "Take work from a case on a server, until stopped", args);
    case_folder(app, *args);
    app->add_option("--jobs", args->jobs, "Worker threads (default: all cores)")
        ->check(CLI::Range(1, 1024));
    app->add_flag("--until-idle", args->until_idle, "End when no job is left");
    app->add_option("--lease", args->lease_seconds,
                    "Seconds after which others may take over from a process that is silent")
        ->check(CLI::Range(1.0, 86400.0));
    purpose_option(app, *args);
    json_flag(app, *args);
}

void define_show(CLI::App& root, Definitions& definitions) {
    struct Row {
        const char* name;
        const char* what;
        Show::What kind;
    };
    constexpr Row kRows[] = {
        {"items", "Every item with its digests, state and errors", Show::What::items},
        {"messages", "Every message in order, by conversation", Show::What::messages},
        {"hits", "Known material: where it was seen, and how it matched", Show::What::hits},
        {"new", "The queue of unknown pictures, one row a group, most urgent first",
         Show::What::queue},
    };
    for (const Row& row : kRows) {
        const auto args = std::make_shared<Show>();
        args->what = row.kind;
        CLI::App* app = command(root, definitions, row.name, row.what, args);
        case_folder(app, *args);
        app->add_option("--limit", args->limit, "The first so many rows only")
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62U));
        purpose_option(app, *args);
        json_flag(app, *args);
    }
    const auto status = std::make_shared<Status>();
    CLI::App* how_far =
        command(root, definitions, "status",
                "How far each exhibit is, who works on it, and what could not be read", status);
    case_folder(how_far, *status);
    json_flag(how_far, *status);
    how_far->add_flag("--metrics", status->metrics, "Figures as Prometheus text, nothing else");
    const auto find = std::make_shared<Find>();
    CLI::App* app = command(root, definitions, "find",
                            "Full text over messages, file names and metadata", find);
    case_folder(app, *find);
    app->add_option("QUERY", find->query, "Words, \"a phrase\", prefix*")->required();
    purpose_option(app, *find);
    json_flag(app, *find);
}

void define_match(CLI::App& root, Definitions& definitions) {
    const auto print = std::make_shared<Fingerprint>();
    CLI::App* app =
        command(root, definitions, "fingerprint", "Hashes of pictures, without a case", print);
    app->add_option("FILE", print->files, "Pictures")->required();
    json_flag(app, *print);
    const auto match = std::make_shared<Match>();
    app = command(root, definitions, "match", "Compare files or codes with lists, without a case",
                  match);
    CLI::Option* files = app->add_option("FILE", match->files, "Pictures or other files");
    app->add_option("--codes", match->codes, "A file of PDQ codes, 64 hex digits a line")
        ->excludes(files);
    app->add_option("--list", match->lists,
                    "A list in any format, or the output of fingerprint --json")
        ->required()
        ->allow_extra_args(false);
    app->add_option("--format", match->format, "As for list add");
    app->add_option("--algorithm", match->algorithm, "As for list add")
        ->check(CLI::IsMember({"md5", "sha1", "sha256", "pdq"}));
    app->add_option("--radius", match->radius, "Near matches up to this many bits")
        ->check(CLI::Range(0, 31));
    json_flag(app, *match);
}

void define_report(CLI::App& root, Definitions& definitions) {
    const auto args = std::make_shared<Report>();
    CLI::App* app = command(root, definitions, "report",
                            "Write the report: one HTML page and JSON beside it", args);
    case_folder(app, *args);
    app->add_option("--out", args->out, "Folder to write it into")->required();
    app->add_option("--language", args->language, "en or fr")->check(CLI::IsMember({"en", "fr"}));
    app->add_flag("--thumbnails", args->thumbnails,
                  "Show grey, blurred thumbnails of new material (default: none)");
    purpose_option(app, *args);
}

void define_audit(CLI::App& root, Definitions& definitions) {
    CLI::App* group = root.add_subcommand("audit", "The log of what was done with a case");
    group->require_subcommand(1);
    const auto show = std::make_shared<AuditShow>();
    CLI::App* app = command(*group, definitions, "show", "Every record of the log", show);
    case_folder(app, *show);
    purpose_option(app, *show);
    json_flag(app, *show);
    const auto checkpoint = std::make_shared<AuditCheckpoint>();
    app = command(*group, definitions, "checkpoint",
                  "Sign the log as it is now, to be kept by somebody else", checkpoint);
    case_folder(app, *checkpoint);
    app->add_option("--out", checkpoint->out, "The file to write; must not exist")->required();
    const auto proof = std::make_shared<AuditProof>();
    app = command(*group, definitions, "proof",
                  "One record with the proof that it stands in the log", proof);
    case_folder(app, *proof);
    app->add_option("INDEX", proof->index, "Number of the record, from 0")->required();
    app->add_option("--out", proof->out, "The file to write; must not exist")->required();
    purpose_option(app, *proof);
    const auto check = std::make_shared<AuditCheck>();
    app = command(*group, definitions, "check", "Check a proof, without the case", check);
    app->add_option("PROOF", check->proof, "What audit proof wrote")->required();
    app->add_option("--key", check->key, "Public key of the case's log")->required();
    const auto stamp = std::make_shared<AuditStamp>();
    app = command(*group, definitions, "stamp",
                  "Ask for a time stamp of a checkpoint (RFC 3161), or check the answer", stamp);
    app->add_option("CHECKPOINT", stamp->checkpoint, "What audit checkpoint wrote")->required();
    app->add_option("--query", stamp->query, "Write the request for the authority here");
    app->add_option("--token", stamp->token, "Check this answer of the authority");
    app->add_option("--ca", stamp->ca, "Certificates that are trusted for it, in PEM");
}

void define_manual(CLI::App& root, Definitions& definitions) {
    struct Row {
        const char* name;
        const char* what;
        std::string (*make)(const CLI::App&);
    };
    constexpr Row kRows[] = {
        {"man", "Print the man page (roff)", man_page},
        {"completion", "Print the completion for bash", bash_completion},
        {"reference", "Print docs/cli-reference.md", markdown_reference},
    };
    CLI::App* group = root.add_subcommand("print", "Man page, completion, reference");
    group->require_subcommand(1);
    for (const Row& row : kRows) {
        group->add_subcommand(row.name, row.what)->callback([&root, &definitions, make = row.make] {
            definitions.request = Print{make(root)};
            definitions.chosen = true;
        });
    }
}

} // namespace

Parsed parse_arguments(int argc, char** argv) {
    CLI::App root{
        "Recognises known child-abuse material in seized evidence and puts what is new first.",
        "rempart"};
    root.set_version_flag("--version", std::string("rempart ") + REMPART_VERSION);
    root.require_subcommand(1);
    root.footer("Exit status: 0 done; 1 failed; 2 wrong use; 3 done, but some input could not be "
                "read (it is listed);\n4 integrity check failed; 130 interrupted.");
    Definitions definitions;
    define_case(root, definitions);
    define_list(root, definitions);
    define_ingest(root, definitions);
    define_worker(root, definitions);
    define_show(root, definitions);
    define_match(root, definitions);
    define_report(root, definitions);
    define_audit(root, definitions);
    define_decision(root, definitions);
    define_memory(root, [&](Request request) {
        definitions.request = std::move(request);
        definitions.chosen = true;
    });
    define_manual(root, definitions);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& problem) { // the library's way to say --help and wrong use
        constexpr int kWrongUse = 2;
        const int status = root.exit(problem, std::cout, std::cerr);
        return {.exit_status = status == 0 ? 0 : kWrongUse, .run = false, .request = Print{}};
    }
    return {.exit_status = 0, .run = definitions.chosen, .request = std::move(definitions.request)};
}

} // namespace rempart::cli
