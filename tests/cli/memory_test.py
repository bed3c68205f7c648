#!/usr/bin/env python3
"""The memory of an ingest is bounded, whatever the size and the number of what is ingested."""
import os
import subprocess
import tarfile
import unittest

from resume_test import picture
from support import OK, PROGRAM, ProgramTest

MAX_MB = 512


class Memory(ProgramTest):
    def peak_mb(self, evidence):
        """Of the main program and of the largest of its confined children."""
        case = self.new_case()
        run = subprocess.Popen([str(PROGRAM), "ingest", str(case), str(evidence)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(run.pid, 0)  # its usage holds that of the children it waited for
        run.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(run.returncode, OK)
        return usage.ru_maxrss / 1024

    def test_large_files_many_files_and_large_members_stay_within_the_promise(self):
        evidence = self.folder / "evidence"
        evidence.mkdir()
        with open(evidence / "large.bin", "wb") as file:
            file.truncate(1 << 30)
        for i in range(6_000):
            (evidence / f"f{i:05}").write_bytes(b"%d" % i)
        for i in range(40):
            (evidence / f"p{i:02}.jpg").write_bytes(picture(i, (1600, 1200)))
        members = self.folder / "members"
        members.mkdir()
        for i in range(3):
            (members / f"m{i}").write_bytes(os.urandom(1 << 20) * 120)
        with tarfile.open(evidence / "large-members.tar", "w") as archive:
            archive.add(members, "members")
        self.assertLess(self.peak_mb(evidence), MAX_MB)


if __name__ == "__main__":
    unittest.main()
