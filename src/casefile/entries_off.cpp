// SPDX-License-Identifier: Apache-2.0
#include "casefile/entries_off.hpp"

#include <string>

#include <fmt/format.h>

namespace rempart::casefile {
namespace {

// The listed hashes lead (CROSS JOIN), each lists's once: an act has no index to them.
constexpr std::string_view kFromActs =
    "SELECT n.id AS entry_id, a.act AS state FROM list_entries n CROSS JOIN entry_acts a "
    "WHERE n.list_id IN (SELECT list_id FROM entry_acts) AND a.list_id = n.list_id "
    "AND a.entry = n.entry AND a.act <> 'enabled' AND NOT EXISTS (SELECT 1 FROM entry_acts l "
    "WHERE l.list_id = a.list_id AND l.entry = a.entry AND l.id > a.id)";

} // namespace

Result<void> rebuild_entries_off(Database& database) {
    auto gone = database.exec("DELETE FROM entries_off");
    return gone ? database.exec(
                      fmt::format("INSERT INTO entries_off (entry_id, state) {}", kFromActs))
                : gone;
}

Result<void> check_entries_off(Database& database) {
    const auto fault = database.scalar(
        fmt::format("WITH acts AS ({}) SELECT 1 WHERE EXISTS (SELECT entry_id, state FROM acts "
                    "EXCEPT SELECT entry_id, state FROM entries_off) OR EXISTS (SELECT entry_id, "
                    "state FROM entries_off EXCEPT SELECT entry_id, state FROM acts)",
                    kFromActs));
    if (!fault) {
        return fail(fault.error());
    }
    return *fault ? fail(Errc::integrity,
                         "the entries of lists that are off are not those that the acts on them "
                         "leave off")
                  : Result<void>();
}

} // namespace rempart::casefile
