// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>

#include <fcntl.h>

#include <fmt/format.h>

#include "examine/archive_request.hpp"
#include "examine/resilient_source.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {

Result<std::unique_ptr<Source>> open_archive(int descriptor, const ReaderConfig& config,
                                             const ArchiveLimits& limits, const WalkStart& start) {
    ReaderRequest request;
    request.role = "archive_reader";
    request.body = encode_archive_request(limits);
    // A reader that dies is started again with the same descriptor, which must stay open so long.
    UniqueFd own(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
    if (!own) {
        return fail(Errc::io, fmt::format("no further descriptor: {}", std::strerror(errno)));
    }
    request.descriptors.push_back(std::move(own));
    return ResilientSource::open(std::move(request), config, start);
}

} // namespace rempart::examine
