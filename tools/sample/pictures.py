# SPDX-License-Identifier: Apache-2.0
"""The pictures of the sample and their near-duplicates, each written the same on every run."""
import datetime
import io
import multiprocessing
import subprocess

from PIL import Image, ImageEnhance, ImageOps

from . import scenes

PER_SCENE = 6
# Which format the n-th picture of each scene is in: most of a phone is JPEG.
FORMATS = ["jpg", "jpg", "png", "jpg", "webp", "jpg"]
OTHER_FORMATS = {"chess-3": "gif", "kites-2": "gif", "map-2": "tif", "village-2": "bmp", "fruit-4": "heic",
                 "boats-4": "avif", "lighthouse-4": "heic"}
# Public places with a light: name, latitude, longitude. What a camera would have written.
PLACES = [(45.5863, -1.1733), (48.4594, -5.1297), (46.2446, -1.5613), (43.2622, 5.2310)]
CAMERAS = [("Example Camera Company", "EX-100"), ("Sample Optics", "Pocket 7"), ("Example Phone Maker", "Model P")]
# Which pictures have near-duplicates, and which kinds.
COPIES = {"lighthouse-1": ["q40", "small", "bright"], "boats-1": ["q40", "small", "mirrored"],
          "fruit-1": ["q40", "rotated"], "village-1": ["exif-rotated", "small"], "kites-1": ["cropped", "q40"],
          "map-1": ["small", "rotated"], "garden-1": ["q40", "bright"], "balloons-1": ["mirrored", "cropped"],
          "shapes-1": ["small", "exif-rotated"], "chess-1": ["q40", "small", "bright"]}


def degrees(value):
    """EXIF's degrees, minutes, seconds of an angle."""
    value = abs(value)
    minutes = value % 1 * 60
    return (int(value), int(minutes), round(minutes % 1 * 60, 2))


def exif_of(number, orientation=1):
    """What a camera writes: who made it, when, and for every second picture, where."""
    maker, model = CAMERAS[number % len(CAMERAS)]
    taken = datetime.datetime(2023, 5, 6, 9, 0) + datetime.timedelta(days=11 * number, minutes=37 * number)
    stamp = taken.strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112], exif[0x0132] = maker, model, orientation, stamp
    exif[0x8769] = {0x9003: stamp, 0x9004: stamp}
    if number % 2 == 0:
        latitude, longitude = PLACES[number // 2 % len(PLACES)]
        exif[0x8825] = {0: b"\2\3\0\0", 1: "N" if latitude >= 0 else "S", 2: degrees(latitude),
                        3: "E" if longitude >= 0 else "W", 4: degrees(longitude)}
    return exif


def animated(image, name):
    """A small moving picture: the scene slides a little to the side in six frames."""
    width, height = image.size
    frames = [image.crop((24 * i, 0, width - 24 * (5 - i), height)).resize((1024, 1024 * height // width))
              .convert("P", palette=Image.Palette.ADAPTIVE, colors=128) for i in range(6)]
    frames[0].save(name, save_all=True, append_images=frames[1:], duration=160, loop=0)


def heif(image, name):
    """HEIC or AVIF, by the tool that libheif brings; the quality is our choice."""
    image.save(name.with_suffix(".tmp.png"), compress_level=1)
    codec = ["-A"] if name.suffix == ".avif" else []
    subprocess.run(["heif-enc", *codec, "-q", "60", name.with_suffix(".tmp.png"), "-o", name],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name.with_suffix(".tmp.png").unlink()


def save(image, name, exif=None):
    kind = name.suffix[1:]
    if kind == "gif":
        animated(image, name)
    elif kind in ("heic", "avif"):
        heif(image, name)
    elif kind == "jpg":
        image.save(name, quality=88, exif=exif.tobytes() if exif else b"")
    elif kind == "png":
        image.save(name, compress_level=6)
    elif kind == "webp":
        image.save(name, quality=80, method=2)
    elif kind == "tif":
        image.save(name, compression="tiff_lzw")
    else:
        image.save(name)


def copy_of(image, kind):
    """What happens to a picture on its way through phones and chats."""
    width, height = image.size
    if kind == "small":
        return image.resize((width * 6 // 10, height * 6 // 10), Image.Resampling.LANCZOS)
    if kind == "rotated":
        return image.transpose(Image.Transpose.ROTATE_90)
    if kind == "mirrored":
        return ImageOps.mirror(image)
    if kind == "exif-rotated":  # the pixels lie on their side, orientation 6 says how to turn them
        return image.transpose(Image.Transpose.ROTATE_90)
    if kind == "cropped":
        return image.crop((width // 100, height // 100, width - width // 100, height - height // 100))
    if kind == "bright":
        return ImageEnhance.Brightness(image).enhance(1.12)
    return image


def make_one(job):
    folder, scene, number, order = job
    image, stem = scenes.draw(scene, number), f"{scene}-{number + 1}"
    kind = OTHER_FORMATS.get(stem, FORMATS[number])
    exif = exif_of(order) if kind == "jpg" and number in (0, 1, 3) else None
    save(image, folder / f"{stem}.{kind}", exif)
    names = [f"{stem}.{kind}"]
    if stem not in COPIES:
        return names
    buffer = io.BytesIO()  # copies are made from what was saved, not from the drawing
    image.save(buffer, "JPEG", quality=88)
    saved = Image.open(buffer)
    for copy in COPIES[stem]:
        name = f"{stem}.{copy}.jpg"
        turned = exif_of(order, 6).tobytes() if copy == "exif-rotated" else b""
        copy_of(saved, copy).save(folder / name, quality=40 if copy == "q40" else 82, exif=turned)
        names.append(name)
    return names


def make(folder):
    """Writes all pictures; returns the names in the order of drawing."""
    folder.mkdir(parents=True)
    jobs = [(folder, scene, number, order * PER_SCENE + number)
            for order, scene in enumerate(sorted(scenes.SCENES)) for number in range(PER_SCENE)]
    with multiprocessing.Pool() as pool:
        return [name for names in pool.imap(make_one, jobs) for name in names]
