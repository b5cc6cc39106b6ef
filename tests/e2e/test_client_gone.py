"""A client that leaves, at whatever moment: the call upstream ends with it, before anything else happens.

The upstream is never told to go on, so whatever closes its connection came before its next byte.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator

import pytest

from faults import black_hole_address
from patchbay import PROVIDER_KEY, Patchbay, two_provider_config, write_config
from raw_http import RawConnection, request_bytes
from samples import BODY, COMPLETION, FIRST_EVENT, PATH, STREAM, STREAM_BODY
from upstream import Answer, Upstream, json_answer, stream_answer
from watched_process import wait_until_settled

WHOLE = {**json_answer(COMPLETION).__dict__}
MOMENTS = {
    "whole, before the first byte": (BODY, Answer(**{**WHOLE, "hold_head": True})),
    "whole, after the first byte": (BODY, Answer(**{**WHOLE, "hold_after": 30})),
    "stream, before the first byte": (STREAM_BODY, stream_answer(STREAM, hold_head=True)),
    "stream, before the first event": (STREAM_BODY, stream_answer(STREAM, hold_after=25)),
    "stream, after the first event": (STREAM_BODY, stream_answer(STREAM, hold_after=FIRST_EVENT)),
}


def close(connection: RawConnection) -> None:
    connection.socket.close()


def reset(connection: RawConnection) -> None:
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.close()


def half_close_then_close(connection: RawConnection) -> None:
    connection.finish_sending()
    connection.socket.close()


@pytest.fixture(scope="module")
def patchbay(upstream: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patchbay]:
    path = write_config(tmp_path_factory.mktemp("config") / "patchbay.yaml", two_provider_config(upstream))
    with Patchbay(path) as running:
        yield running


def check_that_nothing_is_left(patchbay: Patchbay, upstream: Upstream) -> None:
    """The upstream is asked nothing more, and the next client is served."""
    asked = len(upstream.requests)
    upstream.answer_with(json_answer(COMPLETION))
    with RawConnection(patchbay.port) as connection:
        assert connection.ask("POST", PATH, BODY).json() == COMPLETION
    assert (asked, len(upstream.requests)) == (1, 1)


@pytest.mark.parametrize("leave", [close, reset, half_close_then_close])
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_upstream_is_closed_before_its_next_byte(
    patchbay: Patchbay, upstream: Upstream, moment: str, leave: Callable[[RawConnection], None]
) -> None:
    body, answer = MOMENTS[moment]
    upstream.answer_with(answer)
    connection = RawConnection(patchbay.port)
    connection.send(request_bytes("POST", PATH, body, {"X-Request-Id": f"{moment[:5]}-{id(connection)}"}))
    request = upstream.wait_for_request()
    upstream.wait_until_held()
    if moment == "stream, after the first event":
        connection.wait_for(STREAM[:FIRST_EVENT])
    assert not request.client_left.is_set()
    leave(connection)
    upstream.wait_for(request.client_left.is_set, "the upstream connection to be closed")
    assert len(upstream.requests) == 1
    check_that_nothing_is_left(patchbay, upstream)


def test_the_log_says_that_the_client_left(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(STREAM, hold_head=True))
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, STREAM_BODY, {"X-Request-Id": "left-early"}))
        upstream.wait_until_held()
    line = patchbay.wait_for_log(lambda line: line.get("request_id") == "left-early")
    assert (line["status"], line["provider"]) == (499, "upstream")


def test_a_half_closed_client_is_not_gone(patchbay: Patchbay, upstream: Upstream) -> None:
    """It has nothing to add, and gets its answer to the end."""
    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, STREAM_BODY))
        connection.finish_sending()
        connection.wait_for(STREAM[:FIRST_EVENT])
        upstream.release()
        assert connection.read_answer("POST").events()[-1] == "[DONE]"


def test_whoever_leaves_in_the_middle_of_a_request_has_asked_nothing(
    patchbay: Patchbay, upstream: Upstream
) -> None:
    upstream.answer_with(json_answer(COMPLETION))
    whole = request_bytes("POST", PATH, BODY)
    with RawConnection(patchbay.port) as connection:
        connection.send(whole[:-10])
    with RawConnection(patchbay.port) as connection:
        assert connection.ask("POST", PATH, BODY).status == 200
    wait_until_settled(patchbay, connections=upstream.connections_accepted)  # those are kept
    assert len(upstream.requests) == 1


def test_what_was_pipelined_behind_is_not_asked(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, STREAM_BODY) * 3)
        request = upstream.wait_for_request()
        upstream.wait_until_held()
    upstream.wait_for(request.client_left.is_set, "the upstream connection to be closed")
    check_that_nothing_is_left(patchbay, upstream)


def test_a_client_that_leaves_while_the_upstream_is_dialled(start_patchbay: Callable[..., Patchbay]) -> None:
    kept_open, address = black_hole_address()
    config = {"api_key": PROVIDER_KEY, "base_url": address}
    patchbay = start_patchbay(
        {
            "providers": {"hole": {"plugin": "openai", "connect_timeout": "1h", "config": config}},
            "models": {"*": {"provider": "hole"}},
        }
    )
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, BODY, {"X-Request-Id": "gone-while-dialling"}))
        connection.send(b"GET /health HTTP/1.1\r\n")  # in the same turn or later: the call is under way
    line = patchbay.wait_for_log(lambda line: line.get("request_id") == "gone-while-dialling")
    assert line["status"] == 499
    wait_until_settled(patchbay)  # what was being dialled is given up
    assert kept_open
