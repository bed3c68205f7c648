#!/usr/bin/env python3
"""Lists of known material from every format, through the confined reader, and what goes wrong with them."""
import hashlib
import io
import os
import shutil
import signal
import subprocess
import unittest
import zipfile
from pathlib import Path

from support import BUILD, FAILED, OK, PROGRAM, SOURCE, ProgramTest, lines, md5

FIXTURES = SOURCE / "tests" / "data" / "hash_list"
NSRL = '"SHA-1","MD5","CRC32","FileName","FileSize","ProductCode","OpSystemCode","SpecialCode"\r\n'


def sha1(data):
    return hashlib.sha1(data).hexdigest()


def nsrl_row(data, code):
    return f'"{sha1(data).upper()}","{md5(data).upper()}","0","f",1,1,"WIN","{code}"\r\n'


def md4(data):
    """By OpenSSL, which has it among what it calls legacy."""
    done = subprocess.run(["openssl", "dgst", "-md4", "-provider", "legacy", "-provider", "default"], input=data,
                          capture_output=True, check=True)
    return done.stdout.split()[-1].decode()


def ed2k(data, part=9_728_000):
    """In the form that has an empty part behind a whole number of parts."""
    if len(data) < part:
        return md4(data)
    return md4(b"".join(bytes.fromhex(md4(data[at:at + part])) for at in range(0, len(data) + 1, part)))


class Lists(ProgramTest):
    def setUp(self):
        super().setUp()
        self.case = self.new_case()

    def add(self, *files, name="known", polarity="alert", status=OK, program=PROGRAM, more=()):
        """(the row that it printed, what it said)"""
        done = subprocess.run([str(program), "list", "add", str(self.case), *map(str, files), "--name", name,
                               "--polarity", polarity, "--json", *more], capture_output=True, timeout=300)
        said = done.stderr.decode()
        self.assertEqual(done.returncode, status, said)
        rows = lines(done.stdout.decode())
        return (rows[0] if rows else None), said

    def shown(self):
        return [row["name"] for row in lines(self.run_program("list", "show", self.case, "--json"))]

    def list_file(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def hits(self):
        return lines(self.run_program("hits", self.case, "--json"))

    def ingest_files(self, **contents):
        evidence = self.folder / "evidence"
        evidence.mkdir()
        for name, data in contents.items():
            (evidence / name).write_bytes(data)
        self.ingest(self.case, evidence)

    def test_every_format_is_added_by_itself(self):
        for fixture in sorted(FIXTURES.iterdir()):
            more = ("--algorithm", "pdq") if fixture.name == "plain" else ()
            row, _ = self.add(fixture, name=fixture.name, more=more)
            self.assertEqual(row["format"], fixture.name)
            self.assertGreaterEqual(row["hashes"], 3)
        self.assertEqual(len(self.shown()), len(list(FIXTURES.iterdir())))

    def test_an_allow_list_does_not_take_what_its_own_list_calls_malicious(self):
        self.ingest_files(good=b"good", tool=b"tool")
        text = NSRL + nsrl_row(b"good", "") + nsrl_row(b"tool", "M")
        row, said = self.add(self.list_file("NSRLFile.txt", text), polarity="allow")
        self.assertEqual((row["records"], row["hashes"], row["withheld"]), (2, 2, 2))
        self.assertEqual(row["marks"], {"SpecialCode M": 1})
        self.assertIn("SpecialCode M; an allow list does not take them", said)
        self.assertEqual({hit["item"] for hit in self.hits()}, {"good"})

    def test_a_polarity_that_contradicts_the_list_is_told_and_the_user_decides(self):
        row, said = self.add(self.list_file("NSRLFile.txt", NSRL + nsrl_row(b"x", "")), polarity="alert")
        self.assertEqual((row["polarity"], row["stated_polarity"]), ("alert", "allow"))
        self.assertIn("added as alert, but what is known of it says allow", said)
        row, said = self.add(FIXTURES / "nsrl3", name="good", polarity="allow")
        self.assertEqual(said, "")
        self.assertEqual((row["stated_name"], row["stated_version"]), ("Sample RDS (minimal)", "2026.03.1"))

    def test_ed2k_hashes_find_small_large_and_packed_files_in_either_form(self):
        part = 9_728_000
        small, exact, large = b"small", bytes(range(256)) * (part // 256), b"abcdefgh" * (9 << 20)
        reds = [ed2k(small), ed2k(exact + b""), ed2k(large)]
        blue = md4(exact)  # without the empty part behind it
        self.assertNotEqual(blue, reds[1])
        self.add(self.list_file("reds", "".join(f"ED2K (x) = {hash}\n" for hash in reds)), name="reds")
        self.add(self.list_file("blue", f"ED2K (x) = {blue}\n"), name="blue")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("inside", exact)
        self.ingest_files(small=small, exact=exact, large=large, packed=packed.getvalue())
        found = sorted((row["list"], row["item"], row["algorithm"]) for row in self.hits())
        expected = [("blue", "exact"), ("blue", "packed!inside"), ("reds", "exact"), ("reds", "large"),
                    ("reds", "packed!inside"), ("reds", "small")]
        self.assertEqual(found, [(name, path, "ed2k") for name, path in expected])
        for name in ("exact", "small"):  # in both forms, and in one
            told = lines(self.run_program("explain", self.case, name, "--json"))
            self.assertEqual({row["code"] for row in told}, {row["entry_code"] for row in told})
        out = self.run_program("match", self.folder / "evidence" / "small", "--list", self.folder / "reds", "--json")
        self.assertEqual([row["algorithm"] for row in lines(out)], ["ed2k"])

    def test_contents_that_were_read_without_ed2k_are_told_and_are_asked_when_read_again(self):
        self.ingest_files(a=b"first", b=b"second")
        row, said = self.add(self.list_file("late", f"ED2K (a) = {ed2k(b'first')}\n"))
        self.assertEqual((row["hashes"], row["new_hits"], row["without_ed2k"]), (1, 0, 2))
        self.assertIn("2 contents of the case have no ed2k digest", said)
        self.run_program("ingest", self.case, self.folder / "evidence", "--exhibit", "again")
        self.assertEqual({row["algorithm"] for row in self.hits()}, {"ed2k"})
        row, _ = self.add(self.list_file("later", f"ED2K (b) = {ed2k(b'second')}\n"), name="later")
        self.assertEqual((row["new_hits"], row["without_ed2k"]), (1, 0))
        self.run_program("case", "verify", self.case)

    def test_what_an_exchange_withdraws_or_cannot_be_compared_is_told(self):
        row, said = self.add(FIXTURES / "threatexchange")
        self.assertEqual((row["deleted"], row["skipped"]), (1, {"HASH_TMK": 1}))
        self.assertIn("1 not taken: HASH_TMK", said)
        self.assertIn("1 records withdraw an entry", said)

    def test_a_list_of_several_files_is_described_by_the_one_without_hashes(self):
        head = ('"hashset_id","name","vendor","package","version","authenicated_flag","notable_flag","initials",'
                '"num_of_files","description","date_loaded"\r\n')
        described = self.list_file("a.hke", head + '7,"Sample","V","P","1",0,1,"x",3,"d",1/1/26\r\n')
        row, said = self.add(described, FIXTURES / "hashkeeper", polarity="note")
        self.assertEqual((row["hashes"], row["stated_name"], row["stated_polarity"]), (3, "Sample", "alert"))
        self.assertIn("added as note", said)
        self.add(described, name="alone", status=FAILED)
        self.assertEqual(self.shown(), ["known"])

    def test_text_in_any_encoding_with_any_line_ends_finds_the_same(self):
        self.ingest_files(a=b"content")
        text = f"{md5(b'other')}  é\n{md5(b'content')}  name\n"
        for name, data in {"utf8": text.encode(), "mark": text.encode("utf-8-sig"), "utf16": text.encode("utf-16"),
                           "big": b"\xfe\xff" + text.encode("utf-16-be"),
                           "windows": text.replace("\n", "\r\n").encode()}.items():
            row, _ = self.add(self.list_file(name, data), name=name, more=("--algorithm", "md5"))
            self.assertEqual(row["hashes"], 2)
        self.assertEqual({(hit["list"], hit["entry"]) for hit in self.hits()},
                         {(name, 2) for name in ("utf8", "mark", "utf16", "big", "windows")})

    def test_bad_lists_are_refused_at_their_place_and_leave_nothing(self):
        good = md5(b"x") + "\n"
        for data, what in ((good + "g" * 32 + "\n", "line 2: md5: not a hex digit at column 1"),
                           (good + good[:-2] + "\n", "line 2: md5: 31 hex digits, 32 expected"),
                           (good + sha1(b"x") + "\n", "line 2: md5: 40 hex digits, 32 expected"),
                           (good + "\0" * 32 + "\n", "line 2: md5: not a hex digit"),
                           (good + "a" * (1 << 20) + "\n", "line 2: longer than 65536 bytes"),
                           (b"\xff\xfe" + good.encode("utf-16-le") + b"x", "UTF-16"),
                           (md5(b"") + "\n", "no hash in the list that could match anything")):
            _, said = self.add(self.list_file("bad", data), status=FAILED, more=("--algorithm", "md5"))
            self.assertIn(what, said)
            self.assertEqual(said.count("\n"), 1, said)
            self.assertEqual(self.shown(), [])

    def program_with_reader(self, script):
        """A program of its own whose list_reader is this script."""
        copy = self.folder / "program"
        (copy / "libexec" / "rempart").mkdir(parents=True)
        (copy / "bin").mkdir()
        shutil.copy2(PROGRAM, copy / "bin" / "rempart")
        reader = copy / "libexec" / "rempart" / "list_reader"
        reader.write_text(script)
        reader.chmod(0o755)
        return copy / "bin" / "rempart"

    def test_a_reader_that_dies_or_says_nonsense_is_one_error_and_nothing_is_added(self):
        for script in ("#!/bin/sh\nkill -SEGV $$\n", "#!/bin/sh\nexit 0\n", "#!/bin/sh\nhead -c 100 /dev/zero >&3\n"):
            program = self.program_with_reader(script)
            _, said = self.add(FIXTURES / "hashdeep", status=FAILED, program=program)
            self.assertEqual(said.count("\n"), 1, said)
            self.assertEqual(self.shown(), [])
            shutil.rmtree(self.folder / "program")

    def test_a_reader_that_is_killed_leaves_nothing_and_the_case_goes_on(self):
        big = self.folder / "big"
        with big.open("w") as out:
            for i in range(400_000):
                out.write(f"{i:032x}\n")
        command = [str(PROGRAM), "list", "add", str(self.case), str(big), "--name", "big", "--polarity", "alert",
                   "--algorithm", "md5"]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        killed = self.kill_child_of(run)
        _, said = run.communicate(timeout=300)
        self.assertTrue(killed)
        self.assertEqual(run.returncode, FAILED, said)
        self.assertIn(b"big: ", said)
        self.assertEqual(self.shown(), [])
        self.add(FIXTURES / "hashdeep")

    def kill_child_of(self, run):
        """Kills the reader as soon as it is seen."""
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
        while True:
            for child in children.read_text().split():
                try:
                    if Path(f"/proc/{child}/comm").read_text() == "list_reader\n":
                        os.kill(int(child), signal.SIGKILL)
                        return True
                except (FileNotFoundError, ProcessLookupError):
                    continue
            try:
                run.wait(0.001)  # its end is the one event there is to wait for
                return False
            except subprocess.TimeoutExpired:
                continue

    def test_the_main_program_links_no_parser_of_lists(self):
        needed = subprocess.run(["readelf", "-d", str(PROGRAM)], capture_output=True, text=True, check=True).stdout
        for library in ("libexpat", "libsimdjson"):
            self.assertNotIn(library, needed)
        reader = BUILD / "libexec" / "rempart" / "list_reader"
        needed = subprocess.run(["readelf", "-d", str(reader)], capture_output=True, text=True, check=True).stdout
        for library in ("libexpat", "libsimdjson", "libsqlite3"):
            self.assertIn(library, needed)
        symbols = subprocess.run(["nm", "-C", str(PROGRAM)], capture_output=True, text=True, check=True).stdout
        self.assertIn("rempart::pipeline::read_list", symbols)
        self.assertNotIn("rempart::recognise::read_plain_list", symbols)


if __name__ == "__main__":
    unittest.main()
