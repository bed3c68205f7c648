#!/usr/bin/env python3
"""Damaged and hostile input: a row that names the file and the place, never its content; the rest goes on."""
import io
import json
import random
import struct
import subprocess
import tarfile
import unittest
import zipfile
import zlib

from PIL import Image

from resume_test import picture, telegram, zipped
from support import FAILED, INCOMPLETE, OK, ProgramTest, lines

SECRET = b"NEVER-IN-A-MESSAGE"


def png_header(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + \
        chunk(b"IEND", b"")


class BadInput(ProgramTest):
    def setUp(self):
        super().setUp()
        self.evidence = self.folder / "evidence"
        self.evidence.mkdir()

    def rows(self, status):
        case = self.new_case()
        summary = self.ingest(case, self.evidence, status=status)
        text = self.run_program("status", case) + self.run_program("items", case, "--json")
        self.assertNotIn(SECRET.decode(), text.replace("name-" + SECRET.decode(), ""))
        return summary, {item["path"]: item for item in self.items(case)}

    def test_truncated_and_flipped_pictures_cost_themselves_only(self):
        good = picture(3, (800, 600))
        (self.evidence / "good.jpg").write_bytes(good)
        (self.evidence / "half.jpg").write_bytes(good[:len(good) // 2])
        (self.evidence / "header.jpg").write_bytes(good[:20])
        out = io.BytesIO()
        Image.open(io.BytesIO(good)).save(out, "PNG")
        broken = bytearray(out.getvalue())
        broken[len(broken) // 2] ^= 0xFF
        (self.evidence / "flipped.png").write_bytes(broken)
        (self.evidence / "noise.gif").write_bytes(b"GIF89a" + random.Random(1).randbytes(500))
        summary, rows = self.rows(INCOMPLETE)
        self.assertIsNone(rows["good.jpg"]["error"])
        self.assertTrue(rows["header.jpg"]["error"])
        self.assertTrue(rows["noise.gif"]["error"])
        self.assertEqual(summary["items"], 5)
        self.assertEqual(summary["media"], 5)

    def test_a_picture_that_decodes_in_part_is_told_everywhere_and_counted_once(self):
        good = picture(3, (800, 600))
        for name in ("half.jpg", "copy.jpg"):
            (self.evidence / name).write_bytes(good[:len(good) // 2])
        case = self.new_case()
        summary = self.ingest(case, self.evidence, status=INCOMPLETE)
        self.assertEqual((summary["media"], summary["damaged"], summary["failed"]), (1, 1, 0))
        for item in self.items(case):
            self.assertEqual(item["error"]["code"], "truncated")
            self.assertTrue(item["error"]["what"].startswith("jpeg: "), item["error"])
        status, = lines(self.run_program("status", case, "--json"))
        self.assertEqual(status["not_fully_read"], {"truncated": 1})
        self.assertEqual(self.run_program("status", case).count("truncated"), 2)  # each place
        self.run_program("report", case, "--out", self.folder / "report")
        report = json.loads((self.folder / "report" / "report.json").read_text())
        self.assertEqual(report["problems"]["total"], 1)
        self.assertEqual(report["totals"]["errors"], {"truncated": 1})

    def test_picture_bombs_are_refused_from_their_header(self):
        (self.evidence / "bomb.png").write_bytes(png_header(60_000, 60_000))
        (self.evidence / "wide.png").write_bytes(png_header(0x7FFFFFFF, 1))
        _, rows = self.rows(INCOMPLETE)
        self.assertEqual(rows["bomb.png"]["error"]["code"], "limit_exceeded")
        self.assertTrue(rows["wide.png"]["error"])

    def test_archive_bombs_stop_at_a_limit_and_say_so(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros", bytes(150 << 20))
        (self.evidence / "bomb.zip").write_bytes(out.getvalue())
        summary, rows = self.rows(INCOMPLETE)
        codes = {item["error"]["code"] for item in rows.values() if item["error"]}
        self.assertIn("limit_exceeded", codes)
        self.assertLess(summary["bytes"], 150 << 20)

    def test_archives_nested_too_deep_are_said_and_the_rest_is_read(self):
        data = b"innermost"
        for depth in range(12):
            data = zipped([(f"level{depth}.zip", data)] if depth else [("file.txt", data)])
        (self.evidence / "deep.zip").write_bytes(data)
        (self.evidence / "z.txt").write_bytes(b"after")
        summary, rows = self.rows(INCOMPLETE)
        self.assertIn("z.txt", rows)
        deepest = max(rows, key=lambda path: path.count("!"))
        self.assertEqual(deepest.count("!"), 8)
        self.assertEqual(rows[deepest]["error"]["code"], "limit_exceeded")

    def test_hostile_member_names_are_labels_and_nothing_is_written(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name in ("../../escape", "/etc/absolute", "C:\\drive", "a/../b", "ok"):
                info = tarfile.TarInfo(name)
                info.size = len(SECRET)
                archive.addfile(info, io.BytesIO(SECRET))
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(link)
        (self.evidence / "hostile.tar").write_bytes(out.getvalue())
        _, rows = self.rows(OK)
        self.assertEqual(len(rows), 7)
        self.assertIn("hostile.tar!../../escape", rows)
        self.assertIn("hostile.tar!/etc/absolute", rows)
        self.assertFalse((self.folder / "escape").exists())
        self.assertFalse((self.folder.parent / "escape").exists())

    def test_an_encrypted_archive_is_said(self):
        (self.evidence / "plain.txt").write_bytes(SECRET)
        subprocess.run(["7z", "a", "-p" + "wrong", "-mem=ZipCrypto", str(self.evidence / "locked.zip"),
                        str(self.evidence / "plain.txt")], check=True, stdout=subprocess.DEVNULL)
        summary, rows = self.rows(INCOMPLETE)
        self.assertEqual(rows["locked.zip!plain.txt"]["error"]["code"], "encrypted")
        self.assertGreater(summary["unsupported"], 0)

    def test_a_truncated_archive_gives_what_it_holds_and_says_what_is_missing(self):
        whole = zipped([(f"m{i}", random.Random(i).randbytes(5_000)) for i in range(20)])
        (self.evidence / "cut.zip").write_bytes(whole[:60_000])
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for i in range(20):
                info = tarfile.TarInfo(f"m{i}")
                info.size = 5_000
                archive.addfile(info, io.BytesIO(random.Random(i).randbytes(5_000)))
        (self.evidence / "cut.tar.gz").write_bytes(out.getvalue()[:60_000])
        _, rows = self.rows(INCOMPLETE)
        for archive in ("cut.zip", "cut.tar.gz"):
            errors = [row["error"]["code"] for path, row in rows.items()
                      if path.startswith(archive) and row["error"]]
            self.assertTrue(errors, archive)
        self.assertIn("cut.tar.gz!m3", rows)

    def test_a_chat_with_bad_records_keeps_the_good_ones(self):
        chat = self.evidence / "export"
        chat.mkdir()
        text = telegram(30).decode()
        text = text.replace('"id": 5, "type": "message"', '"id": nonsense, "type": "message"')
        text = text.replace("number 7 are", "number\\x0C7 are")
        (chat / "result.json").write_text(text)
        summary, rows = self.rows(INCOMPLETE)
        self.assertEqual(summary["messages"], 29)
        self.assertEqual(rows["export/result.json"]["error"]["code"], "malformed")

    def test_a_chat_that_breaks_off_is_counted_as_truncated(self):
        chat = self.evidence / "export"
        chat.mkdir()
        (chat / "result.json").write_bytes(telegram(30)[:2_500])
        summary, rows = self.rows(INCOMPLETE)
        self.assertGreater(summary["messages"], 5)
        self.assertEqual(rows["export/result.json"]["error"]["code"], "truncated")

    def test_a_damaged_case_is_refused_and_not_written_to(self):
        case = self.new_case()
        database = case / "case.sqlite"
        data = bytearray(database.read_bytes())
        data[:16] = b"not a database!!"
        database.write_bytes(data)
        (self.evidence / "a").write_bytes(b"a")
        for command in (["items", case], ["ingest", case, self.evidence], ["case", "verify", case]):
            self.run_program(*command, status=FAILED)
        self.assertEqual(database.read_bytes(), data)

    def test_a_file_that_only_looks_like_json_or_a_list_is_no_chat(self):
        (self.evidence / "result.json").write_text(json.dumps({"name": "x", "messages": "none"}))
        (self.evidence / "package.json").write_text(json.dumps({"name": "x", "type": "module", "id": 1}))
        summary, _ = self.rows(None)
        self.assertEqual(summary["messages"], 0)


if __name__ == "__main__":
    unittest.main()
