#!/usr/bin/env python3
"""List hygiene: entries switched off and on, in quarantine, judged; disputes; why a content is a hit."""
import hashlib
import json
import random
import sqlite3
import struct
import subprocess
import unittest
import zlib

from support import FAILED, INTEGRITY, OK, PROGRAM, WRONG_USE, ProgramTest, lines, sha256


def png(width, height, pixel):
    """Grey pixels as a PNG."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(pixel(x, y) for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def discs(seed, brighter=0):
    """A generated picture: overlapping grey discs."""
    chance = random.Random(seed)
    all_discs = [(chance.randrange(160), chance.randrange(120), chance.randrange(8, 40), chance.randrange(256))
                 for _ in range(40)]
    plane = [[128] * 160 for _ in range(120)]
    for cx, cy, r, grey in all_discs:
        for y in range(max(0, cy - r), min(120, cy + r)):
            for x in range(max(0, cx - r), min(160, cx + r)):
                if (x - cx) ** 2 + (y - cy) ** 2 < r * r:
                    plane[y][x] = (plane[y][x] + grey) // 2
    return png(160, 120, lambda x, y: min(255, plane[y][x] + brighter))


class Hygiene(ProgramTest):
    def setUp(self):
        super().setUp()
        self.case = self.new_case()
        self.evidence = self.folder / "evidence"
        self.evidence.mkdir()

    def put(self, name, data):
        (self.evidence / name).write_bytes(data)
        return sha256(data)

    def add(self, name, text, polarity="alert", algorithm="sha256"):
        path = self.folder / name
        path.write_text(text)
        self.run_program("list", "add", self.case, path, "--name", name, "--polarity", polarity,
                         "--algorithm", algorithm)

    def switch(self, what, name, *entries, status=OK, reason="A test"):
        return self.run_program("list", what, self.case, "--name", name, "--entry",
                                ",".join(map(str, entries)), "--reason", reason, "--json", status=status)

    def rows(self, *command):
        return lines(self.run_program(*command, "--json"))

    def hits(self, *more):
        return self.rows("hits", self.case, *more)

    def known(self):
        nothing = {"disputed": 0, "entries_disabled": 0, "entries_quarantined": 0}
        return next((row for row in self.rows("status", self.case) if row["type"] == "known"), nothing)

    def code_of(self, data):
        path = self.folder / "hashed.png"
        path.write_bytes(data)
        return self.rows("fingerprint", path)[0]["hex"]

    def explain(self, what, status=OK):
        return lines(self.run_program("explain", self.case, what, "--json", status=status))

    def talk(self, *command):
        return subprocess.run([str(PROGRAM), *map(str, command)], capture_output=True, timeout=300).stderr.decode()

    def test_a_disabled_entry_gives_no_hit_until_it_is_enabled(self):
        a, b = self.put("a", b"a"), self.put("b", b"b")
        self.add("known", f"{a}\n{b}\n")
        self.ingest(self.case, self.evidence)
        self.assertEqual({hit["item"] for hit in self.hits()}, {"a", "b"})
        row = lines(self.switch("disable", "known", 2, reason="Shows a harbour"))[0]
        self.assertEqual((row["list"], row["act"], row["entries"]), ("known", "disabled", [2]))
        self.assertEqual([hit["item"] for hit in self.hits()], ["a"])
        self.assertEqual([(hit["item"], hit["entry_state"]) for hit in self.hits("--all")],
                         [("a", None), ("b", "disabled")])
        self.assertEqual(len(self.hits("--all", "--limit", "1")), 1)
        shown = self.rows("list", "show", self.case)[0]
        self.assertEqual([(off["entry"], off["state"], off["reason"]) for off in shown["entries_off"]],
                         [(2, "disabled", "Shows a harbour")])
        exhibit = next(row for row in self.rows("status", self.case) if row["type"] == "exhibit")
        self.assertEqual(exhibit["hits_exact"], 1)

        more = self.folder / "more"
        more.mkdir()
        (more / "b again").write_bytes(b"b")
        summary = self.ingest(self.case, more)
        self.assertEqual(summary["hits_exact"], 0)
        self.switch("enable", "known", 2)
        self.assertEqual({hit["item"] for hit in self.hits()}, {"a", "b", "b again"})
        self.run_program("case", "verify", self.case)

    def test_a_disabled_entry_leaves_its_pictures_to_be_looked_at(self):
        picture = discs(1)
        self.put("near.png", discs(1, brighter=3))
        self.add("pictures", self.code_of(picture) + "\n", algorithm="pdq")
        self.ingest(self.case, self.evidence)
        self.assertEqual(self.rows("new", self.case), [])
        self.switch("disable", "pictures", 1)
        self.assertEqual([group["path"] for group in self.rows("new", self.case)], ["near.png"])
        self.switch("enable", "pictures", 1)
        self.assertEqual(self.rows("new", self.case), [])

    def test_what_makes_no_sense_is_refused(self):
        self.put("a", b"a")
        self.add("known", sha256(b"a") + "\n")
        self.ingest(self.case, self.evidence)
        self.switch("disable", "no such", 1, status=FAILED)
        self.switch("disable", "known", 7, status=FAILED)
        self.switch("disable", "known", 0, status=WRONG_USE)
        self.switch("disable", "known", "x", status=WRONG_USE)
        self.switch("disable", "known", -1, status=WRONG_USE)
        self.switch("disable", "known", 1, reason=" ", status=WRONG_USE)
        self.switch("enable", "known", 1, status=FAILED)
        self.switch("disable", "known", 1)
        self.switch("disable", "known", 1, status=FAILED)
        feedback = ("list", "feedback", self.case, "--name", "known", "--verdict", "confirmed")
        self.run_program(*feedback, "--entry", 1, "--content", "12", status=WRONG_USE)
        self.run_program(*feedback, "--entry", 1, "--content", "1" * 64, status=FAILED)
        self.run_program(*feedback, "--entry", 9, "--content", sha256(b"a"), status=FAILED)
        self.run_program("explain", self.case, "1" * 64, status=FAILED)
        self.run_program("explain", self.case, "no/such/path", status=FAILED)

    def test_lists_that_contradict_each_other_are_told_and_neither_wins(self):
        picture = self.put("picture.png", discs(2))
        self.put("b", b"b")
        self.add("alert", f"{picture}\n{sha256(b'b')}\n")
        self.add("good", picture + "\n", polarity="allow")
        self.ingest(self.case, self.evidence)
        self.assertEqual({(hit["item"], hit["list"]): hit["standing"] for hit in self.hits()},
                         {("picture.png", "alert"): "disputed", ("picture.png", "good"): "disputed",
                          ("b", "alert"): "alert"})
        self.assertEqual(self.known()["disputed"], 1)
        self.assertEqual([group["path"] for group in self.rows("new", self.case)], ["picture.png"])
        out = self.folder / "report"
        self.run_program("report", self.case, "--out", out)
        self.assertEqual(json.loads((out / "report.json").read_text())["disputed"], 1)
        self.switch("disable", "alert", 1)
        self.assertEqual({hit["standing"] for hit in self.hits() if hit["item"] == "picture.png"}, {"known_good"})
        self.assertEqual(self.rows("new", self.case), [])

    def flood(self):
        """A list of one blank-like code, and 101 pictures that are near it."""
        for number in range(101):
            self.put(f"p{number:03}.png", discs(3) + number.to_bytes(2, "big"))
        self.put("exact", b"exact")
        self.add("common", self.code_of(discs(3)) + "\n", algorithm="pdq")
        self.add("digest", sha256(discs(3) + (7).to_bytes(2, "big")) + "\n")

    def test_an_entry_that_is_near_too_much_hides_nothing(self):
        self.flood()
        said = self.talk("ingest", self.case, self.evidence)
        self.assertIn("list common: entry 1 is in quarantine: near 101 contents of the case, more than 100", said)
        self.assertEqual(self.known()["entries_quarantined"], 1)
        self.assertEqual([hit["list"] for hit in self.hits()], ["digest"])
        self.assertIn("entries of lists in quarantine: 1", self.talk("hits", self.case))
        self.assertEqual(len([hit for hit in self.hits("--all") if hit["entry_state"] == "quarantined"]), 101)
        group = self.rows("new", self.case)[0]
        self.assertEqual((group["size"], group["members"]), (100, 101))
        out = self.folder / "report"
        self.run_program("report", self.case, "--out", out, "--language", "fr")
        self.assertIn("quarantaine", (out / "report.html").read_text())

        self.switch("enable", "common", 1, reason="One series, looked at")
        self.assertEqual(self.rows("new", self.case), [])
        more = self.folder / "more"
        more.mkdir()
        (more / "last.png").write_bytes(discs(3) + b"last")
        self.ingest(self.case, more)
        self.assertEqual(self.known()["entries_quarantined"], 0)
        self.run_program("case", "verify", self.case)

    def test_a_list_that_is_added_later_is_looked_at_in_the_same_way(self):
        for number in range(101):
            self.put(f"p{number:03}.png", discs(3) + number.to_bytes(2, "big"))
        self.ingest(self.case, self.evidence)
        self.add("common", self.code_of(discs(3)) + "\n", algorithm="pdq")
        self.assertEqual(self.known()["entries_quarantined"], 1)
        self.assertEqual(self.rows("new", self.case)[0]["size"], 101)

    def test_feedback_is_kept_and_switches_nothing(self):
        a = self.put("a", b"a")
        self.add("known", a + "\n")
        self.ingest(self.case, self.evidence)
        for verdict in ("false", "confirmed", "false"):
            self.run_program("list", "feedback", self.case, "--name", "known", "--entry", 1, "--content", a,
                             "--verdict", verdict, "--note", "A harbour")
        self.assertEqual(self.rows("list", "show", self.case)[0]["feedback"], {"confirmed": 0, "false": 1})
        self.assertEqual(len(self.hits()), 1)
        here = self.explain(a)[0]["feedback"]["here"]
        self.assertEqual([said["verdict"] for said in here], ["false", "confirmed", "false"])
        self.assertEqual({said["note"] for said in here}, {"A harbour"})
        self.assertTrue(all(said["who"] and said["at"].endswith("Z") for said in here))

    def test_a_hit_is_explained_by_both_codes(self):
        data = discs(4)
        digest = self.put("picture.png", data)
        code = bytes.fromhex(self.code_of(data))
        listed = bytes([code[0] ^ 0x81]) + code[1:31] + bytes([code[31] ^ 0x01])
        self.add("pictures", listed.hex() + "\n", algorithm="pdq")
        self.add("digests", digest + "\n")
        self.ingest(self.case, self.evidence)
        near, exact = self.explain("picture.png")
        self.assertEqual(near["entry_code"], listed.hex())
        self.assertEqual(near["distance"], len(near["bits"]))
        self.assertEqual(int(near["difference"], 16), int(near["code"], 16) ^ int(near["entry_code"], 16))
        self.assertEqual(sum(1 << bit for bit in near["bits"]), int(near["difference"], 16))
        if (near["variant"], near["orientation"]) == ("full", "original"):
            self.assertEqual(near["bits"], [0, 248, 255])
        self.assertEqual((near["match"], near["list"]["name"], near["list"]["radius"]), ("near", "pictures", 31))
        self.assertEqual((exact["code"], exact["entry_code"], exact["standing"]), (digest, digest, "alert"))
        self.assertEqual(exact["list"]["source_sha256"],
                         hashlib.sha256((digest + "\n").encode()).hexdigest())
        self.assertIn("in 3 of 256 bits, 31 allowed", self.run_program("explain", self.case, digest))

    def test_a_hit_that_its_codes_do_not_bear_out_is_an_error(self):
        digest = self.put("picture.png", discs(5))
        self.add("pictures", self.code_of(discs(5)) + "\n", algorithm="pdq")
        self.ingest(self.case, self.evidence)
        self.explain(digest)
        with sqlite3.connect(self.case / "case.sqlite") as base:
            base.execute("UPDATE hits SET distance = 4")
        base.close()
        self.explain(digest, status=INTEGRITY)

    def test_a_tampered_act_fails_verification(self):
        self.put("a", b"a")
        self.add("known", sha256(b"a") + "\n")
        self.ingest(self.case, self.evidence)
        self.switch("disable", "known", 1)
        self.run_program("case", "verify", self.case)
        with sqlite3.connect(self.case / "case.sqlite") as base:
            base.execute("UPDATE entry_acts SET who = 'somebody else'")
        base.close()
        faults = lines(self.run_program("case", "verify", self.case, "--json", status=INTEGRITY))
        self.assertIn("entry_acts", [row.get("table") for row in faults])


if __name__ == "__main__":
    unittest.main()
