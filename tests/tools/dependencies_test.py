#!/usr/bin/env python3
"""Every package that is installed has its reason, and none is explained that is not installed."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Dependencies(unittest.TestCase):
    def test_the_list_and_the_reasons_name_the_same_packages(self):
        listed = re.findall(r"^[a-z0-9.+-]+$", (ROOT / "packaging/debian-12-packages.txt").read_text(), re.M)
        rows = re.findall(r"^\| ([a-z0-9][^|]*) \|", (ROOT / "docs/dependencies.md").read_text(), re.M)
        explained = [name for row in rows if row != "package" for name in row.split(", ")]
        self.assertEqual(sorted(explained), sorted(listed))
        self.assertGreater(len(listed), 30)


if __name__ == "__main__":
    unittest.main()
