// SPDX-License-Identifier: Apache-2.0
#include "recognise/list_reader/warm_up.hpp"

#include <sqlite3.h>

#include "recognise/list_reader/lists/json_text.hpp"

namespace rempart::recognise {

bool warm_up_list_reader() {
    JsonText json;
    return json.parse("{}").has_value() && sqlite3_initialize() == SQLITE_OK;
}

} // namespace rempart::recognise
