// SPDX-License-Identifier: Apache-2.0
#pragma once

/// \file
/// What libarchive takes from its process rather than from its arguments: character set and time
/// zone. To be prepared before confinement, because the C library reads files for both.

#include <memory>

#include <locale.h>

#include "rempart/core/result.hpp"

namespace rempart::examine {

/// Names come out as UTF-8 where an archive says what they are, and as their own bytes elsewhere;
/// clock readings without a zone come out as if they were UTC.
class ArchiveEnvironment {
  public:
    /// Sets the process's TZ: only for a process without other threads. \return `unsupported` if
    /// the C library has no locale C.UTF-8.
    [[nodiscard]] static Result<ArchiveEnvironment> prepare();

    /// Makes the locale the calling thread's, as long as the object lives.
    class Use {
      public:
        explicit Use(const ArchiveEnvironment& environment);
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use();

      private:
        locale_t before_;
    };

  private:
    struct FreeLocale {
        using pointer = locale_t;
        void operator()(locale_t locale) const { ::freelocale(locale); }
    };
    std::unique_ptr<locale_t, FreeLocale> locale_;
};

} // namespace rempart::examine
