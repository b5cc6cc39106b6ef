"""Recorded traffic through Patchbay: what leaves it is what came in, to the byte, in both directions.

Every recorded chat exchange is played three times: the model named as recorded and passed on, the
model renamed by an alias, and then the headers that surround the bytes. The stand-in sends the
recorded answers cut anywhere; all exchanges share one server and a few kept-alive connections.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

import model_value
from patchbay import CLIENT_KEY, PROVIDER_KEY, Patchbay, write_config
from raw_http import RawAnswer, RawConnection
from recordings import Recording, creating, load
from upstream import Answer, Request, Upstream, json_answer

LANES = 8
"""Connections side by side. A body is always played in the same lane, so that equal bodies take turns."""

PATH = "/v1/chat/completions"

REPLAYED = [pytest.param(recording, id=recording.id) for recording in creating()]
ACCEPTED = [parameter for parameter in REPLAYED if parameter.values[0].status != 401]
REFUSED_KEYS = [parameter for parameter in REPLAYED if parameter.values[0].status == 401]
ABOUT_STORED = [pytest.param(recording, id=recording.id) for recording in load() if not recording.creates]


@dataclass
class Exchange:
    """One recording played: what the client sent and got, and what the upstream got."""

    sent: bytes
    answer: RawAnswer
    upstream_requests: list[Request]

    @property
    def upstream_request(self) -> Request:
        assert len(self.upstream_requests) == 1, f"{len(self.upstream_requests)} attempts at the upstream"
        return self.upstream_requests[0]


class Replay:
    """Plays recordings through a server and keeps what happened by recording."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._playing: dict[bytes, tuple[Recording, list[Request]]] = {}
        self.strays: list[bytes] = []

    def play(self, server: Patchbay, bodies: dict[str, bytes]) -> dict[str, Exchange]:
        """Sends `bodies[recording.id]` for each recording; returns the exchanges by id."""
        self._upstream.handle_with(self._answer)
        lanes: list[list[Recording]] = [[] for _ in range(LANES)]
        for recording in creating():
            lanes[zlib.crc32(recording.request_body) % LANES].append(recording)
        with ThreadPoolExecutor(LANES) as pool:
            played = pool.map(lambda lane: self._play_lane(server, lane, bodies), lanes)
            return {id: exchange for lane in played for id, exchange in lane.items()}

    def _play_lane(
        self, server: Patchbay, lane: list[Recording], bodies: dict[str, bytes]
    ) -> dict[str, Exchange]:
        exchanges = {}
        connection = RawConnection(server.port)
        for recording in lane:
            arrived: list[Request] = []
            self._playing[recording.request_body] = (recording, arrived)
            body = bodies[recording.id]
            answer = connection.ask("POST", PATH, body, _client_headers())
            exchanges[recording.id] = Exchange(body, answer, arrived)
            if (answer.header("connection") or "").lower() == "close":
                connection = RawConnection(server.port)
        return exchanges

    def _answer(self, request: Request) -> Answer:
        if request.body not in self._playing:
            self.strays.append(request.body)
            return json_answer({"error": {"message": "no client sent this body"}}, 500)
        recording, arrived = self._playing[request.body]
        arrived.append(request)
        return recording.answer()


def _client_headers() -> dict[str, str]:
    return {
        "Authorization": f"Bearer {CLIENT_KEY}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "User-Agent": "OpenAI/Python 3.52.0",
        "X-Stainless-Lang": "python",
        "X-Stainless-Retry-Count": "0",
        "Cookie": "session=client",
    }


def _alias(model: str) -> str:
    return f"alias-of-{model}"


@pytest.fixture(scope="module")
def server(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    provider = {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": upstream.base_url}}
    named = {recording.request["model"] for recording in creating()}
    aliases = {_alias(model): {"provider": "upstream", "model": model} for model in named}
    config = {
        "server": {"listen": "127.0.0.1:0", "workers": 2},
        "providers": {"upstream": provider},
        "models": {**aliases, "*": {"provider": "upstream"}},
    }
    with Patchbay(write_config(tmp_path_factory.mktemp("bytes") / "patchbay.yaml", config)) as running:
        yield running


@pytest.fixture(scope="module")
def replay(upstream: Upstream) -> Replay:
    return Replay(upstream)


@pytest.fixture(scope="module")
def plain(server: Patchbay, replay: Replay) -> dict[str, Exchange]:
    """Every recording with the model as recorded."""
    return replay.play(server, {recording.id: recording.request_body for recording in creating()})


@pytest.fixture(scope="module")
def aliased(server: Patchbay, replay: Replay, plain: dict[str, Exchange]) -> dict[str, Exchange]:
    """Every recording with an alias for its model. After `plain`, because both script the stand-in."""
    renamed = {
        recording.id: model_value.replaced(recording.request_body, _alias(recording.request["model"]))
        for recording in creating()
    }
    return replay.play(server, renamed)


def _check_same_bytes(actual: bytes, expected: bytes) -> None:
    if actual != expected:
        at = next(
            (i for i, (a, b) in enumerate(zip(actual, expected, strict=False)) if a != b),
            min(len(actual), len(expected)),
        )
        around = slice(max(0, at - 60), at + 60)
        pytest.fail(
            f"byte {at} differs ({len(actual)} bytes, {len(expected)} expected):\n"
            f"  is       {actual[around]!r}\n  expected {expected[around]!r}"
        )


@pytest.mark.parametrize("recording", ACCEPTED)
def test_the_answer_is_the_upstreams(recording: Recording, plain: dict[str, Exchange]) -> None:
    answer = plain[recording.id].answer
    assert answer.status == recording.status
    assert answer.complete, "the answer was cut off"
    _check_same_bytes(answer.body, recording.body)


@pytest.mark.parametrize("recording", ACCEPTED)
def test_with_an_alias_the_answer_differs_in_the_model_alone(
    recording: Recording, aliased: dict[str, Exchange]
) -> None:
    answer = aliased[recording.id].answer
    assert answer.status == recording.status
    assert answer.complete, "the answer was cut off"
    alias = _alias(recording.request["model"])
    shown = model_value.replaced_in_stream if recording.stream else model_value.replaced
    _check_same_bytes(answer.body, shown(recording.body, alias))


@pytest.mark.parametrize("recording", REPLAYED)
def test_the_upstream_gets_the_clients_bytes(
    recording: Recording, plain: dict[str, Exchange], replay: Replay
) -> None:
    assert not replay.strays, f"the upstream got what no client sent: {replay.strays[0]!r}"
    request = plain[recording.id].upstream_request
    assert (request.method, request.target) == ("POST", PATH)
    _check_same_bytes(request.body, recording.request_body)


@pytest.mark.parametrize("recording", REPLAYED)
def test_with_an_alias_the_upstream_gets_the_models_own_name(
    recording: Recording, aliased: dict[str, Exchange], replay: Replay
) -> None:
    assert not replay.strays, f"the upstream got what no client sent: {replay.strays[0]!r}"
    exchange = aliased[recording.id]
    assert exchange.sent != recording.request_body
    _check_same_bytes(exchange.upstream_request.body, recording.request_body)


@pytest.mark.parametrize("recording", REFUSED_KEYS)
def test_a_refused_provider_key_is_not_the_clients_fault(
    recording: Recording, plain: dict[str, Exchange]
) -> None:
    answer = plain[recording.id].answer
    assert answer.status == 502
    assert (answer.header("content-type") or "").startswith("application/json")
    error = answer.json()["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert error["type"] == "server_error"
    assert error["code"] == "upstream_auth"
    assert "api key provided" not in error["message"].lower()
    assert "your api key" not in error["message"].lower()


@pytest.mark.parametrize("recording", REPLAYED)
def test_what_goes_up_speaks_for_patchbay_not_for_the_client(
    recording: Recording, plain: dict[str, Exchange]
) -> None:
    request = plain[recording.id].upstream_request
    names = {name.lower() for name, _ in request.headers}
    assert request.header("authorization") == f"Bearer {PROVIDER_KEY}"
    assert CLIENT_KEY.encode() not in request.raw_head
    assert request.header("content-type") == "application/json"
    assert "cookie" not in names
    assert not [name for name in names if name.startswith("x-stainless")]
    assert request.header("host") != "127.0.0.1", "the client's Host went up"


@pytest.mark.parametrize("recording", ACCEPTED)
def test_the_head_of_the_answer_is_fit_for_clients(recording: Recording, plain: dict[str, Exchange]) -> None:
    answer = plain[recording.id].answer
    names = {name.lower() for name, _ in answer.headers}
    assert not names & {
        "set-cookie",
        "content-encoding",
        "keep-alive",
        "alt-svc",
        "proxy-authenticate",
        "upgrade",
    }
    assert answer.header("x-request-id")
    content_type = answer.header("content-type") or ""
    if recording.stream:
        assert content_type.split(";")[0] == "text/event-stream"
        assert answer.header("cache-control") == "no-cache"
        assert answer.header("x-accel-buffering") == "no"
    else:
        assert content_type.split(";")[0] == "application/json"
    assert answer.header("x-upstream-request-id") == recording.header("x-request-id")
    for name, value in recording.headers:
        if name.lower().startswith(("x-ratelimit-", "openai-")):
            assert answer.header(name) == value


@pytest.mark.parametrize("recording", ABOUT_STORED)
def test_requests_about_stored_completions_are_refused_clearly(
    recording: Recording, server: Patchbay, upstream: Upstream, plain: dict[str, Exchange]
) -> None:
    upstream.answer_with(recording.answer())
    with RawConnection(server.port) as connection:
        answer = connection.ask(
            recording.method, recording.path, recording.request_body or None, _client_headers()
        )
    assert answer.status in (404, 405)
    assert set(answer.json()["error"]) >= {"message", "type", "param", "code"}
    assert not upstream.requests, "it went up although it is not served"


def test_the_recordings_are_replayed() -> None:
    """Says loudly when there is nothing to replay; see the end of the run as well."""
    if not load():
        pytest.skip("PATCHBAY_RECORDINGS is unset: NO recorded traffic was replayed")
    assert len(REPLAYED) > 100
