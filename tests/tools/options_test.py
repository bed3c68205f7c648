#!/usr/bin/env python3
"""Each script of tools/ explains itself, and does nothing when it is called with an option that it does not have."""
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).parents[2] / "tools"
SCRIPTS = sorted([*TOOLS.glob("*.py"), *TOOLS.glob("*.sh")])


def run(script, *words):
    """What the script said, and what it left in the folder that it was called in."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([script, *words], cwd=folder, capture_output=True, text=True, check=False)
        return done, [path.name for path in Path(folder).iterdir()]


class Options(unittest.TestCase):
    def test_there_are_scripts_of_both_languages(self):
        self.assertEqual({script.suffix for script in SCRIPTS}, {".py", ".sh"})

    def test_help_says_how_the_script_is_called_and_does_nothing(self):
        for script in SCRIPTS:
            for option in ("--help", "-h"):
                with self.subTest(script=script.name, option=option):
                    done, left = run(script, option)
                    self.assertEqual((done.returncode, done.stderr, left), (0, "", []))
                    self.assertRegex(done.stdout, rf"(?m)^usage: .*\b{script.name}\b")
                    self.assertGreaterEqual(len(done.stdout.splitlines()), 3)

    def test_an_unknown_option_is_refused_wherever_it_stands(self):
        for script in SCRIPTS:
            for words in (["--no-such-option"], ["somewhere", "--no-such-option"]):
                with self.subTest(script=script.name, words=words):
                    done, left = run(script, *words)
                    self.assertEqual((done.returncode, done.stdout, left), (2, "", []))
                    self.assertIn(script.name, done.stderr)


if __name__ == "__main__":
    unittest.main()
