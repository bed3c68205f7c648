// SPDX-License-Identifier: Apache-2.0
#include "rempart/pipeline/hygiene.hpp"

#include <algorithm>

#include "rempart/pipeline/queue.hpp"

namespace rempart::pipeline {

recognise::Standing standing_of(const casefile::KnownBy& known) {
    using enum recognise::SetPolarity;
    using recognise::HashKind;
    std::vector<recognise::ListStatement> said;
    const auto say = [&](bool holds, recognise::SetPolarity polarity, HashKind kind) {
        if (holds) {
            said.push_back({polarity, kind});
        }
    };
    say(known.alert_exact, alert, HashKind::sha256);
    say(known.alert_near, alert, HashKind::pdq);
    say(known.note, note, HashKind::sha256);
    say(known.allow_by_sha, allow, HashKind::sha256);
    say(known.allow_by_md5, allow, HashKind::md5);
    return recognise::standing_of(said);
}

Result<std::vector<casefile::EntryOff>> quarantine_floods(casefile::Case& file) {
    const auto totals = casefile::totals(file, std::nullopt);
    if (!totals) {
        return fail(totals.error());
    }
    return casefile::quarantine_entries(
        file, std::max(kLeastFlood, (totals->pictures + totals->videos) / kFloodOfPictures));
}

Result<void> switch_entries(casefile::Case& file, const casefile::EntryChange& change,
                            unsigned threads) {
    auto switched = casefile::switch_entries(file, change);
    if (!switched && switched.error().code != Errc::refused) {
        return switched;
    }
    // Where the entry is in that state already, an earlier call may have ended before this.
    const auto queued = update_queue(file, threads);
    return queued ? switched : fail(queued.error());
}

} // namespace rempart::pipeline
