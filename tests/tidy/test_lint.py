"""scripts/lint understands what the build compiles with, precompiled headers and all, and says what it found."""

import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Lint(unittest.TestCase):
    def test_a_file_without_findings_passes(self):
        done = subprocess.run(
            ["scripts/lint", "core/base/base64.cpp"], cwd=ROOT, capture_output=True, text=True, timeout=110
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("no findings in 1 files", done.stdout)


if __name__ == "__main__":
    unittest.main()
