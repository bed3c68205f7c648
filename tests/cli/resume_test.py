#!/usr/bin/env python3
"""An ingest that is killed at any moment goes on with the same command and ends as if it had not been."""
import io
import json
import random
import shutil
import signal
import subprocess
import tarfile
import unittest
import zipfile

from PIL import Image, ImageDraw

from support import INTERRUPTED, PROGRAM, ProgramTest, killed_after, md5


def picture(seed, size=(320, 240)):
    chance = random.Random(seed)
    image = Image.new("RGB", size, tuple(chance.randrange(256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        draw.ellipse((x, y, x + chance.randrange(90), y + chance.randrange(90)),
                     fill=tuple(chance.randrange(256) for _ in range(3)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def telegram(messages):
    return json.dumps({"name": "Garden club", "type": "private_group", "id": 7, "messages": [
        {"id": i, "type": "message", "date": "2024-05-01T10:00:00", "date_unixtime": str(1714550400 + i),
         "from": f"Gardener {i % 3}", "from_id": f"user{i % 3}", "text": f"The tulips number {i} are up",
         **({"photo": f"photos/p{i}.jpg", "width": 320, "height": 240} if i % 50 == 0 else {})}
        for i in range(messages)]}).encode()


def make_evidence(folder, files=600):
    """Small files, pictures, archives in archives, a chat: each kind of state that a crash may hit."""
    chance = random.Random(1)
    folder.mkdir()
    for i in range(files):
        (folder / f"f{i:04}.bin").write_bytes(chance.randbytes(chance.randrange(1, 30_000)))
    for i in range(20):
        (folder / f"g{i:02}.jpg").write_bytes(picture(i))
    inner = zipped([(f"deep{i}.jpg", picture(100 + i)) for i in range(6)])
    (folder / "h.zip").write_bytes(zipped([("inner.zip", inner), *[
        (f"m{i:03}.txt", b"member %d" % i) for i in range(200)]]))
    with tarfile.open(folder / "i.tar.gz", "w:gz") as archive:
        for i in range(50):
            data = b"tar member %d" % i
            info = tarfile.TarInfo(f"t{i}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    chat = folder / "j_export"
    (chat / "photos").mkdir(parents=True)
    (chat / "result.json").write_bytes(telegram(1_000))
    for i in range(0, 1_000, 50):
        (chat / "photos" / f"p{i}.jpg").write_bytes(picture(i))
    for i in range(files // 4):
        (folder / f"z{i:04}.bin").write_bytes(chance.randbytes(2_000))


class Resume(ProgramTest):
    def setUp(self):
        super().setUp()
        self.evidence = self.folder / "evidence"
        make_evidence(self.evidence)

    def undisturbed(self, *args):
        case = self.new_case("undisturbed")
        summary = self.ingest(case, self.evidence, *args)
        return self.canonical(case, "undisturbed.jsonl"), summary

    def start(self, case, evidence=None, *args):
        return subprocess.Popen([str(PROGRAM), "ingest", str(case), str(evidence or self.evidence), "--json", *args],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def kill_at(self, case, seconds):
        """Whether the run was still going then."""
        return killed_after(self.start(case), seconds)

    def test_killed_at_ten_random_moments_it_ends_like_the_undisturbed_run(self):
        wanted, summary = self.undisturbed()
        chance = random.Random(20)
        kills, cases = 0, 0
        while kills < 10 and cases < 30:
            cases += 1
            case = self.new_case(f"killed{cases}")
            while kills < 10 and self.kill_at(case, chance.uniform(0.05, summary["seconds"])):
                kills += 1
            done = self.ingest(case, self.evidence)
            self.assertEqual(self.canonical(case), wanted)
            for key in ("items", "contents", "bytes", "media", "messages", "groups_new"):
                self.assertEqual(done[key], summary[key], key)
        self.assertEqual(kills, 10, "the evidence is too small to be interrupted")

    def test_ctrl_c_leaves_a_case_that_opens_and_goes_on(self):
        first = (self.evidence / "f0000.bin").read_bytes()
        # The second file is large: it is being read when the stop comes, with all the others behind it.
        evidence = self.folder / "with a large file"
        shutil.copytree(self.evidence, evidence)
        with open(evidence / "f0000.bin.large", "wb") as large:
            large.truncate(1 << 29)
        list_file = self.folder / "list.txt"
        list_file.write_text(md5(first) + "\n")
        add = ("--name", "first", "--polarity", "note", "--algorithm", "md5")
        whole, case = self.new_case("whole"), self.new_case("stopped")
        for each in (whole, case):
            self.run_program("list", "add", each, list_file, *add)
        self.ingest(whole, evidence)
        run = self.start(case, evidence, "--jobs", "1")
        self.assertIn(b"f0000.bin", run.stdout.readline())  # the walk is under way
        run.send_signal(signal.SIGINT)
        run.stdout.read()
        run.stdout.close()
        self.assertEqual(run.wait(), INTERRUPTED)
        self.run_program("case", "verify", case)
        self.assertTrue(self.ingest(case, evidence)["resumed"])
        self.assertEqual(self.canonical(case), self.canonical(whole, "whole.jsonl"))

    def test_one_and_eight_workers_give_the_same_canonical_export(self):
        one, _ = self.undisturbed("--jobs", "1")
        case = self.new_case("eight")
        self.ingest(case, self.evidence, "--jobs", "8")
        self.assertEqual(self.canonical(case), one)

    def test_a_second_ingest_of_a_complete_exhibit_changes_nothing(self):
        case = self.new_case()
        first = self.ingest(case, self.evidence)
        before = self.canonical(case)
        again = self.ingest(case, self.evidence)
        self.assertTrue(again["resumed"])
        self.assertFalse(first["resumed"])
        self.assertEqual(self.canonical(case), before)
        self.assertEqual(again["items"], first["items"])

    def test_what_is_in_archives_and_chats_is_there_once(self):
        case = self.new_case()
        summary = self.ingest(case, self.evidence)
        self.assertEqual(summary["messages"], 1_000)
        paths = [item["path"] for item in self.items(case)]
        self.assertEqual(len(paths), len(set(paths)))
        self.assertIn("h.zip!inner.zip!deep3.jpg", paths)
        self.assertIn("i.tar.gz!t49", paths)


if __name__ == "__main__":
    unittest.main()
