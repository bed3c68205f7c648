// SPDX-License-Identifier: Apache-2.0
// Whatever is typed into the search field is refused, or becomes quoted words that mean themselves
// and that FTS5 takes.
#include "casefile/search_query.hpp"

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include <sqlite3.h>

#include "rempart/core/text.hpp"

namespace {

using namespace rempart::casefile;

void check(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// "text" or "text"*, one space between two, no quote inside. Returns how many.
std::size_t count_terms(std::string_view query) {
    std::size_t terms = 0;
    while (!query.empty()) {
        check(query.starts_with(terms == 0 ? "\"" : " \""));
        query.remove_prefix(terms == 0 ? 1 : 2);
        const std::size_t end = query.find('"');
        check(end != query.npos && end > 0);
        query.remove_prefix(end + 1);
        if (query.starts_with('*')) {
            query.remove_prefix(1);
        }
        ++terms;
    }
    return terms;
}

/// A table like those of a case, with nothing in it.
class Index {
  public:
    Index() {
        check(sqlite3_open(":memory:", &database_) == SQLITE_OK);
        run("CREATE VIRTUAL TABLE texts USING fts5 (body, title)");
        check(sqlite3_prepare_v2(database_, "SELECT rowid FROM texts WHERE texts MATCH ?", -1,
                                 &search_, nullptr) == SQLITE_OK);
    }
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;
    ~Index() {
        sqlite3_finalize(search_);
        sqlite3_close(database_);
    }
    void check_takes(std::string_view query) {
        check(sqlite3_bind_text(search_, 1, query.data(), static_cast<int>(query.size()),
                                SQLITE_STATIC) == SQLITE_OK);
        check(sqlite3_step(search_) == SQLITE_DONE); // any other answer is a syntax error
        check(sqlite3_reset(search_) == SQLITE_OK);
    }

  private:
    void run(const char* sql) {
        check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    }
    sqlite3* database_ = nullptr;
    sqlite3_stmt* search_ = nullptr;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view typed(reinterpret_cast<const char*>(data), size);
    const auto query = fts_query(typed);
    if (!query) {
        check(query.error().code == rempart::Errc::invalid_argument);
        return 0;
    }
    check(rempart::is_utf8(*query) && query->find('\0') == std::string::npos);
    const std::size_t terms = count_terms(*query);
    check(terms > 0 && terms <= kMaxQueryTerms);
    if (query->size() <= kMaxQueryBytes) { // it is a query itself, and means the same
        const auto again = fts_query(*query);
        check(again && *again == *query);
    }
    static const auto index = std::make_unique<Index>();
    index->check_takes(*query);
    return 0;
}
