"""scripts/bench runs and gives a table: how fast anything is, is not judged here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from patchbay import REPOSITORY, binary, clean_environment


def test_the_bench_measures_a_request(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"
    command = [sys.executable, str(REPOSITORY / "scripts" / "bench"), "--quick", "--rounds", "1", "--only", "request,gone",
               "--binary", str(binary()), "--json", str(written)]
    with_nginx = shutil.which("nginx") is not None
    if not with_nginx:
        command.append("--no-nginx")  # the rest of the bench does not need it
    done = subprocess.run(command, env=clean_environment({"PATCHBAY_SETUP": "skip", "PATH": os.environ["PATH"]}),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    rows = {row["name"]: row for row in json.loads(written.read_text())["rows"]}
    assert rows["request"]["patchbay"][0] > 0
    assert bool(rows["request"]["nginx"]) == with_nginx
    assert rows["request"]["verdict"] in (("goal met", "at first met", "missed") if with_nginx else ("",))
    assert {"gone-stream-before", "gone-stream-after", "gone-whole-before", "gone-whole-after"} <= set(rows)
    for line in ("CPU per proxied request", "client gone -> upstream closed"):
        assert re.search(rf"^{re.escape(line)}.*\d", done.stdout, re.M), done.stdout
