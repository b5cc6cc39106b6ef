"""An upstream that is away, breaks off, stalls or talks nonsense; and clients that leave."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import pytest

from patchbay import PROVIDER_KEY, Patchbay
from raw_http import RawAnswer, RawConnection, request_bytes
from samples import BODY, COMPLETION, FIRST_EVENT, PATH, SECOND_EVENT, STREAM, STREAM_BODY
from upstream import Answer, Upstream, json_answer, stream_answer


def ask(patchbay: Patchbay, body: bytes) -> RawAnswer:
    with RawConnection(patchbay.port) as connection:
        return connection.ask("POST", PATH, body)


def check_upstream_error(answer: RawAnswer, statuses: tuple[int, ...] = (502,)) -> None:
    assert answer.status in statuses
    error = answer.json()["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert error["type"] == "server_error"
    assert error["message"]


def test_an_upstream_that_is_away(start_patchbay: Callable[..., Patchbay]) -> None:
    with socket.socket() as reserved:
        # Bound and not listening: connections to it are refused, and nobody else gets the port.
        reserved.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"
        server = start_patchbay(
            {
                "providers": {
                    "away": {"plugin": "openai", "config": {"api_key": PROVIDER_KEY, "base_url": address}}
                },
                "models": {"*": {"provider": "away"}},
            }
        )
        check_upstream_error(ask(server, BODY), (502, 503))
        check_upstream_error(ask(server, STREAM_BODY), (502, 503))


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("body", [BODY, STREAM_BODY], ids=["whole", "stream"])
def test_a_break_before_the_head_is_a_502(
    patchbay: Patchbay, upstream: Upstream, body: bytes, how: str
) -> None:
    upstream.answer_with(Answer(break_after=-1, break_how=how))
    check_upstream_error(ask(patchbay, body))


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_whole_answer_that_breaks_off_is_no_answer(
    patchbay: Patchbay, upstream: Upstream, how: str, framing: str
) -> None:
    broken = json_answer(COMPLETION)
    broken.framing, broken.break_after, broken.break_how = framing, 40, how
    upstream.answer_with(broken)
    check_upstream_error(ask(patchbay, BODY))


@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize(
    "cut",
    [FIRST_EVENT, SECOND_EVENT - 1, FIRST_EVENT + 25],
    ids=["between events", "before the blank line", "in an event"],
)
def test_a_stream_that_breaks_off_ends_with_an_error_event(
    patchbay: Patchbay, upstream: Upstream, cut: int, how: str
) -> None:
    upstream.answer_with(stream_answer(STREAM, break_after=cut, break_how=how))
    answer = ask(patchbay, STREAM_BODY)
    assert answer.status == 200
    *before, last = answer.events()
    error = json.loads(last)["error"]
    assert set(error) >= {"message", "type", "param", "code"}
    assert answer.body.startswith(STREAM[:FIRST_EVENT])
    for event in before:
        assert "choices" in json.loads(event), "a piece of an event was passed off as a whole one"


@pytest.mark.parametrize("cut", [0, 25, FIRST_EVENT - 1])
def test_a_break_before_the_first_event_is_still_a_status(
    patchbay: Patchbay, upstream: Upstream, cut: int
) -> None:
    upstream.answer_with(stream_answer(STREAM, break_after=cut))
    check_upstream_error(ask(patchbay, STREAM_BODY))


@pytest.mark.parametrize(
    "cut", [b"data: [DONE]\n\n", b"\n"], ids=["without DONE", "without the last line end"]
)
def test_a_stream_that_ends_early_but_cleanly_passes_as_it_is(
    patchbay: Patchbay, upstream: Upstream, cut: bytes
) -> None:
    upstream.answer_with(stream_answer(STREAM.removesuffix(cut)))
    answer = ask(patchbay, STREAM_BODY)
    assert answer.status == 200
    assert answer.body == STREAM.removesuffix(cut)


@pytest.fixture
def impatient(start_patchbay: Callable[..., Patchbay], upstream: Upstream) -> Callable[..., Patchbay]:
    """Starts a server that waits for its upstream no minutes, but as long as it is told."""

    def start(**timeouts: str) -> Patchbay:
        config = {"api_key": PROVIDER_KEY, "base_url": upstream.base_url}
        provider = {"plugin": "openai", **timeouts, "config": config}
        return start_patchbay({"providers": {"up": provider}, "models": {"*": {"provider": "up"}}})

    return start


@pytest.mark.parametrize("body", [BODY, STREAM_BODY], ids=["whole", "stream"])
def test_an_upstream_that_never_answers_is_a_504(
    impatient: Callable[..., Patchbay], upstream: Upstream, body: bytes
) -> None:
    upstream.answer_with(Answer(hold_head=True))
    answer = ask(impatient(first_byte_timeout="200ms"), body)
    check_upstream_error(answer, (504,))
    assert answer.json()["error"]["code"] == "timeout"
    upstream.wait_for(upstream.wait_for_request().client_left.is_set, "the upstream call to end")


def test_a_stream_that_falls_silent_ends_with_an_error_event(
    impatient: Callable[..., Patchbay], upstream: Upstream
) -> None:
    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    answer = ask(impatient(idle_timeout="1s"), STREAM_BODY)
    assert answer.status == 200
    first, last = answer.events()
    assert "choices" in json.loads(first)
    assert json.loads(last)["error"]["code"] == "timeout"
    upstream.wait_for(upstream.requests[0].client_left.is_set, "the upstream call to end")


def test_an_upstream_that_speaks_no_http_is_a_502(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(Answer(status=99, reason="not a status", body=b"x"))
    check_upstream_error(ask(patchbay, BODY))


def test_a_body_that_ends_with_the_connection_is_complete(patchbay: Patchbay, upstream: Upstream) -> None:
    whole = json_answer(COMPLETION)
    whole.framing = "close"
    upstream.answer_with(whole)
    answer = ask(patchbay, BODY)
    assert (answer.status, answer.json()) == (200, COMPLETION)


def test_connections_are_kept_and_a_closed_one_is_no_error(patchbay: Patchbay, upstream: Upstream) -> None:
    """An upstream may close an idle connection at any time: the next request must not suffer."""
    closing = json_answer(COMPLETION)
    closing.then_close = True
    upstream.answer_with(closing)
    for _ in range(20):
        assert ask(patchbay, BODY).status == 200
    assert len(upstream.requests) == 20

    upstream.answer_with(json_answer(COMPLETION))
    before = upstream.connections_accepted
    with RawConnection(patchbay.port) as connection:
        for _ in range(20):
            assert connection.ask("POST", PATH, BODY).status == 200
    assert upstream.connections_accepted - before <= 2, "upstream connections are not kept"


def test_a_streams_pieces_reach_the_client_while_it_goes_on(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, STREAM_BODY))
        assert connection.read_head().status == 200
        connection.read_until_seen(STREAM[:FIRST_EVENT])
        upstream.release()
        connection.read_until_seen(b"[DONE]")


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (STREAM_BODY, stream_answer(STREAM, hold_head=True)),
        (STREAM_BODY, stream_answer(STREAM, hold_after=FIRST_EVENT)),
        (BODY, Answer(**{**json_answer(COMPLETION).__dict__, "hold_head": True})),
        (BODY, Answer(**{**json_answer(COMPLETION).__dict__, "hold_after": 30})),
    ],
    ids=[
        "stream, before the head",
        "stream, in the middle",
        "whole, before the head",
        "whole, in the middle",
    ],
)
def test_a_client_that_leaves_ends_the_call_upstream(
    patchbay: Patchbay, upstream: Upstream, body: bytes, answer: Answer
) -> None:
    upstream.answer_with(answer)
    with RawConnection(patchbay.port) as connection:
        connection.send(request_bytes("POST", PATH, body))
        request = upstream.wait_for_request()
        upstream.wait_until_held()
    upstream.wait_for(request.client_left.is_set, "the upstream connection to be closed")
    assert len(upstream.requests) == 1


def test_many_that_leave_at_once_leave_nothing_behind(patchbay: Patchbay, upstream: Upstream) -> None:
    upstream.answer_with(stream_answer(STREAM, hold_after=FIRST_EVENT))
    connections = [RawConnection(patchbay.port) for _ in range(32)]
    for connection in connections:
        connection.send(request_bytes("POST", PATH, STREAM_BODY))
    upstream.wait_until_held(32)
    for connection in connections:
        connection.socket.close()
    upstream.wait_for(
        lambda: all(request.client_left.is_set() for request in upstream.requests),
        "all upstream connections to be closed",
    )

    upstream.answer_with(json_answer(COMPLETION))
    assert ask(patchbay, BODY).status == 200


def test_a_slow_reader_gets_everything(patchbay: Patchbay, upstream: Upstream) -> None:
    """More than all buffers on the way hold, read in sips: back-pressure loses and reorders nothing."""
    one = STREAM[:FIRST_EVENT].replace(b'"Hi"', b'"' + b"x" * 8000 + b'"')
    long = (
        b"".join(one.replace(b'"id":"c"', b'"id":"%d"' % number) for number in range(3000))
        + STREAM[FIRST_EVENT:]
    )
    upstream.answer_with(stream_answer(long))
    with RawConnection(patchbay.port) as connection:
        connection.sip_bytes = 700
        connection.send(request_bytes("POST", PATH, STREAM_BODY))
        got = connection.read_answer("POST").body
    assert len(got) == len(long)
    assert got == long


def test_the_log_names_the_provider_of_a_failed_call(start_patchbay: Callable[..., Patchbay]) -> None:
    nobody = {"plugin": "openai", "config": {"base_url": "http://127.0.0.1:9/v1"}}
    patchbay = start_patchbay({"providers": {"nobody": nobody}, "models": {"*": {"provider": "nobody"}}})
    with RawConnection(patchbay.port) as connection:
        body = b'{"model":"m","messages":[]}'
        answer = connection.ask("POST", "/v1/chat/completions", body, {"X-Request-Id": "failed-call"})
    assert answer.status == 502
    line = patchbay.wait_for_log(lambda line: line.get("request_id") == "failed-call")
    assert (line["provider"], line["model"], line["status"]) == ("nobody", "m", 502)
    assert "127.0.0.1:9" in line["error"]
