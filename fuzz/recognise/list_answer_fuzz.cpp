// SPDX-License-Identifier: Apache-2.0
// Any bytes as the answers of a list_reader that has been taken over: a first byte says where one
// ends. Checked: what is taken is valid, and comes back unchanged when it is sent again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "rempart/core/text.hpp"
#include "rempart/recognise/list_wire.hpp"

namespace {

using namespace rempart;
using namespace rempart::recognise;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

constexpr std::uint64_t kFileBytes = 1 << 20;

std::vector<ListedHash> taken_from(ListAnswers& answers, ByteView message, bool& sound) {
    std::vector<ListedHash> hashes;
    const auto answer = answers.accept(message, [&](ListedHash&& hash) -> Result<void> {
        hashes.push_back(std::move(hash));
        return {};
    });
    sound = answer.has_value();
    check(sound || !answer.error().message.empty() || answer.error().code <= kLastErrc);
    return hashes;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const ByteView all = std::as_bytes(std::span(data + 1, size - 1));
    const std::size_t first = std::min<std::size_t>(data[0], all.size());
    ListAnswers answers(kFileBytes, "", {});
    std::vector<ListedHash> hashes;
    for (const ByteView message : {all.first(first), all.subspan(first)}) {
        bool sound = false;
        for (ListedHash& hash : taken_from(answers, message, sound)) {
            check(hash.entry > 0 && is_utf8(hash.label) && is_utf8(hash.category));
            check(hashes.empty() || hash.entry >= hashes.back().entry);
            check(use_of(hash.kind, hash.bytes) == HashUse::listed);
            hashes.push_back(std::move(hash));
        }
        if (!sound) {
            break;
        }
    }
    HashBatch batch;
    for (const ListedHash& hash : hashes) {
        batch.add(hash);
    }
    if (!hashes.empty()) {
        ListAnswers again(kFileBytes, "", {});
        bool sound = false;
        check(taken_from(again, batch.message(), sound) == hashes && sound);
    }
    return 0;
}
