// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// A SQLite VFS that passes everything on to the system's and fails the n-th operation that changes
/// a file: once, as a full disk does, or from then on, as a power cut does (the write that it hits
/// is torn in two). How SQLite itself is tested: sqlite.org/testing.html, sections 3.2 and 3.3.

#include <cstddef>
#include <new>

#include <sqlite3.h>

namespace rempart::casefile {

class FaultVfs {
  public:
    enum class Fault { fails_once, power_cut };

    /// Becomes the default VFS until it is destroyed. Not for two at a time.
    FaultVfs() : real_(sqlite3_vfs_find(nullptr)) {
        vfs_ = *real_;
        vfs_.zName = "rempart-fault";
        vfs_.pAppData = this;
        vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
        vfs_.pNext = nullptr;
        vfs_.xOpen = open;
        vfs_.xDelete = remove;
        sqlite3_vfs_register(&vfs_, 1);
    }
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;
    ~FaultVfs() {
        sqlite3_vfs_unregister(&vfs_);
        sqlite3_vfs_register(real_, 1);
    }

    /// The n-th change from now on fails, counted from 1.
    void arm(int n, Fault fault) {
        left_ = n;
        fault_ = fault;
        struck_ = false;
    }
    void disarm() {
        left_ = 0;
        struck_ = false;
    }
    /// Whether the fault has happened.
    [[nodiscard]] bool struck() const { return struck_; }

  private:
    struct File {
        sqlite3_file base;
        FaultVfs* owner;
        [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };

    bool strikes() {
        if (struck_) {
            return fault_ == Fault::power_cut;
        }
        if (left_ > 0 && --left_ == 0) {
            struck_ = true;
            return true;
        }
        return false;
    }

    static FaultVfs& self(sqlite3_vfs* vfs) { return *static_cast<FaultVfs*>(vfs->pAppData); }
    static File& file(sqlite3_file* base) { return *reinterpret_cast<File*>(base); }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* base, int flags, int* out) {
        File* made = new (base) File{.base = {nullptr}, .owner = &self(vfs)};
        const int code =
            made->owner->real_->xOpen(made->owner->real_, name, made->real(), flags, out);
        if (made->real()->pMethods != nullptr) {
            made->base.pMethods = &kMethods;
        }
        return code;
    }
    static int remove(sqlite3_vfs* vfs, const char* name, int sync) {
        FaultVfs& owner = self(vfs);
        return owner.strikes() ? SQLITE_IOERR_DELETE
                               : owner.real_->xDelete(owner.real_, name, sync);
    }
    static int write(sqlite3_file* base, const void* bytes, int size, sqlite3_int64 offset) {
        File& it = file(base);
        const bool was_struck = it.owner->struck_;
        if (it.owner->strikes()) {
            if (!was_struck && it.owner->fault_ == Fault::power_cut) {
                it.real()->pMethods->xWrite(it.real(), bytes, size / 2, offset);
            }
            return SQLITE_FULL;
        }
        return it.real()->pMethods->xWrite(it.real(), bytes, size, offset);
    }
    static int truncate(sqlite3_file* base, sqlite3_int64 size) {
        File& it = file(base);
        return it.owner->strikes() ? SQLITE_IOERR_TRUNCATE
                                   : it.real()->pMethods->xTruncate(it.real(), size);
    }
    static int sync(sqlite3_file* base, int flags) {
        File& it = file(base);
        return it.owner->strikes() ? SQLITE_IOERR_FSYNC
                                   : it.real()->pMethods->xSync(it.real(), flags);
    }
    // The rest is passed on as it is.
    template <auto Method, typename... Args>
    static int pass(sqlite3_file* base, Args... args) {
        sqlite3_file* real = file(base).real();
        return (real->pMethods->*Method)(real, args...);
    }

    static void barrier(sqlite3_file* base) {
        file(base).real()->pMethods->xShmBarrier(file(base).real());
    }

    using M = sqlite3_io_methods;
    static constexpr sqlite3_io_methods kMethods{
        .iVersion = 2, // without memory mapping, which would go past the counter
        .xClose = pass<&M::xClose>,
        .xRead = pass<&M::xRead, void*, int, sqlite3_int64>,
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize = pass<&M::xFileSize, sqlite3_int64*>,
        .xLock = pass<&M::xLock, int>,
        .xUnlock = pass<&M::xUnlock, int>,
        .xCheckReservedLock = pass<&M::xCheckReservedLock, int*>,
        .xFileControl = pass<&M::xFileControl, int, void*>,
        .xSectorSize = pass<&M::xSectorSize>,
        .xDeviceCharacteristics = pass<&M::xDeviceCharacteristics>,
        .xShmMap = pass<&M::xShmMap, int, int, int, void volatile**>,
        .xShmLock = pass<&M::xShmLock, int, int, int>,
        .xShmBarrier = barrier,
        .xShmUnmap = pass<&M::xShmUnmap, int>,
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };

    sqlite3_vfs* real_;
    sqlite3_vfs vfs_{};
    int left_ = 0;
    Fault fault_ = Fault::fails_once;
    bool struck_ = false;
};

} // namespace rempart::casefile
