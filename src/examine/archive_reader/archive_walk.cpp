// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_walk.hpp"

#include <cerrno>
#include <cwchar>
#include <memory>
#include <string>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include "examine/archive_reader/archive_end.hpp"
#include "examine/archive_reader/archive_status.hpp"
#include "examine/archive_reader/member_content.hpp"
#include "examine/archive_reader/member_label.hpp"
#include "rempart/core/fd.hpp"

namespace rempart::examine {
namespace {

/// Our choice: header calls in a row that do not move, before the decoder is taken for stuck.
constexpr int kMaxStuckCalls = 8;

struct FreeReader {
    void operator()(archive* reader) const { archive_read_free(reader); }
};
struct FreeEntry {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

using Support = int (*)(archive*);

// All formats that hold members in themselves. Not: mtree (names files elsewhere), warc, and
// `empty`, which only a compressed nothing needs.
constexpr Support kFormats[] = {
    archive_read_support_format_zip,  archive_read_support_format_7zip,
    archive_read_support_format_rar,  archive_read_support_format_rar5,
    archive_read_support_format_tar,  archive_read_support_format_cpio,
    archive_read_support_format_ar,   archive_read_support_format_iso9660,
    archive_read_support_format_cab,  archive_read_support_format_lha,
    archive_read_support_format_xar,  archive_read_support_format_raw,
    archive_read_support_format_empty};

// Only decoders that Debian's libarchive holds in itself; the others would start programs (lzop,
// lrzip, grzip), which the confinement forbids and which we never want.
constexpr Support kFilters[] = {
    archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
    archive_read_support_filter_xz,   archive_read_support_filter_lzma,
    archive_read_support_filter_lzip, archive_read_support_filter_zstd,
    archive_read_support_filter_lz4,  archive_read_support_filter_compress,
    archive_read_support_filter_rpm};

/// A name of libarchive's when a compressed file holds none (format `raw`), and ours.
constexpr std::string_view kRawName = "data";
constexpr std::string_view kContentName = "content";

class ArchiveWalk {
  public:
    ArchiveWalk(int descriptor, std::uint64_t size_bytes, const ArchiveLimits& limits,
                ItemSink& sink, const Alive& alive)
        : descriptor_(descriptor), limits_(&limits), sink_(&sink),
          input_(descriptor, size_bytes, alive), reader_(archive_read_new()),
          entry_(archive_entry_new()), content_(reader_.get(), input_, limits, sink) {}

    [[nodiscard]] Result<void> run();

  private:
    [[nodiscard]] int open();
    [[nodiscard]] Result<void> take(int status);
    [[nodiscard]] Result<void> take_end();
    [[nodiscard]] Result<void> take_bad_header(int status);
    [[nodiscard]] Result<void> take_entry();
    [[nodiscard]] Result<void> take_file(const ItemHead& head);
    [[nodiscard]] Result<void> tell(const ItemHead& head);
    [[nodiscard]] Result<void> tell_problem(std::string path, Error error);
    [[nodiscard]] Result<void> finish_with(Error error);
    [[nodiscard]] Result<void> tell_damage();
    [[nodiscard]] std::string label() const;
    [[nodiscard]] bool is_compressed_stream() const;

    int descriptor_;
    const ArchiveLimits* limits_;
    ItemSink* sink_;
    ArchiveInput input_;
    std::unique_ptr<archive, FreeReader> reader_;
    std::unique_ptr<archive_entry, FreeEntry> entry_;
    MemberContent content_;
    /// What a decompressor said at its first bytes, if it gave none: then that is why.
    std::optional<Error> open_error_;
    bool over_ = false;
    std::uint64_t entries_ = 0;
    std::uint64_t told_ = 0;        ///< Items, problems too.
    std::uint64_t bad_headers_ = 0; ///< In a row, not yet told.
    Error bad_header_;              ///< The first of them.
    la_int64_t last_position_ = -1;
    int stuck_calls_ = 0;
};

int ArchiveWalk::open() {
    if (!reader_ || !entry_) {
        return ARCHIVE_FATAL;
    }
    for (const Support support : kFormats) {
        if (support(reader_.get()) < ARCHIVE_WARN) {
            return ARCHIVE_FATAL;
        }
    }
    for (const Support support : kFilters) {
        if (support(reader_.get()) != ARCHIVE_OK) { // WARN: it would start a program
            return ARCHIVE_FATAL;
        }
    }
    // Members behind the first end mark: joined archives, and what is hidden there.
    archive_read_set_options(reader_.get(), "tar:read_concatenated_archives");
    return input_.open(reader_.get());
}

bool ArchiveWalk::is_compressed_stream() const {
    return archive_filter_code(reader_.get(), 0) != ARCHIVE_FILTER_NONE;
}

Result<void> ArchiveWalk::run() {
    if (input_.size_bytes() == 0) {
        return finish_with({Errc::truncated, "the file is empty"});
    }
    if (const int status = open(); status < ARCHIVE_WARN) {
        return !reader_ || !entry_ ? finish_with({Errc::memory, "not enough memory to begin"})
                                   : finish_with(error_of_status(reader_.get(), status, input_));
    }
    if (archive_errno(reader_.get()) != 0) { // and cleared by the next call
        open_error_ = error_of_status(reader_.get(), ARCHIVE_FATAL, input_);
    }
    while (!over_) {
        errno = 0; // libarchive takes a left-over ENOMEM for its own
        const int status = archive_read_next_header2(reader_.get(), entry_.get());
        if (const auto& abandoned = input_.abandoned()) {
            return fail(*abandoned);
        }
        if (auto taken = take(status); !taken) {
            return taken;
        }
    }
    if (const auto& abandoned = input_.abandoned()) {
        return fail(*abandoned);
    }
    return {};
}

Result<void> ArchiveWalk::take(int status) {
    if (status == ARCHIVE_EOF) {
        return take_end();
    }
    if (status == ARCHIVE_FATAL) {
        if (auto told = tell_damage(); !told) {
            return told;
        }
        if (archive_entry_is_encrypted(entry_.get()) != 0) {
            return finish_with({Errc::encrypted, "the list of members can be read with the "
                                                 "archive's password only"});
        }
        return finish_with(error_of_status(reader_.get(), status, input_));
    }
    const la_int64_t position = archive_filter_bytes(reader_.get(), 0);
    stuck_calls_ = position == last_position_ ? stuck_calls_ + 1 : 0;
    last_position_ = position;
    if (status == ARCHIVE_RETRY || status == ARCHIVE_FAILED) {
        return take_bad_header(status);
    }
    if (auto told = tell_damage(); !told) {
        return told;
    }
    return take_entry();
}

// A header that is no header: the next one is looked for behind it. A stretch of them is one
// problem.
Result<void> ArchiveWalk::take_bad_header(int status) {
    if (bad_headers_++ == 0) {
        bad_header_ = error_of_status(reader_.get(), status, input_);
    }
    if (stuck_calls_ > kMaxStuckCalls) {
        return finish_with(std::exchange(bad_header_, {}));
    }
    return {};
}

Result<void> ArchiveWalk::tell_damage() {
    if (bad_headers_ == 0) {
        return {};
    }
    Error error = std::exchange(bad_header_, {});
    error.message += fmt::format(": {} headers passed over", std::exchange(bad_headers_, 0));
    return tell_problem("", std::move(error));
}

Result<void> ArchiveWalk::take_end() {
    over_ = true;
    if (auto told = tell_damage(); !told) {
        return told;
    }
    if (format_family(reader_.get()) == ARCHIVE_FORMAT_EMPTY && is_compressed_stream()) {
        ItemHead head;
        head.path = kContentName;
        head.state = ItemState::embedded;
        head.error = std::move(open_error_);
        return tell(head);
    }
    if (auto missing = missing_end(reader_.get(), descriptor_, input_.size_bytes())) {
        return tell_problem("", std::move(*missing));
    }
    // A disc always has its root directory; elsewhere directories alone are an archive too.
    const bool only_root = format_family(reader_.get()) == ARCHIVE_FORMAT_ISO9660;
    if (told_ == 0 && (entries_ == 0 || only_root)) {
        return tell_problem("", {Errc::malformed, fmt::format("no member in an archive of {} bytes",
                                                              input_.size_bytes())});
    }
    return {};
}

Result<void> ArchiveWalk::take_entry() {
    if (format_family(reader_.get()) == ARCHIVE_FORMAT_RAW && !is_compressed_stream()) {
        return finish_with({Errc::malformed, "neither an archive nor a compressed file"});
    }
    if (++entries_ > limits_->max_entries) {
        return finish_with({Errc::limit_exceeded,
                            fmt::format("more than {} entries (limit of the entries): the rest is "
                                        "not read",
                                        limits_->max_entries)});
    }
    if (archive_entry_filetype(entry_.get()) == AE_IFDIR) {
        // Elsewhere the size is that of the list of names (ISO 9660).
        const bool has_bytes = format_family(reader_.get()) == ARCHIVE_FORMAT_ZIP &&
                               archive_entry_size(entry_.get()) > 0;
        return has_bytes
                   ? tell_problem(label(), {Errc::skipped, "a directory with content of its own, "
                                                           "which is not read"})
                   : Result<void>{};
    }
    ItemHead head = head_of_entry(reader_.get(), entry_.get());
    head.path = label();
    if (head.kind == ItemKind::file && !head.error) {
        return take_file(head);
    }
    return tell(head);
}

Result<void> ArchiveWalk::take_file(const ItemHead& head) {
    ContentStated stated{.size_bytes = std::nullopt,
                         .check = content_check(reader_.get(), descriptor_, input_.size_bytes())};
    if (archive_entry_size_is_set(entry_.get()) != 0) {
        stated.size_bytes = head.size_bytes;
    }
    ++told_;
    auto wanted = sink_->begin(head);
    if (!wanted) {
        return fail(wanted.error());
    }
    if (!*wanted) {
        return {};
    }
    auto end = content_.copy(stated);
    if (!end) {
        return fail(end.error());
    }
    if (const auto& abandoned = input_.abandoned()) {
        return fail(*abandoned);
    }
    if (auto ended = sink_->end(end->how); !ended) {
        return ended;
    }
    if (auto& over = end->archive_over) {
        return finish_with(std::move(*over));
    }
    return {};
}

Result<void> ArchiveWalk::tell(const ItemHead& head) {
    ++told_;
    auto wanted = sink_->begin(head);
    if (!wanted) {
        return fail(wanted.error());
    }
    return *wanted ? sink_->end({}) : Result<void>{};
}

Result<void> ArchiveWalk::tell_problem(std::string path, Error error) {
    ItemHead head;
    head.path = std::move(path);
    head.kind = ItemKind::problem;
    head.state = ItemState::embedded;
    head.error = std::move(error);
    return tell(head);
}

Result<void> ArchiveWalk::finish_with(Error error) {
    over_ = true;
    if (const auto& abandoned = input_.abandoned()) {
        return fail(*abandoned);
    }
    return tell_problem("", std::move(error));
}

std::string ArchiveWalk::label() const {
    errno = 0; // with ENOMEM left over libarchive ends the process here
    const char* name = archive_entry_pathname(entry_.get());
    if (name == nullptr) {
        name = archive_entry_pathname_utf8(entry_.get());
    }
    if (name == nullptr) {
        return fmt::format("member {} (its name is not valid in its own character set)", entries_);
    }
    const int family = format_family(reader_.get());
    if (family == ARCHIVE_FORMAT_RAW && name == kRawName) {
        return std::string(kContentName);
    }
    return member_label(name, family == ARCHIVE_FORMAT_ZIP ? NameOrigin::zip : NameOrigin::other);
}

} // namespace

Result<void> walk_archive(const ArchiveEnvironment& environment, int descriptor,
                          const ArchiveLimits& limits, ItemSink& sink, const Alive& alive) {
    const auto size_bytes = size_of(descriptor);
    if (!size_bytes) {
        return fail(size_bytes.error());
    }
    const ArchiveEnvironment::Use use(environment);
    return ArchiveWalk(descriptor, *size_bytes, limits, sink, alive).run();
}

} // namespace rempart::examine
