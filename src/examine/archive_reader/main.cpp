// SPDX-License-Identifier: Apache-2.0
//
// archive_reader: the confined program that meets libarchive. It gets one descriptor and limits,
// and streams the members out.
#include <vector>

#include "examine/archive_reader/archive_walk.hpp"
#include "examine/archive_request.hpp"
#include "examine/item_stream_writer.hpp"

int main() {
    using namespace rempart;
    using namespace rempart::examine;
    const auto environment = ArchiveEnvironment::prepare(); // before confinement: it reads files
    return serve_stream([&environment](ByteView body, std::vector<UniqueFd> descriptors,
                                       ItemStreamWriter& writer) -> Result<void> {
        if (!environment) {
            return fail(environment.error());
        }
        const auto limits = decode_archive_request(body);
        if (!limits) {
            return fail(limits.error());
        }
        if (descriptors.size() != 1) {
            return fail(Errc::invalid_argument, "an archive is one descriptor");
        }
        const Alive alive = [&writer] { return writer.alive(); };
        if (auto walked = walk_archive(*environment, descriptors[0].get(), *limits, writer, alive);
            !walked) {
            return walked;
        }
        return writer.finish({});
    });
}
