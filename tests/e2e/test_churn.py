"""Connections opened and dropped at random while others check that every answer is their own.

`churn` (tests/churn) is both sides of the load: a crowd of clients, and an upstream that echoes what
it was asked and breaks off now and then. PATCHBAY_CHURN says how many connections; without it the
release binary gets 20,000 and a binary with a sanitizer 5,000.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from patchbay import PROVIDER_KEY, Patchbay, binary
from upstream import WAIT_SECONDS
from watched_process import descriptors, is_sanitized, wait_until_settled

AT_ONCE = 200
PATIENCE_SECONDS = 600
"""Far beyond what a busy machine takes with a sanitizer: whoever waits so long is forgotten."""

SEED = 20260131

OTHER_DESCRIPTORS_MAX = 120
"""What the workers, the log and the handles of the HTTP library may keep; it does not grow with use."""


def connection_count() -> int:
    given = os.environ.get("PATCHBAY_CHURN")
    return int(given) if given else 5_000 if is_sanitized() else 20_000


def program() -> Path:
    path = binary().with_name("churn")
    assert path.is_file(), f"{path} is missing: it is the target `churn` of the same build"
    return path


class EchoUpstream:
    """The upstream's half of the load, a process that ends with its standard input."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [program(), "upstream", "--seed", str(SEED)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = json.loads(self.process.stdout.readline())["port"]

    def stop(self) -> dict:
        """Closes all its connections and tells what it saw."""
        seen, _ = self.process.communicate(timeout=WAIT_SECONDS)
        return json.loads(seen)


@pytest.fixture
def echo() -> Iterator[EchoUpstream]:
    upstream = EchoUpstream()
    yield upstream
    if upstream.process.returncode is None:
        upstream.process.kill()
        upstream.process.wait()


def run_clients(port: int, seed: int, connections: int) -> dict:
    done = subprocess.run(
        [program(), "clients", "--port", str(port), "--seed", str(seed)]
        + ["--connections", str(connections), "--at-once", str(AT_ONCE)]
        + ["--patience", str(PATIENCE_SECONDS), "--models", "stub,echo,alias"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.timeout(0)
def test_no_answer_ever_reaches_the_wrong_client(
    start_patchbay: Callable[..., Patchbay], echo: EchoUpstream
) -> None:
    config = {"api_key": PROVIDER_KEY, "base_url": f"http://127.0.0.1:{echo.port}/v1"}
    upstream = {"plugin": "openai", "connect_timeout": "10m", "config": config}
    patchbay = start_patchbay(
        {
            "server": {"workers": 2},
            "providers": {"stub": {"plugin": "stub"}, "upstream": upstream},
            "models": {
                "stub": {"provider": "stub"},
                "alias": {"provider": "upstream", "model": "echo-model"},
                "*": {"provider": "upstream"},
            },
        }
    )
    total = connection_count()
    tally = run_clients(patchbay.port, SEED, total)
    seen = echo.stop()
    print(f"clients: {tally}\nupstream: {seen}")  # shown by pytest -s, and where something fails

    assert tally["connections"] == total
    assert (tally["wrong"], tally["strange"], tally["hung"]) == (0, 0, 0)
    # The load was one: answers came whole, clients left, and the upstream broke off under others.
    assert tally["verified"] > total / 2
    assert min(tally["streams"], tally["dropped"]) > total / 5
    assert tally["failed"] > 0 and tally["refused"] > 0
    assert seen["broken"] > 0 and seen["left"] > 0 and seen["answered"] > total / 4

    wait_until_settled(patchbay)
    assert descriptors(patchbay)[1] < OTHER_DESCRIPTORS_MAX
    # That it is alive, leaves with code 0 and that no sanitizer complained is checked as it is stopped.
