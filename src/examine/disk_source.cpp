// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "examine/disk_request.hpp"
#include "examine/resilient_source.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/wire.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {
namespace {

Result<std::unique_ptr<Source>> open_image(const ExhibitPlan& plan, const ReaderConfig& config,
                                           DiskTask task, WalkStart start) {
    if (plan.kind != ExhibitKind::disk_raw && plan.kind != ExhibitKind::disk_e01) {
        return fail(Errc::invalid_argument, "the exhibit is no disk image");
    }
    ReaderRequest request;
    request.role = "evidence_reader";
    request.body = encode(DiskRequest{
        .task = task,
        .container = plan.kind == ExhibitKind::disk_e01 ? DiskContainer::e01 : DiskContainer::raw,
        .tell_volume_damage = start.tell_volume_damage});
    for (const std::filesystem::path& segment : plan.segments) {
        Result<UniqueFd> descriptor = open_read_only(segment);
        if (!descriptor) {
            return fail(descriptor.error());
        }
        request.descriptors.push_back(std::move(*descriptor));
    }
    return ResilientSource::open(std::move(request), config, start);
}

} // namespace

Bytes encode(const DiskRequest& request) {
    WireWriter out;
    out.u8(static_cast<std::uint8_t>(request.task));
    out.u8(static_cast<std::uint8_t>(request.container));
    out.u8(request.tell_volume_damage ? 1 : 0);
    return out.take();
}

Result<DiskRequest> decode_disk_request(ByteView body) {
    WireReader in(body);
    DiskRequest request;
    request.task = in.enumerator(DiskTask::medium);
    request.container = in.enumerator(DiskContainer::e01);
    request.tell_volume_damage = in.u8() != 0;
    if (Result<void> whole = in.finish(); !whole) {
        return fail(whole.error());
    }
    return request;
}

Result<std::unique_ptr<Source>> open_disk(const ExhibitPlan& plan, const ReaderConfig& config,
                                          WalkStart start) {
    return open_image(plan, config, DiskTask::files, start);
}

Result<std::unique_ptr<Source>> open_medium(const ExhibitPlan& plan, const ReaderConfig& config) {
    return open_image(plan, config, DiskTask::medium, {});
}

} // namespace rempart::examine
