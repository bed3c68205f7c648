#!/usr/bin/env python3
"""match and fingerprint over many files: all cores, the order of the arguments, Ctrl-C."""
import io
import json
import os
import random
import signal
import subprocess
import unittest

from PIL import Image, ImageOps

from resume_test import picture
from support import FAILED, INCOMPLETE, INTERRUPTED, PROGRAM, ProgramTest, lines


class ManyFiles(ProgramTest):
    def setUp(self):
        super().setUp()
        self.files = []
        for i in range(12):
            path = self.folder / f"{i:02}.jpg"
            path.write_bytes(picture(i, (1200, 900) if i % 4 == 0 else (160, 120)))  # some take much longer
            self.files.append(path)
        broken = self.folder / "broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
        self.files[5:5] = [broken, self.folder / "absent.jpg"]

    def test_any_number_of_workers_tells_the_same_in_the_order_of_the_arguments(self):
        one = self.run_program("fingerprint", "--json", "--jobs", "1", *self.files, status=INCOMPLETE)
        self.assertEqual([row["path"] for row in lines(one)], [str(path) for path in self.files])
        self.assertEqual(self.run_program("fingerprint", "--json", "--jobs", "4", *self.files, status=INCOMPLETE), one)
        known = self.folder / "known.jsonl"
        known.write_text("".join(line + "\n" for line in reversed(one.splitlines()) if "error" not in line))
        found = self.run_program("match", "--json", "--jobs", "1", "--list", known, *self.files, status=INCOMPLETE)
        self.assertEqual(self.run_program("match", "--json", "--jobs", "4", "--list", known, *self.files,
                                          status=INCOMPLETE), found)
        rows = lines(found)
        self.assertEqual([row["path"] for row in rows], sorted((row["path"] for row in rows),
                                                                key=[str(path) for path in self.files].index))
        self.assertEqual({row["type"] for row in rows if row["path"].endswith("broken.jpg")}, {"error"})
        self.assertEqual(len({row["path"] for row in rows if row["type"] == "hit"}), 12)

    def test_an_absent_file_is_told_on_stderr_and_costs_no_other(self):
        known = self.folder / "known.txt"
        known.write_text("0" * 63 + "1\n")
        done = subprocess.run([PROGRAM, "match", "--list", known, "--algorithm", "sha256", *self.files],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (INCOMPLETE, ""))
        self.assertIn("absent.jpg", done.stderr)

    def test_ctrl_c_ends_with_whole_lines_of_the_first_files(self):
        files = []
        for i in range(200):
            files.append(self.folder / f"link-{i:03}.jpg")
            os.link(self.files[0], files[-1])
        run = subprocess.Popen([PROGRAM, "fingerprint", "--json", "--jobs", "2", *files], stdout=subprocess.PIPE)
        first = run.stdout.readline()
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
        run.stdout.close()
        self.assertEqual(run.wait(), INTERRUPTED)
        told = [json.loads(line)["path"] for line in (first + rest).splitlines()]
        self.assertEqual(told, [str(path) for path in files[:len(told)]])
        self.assertLess(len(told), len(files))


class Codes(ProgramTest):
    """Codes against a list: an index where it pays, and what looking at each one gives all the same."""

    def setUp(self):
        super().setUp()
        rng = random.Random(11)
        self.codes = [rng.getrandbits(256) for _ in range(5_000)]
        self.codes += self.codes[100:300]  # the same again: each place of it is told
        self.codes += [code ^ 5 << rng.randrange(250) for code in self.codes[200:400]]  # and near to others
        rng.shuffle(self.codes)
        self.queries = [rng.getrandbits(256) for _ in range(300)]
        for code in rng.sample(self.codes, 300):
            for bit in rng.sample(range(256), rng.randrange(0, 34)):
                code ^= 1 << bit
            self.queries.append(code)
        self.listed = self.folder / "listed.txt"
        self.asked = self.folder / "asked.txt"
        self.listed.write_text("".join(f"{code:064x}\n" for code in self.codes))

    def found(self, queries, *args):
        self.asked.write_text("".join(f"{code:064x}\n" for code in queries))
        out = self.run_program("match", "--json", "--codes", self.asked, "--list", self.listed, *args)
        return [(row["query"], row["entry"], row["distance"], row["match"]) for row in lines(out)]

    def wanted(self, queries, radius=31):
        """The definition: each with each, in the order of the queries, then of the list."""
        return [(q + 1, e + 1, distance, "near" if distance else "exact") for q, query in enumerate(queries)
                for e, code in enumerate(self.codes) if (distance := (query ^ code).bit_count()) <= radius]

    def test_few_and_many_queries_find_what_the_definition_finds_in_its_order(self):
        wanted = self.wanted(self.queries)
        self.assertGreater(len(wanted), 250)
        for jobs in ("1", "3"):
            self.assertEqual(self.found(self.queries, "--jobs", jobs), wanted)
        self.assertEqual(self.found(self.queries[298:330]), self.wanted(self.queries[298:330]))

    def test_the_radius_is_the_one_that_was_asked_for(self):
        for radius in (0, 8):
            self.assertEqual(self.found(self.queries, "--radius", str(radius)), self.wanted(self.queries, radius))

    def test_a_bad_code_fails_and_is_named(self):
        self.asked.write_text("0" * 63 + "\n")
        done = subprocess.run([PROGRAM, "match", "--codes", self.asked, "--list", self.listed],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, FAILED)
        self.assertIn("line 1", done.stderr)


class RoundTrip(ProgramTest):
    """What fingerprint prints is a list, whatever it printed it of."""

    def image(self, seed, size=(640, 480)):
        return Image.open(io.BytesIO(picture(seed, size)))

    def save(self, name, image, **options):
        image.save(self.folder / name, **options)
        return self.folder / name

    def video(self, name, *filters):
        path = self.folder / name
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                        ",".join(("mandelbrot=s=320x240:r=12:end_pts=200", "trim=duration=12", *filters)),
                        "-c:v", "libx264", "-g", "12", path], check=True)
        return path

    def test_of_pictures_in_every_form_and_of_videos(self):
        see_through = self.image(3).convert("RGBA")
        see_through.putalpha(Image.linear_gradient("L").resize(see_through.size))
        frames = [self.image(seed, (320, 240)).convert("P") for seed in (10, 11, 12)]
        pages = [self.image(seed, (320, 240)) for seed in (13, 14)]
        near = [
            self.save("large.jpg", self.image(1, (1600, 1200))),
            self.save("bordered.png", ImageOps.expand(self.image(2), 60, "white")),
            self.save("see-through.png", see_through),
            self.save("moves.gif", frames[0], save_all=True, append_images=frames[1:], duration=100),
            self.save("pages.tif", pages[0], save_all=True, append_images=pages[1:]),
            self.save("na\u00efve \"name\"\t\u202e.jpg", self.image(5)),
            self.video("film.mp4"),
            self.video("bars.mp4", "pad=320:400:0:80"),
        ]
        exact = [self.save("small.png", self.image(6, (40, 40))), self.save("flat.png", Image.new("L", (200, 200), 128)),
                 self.video("tiny.mp4", "scale=48:32")]
        broken = self.folder / "broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
        other = self.folder / "other.txt"
        other.write_text("no picture\n")
        files = [*near, broken, *exact, other]
        for frames_of_videos in ("key", "second", "all"):
            with self.subTest(frames=frames_of_videos):
                known = self.folder / "known.jsonl"
                known.write_text(self.run_program("fingerprint", "--json", "--frames", frames_of_videos, *files,
                                                  status=INCOMPLETE))
                hits = lines(self.run_program("match", "--json", "--list", known, *files, status=INCOMPLETE))
                own = {(files[row["entry"] - 1], row["match"]): row for row in hits if row["type"] == "hit"
                       and row["path"] == str(files[row["entry"] - 1])}
                self.assertEqual({path for path, match in own if match == "exact"}, {*near, *exact})
                self.assertEqual({path for path, match in own if match == "near"}, set(near))
                for path in near[:6]:
                    self.assertEqual(own[path, "near"]["distance"], 0, path)
                for path in near[6:]:
                    self.assertGreater(sum(part["to"] - part["from"] for part in own[path, "near"]["segments"]), 9, path)


if __name__ == "__main__":
    unittest.main()
