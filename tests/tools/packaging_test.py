#!/usr/bin/env python3
"""What places workers in a lab calls the program that there is, gives it nothing it does not need, hides the password."""
import re
import shlex
import subprocess
import unittest
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "packaging/systemd/rempart-worker@.service"
BATCH = ROOT / "packaging/slurm/rempart-workers.sbatch"
JOB = ROOT / "packaging/kubernetes/worker-job.yaml"


def worker_flags():
    reference = (ROOT / "docs/cli-reference.md").read_text()
    section = re.search(r"^## rempart worker\n(.*?)(?=^## |\Z)", reference, re.M | re.S).group(1)
    return set(re.findall(r"^\| `(--[a-z-]+)", section, re.M))


def unit_settings():
    """Of the unit, without its sections; a setting that may come twice is a list."""
    settings = {}
    for line in UNIT.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            key, value = line.split("=", 1)
            settings.setdefault(key, []).append(value)
    return settings


def container():
    job = yaml.safe_load(JOB.read_text())
    return job, job["spec"]["template"]["spec"], job["spec"]["template"]["spec"]["containers"][0]


def commands():
    """The words after the program's name, of each of the three."""
    batch = re.search(r"^exec .*$", BATCH.read_text(), re.M).group(0)
    return {"unit": shlex.split(unit_settings()["ExecStart"][0])[1:], "batch": shlex.split(batch)[2:],
            "job": container()[2]["args"]}


class Packaging(unittest.TestCase):
    def test_each_calls_worker_with_flags_that_it_has_and_the_case_without_a_password(self):
        known = worker_flags()
        self.assertIn("--until-idle", known)
        for which, words in commands().items():
            self.assertEqual(words[0], "worker", which)
            self.assertIn("REMPART_CASE", words[1], which)
            self.assertLessEqual({word for word in words if word.startswith("--")}, known, which)
            self.assertNotIn("PASSWORD", " ".join(words), which)

    def test_workers_of_a_batch_end_when_there_is_nothing_left_and_those_of_a_service_do_not(self):
        has = {which: "--until-idle" in words for which, words in commands().items()}
        self.assertEqual(has, {"unit": False, "batch": True, "job": True})

    def test_the_batch_script_is_a_shell_script_whose_settings_come_before_its_commands(self):
        subprocess.run(["sh", "-n", BATCH], check=True)
        lines = BATCH.read_text().splitlines()
        last_setting = max(i for i, line in enumerate(lines) if line.startswith("#SBATCH"))
        self.assertLess(last_setting, lines.index("set -eu"))

    def test_evidence_is_read_only_and_nothing_needs_a_privilege(self):
        settings = unit_settings()
        self.assertEqual(settings["ProtectSystem"], ["strict"])
        self.assertEqual(settings["CapabilityBoundingSet"], [""])
        self.assertEqual(settings["NoNewPrivileges"], ["yes"])
        self.assertNotIn("ReadWritePaths", settings)
        _, pod, worker = container()
        mounts = {mount["name"]: mount for mount in worker["volumeMounts"]}
        self.assertTrue(mounts["evidence"]["readOnly"])
        self.assertTrue(pod["securityContext"]["runAsNonRoot"])
        self.assertEqual(worker["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                                                     "capabilities": {"drop": ["ALL"]}})

    def test_the_roles_may_confine_themselves_under_the_unit(self):
        calls = unit_settings()["SystemCallFilter"][0].split()
        self.assertLessEqual({"@system-service", "seccomp", "landlock_create_ruleset", "landlock_add_rule",
                              "landlock_restrict_self"}, set(calls))
        self.assertEqual(unit_settings()["SystemCallErrorNumber"], ["EPERM"])

    def test_no_pod_is_started_once_one_has_found_nothing_left(self):
        job, pod, _ = container()
        self.assertNotIn("completions", job["spec"])
        self.assertEqual(pod["restartPolicy"], "OnFailure")


if __name__ == "__main__":
    unittest.main()
