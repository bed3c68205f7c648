#!/usr/bin/env python3
"""The memory of a lab, as it is typed: what one case tells another, and what neither may."""
import signal
import subprocess
import unittest

from postgres_server import BIN, PostgresServer
from support import FAILED, INTEGRITY, PROGRAM, WRONG_USE, ProgramTest, lines, sha256

WHAT = ("--name", "Lab", "--authority", "Exercise unit", "--legal-basis", "training", "--purpose", "series",
        "--review-date", "2030-01-01")
WHY = ("--purpose", "Is another unit working on it?")


class LabMemory(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.server = PostgresServer().__enter__()
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        self.memory = self.server.url(self.server.create_db())
        self.run_program("memory", "new", self.memory, *WHAT)

    def sql(self, url, statement):
        return self.server.sql(url.split("?")[0].rsplit("/", 1)[1], statement)

    def case(self, name, contents, on_server=False):
        """A case that holds these contents as files of one exhibit."""
        evidence = self.folder / f"phone of {name}"
        evidence.mkdir()
        for i, content in enumerate(contents):
            (evidence / f"secret-name-{i}.txt").write_bytes(content)
        place = self.server.url(self.server.create_db()) if on_server else self.folder / name
        self.new_case_at(place)
        self.ingest(place, evidence)
        return place

    def fails(self, *args, status, says):
        done = subprocess.run([str(PROGRAM), *map(str, args)], capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, status, f"{args}\n{done.stdout}\n{done.stderr}")
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)

    def act(self, what, case, *args):
        return lines(self.run_program("memory", what, case, "--memory", self.memory, *WHY, "--json", *args))

    def log_of(self, case, act):
        return [r for r in lines(self.run_program("audit", "show", case, "--json")) if r["act"] == act]

    def test_a_case_learns_what_another_has_seen_from_a_folder_or_a_server(self):
        for on_server in (False, True):
            with self.subTest(on_server=on_server):
                tag = b"server" if on_server else b"folder"
                a = self.case(f"a{on_server}", [b"one " + tag, b"two " + tag, b""], on_server)
                b = self.case(f"b{on_server}", [b"two " + tag, b"three " + tag, b""], not on_server)
                self.assertEqual(self.act("ask", b), [{"type": "memory_answer", "memory": self.info()["id"], "asked": 2,
                                                       "found": 0, "places": 0}])
                self.assertEqual(self.act("share", a)[0] | {"memory": 0},
                                 {"type": "memory_shared", "memory": 0, "contents": 2, "added": 2, "updated": 0})
                self.assertEqual(self.act("share", a)[0]["added"], 0)
                seen, counts = self.act("ask", b)
                self.assertEqual(list(seen), ["type", "sha256", "size", "mime", "exhibit", "case", "case_name",
                                              "authority", "case_exhibit", "first_read", "on_alert_list"])
                self.assertEqual(seen["sha256"], sha256(b"two " + tag))
                self.assertEqual(seen["exhibit"], f"phone of b{on_server}")
                self.assertEqual(seen["case_exhibit"], f"phone of a{on_server}")
                self.assertEqual(seen["size"], 10)
                self.assertRegex(seen["first_read"], r"^20\d\d-\d\d-\d\dT.*Z$")
                self.assertEqual((counts["asked"], counts["found"], counts["places"]), (2, 1, 1))
                text = self.run_program("memory", "ask", b, "--memory", self.memory, *WHY)
                self.assertIn("1 of 2 contents were seen in other cases", text)
                self.assertNotIn("secret-name", text)
                self.assertEqual(len(self.act("ask", a)), 1)  # B has not shared
                self.assertEqual(self.act("withdraw", a)[0]["removed"], 2)
                self.assertEqual(len(self.act("ask", b)), 1)
                self.run_program("case", "verify", a)
                self.run_program("case", "verify", b)
        self.run_program("memory", "verify", self.memory)

    def info(self):
        return lines(self.run_program("memory", "info", self.memory, "--json"))[0]

    def test_the_memory_says_what_it_is_and_holds_no_name_of_a_file(self):
        a = self.case("a", [b"one", b"two"])
        self.act("share", a)
        info = self.info()
        self.assertEqual((info["name"], info["purpose"], info["cases"], info["contents"]), ("Lab", "series", 1, 2))
        self.assertTrue(info["enforced"])
        self.assertEqual([role.rsplit("_", 1)[1] for role in info["roles"]], ["contribute", "ask", "audit"])
        self.assertIn("2 contents of 1 cases", self.run_program("memory", "info", self.memory))
        name = self.memory.split("?")[0].rsplit("/", 1)[1]
        dump = subprocess.run([BIN / "pg_dump", self.server.url(name)], capture_output=True, check=True).stdout
        self.assertIn(b"phone of a", dump)
        self.assertNotIn(b"secret-name", dump)

    def test_each_act_stands_in_both_logs_with_its_purpose(self):
        a = self.case("a", [b"one"])
        for what in ("share", "ask", "withdraw"):
            self.act(what, a)
        there = lines(self.run_program("memory", "log", self.memory, "--purpose", "audit", "--json"))
        self.assertEqual(there[0]["act"], "memory-created")
        self.assertEqual(there[-1]["act"], "log-shown")
        for act in ("memory-shared", "memory-asked", "memory-withdrawn"):
            here = self.log_of(a, act)
            self.assertEqual([r["subject"]["step"] for r in here], ["begun", "done"], act)
            for record in here:
                self.assertEqual(record["purpose"], WHY[1])
                self.assertEqual(record["subject"]["memory"], self.info()["id"])
            steps = [r["subject"]["step"] for r in there if r["act"] == act]
            self.assertEqual(steps, ["begun", "done"] if act == "memory-asked" else ["begun", "rows", "done"])

    def test_a_purpose_is_stated_each_time(self):
        a = self.case("a", [b"one"])
        for what in ("share", "ask", "withdraw"):
            self.fails("memory", what, a, "--memory", self.memory, status=WRONG_USE, says="--purpose is required")
            self.fails("memory", what, a, "--memory", self.memory, "--purpose", " ", status=WRONG_USE,
                       says="needs a purpose")
            self.fails("memory", what, a, "--memory", "postgresql://127.0.0.1:1/away", "--purpose", " ", status=WRONG_USE,
                       says="needs a purpose")  # before anybody is asked anything
        self.fails("memory", "log", self.memory, status=WRONG_USE, says="--purpose is required")
        self.fails("memory", "log", self.memory, "--purpose", "", status=WRONG_USE, says="needs a purpose")
        self.assertEqual(self.info()["contents"], 0)
        for field in range(0, len(WHAT), 2):
            words = list(WHAT)
            words[field + 1] = " "
            self.fails("memory", "new", self.server.url(self.server.create_db()), *words, status=WRONG_USE,
                       says="a memory needs")

    def test_what_is_no_memory_or_no_case_is_told_as_such(self):
        folder, url = self.case("a", [b"one"]), self.case("b", [b"one"], on_server=True)
        nowhere = "postgresql://rempart:geheim@127.0.0.1:1/memory"
        self.fails("memory", "new", self.folder / "memory", *WHAT, status=WRONG_USE, says="a memory needs a server")
        self.fails("memory", "new", self.memory, *WHAT, status=WRONG_USE, says="something lies in that database")
        self.fails("memory", "new", url, *WHAT, status=WRONG_USE, says="something lies in that database")
        self.fails("memory", "new", nowhere, *WHAT, status=FAILED, says="cannot be reached")
        for what in ("share", "ask", "withdraw"):
            for case, memory, status, says in (
                    (folder, folder, WRONG_USE, "a memory needs a server"),
                    (folder, url, FAILED, "it is a case, not a memory"),
                    (self.memory, self.memory, FAILED, "it is a memory, not a case"),
                    (url, nowhere, FAILED, "cannot be reached"),
                    (self.folder / "absent", self.memory, FAILED, "there is no case"),
                    (folder, self.server.url(self.server.create_db()), FAILED, "there is no memory in it")):
                self.fails("memory", what, case, "--memory", memory, *WHY, status=status, says=says)
        for what in ("verify", "info"):
            self.fails("memory", what, folder, status=WRONG_USE, says="a memory needs a server")
            self.fails("memory", what, url, status=FAILED, says="it is a case, not a memory")
            self.fails("memory", what, nowhere, status=FAILED, says="***@127.0.0.1")
        self.assertEqual(self.log_of(folder, "memory-shared"), [])  # nothing was begun
        for command in ("items", "status", "ingest"):
            extra = (self.folder,) if command == "ingest" else ()
            self.fails(command, self.memory, *extra, status=FAILED, says="it is a memory, not a case")
        self.run_program("memory", "verify", self.memory)

    def test_verify_names_what_was_tampered_with(self):
        a = self.case("a", [b"one", b"two"])
        self.act("share", a)
        self.assertTrue(lines(self.run_program("memory", "verify", self.memory, "--json"))[-1]["sound"])
        self.sql(self.memory, "update memory_exhibits set label = 'another'")
        fault, verdict = lines(self.run_program("memory", "verify", self.memory, "--json", status=INTEGRITY))
        self.assertEqual((fault["kind"], fault["table"], fault["row"]), ("row-edited", "memory_exhibits", 1))
        self.assertFalse(verdict["sound"])

    def test_a_share_that_is_killed_is_completed_by_the_same_command(self):
        a = self.case("a", [b"%d" % i for i in range(20)])
        lock = subprocess.Popen([BIN / "psql", "-XAtq", self.memory], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True)
        lock.stdin.write("begin; lock table memory_contents in exclusive mode; select 'locked';\n")
        lock.stdin.flush()
        self.assertEqual(lock.stdout.readline(), "locked\n")
        run = subprocess.Popen([str(PROGRAM), "memory", "share", str(a), "--memory", self.memory, *WHY],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'relation'"
        while self.server.sql("postgres", waiting) != [["1"]]:
            self.assertIsNone(run.poll(), "it ended before it met the lock")
        run.send_signal(signal.SIGKILL)
        run.wait()
        lock.communicate("rollback;\n")
        self.assertEqual([r["subject"]["step"] for r in self.log_of(a, "memory-shared")], ["begun"])
        self.run_program("case", "verify", a)
        shared = self.act("share", a)[0]
        self.assertEqual(shared["contents"], 20)
        self.assertEqual(self.info()["contents"], 20)
        self.assertEqual([r["subject"]["step"] for r in self.log_of(a, "memory-shared")], ["begun", "begun", "done"])
        self.run_program("memory", "verify", self.memory)


if __name__ == "__main__":
    unittest.main()
