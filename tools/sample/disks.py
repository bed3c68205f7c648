# SPDX-License-Identifier: Apache-2.0
"""Small disk images with live and deleted files, made without mounting anything."""
import os
import struct
import subprocess
from pathlib import Path

from .archives import WHEN

MIB = 1 << 20
FIXED = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": str(WHEN), "E2FSPROGS_FAKE_TIME": str(WHEN),
         "MTOOLSRC": "/dev/null", "MTOOLS_SKIP_CHECK": "1",
         "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}


def run(*command, **more):
    subprocess.run([str(part) for part in command], check=True, env=FIXED, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **more)


class Ext4:
    """An ext4 image, filled by debugfs: the times and numbers in it come from this file alone."""

    def __init__(self, path, size_bytes, label, serial):
        self.path, self.lines, self.step = path, [], 0
        path.unlink(missing_ok=True)
        with path.open("wb") as image:
            image.truncate(size_bytes)
        uuid = f"6f1d0c7e-52d3-4f6e-9c0a-0c5a7d0b1e{serial:02x}"
        run("mke2fs", "-q", "-F", "-t", "ext4", "-b", 4096, "-m", 0, "-U", uuid, "-L", label,
            "-E", f"hash_seed={uuid},root_owner=1000:1000,lazy_itable_init=0", path)

    def folder(self, name):
        self.lines.append(f'mkdir "{name}"')

    def write(self, source, name):
        """`name` gets its own modification time, an hour after the one before."""
        self.step += 1
        when = WHEN - 86400 * 90 + 3600 * self.step
        self.lines += [f'write "{source}" "{name}"', f'sif "{name}" mtime @{when}', f'sif "{name}" crtime @{when}',
                       f'sif "{name}" uid 1000']

    def link(self, name, target):
        self.lines.append(f'symlink "{name}" "{target}"')

    def remove(self, name):
        self.lines.append(f'rm "{name}"')

    def finish(self):
        """debugfs reports a failed line only in its talk, so the talk is read."""
        done = subprocess.run(["debugfs", "-w", "-f", "-", str(self.path)], input="\n".join(self.lines) + "\n", text=True,
                              env=FIXED, capture_output=True, check=True)
        complaints = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("debugfs 1.")]
        if complaints:
            raise RuntimeError(f"debugfs: {complaints[0]}")
        self.lines = []


class Fat16:
    """A FAT image, filled by mtools."""

    def __init__(self, path, size_bytes, label, serial):
        self.path = path
        path.unlink(missing_ok=True)
        run("mkfs.vfat", "--invariant", "-F", 16, "-n", label, "-i", f"{serial:08X}", "-C", path, size_bytes // 1024)

    def folder(self, name):
        run("mmd", "-i", self.path, f"::{name}")

    def write(self, source, name):
        run("mcopy", "-m", "-i", self.path, source, f"::{name}")

    def remove(self, name):
        run("mdel", "-i", self.path, f"::{name}")


def laptop(path, sources, pictures):
    """The ext4 medium: a home folder with accents, a link, archives, and four deleted files."""
    disk = Ext4(path, 48 * MIB, "laptop", 1)
    home = "home/claire"
    for folder in ("home", home, f"{home}/Images", f"{home}/Images/Été à la mer", f"{home}/Images/Été à la mer/phare",
                   f"{home}/Documents", f"{home}/Téléchargements"):
        disk.folder(folder)
    disk.write(sources["notes.txt"], f"{home}/Documents/placeholder.txt")
    for name in ("draft.jpg", "secret-garden.jpg"):
        disk.write(sources[name], f"{home}/Documents/{name}")
    for place, picture in enumerate(pictures):
        folder = ("Images", "Images/Été à la mer", "Téléchargements")[place % 3]
        disk.write(picture, f"{home}/{folder}/{picture.name}")
    disk.write(sources["deleted.jpg"], f"{home}/Images/Été à la mer/phare/lighthouse-supprimé.jpg")
    disk.write(sources["deleted.txt"], f"{home}/Documents/notes effacées.txt")
    disk.write(sources["notes.txt"], f"{home}/Documents/à lire d'abord.txt")
    disk.write(sources["nested.tar.gz"], f"{home}/Téléchargements/sauvegarde.tar.gz")
    disk.link(f"{home}/Images/dernière.jpg", f"Été à la mer/{pictures[1].name}")
    disk.link(f"{home}/Documents/outside", "/etc/hostname")
    # First fit: what is written next takes the placeholder's inode, its block, and the draft's blocks.
    disk.remove(f"{home}/Documents/placeholder.txt")
    disk.remove(f"{home}/Documents/draft.jpg")
    disk.finish()
    disk.write(sources["overwriter.jpg"], f"{home}/Documents/newer.jpg")
    for gone in ("Documents/secret-garden.jpg", "Images/Été à la mer/phare/lighthouse-supprimé.jpg",
                 "Documents/notes effacées.txt"):
        disk.remove(f"{home}/{gone}")
    disk.finish()


def stick(path, sources, pictures):
    """The FAT medium: live pictures, a deleted file in one piece and a deleted one in two pieces."""
    disk = Fat16(path, 16 * MIB, "STICK", 0xC0FFEE01)
    disk.folder("Photos")
    disk.write(sources["small-hole.bin"], "Photos/placeholder.bin")
    for place, picture in enumerate(pictures):
        disk.write(picture, f"Photos/{picture.name}")
        if place == 2:
            disk.write(sources["deleted.jpg"], "Photos/whole-deleted.jpg")
    disk.write(sources["notes.txt"], "Liste de l'été.txt")
    disk.remove("Photos/placeholder.bin")
    # First fit: the file goes into the hole of the placeholder and then behind everything else. Who
    # assumes later that it lies in one piece, or in the free places from there on, gets parts of the
    # other deleted file.
    disk.write(sources["fragmented.jpg"], "Photos/fragmented.jpg")
    disk.remove("Photos/fragmented.jpg")
    disk.remove("Photos/whole-deleted.jpg")


def two_partitions(path, scratch, sources, pictures):
    """A medium with an MBR (hand-written: sfdisk would need one more package), FAT16 and ext4."""
    half = len(pictures) // 2
    fat, ext = scratch / "part1.raw", scratch / "part2.raw"
    first = Fat16(fat, 16 * MIB, "CARD", 0xC0FFEE02)
    for picture in pictures[:half]:
        first.write(picture, picture.name)
    second = Ext4(ext, 16 * MIB, "data", 2)
    second.folder("archive")
    for picture in pictures[half:]:
        second.write(picture, f"archive/{picture.name}")
    second.write(sources["deleted.txt"], "archive/old.txt")
    second.remove("archive/old.txt")
    second.finish()
    sector, start, size = 512, 2048, 16 * MIB // 512
    table = b"".join(struct.pack("<B3sB3sII", boot, b"\xfe\xff\xff", kind, b"\xfe\xff\xff", begin, size)
                     for boot, kind, begin in ((0x80, 0x0E, start), (0, 0x83, start + size)))
    mbr = bytearray(512)
    mbr[440:444], mbr[446:478], mbr[510:512] = b"\x52\x45\x4d\x50", table, b"\x55\xaa"
    with path.open("wb") as image:
        image.write(mbr)
        for number, part in enumerate((fat, ext)):
            image.seek((start + number * size) * sector)
            image.write(part.read_bytes())
            part.unlink()


def e01(raw, target):
    """An EnCase 6 image of `raw`; the clock stands still, so that its header is the same again."""
    target.unlink(missing_ok=True)
    run("faketime", "-f", "2024-06-01 10:00:00", "ewfacquire", "-u", "-q", "-t", target.with_suffix(""), "-f", "encase6",
        "-c", "deflate:fast", "-C", "Exercise 1", "-D", "Laptop of the exercise", "-e", "Exercise unit", "-E", "EX-2",
        "-N", "Harmless generated data", "-m", "fixed", "-M", "logical", "-S", "1GiB", "-d", "sha1", raw, cwd=Path("/"))


def flip(source, target, position, count=3):
    """A copy with `count` bytes inverted."""
    data = bytearray(source.read_bytes())
    for i in range(count):
        data[position + 7 * i] ^= 0xFF
    target.write_bytes(data)
