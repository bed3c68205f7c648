// SPDX-License-Identifier: Apache-2.0
#include "casefile/known_by.hpp"

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

constexpr std::int64_t kAlertExact = 1, kAlertNear = 2, kNote = 4, kAllowBySha = 8,
                       kAllowByMd5 = 16;

} // namespace

// A sum over distinct powers of two is their union.
std::string known_by_sql(std::string_view content) {
    return fmt::format(
        "COALESCE((SELECT CAST(sum(DISTINCT CASE WHEN kl.polarity = 'alert' AND k.match = 'exact' "
        "THEN {} WHEN kl.polarity = 'alert' THEN {} WHEN kl.polarity = 'note' THEN {} "
        "WHEN k.match <> 'exact' THEN 0 WHEN k.algorithm IN ('sha1', 'sha256') THEN {} ELSE {} "
        "END) AS BIGINT) FROM told_hits k JOIN lists kl ON kl.id = k.list_id "
        "WHERE k.content_id = {}), 0)",
        kAlertExact, kAlertNear, kNote, kAllowBySha, kAllowByMd5, content);
}

KnownBy known_by(std::int64_t bits) noexcept {
    return {.alert_exact = (bits & kAlertExact) != 0,
            .alert_near = (bits & kAlertNear) != 0,
            .note = (bits & kNote) != 0,
            .allow_by_sha = (bits & kAllowBySha) != 0,
            .allow_by_md5 = (bits & kAllowByMd5) != 0};
}

} // namespace rempart::casefile
