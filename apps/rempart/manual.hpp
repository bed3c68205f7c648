// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The man page, the shell completion and the reference, made from the definitions of the flags.

#include <string>

namespace CLI {
class App;
}

namespace rempart::cli {

[[nodiscard]] std::string man_page(const CLI::App& root);
[[nodiscard]] std::string bash_completion(const CLI::App& root);
[[nodiscard]] std::string markdown_reference(const CLI::App& root);

} // namespace rempart::cli
