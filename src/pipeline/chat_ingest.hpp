// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One chat export into the rows of the case, as the confined reader tells its records.

#include <optional>

#include "rempart/casefile/evidence.hpp"
#include "rempart/examine/chat.hpp"

namespace rempart::pipeline {

struct ChatIngest {
    casefile::IngestWriter& writer;
    const casefile::ItemRecord& item; ///< The export.
    const examine::ChatFormat& format;
    int descriptor = -1;
    examine::ReaderConfig readers;
};

/// Writes conversations, accounts, messages and attachments before the item itself is written.
/// \return what of the export could not be read, nothing if all was; an error only of the case.
[[nodiscard]] Result<std::optional<Error>> ingest_chat(const ChatIngest& chat);

/// The item that `claimed` names, seen from the export at `export_path`: a path in the same folder
/// or below. "" if it is empty, absolute, or would leave the folder.
[[nodiscard]] std::string resolve_attachment(std::string_view export_path,
                                             std::string_view claimed);

} // namespace rempart::pipeline
