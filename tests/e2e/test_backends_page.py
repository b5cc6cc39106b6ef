"""docs/backends.md: what stands there is sent, and what stands below it comes back.

And what somebody is told whose first configuration lacks the one thing that these front ends cannot say: the model.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from patchbay import REPOSITORY, Patchbay, clean_environment
from raw_http import RawConnection
from upstream import WAIT_SECONDS

PAGE = (REPOSITORY / "docs" / "backends.md").read_text(encoding="utf-8")
SECTIONS = {
    title: re.findall(r"^```sh\n(.*?)^```\n\n```text\n(.*?)^```", text, re.S | re.M)
    for title, text in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M)
}
(CONFIG,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.S | re.M)


def lines(text: str) -> str:
    """Without the empty ones: each answer ends its last line here, whether it has one or two of its own."""
    return re.sub(r"\n+", "\n", text).strip()


def pattern(expected: str) -> str:
    """Three dots stand for anything within a line."""
    return re.escape(lines(expected)).replace(re.escape("..."), "[^\n]*")


def test_the_page_has_examples_of_all_five() -> None:
    assert len(SECTIONS) == 5 and all(SECTIONS.values()), SECTIONS


@pytest.mark.parametrize("title", SECTIONS)
def test_the_examples_do_what_the_page_says(
    title: str, start_patchbay: Callable[..., Patchbay], tmp_path: Path
) -> None:
    server = start_patchbay(CONFIG)
    for commands, expected in SECTIONS[title]:
        script = 'curl() { command curl "$@"; echo; }\n' + commands.replace("localhost:8080", f"127.0.0.1:{server.port}")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path, env=clean_environment(),
            capture_output=True, text=True, timeout=WAIT_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said = lines(done.stdout)
        assert re.fullmatch(pattern(expected), said), f"{commands}\ngave\n{said}\ninstead of\n{expected}"


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/chat", {"Session-Id": "s"}, {"prompt": "Hi"}),
        ("/chat", {"Session-Id": "s"}, {"prompt": "Hi", "llm": "openai"}),
        ("/chat/", {}, {"message": "Hi", "session_id": "3f2b8c1e-0d1c-4a53-9d1b-0b6f7f6f2a10"}),
        ("/chat", {}, {"messages": [{"role": "user", "content": "Hi"}]}),
        ("/api/chat/stream", {}, {"message": "Hi"}),
    ],
)
def test_a_configuration_without_a_model_is_told_where_to_name_one(
    path: str, headers: dict, body: dict, start_patchbay: Callable[..., Patchbay]
) -> None:
    server = start_patchbay({"providers": {"OpenAI": {"plugin": "stub"}}, "models": {"*": {"provider": "OpenAI"}}})
    with RawConnection(server.port) as connection:
        answer = connection.ask("POST", path, body=json.dumps(body).encode(), headers=headers)
    assert answer.status == 400, answer.body
    assert "`defaults.model`" in answer.json()["error"] and "`default_model`" in answer.json()["error"]
