#!/usr/bin/env python3
"""Videos through the program: fingerprints, lists of frames, hits with their places, the case."""
import json
import math
import sqlite3
import subprocess
import tempfile
import unittest
from pathlib import Path

from postgres_server import PostgresServer
from support import INCOMPLETE, OK, PROGRAM, SHARED, WRONG_USE, ProgramTest, lines, needs_shared

SCENE_SECONDS = 4
MIRRORED = "flip_y"  # left and right exchanged, in the words of PDQ's reference


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, args)], check=True)


def scenes(first, count):
    """A filter graph of scenes, each a fractal of its own: harmless, and unlike each other."""
    graph = ""
    for i in range(count):
        n = first + i
        angle = 0.61 * n + 0.3
        x, y = -0.1 + 0.75 * math.cos(angle), 0.75 * math.sin(angle)
        graph += (f"mandelbrot=s=320x240:r=25:start_x={x:.4f}:start_y={y:.4f}:start_scale={1.2 + 0.1 * (n % 5):.2f}"
                  f":end_scale=0.5:end_pts=400:maxiter=512,trim=duration={SCENE_SECONDS},setpts=PTS-STARTPTS[s{i}];")
    return graph + "".join(f"[s{i}]" for i in range(count)) + f"concat=n={count}:v=1:a=0[out]"


X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "50")


class Videos(ProgramTest):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="rempart-videos-")
        cls.addClassCleanup(holder.cleanup)
        cls.made = Path(holder.name)
        cls.film, cls.other = cls.made / "film.mp4", cls.made / "other.mp4"
        ffmpeg("-filter_complex", scenes(0, 10), "-map", "[out]", *X264, cls.film)   # 40 s
        ffmpeg("-filter_complex", scenes(20, 6), "-map", "[out]", *X264, cls.other)  # 24 s
        cls.copies = {
            "recoded.mkv": ("-c:v", "libx264", "-crf", "34", "-g", "75"),
            "small.webm": ("-s", "160x120", "-c:v", "libvpx", "-b:v", "300k", "-g", "50", "-deadline", "realtime"),
            "mirrored.mp4": ("-vf", "hflip", *X264),
            "slower.mp4": ("-r", "12.5", *X264),
            "pal.mp4": ("-vf", "setpts=PTS*24/25", *X264),
            "bright.mp4": ("-vf", "eq=brightness=0.06:contrast=1.1", *X264),
            "noflag.avi": ("-c:v", "mpeg4", "-q:v", "6"),
        }
        for name, args in cls.copies.items():
            ffmpeg("-i", cls.film, *args, cls.made / name)
        for name, bars in (("letterboxed.mp4", "320:400:0:80"), ("pillarboxed.mp4", "560:240:120:0")):
            ffmpeg("-ss", "8", "-t", "20", "-i", cls.film, "-vf", f"pad={bars}", *X264, cls.made / name)
        ffmpeg("-ss", "16", "-t", "12", "-i", cls.film, *X264, cls.made / "clip.mp4")
        ffmpeg("-i", cls.other, "-i", cls.film, "-filter_complex",
               "[0]trim=0:12,setpts=PTS-STARTPTS[a];[1]trim=20:32,setpts=PTS-STARTPTS[b];"
               "[1]trim=4:12,setpts=PTS-STARTPTS[c];[a][b][c]concat=n=3:v=1:a=0", *X264, cls.made / "compilation.mp4")

    def fingerprints(self, *files, frames="all"):
        target = self.folder / "list.json"
        target.write_text(self.run_program("fingerprint", "--json", "--frames", frames, *files))
        return target

    def hits(self, file, known, status=OK):
        return [row for row in lines(self.run_program("match", file, "--list", known, "--json", status=status))
                if row["type"] == "hit" and row["match"] == "near"]

    def test_a_fingerprint_names_the_frames_with_their_times(self):
        row, = lines(self.run_program("fingerprint", "--json", self.film))
        self.assertEqual((row["algorithm"], row["format"], row["codec"]), ("vpdq", "mp4", "h264"))
        self.assertAlmostEqual(row["duration"], 40, places=1)
        times = [(frame["from"], frame["to"]) for frame in row["frames"]]
        self.assertEqual(times, sorted(times))
        self.assertGreaterEqual(len(times), 10)
        self.assertTrue(all(len(frame["hex"]) == 64 for frame in row["frames"]))

    def test_copies_in_each_form_are_found_from_end_to_end(self):
        known = self.fingerprints(self.film)
        for name in self.copies:
            with self.subTest(name):
                hit, = self.hits(self.made / name, known)
                self.assertEqual(hit["orientation"], MIRRORED if name == "mirrored.mp4" else "original")
                length = 40 * (24 / 25 if name == "pal.mp4" else 1)
                covered = sum(s["to"] - s["from"] for s in hit["segments"])
                self.assertGreater(covered, 0.8 * length, hit["segments"])

    def test_a_clip_is_found_where_it_was_taken(self):
        hit, = self.hits(self.made / "clip.mp4", self.fingerprints(self.film))
        segment, = hit["segments"]
        self.assertAlmostEqual(segment["entry_from"] - segment["from"], 16, delta=1.2)
        self.assertGreater(segment["to"] - segment["from"], 8)

    def test_a_letterboxed_clip_is_found_within_its_bars_where_it_was_taken(self):
        known = self.fingerprints(self.film)
        for name in ("letterboxed.mp4", "pillarboxed.mp4"):
            with self.subTest(name):
                hit, = self.hits(self.made / name, known)
                self.assertEqual(hit["variant"], "trimmed")
                segment, = hit["segments"]
                self.assertAlmostEqual(segment["entry_from"] - segment["from"], 8, delta=1.2)
                self.assertGreater(segment["to"] - segment["from"], 15)
        row, = lines(self.run_program("fingerprint", "--json", self.made / "letterboxed.mp4"))
        self.assertGreaterEqual(len(row["trimmed"]), 5)

    def test_a_compilation_names_each_entry_with_its_places(self):
        hits = self.hits(self.made / "compilation.mp4", self.fingerprints(self.film, self.other))
        self.assertEqual([hit["entry"] for hit in hits], [1, 2])
        first, second = hits[0]["segments"]
        self.assertAlmostEqual(first["entry_from"] - first["from"], 20 - 12, delta=1.5)
        self.assertAlmostEqual(second["entry_from"] - second["from"], 4 - 24, delta=1.5)
        self.assertAlmostEqual(hits[1]["segments"][0]["from"], hits[1]["segments"][0]["entry_from"], delta=1.5)

    def test_another_video_is_no_hit(self):
        self.assertEqual(self.hits(self.other, self.fingerprints(self.film)), [])

    def test_a_frame_of_a_video_is_found_by_its_picture_and_the_other_way(self):
        still = self.folder / "still.png"
        ffmpeg("-ss", "16", "-i", self.film, "-frames:v", "1", still)
        hit, = self.hits(still, self.fingerprints(self.film))
        self.assertIsNone(hit["segments"][0]["from"])
        self.assertAlmostEqual(hit["segments"][0]["entry_from"], 16, delta=2)
        hit = self.hits(self.film, self.fingerprints(still))[0]
        self.assertIsNone(hit["segments"][0]["entry_from"])
        self.assertAlmostEqual(hit["segments"][0]["from"], 16, delta=0.1)

    def test_vpdq_goes_out_and_comes_in(self):
        text = self.run_program("fingerprint", "--vpdq", self.film)
        self.assertEqual(len(text.splitlines()), 1000)
        self.assertRegex(text.splitlines()[25], r"^25,\d{1,3},[0-9a-f]{64},1\.000$")
        known = self.folder / "film.txt"
        known.write_text(text)
        hit, = self.hits(self.made / "recoded.mkv", known)
        self.assertEqual(hit["entry"], 1)
        self.run_program("fingerprint", "--vpdq", "--json", self.film, status=WRONG_USE)
        self.run_program("fingerprint", "--vpdq", self.film, self.other, status=WRONG_USE)

    def test_a_corrupt_video_is_a_row_and_says_so(self):
        broken = self.folder / "broken.mp4"
        broken.write_bytes(self.film.read_bytes()[:60_000])  # its index is at the end
        known = self.fingerprints(self.film)
        row, = lines(self.run_program("match", broken, "--list", known, "--json", status=INCOMPLETE))
        self.assertEqual((row["type"], row["path"]), ("error", str(broken)))
        self.assertIn(row["error"]["code"], ("truncated", "malformed"))
        row, = lines(self.run_program("fingerprint", "--json", broken, status=INCOMPLETE))
        self.assertIn("error", row)

    def evidence(self):
        folder = self.folder / "evidence"
        folder.mkdir()
        for name in ("clip.mp4", "compilation.mp4", "mirrored.mp4", "letterboxed.mp4"):
            (folder / name).write_bytes((self.made / name).read_bytes())
        (folder / "other.mp4").write_bytes(self.other.read_bytes())
        (folder / "broken.mp4").write_bytes(self.film.read_bytes()[:60_000])
        return folder

    def case_hits(self, case):
        rows = lines(self.run_program("hits", case, "--json"))
        return sorted((json.dumps(row, sort_keys=True) for row in rows))

    def test_the_case_holds_videos_on_both_stores_and_in_each_order(self):
        known = self.fingerprints(self.film)
        folder = self.evidence()
        server = PostgresServer()
        self.addCleanup(server.close)
        server.start()
        add = ("--name", "known", "--polarity", "alert")
        wanted = exported = None
        for store, order in (("folder", "before"), ("folder", "after"), ("folder", "triage"), ("server", "before")):
            with self.subTest(store=store, order=order):
                place = server.url(server.create_db()) if store == "server" else self.folder / order
                case = self.new_case_at(place)
                if order != "after":
                    self.run_program("list", "add", case, known, *add)
                args = ("--triage",) if order == "triage" else ()
                summary = self.ingest(case, folder, *args, status=INCOMPLETE)
                self.assertEqual(summary["media"], 6)
                if order == "after":
                    self.run_program("list", "add", case, known, *add)
                self.run_program("case", "verify", case)
                self.run_program("audit", "check", case, status=None)
                hits = self.case_hits(case)
                wanted = wanted or hits
                self.assertEqual(hits, wanted)
                canonical = self.canonical(case)
                exported = exported or canonical
                self.assertEqual(canonical, exported)
        named = {row["item"]: row for row in map(json.loads, wanted) if row["match"] == "near"}
        self.assertEqual(set(named), {"clip.mp4", "compilation.mp4", "mirrored.mp4", "letterboxed.mp4"})
        self.assertEqual(named["letterboxed.mp4"]["variant"], "trimmed")
        self.assertEqual(named["clip.mp4"]["variant"], "full")
        self.assertEqual(named["mirrored.mp4"]["orientation"], MIRRORED)
        self.assertEqual(len(named["compilation.mp4"]["segments"]), 2)
        self.assertEqual(named["compilation.mp4"]["segments"][0]["entry"], 1)

    def test_new_videos_are_in_the_queue_with_their_stills_and_parts_whoever_reads_them(self):
        first, second = self.folder / "first", self.folder / "second"
        for folder in (first, second):
            folder.mkdir()
        (first / "film.mp4").write_bytes(self.film.read_bytes())
        (first / "clip.mp4").write_bytes((self.made / "clip.mp4").read_bytes())
        ffmpeg("-ss", "16", "-i", self.film, "-frames:v", "1", first / "still.png")
        (first / "broken.mp4").write_bytes(self.film.read_bytes()[:60_000])
        (second / "mirrored.mp4").write_bytes((self.made / "mirrored.mp4").read_bytes())
        (second / "other.mp4").write_bytes(self.other.read_bytes())
        exhibits = {"first": first, "second": second}

        def read(place, *args, status=INCOMPLETE):
            case = self.new_case_at(place)
            for name, folder in exhibits.items():
                done = INCOMPLETE if name == "first" else OK
                self.ingest(case, folder, "--exhibit", name, *args, status=status if status == OK else done)
            return case
        case = read(self.folder / "one", "--jobs", "1")
        queue = lines(self.run_program("new", case, "--json"))
        film = next(row["path"] for row in queue if row["size"] > 1)
        self.assertIn(film, ("film.mp4", "mirrored.mp4"))  # equally long: by hash
        self.assertEqual({row["path"]: (row["kind"], row["size"]) for row in queue},
                         {film: ("video", 4), "other.mp4": ("video", 1), "broken.mp4": ("video", 1)})
        self.assertIn("video that did not decode",
                      [r["fact"] for row in queue if row["path"] == "broken.mp4" for r in row["reasons"]])
        told = {row["exhibit"]: row["groups_new"] for row in lines(self.run_program("status", case, "--json"))
                if row["type"] == "exhibit"}
        self.assertEqual(told, {"first": 2, "second": 2})  # the film's group is in both
        self.run_program("report", case, "--out", self.folder / "report", "--thumbnails")
        self.assertIn(film, (self.folder / "report" / "report.html").read_text())

        wanted = self.canonical(case)
        self.assertEqual(self.canonical(read(self.folder / "four", "--jobs", "4")), wanted)
        server = PostgresServer()
        self.addCleanup(server.close)
        server.start()
        url = read(server.url(server.create_db()), "--enqueue", status=OK)
        workers = [subprocess.Popen([str(PROGRAM), "worker", url, "--until-idle"], stdout=subprocess.DEVNULL)
                   for _ in range(2)]
        for worker in workers:
            self.assertIn(worker.wait(300), (OK, INCOMPLETE))
        self.run_program("case", "verify", url)
        self.assertEqual(self.canonical(url), wanted)

    def test_a_case_with_videos_is_exported_whole_and_read_again(self):
        case = self.new_case()
        self.run_program("list", "add", case, self.fingerprints(self.film), "--name", "known", "--polarity", "alert")
        self.ingest(case, self.evidence(), status=INCOMPLETE)
        target = self.folder / "whole.sqlite"
        self.run_program("case", "export", case, target)
        with sqlite3.connect(target) as database:
            counts = [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                      for table in ("videos", "video_frames", "list_frames", "hit_segments")]
        self.assertTrue(all(counts), counts)
        status = next(row for row in lines(self.run_program("status", case, "--json")) if row["type"] == "exhibit")
        self.assertEqual(status["videos"], 6)
        broken = next(row for row in self.items(case) if row["path"] == "broken.mp4")
        self.assertIn(broken["error"]["code"], ("truncated", "malformed"))


@needs_shared
class Published(ProgramTest):
    def test_the_published_videos_find_each_other_and_their_published_frames(self):
        folder = SHARED / "samples" / "pdq"
        known = [folder / "vpdq" / f"{name}.txt" for name in ("chair-20-sd-bar", "chair-22-sd-grey-bar")]
        out = self.run_program("match", folder / "videos" / "chair-22-sd-grey-bar.mp4", "--json",
                               *[arg for path in known for arg in ("--list", path)])
        hits = lines(out)
        self.assertEqual({hit["list"] for hit in hits}, {path.name for path in known})
        shifted = next(hit for hit in hits if "chair-20" in hit["list"])["segments"][0]
        self.assertAlmostEqual(shifted["from"] - shifted["entry_from"], 2.1, delta=0.5)


if __name__ == "__main__":
    unittest.main()
