// SPDX-License-Identifier: Apache-2.0
#include "examine/stream_source.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <span>
#include <utility>

namespace rempart::examine {
namespace {

/// A reader that says for so long that it lives, and nothing else, is taken for hung. Our choice: a
/// search for orphans reads a whole medium, and 1 TB at 100 MB/s are 3 hours.
constexpr std::chrono::hours kLongestSearch{6};

Result<void> send_request(sandbox::Child& child, StreamRequest request,
                          std::span<const int> descriptors) {
    if (descriptors.size() > kMaxDescriptors) {
        return fail(Errc::limit_exceeded, "more than 998 files in one request");
    }
    request.descriptors = static_cast<std::uint32_t>(descriptors.size());
    Bytes message = encode_request(request);
    while (true) {
        const std::size_t count = std::min(descriptors.size(), kDescriptorsPerMessage);
        if (Result<void> sent = child.send(message, descriptors.first(count)); !sent) {
            return sent;
        }
        descriptors = descriptors.subspan(count);
        if (descriptors.empty()) {
            return {};
        }
        message.assign(1, std::byte{0});
    }
}

} // namespace

/// Which slots are out, by the parent's own book: the child's words in shared memory are not asked.
class StreamSource::Leases {
  public:
    explicit Leases(std::shared_ptr<SharedArea> area) : area_(std::move(area)) {}
    /// False if the slot is out already.
    [[nodiscard]] bool take(std::uint32_t slot) { return !out_[slot].exchange(true); }
    void give_back(std::uint32_t slot) {
        out_[slot].store(false);
        area_->give_back(slot);
    }

  private:
    std::shared_ptr<SharedArea> area_; ///< A Chunk may be the last to need it.
    std::array<std::atomic<bool>, kMaxSlots> out_{};
};

Result<std::unique_ptr<StreamSource>> StreamSource::start(const ReaderRequest& request,
                                                          const ReaderConfig& config,
                                                          const StreamStart& start) {
    Result<std::unique_ptr<SharedArea>> area = SharedArea::create(request.slots);
    if (!area) {
        return fail(area.error());
    }
    Result<sandbox::Child> child = sandbox::Child::start(
        {.program = config.libexec_dir / request.role, .arguments = {}, .limits = config.limits});
    if (!child) {
        return fail(child.error());
    }
    std::vector<int> descriptors{(*area)->memory_descriptor(), (*area)->return_descriptor()};
    for (const UniqueFd& descriptor : request.descriptors) {
        descriptors.push_back(descriptor.get());
    }
    if (Result<void> sent = send_request(
            *child, {.descriptors = {}, .start = start, .body = request.body}, descriptors);
        !sent) {
        return fail(sent.error());
    }
    return std::unique_ptr<StreamSource>(
        new StreamSource(std::move(*child), std::move(*area), start));
}

StreamSource::StreamSource(sandbox::Child child, std::shared_ptr<SharedArea> area,
                           const StreamStart& start)
    : child_(std::move(child)), area_(std::move(area)), leases_(std::make_shared<Leases>(area_)),
      order_(start.first_ordinal, area_->slots(), start.only) {
    end_.confinement = child_.confinement();
}

Result<Event> StreamSource::next() {
    while (ready_.empty()) {
        if (failed_) {
            return fail(*failed_);
        }
        if (Result<void> received = receive_batch(); !received) {
            // What the batch held before its fault was valid and is told; then the error.
            failed_ = received.error();
            died_ = true;
            child_.stop();
            open_lease_.reset();
        }
    }
    Event event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

Result<void> StreamSource::receive_batch() {
    area_->set_parent_waiting(true);
    const Result<Bytes> message = child_.receive();
    area_->set_parent_waiting(false);
    if (!message) {
        return fail(message.error());
    }
    Result<std::vector<StreamRecord>> records = decode_batch(*message);
    if (!records) {
        return fail(records.error());
    }
    for (StreamRecord& record : *records) {
        if (Result<void> taken = take(std::move(record)); !taken) {
            return taken;
        }
    }
    const auto now = std::chrono::steady_clock::now();
    if (!ready_.empty()) {
        last_progress_ = now;
    } else if (now - last_progress_ > kLongestSearch) {
        return fail(Errc::deadline, "the reader found nothing for six hours");
    }
    return {};
}

Result<void> StreamSource::take(StreamRecord record) {
    if (Result<void> fits = order_.accept(record); !fits) {
        return fits;
    }
    if (auto* begin = std::get_if<ItemBegin>(&record)) {
        ready_.emplace_back(std::move(*begin));
    } else if (auto* end = std::get_if<ItemEnd>(&record)) {
        ready_.emplace_back(std::move(*end));
    } else if (const auto* bytes = std::get_if<SlotBytes>(&record)) {
        return take_bytes(*bytes);
    } else if (std::holds_alternative<SlotDone>(record)) {
        open_slot_.reset();
        open_lease_.reset();
    } else if (auto* volume = std::get_if<VolumeInfo>(&record)) {
        end_.volumes.push_back(std::move(*volume));
    } else if (auto* finish = std::get_if<StreamFinish>(&record)) {
        end_.items = area_->position().ordinal;
        end_.stored_md5 = std::move(finish->stored_md5);
        end_.stored_sha1 = std::move(finish->stored_sha1);
        open_lease_.reset();
        ready_.emplace_back(std::move(end_));
    } else if (auto* failed = std::get_if<StreamFailed>(&record)) {
        open_lease_.reset();
        failed_ = std::move(failed->error);
    }
    return {};
}

Result<void> StreamSource::take_bytes(const SlotBytes& bytes) {
    if (open_slot_ != bytes.slot) {
        if (!leases_->take(bytes.slot)) {
            return fail(Errc::bad_answer, "content in a slot that was not given back");
        }
        open_slot_ = bytes.slot;
        const auto give_back = [leases = leases_, slot = bytes.slot](const void*) {
            leases->give_back(slot);
        };
        open_lease_ = std::shared_ptr<const void>(area_.get(), give_back);
    }
    const ByteView view = area_->slot(bytes.slot).subspan(bytes.offset, bytes.size);
    ready_.emplace_back(ItemChunk{Chunk(view, open_lease_)});
    return {};
}

} // namespace rempart::examine
