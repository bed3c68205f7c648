// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What a fixed signature cannot say about a head: brands of ISO media files, frame headers of
/// streams without a signature, and text. Each takes any bytes, also none.

#include "rempart/core/bytes.hpp"

namespace rempart::media {

/// ISO/IEC 14496-12: the `ftyp` box names a brand of the family. A major brand decides; the
/// compatible ones count only if the major one is a generic one and the box is there in full.
[[nodiscard]] bool is_heic(ByteView head);
[[nodiscard]] bool is_avif(ByteView head);
[[nodiscard]] bool is_cr3(ByteView head);
[[nodiscard]] bool is_mov(ByteView head);
[[nodiscard]] bool is_3gp(ByteView head);
[[nodiscard]] bool is_m4a(ByteView head);
[[nodiscard]] bool is_mp4(ByteView head);

/// RFC 8794: an EBML header whose DocType (42 82) is "webm" or "matroska".
[[nodiscard]] bool is_webm(ByteView head);
[[nodiscard]] bool is_matroska(ByteView head);

/// RFC 3533: the first packet of the first Ogg page starts at byte 28 and names its codec.
[[nodiscard]] bool is_other_ogg(ByteView head);

/// ISO/IEC 13818-1: sync bytes 47 each 188 bytes (from 0), or each 192 (from 4: Blu-ray).
[[nodiscard]] bool is_mpeg_ts(ByteView head);
/// ISO/IEC 11172-3: two layer III frame headers, the second where the first says.
[[nodiscard]] bool is_mp3_frames(ByteView head);
/// ISO/IEC 13818-7: two ADTS headers, the second where the first says.
[[nodiscard]] bool is_adts(ByteView head);

/// A BITMAPFILEHEADER with no reserved bytes and a known size of the header that follows.
[[nodiscard]] bool is_bmp(ByteView head);
/// An icon or cursor directory with at least one sound entry.
[[nodiscard]] bool is_ico(ByteView head);
[[nodiscard]] bool is_bzip2(ByteView head);
[[nodiscard]] bool is_lha(ByteView head);
[[nodiscard]] bool is_old_cpio(ByteView head);
[[nodiscard]] bool is_deb(ByteView head);
[[nodiscard]] bool is_plain_ar(ByteView head);

/// Text: valid UTF-8 (or UTF-16 with its mark) without control bytes but tab, line ends and form
/// feed. A character that the head's end cuts is no fault.
[[nodiscard]] bool is_text(ByteView head);
/// Text whose first characters open a JSON object or array and go on as one.
[[nodiscard]] bool is_json(ByteView head);
[[nodiscard]] bool is_html(ByteView head);
[[nodiscard]] bool is_xml(ByteView head);

} // namespace rempart::media
