// SPDX-License-Identifier: Apache-2.0
#include "examine/archive_reader/archive_environment.hpp"

#include <cstdlib>
#include <ctime>
#include <cwchar>

namespace rempart::examine {

Result<ArchiveEnvironment> ArchiveEnvironment::prepare() {
    ArchiveEnvironment environment;
    environment.locale_.reset(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{}));
    if (!environment.locale_) {
        return fail(Errc::unsupported, "the system has no locale C.UTF-8");
    }
    // A first conversion and a first tzset read the C library's tables; later ones read no file.
    const Use use(environment);
    const char* text = "\xC3\xA9";
    std::mbstate_t state{};
    wchar_t wide[4] = {};
    if (std::mbsrtowcs(wide, &text, 4, &state) != 1) {
        return fail(Errc::unsupported, "the system's locale C.UTF-8 does not convert");
    }
    ::setenv("TZ", "UTC0", 1);
    ::tzset();
    std::tm first_day{};
    first_day.tm_year = 80;
    first_day.tm_mday = 1;
    (void)std::mktime(&first_day);
    return environment;
}

ArchiveEnvironment::Use::Use(const ArchiveEnvironment& environment)
    : before_(::uselocale(environment.locale_.get())) {
}

ArchiveEnvironment::Use::~Use() {
    ::uselocale(before_);
}

} // namespace rempart::examine
