#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the small archives beside it and expected.tsv, which says what is in them.

All content is invented, neutral text. The output is the same each time, but for those archives into
which a tool puts a random salt or the time: these (see keep) are made only if they are missing.

Needs of Debian 12: python3, p7zip-full, libarchive-tools, zstd, lz4.
"""
import binascii
import bz2
import gzip
import hashlib
import io
import lzma
import os
import random
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
WHEN = 1_714_555_800  # 2024-05-01T09:30:00Z
DOS_WHEN = (2024, 5, 1, 9, 30, 0)
A = b"A quiet morning in the harbour.\n"
B = b"The boats come back at noon. " * 40
C = random.Random(7).randbytes(700)
expected = []


def fnv1a64(data):
    """For the C++ tests, which have no MD5 at hand (Fowler, Noll, Vo; 64 bits)."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def put(name, data, items):
    (HERE / name).write_bytes(data)
    expect(name, items)


def expect(name, items):
    """items: (kind, path, content or None, error name or '-')"""
    for kind, path, content, error in items:
        size = "-" if content is None else str(len(content))
        md5 = "-" if content is None else hashlib.md5(content).hexdigest()
        fnv = "-" if content is None else f"{fnv1a64(content):016x}"
        expected.append("\t".join([name, kind, path, size, md5, fnv, error]))


def keep(name, data):
    """What is there already, if it is: for archives that hold the time of their making."""
    return (HERE / name).read_bytes() if (HERE / name).exists() else data


# --- zip ------------------------------------------------------------------------------------------
def zip_info(name, method=zipfile.ZIP_DEFLATED, mode=0o100644):
    info = zipfile.ZipInfo(name, DOS_WHEN)
    info.compress_type = method
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def make_zip(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info, data in members:
            archive.writestr(info, data)
    return out.getvalue()


def raw_zip(members):
    """members: dicts with name (bytes), data, and optionally flags, method, raw, crc, size, extra"""
    body, central = b"", b""
    for m in members:
        data = m["data"]
        raw = m.get("raw", data)
        crc = m.get("crc", binascii.crc32(data))
        date = (2024 - 1980) << 9 | 5 << 5 | 1
        common = struct.pack("<HHHHHIIIHH", 20, m.get("flags", 0), m.get("method", 0),
                             9 << 11 | 30 << 5, date, crc, len(raw), m.get("size", len(data)),
                             len(m["name"]), len(m.get("extra", b"")))
        offset = len(body)
        body += b"PK\x03\x04" + common + m["name"] + m.get("extra", b"") + raw
        central += (b"PK\x01\x02" + bytes([20, 0]) + common
                    + struct.pack("<HHHII", 0, 0, 0, 0, offset) + m["name"] + m.get("extra", b""))
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(central), len(body), 0)
    return body + central + b"PK\x05\x06" + end


def zip_crypto(data, password, check):
    """APPNOTE.TXT 6.3.10, section 6.1: the traditional encryption."""
    table = []
    for i in range(256):
        c = i
        for _ in range(8):
            c = c >> 1 ^ 0xEDB88320 if c & 1 else c >> 1
        table.append(c)
    k = [0x12345678, 0x23456789, 0x34567890]

    def update(byte):
        k[0] = k[0] >> 8 ^ table[(k[0] ^ byte) & 255]
        k[1] = ((k[1] + (k[0] & 255)) * 134775813 + 1) & 0xFFFFFFFF
        k[2] = k[2] >> 8 ^ table[(k[2] ^ (k[1] >> 24)) & 255]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in bytes(range(11)) + bytes([check]) + data:
        t = (k[2] | 2) & 0xFFFF
        out.append(byte ^ (t * (t ^ 1) >> 8 & 255))
        update(byte)
    return bytes(out)


def zips():
    stored = zipfile.ZIP_STORED
    put("plain.zip", make_zip([(zip_info("a.txt", stored), A), (zip_info("dir/", stored, 0o40755), b""),
                               (zip_info("dir/b.txt"), B), (zip_info("empty", stored), b"")]),
        [("file", "a.txt", A, "-"), ("file", "dir/b.txt", B, "-"), ("file", "empty", b"", "-")])
    put("methods.zip", make_zip([(zip_info("bzip2", zipfile.ZIP_BZIP2), B),
                                 (zip_info("lzma", zipfile.ZIP_LZMA), B)]),
        [("file", "bzip2", B, "-"), ("file", "lzma", B, "-")])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        with archive.open(zip_info("big.txt"), "w", force_zip64=True) as member:
            member.write(B)
    put("zip64.zip", out.getvalue(), [("file", "big.txt", B, "-")])
    put("names.zip", raw_zip([
        {"name": "Gr\u00fc\u00dfe.txt".encode("cp437"), "data": A},
        {"name": "\u00e9t\u00e9.txt".encode(), "data": B, "flags": 0x800},
        {"name": b"../../up.txt", "data": A}, {"name": b"/etc/absolute", "data": A},
        {"name": b"C:\\Users\\x.txt", "data": A}, {"name": b"win\\dir\\\x81.txt", "data": A},
        {"name": b"nul\0hidden.txt", "data": A}, {"name": b"", "data": A},
        {"name": "a\u202egpj.txt".encode(), "data": A, "flags": 0x800},
        {"name": b"twice", "data": A}, {"name": b"twice", "data": B},
        {"name": b"bad\xff\xfeutf8", "data": A, "flags": 0x800}]),
        [("file", "Gr\u00fc\u00dfe.txt", A, "-"), ("file", "\u00e9t\u00e9.txt", B, "-"),
         ("file", "../../up.txt", A, "-"), ("file", "/etc/absolute", A, "-"),
         ("file", "C:/Users/x.txt", A, "-"), ("file", "win/dir/\u00fc.txt", A, "-"),
         ("file", "nul", A, "-"), ("file", "", A, "-"), ("file", "a\u202egpj.txt", A, "-"),
         ("file", "twice", A, "-"), ("file", "twice", B, "-"),
         ("file", "member 12 (its name is not valid in its own character set)", A, "-")])
    crypted = zip_crypto(A, b"harbour", binascii.crc32(A) >> 24)
    aes = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)
    put("encrypted.zip", raw_zip([
        {"name": b"open.txt", "data": B},
        {"name": b"traditional.txt", "data": A, "raw": crypted, "flags": 1},
        {"name": b"aes.txt", "data": A, "raw": C[:28 + len(A)], "flags": 1, "method": 99,
         "extra": aes, "crc": 0},
        {"name": b"last.txt", "data": A}]),
        [("file", "open.txt", B, "-"), ("file", "traditional.txt", None, "encrypted"),
         ("file", "aes.txt", None, "encrypted"), ("file", "last.txt", A, "-")])
    put("bad_crc.zip", raw_zip([{"name": b"good", "data": A},
                                {"name": b"bad", "data": A, "crc": binascii.crc32(A) ^ 1},
                                {"name": b"after", "data": B}]),
        [("file", "good", A, "-"), ("file", "bad", A, "damaged"), ("file", "after", B, "-")])
    put("lying_size.zip", raw_zip([{"name": b"lie", "data": A, "size": 1 << 31},
                                   {"name": b"after", "data": B}]),
        [("file", "lie", A, "damaged"), ("file", "after", B, "-")])
    put("unknown_method.zip", raw_zip([{"name": b"odd", "data": A, "method": 77},
                                       {"name": b"after", "data": B}]),
        [("file", "odd", b"", "unsupported"), ("file", "after", B, "-")])
    put("link.zip", make_zip([(zip_info("link", stored, 0o120777), b"/etc/passwd"),
                              (zip_info("file", stored), A)]),
        [("symlink", "link", None, "-"), ("file", "file", A, "-")])
    put("empty.zip", make_zip([]), [("problem", "", None, "malformed")])
    inner = (HERE / "plain.zip").read_bytes()
    middle = make_zip([(zip_info("inner.zip", stored), inner)])
    put("nested.tar", make_tar([tar_info("middle.zip", middle)]),
        [("file", "middle.zip", middle, "-")])
    extra = struct.pack("<HHBIII", 0x5455, 13, 7, WHEN, WHEN + 1, WHEN - 1)
    put("times.zip", raw_zip([{"name": b"dos", "data": A},
                              {"name": b"extended", "data": A, "extra": extra}]),
        [("file", "dos", A, "-"), ("file", "extended", A, "-")])


# --- tar ------------------------------------------------------------------------------------------
def tar_info(name, data=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.type, info.linkname = len(data), WHEN, kind, link
    return info, data


def make_tar(members, form=tarfile.USTAR_FORMAT):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, errors="surrogateescape") as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    data = out.getvalue()
    return data.rstrip(b"\0") + b"\0" * (-len(data.rstrip(b"\0")) % 512 + 1024)


def tar_header(name, size, kind=b"0"):
    h = bytearray(512)
    h[0:len(name)] = name
    h[100:108], h[108:116], h[116:124] = b"0000644\0", b"0000000\0", b"0000000\0"
    h[124:136] = b"%011o\0" % size if size < 8 ** 11 else b"\x80" + size.to_bytes(11, "big")
    h[136:148] = b"%011o\0" % WHEN
    h[148:156], h[156:157], h[257:265] = b" " * 8, kind, b"ustar\x0000"
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)


def tars():
    ustar = make_tar([tar_info("a.txt", A), tar_info("dir", kind=tarfile.DIRTYPE),
                      tar_info("dir/b.txt", B),
                      tar_info("soft", kind=tarfile.SYMTYPE, link="/etc/passwd"),
                      tar_info("hard", kind=tarfile.LNKTYPE, link="a.txt"),
                      tar_info("fifo", kind=tarfile.FIFOTYPE),
                      tar_info("null", kind=tarfile.CHRTYPE), tar_info("a.txt", C)])
    items = [("file", "a.txt", A, "-"), ("file", "dir/b.txt", B, "-"), ("symlink", "soft", None, "-"),
             ("symlink", "hard", None, "-"), ("special", "fifo", None, "-"),
             ("special", "null", None, "-"), ("file", "a.txt", C, "-")]
    put("ustar.tar", ustar, items)
    put("ustar.tar.gz", gzip.compress(ustar, mtime=0), items)
    put("ustar.tar.bz2", bz2.compress(ustar), items)
    put("ustar.tar.xz", lzma.compress(ustar), items)
    put("ustar.tar.zst", subprocess.run(["zstd", "-q", "-c"], input=ustar, check=True,
                                        capture_output=True).stdout, items)
    long = "long/" * 40 + "\u00e9.txt"
    for name, form in (("gnu.tar", tarfile.GNU_FORMAT), ("pax.tar", tarfile.PAX_FORMAT)):
        put(name, make_tar([tar_info(long, A), tar_info("../up", B)], form),
            [("file", long, A, "-"), ("file", "../up", B, "-")])
    put("latin1.tar", make_tar([tar_info("caf\udce9", A)]), [("file", "caf\\xe9", A, "-")])
    block = A + b"\0" * (512 - len(A))
    put("lying_size.tar", tar_header(b"first", len(A)) + block + tar_header(b"lie", 1 << 60)
        + block + b"\0" * 1024,
        [("file", "first", A, "-"), ("file", "lie", block + b"\0" * 1024, "truncated"),
         ("problem", "", None, "truncated")])
    put("no_end_mark.tar", tar_header(b"only", len(A)) + block,
        [("file", "only", A, "-"), ("problem", "", None, "truncated")])
    put("joined.tar", tar_header(b"one", len(A)) + block + b"\0" * 1024
        + tar_header(b"two", len(A)) + block + b"\0" * 1024,
        [("file", "one", A, "-"), ("file", "two", A, "-")])
    bad = bytearray(tar_header(b"bad", len(A)))
    bad[0] ^= 1
    put("bad_header.tar", tar_header(b"one", len(A)) + block + bytes(bad) + block
        + tar_header(b"two", len(A)) + block + b"\0" * 1024,
        [("file", "one", A, "-"), ("problem", "", None, "damaged"), ("file", "two", A, "-")])
    with tempfile.TemporaryDirectory() as folder:
        with open(Path(folder) / "sparse", "wb") as file:
            file.write(A)
            file.seek(300_000)
            file.write(A)
            file.truncate(400_000)
        os.utime(Path(folder) / "sparse", (WHEN, WHEN))
        content = (Path(folder) / "sparse").read_bytes()
        data = subprocess.run(["tar", "-cS", "--format=gnu", "--owner=0", "--group=0",
                               "--numeric-owner", "-b1", "-C", folder, "sparse"], check=True,
                              capture_output=True).stdout
    put("sparse.tar", data, [("file", "sparse", content, "-")])


# --- single compressed files ----------------------------------------------------------------------
def streams():
    out = io.BytesIO()
    with gzip.GzipFile("letter.txt", "wb", fileobj=out, mtime=WHEN) as file:
        file.write(B)
    put("named.gz", out.getvalue(), [("file", "letter.txt", B, "-")])
    put("plain.gz", gzip.compress(B, mtime=0), [("file", "content", B, "-")])
    bent = bytearray(gzip.compress(C, 0, mtime=0))  # stored: the flip decodes without complaint
    bent[100] ^= 1
    content = bytearray(C)
    content[100 - 15] ^= 1
    put("bad_crc.gz", bytes(bent), [("file", "content", bytes(content), "damaged")])
    put("joined.gz", gzip.compress(A, mtime=0) + gzip.compress(B, mtime=0),
        [("file", "content", A + B, "-")])
    put("nothing.gz", gzip.compress(b"", mtime=0), [("file", "content", b"", "-")])
    put("plain.bz2", bz2.compress(B), [("file", "content", B, "-")])
    put("plain.xz", lzma.compress(B), [("file", "content", B, "-")])
    large = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 768 << 20}]
    if not (HERE / "large_dictionary.xz").exists():  # the compressor needs gigabytes
        (HERE / "large_dictionary.xz").write_bytes(lzma.compress(B, filters=large))
    put("plain.lzma", lzma.compress(B, lzma.FORMAT_ALONE), [("file", "content", B, "-")])
    for tool, name in (("zstd", "plain.zst"), ("lz4", "plain.lz4")):
        data = subprocess.run([tool, "-q", "-c"], input=B, check=True, capture_output=True).stdout
        put(name, data, [("file", "content", B, "-")])
    put("not_an_archive.bin", C, [("problem", "", None, "malformed")])


# --- formats by their own tools -------------------------------------------------------------------
def tool_made():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "dir").mkdir()
        for path, data in (("a.txt", A), ("dir/b.txt", B), ("c.bin", C)):
            (root / path).write_bytes(data)
            os.utime(root / path, (WHEN, WHEN))
        os.utime(root / "dir", (WHEN, WHEN))
        items = [("file", "a.txt", A, "-"), ("file", "c.bin", C, "-"), ("file", "dir/b.txt", B, "-")]

        def seven(name, options, rows):
            if "-p" not in "".join(options) or not (HERE / name).exists():
                (HERE / name).unlink(missing_ok=True)
                subprocess.run(["7z", "a", "-bd", "-mmt1", "-mtc-", "-mta-", *options, HERE / name,
                                "a.txt", "c.bin", "dir/b.txt"], cwd=root, check=True,
                               stdout=subprocess.DEVNULL)
            expect(name, rows)

        seven("solid.7z", [], items)
        seven("ppmd.7z", ["-m0=PPMd"], items)
        crypted = [(kind, path, None, "encrypted") for kind, path, _, _ in items]
        seven("encrypted.7z", ["-pharbour"], crypted)
        seven("encrypted_headers.7z", ["-pharbour", "-mhe=on"], [("problem", "", None, "encrypted")])

        def bsdtar(name, options, rows, squeeze=False):
            command = ["bsdtar", "-cf", "-", "-b1", "--uid", "0", "--gid", "0", "--numeric-owner",
                       *options, "a.txt", "c.bin", "dir/b.txt"]
            data = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout
            data = gzip.compress(data, mtime=0) if squeeze else data
            if name.endswith(".ar"):
                data = data.rstrip(b"\0")  # bsdtar fills the block, which ar does not
            put(name, keep(name, data), rows)

        bsdtar("newc.cpio", ["--format", "newc"], items)
        bsdtar("bsd.ar", ["--format", "arbsd"],
               [(k, p.split("/")[-1], c, e) for k, p, c, e in items])
        bsdtar("disc.iso.gz", ["--format", "iso9660", "--options", "!pad"], items, squeeze=True)
        bsdtar("mac.xar", ["--format", "xar"], items)


# --- formats written by hand ----------------------------------------------------------------------
def vint(value):
    out = bytearray()
    while True:
        out.append(value & 127 | (128 if value > 127 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def rar5_block(kind, flags, fields, data=b"", header_extra=b""):
    """RAR 5.0 archive format (rarlab.com/technote.htm): general archive block."""
    flags |= (2 if data else 0) | (1 if header_extra else 0)
    body = vint(kind) + vint(flags)
    if header_extra:
        body += vint(len(header_extra))
    if data:
        body += vint(len(data))
    body += fields + header_extra
    body = vint(len(body)) + body
    return struct.pack("<I", binascii.crc32(body)) + body + data


def rar5_file(name, data, crc=None):
    name = name.encode()
    fields = (vint(2 | 4) + vint(len(data)) + vint(0o100644) + struct.pack("<I", WHEN)
              + struct.pack("<I", binascii.crc32(data) if crc is None else crc)
              + vint(0) + vint(1) + vint(len(name)) + name)
    return rar5_block(2, 0, fields, data)


def rar4_block(kind, flags, fields, data=b""):
    """RAR 4 (technote of version 3.9): the CRC covers the header behind itself."""
    body = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
    return struct.pack("<H", binascii.crc32(body) & 0xFFFF) + body + data


def rar4_file(name, data, flags=0x8000):
    name = name.encode()
    dos = (((2024 - 1980) << 9 | 5 << 5 | 1) << 16) | 9 << 11 | 30 << 5
    fields = struct.pack("<IIBIIBBHI", len(data), len(data), 3, binascii.crc32(data), dos, 29, 0x30,
                         len(name), 0o100644) + name
    return rar4_block(0x74, flags, fields, data)


def cab(members):
    """MS-CAB: one folder without compression, one CFDATA block."""
    data = b"".join(content for _, content in members)
    date, time = (2024 - 1980) << 9 | 5 << 5 | 1, 9 << 11 | 30 << 5
    files, at = b"", 0
    for name, content in members:
        files += struct.pack("<IIHHHH", len(content), at, 0, date, time, 0x20) + name + b"\0"
        at += len(content)
    files_at, data_at = 36 + 8, 36 + 8 + len(files)
    block = struct.pack("<IHH", 0, len(data), len(data)) + data
    head = b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, data_at + len(block), 0, files_at, 0, 3, 1, 1,
                                 len(members), 0, 1, 0)
    return head + struct.pack("<IHH", data_at, 1, 0) + files + block


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def lha(members):
    """LHA level 0 headers, method -lh0- (stored)."""
    dos = (((2024 - 1980) << 9 | 5 << 5 | 1) << 16) | 9 << 11 | 30 << 5
    out = b""
    for name, data in members:
        body = (b"-lh0-" + struct.pack("<IIIBB", len(data), len(data), dos, 0x20, 0)
                + bytes([len(name)]) + name + struct.pack("<H", crc16(data)))
        out += bytes([len(body), sum(body) & 255]) + body + data
    return out + b"\0"


def hand_made():
    mark = b"Rar!\x1a\x07\x01\x00"
    main, end = rar5_block(1, 0, vint(0)), rar5_block(5, 0, vint(0))
    put("stored.rar5.rar", mark + main + rar5_file("a.txt", A) + rar5_file("dir/\u00e9.txt", B)
        + rar5_file("../up", C) + end,
        [("file", "a.txt", A, "-"), ("file", "dir/\u00e9.txt", B, "-"), ("file", "../up", C, "-")])
    put("bad_crc.rar5.rar", mark + main + rar5_file("bad", A, crc=1) + rar5_file("after", B) + end,
        [("file", "bad", A, "damaged"), ("file", "after", B, "-")])
    more, service = rar5_block(5, 0, vint(1)), rar5_block(3, 0, vint(0), C[:50])
    put("volume.rar5.rar", mark + main + rar5_file("a.txt", A) + service + more,
        [("file", "a.txt", A, "-"), ("problem", "", None, "truncated")])
    crypt = rar5_block(4, 0, vint(0) + vint(0) + b"\x0f" + bytes(16))
    put("encrypted_headers.rar5.rar", mark + crypt + C[:200], [("problem", "", None, "encrypted")])
    mark4 = b"Rar!\x1a\x07\x00"
    main4, end4 = rar4_block(0x73, 0, bytes(6)), rar4_block(0x7B, 0x4000, b"")
    put("stored.rar4.rar", mark4 + main4 + rar4_file("a.txt", A) + rar4_file("dir\\b.txt", B) + end4,
        [("file", "a.txt", A, "-"), ("file", "dir/b.txt", B, "-")])
    put("encrypted.rar4.rar", mark4 + main4 + rar4_file("secret", A, 0x8004) + end4,
        [("file", "secret", None, "encrypted")])
    put("encrypted_headers.rar4.rar", mark4 + rar4_block(0x73, 0x80, bytes(6)) + C[:200],
        [("problem", "", None, "encrypted")])
    put("stored.cab", cab([(b"a.txt", A), (b"dir\\b.txt", B)]),
        [("file", "a.txt", A, "-"), ("file", "dir/b.txt", B, "-")])
    put("stored.lzh", lha([(b"a.txt", A), (b"b.txt", B)]),
        [("file", "a.txt", A, "-"), ("file", "b.txt", B, "-")])


def main():
    os.chdir(HERE)
    os.environ["TZ"] = "UTC"
    zips()
    tars()
    streams()
    tool_made()
    hand_made()
    lines = ["# fixture\tkind\tpath\tbytes\tmd5\tfnv1a64\terror (made by make.py)"] + expected
    Path("expected.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert shutil.which("7z")


if __name__ == "__main__":
    main()
