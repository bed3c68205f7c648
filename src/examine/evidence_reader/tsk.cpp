// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/tsk.hpp"

#include <fmt/format.h>

namespace rempart::examine {
namespace {

Errc code_of(std::uint32_t number) {
    switch (number) {
    case TSK_ERR_FS_ENCRYPTED:
    case TSK_ERR_FS_POSSIBLY_ENCRYPTED:
    case TSK_ERR_VS_ENCRYPTED: return Errc::encrypted;
    case TSK_ERR_FS_READ:
    case TSK_ERR_FS_READ_OFF:
    case TSK_ERR_IMG_READ:
    case TSK_ERR_IMG_READ_OFF:
    case TSK_ERR_VS_READ: return Errc::damaged;
    case TSK_ERR_FS_UNSUPTYPE:
    case TSK_ERR_FS_UNSUPFUNC:
    case TSK_ERR_VS_UNSUPTYPE: return Errc::unsupported;
    default: return Errc::malformed;
    }
}

} // namespace

Error take_tsk_error(std::string_view doing) {
    const std::uint32_t number = tsk_error_get_errno();
    tsk_error_reset();
    return {code_of(number), fmt::format("{} (libtsk error {:#010x})", doing, number)};
}

} // namespace rempart::examine
