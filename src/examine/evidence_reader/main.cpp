// SPDX-License-Identifier: Apache-2.0
// evidence_reader: the confined program that meets disk images. See docs/formats/disk-images.md.
#include <cstdlib>
#include <ctime>
#include <utility>

#include "examine/disk_request.hpp"
#include "examine/evidence_reader/disk_walk.hpp"
#include "examine/evidence_reader/medium.hpp"
#include "examine/item_stream_writer.hpp"

namespace {

using namespace rempart;
using namespace rempart::examine;

Result<void> walk(ByteView body, std::vector<UniqueFd> segments, ItemStreamWriter& writer) {
    const Result<DiskRequest> request = decode_disk_request(body);
    if (!request) {
        return fail(request.error());
    }
    Result<std::unique_ptr<Medium>> medium = request->container == DiskContainer::e01
                                                 ? open_ewf_medium(std::move(segments))
                                                 : open_raw_medium(std::move(segments));
    if (!medium) {
        return fail(medium.error());
    }
    return request->task == DiskTask::medium
               ? walk_medium(**medium, writer)
               : walk_disk(**medium, writer, request->tell_volume_damage);
}

} // namespace

int main() {
    // libtsk turns FAT's wall-clock times into instants with the zone of the process: in UTC the
    // reading stays what the medium says, wherever the examination takes place.
    ::setenv("TZ", "UTC", 1); // NOLINT(concurrency-mt-unsafe): no other thread runs yet
    ::tzset();
    return serve_stream(walk);
}
