"""docs/reliability.md is true: every row of its table of clients that go too far is tried out.

What comes back is put into the words of the table and compared with the cells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from patchbay import Patchbay, write_config
from raw_http import RawConnection, request_bytes
from samples import PATH
from test_reliability import table_under

SHORT = "1s"
"""For every time-out: each row runs into one of them, and the others do not get in its way."""

LIMITS = {
    "header_bytes": "2KiB",
    "headers": 20,
    "body_bytes": "8KiB",
    "output_bytes": "4KiB",
    "connections": 1000,
    **{f"{name}_timeout": SHORT for name in ("header", "body", "idle", "write_stall")},
}
FEW = 3
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n"
BODY = b'{"model":"stub","messages":[{"role":"user","content":"Hi"}]}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)

Attempt = Callable[[RawConnection, Patchbay], None]


def sends(data: bytes) -> Attempt:
    return lambda connection, _: connection.send(data)


def ask_and_go_quiet(connection: RawConnection, _: Patchbay) -> None:
    assert connection.ask("GET", "/health").status == 200


def stop_reading(connection: RawConnection, patchbay: Patchbay) -> None:
    """Asks for more than the system's buffers hold, and waits for the server to be tired of it."""
    body = json.dumps({"model": "stub", "stream": True, "messages": [], "stub": {"tokens": 100_000}}).encode()
    connection.send(request_bytes("POST", PATH, body, {"X-Request-Id": "stalled"}))
    line = patchbay.wait_for_log(lambda line: line.get("request_id") == "stalled")
    assert line["status"] == 499


def crowd_in(connection: RawConnection, _: Patchbay) -> None:
    """Asks on a connection that came after as many as are allowed."""
    connection.send(request_bytes("GET", "/health"))


ATTEMPTS: dict[str, Attempt] = {
    "sends a head larger than `header_bytes`": sends(HEAD + b"X-Long: " + b"x" * 3000),
    "sends more fields than `headers`": sends(HEAD + b"X-Many: 1\r\n" * 30 + b"\r\n"),
    "announces a body larger than `body_bytes`": sends(HEAD + b"Content-Length: 9000\r\n\r\n"),
    "sends a body larger than `body_bytes` in chunks": sends(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n%b\r\n" % (b" " * 4096) * 3
    ),
    "takes longer than `header_timeout` for a head": sends(HEAD),
    "says nothing at all for `header_timeout`": sends(b""),
    "pauses for `body_timeout` in a body": sends(HEAD + LENGTH + b"\r\n" + BODY[:10]),
    "asks nothing for `idle_timeout` after an answer": ask_and_go_quiet,
    "takes nothing of its answer for `write_stall_timeout`": stop_reading,
    "is one more than `connections`": crowd_in,
    "sends two lengths": sends(HEAD + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY),
    "sends a length and chunks": sends(HEAD + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "sends a length with a sign": sends(HEAD + b"Content-Length: +%d\r\n\r\n" % len(BODY) + BODY),
    "names a coding other than `chunked`": sends(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    "ends a line with a bare line feed": sends(HEAD + b"X-A: b\n" + LENGTH + b"\r\n" + BODY),
    "puts a space before a colon": sends(HEAD + b"Content-Length : %d\r\n\r\n" % len(BODY) + BODY),
    "folds a header": sends(HEAD + b"X-A: b\r\n c\r\n" + LENGTH + b"\r\n" + BODY),
    "sends a NUL in a header": sends(HEAD + b"X-A: b\0c\r\n" + LENGTH + b"\r\n" + BODY),
    "expects what nobody can do": sends(HEAD + LENGTH + b"Expect: miracles\r\n\r\n" + BODY),
    "speaks another HTTP": sends(b"GET /health HTTP/7.3\r\nHost: 127.0.0.1\r\n\r\n"),
}
ROWS = table_under("the client", "gets", "its connection")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    config = {
        "server": {"workers": 1},
        "limits": LIMITS,
        "providers": {"stub": {"plugin": "stub"}},
        "models": {"stub": {"provider": "stub"}},
    }
    with Patchbay(write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", config)) as running:
        yield running


@pytest.fixture
def small_server(start_patchbay: Callable[..., Patchbay]) -> Patchbay:
    return start_patchbay(
        {
            "limits": {"connections": FEW},
            "providers": {"stub": {"plugin": "stub"}},
            "models": {"stub": {"provider": "stub"}},
        }
    )


def what_it_gets(connection: RawConnection) -> tuple[str, str]:
    """The answer, if there is one, and how the connection ends, in the words of the table."""
    try:
        connection.wait_for(b"\r\n\r\n")
    except AssertionError:
        return "nothing", "closed"
    answer = connection.read_head()
    if (answer.header("content-type") or "").startswith("text/event-stream"):
        return "what it had taken", "closed" if connection.read_to_end().endswith(b"0\r\n\r\n") else "cut off"
    answer = connection.read_body_of(answer)
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == ("invalid_request_error" if answer.status < 500 else "server_error")
    assert answer.header("connection") == "close"
    retry = answer.header("retry-after")
    gets = f"{answer.status} `{error['code']}`" + (f", `retry-after: {retry}`" if retry else "")
    return gets, "closed" if connection.is_at_end() else "kept"


def test_every_row_is_tried_and_every_attempt_has_a_row() -> None:
    assert list(ROWS) == list(ATTEMPTS)


@pytest.mark.parametrize("name", ROWS)
def test_a_client_gets_what_the_table_says(server: Patchbay, small_server: Patchbay, name: str) -> None:
    crowded = ATTEMPTS[name] is crowd_in
    with ExitStack() as others:
        if crowded:
            for _ in range(FEW):
                other = others.enter_context(RawConnection(small_server.port))
                assert other.ask("GET", "/health").status == 200
        tried = small_server if crowded else server
        with RawConnection(tried.port) as connection:
            ATTEMPTS[name](connection, tried)
            assert list(what_it_gets(connection)) == ROWS[name][1:]
    with RawConnection(server.port) as connection:
        assert connection.ask("GET", "/health").status == 200
