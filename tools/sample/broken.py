# SPDX-License-Identifier: Apache-2.0
"""One damaged or hostile file of each kind. None of them does harm; each must be a counted row."""
import io
import struct
import tarfile
import zlib

from . import archives


def truncated(data):
    return data[:len(data) * 6 // 10]


def bit_flipped(data):
    """One bit every 16 KiB behind the first kilobyte, at least three."""
    out = bytearray(data)
    step = max(1, min(16384, (len(out) - 1100) // 4))
    for position in range(1024 if len(out) > 2048 else len(out) // 3, len(out), step):
        out[position] ^= 1 << position % 8
    return bytes(out)


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def picture_bomb():
    """A PNG whose header asks for 3.6 thousand million pixels, with hardly any data behind."""
    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(65536))) + chunk(b"IEND", b"")


def zip_bomb():
    """64 MiB of zeros in 64 KiB: a ratio of a thousand, harmless for a disk, over every sane limit."""
    return archives.zip_bytes([("zeros.bin", bytes(64 << 20))])


def hostile_tar():
    """Names that would leave the folder, were anybody to use them as paths."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name in ("../../escaped.txt", "/absolute/escaped.txt", "inside/../../up.txt", "fine.txt"):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = 9, archives.WHEN
            archive.addfile(info, io.BytesIO(b"harmless\n"))
        link = tarfile.TarInfo("link-outside")
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, "/etc/hostname", archives.WHEN
        archive.addfile(link)
    return buffer.getvalue()


def make(folder, samples):
    """`samples`: the sound bytes of each kind, by ending."""
    folder.mkdir(parents=True)
    for ending, data in samples.items():
        (folder / f"truncated.{ending}").write_bytes(truncated(data))
        (folder / f"bit-flipped.{ending}").write_bytes(bit_flipped(data))
    (folder / "picture-bomb.png").write_bytes(picture_bomb())
    (folder / "zip-bomb.zip").write_bytes(zip_bomb())
    (folder / "path-traversal.tar").write_bytes(hostile_tar())
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "not-a-picture.jpg").write_bytes(b"This is text, whatever its name says.\n")
