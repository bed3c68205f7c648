// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// One JSON object in memory: parsed by simdjson, held as plain nodes, so that what is read from it
/// does not depend on the parser. For objects of bounded size; the file is never parsed as a whole.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rempart/core/result.hpp"

namespace rempart::examine::chat_reader {

enum class JsonType : std::uint8_t { null, boolean, integer, real, text, array, object };

/// A value and, in an object, its key. Duplicate keys are kept, in order.
struct JsonNode {
    JsonType type = JsonType::null;
    bool boolean = false;
    std::int64_t integer = 0;
    double real = 0;
    std::string_view key, text; ///< Decoded, valid UTF-8, may hold NUL.
    std::uint32_t first_child = 0, children = 0;

    /// null, "", [] and {}: nothing said.
    [[nodiscard]] bool empty() const {
        return type == JsonType::null || (type == JsonType::text && text.empty()) ||
               ((type == JsonType::array || type == JsonType::object) && children == 0);
    }
};

/// Keeps its memory from object to object. Nodes and views are valid until the next parse.
class JsonDocument {
  public:
    explicit JsonDocument(std::uint32_t max_depth);
    ~JsonDocument();
    JsonDocument(const JsonDocument&) = delete;
    JsonDocument& operator=(const JsonDocument&) = delete;
    JsonDocument(JsonDocument&&) = delete;
    JsonDocument& operator=(JsonDocument&&) = delete;

    /// Parses one object strictly; if it is refused, once more after repair_json.
    /// \return how many repairs were needed; `malformed`, or `limit_exceeded` for its depth. The
    ///         message says what is wrong, not where: the caller knows the place.
    [[nodiscard]] Result<std::uint64_t> parse(std::string_view object);

    [[nodiscard]] const JsonNode& root() const { return nodes_.front(); }
    /// Every value of the object, the root first.
    [[nodiscard]] std::span<const JsonNode> nodes() const { return nodes_; }
    [[nodiscard]] std::span<const JsonNode> children(const JsonNode& node) const {
        return std::span(nodes_).subspan(node.first_child, node.children);
    }
    /// The root's n-th member, key and value, as it is written (after repairs).
    [[nodiscard]] std::string_view written(std::size_t n);

  private:
    struct Parser;
    [[nodiscard]] Result<void> parse_strictly();
    void find_written();

    std::unique_ptr<Parser> parser_;
    std::string text_; ///< With room for what the parser reads past the end.
    std::size_t size_ = 0;
    std::vector<JsonNode> nodes_;
    std::vector<std::string_view> written_; ///< Found when first asked for.
};

} // namespace rempart::examine::chat_reader
