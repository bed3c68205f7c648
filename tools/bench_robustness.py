#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How many changed copies of a picture are still recognised, beside plain PDQ.

Takes the photos of REMPART_BENCH_PHOTOS (a folder; without it only what is drawn here, and 30 drawings always),
makes a copy of each by every change of the table below, and asks for the copies in a list of the originals. The
list holds what the reference's program writes: one nearest-512 hash a picture.
  plain    one hash of the copy, as it is, by the same pixels
  rempart  `rempart match`: all variants and orientations
Both at 31 bits, qualities of at least 50. False hits: the same copies against 1,000,000 unlike codes, random but with
128 bits set as a picture's have, and against the originals of the other pictures.
"""
import argparse
import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance, ImageOps

sys.dont_write_bytecode = True
from sample import scenes  # noqa: E402

RADIUS, QUALITY, UNLIKE = 31, 50, int(os.environ.get("REMPART_BENCH_CODES", "1000000"))
BAR = (8, 8, 8)


def scaled(image, factor):
    return image.resize((max(64, int(image.width * factor)), max(64, int(image.height * factor))),
                        Image.Resampling.LANCZOS)


def cropped(image, share):
    dx, dy = int(image.width * share / 2), int(image.height * share / 2)
    return image.crop((dx, dy, image.width - dx, image.height - dy))


def captioned(image):
    bar = image.height // 8
    out = Image.new("RGB", (image.width, image.height + bar), (250, 250, 250))
    out.paste(image, (0, bar))
    pen = ImageDraw.Draw(out)
    for i in range(24):  # words, whatever they say
        x = image.width * (i + 1) // 27
        pen.rectangle((x, bar // 3, x + image.width // 50, bar * 2 // 3), fill=(20, 20, 20))
    return out


def on_screen(image, size=(1366, 768)):
    out = Image.new("RGB", size, BAR)
    shown = image.copy()
    shown.thumbnail(size, Image.Resampling.BILINEAR)
    out.paste(shown, ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2))
    return out


# name: (change of the picture, format and options it is saved with)
JPEG = {"format": "JPEG", "quality": 85}
CHANGES = {
    "JPEG quality 90": (lambda i: i, {"format": "JPEG", "quality": 90}),
    "JPEG quality 50": (lambda i: i, {"format": "JPEG", "quality": 50}),
    "JPEG quality 30": (lambda i: i, {"format": "JPEG", "quality": 30}),
    "WebP quality 60": (lambda i: i, {"format": "WEBP", "quality": 60}),
    "GIF, 256 colours": (lambda i: scaled(i, min(1, 800 / i.width)), {"format": "GIF"}),
    "half the size": (lambda i: scaled(i, 0.5), JPEG),
    "a quarter of the size": (lambda i: scaled(i, 0.25), JPEG),
    "other aspect, 4:3 to 1:1": (lambda i: i.resize((600, 600), Image.Resampling.BICUBIC), JPEG),
    "on a screen, with bars": (on_screen, {"format": "PNG"}),
    "2 % cut off": (lambda i: cropped(i, 0.02), JPEG),
    "5 % cut off": (lambda i: cropped(i, 0.05), JPEG),
    "10 % cut off": (lambda i: cropped(i, 0.10), JPEG),
    "black bars above and below": (lambda i: ImageOps.expand(i, (0, i.height // 6), BAR), JPEG),
    "white frame": (lambda i: ImageOps.expand(i, i.width // 12, (255, 255, 255)), JPEG),
    "caption above": (captioned, JPEG),
    "brighter by 30 %": (lambda i: ImageEnhance.Brightness(i).enhance(1.3), JPEG),
    "darker by 30 %": (lambda i: ImageEnhance.Brightness(i).enhance(0.7), JPEG),
    "contrast by 40 %": (lambda i: ImageEnhance.Contrast(i).enhance(1.4), JPEG),
    "colours by 80 %": (lambda i: ImageEnhance.Color(i).enhance(1.8), JPEG),
    "grey": (lambda i: i.convert("L").convert("RGB"), JPEG),
    "turned by 90 degrees": (lambda i: i.transpose(Image.Transpose.ROTATE_90), JPEG),
    "turned by 180 degrees": (lambda i: i.transpose(Image.Transpose.ROTATE_180), JPEG),
    "mirrored": (lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT), JPEG),
    "turned by 2 degrees": (lambda i: i.rotate(2, Image.Resampling.BICUBIC, fillcolor=BAR), JPEG),
}


def photos_in(folder):
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp") and path.is_file() and not path.is_symlink():
            try:
                with Image.open(path) as image:
                    if min(image.size) >= 400:
                        yield image.convert("RGB")
            except OSError:
                continue


def drawings(count):
    names = sorted(scenes.SCENES)
    for number in range(count):
        yield scenes.draw(names[number % len(names)], 1000 + number).convert("RGB")


def lines_of(program, *arguments):
    done = subprocess.run([program, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{arguments[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def distance(a, b):
    return (int(a, 16) ^ int(b, 16)).bit_count()


def unlike_codes(path):
    chance = random.Random(4)
    bits = list(range(256))
    with open(path, "w", encoding="ascii") as out:
        for _ in range(UNLIKE):
            code = 0
            for bit in chance.sample(bits, 128):
                code |= 1 << bit
            out.write(f"{code:064x}\n")


def save_originals(folder):
    sources = list(drawings(30))
    given = os.environ.get("REMPART_BENCH_PHOTOS")
    if given:
        sources += photos_in(Path(given))
    paths = []
    for number, image in enumerate(sources):
        if image.width * image.height > 9_000_000:
            image = scaled(image, (9_000_000 / (image.width * image.height)) ** 0.5)
        paths.append(folder / f"o{number:03}.jpg")
        image.save(paths[-1], format="JPEG", quality=95)
    return paths


def write_list(program, originals, path):
    """The plain hash of each original that may match, one a line; the line of each, and all of them.

    Of pictures that are copies of one another already, only the first is taken."""
    lines, codes = {}, {}
    with open(path, "w", encoding="ascii") as out:
        for row in lines_of(program, "fingerprint", *originals):
            if row.get("quality", 0) >= QUALITY and \
                    all(distance(row["variants"]["nearest512"], code) > RADIUS for code in codes.values()):
                codes[row["path"]] = row["variants"]["nearest512"]
                lines[row["path"]] = len(codes)
                out.write(codes[row["path"]] + "\n")
    return lines, codes


def copies_of(paths, change, options, folder):
    for path in paths:
        with Image.open(path) as original:
            data = io.BytesIO()
            change(original.convert("RGB")).save(data, **options)
        (folder / path.name).write_bytes(data.getvalue())
        yield folder / path.name


def measure(program, name, known, list_path, unlike_path, folder):
    lines, codes = known
    change, options = CHANGES[name]
    asked = [Path(path) for path in lines]
    copies = list(copies_of(asked, change, options, folder))
    plain = 0
    for row, original in zip(lines_of(program, "fingerprint", *copies), asked):
        near = row.get("quality", 0) >= QUALITY and \
            distance(row["variants"]["nearest512"], codes[str(original)]) <= RADIUS
        plain += near
    ours, others = set(), set()
    for hit in lines_of(program, "match", *copies, "--list", list_path, "--format", "plain", "--algorithm", "pdq"):
        number = lines[str(asked[0].parent / Path(hit["path"]).name)]
        (ours if hit["entry"] == number else others).add((number, hit["entry"]))
    unlike = lines_of(program, "match", *copies, "--list", unlike_path, "--format", "plain", "--algorithm", "pdq")
    for copy in copies:
        copy.unlink()
    return len(asked), plain, len(ours), len(others), len(unlike)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("build_dir", metavar="BUILD_DIR", type=Path)
    program = arguments.parse_args().build_dir.resolve() / "bin" / "rempart"
    print(time.strftime("%Y-%m-%d"), "radius", RADIUS, "unlike codes", UNLIKE)
    with tempfile.TemporaryDirectory(prefix="robust-") as name:
        folder = Path(name)
        copies = folder / "copies"
        copies.mkdir()
        unlike_codes(folder / "unlike.txt")
        known = write_list(program, save_originals(folder), folder / "known.txt")
        print(f"\n| change, {len(known[0])} pictures | plain PDQ | rempart | other pictures | unlike codes |\n"
              "|---|---|---|---|---|")
        sums = [0] * 5
        for change in CHANGES:
            figures = measure(program, change, known, folder / "known.txt", folder / "unlike.txt", copies)
            sums = [a + b for a, b in zip(sums, figures)]
            count, plain, ours, others, unlike = figures
            print(f"| {change} | {100 * plain / count:.0f} % | {100 * ours / count:.0f} % | {others} | {unlike} |",
                  flush=True)
        print(f"| all {sums[0]} copies | {100 * sums[1] / sums[0]:.1f} % | {100 * sums[2] / sums[0]:.1f} % "
              f"| {sums[3]} | {sums[4]} |")


if __name__ == "__main__":
    main()
