// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// The only way in to libtsk's headers, and its objects with one owner.
///
/// Debian's libtsk is built for threads; a user that does not say so sees other structures (the
/// lock inside TSK_IMG_INFO has size 0) and reads the fields behind it at wrong places.
#define TSK_MULTITHREAD_LIB 1
#include <memory>

#include <tsk/libtsk.h>

#include "rempart/core/result.hpp"

namespace rempart::examine {

struct TskClose {
    void operator()(TSK_VS_INFO* volumes) const { tsk_vs_close(volumes); }
    void operator()(TSK_FS_INFO* file_system) const { tsk_fs_close(file_system); }
    void operator()(TSK_FS_FILE* file) const { tsk_fs_file_close(file); }
    void operator()(TSK_IMG_INFO* image) const { tsk_img_close(image); }
    void operator()(const TSK_POOL_INFO* pool) const { tsk_pool_close(pool); }
};
using TskVolumes = std::unique_ptr<TSK_VS_INFO, TskClose>;
using TskFileSystem = std::unique_ptr<TSK_FS_INFO, TskClose>;
using TskFile = std::unique_ptr<TSK_FS_FILE, TskClose>;
/// libtsk's view of one volume of a pool.
using TskPoolImage = std::unique_ptr<TSK_IMG_INFO, TskClose>;
using TskPool = std::unique_ptr<const TSK_POOL_INFO, TskClose>;

/// The last error of libtsk as one of ours: `doing`, and libtsk's number. Its own text is left out,
/// because it may quote names from the evidence. Clears it.
[[nodiscard]] Error take_tsk_error(std::string_view doing);

} // namespace rempart::examine
