# SPDX-License-Identifier: Apache-2.0
"""Archives that come out the same on every run, encrypted and hostile ones among them."""
import gzip
import io
import os
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib

WHEN = 1717236000  # 2024-06-01T10:00:00Z, the time of everything in the sample that has no other
ZIP_WHEN = (2024, 6, 1, 10, 0, 0)


def zip_bytes(members, compression=zipfile.ZIP_DEFLATED):
    """A zip of (name, bytes) with fixed times and rights."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, ZIP_WHEN)
            info.compress_type, info.external_attr = compression, 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def tar_gz_bytes(members):
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=WHEN, filename="") as outer:
        with tarfile.open(fileobj=outer, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, data in members:
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(data), WHEN
                archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def seven_zip_bytes(members, scratch):
    """A 7z by the real tool: one thread, and only the modification times, which are fixed."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, data in members:
        path = scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (WHEN, WHEN))
    subprocess.run(["7z", "a", "-bd", "-y", "-mx=3", "-mmt=1", "-mtc=off", "-mta=off", "out.7z", *[n for n, _ in members]],
                   cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    data = (scratch / "out.7z").read_bytes()
    shutil.rmtree(scratch)
    return data


class ZipCrypto:
    """The old PKWARE cipher (APPNOTE.TXT 6.1), with a fixed header instead of a random one."""

    def __init__(self, password):
        self.keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in password:
            self.update(byte)

    def update(self, byte):
        a, b, c = self.keys
        a = self.crc(a, byte)
        b = ((b + (a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self.keys = [a, b, self.crc(c, b >> 24)]

    @staticmethod
    def crc(value, byte):
        """One step of the bare CRC-32: zlib's without its inversions."""
        return (zlib.crc32(bytes([byte]), value ^ 0xFFFFFFFF) ^ 0xFFFFFFFF) & 0xFFFFFFFF

    def encrypt(self, data):
        out = bytearray()
        for byte in data:
            low = self.keys[2] | 2
            out.append(byte ^ ((low * (low ^ 1)) >> 8 & 0xFF))
            self.update(byte)
        return bytes(out)


def encrypted_zip_bytes(name, data, password):
    """One stored member under `password`."""
    crc = zlib.crc32(data)
    body = ZipCrypto(password).encrypt(bytes(11) + bytes([crc >> 24]) + data)
    dos_time, dos_date = 10 << 11, (2024 - 1980) << 9 | 6 << 5 | 1
    raw = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 1, 0, dos_time, dos_date, crc, len(body), len(data), len(raw), 0)
    local = b"PK\3\4" + common + raw + body
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
