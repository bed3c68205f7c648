#!/usr/bin/env python3
"""The installed library is enough for a program of somebody else's, by CMake and by pkg-config."""
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = Path(os.environ.get("REMPART_BUILD_DIR", ROOT / "build/dev"))
EXAMPLE = ROOT / "examples/library"


def run(*command, **options):
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, **options).stdout


def sanitizer_flags():
    found = re.search(r"^REMPART_SANITIZE:STRING=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M)
    return [f"-fsanitize={found.group(1)}"] if found and found.group(1) else []


class Library(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        run("cmake", "--build", BUILD, "--target", "rempart_core", "rempart_recognise")
        run("cmake", "--install", BUILD, "--prefix", cls.folder / "first", "--component", "dev")
        (cls.folder / "first").rename(cls.folder / "moved")  # an installed tree may be moved
        cls.prefix = cls.folder / "moved"

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def expect_hits(self, program):
        lines = run(program).splitlines()
        self.assertRegex(lines[0], r"^listed: [0-9a-f]{64}, quality \d+$")
        self.assertEqual(lines[1], "exact: row 2 by sha256")
        self.assertRegex(lines[2], r"^near: row 1 at \d+ bits$")
        self.assertEqual(len(lines), 3)

    def test_cmake_finds_it(self):
        build = self.folder / "cmake"
        run("cmake", "-S", EXAMPLE, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_FLAGS={' '.join(sanitizer_flags())}")
        run("cmake", "--build", build)
        self.expect_hits(build / "find_known")

    def test_pkg_config_finds_it(self):
        paths = ":".join(str(path.parent) for path in self.prefix.rglob("rempart.pc"))
        flags = run("pkg-config", "--cflags", "--libs", "rempart", env={**os.environ, "PKG_CONFIG_PATH": paths}).split()
        program = self.folder / "find_known"
        run("g++", "-std=c++20", *sanitizer_flags(), EXAMPLE / "find_known.cpp", "-o", program, *flags)
        self.expect_hits(program)

    def test_only_its_own_headers_are_installed(self):
        self.assertEqual({path.name for path in (self.prefix / "include/rempart").iterdir()}, {"core", "recognise"})


if __name__ == "__main__":
    unittest.main()
