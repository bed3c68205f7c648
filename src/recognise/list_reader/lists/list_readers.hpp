// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The readers of all formats. To add one: write its file, declare its two functions here, and give
/// it a line in the table of names (src/recognise/hash_list.cpp) and in that of readers
/// (read_hash_list.cpp). The contract test then asks for a fixture and a fuzz seed, and
/// docs/formats/hash-lists.md for a paragraph.

#include <functional>
#include <string_view>

#include "recognise/list_reader/list_input.hpp"
#include "recognise/list_reader/list_text.hpp"
#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

using TakeHash = std::function<Result<void>(ListedHash&&)>;

bool claims_nsrl3_list(std::string_view head);
Result<HashListSummary> read_nsrl3_list(ListInput& input, const HashListOptions& options,
                                        const TakeHash& take);

bool claims_encase_list(std::string_view head);
Result<HashListSummary> read_encase_list(ListInput& input, const HashListOptions& options,
                                         const TakeHash& take);

bool claims_ncmec_list(std::string_view head);
Result<HashListSummary> read_ncmec_list(ListInput& input, const HashListOptions& options,
                                        const TakeHash& take);

bool claims_threatexchange_list(std::string_view head);
Result<HashListSummary> read_threatexchange_list(ListInput& input, const HashListOptions& options,
                                                 const TakeHash& take);

bool claims_signals_list(std::string_view head);
Result<HashListSummary> read_signals_list(ListText& text, const HashListOptions& options,
                                          const TakeHash& take);

bool claims_hashdeep_list(std::string_view head);
Result<HashListSummary> read_hashdeep_list(ListText& text, const HashListOptions& options,
                                           const TakeHash& take);

bool claims_bsd_list(std::string_view head);
Result<HashListSummary> read_bsd_list(ListText& text, const HashListOptions& options,
                                      const TakeHash& take);

bool claims_nsrl_list(std::string_view head);
Result<HashListSummary> read_nsrl_list(ListText& text, const HashListOptions& options,
                                       const TakeHash& take);

bool claims_hashkeeper_list(std::string_view head);
Result<HashListSummary> read_hashkeeper_list(ListText& text, const HashListOptions& options,
                                             const TakeHash& take);

bool claims_ilook_list(std::string_view head);
Result<HashListSummary> read_ilook_list(ListText& text, const HashListOptions& options,
                                        const TakeHash& take);

bool claims_vics_list(std::string_view head);
Result<HashListSummary> read_vics_list(ListText& text, const HashListOptions& options,
                                       const TakeHash& take);

bool claims_fingerprint_list(std::string_view head);
Result<HashListSummary> read_fingerprint_list(ListText& text, const HashListOptions& options,
                                              const TakeHash& take);

bool claims_vpdq_list(std::string_view head);
Result<HashListSummary> read_vpdq_list(ListText& text, const HashListOptions& options,
                                       const TakeHash& take);

bool claims_csv_list(std::string_view head);
Result<HashListSummary> read_csv_list(ListText& text, const HashListOptions& options,
                                      const TakeHash& take);

bool claims_plain_list(std::string_view head);
Result<HashListSummary> read_plain_list(ListText& text, const HashListOptions& options,
                                        const TakeHash& take);

} // namespace rempart::recognise
