#!/usr/bin/env python3
"""Exact look-up everywhere first, pictures in a second pass: what is in the case at the end is what one pass stores."""
import json
import random
import subprocess
import unittest

from postgres_server import PostgresServer
from resume_test import make_evidence, picture, zipped
from support import INCOMPLETE, PROGRAM, WRONG_USE, ProgramTest, killed_after, lines, sha256


class Triage(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.server = PostgresServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        super().setUp()
        self.evidence = self.folder / "evidence"
        make_evidence(self.evidence, files=60)
        # A picture that is twice in the exhibit, one that does not decode, and one in a broken archive.
        (self.evidence / "again.jpg").write_bytes(picture(0))
        (self.evidence / "broken.jpg").write_bytes(picture(300)[:2000])
        inner = zipped([(f"c{i}.jpg", picture(400 + i)) for i in range(4)])
        (self.evidence / "cut.zip").write_bytes(inner[:len(inner) * 3 // 4])
        self.list = self.folder / "list.txt"
        self.list.write_text(sha256(picture(100)) + "\n")  # a member of an archive in an archive
        near = next(row for row in lines(self.run_program("fingerprint", self.evidence / "g03.jpg", "--json")))
        self.codes = self.folder / "codes.txt"
        self.codes.write_text(near["hex"] + "\n")

    def new_case_with_lists(self, place):
        self.new_case_at(place)
        self.run_program("list", "add", place, self.list, "--name", "known", "--polarity", "alert", "--format", "sha256")
        self.run_program("list", "add", place, self.codes, "--name", "near", "--polarity", "alert", "--format", "pdq")
        return place

    def single_pass(self, *paths):
        case = self.new_case_with_lists(self.folder / "single")
        for path in paths or (self.evidence,):
            self.run_program("ingest", case, path, status=None)
        return self.canonical(case, "single.jsonl")

    def places(self):
        yield self.folder / "triaged"
        yield self.server.url(self.server.create_db())

    def test_both_stores_hold_in_the_end_what_one_pass_stores(self):
        wanted = self.single_pass()
        for place in self.places():
            for args in ((), ("--parts", "3")):
                with self.subTest(place=str(place)[:10], args=args):
                    if args and not str(place).startswith("postgresql"):
                        place = self.folder / "triaged-parts"
                    elif args:
                        place = self.server.url(self.server.create_db())
                    case = self.new_case_with_lists(place)
                    self.run_program("ingest", case, self.evidence, "--triage", *args, status=INCOMPLETE)
                    self.assertEqual(self.canonical(case), wanted)
                    self.run_program("case", "verify", case)

    def test_every_exhibit_is_looked_up_before_a_picture_of_any_is_looked_at(self):
        other = self.folder / "other"
        make_evidence(other, files=20)
        case = self.new_case_with_lists(self.folder / "case")
        out = lines(self.run_program("ingest", case, other, self.evidence, "--triage", "--json", status=INCOMPLETE))
        told = [(row["type"], row.get("exhibit"), row.get("match")) for row in out]
        triaged = [i for i, row in enumerate(told) if row[0] == "triage"]
        self.assertEqual([told[i][1] for i in triaged], ["other", "evidence"])
        exact = [i for i, row in enumerate(told) if row[2] == "exact"]
        near = [i for i, row in enumerate(told) if row[2] == "near"]
        self.assertEqual(len(exact), 4)  # in an archive in an archive, and beside the chat
        self.assertLess(max(exact), max(triaged))
        self.assertGreater(min(near), max(triaged), "a picture was looked at before the look-up was done")
        self.assertEqual([out[i]["hits_exact"] for i in triaged], [1, 1])
        self.assertEqual([row["exhibit"] for row in out if row["type"] == "summary"], ["other", "evidence"])
        self.assertFalse(any(row["resumed"] for row in out if row["type"] == "summary"))
        # Each place of a near hit once: g03.jpg of both exhibits.
        self.assertEqual(sorted(out[i]["exhibit"] for i in near), ["evidence", "other"])

    def test_workers_take_all_triage_before_they_recognise_anything(self):
        url = self.server.url(self.server.create_db())
        self.new_case_with_lists(url)
        other = self.folder / "other"
        make_evidence(other, files=20)
        for path in (self.evidence, other):
            self.run_program("ingest", url, path, "--enqueue", "--triage", "--parts", "2")
        self.assertEqual(self.waiting(url), {"triage": 4})
        out = lines(self.run_program("worker", url, "--until-idle", "--json", status=INCOMPLETE))
        matches = [row["match"] for row in out if row["type"] == "hit"]
        self.assertEqual(sorted(matches), matches, "exact hits of all exhibits, then near ones")
        self.assertIn("near", matches)
        self.run_program("case", "verify", url)
        case = self.new_case_with_lists(self.folder / "single")
        for path in (self.evidence, other):
            self.run_program("ingest", case, path, status=None)
        self.assertEqual(self.canonical(url), self.canonical(case, "single.jsonl"))

    def waiting(self, case):
        return {row["operation"]: row["waiting"] for row in lines(self.run_program("status", case, "--json"))
                if row["type"] == "jobs"}

    def test_killed_at_ten_moments_of_the_second_pass_it_ends_as_if_it_had_not_been(self):
        wanted = self.single_pass()
        chance = random.Random(22)
        kills, cases = 0, 0
        while kills < 10 and cases < 20:
            cases += 1
            case = self.new_case_with_lists(self.folder / f"killed{cases}")
            for _ in range(2):  # an item that ends three of them is given up
                kills += self.kill_in_the_second_pass(case, chance.uniform(0, 0.6))
            self.run_program("ingest", case, self.evidence, "--triage", status=INCOMPLETE)
            self.assertEqual(self.canonical(case), wanted)
            self.run_program("case", "verify", case)
        self.assertGreaterEqual(kills, 10, "the evidence is too small to be interrupted")

    def kill_in_the_second_pass(self, case, seconds):
        """Whether it was still going so long after the look-up was done."""
        run = subprocess.Popen([str(PROGRAM), "ingest", str(case), str(self.evidence), "--triage", "--json"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in run.stdout:
            if json.loads(line)["type"] == "triage":
                break
        return killed_after(run, seconds)

    def test_the_second_pass_takes_each_picture_once_and_nothing_else(self):
        url = self.server.url(self.server.create_db())
        self.new_case_at(url)
        (self.evidence / "cut.zip").unlink()
        self.run_program("ingest", url, self.evidence, "--enqueue")
        once = self.bytes_read(url)
        twice = self.server.url(self.server.create_db())
        self.new_case_at(twice)
        self.run_program("ingest", twice, self.evidence, "--enqueue", "--triage")
        pictures = {item["sha256"]: item["size"] for item in lines(self.run_program("items", url, "--json"))
                    if item["mime"] == "image/jpeg"}
        self.assertEqual(self.bytes_read(twice), once + sum(pictures.values()))

    def bytes_read(self, url):
        out = lines(self.run_program("worker", url, "--until-idle", "--json", status=INCOMPLETE))
        return out[-1]["bytes"]

    def test_a_disk_image_is_the_same_too_with_and_without_the_digest_of_its_medium(self):
        image = self.folder / "disk.dd"
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext2", "-d", self.evidence, image, "24M"], check=True)
        for args in ((), ("--no-medium-digest",)):
            single, triaged = (self.new_case_with_lists(self.folder / f"{name}{len(args)}")
                               for name in ("single", "triaged"))
            self.run_program("ingest", single, image, *args, status=INCOMPLETE)
            self.run_program("ingest", triaged, image, *args, "--triage", status=INCOMPLETE)
            self.assertEqual(self.canonical(triaged), self.canonical(single, "single.jsonl"))
            self.run_program("case", "verify", triaged)

    def test_an_exhibit_that_was_not_triaged_goes_on_as_it_was_planned(self):
        case = self.new_case_with_lists(self.folder / "case")
        self.run_program("ingest", case, self.evidence, status=INCOMPLETE)
        before = self.canonical(case)
        out = lines(self.run_program("ingest", case, self.evidence, "--triage", "--json", status=INCOMPLETE))
        self.assertEqual([row["type"] for row in out], ["summary"])
        self.assertEqual(self.canonical(case), before)

    def test_triage_and_no_recognition_exclude_each_other(self):
        case = self.new_case()
        self.run_program("ingest", case, self.evidence, "--triage", "--no-recognition", status=WRONG_USE)


if __name__ == "__main__":
    unittest.main()
