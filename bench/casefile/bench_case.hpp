// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Cases to be measured, in either store, and rows to fill them with.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "rempart/casefile/case.hpp"
#include "rempart/casefile/evidence.hpp"
#include "support/postgres_server.hpp"

namespace rempart::casefile {

/// A benchmark that cannot go on says why and ends.
template <typename T>
T must(Result<T> result) {
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::abort();
    }
    if constexpr (!std::is_void_v<T>) {
        return std::move(*result);
    }
}

/// xorshift64* (Vigna 2014): digests must be spread, because their index takes them in any order.
struct Random {
    std::uint64_t state = 88'172'645'463'325'252U;
    std::uint64_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state * 2'685'821'657'736'338'717U;
    }
    template <std::size_t N>
    void fill(std::array<std::byte, N>& out) {
        for (std::byte& byte : out) {
            byte = static_cast<std::byte>(next() >> 56);
        }
    }
};

enum class Store : std::uint8_t { folder, server };
inline const char* name_of(Store store) {
    return store == Store::folder ? "sqlite" : "postgresql";
}

/// An empty case, gone with this object if it lies in a folder, and with the process otherwise.
class BenchCase {
  public:
    explicit BenchCase(Store store = Store::folder) {
        CaseInfo info;
        info.name = info.authority = info.legal_basis = info.purpose = "bench";
        info.review_date = "2030-01-01";
        info.created = TimeValue::utc(0);
        if (store == Store::server) {
            place_ = PostgresServer::durable().fresh_database();
        } else {
            std::string name = (std::filesystem::temp_directory_path() / "rempart-bench-XXXXXX");
            if (::mkdtemp(name.data()) == nullptr) {
                std::abort();
            }
            folder_ = name;
            place_ = folder_ / "case";
        }
        file_.emplace(must(Case::create(place_, info)));
    }
    BenchCase(const BenchCase&) = delete;
    BenchCase& operator=(const BenchCase&) = delete;
    ~BenchCase() {
        file_.reset();
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    Case& file() { return *file_; }
    [[nodiscard]] const std::string& place() const { return place_; }
    RowId exhibit(const std::string& label) {
        ExhibitRecord record;
        record.label = label;
        return must(add_exhibit(*file_, record));
    }
    /// Of a case in a folder.
    [[nodiscard]] double megabytes() const {
        return static_cast<double>(std::filesystem::file_size(folder_ / "case" / "case.sqlite")) /
               1e6;
    }

  private:
    std::filesystem::path folder_;
    std::string place_;
    std::optional<Case> file_;
};

/// Files of 20 kB with distinct contents, in a tree as a home folder has it. Digests are those of
/// `random`: the same state gives the same contents.
inline void write_items(IngestWriter& writer, std::uint64_t count, std::uint64_t batch,
                        Random random = {}) {
    ContentRecord content;
    content.type = "txt";
    content.mime = "text/plain";
    content.family = "text";
    content.size_bytes = 20'000;
    ItemRecord item;
    item.kind = "file";
    item.state = "allocated";
    item.size_bytes = content.size_bytes;
    item.modified = item.accessed = item.changed = TimeValue::utc(1'700'000'000);
    std::vector<std::array<std::byte, 32>> digests;
    std::uint64_t seq = writer.next_seq();
    for (std::uint64_t done = 0; done < count; done += digests.size()) {
        digests.resize(std::min(batch, count - done));
        for (auto& digest : digests) {
            random.fill(digest);
        }
        must(writer.look_up(digests));
        for (const auto& digest : digests) {
            content.sha256 = digest;
            std::copy_n(digest.begin(), content.sha1.size(), content.sha1.begin());
            std::copy_n(digest.begin(), content.md5.size(), content.md5.begin());
            const auto known = must(writer.find_content(content.sha256));
            item.content = known ? *known : must(writer.add_content(content));
            item.path = fmt::format("home/user/projects/module-{:03}/src/part{:02}/file_{:06}.txt",
                                    seq / 500, seq / 25 % 20, seq);
            item.seq = seq++;
            must(writer.add_item(item));
        }
        must(writer.commit());
    }
}

} // namespace rempart::casefile
