"""What the README's first screen promises, done as it stands there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchbay import REPOSITORY, Patchbay, clean_environment, run
from upstream import WAIT_SECONDS

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ADDRESS = "127.0.0.1:8080"


def block(language: str, word: str) -> str:
    """The README's one code block in `language` that has `word` in it."""
    found = [text for text in re.findall(rf"^```{language}\n(.*?)^```", README, re.S | re.M) if word in text]
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    """A server as somebody has it who has no key and no file."""
    with Patchbay(None, cwd=tmp_path_factory.mktemp("fresh")) as running:
        yield running


def test_the_curl_line_answers_without_a_key(fresh: Patchbay) -> None:
    command = block("sh", "curl").replace(ADDRESS, f"127.0.0.1:{fresh.port}")
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        env=clean_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    message = json.loads(done.stdout)["choices"][0]["message"]
    assert message["role"] == "assistant" and message["content"]


def test_the_python_lines_print_an_answer(fresh: Patchbay) -> None:
    program = block("python", "OpenAI").replace(ADDRESS, f"127.0.0.1:{fresh.port}")
    assert len(program.strip().splitlines()) == 3
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        env=clean_environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_configuration_shown_is_a_good_one(tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(block("yaml", "providers:"), encoding="utf-8")
    done = run("check", "--config", str(file), env={"OPENAI_API_KEY": "sk-shown-in-no-answer"})
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_script_starts_it_and_says_how_to_reach_it() -> None:
    environment = {**clean_environment(), "PATCHBAY_SETUP": "skip"}
    process = subprocess.Popen(
        [REPOSITORY / "scripts" / "run", "--listen", "127.0.0.1:0"],
        env=environment,
        cwd=os.sep,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    # The reading below ends with the process, whatever becomes of it.
    watchdog = threading.Timer(WAIT_SECONDS, process.kill)
    watchdog.start()
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if '"listening"' in line and line.startswith("{"):
                break
        text = "".join(said)
        assert "Ctrl-C stops it." in text, text
        assert json.loads(said[-1])["event"] == "listening", text
        # The script has become the server: what stops the one stops the other.
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(WAIT_SECONDS) == 0, text + rest
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()


def test_the_script_prints_the_readmes_curl_line() -> None:
    script = (REPOSITORY / "scripts" / "run").read_text(encoding="utf-8")
    shown = re.search(r"^  (curl .*\n.*)$", script, re.M)
    assert shown
    printed = shown[1].replace("\\\\\n", "\\\n").replace("$host:$port", ADDRESS)
    assert [line.strip() for line in printed.splitlines()] == [
        line.strip() for line in block("sh", "curl").splitlines()
    ]
