// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// An empty case, and short ways to fill it and to read it whole.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "casefile/case_fixture.hpp"

namespace rempart::casefile {

class Evidence : public ::testing::Test {
  protected:
    IngestWriter writer(RowId exhibit) { return value_of(IngestWriter::open(file_, exhibit)); }
    RowId exhibit(const std::string& label) {
        return value_of(add_exhibit(file_, some_exhibit(label)));
    }
    std::vector<ItemView> items() {
        std::vector<ItemView> all;
        expect_ok(each_item(file_, [&](const ItemView& view) -> Result<void> {
            all.push_back(view);
            return {};
        }));
        return all;
    }
    std::vector<HitView> hits() {
        std::vector<HitView> all;
        expect_ok(each_hit(file_, [&](const HitView& view) -> Result<void> {
            all.push_back(view);
            return {};
        }));
        return all;
    }
    // A list with one entry of each digest in `numbers`; returns the list and its entries.
    std::pair<RowId, std::vector<RowId>> list(const std::string& name, const std::string& polarity,
                                              std::size_t entries) {
        ListRecord record;
        record.name = name;
        record.polarity = polarity;
        ListWriter writer = value_of(ListWriter::begin(file_, record));
        for (std::size_t i = 0; i < entries; ++i) {
            const auto value = digest_of(i);
            expect_ok(writer.add({.id = 0,
                                  .algorithm = "sha256",
                                  .value = Bytes(value.begin(), value.end()),
                                  .entry = i + 1,
                                  .label = "",
                                  .category = "1"}));
        }
        const RowId id = value_of(writer.finish(record));
        std::vector<RowId> rows;
        expect_ok(each_entry(file_, id, [&](const ListEntryRecord& entry) -> Result<void> {
            rows.push_back(entry.id);
            return {};
        }));
        return {id, rows};
    }

    TempFolder temp_;
    Case file_ = new_case(temp_.path() / "case");
};

} // namespace rempart::casefile
