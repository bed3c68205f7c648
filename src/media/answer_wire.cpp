// SPDX-License-Identifier: Apache-2.0
#include "media/answer_wire.hpp"

namespace rempart::media {

void write_metadata(WireWriter& out, const std::vector<MetadataField>& fields) {
    out.u32(static_cast<std::uint32_t>(fields.size()));
    for (const MetadataField& field : fields) {
        out.text(field.name);
        out.text(field.value);
    }
}

std::vector<MetadataField> read_metadata(WireReader& in, std::uint32_t max_fields,
                                         std::uint32_t max_bytes) {
    const std::uint32_t count = in.u32();
    if (count > max_fields) {
        in.reject();
    }
    std::vector<MetadataField> fields;
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; in.ok() && i < count; ++i) {
        MetadataField field{in.text(kMaxFieldNameBytes), in.text(kMaxFieldValueBytes)};
        bytes += field.name.size() + field.value.size();
        if (field.name.empty() || bytes > max_bytes ||
            (!fields.empty() && field.name < fields.back().name)) {
            in.reject();
        }
        fields.push_back(std::move(field));
    }
    return fields;
}

Bytes read_jpeg(WireReader& in, std::size_t max_bytes) {
    const ByteView jpeg = in.bytes(max_bytes);
    if (!jpeg.empty() && !chars_of(jpeg).starts_with("\xFF\xD8\xFF")) {
        in.reject();
    }
    return {jpeg.begin(), jpeg.end()};
}

void write_partial(WireWriter& out, bool partial, const std::string& reason) {
    out.u8(partial ? 1 : 0);
    out.text(reason);
}

void read_partial(WireReader& in, bool& partial, std::string& reason) {
    const std::uint8_t written = in.u8();
    partial = written == 1;
    reason = in.text(kMaxReasonBytes);
    if (written > 1 || partial == reason.empty()) {
        in.reject();
    }
}

} // namespace rempart::media
