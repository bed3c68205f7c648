#!/usr/bin/env python3
"""The sample is what its README says, and comes out the same twice."""
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

from PIL import Image, ImageStat

TOOL = Path(__file__).parents[2] / "tools" / "make_sample.py"
# Written by tools that cannot do it twice alike: none. (HEIC, AVIF, 7z, E01, ext4 and FAT all can.)
MAY_DIFFER = set()
ENVIRONMENT = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}


def tree(root):
    """Digest and modification time of everything below `root`."""
    return {str(path.relative_to(root)): (hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
                                          path.stat().st_mtime_ns) for path in sorted(root.rglob("*"))}


def output_of(*command):
    return subprocess.run([str(c) for c in command], env=ENVIRONMENT, capture_output=True, text=True, check=False)


class MakeSample(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.roots = [Path(cls.scratch.name) / name for name in ("one", "two")]
        runs = [subprocess.Popen(["/usr/bin/python3", TOOL, root], stderr=subprocess.PIPE) for root in cls.roots]
        for run in runs:
            _, errors = run.communicate()
            assert run.returncode == 0, errors.decode()
        cls.root = cls.roots[0]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def bytes_of(self, path):
        return (self.root / path).read_bytes()

    def listing(self, image, *options):
        return output_of("fls", "-r", "-p", *options, self.root / "exhibits" / image).stdout

    def deleted(self, image, *options):
        """Path and digest of what the file system still knows as deleted."""
        found = {}
        for number, name in re.findall(r"^r/r \* (\d+):\t(.*)$", self.listing(image, *options), re.M):
            data = subprocess.run(["icat", "-r", *options, self.root / "exhibits" / image, number], capture_output=True, check=True)
            found[name] = hashlib.sha256(data.stdout).hexdigest()
        return found

    def digest(self, picture):
        return hashlib.sha256(self.bytes_of("pictures/" + picture)).hexdigest()

    def test_two_runs_give_the_same_bytes_names_and_times(self):
        one, two = (tree(root) for root in self.roots)
        self.assertEqual(sorted(one), sorted(two))
        self.assertEqual({name for name in one if one[name] != two[name]} - MAY_DIFFER, set())
        self.assertGreater(len(one), 150)

    def test_everything_that_the_readme_names_exists(self):
        names = re.findall(r"^ *((?:exhibits|pictures|lists)/\S*|[a-z-]+\.(?:txt|json|csv))", self.bytes_of("README.txt").decode(), re.M)
        self.assertGreaterEqual(len(names), 15)
        for name in names:
            self.assertTrue((self.root / name).exists() or (self.root / "lists" / name).exists(), name)

    def test_every_picture_opens_and_has_texture(self):
        formats = set()
        pictures = sorted((self.root / "pictures").iterdir())
        self.assertGreaterEqual(len(pictures), 60)
        for path in pictures:
            if path.suffix in (".heic", ".avif"):  # Pillow of Debian 12 reads neither
                self.assertIn(path.read_bytes()[4:12], (b"ftypheic", b"ftypavif", b"ftypmif1"))
                formats.add(path.suffix)
                continue
            with Image.open(path) as image:
                image.load()
                formats.add(image.format)
                small = image.convert("L").resize((64, 64), Image.Resampling.BOX)
                self.assertGreater(ImageStat.Stat(small).stddev[0], 18, path.name)
                if path.name.count(".") == 1:
                    self.assertIn(image.width, range(1024, 1601), path.name)
        self.assertEqual(formats, {"JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", ".heic", ".avif"})

    def test_some_pictures_say_where_and_by_which_camera(self):
        with Image.open(self.root / "pictures" / "lighthouse-1.jpg") as image:
            exif = image.getexif()
            self.assertTrue(exif[0x010F])
            self.assertRegex(exif.get_ifd(0x8769)[0x9003], r"^\d{4}:\d\d:\d\d \d\d:\d\d:\d\d$")
            self.assertEqual(exif.get_ifd(0x8825)[1], "N")
        with Image.open(self.root / "pictures" / "shapes-1.exif-rotated.jpg") as image:
            self.assertEqual(image.getexif()[0x0112], 6)

    def test_the_videos_play_as_long_as_said_and_the_known_one_is_in_no_exhibit(self):
        seconds = {}
        for path in sorted((self.root / "videos").iterdir()):
            seconds[path.name] = float(output_of("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of",
                                                 "csv=p=0", path).stdout)
        self.assertEqual({name: round(length) for name, length in seconds.items()},
                         {"regatta.mp4": 32, "garden-walk.mp4": 16, "regatta.clip.mp4": 14, "regatta.letterboxed.mp4": 12})
        phone = {path.name for path in (self.root / "exhibits" / "phone").rglob("*.mp4")}
        self.assertEqual(phone, {"garden-walk.mp4", "regatta-part.mp4", "regatta-tv.mp4"})

    def test_deleted_files_are_unlinked_and_recoverable_as_far_as_said(self):
        gone = self.deleted("laptop.raw")
        home = "home/claire/"
        self.assertEqual(gone[home + "Images/Été à la mer/phare/lighthouse-supprimé.jpg"], self.digest("lighthouse-1.bright.jpg"))
        self.assertEqual(gone[home + "Documents/secret-garden.jpg"], self.digest("garden-1.bright.jpg"))
        self.assertNotEqual(gone[home + "Documents/draft.jpg"], self.digest("village-1.small.jpg"))  # overwritten
        self.assertEqual(len(gone), 4)
        gone = self.deleted("stick.raw")
        self.assertEqual(gone["Photos/whole-deleted.jpg"], self.digest("lighthouse-1.bright.jpg"))
        self.assertNotEqual(gone["Photos/fragmented.jpg"], self.digest("kites-1.q40.jpg"))  # in two pieces
        self.assertEqual(list(self.deleted("card.raw", "-o", "34816")), ["archive/old.txt"])

    def test_the_media_are_sound_and_the_damaged_one_is_not(self):
        self.assertEqual(output_of("e2fsck", "-f", "-n", self.root / "exhibits" / "laptop.raw").returncode, 0)
        self.assertEqual(output_of("fsck.vfat", "-n", self.root / "exhibits" / "stick.raw").returncode, 0)
        self.assertIn("SUCCESS", output_of("ewfverify", self.root / "exhibits" / "laptop.E01").stdout)
        self.assertIn("FAILURE", output_of("ewfverify", self.root / "exhibits" / "laptop-damaged.E01").stdout)
        self.assertIn("l/l", self.listing("laptop.raw"))

    def test_the_exports_are_as_the_real_exporter_writes_them(self):
        base, messages, text = "exhibits/phone/Telegram Desktop/", 0, ""
        for folder in ("DataExport_2024-06-01", "ChatExport_2024-06-01"):
            raw = self.bytes_of(f"{base}{folder}/result.json").decode()
            text += raw
            root = json.loads(raw.replace("\\x0C", "\\u000c"))
            for chat in root["chats"]["list"] if "chats" in root else [root]:
                messages += len(chat["messages"])
                for path in (m["photo"] for m in chat["messages"] if "photo" in m):
                    self.assertTrue((self.root / base / folder / path).is_file(), path)
        self.assertIn("\\x0C", text)
        self.assertRaises(json.JSONDecodeError, json.loads, self.bytes_of(base + "DataExport_2024-06-01/result.json"))
        self.assertIn("(File not included.", text)
        self.assertIn(f"with {messages} messages", self.bytes_of("README.txt").decode().replace("\n", " ").replace("  ", " "))

    def test_archives_nest_and_the_protected_one_opens_with_its_password(self):
        protected = zipfile.ZipFile(self.root / "exhibits/phone/Download/protected.zip")
        self.assertRaises(RuntimeError, protected.read, "minutes.txt")
        self.assertIn(b"garden club", protected.read("minutes.txt", b"harbour"))
        with tarfile.open(self.root / "exhibits/broken/path-traversal.tar") as hostile:
            self.assertIn("../../escaped.txt", hostile.getnames())

    def test_the_bad_list_differs_from_the_good_one_in_its_third_line_only(self):
        good, bad = (self.bytes_of("lists/" + name).decode().split("\n") for name in ("harbour-sha256.txt", "one-bad-line.txt"))
        self.assertEqual([i + 1 for i in range(len(good)) if good[i] != bad[i]], [3])
        self.assertEqual(len(bad[2]), 63)

    def test_a_folder_that_is_no_sample_is_never_replaced(self):
        target = Path(self.scratch.name) / "mine"
        target.mkdir()
        (target / "letter.txt").write_text("keep me")
        done = output_of("/usr/bin/python3", TOOL, target)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((target / "letter.txt").read_text(), "keep me")


if __name__ == "__main__":
    unittest.main()
