// SPDX-License-Identifier: Apache-2.0
#include "examine/chat_reader/json_document.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <simdjson.h>

#include "examine/chat_reader/json_repair.hpp"
#include "examine/chat_reader/json_scan.hpp"

namespace rempart::examine::chat_reader {
namespace {

namespace dom = simdjson::dom;

Error error_of_code(simdjson::error_code code) {
    if (code == simdjson::DEPTH_ERROR) {
        return {Errc::limit_exceeded, "nested deeper than allowed"};
    }
    const bool no_memory = code == simdjson::MEMALLOC || code == simdjson::CAPACITY;
    return {no_memory ? Errc::memory : Errc::malformed, simdjson::error_message(code)};
}

JsonNode scalar(dom::element value) {
    JsonNode node;
    switch (value.type()) {
    case dom::element_type::BOOL:
        node.type = JsonType::boolean;
        node.boolean = bool(value);
        break;
    case dom::element_type::INT64:
        node.type = JsonType::integer;
        node.integer = std::int64_t(value);
        break;
    case dom::element_type::UINT64: // above int64: no id of ours, kept as written by the caller
    case dom::element_type::DOUBLE:
        node.type = JsonType::real;
        node.real = double(value);
        break;
    case dom::element_type::STRING:
        node.type = JsonType::text;
        node.text = std::string_view(value);
        break;
    case dom::element_type::ARRAY: node.type = JsonType::array; break;
    case dom::element_type::OBJECT: node.type = JsonType::object; break;
    case dom::element_type::NULL_VALUE: break;
    }
    return node;
}

// The size of the string at the front of `text`, both quotes included.
std::size_t string_size(std::string_view text) {
    std::size_t i = 1;
    while (text[i] != '"') {
        i += text[i] == '\\' ? 2U : 1U;
    }
    return i + 1;
}

// The size of the JSON value (or key) at the front of `text`, which a strict parser has accepted.
std::size_t value_size(std::string_view text) {
    std::size_t depth = 0;
    std::size_t i = 0;
    while (i < text.size()) {
        const char c = text[i];
        const bool closes = c == '}' || c == ']';
        if (depth == 0 && (closes || c == ',' || c == ':' || is_json_space(c))) {
            return i;
        }
        depth += c == '{' || c == '[' ? 1U : 0U;
        depth -= closes ? 1U : 0U;
        i += c == '"' ? string_size(text.substr(i)) : 1U;
    }
    return i;
}

} // namespace

struct JsonDocument::Parser {
    dom::parser parser;
    simdjson::error_code ready = simdjson::SUCCESS;         ///< Memory for the first objects.
    std::vector<std::pair<dom::element, std::size_t>> open; ///< Kept for its memory.

    // Breadth first, so that the children of a node lie side by side.
    void flatten(dom::element root, std::vector<JsonNode>& nodes) {
        open.assign(1, {root, 0});
        nodes.assign(1, scalar(root));
        std::size_t next = 0;
        while (next < open.size()) { // it grows meanwhile
            const auto [element, index] = open[next++];
            const std::size_t first = nodes.size();
            add_children(element, nodes);
            nodes[index].first_child = static_cast<std::uint32_t>(first);
            nodes[index].children = static_cast<std::uint32_t>(nodes.size() - first);
        }
    }

    void add_children(dom::element parent, std::vector<JsonNode>& nodes) {
        if (parent.is_array()) {
            for (const dom::element value : dom::array(parent)) {
                add(value, {}, nodes);
            }
            return;
        }
        for (const auto field : dom::object(parent)) {
            add(field.value, field.key, nodes);
        }
    }

    void add(dom::element value, std::string_view key, std::vector<JsonNode>& nodes) {
        nodes.push_back(scalar(value));
        nodes.back().key = key;
        if (value.is_array() || value.is_object()) {
            open.emplace_back(value, nodes.size() - 1);
        }
    }
};

JsonDocument::JsonDocument(std::uint32_t max_depth) : parser_(std::make_unique<Parser>()) {
    constexpr std::size_t kFirstCapacityBytes = 4096;
    parser_->ready = parser_->parser.allocate(kFirstCapacityBytes, max_depth);
}

JsonDocument::~JsonDocument() = default;

Result<void> JsonDocument::parse_strictly() {
    nodes_.clear();
    written_.clear();
    text_.resize(size_ + simdjson::SIMDJSON_PADDING);
    if (parser_->ready != simdjson::SUCCESS) {
        return fail(error_of_code(parser_->ready));
    }
    const auto parsed = parser_->parser.parse(text_.data(), size_, false);
    if (parsed.error() != simdjson::SUCCESS) {
        return fail(error_of_code(parsed.error()));
    }
    const dom::element root = parsed.value_unsafe();
    if (!root.is_object()) {
        return fail(Errc::malformed, "not an object");
    }
    parser_->flatten(root, nodes_);
    return {};
}

Result<std::uint64_t> JsonDocument::parse(std::string_view object) {
    text_.assign(object);
    size_ = object.size();
    const auto first = parse_strictly();
    if (first) {
        return std::uint64_t{0};
    }
    Repaired repaired = repair_json(object);
    if (repaired.repairs == 0 || first.error().code == Errc::limit_exceeded) {
        return fail(first.error());
    }
    text_ = std::move(repaired.text);
    size_ = text_.size();
    if (auto second = parse_strictly(); !second) {
        return fail(second.error());
    }
    return repaired.repairs;
}

void JsonDocument::find_written() {
    std::string_view rest = std::string_view(text_).substr(0, size_);
    const auto drop = [&](std::string_view set) {
        rest.remove_prefix(std::min(rest.find_first_not_of(set), rest.size()));
    };
    drop(" \t\r\n{");
    while (written_.size() < root().children) {
        const std::string_view member = rest;
        rest.remove_prefix(value_size(rest));
        drop(" \t\r\n:");
        rest.remove_prefix(value_size(rest));
        written_.push_back(member.substr(0, member.size() - rest.size()));
        drop(" \t\r\n,");
    }
}

std::string_view JsonDocument::written(std::size_t n) {
    assert(n < root().children);
    if (written_.empty()) {
        find_written();
    }
    return written_[n];
}

} // namespace rempart::examine::chat_reader
