"""The audit log through the commands: who looked is written, what was tampered with is named."""
import contextlib
import os
import sqlite3
import subprocess
import unittest
from pathlib import Path

from support import FAILED, INTEGRITY, OK, PROGRAM, WRONG_USE, ProgramTest, lines, sha256


class AuditTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.case = self.new_case()
        known = self.folder / "known.txt"
        known.write_text("".join(f"{sha256(str(i).encode())}\n" for i in range(5)))
        self.run_program("list", "add", self.case, known, "--name", "known", "--polarity", "alert",
                         "--algorithm", "sha256")

    def records(self):
        return lines(self.run_program("audit", "show", self.case, "--json"))

    def tamper(self, sql, case=None):
        with contextlib.closing(sqlite3.connect((case or self.case) / "case.sqlite")) as database:
            database.executescript(sql)

    def verify(self, *args, status):
        out = self.run_program("case", "verify", self.case, "--json", *args, status=status)
        rows = lines(out)
        return [r for r in rows if r["type"] == "audit_fault"], [r for r in rows if r["type"] == "audit"][-1]

    def fill(self, records):
        while len(self.records()) < records:
            self.run_program("hits", self.case)

    def test_each_act_is_a_record_with_who_when_and_why(self):
        self.run_program("items", self.case, "--purpose", "Triage of exhibit A")
        self.run_program("messages", self.case)
        self.run_program("hits", self.case)
        self.run_program("new", self.case)
        self.run_program("find", self.case, "lighthouse")
        self.run_program("report", self.case, "--out", self.folder / "report")
        self.run_program("case", "export", self.case, self.folder / "out.jsonl", "--canonical",
                         "--recipient", "Public prosecutor")
        self.run_program("case", "verify", self.case)
        rows = self.records()
        self.assertEqual([r["n"] for r in rows], list(range(len(rows))))
        rows = [r for r in rows if r["act"] not in ("list-matched", "rows-changed")]  # they go with list-added
        self.assertEqual([r["act"] for r in rows],
                         ["case-created", "list-added", "viewed", "viewed", "viewed", "viewed", "searched",
                          "reported", "exported", "export-written", "verified", "log-shown"])
        self.assertEqual([r["subject"]["rows"] for r in rows if r["act"] == "viewed"],
                         ["items", "messages", "hits", "new"])
        self.assertEqual(rows[2]["purpose"], "Triage of exhibit A")
        self.assertEqual(rows[3]["purpose"], "test")  # the case's own
        self.assertEqual(rows[6]["subject"], {"query_sha256": sha256(b"lighthouse")})
        self.assertEqual(rows[8]["subject"]["recipient"], "Public prosecutor")
        out = (self.folder / "out.jsonl").read_bytes()
        self.assertEqual(rows[9]["subject"], {**rows[8]["subject"], "size": str(len(out)), "sha256": sha256(out)})
        for row in rows:
            self.assertIn("@", row["who"])
            self.assertGreater(row["at_us"], 1_700_000_000_000_000)

    def test_reading_evidence_and_lists_in_bears_the_purpose_that_was_given(self):
        known, evidence = self.folder / "more.txt", self.folder / "evidence"
        known.write_text(sha256(b"x") + "\n")
        evidence.mkdir()
        (evidence / "file").write_bytes(b"x")
        before = len(self.records())
        add = ("list", "add", self.case, known, "--name", "more", "--polarity", "alert", "--algorithm", "sha256")
        for command in (add, ("ingest", self.case, evidence)):
            self.run_program(*command, "--purpose", " ", status=WRONG_USE)
        self.run_program(*add, "--purpose", "List of May")
        self.run_program("ingest", self.case, evidence, "--purpose", "Search of 3 May")
        purposes = {}
        for row in self.records()[before:-1]:
            purposes.setdefault(row["purpose"], set()).add(row["act"])
        self.assertEqual(purposes, {
            "List of May": {"list-added", "list-matched", "rows-changed"},
            "Search of 3 May": {"exhibit-added", "ingest-started", "ingest-commit", "rows-changed",
                                "ingest-finished"}})

    def test_what_confined_the_reader_of_a_list_is_told_and_kept(self):
        known = self.folder / "more.txt"
        known.write_text(sha256(b"x") + "\n")
        added, = lines(self.run_program("list", "add", self.case, known, "--name", "m\u00fcre", "--polarity", "note",
                                            "--algorithm", "sha256", "--json"))
        self.assertIn("seccomp", added["confinement"])
        with sqlite3.connect(self.case / "case.sqlite") as database:
            rows = database.execute("SELECT exhibit_id, command, confinement, outcome FROM runs ORDER BY id").fetchall()
        self.assertEqual(rows[-1], (None, "list add --name m\u00fcre", "list reader: " + added["confinement"], "complete"))
        self.run_program("case", "verify", self.case)

    def test_looking_without_a_purpose_is_refused(self):
        before = len(self.records())
        for command in (["items", self.case], ["messages", self.case], ["hits", self.case], ["new", self.case],
                        ["find", self.case, "x"], ["report", self.case, "--out", self.folder / "r"],
                        ["case", "export", self.case, self.folder / "e"], ["audit", "show", self.case]):
            out = self.run_program(*command, "--purpose", " ", status=WRONG_USE)
            self.assertEqual(out, "")
        self.assertFalse((self.folder / "r").exists() or (self.folder / "e").exists())
        self.assertEqual(len(self.records()), before + 1)

    @unittest.skipIf(os.geteuid() == 0, "root writes where nobody may")
    def test_looking_is_refused_where_the_log_cannot_be_written(self):
        os.chmod(self.case / "case.sqlite", 0o400)
        self.assertEqual(self.run_program("items", self.case, status=FAILED), "")

    def test_looking_waits_for_no_ingest_and_is_refused_while_the_log_is_locked(self):
        with contextlib.closing(sqlite3.connect(self.case / "case.sqlite", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            done = subprocess.run([str(PROGRAM), "items", str(self.case)], capture_output=True, timeout=60)
            self.assertEqual(done.returncode, FAILED)
            self.assertEqual(done.stdout, b"")
            self.assertIn(b"the act cannot be logged, so it is not done", done.stderr)
            other.execute("ROLLBACK")
        self.run_program("items", self.case)

    def test_a_case_as_it_was_written_verifies(self):
        faults, audit = self.verify(status=OK)
        self.assertEqual(faults, [])
        self.assertTrue(audit["sound"])
        self.assertEqual(audit["sealed_rows"], 1 + 1 + 5 + 1)  # the last is what read the list
        self.assertIn("as they were written", self.run_program("case", "verify", self.case))

    def test_the_first_bad_record_is_named_after_each_tampering(self):
        self.fill(20)
        for sql, kind, record in (
                ("UPDATE list_entries SET value = x'00' WHERE id = 3", "row-edited", 1),
                ("DELETE FROM audit_log WHERE idx = 7", "record-missing", 7),
                ("UPDATE audit_log SET idx = -5 WHERE idx = 5; UPDATE audit_log SET idx = 5 WHERE idx = 9;"
                 "UPDATE audit_log SET idx = 9 WHERE idx = -5", "record-moved", 5),
                ("DELETE FROM audit_log WHERE idx >= 15", "tail-cut", 15),
                ("UPDATE audit_log SET record = replace(record, 'test', 'none') WHERE idx = 8", "record-edited", 8)):
            with self.subTest(kind):
                sound = (self.case / "case.sqlite").read_bytes()
                self.tamper(sql)
                faults, audit = self.verify(status=INTEGRITY)
                self.assertFalse(audit["sound"])
                self.assertEqual((faults[0]["kind"], faults[0]["record"]), (kind, record), faults)
                (self.case / "case.sqlite").write_bytes(sound)
                self.verify(status=OK)

    def test_a_checkpoint_that_was_given_away_finds_a_log_that_was_cut_with_its_head(self):
        early = self.folder / "early.sqlite"
        with contextlib.closing(sqlite3.connect(self.case / "case.sqlite")) as database:
            database.execute("VACUUM INTO ?", (str(early),))
        self.fill(20)
        kept = self.folder / "kept"
        self.run_program("audit", "checkpoint", self.case, "--out", kept)
        key = self.folder / "key.pem"
        key.write_bytes((self.case / "audit" / "public-key.pem").read_bytes())
        self.assertEqual((self.case / "audit" / "signing-key.pem").stat().st_mode & 0o777, 0o600)
        self.verify("--checkpoint", kept, "--key", key, status=OK)
        for name in ("case.sqlite-wal", "case.sqlite-shm"):
            (self.case / name).unlink(missing_ok=True)
        (self.case / "case.sqlite").write_bytes(early.read_bytes())  # the case as it was before
        self.assertEqual(self.verify(status=INTEGRITY)[0][0]["kind"], "tail-cut")  # its own copy tells
        for copy in (self.case / "audit").glob("*.checkpoint"):
            copy.unlink()
        self.verify(status=OK)  # nothing that is left in the folder can tell
        faults, _ = self.verify("--checkpoint", kept, "--key", key, status=INTEGRITY)
        self.assertEqual(faults[0]["kind"], "tail-cut")
        # and a log that was rewritten gets no new signature over the old one's copies
        (self.case / "audit" / "000000000021.checkpoint").write_bytes(kept.read_bytes())
        self.run_program("audit", "checkpoint", self.case, "--out", self.folder / "again", status=INTEGRITY)

    def test_a_proof_is_checked_without_the_case(self):
        self.fill(9)
        proof = self.folder / "proof"
        self.run_program("audit", "proof", self.case, "1", "--out", proof)
        key = self.folder / "key.pem"
        (self.case / "audit" / "public-key.pem").rename(key)
        self.case.rename(self.folder / "elsewhere")
        self.assertIn('"act":"list-added"', self.run_program("audit", "check", proof, "--key", key))
        text = proof.read_text()
        for changed in (text.replace('"known"', '"other"'), text.replace("index 1", "index 2")):
            proof.write_text(changed)
            self.run_program("audit", "check", proof, "--key", key, status=INTEGRITY)
        proof.write_text(text[:-5])
        self.run_program("audit", "check", proof, "--key", key, status=FAILED)

    def test_a_record_that_is_not_there_has_no_proof(self):
        self.run_program("audit", "proof", self.case, "999", "--out", self.folder / "p", status=WRONG_USE)
        self.assertFalse((self.folder / "p").exists())

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True,
                       stdin=subprocess.DEVNULL, timeout=60)

    def test_a_checkpoint_is_stamped_by_an_authority(self):
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        self.openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=CA")
        self.openssl("req", *curve, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=TSA")
        (self.folder / "ext.cnf").write_text("extendedKeyUsage = critical,timeStamping\n")
        self.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "30", "-extfile", "ext.cnf", "-out", "tsa.pem")
        (self.folder / "tsa.cnf").write_text(
            "[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n"
            "default_policy = 1.2.3.4\ndigests = sha256\n[refuses]\nserial = serial\nsigner_cert = tsa.pem\n"
            "signer_key = tsa.key\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\ndigests = sha512\n")
        kept, other = self.folder / "kept", self.folder / "other"
        query, token, ca = self.folder / "q.tsq", self.folder / "r.tsr", self.folder / "ca.pem"
        self.run_program("audit", "checkpoint", self.case, "--out", kept)
        self.run_program("audit", "checkpoint", self.case, "--out", other)
        self.run_program("audit", "stamp", kept, "--query", query)
        self.openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "t", "-queryfile", "q.tsq", "-out", "r.tsr")
        self.assertIn("stamped 20", self.run_program("audit", "stamp", kept, "--token", token, "--ca", ca))
        self.run_program("audit", "stamp", other, "--token", token, "--ca", ca, status=INTEGRITY)
        self.openssl("ts", "-reply", "-config", "tsa.cnf", "-section", "refuses", "-queryfile", "q.tsq", "-out",
                     "r.tsr")  # exits with 0
        self.run_program("audit", "stamp", kept, "--token", token, "--ca", ca, status=INTEGRITY)
        self.run_program("audit", "stamp", kept, "--token", token, status=WRONG_USE)


if __name__ == "__main__":
    unittest.main()
