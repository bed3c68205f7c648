// SPDX-License-Identifier: Apache-2.0
// match: pictures, videos and codes without a case.
#include "rempart/commands.hpp"
#include "rempart/match_lists.hpp"
#include "rempart/output.hpp"

namespace rempart::cli {

int run(const Match& args) {
    if (args.codes.empty() == args.files.empty()) {
        talk("match: give either files or --codes");
        return kWrongUse;
    }
    return args.codes.empty() ? match_files(args) : match_codes(args);
}

} // namespace rempart::cli
