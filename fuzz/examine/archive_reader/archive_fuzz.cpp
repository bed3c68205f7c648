// SPDX-License-Identifier: Apache-2.0
//
// The member walk over any bytes, with small limits. Seeds: tests/data/archives.
#include <cstdint>
#include <cstdlib>

#include <unistd.h>

#include "examine/archive_reader/archive_walk.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/text.hpp"

namespace {

using namespace rempart;
using namespace rempart::examine;

constexpr ArchiveLimits kLimits{
    .max_entries = 200, .max_total_bytes = std::uint64_t{1} << 20, .max_ratio = 200};

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

// Counts, and checks what an ItemSink may rely on.
class CountingSink final : public ItemSink {
  public:
    [[nodiscard]] Result<bool> begin(const ItemHead& head) override {
        require(!in_item_ && is_utf8(head.path)); // may begin with '/': told as it is written
        require(head.path.find('\0') == std::string::npos);
        require(head.kind != ItemKind::problem || head.error.has_value());
        in_item_ = true;
        is_file_ = head.kind == ItemKind::file;
        ++items_;
        return true;
    }
    [[nodiscard]] Result<std::span<std::byte>> room() override {
        require(in_item_ && is_file_);
        return std::span(room_);
    }
    [[nodiscard]] Result<void> wrote(std::size_t size_bytes) override {
        require(size_bytes > 0 && size_bytes <= room_.size());
        bytes_ += size_bytes;
        return {};
    }
    [[nodiscard]] Result<void> end(const ItemEnd& /*how*/) override {
        require(in_item_);
        in_item_ = false;
        return {};
    }
    // Every item ended, no limit passed.
    void check() const {
        require(!in_item_ && items_ <= 2 * kLimits.max_entries + 2);
        require(bytes_ <= kLimits.max_total_bytes);
    }

  private:
    bool in_item_ = false, is_file_ = false;
    std::uint64_t items_ = 0, bytes_ = 0;
    Bytes room_ = Bytes(4096);
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto kEnvironment = ArchiveEnvironment::prepare();
    static const auto kFile = make_memory_file("fuzz");
    require(kEnvironment && kFile);
    require(::ftruncate(kFile->get(), 0) == 0 && ::lseek(kFile->get(), 0, SEEK_SET) == 0);
    require(write_all(kFile->get(), ByteView(reinterpret_cast<const std::byte*>(data), size))
                .has_value());
    CountingSink sink;
    require(walk_archive(*kEnvironment, kFile->get(), kLimits, sink, [] {
                return Result<void>{};
            }).has_value());
    sink.check();
    return 0;
}
