// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/warm_up.hpp"

#include <sqlite3.h>

#include "recognise/list_reader/lists/json_text.hpp"

namespace rempart::recognise {

bool warm_up_list_reader() {
    JsonText json;
    // One thread, and nobody asks how much memory SQLite has: no mutex is taken.
    const bool plain = sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) == SQLITE_OK &&
                       sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
    return plain && sqlite3_initialize() == SQLITE_OK && json.parse("{}").has_value();
}

} // namespace rempart::recognise
