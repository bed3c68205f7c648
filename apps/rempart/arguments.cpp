// SPDX-License-Identifier: Apache-2.0
#include "rempart/arguments.hpp"

#include <iostream>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>

#include "rempart/case_arguments.hpp"
#include "rempart/command_line.hpp"
#include "rempart/ingest_arguments.hpp"
#include "rempart/manual.hpp"
#include "rempart/memory_arguments.hpp"

namespace rempart::cli {
namespace {

void define_list_entries(CLI::App& group, const Choose& choose) {
    struct Row {
        const char* name;
        const char* what;
        ListSwitch::What kind;
    };
    const CLI::Range entry_number(std::uint64_t{1}, std::uint64_t{1} << 62U); // a minus wraps round
    constexpr Row kRows[] = {
        {"disable", "Let the hits of entries count no more; they stay in the case",
         ListSwitch::What::disable},
        {"enable", "Let the hits of disabled entries, or of such in quarantine, count again",
         ListSwitch::What::enable},
    };
    for (const Row& row : kRows) {
        const auto args = std::make_shared<ListSwitch>();
        args->what = row.kind;
        CLI::App* app = command(group, choose, row.name, row.what, args);
        case_folder(app, *args);
        app->add_option("--name", args->list, "Name of the list in the case")->required();
        app->add_option("--entry", args->entries,
                        "Number of an entry, as hits shows it; several parted by commas")
            ->required()
            ->delimiter(',')
            ->allow_extra_args(false)
            ->check(entry_number);
        app->add_option("--reason", args->reason, "Why; it stays in the case")->required();
        purpose_option(app, *args);
        json_flag(app, *args);
    }
    const auto said = std::make_shared<ListFeedback>();
    CLI::App* app = command(group, choose, "feedback",
                            "Keep what a person found at a hit; nothing follows by itself", said);
    case_folder(app, *said);
    app->add_option("--name", said->list, "Name of the list in the case")->required();
    app->add_option("--entry", said->entry, "Number of the entry, as hits shows it")
        ->required()
        ->check(entry_number);
    app->add_option("--content", said->content, "SHA-256 of the content")->required();
    app->add_option("--verdict", said->verdict,
                    "confirmed: it is what the entry says; false: it is not")
        ->required()
        ->check(CLI::IsMember({"confirmed", "false"}));
    app->add_option("--note", said->note, "What speaks for the verdict");
    purpose_option(app, *said);
}

void list_files(CLI::App* app, ListFiles& args) {
    case_folder(app, args);
    app->add_option("FILE", args.files, "The list; several files make one list together")
        ->required();
    app->add_option("--name", args.name, "Name of the list in the case")->required();
    app->add_option("--format", args.format,
                    "auto, or a format of docs/formats/hash-lists.md; md5, sha1, sha256, ed2k and "
                    "pdq mean a plain list of that algorithm");
    app->add_option("--algorithm", args.algorithm,
                    "What a plain list holds, which its digits do not say")
        ->check(CLI::IsMember({"md5", "sha1", "sha256", "ed2k", "pdq"}));
    app->add_option("--expect", args.expected_hashes,
                    "How many hashes the sender says it holds: a cut list is then refused");
    purpose_option(app, args);
    json_flag(app, args);
}

void define_list(CLI::App& root, const Choose& choose) {
    CLI::App* group = root.add_subcommand("list", "Lists of known material");
    group->require_subcommand(1);
    const auto add = std::make_shared<ListAdd>();
    CLI::App* app = command(*group, choose, "add",
                            "Add a list, whole or not at all; matches what the case holds", add);
    list_files(app, *add);
    app->add_option("--polarity", add->polarity,
                    "alert: known material to find; allow: known harmless files; note: mark only")
        ->required()
        ->check(CLI::IsMember({"alert", "allow", "note"}));
    app->add_option("--scheme", add->scheme,
                    "Whose categories the list uses (default: what the list says of itself)");
    app->add_option("--radius", add->radius, "Near matches up to this many bits")
        ->check(CLI::Range(0, 31));
    const auto update = std::make_shared<ListUpdate>();
    app = command(*group, choose, "update",
                  "Take over a newer version of a list: what is new is matched, what is gone no "
                  "longer counts",
                  update);
    list_files(app, *update);
    const auto show = std::make_shared<ListShow>();
    app = command(*group, choose, "show", "The lists of the case", show);
    case_folder(app, *show);
    json_flag(app, *show);
    define_list_entries(*group, choose);
}

void define_explain(CLI::App& root, const Choose& choose) {
    const auto args = std::make_shared<Explain>();
    CLI::App* app =
        command(root, choose, "explain",
                "Why a content is a hit: both codes, the bits that differ, the list", args);
    case_folder(app, *args);
    app->add_option("CONTENT", args->content,
                    "SHA-256 of the content, or its path as hits shows it")
        ->required();
    purpose_option(app, *args);
    json_flag(app, *args);
}

void define_show(CLI::App& root, const Choose& choose) {
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
        CLI::App* app = command(root, choose, row.name, row.what, args);
        case_folder(app, *args);
        app->add_option("--limit", args->limit, "The first so many rows only")
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62U));
        if (row.kind == Show::What::hits) {
            app->add_flag("--all", args->all,
                          "Also those that do not count: their entry is disabled or in quarantine");
        }
        purpose_option(app, *args);
        json_flag(app, *args);
    }
    const auto status = std::make_shared<Status>();
    CLI::App* how_far =
        command(root, choose, "status",
                "How far each exhibit is, who works on it, and what could not be read", status);
    case_folder(how_far, *status);
    json_flag(how_far, *status);
    how_far->add_flag("--metrics", status->metrics, "Figures as Prometheus text, nothing else");
    const auto find = std::make_shared<Find>();
    CLI::App* app =
        command(root, choose, "find", "Full text over messages, file names and metadata", find);
    case_folder(app, *find);
    app->add_option("QUERY", find->query, "Words, \"a phrase\", prefix*")->required();
    purpose_option(app, *find);
    json_flag(app, *find);
}

void define_match(CLI::App& root, const Choose& choose) {
    const auto print = std::make_shared<Fingerprint>();
    CLI::App* app = command(root, choose, "fingerprint",
                            "Hashes of pictures and videos, without a case", print);
    app->add_option("FILE", print->files, "Pictures and videos")->required();
    app->add_option("--frames", print->frames,
                    "Of a video: key (default), second (one a second), all (for lists)")
        ->check(CLI::IsMember({"key", "second", "all"}));
    app->add_flag(
        "--vpdq", print->vpdq,
        "One video's frames as vpdq-hash-video writes them, all unless --frames says less");
    jobs_option(app, *print);
    json_flag(app, *print);
    const auto match = std::make_shared<Match>();
    app =
        command(root, choose, "match", "Compare files or codes with lists, without a case", match);
    CLI::Option* files = app->add_option("FILE", match->files, "Pictures, videos or other files");
    app->add_option("--codes", match->codes, "A file of PDQ codes, 64 hex digits a line")
        ->excludes(files);
    app->add_option("--list", match->lists,
                    "A list in any format, or the output of fingerprint --json")
        ->required()
        ->allow_extra_args(false);
    app->add_option("--format", match->format, "As for list add");
    app->add_option("--algorithm", match->algorithm, "As for list add")
        ->check(CLI::IsMember({"md5", "sha1", "sha256", "ed2k", "pdq"}));
    app->add_option("--radius", match->radius, "Near matches up to this many bits")
        ->check(CLI::Range(0, 31));
    jobs_option(app, *match);
    json_flag(app, *match);
}

void define_report(CLI::App& root, const Choose& choose) {
    const auto args = std::make_shared<Report>();
    CLI::App* app =
        command(root, choose, "report", "Write the report: one HTML page and JSON beside it", args);
    case_folder(app, *args);
    app->add_option("--out", args->out, "Folder to write it into")->required();
    app->add_option("--language", args->language, "en or fr")->check(CLI::IsMember({"en", "fr"}));
    app->add_flag("--thumbnails", args->thumbnails,
                  "Show grey, blurred thumbnails of new material (default: none)");
    purpose_option(app, *args);
}

void define_audit(CLI::App& root, const Choose& choose) {
    CLI::App* group = root.add_subcommand("audit", "The log of what was done with a case");
    group->require_subcommand(1);
    const auto show = std::make_shared<AuditShow>();
    CLI::App* app = command(*group, choose, "show", "Every record of the log", show);
    case_folder(app, *show);
    purpose_option(app, *show);
    json_flag(app, *show);
    const auto checkpoint = std::make_shared<AuditCheckpoint>();
    app = command(*group, choose, "checkpoint",
                  "Sign the log as it is now, to be kept by somebody else", checkpoint);
    case_folder(app, *checkpoint);
    app->add_option("--out", checkpoint->out, "The file to write; must not exist")->required();
    const auto proof = std::make_shared<AuditProof>();
    app = command(*group, choose, "proof", "One record with the proof that it stands in the log",
                  proof);
    case_folder(app, *proof);
    app->add_option("INDEX", proof->index, "Number of the record, from 0")->required();
    app->add_option("--out", proof->out, "The file to write; must not exist")->required();
    purpose_option(app, *proof);
    const auto check = std::make_shared<AuditCheck>();
    app = command(*group, choose, "check", "Check a proof, without the case", check);
    app->add_option("PROOF", check->proof, "What audit proof wrote")->required();
    app->add_option("--key", check->key, "Public key of the case's log")->required();
    const auto stamp = std::make_shared<AuditStamp>();
    app = command(*group, choose, "stamp",
                  "Ask for a time stamp of a checkpoint (RFC 3161), or check the answer", stamp);
    app->add_option("CHECKPOINT", stamp->checkpoint, "What audit checkpoint wrote")->required();
    app->add_option("--query", stamp->query, "Write the request for the authority here");
    app->add_option("--token", stamp->token, "Check this answer of the authority");
    app->add_option("--ca", stamp->ca, "Certificates that are trusted for it, in PEM");
}

void define_manual(CLI::App& root, const Choose& choose) {
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
        group->add_subcommand(row.name, row.what)->callback([&root, choose, make = row.make] {
            choose(Print{make(root)});
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
    Parsed parsed;
    const Choose choose = [&parsed](Request request) {
        parsed.run = true;
        parsed.request = std::move(request);
    };
    define_case(root, choose);
    define_list(root, choose);
    define_ingest(root, choose);
    define_worker(root, choose);
    define_show(root, choose);
    define_explain(root, choose);
    define_match(root, choose);
    define_report(root, choose);
    define_audit(root, choose);
    define_decision(root, choose);
    define_memory(root, choose);
    define_manual(root, choose);
    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& problem) { // the library's way to say --help and wrong use
        constexpr int kWrongUse = 2;
        const int status = root.exit(problem, std::cout, std::cerr);
        return {.exit_status = status == 0 ? 0 : kWrongUse, .run = false, .request = Print{}};
    }
    return parsed;
}

} // namespace rempart::cli
