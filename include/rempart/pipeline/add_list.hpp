// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A list of known material comes into a case, or a newer version of one, and what the case holds
/// already is asked for.

#include <cstdint>
#include <span>
#include <string>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/lists.hpp"
#include "rempart/core/result.hpp"
#include "rempart/core/time.hpp"
#include "rempart/pipeline/read_list.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::pipeline {

/// One file of a list: large lists come in several.
struct ListSource {
    int descriptor = -1; ///< Of the file, open for reading; the caller's.
    std::string name;    ///< For messages and the record; the last part of its path.
    std::string sha256;  ///< Of the file, hex.
};

struct ListRequest {
    std::string name;
    std::string polarity; ///< "alert", "allow", "note".
    std::string scheme;   ///< "" takes what the list says of itself.
    int radius = 31;
    TimeValue added;
    const recognise::HashListFormat* format = nullptr; ///< Null: the one that claims it.
    recognise::HashListOptions options;
    ListReaderConfig reader;
    unsigned threads = 0; ///< For matching what is there already; 0: one a core.
};

struct ListAdded {
    casefile::ListRecord list;
    recognise::HashListSummary summary; ///< Over all files.
    /// Hashes that an allow list does not take, because the list itself marks their entries as
    /// other than the rest (ListedHash::marked): NSRL's malicious files are no known good ones.
    std::uint64_t withheld = 0;
    std::uint64_t entries = 0; ///< The last number given.
    /// Contents that the case holds already and that it knows, exact and near ones apart.
    std::uint64_t new_hits = 0;
    /// Contents that were not asked for by ed2k, though the list has such hashes: they were read
    /// when no list of the case had any. Ingested again they are.
    std::uint64_t without_ed2k = 0;
    /// What held the process that read the files: sandbox::Confinement::describe.
    std::string confinement{}; // NOLINT(readability-redundant-member-init)
};

/// Reads one list from its files into the case, whole or not at all, and matches it against what
/// was ingested before. With several files the entries are numbered on from one to the next, and
/// the record's source digest is the SHA-256 of the lines "DIGEST  NAME\n" of the files in order.
/// \return `invalid_argument` if the name is taken; what read_list returns, with the file's name;
///         `malformed` if there is no hash in all files together.
[[nodiscard]] Result<ListAdded> add_list(casefile::Case& file, std::span<const ListSource> sources,
                                         const ListRequest& request);

struct ListUpdated {
    ListAdded read; ///< Of the newer version; `list` is the list as it was added.
    casefile::ListVersionRecord version;
};

/// Takes over a newer version of a list that the case has, whole or not at all. An entry is the
/// same if all its hashes, its label and its category are. What is new gets numbers behind those
/// that the list has, and is asked about what was ingested before; what is there no more is
/// withdrawn, its hits stay and do not count (casefile::EntryAct); what was withdrawn and is there
/// again counts again. What a person disabled stays disabled. Reads the files twice. Memory: 40
/// bytes an entry of either version.
/// \param request polarity, scheme and radius are those of the list; what it says of them is
/// ignored
/// \return `not_found` if the case has no list of that name; `integrity` if a file changed while it
///         was read; else as add_list
[[nodiscard]] Result<ListUpdated>
update_list(casefile::Case& file, std::span<const ListSource> sources, const ListRequest& request);

} // namespace rempart::pipeline
