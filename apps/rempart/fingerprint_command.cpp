// SPDX-License-Identifier: Apache-2.0
// fingerprint: hashes of pictures and videos without a case.
#include <fmt/format.h>

#include "rempart/commands.hpp"
#include "rempart/core/hex.hpp"
#include "rempart/core/text.hpp"
#include "rempart/each_file.hpp"
#include "rempart/media_files.hpp"
#include "rempart/output.hpp"
#include "rempart/pipeline/in_order.hpp"
#include "rempart/rows_json.hpp"

namespace rempart::cli {
namespace {

double seconds(std::int64_t ms) {
    return static_cast<double>(ms) / 1000;
}

std::string text_of(const media::PictureFacts& facts, const std::string& path) {
    std::string text;
    for (const media::RawFingerprint& fingerprint : facts.fingerprints) {
        text += fmt::format("{}{}  pdq {:<12} quality {:>3}  {}", text.empty() ? "" : "\n",
                            encode_hex(fingerprint.orientations.front()), fingerprint.variant,
                            fingerprint.quality, path);
    }
    return text.empty() ? fmt::format("{}  (too small for a fingerprint)", path) : text;
}

std::string text_of(const media::VideoFacts& facts, const std::string& path) {
    std::string text;
    for (const media::VideoFrame& frame : facts.frames) {
        text += fmt::format("{}{}  {:>10.3f} - {:.3f} s  quality {:>3}  {}",
                            text.empty() ? "" : "\n", encode_hex(frame.hashes[0]),
                            seconds(frame.from_ms), seconds(frame.to_ms), frame.quality, path);
    }
    if (text.empty()) {
        text = fmt::format("{}  (too small for a fingerprint)", path);
    }
    return facts.partial
               ? fmt::format("{}\n{}  ({})", text, path, to_terminal(facts.partial_reason))
               : text;
}

std::string text_of(const FingerprintLine& line) {
    const std::string path = to_terminal(line.path);
    if (line.facts == nullptr) {
        return fmt::format("{}  ({}: {})", path, name(line.error.code),
                           to_terminal(line.error.message));
    }
    return std::visit([&](const auto& facts) { return text_of(facts, path); }, *line.facts);
}

// The form of vpdq-hash-video: each frame by its number, as far as its times tell.
std::string vpdq_lines(const media::VideoFacts& facts) {
    std::string text;
    std::size_t number = 0;
    for (const media::VideoFrame& frame : facts.frames) {
        text += fmt::format("{}{},{},{},{:.3f}", number == 0 ? "" : "\n", number, frame.quality,
                            encode_hex(frame.hashes[0]), seconds(frame.from_ms));
        ++number;
    }
    return text;
}

/// \param looked must outlive the line.
FingerprintLine line_of(const Result<LookedAt>& looked, const std::string& path) {
    FingerprintLine line;
    line.path = to_utf8(path);
    if (!looked) {
        line.error = looked.error();
        return line;
    }
    line.sha256 = encode_hex(looked->digests.sha256);
    if (looked->facts) {
        line.facts = &*looked->facts;
    } else {
        line.error = looked->facts.error();
    }
    return line;
}

FileOutcome vpdq_outcome(const FingerprintLine& line) {
    FileOutcome outcome;
    const auto* video =
        line.facts == nullptr ? nullptr : std::get_if<media::VideoFacts>(line.facts);
    if (video == nullptr) {
        outcome.complaint =
            line.facts == nullptr ? line.error : Error{Errc::unsupported, "not a video"};
        return outcome;
    }
    outcome.lines.push_back(vpdq_lines(*video));
    if (video->partial) {
        outcome.complaint = Error{Errc::damaged, video->partial_reason};
        outcome.is_complete = false;
    }
    return outcome;
}

media::Sampling sampling_of(const Fingerprint& args) {
    if (args.vpdq && args.frames.empty()) {
        return media::Sampling::every_frame;
    }
    return args.frames == "all"      ? media::Sampling::every_frame
           : args.frames == "second" ? media::Sampling::every_second
                                     : media::Sampling::key_frames;
}

// The form of one video: what is no video at all is a failure, as its file would be empty.
int print_vpdq(MediaFiles& files, const std::string& path) {
    const auto looked = files.look_at(path);
    const FileOutcome outcome = vpdq_outcome(line_of(looked, path));
    for (const std::string& line : outcome.lines) {
        print_line(line);
    }
    const int failed = outcome.complaint ? report_error(path, *outcome.complaint) : kOk;
    return outcome.is_complete ? failed : kIncomplete;
}

} // namespace

int run(const Fingerprint& args) {
    if (args.vpdq && (args.json || args.files.size() != 1)) {
        talk(
            "fingerprint: --vpdq is the form of one video's frames: give one FILE, and not --json");
        return kWrongUse;
    }
    MediaFiles files(sampling_of(args), pipeline::thread_count(args.jobs));
    if (args.vpdq) {
        return print_vpdq(files, args.files.front());
    }
    const auto work = [&](const std::string& path) {
        const auto looked = files.look_at(path);
        const FingerprintLine line = line_of(looked, path);
        FileOutcome outcome;
        outcome.lines.push_back(args.json ? to_json(line) : text_of(line));
        outcome.is_complete = line.facts != nullptr && !partial_fault(*line.facts);
        outcome.bytes = looked ? looked->size_bytes : 0;
        return outcome;
    };
    return each_file(args.files, {.label = "fingerprint", .jobs = args.jobs}, work);
}

} // namespace rempart::cli
