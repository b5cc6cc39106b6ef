"""A server that is asked to stop while it answers: what runs may finish, for as long as is allowed."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable

import pytest

from patchbay import Patchbay, two_provider_config
from raw_http import RawAnswer, RawConnection, request_bytes
from samples import BODY, COMPLETION, FIRST_EVENT, PATH, STREAM, STREAM_BODY
from upstream import Answer, Upstream, json_answer, stream_answer

HELD_STREAM = stream_answer(STREAM, hold_after=FIRST_EVENT)
HELD_WHOLE = Answer(**{**json_answer(COMPLETION).__dict__, "hold_after": 30})


@pytest.fixture
def start(start_patchbay: Callable[..., Patchbay], upstream: Upstream) -> Callable[[str], Patchbay]:
    def with_timeout(drain_timeout: str) -> Patchbay:
        config = two_provider_config(upstream)
        config["server"]["drain_timeout"] = drain_timeout
        return start_patchbay(config)

    return with_timeout


def begin(patchbay: Patchbay, upstream: Upstream, body: bytes, answer: Answer) -> RawConnection:
    """A call that is under way, with its client's connection."""
    upstream.answer_with(answer)
    connection = RawConnection(patchbay.port)
    connection.send(request_bytes("POST", PATH, body))
    upstream.wait_until_held()
    if body == STREAM_BODY:
        connection.wait_for(STREAM[:FIRST_EVENT])
    return connection


def ask_to_stop(patchbay: Patchbay) -> None:
    patchbay.process.send_signal(signal.SIGTERM)
    patchbay.wait_for_log(lambda line: line.get("event") == "stopping")


def wait_until_refused(patchbay: Patchbay) -> None:
    """New connections are taken no more. One that slipped in on the way is closed unanswered."""
    while True:
        try:
            with RawConnection(patchbay.port) as connection:
                assert connection.is_at_end()
        except ConnectionRefusedError:
            return


def check_that_it_ended_well(patchbay: Patchbay) -> None:
    """Without a further signal."""
    patchbay.wait_for_log(lambda line: line.get("event") == "stopped")
    patchbay.wait_for_end()


def check_goodbye(answer: RawAnswer) -> None:
    error = json.loads(answer.events()[-1])["error"] if answer.status == 200 else answer.json()["error"]
    assert (error["type"], error["code"]) == ("server_error", "overloaded")
    assert "shutting down" in error["message"]


def test_what_runs_may_finish(start: Callable[[str], Patchbay], upstream: Upstream) -> None:
    patchbay = start("1h")
    with begin(patchbay, upstream, STREAM_BODY, HELD_STREAM) as stream:
        upstream_of_stream = upstream.requests[0]
        ask_to_stop(patchbay)
        wait_until_refused(patchbay)
        assert not upstream_of_stream.client_left.is_set()
        upstream.release()
        assert stream.read_answer("POST").body == STREAM
        assert stream.is_at_end()
    check_that_it_ended_well(patchbay)


def test_a_whole_answer_may_finish(start: Callable[[str], Patchbay], upstream: Upstream) -> None:
    patchbay = start("1h")
    with begin(patchbay, upstream, BODY, HELD_WHOLE) as whole:
        ask_to_stop(patchbay)
        wait_until_refused(patchbay)
        upstream.release()
        answer = whole.read_answer("POST")
        assert (answer.status, answer.json()) == (200, COMPLETION)
        assert answer.header("connection") == "close"
        assert whole.is_at_end()
    check_that_it_ended_well(patchbay)


@pytest.mark.parametrize(
    ("body", "answer", "status"),
    [(STREAM_BODY, HELD_STREAM, 200), (BODY, HELD_WHOLE, 503)],
    ids=["stream", "whole"],
)
@pytest.mark.parametrize("how", ["time is over", "a second signal"])
def test_what_does_not_finish_is_told(
    start: Callable[[str], Patchbay], upstream: Upstream, body: bytes, answer: Answer, status: int, how: str
) -> None:
    patchbay = start("300ms" if how == "time is over" else "1h")
    with begin(patchbay, upstream, body, answer) as connection:
        ask_to_stop(patchbay)
        if how == "a second signal":
            patchbay.process.send_signal(signal.SIGTERM)
        got = connection.read_answer("POST")
        assert got.status == status
        check_goodbye(got)
        assert connection.is_at_end()
    upstream.wait_for(upstream.requests[0].client_left.is_set, "the upstream connection to be closed")
    check_that_it_ended_well(patchbay)
