#!/usr/bin/env python3
"""Public disk images through the whole program: what is documented in them comes out, labelled."""
import csv
import subprocess
import unittest

from support import (INCOMPLETE, INTEGRITY, OK, SHARED, ProgramTest, needs_shared, sha256, unzip)

EVIDENCE = SHARED / "evidence"


def expected(image):
    with open(EVIDENCE / "EXPECTED.tsv", newline="") as table:
        return [row for row in csv.DictReader(table, delimiter="\t")
                if row["image"].startswith(image) and row["path"] != "<image>"]


@needs_shared
class Dftt(ProgramTest):
    def rows(self, archive, image):
        case = self.new_case()
        self.run_program("ingest", case, unzip(EVIDENCE / archive, image, self.folder), status=None)
        return self.items(case)

    def test_dftt_7_gives_nine_of_nine_documented_digests(self):
        items = self.rows("dftt-07-ntfs-undelete.zip", "7-ntfs-undel.dd")
        found = {item["md5"] for item in items if item["state"] == "deleted"}
        wanted = expected("dftt-07")
        self.assertEqual(len(wanted), 9)
        for row in wanted:
            self.assertIn(row["md5"], found, row["path"])

    def test_dftt_7_names_the_alternate_data_stream(self):
        items = self.rows("dftt-07-ntfs-undelete.zip", "7-ntfs-undel.dd")
        row = next(row for row in expected("dftt-07") if row["path"].endswith(":ADS"))
        self.assertEqual([(item["path"], item["stream"]) for item in items if item["md5"] == row["md5"]],
                         [("mult1.dat", "ADS")])

    def test_dftt_6_has_no_silently_wrong_file(self):
        items = self.rows("dftt-06-fat-undelete.zip", "6-fat-undel.dd")
        by_md5 = {item["md5"]: item for item in items}
        for row in expected("dftt-06"):
            if row["known_wrong_md5"] in by_md5 and row["known_wrong_md5"]:
                guess = by_md5[row["known_wrong_md5"]]
                self.assertEqual((guess["state"], guess["recovery"]), ("deleted", "contiguity-assumed"))
            else:
                self.assertIn(row["md5"], by_md5, row["path"])

    def test_dftt_8_gives_nine_pictures_and_no_decoy_as_one(self):
        items = self.rows("dftt-08-jpeg-search.zip", "8-jpeg-search.dd")
        found = {item["md5"] for item in items}
        rows = expected("dftt-08")
        pictures = [row for row in rows if row["kind"].startswith("jpeg") and "container" not in row["kind"]]
        missed = [row["path"] for row in pictures if row["md5"] not in found]
        self.assertEqual(missed, [])
        for row in rows:
            if row["kind"].startswith("decoy"):
                decoy = next(item for item in items if item["md5"] == row["md5"])
                self.assertTrue(decoy["mime"] != "image/jpeg" or decoy["error"], row["path"])


@needs_shared
class Containers(ProgramTest):
    def exported(self, image):
        raw = self.folder / "medium.raw"
        with open(raw, "wb") as out:
            subprocess.run(["img_cat", str(image)], stdout=out, check=True)
        return raw

    def test_an_e01_and_a_raw_copy_give_the_same_items_and_medium_digest(self):
        image = EVIDENCE / "dfvfs" / "ext2.E01"
        e01, raw = self.new_case("e01"), self.new_case("raw")
        self.ingest(e01, image, "--exhibit", "x")
        self.ingest(raw, self.exported(image), "--exhibit", "x")
        self.assertEqual(self.items(e01), self.items(raw))
        status = [self.run_program("status", case, "--json") for case in (e01, raw)]
        for text in status:
            self.assertIn("a6c2f0e3", text)
        self.assertIn('"verification":"verified"', status[0])
        self.assertIn('"verification":"nothing-to-compare"', status[1])

    def test_the_acquired_hash_is_checked(self):
        raw = EVIDENCE / "tsk" / "image.dd"
        digest = sha256(raw.read_bytes())
        case = self.new_case()
        done = self.ingest(case, raw, "--exhibit", "right", "--acquired-hash", f"sha256:{digest}", status=None)
        self.assertEqual(done["verification"], "verified")
        done = self.ingest(case, raw, "--exhibit", "wrong", "--acquired-hash", f"sha256:{'0' * 64}",
                           status=INTEGRITY)
        self.assertEqual(done["verification"], "failed")

    def test_an_e01_with_flipped_bytes_fails_verification_and_is_still_read(self):
        data = bytearray((EVIDENCE / "tsk" / "image.E01").read_bytes())
        middle = len(data) // 2
        for i in range(32):
            data[middle + i] ^= 0xFF
        damaged = self.folder / "damaged.E01"
        damaged.write_bytes(data)
        case = self.new_case()
        done = self.ingest(case, damaged, status=INTEGRITY)
        self.assertEqual(done["verification"], "failed")
        self.assertGreater(done["items"], 0)
        self.assertGreater(done["damaged"], 0)

    def test_a_bare_apfs_container_is_never_a_silent_zero(self):
        case = self.new_case()
        done = self.ingest(case, EVIDENCE / "dfvfs" / "apfs.raw", status=None)
        self.assertTrue(done["items"] > 3 or done["unsupported"] > 0, done)

    def test_an_empty_partition_of_a_partitioned_disk_is_named(self):
        case = self.new_case()
        self.ingest(case, EVIDENCE / "plaso" / "tsk_volume_system.raw", status=INCOMPLETE)
        rows = [(item["path"], item["kind"], item["error"]["code"]) for item in self.items(case)]
        self.assertEqual(rows, [("partition-1", "problem", "unsupported")])  # partition 2 holds no file

    def test_evidence_is_not_changed(self):
        image = EVIDENCE / "dfvfs" / "ext2.E01"
        copy = self.folder / "ext2.E01"
        copy.write_bytes(image.read_bytes())
        before = (sha256(copy.read_bytes()), copy.stat().st_mtime_ns, copy.stat().st_atime_ns)
        self.ingest(self.new_case(), copy)
        stat = copy.stat()
        self.assertEqual((stat.st_mtime_ns, stat.st_atime_ns), before[1:])
        self.assertEqual(sha256(copy.read_bytes()), before[0])


if __name__ == "__main__":
    unittest.main()
