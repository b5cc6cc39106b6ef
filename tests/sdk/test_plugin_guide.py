"""docs/plugin-guide.md, walked through: every command on the page, in its order, in one shell."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from pathlib import Path

from conftest import REPOSITORY, Installed
from upstream import Answer, Upstream

PAGE = REPOSITORY / "docs" / "plugin-guide.md"


def steps() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_the_page_leads_to_an_answer(installed: Installed, tmp_path: Path) -> None:
    sdk, *walk = steps()
    assert "cmake --install build/release" in sdk, "what the fixture has done already, but for the folder"
    script = "\n".join(["set -euo pipefail", "trap 'kill $(jobs -p) 2>/dev/null' EXIT", *walk])
    assert script.count("8099") == 2
    with Upstream() as service:
        service.answer_with(
            Answer(
                headers=[("Content-Type", "text/event-stream")],
                body=b"data: HEL\n\ndata: LO!\n\n",
                framing="chunked",
            )
        )
        # A port that somebody else may hold is the one thing that cannot be as on the page.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        done = subprocess.run(
            ["bash", "-c", script.replace("8099", str(port))],
            cwd=tmp_path,
            env={**installed.environment, "SERVICE": service.origin},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        # The server's log is in the same output, on the same line.
        answer, _ = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index('{"id"') :])
        assert answer["choices"][0]["message"]["content"] == "HELLO!"
        assert service.requests[-1].target == "/chat"
    assert shutil.which("patchbay-check", path=installed.environment["PATH"])
