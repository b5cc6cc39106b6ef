"""Requests that are refused: bodies that say nothing, framing that two readers could read in two ways."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from patchbay import Patchbay
from raw_http import RawConnection
from test_http import CHAT, check_openai_error, stub_body
from upstream import Upstream

HEAD = b"POST /v1/chat/completions HTTP/1.1\r\n"
BODY = stub_body()
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

AMBIGUOUS = {
    "two different lengths": HEAD + b"Host: a\r\n" + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY,
    "two lengths in one": HEAD + b"Host: a\r\nContent-Length: %d, 5\r\n\r\n" % len(BODY) + BODY,
    "length and chunked": HEAD + b"Host: a\r\n" + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "negative length": HEAD + b"Host: a\r\nContent-Length: -1\r\n\r\n" + BODY,
    "signed length": HEAD + b"Host: a\r\nContent-Length: +%d\r\n\r\n" % len(BODY) + BODY,
    "length in words": HEAD + b"Host: a\r\nContent-Length: many\r\n\r\n" + BODY,
    "huge length": HEAD + b"Host: a\r\nContent-Length: 99999999999999999999999\r\n\r\n" + BODY,
    "unknown coding": HEAD + b"Host: a\r\nTransfer-Encoding: chun\r\n\r\n" + CHUNKED,
    "chunked not last": HEAD + b"Host: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n" + CHUNKED,
    "chunked twice": HEAD
    + b"Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
    + CHUNKED,
    "chunk size in words": HEAD + b"Host: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" + BODY,
    "chunk without its end": HEAD + b"Host: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n",
    "folded header": HEAD + b"Host: a\r\n" + LENGTH + b"X-Folded: one\r\n two\r\n\r\n" + BODY,
    "no host": HEAD + LENGTH + b"\r\n" + BODY,
    "two hosts": HEAD + b"Host: a\r\nHost: b\r\n" + LENGTH + b"\r\n" + BODY,
    "bare line feeds": b"GET /health HTTP/1.1\nHost: a\n\n",
    "a bare line feed in the headers": HEAD + b"Host: a\nX-A: b\r\n" + LENGTH + b"\r\n" + BODY,
    "space before the colon": HEAD + b"Host: a\r\nContent-Length : %d\r\n\r\n" % len(BODY) + BODY,
    "space before the first header": HEAD + b" Host: a\r\n" + LENGTH + b"\r\n" + BODY,
    "header without a colon": HEAD + b"Host: a\r\nnonsense\r\n" + LENGTH + b"\r\n" + BODY,
    "header name with a control character": HEAD + b"Host: a\r\nX\x01Y: b\r\n" + LENGTH + b"\r\n" + BODY,
    "header value with a NUL": HEAD + b"Host: a\r\nX-A: b\x00c\r\n" + LENGTH + b"\r\n" + BODY,
    "bare carriage return in a value": HEAD + b"Host: a\r\nX-A: b\rc\r\n" + LENGTH + b"\r\n" + BODY,
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 what is this\r\n\r\n",
    "an unknown version": b"GET /health HTTP/7.3\r\nHost: a\r\n\r\n",
    "a broken percent sign": b"GET /v1/models/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a way out of the root": b"GET /v1/../health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a zero byte in the path": b"GET /v1/models/a%00b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}

STAYS_USABLE = {"a broken percent sign", "a zero byte in the path", "a way out of the root"}
"""Where framing is not in doubt, the connection may go on."""


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_ambiguous_requests_are_refused_and_the_connection_ends(patchbay: Patchbay, name: str) -> None:
    with RawConnection(patchbay.port) as connection:
        connection.send(AMBIGUOUS[name].replace(b"Host: a\r\n", b"Host: 127.0.0.1\r\n", 1))
        answer = connection.read_answer()
        assert answer.status in ({400, 404} if name in STAYS_USABLE else {400, 501, 505, 413}), answer
        assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
        if name not in STAYS_USABLE:
            assert (answer.header("connection") or "").lower() == "close"
            assert connection.is_at_end(), "a second request was read out of an ambiguous one"


def test_too_many_headers_are_431(patchbay: Patchbay) -> None:
    with RawConnection(patchbay.port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Big: " + b"x" * 300_000)
        assert connection.read_answer().status == 431
        assert connection.is_at_end()


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b'{"model": "stub", "messages": [}', 31),
        (b"", 0),
        (b'{"model": "stub"', 16),
        (b'{"a": 01}', 7),
        (b'{"a": 1} x', 9),
        (b"\xff{}", 0),
    ],
)
def test_broken_json_is_a_400_that_says_where(patchbay: Patchbay, body: bytes, offset: int) -> None:
    with RawConnection(patchbay.port) as connection:
        error = check_openai_error(connection.ask("POST", CHAT, body), 400)
        assert error["type"] == "invalid_request_error"
        if body:
            numbers = {
                int(word) for word in "".join(c if c.isdigit() else " " for c in error["message"]).split()
            }
            assert numbers & {offset, offset - 1, offset + 1}, error["message"]
        assert connection.ask("GET", "/health").status == 200


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": "stub"}, "messages"),
        ({"model": "stub", "messages": "hello"}, "messages"),
        ({"model": 7, "messages": [{"role": "user", "content": "x"}]}, "model"),
        ({"model": "stub", "messages": [{"role": "user", "content": "x"}], "stream": "yes"}, "stream"),
        ({"messages": [{"role": "user", "content": "x"}]}, "model"),
    ],
    ids=["no messages", "messages as text", "model as a number", "stream as text", "no model"],
)
def test_what_is_missing_or_of_the_wrong_type_is_named(
    patchbay: Patchbay, upstream: Upstream, body: dict, param: str
) -> None:
    before = len(upstream.requests)
    with RawConnection(patchbay.port) as connection:
        error = check_openai_error(connection.ask("POST", CHAT, json.dumps(body).encode()), 400)
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert param in error["message"]
    assert len(upstream.requests) == before


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"7"])
def test_a_body_that_is_no_object_is_a_400(patchbay: Patchbay, body: bytes) -> None:
    with RawConnection(patchbay.port) as connection:
        check_openai_error(connection.ask("POST", CHAT, body), 400)


def test_deep_nesting_is_refused_or_passed_but_survived(patchbay: Patchbay) -> None:
    deep = b'{"model":"stub","messages":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with RawConnection(patchbay.port) as connection:
        check_openai_error(connection.ask("POST", CHAT, deep), 400)
        assert connection.ask("GET", "/health").status == 200


def test_an_unknown_model_is_a_404(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(
        {"providers": {"stub": {"plugin": "stub"}}, "models": {"known": {"provider": "stub"}}}
    )
    with RawConnection(server.port) as connection:
        body = json.dumps({"model": "unknown", "messages": [{"role": "user", "content": "x"}]}).encode()
        for answer in (connection.ask("POST", CHAT, body), connection.ask("GET", "/v1/models/unknown")):
            error = check_openai_error(answer, 404)
            assert error["code"] == "model_not_found"
            assert "unknown" in error["message"]


def _with_origins(origins: list[str]) -> dict:
    return {
        "server": {"cors_origins": origins},
        "providers": {"stub": {"plugin": "stub"}},
        "models": {"stub": {"provider": "stub"}},
    }


def test_a_listed_origin_may_ask_from_a_browser(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(_with_origins(["http://localhost:5173"]))
    asked = {
        "Origin": "http://localhost:5173",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-lang,openai-organization",
    }
    with RawConnection(server.port) as connection:
        preflight = connection.ask("OPTIONS", CHAT, headers=asked)
        answer = connection.ask("POST", CHAT, stub_body(), {"Origin": "http://localhost:5173"})
    assert preflight.status in (200, 204)
    assert preflight.header("access-control-allow-origin") == "http://localhost:5173"
    assert "POST" in preflight.header("access-control-allow-methods")
    allowed = {name.strip().lower() for name in preflight.header("access-control-allow-headers").split(",")}
    assert {
        "authorization",
        "content-type",
        "x-stainless-lang",
        "openai-organization",
    } <= allowed or "*" in allowed
    assert answer.status == 200
    assert answer.header("access-control-allow-origin") == "http://localhost:5173"
    assert "x-request-id" in answer.header("access-control-expose-headers").lower()
    assert "origin" in (answer.header("vary") or "").lower()


def test_a_foreign_origin_or_host_is_refused_on_loopback(start_patchbay: Callable[..., Patchbay]) -> None:
    server = start_patchbay(_with_origins(["http://localhost:5173"]))
    with RawConnection(server.port) as connection:
        check_openai_error(connection.ask("POST", CHAT, stub_body(), {"Origin": "https://evil.example"}), 403)
    with RawConnection(server.port) as connection:
        check_openai_error(connection.ask("POST", CHAT, stub_body(), {"Host": "evil.example"}), 403)
    with RawConnection(server.port) as connection:
        preflight = connection.ask(
            "OPTIONS",
            CHAT,
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )
        assert preflight.header("access-control-allow-origin") is None
        for host in ("localhost", f"127.0.0.1:{server.port}", f"localhost:{server.port}"):
            assert connection.ask("POST", CHAT, stub_body(), {"Host": host}).status == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd, identity"])
def test_a_compressed_body_is_called_by_its_name(patchbay: Patchbay, coding: str) -> None:
    """And not a JSON text that is broken."""
    body = gzip.compress(BODY)
    with RawConnection(patchbay.port) as connection:
        answer = connection.ask("POST", "/v1/chat/completions", body, {"Content-Encoding": coding})
        assert answer.status == 415, answer
        assert answer.json()["error"]["code"] == "unsupported_encoding"
        assert coding in answer.json()["error"]["message"]
        assert answer.header("accept-encoding") == "identity"
        told = connection.ask("POST", "/chat", body, {"Content-Encoding": coding})
        assert told.status == 415 and coding in told.json()["error"]
        assert connection.ask("POST", CHAT, BODY, {"Content-Encoding": "identity"}).status == 200
