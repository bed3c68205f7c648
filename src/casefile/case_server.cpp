// SPDX-License-Identifier: Apache-2.0
// A case or memory in a database of a PostgreSQL server: how an empty one is made.
#include <memory>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "casefile/case_place.hpp"
#include "casefile/role_rights.hpp"

namespace rempart::casefile {
namespace {

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

// The database that the URL names, as a quoted identifier; "" if it names none that can be made.
std::string quoted_database(const std::string& url) {
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(
        PQconninfoParse(url.c_str(), nullptr));
    std::string quoted;
    for (const PQconninfoOption* at = options.get(); at != nullptr && at->keyword != nullptr;
         ++at) {
        if (std::string_view(at->keyword) != "dbname" || at->val == nullptr) {
            continue;
        }
        for (const char c : std::string_view(at->val)) {
            quoted += c;
            if (c == '"') {
                quoted += c;
            }
        }
    }
    return quoted.empty() ? quoted : '"' + quoted + '"';
}

// A later "dbname" overrides the one of the URL: PostgreSQL 15 documentation, 34.1.2.
std::string with_database(const std::string& url, std::string_view name) {
    const bool has_parameters = url.find('?') != std::string::npos;
    return fmt::format("{}{}dbname={}", url, has_parameters ? '&' : '?', name);
}

Result<void> create_database(const std::string& url) {
    const std::string name = quoted_database(url);
    if (name.empty()) {
        return fail(Errc::invalid_argument, "the URL names no database");
    }
    auto driver = open_postgres(with_database(url, "postgres"), Access::write);
    if (!driver) {
        return fail(std::move(driver).error());
    }
    return (*driver)->exec(
        fmt::format("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name).c_str());
}

} // namespace

Result<void> fill_on_server(const std::string& url, const FillCase& fill) {
    auto driver = open_postgres(url, Access::write);
    if (!driver && driver.error().code == Errc::refused) {
        if (create_database(url)) { // else the first refusal is the one to tell
            driver = open_postgres(url, Access::write);
        }
    }
    if (!driver) {
        return fail(std::move(driver).error());
    }
    Database database(std::move(*driver), Access::write);
    auto whole = Transaction::begin(database);
    if (!whole) {
        return fail(std::move(whole).error());
    }
    const auto tables = database.scalar("SELECT count(*) FROM pg_catalog.pg_tables "
                                        "WHERE schemaname = 'public'");
    if (!tables) {
        return fail(tables.error());
    }
    if (tables->value_or(0) > 0) {
        return fail(Errc::invalid_argument, "something lies in that database already");
    }
    if (auto filled = fill(database); !filled) {
        return filled;
    }
    return whole->commit();
}

Result<void> create_on_server(const std::string& url, const FillCase& fill) {
    return fill_on_server(url, [&](Database& database) -> Result<void> {
        if (auto filled = fill(database); !filled) {
            return filled;
        }
        std::string id;
        auto read = database.each("SELECT id FROM case_info", [&](Row& row) -> Result<void> {
            row.take(id);
            return {};
        });
        if (!read) {
            return read;
        }
        // Without the right to make roles the case is made all the same; role_state() says so.
        auto made = set_role_rights(database, id);
        return !made && made.error().code != Errc::refused ? made : Result<void>();
    });
}

} // namespace rempart::casefile
