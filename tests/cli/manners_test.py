#!/usr/bin/env python3
"""The command line's manners: exit statuses, help, streams, wrong use, hostile names."""
import os
import stat
import subprocess
import unittest

from support import FAILED, INCOMPLETE, OK, PROGRAM, SOURCE, WRONG_USE, ProgramTest, lines


class Manners(ProgramTest):
    def test_help_names_every_command_and_the_exit_statuses(self):
        text = self.run_program("--help")
        for command in ("case", "list", "ingest", "status", "items", "messages", "hits", "new", "find",
                        "fingerprint", "match", "report"):
            self.assertIn(command, text)
        self.assertIn("130 interrupted", text)

    def test_wrong_use_is_2_and_says_why_on_stderr_only(self):
        for args in ([], ["nonsense"], ["ingest"], ["items"], ["list", "add", "x"], ["match", "--list", "x"],
                     ["case", "new", self.folder / "c", "--name", "n"]):
            done = subprocess.run([str(PROGRAM), *map(str, args)], capture_output=True)
            self.assertEqual(done.returncode, WRONG_USE, args)
            self.assertEqual(done.stdout, b"", args)
            self.assertTrue(done.stderr, args)

    def test_the_man_page_and_the_completion_come_from_the_flags(self):
        man = self.run_program("print", "man")
        completion = self.run_program("print", "completion")
        for flag in ("legal-basis", "acquired-hash", "polarity", "canonical"):
            self.assertIn(flag, man.replace("\\-", "-"))
            self.assertIn("--" + flag, completion)
        self.assertEqual(subprocess.run(["bash", "-n"], input=completion.encode()).returncode, OK)

    def test_the_reference_in_docs_is_what_the_program_prints(self):
        self.assertEqual((SOURCE / "docs" / "cli-reference.md").read_text(), self.run_program("print", "reference"))

    def test_a_case_cannot_be_made_without_its_legal_fields(self):
        for missing in ("--name", "--authority", "--legal-basis", "--purpose", "--review-date"):
            fields = {"--name": "n", "--authority": "a", "--legal-basis": "l", "--purpose": "p",
                      "--review-date": "2030-01-01"}
            del fields[missing]
            self.run_program("case", "new", self.folder / "c", *[x for kv in fields.items() for x in kv],
                             status=WRONG_USE)
            fields[missing] = ""
            self.run_program("case", "new", self.folder / "c", *[x for kv in fields.items() for x in kv],
                             status=WRONG_USE)
        self.assertFalse((self.folder / "c").exists())

    def test_a_folder_that_is_no_case_is_refused_and_left_alone(self):
        (self.folder / "file").write_text("x")
        for command in ("items", "hits", "new", "status", "messages"):
            self.run_program(command, self.folder, status=FAILED)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["file"])

    def test_a_password_in_the_address_of_a_case_is_never_shown(self):
        for url in ("postgresql://u:se/cr@et@127.0.0.1:1/c", "postgres://u:se/cr@et@127.0.0.1:1/c?a=b@c",
                    "postgresql://127.0.0.1:1/c?user=u&password=se/cr@et&sslmode=disable",
                    "postgresql://127.0.0.1:1/c?user=u&sslpassword=se/cr@et"):
            for args in (("status", url), ("case", "info", url), ("ingest", url, self.folder),
                         ("case", "new", url, "--name", "n", "--authority", "a", "--legal-basis", "l", "--purpose", "p",
                          "--review-date", "2030-01-01")):
                done = subprocess.run([str(PROGRAM), *map(str, args)], capture_output=True)
                self.assertNotEqual(done.returncode, OK, args)
                said = done.stdout + done.stderr
                self.assertIn(b"127.0.0.1:1/c", said)
                self.assertNotIn(b"cr@et", said)

    def test_a_closed_pipe_is_no_crash(self):
        case = self.new_case()
        evidence = self.folder / "evidence"
        evidence.mkdir()
        for i in range(3_000):
            (evidence / f"file-with-a-long-name-to-fill-the-pipe-{i:06}").write_bytes(b"%d" % i)
        self.ingest(case, evidence)
        run = subprocess.Popen([str(PROGRAM), "items", str(case), "--json"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        run.stdout.readline()
        run.stdout.close()
        errors = run.stderr.read()
        run.stderr.close()
        self.assertIn(run.wait(), (OK, FAILED))
        self.assertNotIn(b"Sanitizer", errors)

    def test_hostile_names_neither_break_json_nor_reach_the_terminal(self):
        evidence = self.folder / "evidence"
        evidence.mkdir()
        names = [b"bell\x07", b"escape\x1b[2J", b"new\nline", "bidi\u202egpj.exe".encode(), b"bad\xff\xfeutf8",
                 b'quote"back\\slash', b"-rf", b"'; drop table items; --", "été".encode()]
        for name in names:
            with open(os.fsencode(evidence) + b"/" + name, "wb") as file:
                file.write(name)
        case = self.new_case()
        self.assertEqual(self.ingest(case, evidence)["items"], len(names))
        self.assertEqual(len(self.items(case)), len(names))
        text = self.run_program("items", case)
        self.assertEqual(len(text.splitlines()), len(names))
        for character in ("\x07", "\x1b", "\u202e"):
            self.assertNotIn(character, text)
        self.assertIn("été", text)

    def test_links_and_fifos_are_recorded_and_never_followed(self):
        evidence = self.folder / "evidence"
        evidence.mkdir()
        (self.folder / "outside.txt").write_text("secret")
        (evidence / "link").symlink_to(self.folder / "outside.txt")
        (evidence / "loop").symlink_to(evidence)
        os.mkfifo(evidence / "fifo")
        case = self.new_case()
        self.ingest(case, evidence)
        rows = {item["path"]: item for item in self.items(case)}
        self.assertEqual({path: row["kind"] for path, row in rows.items()},
                         {"link": "symlink", "loop": "symlink", "fifo": "special"})
        self.assertTrue(all(row["sha256"] is None for row in rows.values()))

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_an_unreadable_file_is_a_row_and_the_status_says_so(self):
        evidence = self.folder / "evidence"
        evidence.mkdir()
        (evidence / "a").write_text("a")
        (evidence / "b").write_text("b")
        (evidence / "a").chmod(0)
        case = self.new_case()
        self.assertEqual(self.ingest(case, evidence, status=INCOMPLETE)["failed"], 1)

    def test_missing_evidence_and_an_empty_medium_are_said(self):
        case = self.new_case()
        self.run_program("ingest", case, self.folder / "nothing", status=FAILED)
        empty = self.folder / "empty.dd"
        empty.write_bytes(b"")
        summary = self.ingest(case, empty, status=None)
        self.assertEqual(summary["exhibit"], "empty.dd")
        zeros = self.folder / "zeros.dd"
        zeros.write_bytes(bytes(1 << 20))
        self.assertGreater(self.ingest(case, zeros, status=INCOMPLETE)["unsupported"], 0)

    def test_one_label_is_one_exhibit(self):
        case = self.new_case()
        first, second = self.folder / "a.bin", self.folder / "b.bin"
        first.write_bytes(b"1" * 100)
        second.write_bytes(b"2" * 200)
        self.ingest(case, first, "--exhibit", "x", status=None)
        self.run_program("ingest", case, second, "--exhibit", "x", status=WRONG_USE)

    def test_a_case_is_for_its_owner_only(self):
        case = self.new_case()
        self.assertEqual(stat.S_IMODE(case.stat().st_mode) & 0o077, 0)

    def test_find_needs_a_query_that_means_something(self):
        case = self.new_case()
        evidence = self.folder / "evidence"
        evidence.mkdir()
        (evidence / "Tulipes d'été.txt").write_text("x")
        self.ingest(case, evidence)
        self.assertEqual([row["where"] for row in lines(self.run_program("find", case, "ete", "--json"))],
                         ["item"])
        for hostile in ('"', 'NEAR(', 'a" OR "b', '*', '^', '-'):
            self.run_program("find", case, "--", hostile, status=None)


if __name__ == "__main__":
    unittest.main()
