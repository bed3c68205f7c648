"""What the tests of the built program share: how to run it, and small evidence made on the spot."""
import hashlib
import json
import os
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("REMPART_BUILD_DIR", SOURCE / "build" / "dev"))
PROGRAM = BUILD / "bin" / "rempart"
SHARED = Path(os.environ.get("REMPART_SHARED", SOURCE.parent / "shared"))

OK, FAILED, WRONG_USE, INCOMPLETE, INTEGRITY, INTERRUPTED = 0, 1, 2, 3, 4, 130


def needs_shared(test):
    return unittest.skipUnless(SHARED.is_dir(), f"the shared test data is not at {SHARED}")(test)


def killed_after(run, seconds):
    """Whether the process was still going so long after: then it is killed."""
    try:
        run.communicate(timeout=seconds)
        return False
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        return True


def lines(text):
    return [json.loads(line) for line in text.splitlines() if line]


class ProgramTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="rempart-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_program(self, *args, status=OK):
        done = subprocess.run([str(PROGRAM), *map(str, args)], capture_output=True, timeout=600)
        out = done.stdout.decode("utf-8")  # strict: what it prints is UTF-8 or the test fails
        err = done.stderr.decode("utf-8", "replace")
        if status is not None:
            self.assertEqual(done.returncode, status, f"{args}\n{out[-2000:]}\n{err[-4000:]}")
        self.assertNotIn("runtime error", err)  # UBSan
        self.assertNotIn("AddressSanitizer", err)
        return out

    def new_case(self, name="case"):
        return self.new_case_at(self.folder / name)

    def new_case_at(self, place):
        """In a folder, or in a database that a URL names."""
        self.run_program("case", "new", place, "--name", "Test", "--authority", "Exercise unit",
                         "--legal-basis", "training", "--purpose", "test", "--review-date", "2030-01-01")
        return place

    def ingest(self, case, path, *args, status=OK):
        """The summary of one exhibit."""
        out = self.run_program("ingest", case, path, "--json", *args, status=status)
        return [row for row in lines(out) if row["type"] == "summary"][-1]

    def items(self, case):
        return lines(self.run_program("items", case, "--json"))

    def canonical(self, case, name="canonical.jsonl"):
        target = self.folder / name
        target.unlink(missing_ok=True)
        self.run_program("case", "export", case, target, "--canonical")
        return target.read_bytes()


def unzip(archive, member, folder):
    """One member of a zip of the shared data, as a file."""
    with zipfile.ZipFile(archive) as opened:
        name = next(n for n in opened.namelist() if n.endswith(member))
        target = Path(folder) / member
        target.write_bytes(opened.read(name))
    return target


def md5(data):
    return hashlib.md5(data).hexdigest()


def sha256(data):
    return hashlib.sha256(data).hexdigest()
