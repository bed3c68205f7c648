// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The readers behind the table in hash_list.cpp. To add a format: write its file, declare its two
/// functions here and give it a line in the table. The contract test then asks for a fixture and a
/// fuzz seed, and docs/formats/hash-lists.md for a paragraph.

#include <string_view>

#include "rempart/recognise/hash_list.hpp"

namespace rempart::recognise {

using TakeHash = std::function<Result<void>(ListedHash&&)>;

bool claims_hashdeep_list(std::string_view head);
Result<HashListSummary> read_hashdeep_list(std::string_view text, const HashListOptions& options,
                                           const TakeHash& take);

bool claims_bsd_list(std::string_view head);
Result<HashListSummary> read_bsd_list(std::string_view text, const HashListOptions& options,
                                      const TakeHash& take);

bool claims_nsrl_list(std::string_view head);
Result<HashListSummary> read_nsrl_list(std::string_view text, const HashListOptions& options,
                                       const TakeHash& take);

bool claims_hashkeeper_list(std::string_view head);
Result<HashListSummary> read_hashkeeper_list(std::string_view text, const HashListOptions& options,
                                             const TakeHash& take);

bool claims_ilook_list(std::string_view head);
Result<HashListSummary> read_ilook_list(std::string_view text, const HashListOptions& options,
                                        const TakeHash& take);

bool claims_vics_list(std::string_view head);
Result<HashListSummary> read_vics_list(std::string_view text, const HashListOptions& options,
                                       const TakeHash& take);

bool claims_fingerprint_list(std::string_view head);
Result<HashListSummary> read_fingerprint_list(std::string_view text, const HashListOptions& options,
                                              const TakeHash& take);

bool claims_vpdq_list(std::string_view head);
Result<HashListSummary> read_vpdq_list(std::string_view text, const HashListOptions& options,
                                       const TakeHash& take);

bool claims_csv_list(std::string_view head);
Result<HashListSummary> read_csv_list(std::string_view text, const HashListOptions& options,
                                      const TakeHash& take);

bool claims_plain_list(std::string_view head);
Result<HashListSummary> read_plain_list(std::string_view text, const HashListOptions& options,
                                        const TakeHash& take);

} // namespace rempart::recognise
