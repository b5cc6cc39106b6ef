"""scripts/report.py sums up what a run left behind: every case once, and no failure lost."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import report  # noqa: E402

CTEST = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="(empty)" tests="3" failures="1">
  <testcase name="unit/A.Works" classname="unit/A.Works" time="0.1" status="run"><system-out>fine</system-out></testcase>
  <testcase name="unit/A.Breaks" classname="unit/A.Breaks" time="0.1" status="fail">
    <failure message=""/><system-out>a_test.cpp:7: Failure</system-out></testcase>
  <testcase name="unit/A.Waits" classname="unit/A.Waits" time="0.1" status="notrun">
    <skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
    <system-out>[ RUN      ] A.Waits
a_test.cpp:9: Skipped
PATCHBAY_SPECS is unset

[  SKIPPED ] A.Waits (0 ms)</system-out></testcase>
</testsuite>
"""
PYTEST = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="0" skipped="1" tests="3">
  <testcase classname="test_a" name="test_works" time="0.1"/>
  <testcase classname="test_a" name="test_waits" time="0.1"><skipped type="pytest.skip" message="no recordings">test_a.py:3</skipped></testcase>
  <testcase classname="test_b" name="test_breaks" time="0.1"><error message="failed on setup">the traceback</error></testcase>
</testsuite></testsuites>
"""


class ReportTest(unittest.TestCase):
    def report(self, stages, **files):
        """Lines printed and the exit code; `stages` are (name, kind, code)."""
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "stages").write_text("".join(f"{n}\t{k}\t{c}\t1.0\n" for n, k, c in stages))
            for file, text in files.items():
                (folder / file.replace("_", ".")).write_text(text)
            lines = []
            code = report.report(folder, lines.append)
            return lines, code

    def test_counts_the_cases_of_every_suite(self):
        lines, code = self.report([("build", "build", 0), ("ctest", "suite", 8), ("e2e", "suite", 1), ("lint", "check", 0)],
                                  ctest_xml=CTEST, e2e_xml=PYTEST)
        self.assertEqual(lines[-1], "3 passed, 2 failed, 2 skipped")
        self.assertEqual(code, 1)

    def test_says_why_something_was_skipped(self):
        lines, _ = self.report([("ctest", "suite", 0), ("e2e", "suite", 0)], ctest_xml=CTEST, e2e_xml=PYTEST)
        self.assertIn("\nSkipped 1: PATCHBAY_SPECS is unset", lines)
        self.assertIn("\nSkipped 1: no recordings", lines)
        self.assertIn("  test_a::test_waits", lines)

    def test_shows_the_output_of_what_failed(self):
        lines, _ = self.report([("ctest", "suite", 8), ("e2e", "suite", 1)], ctest_xml=CTEST, e2e_xml=PYTEST)
        self.assertIn("a_test.cpp:7: Failure", lines)
        self.assertIn("the traceback", lines)

    def test_a_clean_run_leaves_skips_unmentioned(self):
        lines, code = self.report([("lint", "check", 0)])
        self.assertEqual((lines[-1], code), ("1 passed, 0 failed", 0))

    def test_a_stage_that_failed_without_a_failing_case_is_a_failure(self):
        clean = CTEST.replace('status="fail"', 'status="run"').replace('<failure message=""/>', "")
        for files in ({}, {"ctest_xml": clean}, {"ctest_xml": CTEST[:90]}):
            lines, code = self.report([("ctest", "suite", 124)], ctest_log="it hung", **files)
            self.assertIn(" 1 failed", lines[-1])
            self.assertIn("it hung", lines)
            self.assertEqual(code, 1)

    def test_a_broken_build_is_a_failure_and_a_good_one_no_test(self):
        self.assertEqual(self.report([("build", "build", 2)], build_log="x.cpp:1: error")[0][-1], "0 passed, 1 failed")
        lines, code = self.report([("build", "build", 0)])
        self.assertEqual((lines[-1], code), ("0 passed, 0 failed", 1))


if __name__ == "__main__":
    unittest.main()
