// SPDX-License-Identifier: Apache-2.0
// match --codes: fingerprints of elsewhere against lists.
#include "rempart/match_lists.hpp"

#include "rempart/files.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/read_list.hpp"
#include "rempart/recognise/pdq_scan.hpp"

namespace rempart::cli {

using recognise::HashKind;
using recognise::ListedHash;
using recognise::PdqHash;

int match_codes(const Match& args) {
    MatchLists lists;
    if (const int status = read_lists(args, HashKind::pdq, lists); status != kOk) {
        return status;
    }
    std::vector<PdqHash> codes;
    std::vector<MatchLists::Entry> entries;
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

} // namespace rempart::cli
