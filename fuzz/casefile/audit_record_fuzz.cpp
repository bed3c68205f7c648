// SPDX-License-Identifier: Apache-2.0
// Any bytes as a record of the log: what is accepted is the one form of what was read.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "casefile/audit_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rempart;
    const std::string_view input = chars_of(std::as_bytes(std::span(data, size)));
    const auto record = casefile::parse_audit_record(input);
    if (record && casefile::audit_record_text(record->index, record->entry) != input) {
        std::abort();
    }
    return 0;
}
