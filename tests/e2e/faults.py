"""The faults that docs/reliability.md has a row for, by the row's name, and how each is done."""

from __future__ import annotations

import gzip
import json
import socket
from dataclasses import dataclass, field

from faulty_upstream import (
    AFTER,
    ANSWER,
    BEFORE,
    STREAM_HEAD,
    WHOLE,
    Action,
    FaultyUpstream,
    Peer,
    chunk,
    head,
    with_length,
)
from samples import FIRST_EVENT, RATE_LIMITED, STREAM

SHORT = "1s"
"""For the one time-out that a fault runs into; the others keep their minutes."""

METADATA_URL = "http://2852039166:1/v1"
"""By a name that leads to 169.254.169.254, where clouds hand out credentials, without spelling it."""

WEB_PAGE = b"<!doctype html><title>Sign in</title>"
HELD_BYTES = 256 * 1024
EVENT_BYTES_MAX = 16 * 1024 * 1024


def error_body(message: str, **more: object) -> bytes:
    return json.dumps({"error": {"message": message, "type": "vendor", "param": None, "code": None, **more}}).encode()


@dataclass
class Fault:
    """How to bring a fault about.

    action: what the upstream does with the request; None where no upstream hears of it.
    provider: settings of the provider beside its base_url.
    base_url: instead of the stand-in's.
    headers, padding: of the client's request: headers, and bytes to make its body larger by.
    warm: another request has left a connection behind.
    goes_on_after: what the client has got of a whole answer when the upstream goes on.
    """

    action: Action | None
    provider: dict = field(default_factory=dict)
    base_url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    padding: int = 0
    warm: bool = False
    reads_body: bool = True
    goes_on_after: bytes | None = None


def stall(peer: Peer, moment: str) -> None:
    peer.begin(moment)
    peer.wait_until_left()


def say_nothing(peer: Peer, _: str) -> None:
    peer.wait_until_left()


def close_in_answer(peer: Peer, moment: str) -> None:
    peer.begin(moment)
    peer.close()


def reset_in_answer(peer: Peer, moment: str) -> None:
    peer.begin(moment)
    peer.reset()


def close_far_into_answer(peer: Peer, _: str) -> None:
    peer.send(with_length("200 OK", b"x" * (4 * HELD_BYTES))[: 2 * HELD_BYTES])
    peer.wait_until_client_has_seen()
    peer.close()


def speak_no_http(peer: Peer, _: str) -> None:
    peer.send(b"220 mail.example.com ESMTP ready\r\n")
    peer.wait_until_left()


def break_the_framing(peer: Peer, moment: str) -> None:
    if moment == WHOLE:
        peer.send(head("200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked"))
        peer.send(chunk(ANSWER[:40]))
    else:
        peer.begin(moment)
    peer.send(b"what a chunk is not\r\n")
    peer.wait_until_left()


def send_a_header_without_end(peer: Peer, _: str) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
    peer.send_without_end(b"x" * 65536)


def send_headers_without_end(peer: Peer, _: str) -> None:
    peer.send(b"HTTP/1.1 200 OK\r\n")
    peer.send_without_end(b"X-Many: one more\r\n" * 4096)


def send_interim_answers_without_end(peer: Peer, _: str) -> None:
    peer.send_without_end(b"HTTP/1.1 100 Continue\r\n\r\n" * 4096)


def switch_protocols(peer: Peer, _: str) -> None:
    peer.send(head("101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"))
    peer.wait_until_left()


def send_two_lengths(peer: Peer, _: str) -> None:
    peer.send(head("200 OK", "Content-Type: application/json", "Content-Length: 5", "Content-Length: 6"))
    peer.send(b"{}    ")
    peer.wait_until_left()


def compress(peer: Peer, moment: str) -> None:
    content_type = "application/json" if moment == WHOLE else "text/event-stream"
    body = gzip.compress(ANSWER if moment == WHOLE else STREAM)
    peer.send(with_length("200 OK", body, content_type, "Content-Encoding: gzip"))


def send_an_event_too_large(peer: Peer, moment: str) -> None:
    peer.send(STREAM_HEAD)
    if moment == AFTER:
        peer.send(chunk(STREAM[:FIRST_EVENT]))
        peer.wait_until_client_has_seen()
    peer.send(chunk(b"data: "))
    peer.send_without_end(chunk(b"x" * (1024 * 1024)))


def send_a_web_page(peer: Peer, _: str) -> None:
    peer.send(with_length("200 OK", WEB_PAGE, "text/html"))


def redirect(peer: Peer, _: str) -> None:
    peer.send(head("302 Found", f"Location: {peer.server.base_url}/elsewhere", "Content-Length: 0"))


def refuse_the_key(peer: Peer, _: str) -> None:
    peer.refuse("401 Unauthorized", error_body("Incorrect API key provided", code="invalid_api_key"))


def limit_the_rate(peer: Peer, _: str) -> None:
    peer.refuse("429 Too Many Requests", json.dumps(RATE_LIMITED).encode())


def limit_the_rate_for_a_time(peer: Peer, _: str) -> None:
    peer.refuse("429 Too Many Requests", json.dumps(RATE_LIMITED).encode(), "application/json", "Retry-After: 7")


def limit_the_rate_for_a_day(peer: Peer, _: str) -> None:
    peer.refuse(
        "429 Too Many Requests", json.dumps(RATE_LIMITED).encode(), "application/json", "Retry-After: 86400"
    )


def fail(peer: Peer, _: str) -> None:
    peer.refuse("500 Internal Server Error", error_body("it broke"))


def fail_with_a_web_page(peer: Peer, _: str) -> None:
    peer.send(with_length("500 Internal Server Error", WEB_PAGE, "text/html"))


def be_overloaded(peer: Peer, _: str) -> None:
    peer.refuse("529 Overloaded", error_body("too busy", type="overloaded_error"))


def fail_compressed(peer: Peer, _: str) -> None:
    body = gzip.compress(error_body("it broke"))
    peer.send(with_length("500 Internal Server Error", body, "application/json", "Content-Encoding: gzip"))


def fail_without_end(peer: Peer, _: str) -> None:
    peer.send(head("500 Internal Server Error", "Content-Type: application/json", "Transfer-Encoding: chunked"))
    peer.send(chunk(b'{"error":{"message":"it broke: '))
    peer.send_without_end(chunk(b"x" * 65536))


def refuse_early(peer: Peer, _: str) -> None:
    peer.refuse("413 Content Too Large", error_body("that is too much"))
    peer.wait_until_client_has_seen()
    peer.wait_until_left()


def answer_and_close(peer: Peer, moment: str) -> None:
    peer.pass_on(moment, ANSWER if moment == WHOLE else STREAM)
    peer.close()


def close_on_arrival(peer: Peer, moment: str) -> None:
    peer.server.expected = ANSWER if moment == WHOLE else STREAM  # from whoever is asked instead
    peer.close()


def say_more_than_asked(peer: Peer, moment: str) -> None:
    stray = with_length("200 OK", b'{"stray":true}')
    if moment == WHOLE:
        peer.server.expected = ANSWER
        peer.send(with_length("200 OK", ANSWER) + stray)
    else:
        peer.server.expected = STREAM
        peer.send(STREAM_HEAD + chunk(STREAM) + b"0\r\n\r\n" + stray)
    peer.wait_until_left()


def send_nothing_in_a_200(peer: Peer, moment: str) -> None:
    peer.pass_on(moment, b"") if moment == WHOLE else peer.send(STREAM_HEAD + b"0\r\n\r\n")
    peer.server.expected = b""


def truncate_json(peer: Peer, moment: str) -> None:
    peer.pass_on(moment, ANSWER[:60] if moment == WHOLE else in_stream(moment, b'data: {"id":"c","cho\n\n'))


def send_nonsense(peer: Peer, moment: str) -> None:
    nonsense = b"\xff\xfe\x00 no JSON, no event\n\n"
    peer.pass_on(moment, nonsense if moment == WHOLE else in_stream(moment, nonsense))


def forget_the_end(peer: Peer, moment: str) -> None:
    peer.pass_on(moment, STREAM[:FIRST_EVENT])


def say_error_in_stream(peer: Peer, moment: str) -> None:
    peer.pass_on(moment, in_stream(moment, b"data: " + error_body("it broke") + b"\n\n"))


def answer_whole(peer: Peer, moment: str) -> None:
    peer.pass_on(moment, ANSWER, "application/json")


def in_stream(moment: str, piece: bytes) -> bytes:
    """A stream with this piece in front of its first event, or behind it."""
    return piece + STREAM if moment == BEFORE else STREAM[:FIRST_EVENT] + piece + STREAM[FIRST_EVENT:]


def refused_address() -> tuple[socket.socket, str]:
    """A port that is bound and does not listen: connections to it are refused, and nobody gets it."""
    reserved = socket.socket()
    reserved.bind(("127.0.0.1", 0))
    return reserved, f"http://127.0.0.1:{reserved.getsockname()[1]}/v1"


def black_hole_address() -> tuple[list[socket.socket], str]:
    """A port whose queue is full: the system drops whoever else wants to connect."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(listener.getsockname())
    return [listener, *waiting], f"http://127.0.0.1:{listener.getsockname()[1]}/v1"


KEPT_OPEN: list[object] = []


def kept(made: tuple[object, str]) -> str:
    KEPT_OPEN.append(made[0])
    return made[1]


def all_faults() -> dict[str, Fault]:
    return {
        "connection refused": Fault(None, base_url=kept(refused_address())),
        "a name that does not resolve": Fault(None, base_url=f"http://{'x' * 64}.invalid/v1"),
        "a black hole": Fault(None, {"connect_timeout": SHORT}, kept(black_hole_address())),
        "an address that is not allowed": Fault(None, base_url=METADATA_URL),
        "closed before its answer": Fault(lambda peer, _: peer.close()),
        "reset before its answer": Fault(lambda peer, _: peer.reset()),
        "slow first byte": Fault(say_nothing, {"first_byte_timeout": SHORT}),
        "later than the client waits": Fault(say_nothing, headers={"X-Stainless-Timeout": "0.3"}),
        "stalled in its answer": Fault(stall, {"idle_timeout": SHORT}),
        "longer in all than it may": Fault(stall, {"total_timeout": "3s"}),
        "closed in its answer": Fault(close_in_answer),
        "reset in its answer": Fault(reset_in_answer),
        "closed far into its answer": Fault(close_far_into_answer, goes_on_after=b"\r\n\r\n"),
        "no HTTP": Fault(speak_no_http),
        "broken framing": Fault(break_the_framing),
        "a header without end": Fault(send_a_header_without_end),
        "headers without end": Fault(send_headers_without_end),
        "interim answers without end": Fault(send_interim_answers_without_end),
        "another protocol": Fault(switch_protocols),
        "two lengths": Fault(send_two_lengths),
        "a compressed answer": Fault(compress),
        "an event too large": Fault(send_an_event_too_large),
        "a web page": Fault(send_a_web_page),
        "a redirect": Fault(redirect),
        "401": Fault(refuse_the_key),
        "429": Fault(limit_the_rate),
        "429, retry after 7 s": Fault(limit_the_rate_for_a_time),
        "429, retry after a day": Fault(limit_the_rate_for_a_day),
        "500": Fault(fail),
        "500 with a web page": Fault(fail_with_a_web_page),
        "500, compressed": Fault(fail_compressed),
        "500 without end": Fault(fail_without_end),
        "529": Fault(be_overloaded),
        "413 before it has read the request": Fault(refuse_early, padding=8 * 1024 * 1024, reads_body=False),
        "closes a connection between two requests": Fault(answer_and_close),
        "closes a used connection as a request arrives": Fault(close_on_arrival, warm=True),
        "says more than it was asked": Fault(say_more_than_asked),
        "an empty 200": Fault(send_nothing_in_a_200),
        "truncated JSON": Fault(truncate_json),
        "nonsense in a good answer": Fault(send_nonsense),
        "no `[DONE]`": Fault(forget_the_end),
        "an error as an event": Fault(say_error_in_stream),
        "JSON where a stream was asked for": Fault(answer_whole),
    }


def start_upstreams(faults: dict[str, Fault]) -> dict[str, FaultyUpstream]:
    """One stand-in for each fault that needs one."""
    return {
        name: FaultyUpstream(fault.action, fault.reads_body)
        for name, fault in faults.items()
        if fault.action is not None
    }
