"""A server with the pacer, the questions that it is asked about its plugins, and where they can be seen."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pacer
from patchbay import Patchbay, write_config
from raw_http import RawAnswer, RawConnection
from streams import Stream
from upstream import WAIT_SECONDS

# A crowd of streams on a slow machine, under a sanitizer.
CROWD_SECONDS = 6 * WAIT_SECONDS


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Versions of the pacer, each built once."""
    folder = tmp_path_factory.mktemp("pacer")
    known: dict[tuple[str, ...], Path] = {}

    def build(version: str, *defines: str) -> Path:
        key = (version, *defines)
        if key not in known:
            known[key] = pacer.build(folder, version, *defines)
        return known[key]

    return build


@pytest.fixture
def installed(tmp_path: Path) -> pacer.Installation:
    return pacer.Installation(tmp_path)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "live.yaml"


@pytest.fixture
def server(
    installed: pacer.Installation, built: Callable[..., Path], config: Path
) -> Iterator[Patchbay]:
    installed.put(built("1.0.0"))
    with Patchbay(write_config(config, installed.config(plugins={"watch": False}))) as running:
        yield running


def admin(server: Patchbay, method: str, path: str = "", headers: dict[str, str] | None = None) -> RawAnswer:
    with RawConnection(server.port) as connection:
        body = b"" if method == "POST" else None
        return connection.ask(method, f"/admin/plugins{path}", body, headers)


def plugin(server: Patchbay) -> dict:
    answer = admin(server, "GET", f"/{pacer.PLUGIN}")
    assert answer.status == 200, answer.body
    return answer.json()


def ask_to(server: Patchbay, action: str) -> RawAnswer:
    return admin(server, "POST", f"/{pacer.PLUGIN}/{action}")


def mapped(server: Patchbay) -> set[str]:
    """The generations whose code is in the process: "1.0.0-g1"."""
    maps = Path(f"/proc/{server.process.pid}/maps").read_text(encoding="utf-8")
    return set(re.findall(r"test\.pacer/(\S+?-g\d+)-", maps))


def swaps(server: Patchbay) -> list[dict]:
    return [line for line in server.log if line["event"] == "plugin_swapped"]


def wait_for_swap(server: Patchbay, generation: int) -> dict:
    return server.wait_for_log(
        lambda line: line["event"] == "plugin_swapped" and line["generation"] == generation
    )


def spoken_by(streams: list[Stream], version: str) -> Callable[[], bool]:
    return lambda: all(f"{version}:0 ".encode() in stream.received for stream in streams)


def ended(streams: list[Stream]) -> Callable[[], bool]:
    return lambda: all(stream.complete or stream.ended for stream in streams)


def until(what: str, reached: Callable[[], bool]) -> None:
    """Looks again and again for what nobody tells of."""
    deadline, pause = time.monotonic() + CROWD_SECONDS, threading.Event()
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        pause.wait(0.05)


def wait_until_gone(server: Patchbay, generation: str) -> None:
    """Until the code of a generation is unmapped, which the plugin's own thread takes its time for."""
    until(f"{generation} to be unmapped", lambda: generation not in mapped(server))
