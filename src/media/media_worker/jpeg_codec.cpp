// SPDX-License-Identifier: Apache-2.0
#include "media/media_worker/jpeg_codec.hpp"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstdio> // jpeglib.h uses FILE without including it
#include <cstdlib>

#include <jpeglib.h>

#include <jerror.h>

namespace rempart::media {
namespace {

// Our own code, above libjpeg's, for what the progress monitor stops.
constexpr int kTooManyScans = JMSG_LASTMSGCODE + 1;

// What the callbacks leave behind. Trivial to destroy, so that a jump over it costs nothing.
struct Trouble {
    jpeg_error_mgr manager;
    std::jmp_buf home;
    int fatal = 0;    ///< Code of the error that ended it.
    int warning = 0;  ///< Code of the first warning that may have cost pixels.
    bool cut = false; ///< The file ended before its image data did.
    std::array<char, JMSG_LENGTH_MAX> text;
    std::array<char, JMSG_LENGTH_MAX> warning_text;
};

Trouble& trouble_of(j_common_ptr info) {
    // The manager is the first member: libjpeg's own way to derive from it (libjpeg.txt).
    return *reinterpret_cast<Trouble*>(info->err);
}

[[noreturn]] void on_error(j_common_ptr info) {
    Trouble& trouble = trouble_of(info);
    trouble.fatal = info->err->msg_code;
    info->err->format_message(info, trouble.text.data());
    std::longjmp(trouble.home, 1);
}

// Which warnings are about pixels. Bytes between markers are skipped without loss, and the others
// left out speak of header fields that change nothing.
bool costs_pixels(int code) {
    return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
           code == JWRN_MUST_RESYNC || code == JWRN_ARITH_BAD_CODE || code == JWRN_NOT_SEQUENTIAL ||
           code == JWRN_BOGUS_PROGRESSION || code == JWRN_TOO_MUCH_DATA;
}

void on_message(j_common_ptr info, int level) {
    if (level >= 0) {
        return; // traces
    }
    Trouble& trouble = trouble_of(info);
    const int code = info->err->msg_code;
    trouble.cut |= code == JWRN_JPEG_EOF;
    if (trouble.warning == 0 && costs_pixels(code)) {
        trouble.warning = code;
        info->err->format_message(info, trouble.warning_text.data());
    }
}

void on_output(j_common_ptr /*info*/) {
} // nothing below apps/ prints

void on_progress(j_common_ptr info) {
    auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
    if (decoder->input_scan_number > kMaxJpegScans) {
        trouble_of(info).fatal = kTooManyScans;
        std::longjmp(trouble_of(info).home, 1);
    }
}

jpeg_error_mgr* prepare(Trouble& trouble) {
    jpeg_error_mgr* manager = jpeg_std_error(&trouble.manager);
    manager->error_exit = on_error;
    manager->emit_message = on_message;
    manager->output_message = on_output;
    trouble.text[0] = trouble.warning_text[0] = '\0';
    return manager;
}

Errc code_of(const Trouble& trouble, Errc otherwise) {
    switch (trouble.fatal) {
    case kTooManyScans: return Errc::limit_exceeded;
    case JERR_OUT_OF_MEMORY: return Errc::memory;
    case JERR_IMAGE_TOO_BIG: return Errc::limit_exceeded;
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_CCIR601_NOTIMPL: return Errc::unsupported;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: return Errc::truncated;
    default: return trouble.cut ? Errc::truncated : otherwise;
    }
}

} // namespace

struct JpegReader::State {
    jpeg_decompress_struct decoder{};
    jpeg_progress_mgr progress{};
    Trouble trouble{};
    ByteView file;
    std::optional<JpegWarning> warning;

    [[nodiscard]] Error failure(Errc otherwise) const {
        const Errc code = code_of(trouble, otherwise);
        if (trouble.fatal == kTooManyScans) {
            return {code, "jpeg: more than " + std::to_string(kMaxJpegScans) + " scans"};
        }
        const std::size_t left = decoder.src != nullptr ? decoder.src->bytes_in_buffer : 0;
        const std::size_t at = file.size() - std::min(left, file.size());
        const std::string what = trouble.text.data();
        return {code, "jpeg: " + what + ", near byte " + std::to_string(at)};
    }

    void note_warning(std::optional<std::uint32_t> row) {
        if (!warning && trouble.warning != 0) {
            warning = {.code = trouble.cut ? Errc::truncated : Errc::damaged,
                       .row = row,
                       .scan = decoder.input_scan_number,
                       .what = trouble.warning_text.data()};
        } else if (warning && trouble.cut) {
            warning->code = Errc::truncated;
        }
    }

    // The frames of these three hold nothing with a destructor: a jump ends in them.
    bool try_header() {
        if (setjmp(trouble.home) != 0) {
            return false;
        }
        jpeg_create_decompress(&decoder);
        decoder.progress = &progress;
        jpeg_mem_src(&decoder, reinterpret_cast<const unsigned char*>(file.data()), file.size());
        jpeg_read_header(&decoder, TRUE);
        // Sets the sizes of the components that the sum of the buffers needs.
        jpeg_calc_output_dimensions(&decoder);
        return true;
    }
    bool try_start() {
        if (setjmp(trouble.home) != 0) {
            return false;
        }
        return jpeg_start_decompress(&decoder) == TRUE;
    }
    bool try_row(JSAMPROW row) {
        if (setjmp(trouble.home) != 0) {
            return false;
        }
        return jpeg_read_scanlines(&decoder, &row, 1) == 1;
    }

    [[nodiscard]] std::uint64_t coefficient_bytes() {
        if (jpeg_has_multiple_scans(&decoder) == FALSE) {
            return 0;
        }
        std::uint64_t bytes = 0;
        for (int i = 0; i < decoder.num_components; ++i) {
            const jpeg_component_info& component = decoder.comp_info[i];
            bytes += std::uint64_t{component.width_in_blocks} * component.height_in_blocks *
                     sizeof(JBLOCK);
        }
        return bytes;
    }
};

JpegReader::JpegReader(ByteView file) : state_(std::make_unique<State>()) {
    state_->file = file;
    state_->decoder.err = prepare(state_->trouble);
    state_->progress.progress_monitor = on_progress;
}

JpegReader::~JpegReader() {
    jpeg_destroy_decompress(&state_->decoder); // does not jump
}

Result<JpegHeader> JpegReader::read_header(std::uint64_t max_rgb_pixels) {
    if (!state_->try_header()) {
        return fail(state_->failure(Errc::malformed));
    }
    jpeg_decompress_struct& decoder = state_->decoder;
    JpegHeader header{.width = decoder.image_width, .height = decoder.image_height};
    switch (decoder.jpeg_color_space) {
    case JCS_GRAYSCALE: decoder.out_color_space = JCS_GRAYSCALE; break;
    case JCS_YCbCr:
    case JCS_RGB:
        if (std::uint64_t{header.width} * header.height <= max_rgb_pixels) {
            decoder.out_color_space = JCS_RGB;
            header.pixels = JpegPixels::rgb;
        } else {
            decoder.out_color_space = JCS_GRAYSCALE;
        }
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        decoder.out_color_space = JCS_CMYK;
        header.pixels =
            decoder.saw_Adobe_marker == TRUE ? JpegPixels::inverted_cmyk : JpegPixels::cmyk;
        break;
    default:
        return fail(Errc::unsupported, "jpeg: " + std::to_string(decoder.num_components) +
                                           " components of an unknown colour space");
    }
    header.buffered_bytes = state_->coefficient_bytes();
    return header;
}

Result<void> JpegReader::start() {
    const bool started = state_->try_start();
    state_->note_warning(std::nullopt);
    if (!started) {
        return fail(state_->failure(Errc::damaged));
    }
    return {};
}

Result<void> JpegReader::read_row(std::span<std::uint8_t> row) {
    const std::uint32_t rows_before = state_->decoder.output_scanline;
    const bool read = state_->try_row(row.data());
    state_->note_warning(rows_before);
    if (!read) {
        return fail(state_->failure(Errc::damaged));
    }
    return {};
}

const std::optional<JpegWarning>& JpegReader::warning() const {
    return state_->warning;
}

namespace {

// Trivial to destroy, like Trouble: the frame of try_encode only points to it.
struct Encoder {
    jpeg_compress_struct info{};
    Trouble trouble{};
    unsigned char* buffer = nullptr;
    unsigned long bytes = 0;
};

bool try_encode(Encoder& encoder, std::span<const std::uint8_t> pixels, std::uint32_t width,
                int quality) {
    if (setjmp(encoder.trouble.home) != 0) {
        return false;
    }
    jpeg_compress_struct& info = encoder.info;
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &encoder.buffer, &encoder.bytes);
    info.image_width = width;
    info.image_height = static_cast<JDIMENSION>(pixels.size() / width);
    info.input_components = 1;
    info.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, quality, TRUE);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
        auto* row = const_cast<JSAMPROW>(pixels.data() + std::size_t{info.next_scanline} * width);
        jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    return true;
}

} // namespace

Bytes encode_grey_jpeg(std::span<const std::uint8_t> pixels, std::uint32_t width, int quality) {
    Encoder encoder;
    encoder.info.err = prepare(encoder.trouble);
    Bytes file;
    if (try_encode(encoder, pixels, width, quality)) {
        const auto* from = reinterpret_cast<const std::byte*>(encoder.buffer);
        file.assign(from, from + encoder.bytes);
    }
    jpeg_destroy_compress(&encoder.info);
    // jpeg_mem_dest allocates with malloc (libjpeg.txt).
    // NOLINTNEXTLINE(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
    std::free(encoder.buffer);
    return file;
}

} // namespace rempart::media
