// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/vips_picture.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include "media/media_worker/vips_frames.hpp"
#include "media/media_worker/vips_rows.hpp"

namespace rempart::media {
namespace {

void swallow(const gchar* /*domain*/, GLogLevelFlags /*level*/, const gchar* /*text*/,
             gpointer /*data*/) {
}

// The row on white goes last: until then the sink can tell what came before it.
void give_row(const VipsRow& row, PictureSink& sink, bool& transparent) {
    transparent = transparent || !row.is_opaque();
    if (row.is_grey()) {
        if (transparent) {
            sink.add_row_on_black(row.is_opaque() ? row.grey() : row.grey_on_black());
        }
        sink.add_row(row.grey());
    } else {
        if (transparent) {
            sink.add_row_on_black(row.is_opaque() ? row.luma() : row.luma_on_black());
        }
        sink.add_row(row.luma());
    }
}

// False: the decoder gave up; the sink has what came before.
bool read_rows(VipsImage* image, PictureSink& sink) {
    bool transparent = false;
    return each_vips_row(image, [&](const VipsRow& row) { give_row(row, sink, transparent); });
}

std::string after_rows(std::uint32_t rows, std::uint32_t height) {
    return ", after row " + std::to_string(rows) + " of " + std::to_string(height);
}

// Whole-frame decoders that failed strictly may still give what they have: once more, leniently.
Decoded decode_leniently(ByteView file, const VipsLoader& loader, PictureSink& sink,
                         Error failure) {
    auto image = load_vips(file, loader, VIPS_FAIL_ON_NONE);
    if (!image) {
        return fail(std::move(failure));
    }
    auto plain = to_eight_bits(*std::move(image));
    if (!plain || !read_rows(plain->get(), sink)) {
        vips_error_clear();
        if (sink.rows() == 0) {
            return fail(std::move(failure));
        }
    }
    vips_error_clear();
    const Errc code = failure.code == Errc::truncated ? Errc::truncated : Errc::damaged;
    return Partial{code, std::move(failure.message)};
}

} // namespace

Result<void> start_vips() {
    g_log_set_default_handler(swallow, nullptr);
    if (vips_init("media_worker") != 0) {
        return fail(Errc::unsupported, "libvips does not start: " + take_vips_text());
    }
    // Each loader here streams or has its own buffer; should one of another libvips unpack into an
    // image of its own, then in memory and never in a temporary file.
    ::setenv("VIPS_DISC_THRESHOLD", "1000g", 1);
    vips_block_untrusted_set(TRUE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    return {};
}

bool vips_decodes(std::string_view format) {
    return vips_loader_of(format) != nullptr;
}

Decoded decode_with_vips(ByteView file, std::string_view format, PictureSink& sink) {
    vips_error_clear();
    const VipsLoader& loader = *vips_loader_of(format);
    auto image = load_vips(file, loader, VIPS_FAIL_ON_ERROR);
    if (!image) {
        return fail(std::move(image).error());
    }
    const PictureHeader header = header_of(image->get(), loader);
    if (auto begun = sink.begin(header); !begun) {
        return fail(std::move(begun).error());
    }
    auto plain = to_eight_bits(*std::move(image));
    if (!plain) {
        return fail(std::move(plain).error());
    }
    if (read_rows(plain->get(), sink)) {
        plain->reset(); // what it keeps is not kept beside the frames'
        return add_vips_frames(file, loader, header, sink);
    }
    std::string text = take_vips_text();
    const Errc code = code_of_vips_text(text, file, format, Errc::damaged);
    text += after_rows(sink.rows(), header.height);
    if (sink.rows() == 0) {
        plain->reset();
        return decode_leniently(file, loader, sink, {code, std::move(text)});
    }
    return Partial{code == Errc::truncated ? Errc::truncated : Errc::damaged, std::move(text)};
}

} // namespace rempart::media
