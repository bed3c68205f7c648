#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the harmless sample that `make run` works on.

Everything is drawn or invented here; the same bytes come out on every run on one Debian release
(another release of an encoder may write other bytes). Needs no rights, no mount and no network.
OUTDIR appears only when everything in it is complete; an older one is replaced.
"""
import argparse
import os
import shutil
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from sample import archives, broken, chats, disks, lists, pictures, text, videos  # noqa: E402


def phone(folder, drawn, picture):
    """A telephone's folder: camera, downloads, videos, exports of chats, archives in archives."""
    camera, downloads = folder / "DCIM" / "Camera", folder / "Download"
    camera.mkdir(parents=True)
    downloads.mkdir()
    for name in drawn:
        shutil.copy(picture(name), camera / name)
    for name in ("lighthouse-1.q40.jpg", "boats-1.small.jpg", "kites-1.cropped.jpg", "village-1.exif-rotated.jpg",
                 "map-1.rotated.jpg", "chess-1.bright.jpg"):
        shutil.copy(picture(name), downloads / name)
    shutil.copy(picture("lighthouse-1.jpg"), downloads / "lighthouse copy.jpg")  # the same bytes once more
    film = lambda name: picture("").parent / "videos" / name  # noqa: E731
    shutil.copy(film("garden-walk.mp4"), camera / "garden-walk.mp4")
    shutil.copy(film("regatta.clip.mp4"), downloads / "regatta-part.mp4")
    shutil.copy(film("regatta.letterboxed.mp4"), downloads / "regatta-tv.mp4")
    messages = chats.make_account(folder / "Telegram Desktop" / "DataExport_2024-06-01", picture("").parent / "pictures")
    messages += chats.make_single(folder / "Telegram Desktop" / "ChatExport_2024-06-01", picture("").parent / "pictures")
    (downloads / "album.zip").write_bytes(archives.zip_bytes(
        [(f"album/{name}", picture(name).read_bytes()) for name in ("garden-2.jpg", "boats-1.q40.jpg")]))
    (downloads / "protected.zip").write_bytes(archives.encrypted_zip_bytes(
        "minutes.txt", text.MINUTES.encode(), b"harbour"))
    return messages


def nested(scratch, picture):
    """A zip in a 7z in a tar.gz, a picture in each layer."""
    inner = archives.zip_bytes([("inner/fruit-1.rotated.jpg", picture("fruit-1.rotated.jpg").read_bytes())])
    middle = archives.seven_zip_bytes([("inner.zip", inner), ("shapes-1.small.jpg", picture("shapes-1.small.jpg").read_bytes())],
                                      scratch / "7z")
    return archives.tar_gz_bytes([("backup/middle.7z", middle), ("backup/readme.txt", text.NOTES.encode())])


def media(out, scratch, picture, names):
    """The four disk images and the two E01 files."""
    (scratch / "nested.tar.gz").write_bytes(nested(scratch, picture))
    (scratch / "notes.txt").write_text(text.NOTES, encoding="utf-8")
    (scratch / "deleted.txt").write_text(text.MINUTES, encoding="utf-8")
    (scratch / "small-hole.bin").write_bytes(b"placeholder\n" * 4000)
    sources = {"draft.jpg": picture("village-1.small.jpg"), "secret-garden.jpg": picture("garden-1.bright.jpg"),
               "deleted.jpg": picture("lighthouse-1.bright.jpg"), "overwriter.jpg": picture("balloons-1.mirrored.jpg"),
               "fragmented.jpg": picture("kites-1.q40.jpg")}
    for path in ("nested.tar.gz", "notes.txt", "deleted.txt", "small-hole.bin"):
        sources[path] = scratch / path
    for path in scratch.iterdir():
        os.utime(path, (archives.WHEN, archives.WHEN))
    disks.laptop(out / "laptop.raw", sources, names["laptop"])
    disks.stick(out / "stick.raw", sources, names["stick"])
    disks.two_partitions(out / "card.raw", scratch, sources, names["card"])
    disks.e01(out / "laptop.raw", out / "laptop.E01")
    disks.flip(out / "laptop.E01", out / "laptop-damaged.E01", (out / "laptop.E01").stat().st_size * 2 // 5)


def make_lists(folder, picture):
    folder.mkdir()
    some = lambda *names: [picture(name) for name in names]  # noqa: E731
    lists.plain_sha256(folder / "harbour-sha256.txt", some("lighthouse-1.jpg", "lighthouse-1.bright.jpg", "boats-1.jpg",
                                                           "boats-1.q40.jpg", "village-1.jpg", "village-1.small.jpg"))
    lists.vics(folder / "exercise-vics-us.json", some("fruit-1.jpg", "fruit-1.rotated.jpg", "kites-1.jpg", "kites-1.q40.jpg",
                                                      "garden-2.jpg", "garden-1.q40.jpg"))
    lists.hashdeep(folder / "club-hashdeep.txt", some("chess-1.jpg", "chess-1.small.jpg", "balloons-2.jpg"))
    lists.nsrl(folder / "allow-nsrl.csv", some("map-1.jpg", "map-2.tif", "shapes-1.jpg", "shapes-3.png"))
    good = (folder / "harbour-sha256.txt").read_text()
    (folder / "one-bad-line.txt").write_text(good[:130] + good[131:])  # the third digest lost its first digit
    names = "lighthouse-1.jpg boats-1.jpg balloons-1.jpg village-1.jpg chess-1.jpg"
    (folder / "pictures-for-pdq.txt").write_text(names.replace(" ", "\n") + "\n")


def make(out):
    scratch = out / "scratch"
    scratch.mkdir(parents=True)
    names = pictures.make(out / "pictures")
    picture = lambda name: out / "pictures" / name  # noqa: E731
    for name in names:
        os.utime(picture(name), (archives.WHEN, archives.WHEN))
    drawn = [name for name in names if name.count(".") == 1]
    by_number = lambda *numbers: [n for n in drawn if int(n.split("-")[1].split(".")[0]) in numbers]  # noqa: E731
    videos.make(out / "videos", picture)
    exhibits = out / "exhibits"
    exhibits.mkdir()
    messages = phone(exhibits / "phone", by_number(1, 2), picture)
    media(exhibits, scratch, picture, {"laptop": [picture(n) for n in by_number(3, 5)],
                                       "stick": [picture(n) for n in by_number(6) + ["lighthouse-1.jpg"]],
                                       "card": [picture(n) for n in by_number(4) + ["chess-1.q40.jpg", "shapes-1.exif-rotated.jpg"]]})
    make_lists(out / "lists", picture)
    account = exhibits / "phone" / "Telegram Desktop" / "DataExport_2024-06-01" / "result.json"
    sound = {"jpg": picture("shapes-2.jpg"), "png": picture("boats-3.png"), "webp": picture("kites-5.webp"), "json": account,
             "zip": exhibits / "phone" / "Download" / "album.zip"}
    middle = archives.seven_zip_bytes([("note.txt", text.NOTES.encode()), ("a.jpg", picture("chess-2.jpg").read_bytes())], scratch / "7z")
    samples = {ending: path.read_bytes() for ending, path in sound.items()}
    broken.make(exhibits / "broken", {**samples, "7z": middle, "E01": (exhibits / "laptop.E01").read_bytes()[:3 << 20]})
    (exhibits / "empty-medium.raw").write_bytes(bytes(1 << 20))
    (out / "README.txt").write_text(text.README.format(pictures=len(names), drawn=len(drawn), messages=messages), encoding="utf-8")
    shutil.rmtree(scratch)
    for path in sorted(out.rglob("*"), reverse=True):
        os.utime(path, (archives.WHEN, archives.WHEN), follow_symlinks=False)


def is_sample(folder):
    readme = folder / "README.txt"
    return readme.is_file() and readme.read_text(encoding="utf-8").startswith(text.TITLE)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("outdir", metavar="OUTDIR", type=Path)
    out = arguments.parse_args().outdir.absolute()
    if out.exists() and not is_sample(out):
        sys.exit(f"{out} is not an older sample; nothing was replaced")
    work = out.with_name(out.name + ".unfinished")
    shutil.rmtree(work, ignore_errors=True)
    make(work)
    shutil.rmtree(out, ignore_errors=True)
    work.rename(out)


if __name__ == "__main__":
    main()
