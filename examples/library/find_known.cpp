// SPDX-License-Identifier: Apache-2.0
// Which of a list's entries is a picture? The picture is drawn here, as grey values; a program of
// yours decodes one. docs/library.md explains the steps.
#include <cstdio>
#include <utility>
#include <vector>

#include <rempart/core/bytes.hpp>
#include <rempart/recognise/digest.hpp>
#include <rempart/recognise/known_set.hpp>
#include <rempart/recognise/pdq.hpp>

namespace recognise = rempart::recognise;

namespace {

constexpr std::uint32_t kWidth = 320;
constexpr std::uint32_t kHeight = 240;

// Discs of several greys; `shift` makes the whole of it lighter.
std::vector<std::uint8_t> draw(unsigned shift) {
    std::vector<std::uint8_t> luma;
    for (std::uint32_t y = 0; y < kHeight; ++y) {
        for (std::uint32_t x = 0; x < kWidth; ++x) {
            unsigned grey = (x + 2 * y) / 8 % 90;
            for (unsigned disc = 1; disc < 9; ++disc) {
                const std::uint32_t dx = x - disc * 73 % kWidth;
                const std::uint32_t dy = y - disc * 101 % kHeight;
                grey +=
                    dx * dx + dy * dy < 900 * disc ? 17 * disc % 60 : 0; // wraps around: a far disc
            }
            luma.push_back(static_cast<std::uint8_t>(grey % 200 + shift));
        }
    }
    return luma;
}

} // namespace

int main() {
    const std::vector<std::uint8_t> original = draw(0);
    const auto listed =
        recognise::pdq_of_plane(original, kWidth, kHeight, recognise::PdqVariant::full);
    recognise::Digester digester;
    digester.update(rempart::ByteView(std::as_bytes(std::span(original))));
    const recognise::Digests digests = digester.finish();

    recognise::KnownSet::Builder builder;
    builder.set_radius(0, 31);
    const auto words = listed.hash().to_hex();
    std::printf("listed: %s, quality %d\n", words.c_str(), listed.quality);
    std::vector<std::byte> pdq;
    for (const std::uint64_t word : listed.hash().words()) {
        for (int at = 56; at >= 0; at -= 8) {
            pdq.push_back(static_cast<std::byte>(word >> at));
        }
    }
    builder.add(0, 1, recognise::HashKind::pdq, pdq);
    builder.add(0, 2, recognise::HashKind::sha256, digests.sha256);
    const recognise::KnownSet known = std::move(builder).build();

    const auto exact = known.find_exact(digests); // fails only where a file is asked and is damaged
    if (!exact) {
        std::printf("%s\n", exact.error().message.c_str());
        return 1;
    }
    for (const recognise::ExactHit& hit : *exact) {
        std::printf("exact: row %lld by %.*s\n", static_cast<long long>(hit.entry_row),
                    static_cast<int>(name(hit.kind).size()), name(hit.kind).data());
    }
    const std::vector<std::uint8_t> lighter = draw(30);
    const std::vector<recognise::PdqFingerprint> asked{
        recognise::pdq_of_plane(lighter, kWidth, kHeight, recognise::PdqVariant::full)};
    const auto near = known.find_near(asked);
    if (!near) {
        std::printf("%s\n", near.error().message.c_str());
        return 1;
    }
    for (const recognise::NearHit& hit : *near) {
        std::printf("near: row %lld at %d bits\n", static_cast<long long>(hit.entry_row),
                    hit.distance);
    }
    return 0;
}
