#!/usr/bin/env python3
"""A case in PostgreSQL that many workers work on, under each fault that a lab has: nothing lost, nothing twice.

Each test ends with the same question: is the canonical export the one that a single process wrote into a folder,
byte for byte? REMPART_LAB_KILLS says how often a worker is killed (default 6; 100 before a release).
"""
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from network import Network
from postgres_server import PostgresServer
from resume_test import make_evidence, picture, zipped
from support import BUILD, FAILED, INCOMPLETE, INTERRUPTED, OK, PROGRAM, ProgramTest, lines

KILLS = int(os.environ.get("REMPART_LAB_KILLS", "6"))
LEASE_SECONDS = 2  # the default of 60 would be a minute's wait for each worker that is killed
EXHIBITS = ("flat", "telephone", "album.zip")


def new_evidence(folder):
    """Three exhibits: each kind of state that a crash may hit, in jobs enough for several workers."""
    make_evidence(folder / "flat", files=120)
    make_evidence(folder / "telephone", files=40)
    (folder / "album.zip").write_bytes(zipped([(f"a{i:02}.jpg", picture(200 + i)) for i in range(20)]))


class Worker:
    """One `rempart worker`, its talk in a file."""

    def __init__(self, url, log, *args, program=PROGRAM, before=(), env=None):
        self.log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [*before, str(program), "worker", url, "--json", "--lease", str(LEASE_SECONDS), *args],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **(env or {})})

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Its exit status after SIGTERM."""
        self.process.terminate()
        return self.process.wait(60)

    def said(self):
        return Path(self.log).read_text(errors="replace")

    def summary(self):
        """What it says at its end; hits and talk stand before that."""
        return json.loads(self.said().splitlines()[-1])


class Lab(ProgramTest):
    @classmethod
    def setUpClass(cls):
        cls.place = Path(tempfile.mkdtemp(prefix="rempart-lab-"))
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.evidence = cls.place / "evidence"
        cls.evidence.mkdir()
        new_evidence(cls.evidence)
        cls.server = PostgresServer()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.wanted_bytes = cls.wanted_flat_bytes = None

    def setUp(self):
        super().setUp()
        self.workers = 0

    # What is wanted: one process, one thread, a folder.
    def wanted(self):
        if Lab.wanted_bytes is None:
            case = self.new_case("folder")
            for name in EXHIBITS:
                self.ingest(case, self.evidence / name, "--exhibit", name, "--jobs", "1")
            Lab.wanted_bytes = self.canonical(case, "folder.jsonl")
        return Lab.wanted_bytes

    def new_lab(self, exhibits=EXHIBITS, **kind):
        """The URL of a new case in which the exhibits wait for workers."""
        self.database = self.server.create_db()
        url = self.server.url(self.database, **kind)
        self.new_case_at(url)
        for name in exhibits:
            self.run_program("ingest", url, self.evidence / name, "--exhibit", name, "--enqueue", "--parts", "4")
        return url

    def worker(self, url, *args, **how):
        self.workers += 1
        worker = Worker(url, self.folder / f"worker{self.workers}.log", *args, **how)
        self.addCleanup(worker.kill)
        return worker

    def work_to_the_end(self, url, workers=1, status=OK):
        started = [self.worker(url, "--until-idle") for _ in range(workers)]
        for worker in started:
            self.assertEqual(worker.process.wait(300), status, worker.said()[-4000:])

    def until(self, done, what, seconds=120):
        deadline = time.monotonic() + seconds
        while not done():
            if time.monotonic() >= deadline:
                self.fail(what() if callable(what) else what)
            time.sleep(0.05)

    def assert_whole(self, url, wanted=None, status=OK):
        self.run_program("case", "verify", url, status=status)
        self.assertEqual(self.canonical(url), wanted or self.wanted())

    def test_a_folder_two_workers_and_workers_that_are_killed_all_the_time_give_the_same_bytes(self):
        url = self.new_lab()
        self.work_to_the_end(url, workers=2)
        self.assert_whole(url)

    def test_killed_at_random_moments_workers_lose_nothing_and_do_nothing_twice(self):
        chance = random.Random(20)
        kills, cases = 0, 0
        while kills < KILLS:
            cases += 1
            self.assertLess(cases, KILLS, "the evidence is too small to be interrupted")
            url = self.new_lab()
            going = [self.worker(url, "--until-idle") for _ in range(2)]
            while kills < KILLS:
                time.sleep(chance.uniform(0.05, 1.0))
                victim = chance.randrange(2)
                if going[victim].process.poll() is not None:
                    break  # the work is done
                going[victim].kill()
                kills += 1
                going[victim] = self.worker(url, "--until-idle")
            for worker in going:
                worker.process.wait(300)
            self.work_to_the_end(url)
            self.assert_whole(url)

    def test_a_server_that_is_killed_in_mid_load_is_found_again(self):
        url = self.new_lab()
        going = [self.worker(url) for _ in range(2)]
        for _ in range(3):
            self.until_some_items_more(url)
            self.server.kill9()
            self.server.start()
        self.until(lambda: self.is_done(url), "the work is not done")
        for worker in going:
            self.assertIsNone(worker.process.poll(), worker.said()[-4000:])
            self.assertIn(worker.stop(), (OK, INTERRUPTED), worker.said()[-4000:])
        self.assert_whole(url)

    def test_what_a_worker_does_after_it_was_paused_past_its_lease_is_refused(self):
        url = self.new_lab()
        late = self.worker(url)
        self.until_some_items_more(url)
        self.pause_with_a_job(late)
        self.work_to_the_end(url)
        self.assert_whole(url)
        late.process.send_signal(signal.SIGCONT)
        self.until(lambda: self.doings(url) == ["idle"], "it never comes to the end of its job")
        self.assertIn(late.stop(), (OK, INTERRUPTED), late.said()[-4000:])
        self.assertEqual((late.summary()["lost"], late.summary()["reconnects"]), (1, 0), late.said()[-4000:])
        self.assert_whole(url)

    def pause_with_a_job(self, worker):
        """Stops a worker, the only one, where it holds a part and the server waits for nothing of it."""
        for _ in range(500):
            worker.process.send_signal(signal.SIGSTOP)
            self.until(lambda: " T " in Path(f"/proc/{worker.process.pid}/stat").read_text(), "it does not stop")
            busy, held = self.server.sql(self.database, """
                select (select count(*) from pg_stat_activity where datname = current_database()
                        and pid <> pg_backend_pid() and state <> 'idle'),
                       (select count(*) from jobs where worker <> '' and operation <> 'finish')""")[0]
            if (busy, held) == ("0", "1"):
                return
            worker.process.send_signal(signal.SIGCONT)
            time.sleep(0.02)
        self.fail("it holds no part at any moment")

    def doings(self, url):
        return [row["doing"] for row in lines(self.run_program("status", url, "--json")) if row["type"] == "worker"]

    def test_a_disk_that_is_full_at_any_write_costs_the_time_until_there_is_space(self):
        try:
            server = PostgresServer(disk_megabytes=160)
        except OSError as why:
            self.skipTest(f"a small disk is needed: {why}")
        self.addCleanup(server.close)
        server.start()
        chance = random.Random(23)
        refused = 0
        for free in [0, 4096, *(chance.randrange(3_000_000) for _ in range(4))]:
            database = server.create_db()
            url = server.url(database)
            self.new_case_at(url)
            self.run_program("ingest", url, self.evidence / "flat", "--exhibit", "flat", "--enqueue", "--parts", "2")
            server.disk.leave_free(free)
            worker = self.worker(url)
            self.until(lambda: "No space left" in server.log.read_text() or self.is_over(worker, server, database),
                       f"{free} bytes: the disk never fills")
            refused += "No space left" in server.log.read_text()
            server.disk.give_back()
            self.until(lambda: self.is_over(worker, self.started_again(server), database),
                       lambda: f"{free} bytes: the work is not done\n{worker.said()[-4000:]}\n"
                               f"{server.log.read_text()[-4000:]}")
            self.assertIsNone(worker.process.poll(), worker.said()[-4000:])
            self.assertIn(worker.stop(), (OK, INTERRUPTED), worker.said()[-4000:])
            self.assert_whole(url, wanted=self.wanted_flat())
            server.sql("postgres", f"drop database {database} with (force)")
            server.log.write_text("")
        self.assertGreaterEqual(refused, 4, "the disk was hardly ever full")

    def started_again(self, server):
        """The server, which ends by itself, now or a moment later, where its log met the end of the disk."""
        if server.process.poll() is not None:
            server.process = None
            server.start()
        return server

    def is_over(self, worker, server, database):
        """Asked of the database itself: `status` needs to log nothing, but a server without space may be away."""
        if worker.process.poll() is not None:
            return True
        try:
            return server.sql(database, "select count(*) from jobs") == [["0"]]
        except subprocess.CalledProcessError:
            return False

    def wanted_flat(self):
        if Lab.wanted_flat_bytes is None:
            case = self.new_case("flat-folder")
            self.ingest(case, self.evidence / "flat", "--exhibit", "flat", "--jobs", "1")
            Lab.wanted_flat_bytes = self.canonical(case, "flat-folder.jsonl")
        return Lab.wanted_flat_bytes

    def test_a_job_that_is_given_to_two_workers_is_stored_once(self):
        url = self.new_lab()
        going = [self.worker(url) for _ in range(3)]
        doubled = 0
        while not self.is_done(url):  # the lease of each job is taken away once, while it is being done
            doubled += len(self.server.sql(self.database, "update jobs set lease_until_us = 0 "
                                           "where worker <> '' and token = 1 returning part"))
        for worker in going:
            self.assertIn(worker.stop(), (OK, INTERRUPTED), worker.said()[-4000:])
        self.assertGreater(doubled, 5)
        self.assertGreater(sum(worker.summary()["lost"] for worker in going), 0)
        self.assert_whole(url)

    def test_a_worker_that_may_only_ingest_does_all_that_a_case_needs(self):
        url = self.new_lab()
        self.server.sql("postgres", "create role reader login")
        self.run_program("case", "grant", url, "--user", "reader", "--role", "ingest")
        alone = url.replace("rempart@", "reader@")
        worker = self.worker(alone, "--until-idle", "--purpose", "Nightly reading")
        self.assertEqual(worker.process.wait(300), OK, worker.said()[-4000:])
        acts = [row for row in lines(self.run_program("audit", "show", url, "--json")) if row["who"].startswith("reader@")]
        self.assertIn("rows-changed", {row["act"] for row in acts})
        self.assertEqual({row["purpose"] for row in acts}, {"Nightly reading"})
        self.run_program("messages", alone, status=FAILED)
        self.assert_whole(url)

    def test_a_worker_says_in_its_status_that_something_could_not_be_read(self):
        url = self.new_lab(())
        (self.folder / "broken.jpg").write_bytes(picture(1)[:3000])
        self.run_program("ingest", url, self.folder / "broken.jpg", "--enqueue")
        worker = self.worker(url, "--until-idle")
        self.assertEqual(worker.process.wait(300), INCOMPLETE, worker.said()[-4000:])
        self.assertEqual(worker.summary()["unread"], 1)
        self.assertEqual(self.worker(url, "--until-idle").process.wait(300), OK, "there was nothing to work on")

    def test_clocks_an_hour_off_change_nothing(self):
        url = self.new_lab()
        ahead, behind = [self.worker(url, "--until-idle", before=("faketime", "-f", shift),
                                     env={"FAKETIME_DONT_FAKE_MONOTONIC": "1",
                                          "ASAN_OPTIONS": "verify_asan_link_order=0"}) for shift in ("+1h", "-1h")]
        for worker in (ahead, behind):
            self.assertEqual(worker.process.wait(300), OK, worker.said()[-4000:])
        self.assert_whole(url)

    def test_a_network_that_is_cut_for_longer_than_a_lease_loses_nothing(self):
        network = Network(self.server.port)
        self.addCleanup(network.close)
        url = self.new_lab()
        far = self.worker(self.server.url(self.database, port=network.port))
        self.until_some_items_more(url)
        network.cut()
        self.work_to_the_end(url)  # another, near the server, takes what the first one held
        network.mend()  # what was on its way arrives now
        self.assert_whole(url)
        self.assertIn(far.stop(), (OK, INTERRUPTED), far.said()[-4000:])
        self.assert_whole(url)

    def test_a_network_that_breaks_again_and_again_costs_time_only(self):
        network = Network(self.server.port)
        self.addCleanup(network.close)
        self.new_lab()
        url = self.server.url(self.database, port=network.port)
        worker = self.worker(url, "--until-idle")
        chance = random.Random(21)
        for _ in range(6):
            time.sleep(chance.uniform(0.1, 0.7))
            network.cut()
            network.reset()
            network.mend()
        self.assertEqual(worker.process.wait(300), OK, worker.said()[-4000:])
        self.assert_whole(self.server.url(self.database))

    def program_whose_archive_reader_dies(self):
        """A copy of the program beside whose roles one ends by a signal, whatever it is given."""
        roles = self.folder / "libexec" / "rempart"
        roles.mkdir(parents=True)
        (self.folder / "bin").mkdir()
        shutil.copy(PROGRAM, self.folder / "bin" / "rempart")
        for role in (BUILD / "libexec" / "rempart").iterdir():
            (roles / role.name).symlink_to(role)
        (roles / "archive_reader").unlink()
        (roles / "archive_reader").write_text("#!/bin/sh\nkill -SEGV $$\n")
        (roles / "archive_reader").chmod(0o755)
        return self.folder / "bin" / "rempart"

    def test_a_poison_item_is_listed_and_the_rest_is_done(self):
        program = self.program_whose_archive_reader_dies()
        url = self.new_lab(("flat",))
        workers = [self.worker(url, "--until-idle", program=program) for _ in range(2)]
        for worker in workers:
            self.assertIn(worker.process.wait(300), (OK, INCOMPLETE), worker.said()[-4000:])
        errors = {item["path"]: item["error"]["code"] for item in self.items(url) if item["error"]}
        self.assertEqual(errors, {"h.zip!": "crashed", "i.tar.gz!": "crashed"})
        case = self.new_case()
        status = subprocess.run([program, "ingest", case, self.evidence / "flat", "--exhibit", "flat"],
                                capture_output=True).returncode
        self.assertEqual(status, INCOMPLETE)
        self.assert_whole(url, wanted=self.canonical(case, "poisoned.jsonl"))

    def items_done(self, url):
        return sum(row["items"] for row in lines(self.run_program("status", url, "--json")) if row["type"] == "exhibit")

    def until_some_items_more(self, url):
        before = self.items_done(url)
        self.until(lambda: self.items_done(url) > before or self.is_done(url), "no worker does anything")

    def is_done(self, url):
        rows = [row for row in lines(self.run_program("status", url, "--json")) if row["type"] == "exhibit"]
        return all(row["state"] == "complete" for row in rows)


if __name__ == "__main__":
    unittest.main()
