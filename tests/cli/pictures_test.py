#!/usr/bin/env python3
"""Fingerprints, lists and hits through the program: published hashes, copies, the queue of what is new."""
import csv
import hashlib
import io
import json
import subprocess
import unittest

from PIL import Image

from resume_test import picture
from support import INCOMPLETE, OK, PROGRAM, SHARED, WRONG_USE, FAILED, ProgramTest, lines, needs_shared

PDQ = SHARED / "samples" / "pdq"


def distance(a, b):
    return bin(int(a, 16) ^ int(b, 16)).count("1")


@needs_shared
class Published(ProgramTest):
    def published(self):
        with open(PDQ / "PDQMD5TestData.bridge-mods.csv", newline="") as table:
            rows = [row for row in csv.reader(table)]
        hashes = {}
        for row in rows:
            name = next((cell.split("/")[-1] for cell in row if cell.endswith(".jpg")), None)
            code = next((cell for cell in row if len(cell) == 64), None)
            if name and code:
                hashes[name] = code
        return hashes

    def test_the_published_hashes_come_out_of_the_nearest_512_variant(self):
        published = self.published()
        self.assertGreaterEqual(len(published), 10)
        files = [PDQ / "bridge-mods" / name for name in published]
        for row in lines(self.run_program("fingerprint", "--json", *files)):
            wanted = published[row["path"].split("/")[-1]]
            self.assertLessEqual(distance(row["variants"]["nearest512"], wanted), 2, row["path"])
            self.assertLessEqual(distance(row["variants"]["full"], wanted), 28, row["path"])
            self.assertEqual(len(row["orientations"]), 8)
            self.assertGreaterEqual(row["quality"], 50)

    def test_needles_in_the_haystack_are_all_found(self):
        needles = (PDQ / "needles.txt").read_text().split()
        haystack = (PDQ / "haystack.txt").read_text().split()
        wanted = {(i + 1, j + 1, distance(a, b)) for i, a in enumerate(needles)
                  for j, b in enumerate(haystack) if distance(a, b) <= 31}
        self.assertGreater(len(wanted), 50)
        out = self.run_program("match", "--codes", PDQ / "needles.txt", "--list", PDQ / "haystack.txt",
                               "--json")
        self.assertEqual({(row["query"], row["entry"], row["distance"]) for row in lines(out)}, wanted)


class Lists(ProgramTest):
    def setUp(self):
        super().setUp()
        self.evidence = self.folder / "evidence"
        self.evidence.mkdir()
        self.original = picture(1, (900, 700))
        (self.evidence / "a.jpg").write_bytes(self.original)
        image = Image.open(io.BytesIO(self.original))
        image.resize((630, 490)).save(self.evidence / "a-small.jpg", quality=60)
        image.transpose(Image.Transpose.ROTATE_90).save(self.evidence / "a-turned.png")
        (self.evidence / "b.jpg").write_bytes(picture(2, (900, 700)))
        (self.evidence / "c.txt").write_text("not a picture\n")

    def add(self, case, name, text, *args, status=OK):
        path = self.folder / name
        path.write_text(text)
        return self.run_program("list", "add", case, path, "--name", name, *args, status=status)

    def fingerprint_lines(self):
        return self.run_program("fingerprint", "--json", self.evidence / "a.jpg")

    def test_a_list_finds_copies_that_were_resized_or_turned(self):
        case = self.new_case()
        self.add(case, "known", self.fingerprint_lines(), "--polarity", "alert")
        self.ingest(case, self.evidence)
        hits = {row["item"]: row for row in lines(self.run_program("hits", case, "--json"))
                if row["match"] == "near"}
        self.assertEqual(set(hits), {"a.jpg", "a-small.jpg", "a-turned.png"})
        self.assertNotEqual(hits["a-turned.png"]["orientation"], "original")
        self.assertEqual(hits["a.jpg"]["distance"], 0)
        exact = [row for row in lines(self.run_program("hits", case, "--json")) if row["match"] == "exact"]
        self.assertEqual([row["item"] for row in exact], ["a.jpg"])

    def test_a_place_is_one_line_however_many_digests_and_entries_of_a_list_agree(self):
        case = self.new_case()
        digests = [hashlib.new(name, self.original).hexdigest() for name in ("md5", "sha1", "sha256")]
        text = "%%%% HASHDEEP-1.0\n%%%% size,md5,sha1,sha256,filename\n"
        for name in ("one", "two"):
            text += ",".join([str(len(self.original)), *digests, name]) + "\n"
        self.add(case, "deep", text, "--polarity", "alert")
        done = self.run_program("ingest", case, self.evidence, "--json")
        told = [row for row in lines(done) if row["type"] == "hit"]
        shown = lines(self.run_program("hits", case, "--json"))
        for row, in (told, shown):  # one each
            self.assertEqual((row["item"], row["match"], row["algorithm"]), ("a.jpg", "exact", "sha256"))
            self.assertEqual(row["algorithms"], ["sha256", "sha1", "md5"])
            self.assertEqual(row["entries"], 2)
        self.assertEqual(told, shown)
        self.assertEqual(len(self.run_program("hits", case).splitlines()), 1)

    def test_a_list_that_is_added_later_finds_the_same(self):
        before, after = self.new_case("before"), self.new_case("after")
        self.add(before, "known", self.fingerprint_lines(), "--polarity", "alert")
        self.ingest(before, self.evidence)
        self.ingest(after, self.evidence)
        self.add(after, "known", self.fingerprint_lines(), "--polarity", "alert")
        self.assertEqual(self.canonical(before), self.canonical(after))

    def test_new_material_is_grouped_and_known_material_is_not_in_it(self):
        case = self.new_case()
        self.ingest(case, self.evidence)
        groups = lines(self.run_program("new", case, "--json"))
        self.assertEqual(sorted(group["size"] for group in groups), [1, 3])
        self.assertEqual(groups[0]["points"], sum(reason["points"] for reason in groups[0]["reasons"]))
        digest = hashlib.md5(self.original).hexdigest()
        self.add(case, "md5", digest + "\n", "--polarity", "alert", "--algorithm", "md5")
        groups = lines(self.run_program("new", case, "--json"))
        self.assertEqual([group["size"] for group in groups], [1, 2])  # b first, copies of a known one last

    def test_an_allow_list_takes_its_exact_files_out_of_the_queue(self):
        case = self.new_case()
        self.add(case, "ours", hashlib.sha256(self.original).hexdigest() + "\n", "--polarity", "allow",
                 "--algorithm", "sha256")
        self.ingest(case, self.evidence)
        sizes = sorted(group["size"] for group in lines(self.run_program("new", case, "--json")))
        self.assertEqual(sizes, [1, 2])

    def test_sixty_four_digits_are_never_guessed(self):
        case = self.new_case()
        self.add(case, "unstated", "0123456789abcdef" * 4 + "\n", "--polarity", "alert", status=WRONG_USE)
        self.assertEqual(lines(self.run_program("list", "show", case, "--json")), [])

    def test_one_bad_line_refuses_the_list_names_the_line_and_stores_nothing(self):
        case = self.new_case()
        good = hashlib.md5(b"x").hexdigest()
        path = self.folder / "bad.txt"
        path.write_text(f"{good}\n{good[:-1]}\n{good}\n")
        done = self.run_program("list", "add", case, path, "--name", "bad", "--polarity", "alert",
                                "--algorithm", "md5", status=FAILED)
        self.assertEqual(done, "")
        self.assertEqual(lines(self.run_program("list", "show", case, "--json")), [])

    def test_a_last_line_without_an_end_is_taken_as_a_whole_hash_and_told(self):
        case = self.new_case()
        digest = hashlib.sha256(self.original).hexdigest()
        path = self.folder / "known.txt"
        path.write_text(f"{hashlib.sha256(b'x').hexdigest()}\n{digest}")
        command = [str(PROGRAM), "list", "add", str(case), str(path), "--polarity", "alert", "--algorithm",
                   "sha256", "--json", "--name"]
        done = subprocess.run([*command, "whole"], capture_output=True, text=True)
        row, = lines(done.stdout)
        self.assertEqual((done.returncode, row["hashes"], row["unterminated_last_line"]), (OK, 2, 1))
        self.assertIn("without an end", done.stderr)
        self.ingest(case, self.evidence)
        self.assertEqual([row["list"] for row in lines(self.run_program("hits", case, "--json"))], ["whole"])
        path.write_text(path.read_text()[:-1])
        done = subprocess.run([*command, "cut"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (FAILED, ""))
        self.assertIn("line 2: no end of line", done.stderr)

    def test_match_works_without_a_case(self):
        known = self.folder / "known.jsonl"
        known.write_text(self.fingerprint_lines())
        out = self.run_program("match", self.evidence / "a-turned.png", self.evidence / "b.jpg", "--list",
                               known, "--json")
        self.assertEqual([row["path"].split("/")[-1] for row in lines(out)], ["a-turned.png"])

    def test_an_unreadable_picture_is_a_row_with_its_reason(self):
        broken = self.folder / "broken.jpg"
        broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4)
        row, = lines(self.run_program("fingerprint", "--json", broken, status=INCOMPLETE))
        self.assertEqual(row["type"], "fingerprint")
        self.assertTrue(row["error"]["code"] and row["error"]["what"])


if __name__ == "__main__":
    unittest.main()
