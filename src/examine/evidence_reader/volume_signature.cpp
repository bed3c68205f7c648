// SPDX-License-Identifier: Apache-2.0
#include "examine/evidence_reader/volume_signature.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rempart::examine {
namespace {

using namespace std::string_view_literals;

// Sources: the on-disk format documents of each; libblkid's superblock probes name the same places.
constexpr std::array kVolumes{
    VolumeSignature{0, "LUKS\xBA\xBE"sv, "LUKS encrypted volume", Errc::encrypted},
    VolumeSignature{3, "-FVE-FS-"sv, "BitLocker encrypted volume", Errc::encrypted},
    VolumeSignature{3, "MSWIN4.1\0\0\0\0-FVE-FS-"sv, "BitLocker To Go volume", Errc::encrypted},
    VolumeSignature{88, "CS"sv, "Apple CoreStorage volume (FileVault 2)", Errc::encrypted},
    VolumeSignature{32, "NXSB"sv, "APFS container that libtsk cannot open", Errc::unsupported},
    VolumeSignature{512, "LABELONE"sv, "LVM2 physical volume", Errc::unsupported},
    VolumeSignature{0, "LABELONE"sv, "LVM2 physical volume", Errc::unsupported},
    VolumeSignature{0, "XFSB"sv, "XFS file system", Errc::unsupported},
    VolumeSignature{65'600, "_BHRfS_M"sv, "btrfs file system", Errc::unsupported},
    VolumeSignature{3, "ReFS\0\0\0\0"sv, "ReFS file system", Errc::unsupported},
    VolumeSignature{3, "EXFAT   "sv, "exFAT file system that libtsk cannot open",
                    Errc::unsupported},
    VolumeSignature{3, "NTFS    "sv, "NTFS file system that libtsk cannot open", Errc::unsupported},
    VolumeSignature{1024, "\x10\x20\xF5\xF2"sv, "F2FS file system", Errc::unsupported},
    VolumeSignature{1080, "\x53\xEF"sv, "ext file system that libtsk cannot open",
                    Errc::unsupported},
    VolumeSignature{4086, "SWAPSPACE2"sv, "Linux swap area", Errc::unsupported},
    VolumeSignature{4086, "SWAP-SPACE"sv, "Linux swap area", Errc::unsupported},
    VolumeSignature{4096, "\xFC\x4E\x2B\xA9"sv, "Linux RAID member", Errc::unsupported},
    VolumeSignature{0, "hsqs"sv, "squashfs file system", Errc::unsupported},
    VolumeSignature{32'768, "JFS1"sv, "JFS file system", Errc::unsupported},
    VolumeSignature{65'588, "ReIsEr"sv, "ReiserFS file system", Errc::unsupported},
    VolumeSignature{32'769, "BEA01"sv, "UDF file system", Errc::unsupported},
    VolumeSignature{34'817, "BEA01"sv, "UDF file system", Errc::unsupported},
};

constexpr std::array kContainers{
    VolumeSignature{0, "QFI\xFB"sv, "qcow2 virtual disk", Errc::unsupported},
    VolumeSignature{0, "KDMV"sv, "VMDK virtual disk", Errc::unsupported},
    VolumeSignature{0, "COWD"sv, "VMDK virtual disk", Errc::unsupported},
    VolumeSignature{0, "# Disk DescriptorFile"sv, "VMDK descriptor", Errc::unsupported},
    VolumeSignature{0, "conectix"sv, "VHD virtual disk", Errc::unsupported},
    VolumeSignature{0, "vhdxfile"sv, "VHDX virtual disk", Errc::unsupported},
    VolumeSignature{0x40, "\x7F\x10\xDA\xBE"sv, "VDI virtual disk", Errc::unsupported},
    VolumeSignature{0, "AFF10\r\n"sv, "AFF image", Errc::unsupported},
    VolumeSignature{0, "EVF2\r\n\x81\0"sv, "Ex01 image", Errc::unsupported},
    VolumeSignature{0, "LVF\x09\r\n\xFF\0"sv, "L01 logical image", Errc::unsupported},
    VolumeSignature{0, "LEF2\r\n\x81\0"sv, "Lx01 logical image", Errc::unsupported},
    VolumeSignature{0, "ADSEGMENTEDFILE"sv, "AD1 logical image", Errc::unsupported},
};
constexpr VolumeSignature kDmg{0, "koly"sv, "Apple DMG image", Errc::unsupported};

bool matches(const VolumeSignature& signature, ByteView head) {
    const std::string_view text = chars_of(head);
    return text.size() >= signature.offset_bytes + signature.magic.size() &&
           text.substr(signature.offset_bytes, signature.magic.size()) == signature.magic;
}

} // namespace

std::span<const VolumeSignature> volume_signatures() {
    return kVolumes;
}
std::span<const VolumeSignature> container_signatures() {
    return kContainers;
}

Error describe_unknown(ByteView head) {
    const auto* known = std::ranges::find_if(
        kVolumes, [&](const VolumeSignature& signature) { return matches(signature, head); });
    if (known != kVolumes.end()) {
        return {known->code, fmt::format("not read: {}", known->what)};
    }
    if (std::ranges::all_of(head, [](std::byte b) { return b == std::byte{0}; })) {
        return {Errc::unsupported,
                fmt::format("no file system: the first {} bytes are zeros", head.size())};
    }
    return {Errc::unsupported, "no file system that is known here"};
}

const VolumeSignature* foreign_container(ByteView head, ByteView last_sector) {
    const auto* known = std::ranges::find_if(
        kContainers, [&](const VolumeSignature& signature) { return matches(signature, head); });
    if (known != kContainers.end()) {
        return known;
    }
    return matches(kDmg, last_sector) ? &kDmg : nullptr;
}

} // namespace rempart::examine
