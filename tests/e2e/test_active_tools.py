"""A tool whose plugin does its own work: on a thread, with a connection and a time limit of its own."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from built_plugins import PluginSource
from chat_backends import Person, reply
from patchbay import PROVIDER_KEY, Patchbay, write_config
from test_tools import begin, calls, model, read_by_model, results, text_of  # noqa: F401
from upstream import WAIT_SECONDS, Upstream

COURIER = PluginSource("courier.cpp", "tool")
DELIVER = ("deliver", {"to": "Oslo"})


class Visit:
    """One connection of a tool's call to the service."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        connection.settimeout(WAIT_SECONDS)
        received = b""
        while not received.endswith(b"\n"):
            piece = connection.recv(65536)
            assert piece, f"it left in the middle: {received!r}"
            received += piece
        self.asked = json.loads(received)

    def say(self, text: str) -> None:
        with suppress(ConnectionError):  # it may have heard enough
            self._connection.sendall(text.encode())

    def hang_up(self) -> None:
        self._connection.close()

    def wait_until_left(self) -> None:
        with suppress(ConnectionResetError):  # as it goes with something unread
            assert self._connection.recv(1) == b""


class Service:
    """Whom the tool asks."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(WAIT_SECONDS)
        self.port = self._listener.getsockname()[1]
        self._visits: list[Visit] = []

    def visit(self) -> Visit:
        """The next call's connection, with what it asks."""
        self._visits.append(Visit(self._listener.accept()[0]))
        return self._visits[-1]

    def close(self) -> None:
        self._listener.close()
        for visit in self._visits:
            visit.hang_up()


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return COURIER.build(tmp_path_factory.mktemp("courier"), "1.0.0")


@pytest.fixture
def start(
    start_patchbay: Callable[..., Patchbay], built: Path, model: Upstream, service: Service, tmp_path: Path  # noqa: F811
) -> Callable[..., Patchbay]:
    COURIER.put(built, tmp_path / "plugins")

    def begin_server(courier: dict | None = None, **chat: Any) -> Patchbay:
        config = {
            "server": {"listen": "127.0.0.1:0", "workers": 2, "drain_timeout": "1s"},
            "plugins": {"path": [str(tmp_path / "plugins")]},
            "providers": {
                "model": {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": model.base_url}},
                "courier": {"plugin": COURIER.name, "config": {"port": service.port, **(courier or {})}},
            },
            "models": {"*": {"provider": "model"}},
            "chat": {"tools": ["courier"], **chat},
        }
        return start_patchbay(config)

    model.answer_with(calls(DELIVER), reply("Done."))
    return begin_server


def test_its_result_comes_piece_by_piece_from_its_own_connection(
    start: Callable[..., Patchbay], model: Upstream, service: Service  # noqa: F811
) -> None:
    live = begin(start(), "parcels")
    visit = service.visit()
    assert visit.asked == {"user": "ada", "arguments": {"to": "Oslo"}}
    for piece in ('{"par', 'cels"', ":2}"):
        visit.say(piece)
    visit.hang_up()
    stream = live.rest()
    assert results(stream) == {"call-deliver": {"parcels": 2}}
    assert text_of(stream) == "Done."
    assert json.loads(read_by_model(model)["call-deliver"]) == {"parcels": 2}


def test_two_calls_are_out_at_once(start: Callable[..., Patchbay], model: Upstream, service: Service) -> None:  # noqa: F811
    server = start()
    model.answer_with(calls(DELIVER), calls(DELIVER), reply("Done."), reply("Done."))
    lives = [begin(server, name) for name in ("one", "two")]
    visits = [service.visit() for _ in lives]
    for visit in reversed(visits):
        visit.say("here")
        visit.hang_up()
    for live in lives:
        assert results(live.rest()) == {"call-deliver": "here"}


def test_its_own_time_limit_is_a_result(start: Callable[..., Patchbay], service: Service) -> None:
    live = begin(start({"patience_ms": 200}), "parcels")
    visit = service.visit()
    stream = live.rest()
    assert results(stream) == {"call-deliver": {"error": "nobody answered in time"}}
    assert text_of(stream) == "Done."
    visit.wait_until_left()


def test_a_service_that_is_away_is_a_result(start: Callable[..., Patchbay], service: Service) -> None:
    service.close()
    live = begin(start(), "parcels")
    assert results(live.rest()) == {"call-deliver": {"error": "the service cannot be reached"}}


def test_one_that_is_late_is_cancelled(start: Callable[..., Patchbay], service: Service) -> None:
    live = begin(start(tool_timeout="2s"), "parcels")
    visit = service.visit()
    visit.wait_until_left()
    stream = live.rest()
    (result,) = results(stream).values()
    assert list(result) == ["error"] and "2 s" in result["error"]
    assert text_of(stream) == "Done."


def test_one_that_says_too_much_is_cancelled(start: Callable[..., Patchbay], service: Service) -> None:
    live = begin(start(), "parcels")
    visit = service.visit()
    visit.say("x" * 300_000)
    visit.wait_until_left()
    (result,) = results(live.rest()).values()
    assert "larger than 262144 bytes" in result["error"]


def test_stopping_the_answer_cancels_it(
    start: Callable[..., Patchbay], model: Upstream, service: Service  # noqa: F811
) -> None:
    server = start()
    live = begin(server, "parcels")
    visit = service.visit()
    ada = Person(server.port, "ada")
    assert ada.post(f"/conversations/{ada.conversations()[0]['id']}/stop")["success"] is True
    visit.wait_until_left()
    live.rest()
    assert ada.conversation()["messages"][-1]["status"] == "stopped"
    assert len(model.requests) == 1


def test_the_end_of_the_server_does_not_wait_for_it(start: Callable[..., Patchbay], service: Service) -> None:
    server = start()
    live = begin(server, "parcels")
    visit = service.visit()
    server.stop()
    visit.wait_until_left()
    live.close()
