"""scripts/bench's arithmetic and its table: what is judged, how, and what it is compared with."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

import messages  # noqa: E402
import table  # noqa: E402
from table import Row  # noqa: E402

MACHINE = {"date": "2024-01-01", "processor": "2 x Some CPU", "system": "Debian", "nginx": "1.22.1", "commit": "abc",
           "load_average": "0.1"}


def ratio_row(nginx, patchbay, first=1.5, goal=1.0):
    return Row("request", "a request", "us", "ratio", first, goal, list(nginx), list(patchbay))


class TableTest(unittest.TestCase):
    def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_sums(self):
        row = ratio_row([10, 20, 40], [11, 30, 40])
        self.assertEqual(row.judged_value(), 1.1)

    def test_the_verdict_goes_by_the_two_budgets(self):
        self.assertEqual(ratio_row([10], [10]).verdict(), "goal met")
        self.assertEqual(ratio_row([10], [15]).verdict(), "at first met")
        self.assertEqual(ratio_row([10], [15.1]).verdict(), "missed")

    def test_an_amount_is_judged_by_itself(self):
        row = Row("idle", "memory", "MiB", "amount", 32, 16, [1.0], [20.0])
        self.assertEqual(row.verdict(), "at first met")

    def test_without_a_budget_or_without_nginx_nothing_is_judged(self):
        self.assertEqual(Row("x", "x", "us", "ratio", nginx=[1], patchbay=[2]).verdict(), "")
        self.assertEqual(ratio_row([], [2]).verdict(), "")

    def test_a_difference_keeps_its_sign(self):
        row = Row("p50", "latency", "us", "amount", 300, 80, [50.0], [20.0], by_difference=True)
        self.assertEqual(row.compared(), "-30.0")

    def test_the_spread_of_the_rounds_is_shown(self):
        self.assertEqual(ratio_row([10, 10, 10], [10, 12, 20]).compared(), "1.20 (1.00..2.00)")

    def test_every_line_of_the_markdown_has_as_many_cells_as_its_head(self):
        text = table.markdown([ratio_row([10], [12]), ratio_row([], [12])], MACHINE, 1)
        lines = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(len(lines), 4)
        self.assertEqual({line.count("|") for line in lines}, {len(table.HEADINGS) + 1})

    def test_a_baseline_is_read_back_and_compared(self):
        before = table.from_json(table.to_json([ratio_row([10], [20])], MACHINE, 1))
        shown = table.plain([ratio_row([10], [10])], before)
        self.assertIn("-50 %", shown)
        self.assertIn("2.00", shown)

    def test_requests_are_about_as_large_as_they_are_said_to_be(self):
        self.assertEqual(len(messages.CLIENT_KEY), 164)
        self.assertTrue(800 <= len(messages.body("whole", stream=False)) <= 1200)


if __name__ == "__main__":
    unittest.main()
