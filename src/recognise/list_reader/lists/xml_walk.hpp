// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// An XML document as a stream of elements, through expat, in bounded memory.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recognise/list_reader/list_input.hpp"
#include "rempart/core/result.hpp"

namespace rempart::recognise {

/// What a walk meets. Names are without their namespace. Views: for the time of the call.
struct XmlHandler {
    using Attributes = std::span<const std::pair<std::string_view, std::string_view>>;
    /// `path` from the root to the element that begins.
    std::function<Result<void>(std::span<const std::string> path, Attributes)> begin;
    /// The element ends; `text` is what stood in it outside its children. It was kept if the
    /// element has none, else it is empty.
    std::function<Result<void>(std::span<const std::string> path, std::string_view text)> end;
};

/// Walks the document of `input` from beginning to end. A document type is refused, and with it
/// every entity of its own: no expansion, nothing is fetched.
/// \return `malformed`, `unsupported` (a document type), `limit_exceeded` (an element's text or a
///         tag longer than `max_record_bytes`, or more than 32 levels), with the line; what a
///         handler or the input returned.
[[nodiscard]] Result<void> walk_xml(ListInput& input, std::size_t max_record_bytes,
                                    const XmlHandler& handler);

} // namespace rempart::recognise
