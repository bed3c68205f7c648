// SPDX-License-Identifier: Apache-2.0
#include "casefile/search.hpp"

#include "casefile/search_query.hpp"

namespace rempart::casefile {

Result<void> find(Case& file, std::string_view query, const TakeFound& take) {
    const auto words = fts_query(query);
    if (!words) {
        return fail(words.error());
    }
    return file.on_server() ? find_in_postgres(file, *words, take)
                            : find_in_sqlite(file, *words, take);
}

} // namespace rempart::casefile
