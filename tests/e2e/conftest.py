"""Fixtures that every file here may use, and the loud word about what was left out."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

import databases
import recordings
from chat_backends import Person, backend_config, new_id
from databases import Postgres, Storage
from node_driver import NodeDriver
from patchbay import CLIENT_KEY, Patchbay, two_provider_config, write_config
from redis_server import Redis
from upstream import WAIT_SECONDS, Upstream


def pytest_configure() -> None:
    # Whoever ends the run ends its servers too: the fixtures are torn down on the way out.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", returncode=143))
    # No client here may pick up a key or an address that the developer's shell happens to hold.
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        os.environ.pop(name, None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if recordings.folder() is None:
        terminalreporter.section("LEFT OUT", sep="!", red=True)
        terminalreporter.write_line(
            "PATCHBAY_RECORDINGS is unset, so no recorded provider traffic was replayed: test_bytes.py and "
            "test_client_equivalence.py proved nothing. Set it to the folder with openai.jsonl.gz and compatible.jsonl.gz."
        )


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as running:
        yield running


@pytest.fixture(scope="module")
def patchbay(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    """One server for a file of tests: any model goes to the stand-in, some names to the stub."""
    config = two_provider_config(
        upstream,
        alias={"provider": "upstream", "model": "upstream-model"},
        **{"team/fast:1": {"provider": "upstream", "model": "vendor/fast"}},
    )
    with Patchbay(write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)) as running:
        yield running


@pytest.fixture
def client(patchbay: Patchbay) -> OpenAI:
    return OpenAI(base_url=patchbay.base_url, api_key=CLIENT_KEY, max_retries=0, timeout=WAIT_SECONDS)


@pytest.fixture
def start_patchbay(tmp_path: Path) -> Iterator[Callable[..., Patchbay]]:
    """Starts servers of a test's own; each is stopped, and judged, at the end of the test."""
    running: list[Patchbay] = []

    def start(config: dict | str | None, **options: object) -> Patchbay:
        path = None if config is None else write_config(tmp_path / f"patchbay-{len(running)}.yaml", config)
        running.append(Patchbay(path, **options))
        return running[-1]

    yield start
    for server in running:
        if server.process.returncode is None:
            server.stop()


@pytest.fixture(scope="session")
def node_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], NodeDriver]]:
    """The Node driver of a client by name, started when first asked for and kept until the end."""
    drivers: dict[str, NodeDriver] = {}

    def driver(name: str) -> NodeDriver:
        if name not in drivers:
            drivers[name] = NodeDriver(name, tmp_path_factory.mktemp(f"node-{name}"))
        return drivers[name]

    yield driver
    for started in drivers.values():
        started.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    running = Postgres()
    yield running
    running.close()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    running = Redis()
    yield running
    running.close()


@pytest.fixture(scope="class", params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """An empty place for conversations, on each engine in turn."""
    if request.param == "sqlite":
        return databases.sqlite(tmp_path_factory.mktemp("storage"))
    return request.getfixturevalue("postgres").database()


@pytest.fixture(scope="class")
def backend(
    request: pytest.FixtureRequest,
    storage: Storage,
    upstream: Upstream,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Patchbay]:
    """A server with storage for a class of tests; its `SETTINGS` replace whole sections."""
    config = backend_config(upstream, storage, **getattr(request.cls, "SETTINGS", {}))
    folder = tmp_path_factory.mktemp("backend")
    env = {**storage.env, **getattr(request.cls, "ENVIRONMENT", {})}
    with Patchbay(write_config(folder / "patchbay.yaml", config), env=env, cwd=folder) as running:
        yield running


@pytest.fixture
def start(upstream: Upstream, tmp_path: Path) -> Iterator[Callable[..., Patchbay]]:
    """Servers on a storage; those that still run at the end are stopped and judged."""
    running: list[Patchbay] = []

    def begin(storage: Storage, **more: Any) -> Patchbay:
        path = write_config(tmp_path / f"{new_id()}.yaml", backend_config(upstream, storage, **more))
        running.append(Patchbay(path, env=storage.env, cwd=tmp_path))
        return running[-1]

    yield begin
    for server in running:
        if server.process.returncode is None:
            server.stop()


@pytest.fixture
def ada(backend: Patchbay) -> Person:
    """Somebody who has no conversations yet."""
    return Person(backend.port, f"ada-{new_id()}")


@pytest.fixture
def bob(backend: Patchbay) -> Person:
    """Somebody else."""
    return Person(backend.port, f"bob-{new_id()}")
