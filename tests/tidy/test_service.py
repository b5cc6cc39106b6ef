"""scripts/patchbay.service: systemd understands every line of it, and little can be done through it.

Runs systemd-analyze, which needs no systemd to be running.
"""

import configparser
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "scripts" / "patchbay.service"
CODE = (ROOT / "core" / "app" / "command_line.hpp").read_text()
CONFIG = (ROOT / "config" / "patchbay.yaml").read_text()

# systemd's own scale from 0 to 10, times ten; a unit without any of it has 96.
EXPOSURE_MAX = 15


class Unit(configparser.RawConfigParser):
    """systemd's format, as far as it is Python's: a key given twice has both values."""

    def __init__(self, text):
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#", ";"), interpolation=None)
        self.optionxform = str
        self.read_string(text)


def seconds(text):
    return int(re.fullmatch(r"(\d+)s?", text)[1])


class Service(unittest.TestCase):
    def setUp(self):
        self.text = UNIT.read_text()
        self.service = Unit(self.text)["Service"]

    def analyze(self, *arguments):
        self.assertTrue(shutil.which("systemd-analyze"), "systemd-analyze is missing; scripts/setup test installs it")
        done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def test_systemd_understands_every_line(self):
        with tempfile.TemporaryDirectory() as folder:
            # What it starts is not installed here, and systemd-analyze looks for it.
            stand_in = pathlib.Path(folder) / "patchbay"
            stand_in.symlink_to("/bin/true")
            unit = pathlib.Path(folder) / UNIT.name
            unit.write_text(self.text.replace("/opt/patchbay/bin/patchbay", str(stand_in)))
            code, said = self.analyze("verify", "--man=no", str(unit))
        self.assertEqual((code, said.strip()), (0, ""))

    def test_a_misspelt_line_would_be_noticed(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / UNIT.name
            unit.write_text("[Service]\nExecStart=/bin/true\nNoNewPriviledges=yes\n")
            self.assertIn("NoNewPriviledges", self.analyze("verify", "--man=no", str(unit))[1])

    def test_little_can_be_done_through_it(self):
        code, said = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager", str(UNIT))
        self.assertEqual(code, 0, said)

    def test_it_has_no_root_and_one_folder(self):
        self.assertEqual(self.service["DynamicUser"], "yes")
        self.assertEqual(self.service["CapabilityBoundingSet"], "")
        self.assertEqual(self.service["ProtectSystem"], "strict")
        self.assertEqual(self.service["StateDirectory"], "patchbay")
        self.assertFalse({"ReadWritePaths", "LogsDirectory", "CacheDirectory"} & set(self.service))

    def test_streams_have_time_to_end(self):
        drain = re.search(r"^  drain_timeout: (\d+s)", CONFIG, re.M)
        self.assertTrue(drain, "config/patchbay.yaml no longer says how long streams may go on")
        self.assertGreater(seconds(self.service["TimeoutStopSec"]), seconds(drain[1]))
        self.assertEqual(self.service["KillSignal"], "SIGTERM")

    def test_reloading_is_a_hangup(self):
        self.assertEqual(self.service["ExecReload"], "/bin/kill -HUP $MAINPID")

    def test_what_trying_again_cannot_mend_is_not_tried_again(self):
        final = {int(code) for code in re.findall(r"kExit(?:Usage|Configuration)\s*=\s*(\d+)", CODE)}
        self.assertEqual(final, {64, 78})
        self.assertEqual(self.service["Restart"], "on-failure")
        self.assertEqual({int(code) for code in self.service["RestartPreventExitStatus"].split()}, final)


if __name__ == "__main__":
    unittest.main()
