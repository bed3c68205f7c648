// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// Every word of the report in English and French, and how each language writes numbers and times.

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "rempart/act/report.hpp"
#include "rempart/core/time.hpp"

namespace rempart::act {

/// One sentence or word, by the name that the code uses for it.
struct Phrase {
    std::string_view key, en, fr;
};

/// The only table of phrases, and that of the stable names which rows of a case hold.
[[nodiscard]] std::span<const Phrase> phrases() noexcept;
[[nodiscard]] std::span<const Phrase> row_names() noexcept;

class Words {
  public:
    explicit Words(Language language) : language_(language) {}

    /// The phrase `key`. \pre phrases() has it: a test walks all uses.
    [[nodiscard]] std::string_view operator()(std::string_view key) const;
    /// The phrase with "{0}", "{1}"… replaced.
    [[nodiscard]] std::string fill(std::string_view key,
                                   std::initializer_list<std::string_view> values) const;
    /// A stable name of a row ("disk-e01", "malformed", "camera data present") as people say it in
    /// this language; a name that row_names() does not have stays as it is.
    [[nodiscard]] std::string_view of_row(std::string_view name) const;
    /// What a reason rests on ("3 messages"): the number stays, the words are looked up.
    [[nodiscard]] std::string source(std::string_view text) const;

    /// "1,234,567", "1 234 567" with narrow no-break spaces.
    [[nodiscard]] std::string number(std::uint64_t value) const;
    [[nodiscard]] std::string signed_number(std::int64_t value) const;
    /// "1.5 MiB", "1,5 Mio": powers of 1,024, one decimal at most.
    [[nodiscard]] std::string size(std::uint64_t bytes) const;
    /// The size and the exact number of bytes.
    [[nodiscard]] std::string exact_size(std::uint64_t bytes) const;
    /// "2024-05-01 09:30 UTC", "01/05/2024 09:30 UTC"; without a known zone it says so; "–" for
    /// none.
    [[nodiscard]] std::string time(TimeValue value) const;
    /// A date "YYYY-MM-DD"; anything else stays as it is.
    [[nodiscard]] std::string date(std::string_view iso) const;
    [[nodiscard]] std::string_view code() const { return language_ == Language::fr ? "fr" : "en"; }

  private:
    [[nodiscard]] std::string_view pick(const Phrase& phrase) const {
        return language_ == Language::fr ? phrase.fr : phrase.en;
    }
    Language language_;
};

} // namespace rempart::act
