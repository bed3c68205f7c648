// SPDX-License-Identifier: Apache-2.0
#include "media/video_protocol.hpp"

#include <gtest/gtest.h>

#include "support/result.hpp"

namespace rempart::media {
namespace {

VideoFrame frame_at(std::int64_t from_ms, std::int64_t to_ms) {
    VideoFrame frame;
    frame.from_ms = from_ms;
    frame.to_ms = to_ms;
    frame.quality = 80;
    for (std::size_t i = 0; i < frame.hashes.size(); ++i) {
        frame.hashes[i].fill(static_cast<std::byte>(i + 1));
    }
    return frame;
}

VideoFacts facts() {
    VideoFacts out;
    out.format = "mp4";
    out.codec = "h264";
    out.width = 640;
    out.height = 480;
    out.rotation = 90;
    out.duration_ms = 5'000;
    out.decoded_frames = 7;
    out.frames = {frame_at(0, 1'000), frame_at(1'000, 1'000), frame_at(2'500, 5'000)};
    out.trimmed = {frame_at(0, 500), frame_at(500, 5'000)};
    out.metadata = {{"Video.a", "1"}, {"Video.b", "2"}};
    out.contact_sheet = {std::byte{0xFF}, std::byte{0xD8}, std::byte{0xFF}, std::byte{0}};
    out.partial = true;
    out.partial_reason = "truncated: at the end";
    return out;
}

Errc code_of(const VideoFacts& facts, const VideoLimits& limits = {}) {
    return error_of(decode_video_answer(encode(VideoAnswer(facts)), limits)).code;
}

TEST(VideoProtocol, WhatIsWrittenIsReadBack) {
    const VideoFacts sent = facts();
    const auto answer = decode_video_answer(encode(VideoAnswer(sent)), {});
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_TRUE(*answer);
    EXPECT_EQ((*answer)->frames, sent.frames);
    EXPECT_EQ((*answer)->trimmed, sent.trimmed);
    EXPECT_EQ((*answer)->metadata, sent.metadata);
    EXPECT_EQ((*answer)->codec, "h264");
    EXPECT_EQ((*answer)->rotation, 90);
    EXPECT_EQ((*answer)->duration_ms, 5'000);
    EXPECT_EQ((*answer)->contact_sheet, sent.contact_sheet);
    EXPECT_EQ((*answer)->partial_reason, sent.partial_reason);
}

TEST(VideoProtocol, ARequestIsReadBackAndAnotherMessageIsNone) {
    VideoRequest request;
    request.limits.max_frames = 77;
    request.sampling = Sampling::every_frame;
    const auto read = decode_video_request(encode(request));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->limits.max_frames, 77U);
    EXPECT_EQ(read->sampling, Sampling::every_frame);
    Bytes longer = encode(request);
    longer.push_back({});
    EXPECT_EQ(error_of(decode_video_request(longer)).code, Errc::malformed);
}

TEST(VideoProtocol, TimesThatRunBackAreNoAnswer) {
    VideoFacts bad = facts();
    bad.frames[1].from_ms = 999;
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
    bad = facts();
    bad.trimmed[1].from_ms = 499;
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
    bad = facts();
    bad.trimmed[1].to_ms = 5'001; // longer than the video
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
    bad = facts();
    bad.frames[2].to_ms = 2'400;
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
    bad = facts();
    bad.frames[0].from_ms = -1;
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
    bad = facts();
    bad.duration_ms = 4'999;
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
}

TEST(VideoProtocol, MoreFramesThanTheLimitAreNoAnswer) {
    VideoLimits limits;
    limits.max_frames = 2;
    EXPECT_EQ(code_of(facts(), limits), Errc::bad_answer);
    VideoFacts bad = facts();
    bad.decoded_frames = 2; // fewer than are told
    EXPECT_EQ(code_of(bad), Errc::bad_answer);
}

TEST(VideoProtocol, AnythingOddIsNoAnswer) {
    using Change = void (*)(VideoFacts&);
    constexpr Change kChanges[] = {
        [](VideoFacts& f) { f.format = "jpeg"; },
        [](VideoFacts& f) { f.format = "nothing"; },
        [](VideoFacts& f) { f.codec = "H264"; },
        [](VideoFacts& f) { f.codec = ""; },
        [](VideoFacts& f) { f.width = 0; },
        [](VideoFacts& f) { f.width = 16'385; },
        [](VideoFacts& f) { f.rotation = 45; },
        [](VideoFacts& f) { f.rotation = 360; },
        [](VideoFacts& f) { f.frames[0].quality = 101; },
        [](VideoFacts& f) { f.duration_ms = kMaxVideoMs + 1; },
        [](VideoFacts& f) { f.contact_sheet[0] = {}; },
        [](VideoFacts& f) { f.partial_reason = ""; },
        [](VideoFacts& f) { f.partial = false; },
        [](VideoFacts& f) { std::swap(f.metadata[0], f.metadata[1]); },
    };
    for (std::size_t i = 0; i < std::size(kChanges); ++i) {
        VideoFacts bad = facts();
        kChanges[i](bad);
        EXPECT_EQ(code_of(bad), Errc::bad_answer) << i;
    }
}

TEST(VideoProtocol, ACutOrLongerAnswerIsNone) {
    const Bytes whole = encode(VideoAnswer(facts()));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_EQ(error_of(decode_video_answer(ByteView(whole).first(size), {})).code,
                  Errc::bad_answer);
    }
    Bytes longer = whole;
    longer.push_back({});
    EXPECT_EQ(error_of(decode_video_answer(longer, {})).code, Errc::bad_answer);
}

TEST(VideoProtocol, TheLargestAnswerFitsIntoItsBound) {
    VideoLimits limits;
    limits.max_frames = 1'000;
    VideoFacts large = facts();
    large.duration_ms = 1'000;
    large.decoded_frames = 1'000;
    large.frames.clear();
    large.trimmed.clear();
    for (std::int64_t i = 0; i < 1'000; ++i) {
        large.frames.push_back(frame_at(i, i));
        large.trimmed.push_back(frame_at(i, i));
    }
    large.contact_sheet.resize(kMaxContactSheetBytes);
    const Bytes message = encode(VideoAnswer(large));
    EXPECT_TRUE(decode_video_answer(message, limits).has_value());
    EXPECT_LE(message.size(), max_answer_bytes(limits));
}

TEST(VideoDeadline, GrowsWithTheFileUpToItsBound) {
    const VideoLimits limits;
    EXPECT_LT(pixel_budget(0, limits), pixel_budget(std::uint64_t{16} << 20, limits));
    EXPECT_EQ(pixel_budget(limits.max_file_bytes, limits), limits.max_decoded_pixels);
    EXPECT_LT(deadline_for(0, limits), deadline_for(std::uint64_t{1} << 30, limits));
    EXPECT_GE(deadline_for(0, limits), std::chrono::minutes(2));
    EXPECT_LE(deadline_for(limits.max_file_bytes, limits), std::chrono::hours(4));
}

} // namespace
} // namespace rempart::media
