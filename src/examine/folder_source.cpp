// SPDX-License-Identifier: Apache-2.0
//
// The walk of a folder. Nothing in it is ever followed: each step opens one name relative to the
// descriptor of its directory with O_NOFOLLOW, so that neither a link in the evidence nor one that
// is put there during the walk can lead out of it.
#include <cerrno>
#include <cstring>
#include <deque>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fmt/format.h>

#include "examine/folder_listing.hpp"
#include "rempart/core/fd.hpp"
#include "rempart/core/text.hpp"
#include "rempart/examine/source.hpp"

namespace rempart::examine {
namespace {

/// Our choice: PATH_MAX allows 2,048 directories of one letter; twice that is no honest folder.
constexpr std::size_t kMaxDepth = 4'096;
/// Our choice: far below the usual limit of 1,024 descriptors, and deeper than usual folders.
constexpr std::size_t kMaxOpenDirectories = 64;

unsigned char type_of_mode(std::uint32_t mode) {
    return static_cast<unsigned char>((mode & S_IFMT) >> 12U); // as IFTODT of <dirent.h>
}

ItemKind kind_of_type(unsigned char type) {
    switch (type) {
    case DT_LNK: return ItemKind::symlink;
    case DT_FIFO:
    case DT_CHR:
    case DT_BLK:
    case DT_SOCK: return ItemKind::special;
    default: return ItemKind::file;
    }
}

/// The events of one entry that is no directory; looks at it, and opens it if it is a file.
void tell_entry(int directory, const char* name, ItemBegin begin, std::deque<Event>& events) {
    UniqueFd file;
    Result<EntryStatus> status = fail(Errc::io, "");
    if (begin.head.kind == ItemKind::file) {
        auto opened = open_entry(directory, name, 0);
        if (opened) {
            file = std::move(*opened);
        } else {
            begin.head.error = opened.error();
        }
    }
    status = file ? status_of(file.get(), "") : status_of(directory, name);
    if (status) {
        begin.head.times = status->times;
        begin.head.kind = kind_of_type(type_of_mode(status->mode)); // it may have been replaced
        begin.head.size_bytes = begin.head.kind == ItemKind::file ? status->size_bytes : 0;
        if (begin.head.kind != ItemKind::file) {
            begin.head.error.reset();
            file.reset();
        } else if (file && !S_ISREG(status->mode)) {
            begin.head.error = Error{Errc::io, "replaced by a directory during the walk"};
            file.reset();
        }
    } else if (!begin.head.error) {
        begin.head.error = status.error();
    }
    events.emplace_back(std::move(begin));
    if (file) {
        events.emplace_back(ItemFile{std::move(file)});
    }
    events.emplace_back(ItemEnd{});
}

class FolderSource final : public Source {
  public:
    FolderSource(UniqueFd root, const EntryStatus& status, WalkStart start)
        : start_(std::move(start)) {
        push(std::move(root), status, "");
    }

    Result<Event> next() override {
        while (events_.empty()) {
            advance();
        }
        Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

  private:
    struct Level {
        UniqueFd directory; ///< None while more than kMaxOpenDirectories lie below.
        std::uint64_t device = 0, inode = 0;
        std::string name; ///< As in its parent; "" for the root.
        FolderListing listing;
        std::size_t at = 0;        ///< The next entry of the listing.
        std::size_t path_size = 0; ///< Of path_ up to and with this directory's '/'.
    };

    void advance();
    void visit(const char* name, unsigned char type);
    void enter(const char* name);
    [[nodiscard]] std::optional<Error> refuse(const EntryStatus& status) const;
    void push(UniqueFd directory, const EntryStatus& status, const char* name);
    void leave();
    [[nodiscard]] Result<UniqueFd> open_again(const Level& child) const;
    [[nodiscard]] bool is_that(int directory, const Level& level) const;
    void tell_problem(std::string path, Error error);
    [[nodiscard]] bool wants(std::uint64_t ordinal) const {
        return ordinal >= start_.first_ordinal && next_wanted(start_.only, ordinal) == ordinal;
    }

    WalkStart start_;
    std::uint64_t ordinal_ = 0; ///< Of the next item.
    std::vector<Level> levels_; ///< From the root to the directory at hand.
    std::string path_;          ///< Of the directory at hand, with '/' at its end; "" at the root.
    std::deque<Event> events_;
};

void FolderSource::advance() {
    if (levels_.empty()) {
        SourceEnd end;
        end.items = ordinal_;
        events_.emplace_back(std::move(end));
        return;
    }
    Level& level = levels_.back();
    if (level.at < level.listing.size()) {
        const std::size_t at = level.at++;
        visit(level.listing.name(at), level.listing.type(at));
        return;
    }
    if (const auto& fault = level.listing.fault()) {
        tell_problem(path_.substr(0, path_.empty() ? 0 : path_.size() - 1), *fault);
    }
    leave();
}

void FolderSource::visit(const char* name, unsigned char type) {
    const int directory = levels_.back().directory.get();
    if (type == DT_UNKNOWN) {
        if (const auto status = status_of(directory, name)) {
            type = type_of_mode(status->mode);
        }
    }
    if (type == DT_DIR) {
        enter(name);
        return;
    }
    const std::uint64_t ordinal = ordinal_++;
    if (!wants(ordinal)) {
        return;
    }
    ItemBegin begin{.ordinal = ordinal, .head = {}};
    begin.head.path = path_ + to_utf8(name);
    begin.head.kind = kind_of_type(type);
    tell_entry(directory, name, std::move(begin), events_);
}

void FolderSource::enter(const char* name) {
    std::string path = path_ + to_utf8(name);
    if (levels_.size() >= kMaxDepth) {
        tell_problem(std::move(path),
                     {Errc::limit_exceeded,
                      fmt::format("more than {} directories deep: not entered", kMaxDepth)});
        return;
    }
    auto directory = open_entry(levels_.back().directory.get(), name, O_DIRECTORY);
    if (!directory) {
        tell_problem(std::move(path), directory.error());
        return;
    }
    const auto status = status_of(directory->get(), "");
    if (!status) {
        tell_problem(std::move(path), status.error());
    } else if (auto why = refuse(*status)) {
        tell_problem(std::move(path), std::move(*why));
    } else {
        push(std::move(*directory), *status, name);
    }
}

std::optional<Error> FolderSource::refuse(const EntryStatus& status) const {
    const Level& parent = levels_.back();
    if (status.is_mount_root.value_or(status.device != parent.device)) {
        return Error{Errc::skipped,
                     "another file system is mounted here: not entered, name it as an exhibit"};
    }
    for (const Level& level : levels_) {
        if (level.device == status.device && level.inode == status.inode) {
            return Error{Errc::skipped, "a directory that contains itself: not entered again"};
        }
    }
    return std::nullopt;
}

void FolderSource::push(UniqueFd directory, const EntryStatus& status, const char* name) {
    if (levels_.size() > kMaxOpenDirectories) { // the root's is kept: the way back starts there
        levels_[levels_.size() - kMaxOpenDirectories].directory.reset();
    }
    if (!levels_.empty()) {
        path_ += to_utf8(name);
        path_ += '/';
    }
    Level level{.directory = std::move(directory),
                .device = status.device,
                .inode = status.inode,
                .name = name,
                .listing = {},
                .at = 0,
                .path_size = path_.size()};
    level.listing = FolderListing::read(level.directory.get());
    levels_.push_back(std::move(level));
}

void FolderSource::leave() {
    const Level child = std::move(levels_.back());
    levels_.pop_back();
    if (levels_.empty()) {
        return;
    }
    Level& parent = levels_.back();
    path_.resize(parent.path_size);
    if (parent.directory) {
        return;
    }
    auto directory = open_again(child);
    if (directory) {
        parent.directory = std::move(*directory);
        return;
    }
    // Its names stay names: without the directory each would be looked for in the wrong place.
    tell_problem(path_.substr(0, path_.size() - 1),
                 {directory.error().code,
                  fmt::format("directory moved away during the walk: {} entries not read",
                              parent.listing.size() - parent.at)});
    parent.at = parent.listing.size();
}

Result<UniqueFd> FolderSource::open_again(const Level& child) const {
    const Level& wanted = levels_.back();
    if (child.directory) {
        auto parent = open_entry(child.directory.get(), "..", O_DIRECTORY);
        if (parent && is_that(parent->get(), wanted)) {
            return parent;
        }
    }
    UniqueFd down;
    for (std::size_t i = 1; i < levels_.size(); ++i) {
        const int from = i == 1 ? levels_[0].directory.get() : down.get();
        auto directory = open_entry(from, levels_[i].name.c_str(), O_DIRECTORY);
        if (!directory) {
            return directory;
        }
        down = std::move(*directory);
    }
    if (!is_that(down.get(), wanted)) {
        return fail(Errc::not_found, "another directory has its name now");
    }
    return down;
}

bool FolderSource::is_that(int directory, const Level& level) const {
    const auto status = status_of(directory, "");
    return status && status->device == level.device && status->inode == level.inode;
}

void FolderSource::tell_problem(std::string path, Error error) {
    const std::uint64_t ordinal = ordinal_++;
    if (!wants(ordinal)) {
        return;
    }
    ItemBegin begin{.ordinal = ordinal, .head = {}};
    begin.head.path = std::move(path);
    begin.head.kind = ItemKind::problem;
    begin.head.error = std::move(error);
    events_.emplace_back(std::move(begin));
    events_.emplace_back(ItemEnd{});
}

/// One file that the user named: its events are known from the beginning.
class SingleFileSource final : public Source {
  public:
    explicit SingleFileSource(std::deque<Event> events) : events_(std::move(events)) {}

    Result<Event> next() override {
        if (events_.empty()) {
            return SourceEnd{};
        }
        Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }

  private:
    std::deque<Event> events_;
};

Result<std::unique_ptr<Source>> open_single(UniqueFd file, std::string_view name,
                                            const WalkStart& start) {
    const auto status = status_of(file.get(), "");
    if (!status) {
        return fail(status.error());
    }
    if (!S_ISREG(status->mode)) {
        return fail(Errc::unsupported, "the exhibit is neither a regular file nor a directory");
    }
    std::deque<Event> events;
    if (start.first_ordinal == 0 && next_wanted(start.only, 0) == 0) {
        ItemBegin begin{.ordinal = 0, .head = {}};
        begin.head.path = to_utf8(name);
        begin.head.size_bytes = status->size_bytes;
        begin.head.times = status->times;
        events.emplace_back(std::move(begin));
        events.emplace_back(ItemFile{std::move(file)});
        events.emplace_back(ItemEnd{});
    }
    return std::make_unique<SingleFileSource>(std::move(events));
}

} // namespace

Result<std::unique_ptr<Source>> open_folder(const ExhibitPlan& plan, WalkStart start) {
    if (plan.segments.size() != 1 ||
        (plan.kind != ExhibitKind::folder && plan.kind != ExhibitKind::file)) {
        return fail(Errc::invalid_argument, "a folder or a file has exactly one path");
    }
    // The operator's own path may run over links; from here on nothing does.
    std::error_code failed;
    const auto resolved = std::filesystem::canonical(plan.segments[0], failed);
    if (failed) {
        return fail(failed == std::errc::no_such_file_or_directory ? Errc::not_found : Errc::io,
                    fmt::format("the exhibit cannot be found: {}", failed.message()));
    }
    const bool is_folder = plan.kind == ExhibitKind::folder;
    auto opened = open_entry(AT_FDCWD, resolved.c_str(), is_folder ? O_DIRECTORY : 0);
    if (!opened) {
        return fail(opened.error());
    }
    if (!is_folder) {
        return open_single(std::move(*opened), plan.segments[0].filename().native(), start);
    }
    const auto status = status_of(opened->get(), "");
    if (!status) {
        return fail(status.error());
    }
    return std::make_unique<FolderSource>(std::move(*opened), *status, std::move(start));
}

} // namespace rempart::examine
