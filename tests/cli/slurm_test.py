#!/usr/bin/env python3
"""packaging/slurm in a real Slurm: what the tasks of the array run, and how they are told to stop."""
import unittest

from postgres_server import PostgresServer
from resume_test import make_evidence
from slurm_cluster import SlurmCluster
from support import PROGRAM, SOURCE, ProgramTest

SCRIPT = SOURCE / "packaging" / "slurm" / "rempart-workers.sbatch"
URL = "postgresql://rempart@db.lab.example/case?sslmode=verify-full&host=%2Ftmp"

# In place of rempart: says how it was called, then waits as a worker does that was told not to end.
STAND_IN = """#!/bin/sh
echo "$*"
echo "TMPDIR=$TMPDIR"
if [ "$REMPART_STAYS" = "$SLURM_ARRAY_TASK_ID" ]; then
    trap 'echo "told to stop"; exit 0' TERM
    while :; do sleep 0.1; done
fi
"""


class Slurm(ProgramTest):
    def setUp(self):
        super().setUp()
        self.cluster = SlurmCluster()
        self.addCleanup(self.cluster.close)
        self.cluster.start()

    def submit(self, *args, **environment):
        return self.cluster.submit(*args, f"--output={self.folder}/%a.log", SCRIPT, env=environment)

    def said(self, task):
        return (self.folder / f"{task}.log").read_text()

    def stand_in(self):
        program = self.folder / "stand_in"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        return str(program)

    def test_each_task_is_a_worker_and_the_one_that_is_cancelled_is_told_itself(self):
        job = self.submit("--array=1-3", "--cpus-per-task=2", REMPART=self.stand_in(), REMPART_CASE=URL, REMPART_STAYS="2",
                          TMPDIR=str(self.folder))
        self.cluster.wait_for(f"{job}_1", {"COMPLETED"})
        self.cluster.wait_for(f"{job}_3", {"COMPLETED"})
        for task in (1, 2, 3):
            self.assertEqual(self.said(task), f"worker {URL} --until-idle --jobs 2\nTMPDIR={self.folder}\n")
        self.cluster.run("scancel", f"{job}_2")
        self.cluster.wait_for(f"{job}_2", {"CANCELLED"})
        self.assertIn("told to stop\n", self.said(2))

    def test_an_array_of_real_workers_ends_when_the_case_is_done(self):
        evidence = self.folder / "evidence"
        make_evidence(evidence, files=60)
        alone = self.new_case("alone")
        self.ingest(alone, evidence)
        server = PostgresServer()
        self.addCleanup(server.close)
        url = server.start().url("case")
        self.new_case_at(url)
        self.run_program("ingest", url, evidence, "--enqueue", "--parts", "3")
        job = self.submit("--array=1-2", "--cpus-per-task=1", REMPART=str(PROGRAM), REMPART_CASE=url)
        self.cluster.wait_for(job, {"COMPLETED"}, seconds=120)
        self.assertEqual(self.canonical(url), self.canonical(alone, "alone.jsonl"))

    def test_without_the_address_of_a_case_it_fails_and_says_so(self):
        job = self.submit("--array=1", REMPART=self.stand_in(), REMPART_CASE="")
        self.cluster.wait_for(job, {"FAILED"})
        self.assertIn("the address of the case", self.said(1))


if __name__ == "__main__":
    unittest.main()
